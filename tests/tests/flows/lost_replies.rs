//! Writes that were done and whose reply was lost: a step is done once, however often it is sent.

use local::{Breakage, Fault, Service};
use walk::{Doors, Form, Pay, Shop, Walker};

use super::sent;

/// The steps of a walk that write, in order, with their operation.
const WRITES: [(&str, &str); 9] = [
    ("door", "PutItem"),
    ("knock", "PutItem"),
    ("study", "PutItem"),
    ("guestbook", "TransactWriteItems"),
    ("letter", "TransactWriteItems"),
    ("counter", "TransactWriteItems"),
    ("wait", "PutItem"),
    ("bell", "TransactWriteItems"),
    ("whisper", "PutItem"),
];

/// A walk to an order has written each of its items once.
fn everything_is_there_once(shop: &Shop) {
    let written = |author: &str| {
        let letters = shop.items_of_kind("letter");
        letters.iter().filter(|letter| letter["author"]["S"] == author).count()
    };
    assert_eq!((written("doorkeeper"), written("reader")), (1, 1), "the whisper, and the letter");
    assert!(written("house") <= 1, "the poem of a walk by riddles");
    assert_eq!(shop.items_of_kind("order").len(), 1);
    assert_eq!(shop.stock("middle").1, 1);
}

#[tokio::test]
async fn an_sdk_retry_after_a_lost_reply_writes_once() {
    let shop = Shop::open().await;
    for (function, operation) in WRITES {
        shop.system()
            .wire()
            .inject(Fault::on(Service::Dynamodb, operation, Breakage::LostReply).of(function));
    }
    let mut reader = shop.visitor();
    reader.to_an_order(Doors::Riddle, "middle").await;
    assert_eq!(shop.system().wire().heal(), 0, "a reply was not lost");
    assert_eq!(shop.items_of_kind("visit").len(), 1);
    everything_is_there_once(&shop);
    reader.pay(Pay::Approve).await;
    reader.expect("window");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_form_sent_again_after_a_lost_reply_is_done_once() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    reader.open_the_door().await;
    reader.through_the_rooms(Doors::Plain).await;
    let form = reader.here().form("form[data-onward]").fill("pen_name", "물억새");
    fails_and_is_done(
        &shop,
        &reader,
        &form.fill("grown", "y").fill("terms", "y").fill("privacy", "y"),
        WRITES[3],
    )
    .await;
    reader.sign().await;
    reader.expect("letter");
    let form = reader.here().form("form[data-onward]").fill("letter", "한 번만 보낸 편지");
    fails_and_is_done(&shop, &reader, &form, WRITES[4]).await;
    reader.write_letter().await;
    reader.expect("counter");
    let form = reader.filled_counter("middle");
    fails_and_is_done(&shop, &reader, &form, WRITES[5]).await;
    reader.order("middle").await;
    reader.expect("pay");
    everything_is_there_once(&shop);
    assert!(reader.mailbox().await.says("한 번만 보낸 편지"), "{:?}", reader.here());
    shop.nothing_failed();
}

/// Sends a form whose write is done and never answered.
async fn fails_and_is_done(
    shop: &Shop,
    reader: &Walker,
    form: &Form,
    (function, operation): (&str, &str),
) {
    let before = shop.items();
    let fault = Fault::on(Service::Dynamodb, operation, Breakage::LostReply).of(function).times(3);
    shop.system().wire().inject(fault);
    let page = reader.ask(sent(form)).await;
    shop.system().wire().heal();
    // The SDK retries with the same token or condition, and may find that the write was done.
    assert!(matches!(page.status.as_u16(), 303 | 500), "{function}: {page:?}");
    assert_ne!(shop.items(), before, "{function} wrote nothing");
}
