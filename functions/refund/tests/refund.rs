//! A refund is done once, checked against the payment service's ledger and the table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use local::{Breakage, Fault as Wire, Service};
use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Shop, Walker, book};

/// The total of a book of 15,000 won in the middle range, and what was paid, in won.
const KEPT: u64 = 20_000;
const PAID: u64 = 22_000;

async fn shop() -> Shop {
    Shop::with_books(&[book(1, 15_000, 5, 3)]).await
}

async fn paid(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    (reader, order)
}

/// The parcel is handed over, with which the difference is promised.
async fn posted(shop: &Shop, order: &str) {
    shop.owner_ships(order, "123456789012").await;
    shop.settle().await;
}

fn progress(shop: &Shop, order: &str) -> String {
    let refunds = shop.order_item(order)["refunds"]["L"].clone();
    refunds[0]["M"]["progress"]["S"].as_str().unwrap_or("none").to_owned()
}

/// The difference was refunded once, and ledger, table and pages agree.
async fn went_back(shop: &Shop, reader: &mut Walker, order: &str) {
    let ledger = shop.ledger(order);
    assert_eq!(
        (ledger.charged, ledger.refunded, ledger.movements.len()),
        (PAID, PAID - KEPT, 2),
        "{ledger:?}"
    );
    assert_eq!((progress(shop, order).as_str(), shop.state(order).as_str()), ("done", "shipped"));
    let letters = reader.mailbox().await.all("[data-notice=refunded]").len();
    assert_eq!(letters, 1, "one letter says so");
    assert!(reader.go(&format!("/window/{order}")).await.text().contains("돌려드린 차액"));
}

#[tokio::test]
async fn the_difference_to_a_cheaper_book_is_refunded_and_a_letter_says_so() {
    let shop = shop().await;
    let (mut reader, order) = paid(&shop).await;
    shop.system().hold("refund");
    posted(&shop, &order).await;
    assert_eq!(shop.ledger(&order).refunded, 0);
    let window = reader.go(&format!("/window/{order}")).await.text();
    assert!(window.contains("돌려드릴 차액") && window.contains("2,000원"), "{window}");
    shop.system().release("refund");
    shop.settle().await;
    went_back(&shop, &mut reader, &order).await;
    let mailbox = reader.mailbox().await.text();
    assert!(mailbox.contains("그 차액 2,000원을 결제하신 수단으로 돌려드렸습니다."), "{mailbox}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_book_at_the_upper_end_gets_no_refund() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 1)]).await;
    let (_, order) = paid(&shop).await;
    posted(&shop, &order).await;
    assert_eq!((shop.ledger(&order).held(), progress(&shop, &order).as_str()), (PAID, "none"));
}

#[tokio::test]
async fn whatever_the_answer_the_refund_is_done_once() {
    for fault in [Fault::ReplyLost, Fault::ErrorAfter, Fault::ErrorBefore, Fault::InFlight] {
        let shop = shop().await;
        let (mut reader, order) = paid(&shop).await;
        shop.standin().fault(Rule::once(On::Cancel, fault.clone()));
        posted(&shop, &order).await;
        shop.minutes_pass(30).await;
        went_back(&shop, &mut reader, &order).await;
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_refund_without_any_answer_is_looked_up_later() {
    let shop = shop().await;
    let (mut reader, order) = paid(&shop).await;
    shop.standin().fault(Rule::once(On::Cancel, Fault::ReplyLost));
    shop.standin().fault(Rule { times: 2, ..Rule::once(On::Query, Fault::ErrorBefore) });
    posted(&shop, &order).await;
    assert_eq!(progress(&shop, &order), "asked");
    shop.minutes_pass(30).await;
    went_back(&shop, &mut reader, &order).await;
}

#[tokio::test]
async fn after_fifteen_days_a_refund_is_looked_up_before_it_is_asked_for_again() {
    let shop = shop().await;
    let (mut reader, order) = paid(&shop).await;
    shop.standin().fault(Rule::once(On::Cancel, Fault::ReplyLost));
    shop.standin().fault(Rule { times: 2, ..Rule::once(On::Query, Fault::ErrorBefore) });
    posted(&shop, &order).await;
    assert_eq!((progress(&shop, &order).as_str(), shop.ledger(&order).refunded), ("asked", 2_000));
    // Toss forgets an idempotency key after 15 days: the same request would refund again.
    shop.system().hold("refund");
    shop.jump(16 * 24 * 60).await;
    shop.system().release("refund");
    shop.minutes_pass(30).await;
    went_back(&shop, &mut reader, &order).await;
}

#[tokio::test]
async fn after_a_crash_a_refund_is_looked_up_and_not_repeated() {
    for (nth, breakage) in [
        (1, Breakage::Timeout),
        (1, Breakage::LostReply),
        (2, Breakage::Error500),
        (2, Breakage::LostReply),
    ] {
        let shop = shop().await;
        let (mut reader, order) = paid(&shop).await;
        let fault = Wire::on(Service::Dynamodb, "TransactWriteItems", breakage)
            .of("refund")
            .nth(nth)
            .times(3);
        shop.system().wire().inject(fault);
        posted(&shop, &order).await;
        shop.minutes_pass(40).await;
        went_back(&shop, &mut reader, &order).await;
    }
}

#[tokio::test]
async fn a_repeated_message_refunds_once() {
    let shop = shop().await;
    let (mut reader, order) = paid(&shop).await;
    shop.system().hold("refund");
    posted(&shop, &order).await;
    let message = shop.on_queue("RefundQueue").remove(0);
    for _ in 0..3 {
        shop.system().queues().duplicate(&shop.queue("RefundQueue"), &message.id).unwrap();
    }
    shop.system().release("refund");
    shop.settle().await;
    went_back(&shop, &mut reader, &order).await;
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refund_that_toss_refuses_is_on_the_owners_desk_with_the_reason() {
    let shop = shop().await;
    let (mut reader, order) = paid(&shop).await;
    let code = "NOT_ALLOWED_PARTIAL_REFUND".to_owned();
    shop.standin().fault(Rule::once(On::Cancel, Fault::Answer { code: code.clone() }));
    posted(&shop, &order).await;
    shop.minutes_pass(30).await;
    assert_eq!((progress(&shop, &order).as_str(), shop.ledger(&order).refunded), ("parked", 0));
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(desk["shows"][0].to_string().contains(&code), "{desk:#}");
    assert_eq!(reader.mailbox().await.all("[data-notice=refunded]").len(), 0);
    assert!(
        reader.go(&format!("/window/{order}")).await.text().contains("주인장이 다른 길을 찾아")
    );
}
