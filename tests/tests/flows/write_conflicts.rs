//! What real DynamoDB refuses only for now, and the embedded one never does: conflicts between
//! transactions, throttling, and batch reads that are answered in part. The store retries each; the
//! reader notices nothing.

use http::StatusCode;
use local::{Breakage, Fault, Service};
use tokio::task::{LocalSet, spawn_local};
use walk::{Doors, Recipient, Shop, Walker, book};

use super::sent;

/// As many as outlast the retries of the SDK, and not those of the store.
const OUTLASTS_THE_SDK: usize = 6;

fn breaks(shop: &Shop, function: &str, operation: &str, breakage: Breakage) {
    let fault = Fault::on(Service::Dynamodb, operation, breakage).of(function);
    shop.system().wire().inject(fault.times(OUTLASTS_THE_SDK));
}

/// The reader orders while calls are refused for now, and nothing fails.
async fn orders_all_the_same(function: &str, operation: &str, breakage: Breakage) {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    breaks(&shop, function, operation, breakage);
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(shop.state(&order), "priced");
    assert_eq!(shop.system().wire().heal(), 0, "the calls were not broken");
    assert_eq!(shop.items_of_kind("order").len(), 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_transaction_that_met_another_is_sent_again() {
    orders_all_the_same("counter", "TransactWriteItems", Breakage::Conflict).await;
}

#[tokio::test]
async fn a_single_write_that_met_a_transaction_is_sent_again() {
    orders_all_the_same("knock", "PutItem", Breakage::Conflict).await;
}

#[tokio::test]
async fn a_throttled_transaction_is_sent_again() {
    orders_all_the_same("counter", "TransactWriteItems", Breakage::Throttle).await;
}

#[tokio::test]
async fn a_throttled_single_write_is_sent_again() {
    orders_all_the_same("knock", "PutItem", Breakage::Throttle).await;
}

#[tokio::test]
async fn a_throttled_batch_read_is_sent_again() {
    orders_all_the_same("counter", "BatchGetItem", Breakage::Throttle).await;
}

#[tokio::test]
async fn keys_that_a_batch_read_left_out_are_read() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    reader.to_the_counter(Doors::Plain).await;
    let whole = reader.reload().await.outline();
    let fault = Fault::on(Service::Dynamodb, "BatchGetItem", Breakage::Unprocessed).of("counter");
    shop.system().wire().inject(fault.times(4));
    assert_eq!(reader.reload().await.outline(), whole);
    assert_eq!(shop.system().wire().heal(), 0, "no read was answered in part");
    shop.nothing_failed();
}

/// Fifty readers press the button at the same time.
async fn fifty_at_the_counter(copies: u32) -> (usize, usize) {
    let shop = Shop::with_books(&[book(1, 15_000, 3, copies)]).await;
    let mut readers = Vec::new();
    for number in 0..50 {
        let mut reader = shop.visitor().living(Recipient::of_many(number));
        reader.to_the_counter(Doors::Plain).await;
        readers.push(reader);
    }
    let pressed = LocalSet::new()
        .run_until(async move {
            let press = |reader: Walker| async move {
                reader.ask(sent(&reader.filled_counter("middle"))).await
            };
            let presses: Vec<_> =
                readers.into_iter().map(|reader| spawn_local(press(reader))).collect();
            let mut pages = Vec::new();
            for press in presses {
                pages.push(press.await.unwrap());
            }
            pages
        })
        .await;
    let (mut placed, mut full) = (0, 0);
    for page in pressed {
        match page.location() {
            Some(to) if to.path().starts_with("/pay/") => placed += 1,
            None if page.status == StatusCode::CONFLICT && page.says("모두 나갔습니다") => {
                full += 1;
            }
            _ => panic!("neither placed nor told that every place is taken: {page:?}"),
        }
    }
    shop.nothing_failed();
    assert_eq!(shop.items_of_kind("order").len(), placed);
    (placed, full)
}

#[tokio::test]
async fn fifty_readers_at_once_all_get_a_place_while_there_are_copies() {
    assert_eq!(fifty_at_the_counter(50).await, (50, 0));
}

#[tokio::test]
async fn fifty_readers_at_once_share_what_copies_there_are() {
    assert_eq!(fifty_at_the_counter(17).await, (17, 33));
}
