//! Webhooks of the payment service, with its own bodies, headers and faults.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use bytes::Bytes;
use serde_json::json;
use toss_standin::{Fault, Method, On, Rule};
use walk::{Doors, Pay, Shop, Walker, book};

const PAID: u64 = 22_000;

/// A shop whose webhooks are delivered by hand.
async fn shop() -> Shop {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    shop.keep_webhooks();
    shop
}

/// A reader whose payment was charged and whose order does not know it.
async fn charged_and_unknown(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.pay(Pay::Approve).await;
    assert_eq!(shop.state(&order), "priced");
    (reader, order)
}

#[tokio::test]
async fn a_payment_whose_answer_was_lost_is_found_by_its_webhook() {
    let shop = shop().await;
    let (_, order) = charged_and_unknown(&shop).await;
    shop.deliver_webhooks(3).await;
    shop.settle().await;
    shop.deliver_webhooks(2).await;
    let ledger = shop.ledger(&order);
    assert_eq!((shop.stage(&order).as_str(), ledger.charges, ledger.held()), ("prepared", 1, PAID));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_forged_webhook_changes_nothing() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let body = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": order, "status": "DONE", "totalAmount": PAID } });
    assert_eq!(shop.webhook("lie", body.to_string()).await, 200);
    assert_eq!(shop.state(&order), "priced");
}

#[tokio::test]
async fn foreign_webhooks_are_acknowledged_and_unreadable_ones_refused() {
    let shop = shop().await;
    for (transmission, body, status) in [
        ("1", r#"{"eventType":"payout.changed","data":{}}"#, 200),
        ("2", r#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"another-shop"}}"#, 200),
        (
            "3",
            r#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"01JD3ZQ8W9X0Y1Z2A3B4C5D6E7"}}"#,
            200,
        ),
        ("4", "{", 400),
        ("5", "", 400),
        ("", r#"{"eventType":"payout.changed"}"#, 400),
    ] {
        assert_eq!(shop.webhook(transmission, body).await, status, "{body}");
    }
    let get = http::Request::get("/toss-webhook")
        .header("host", "house.test")
        .body(Bytes::new())
        .unwrap();
    assert_eq!(shop.system().request(get).await.status().as_u16(), 405);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_webhook_is_refused_while_toss_does_not_answer() {
    let shop = shop().await;
    let (_, order) = charged_and_unknown(&shop).await;
    let delivery = shop.standin().webhooks().remove(0);
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    assert_eq!(shop.deliver(&delivery).await, 503);
    assert_eq!(shop.deliver(&delivery).await, 200);
    assert_eq!(shop.state(&order), "paid");
}

#[tokio::test]
async fn a_transfer_webhook_needs_the_secret_of_the_payment() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let key = shop.standin().approve(&order, PAID, Method::VirtualAccount).unwrap();
    reader
        .go(&format!("/pay/{order}/success?orderId={order}&paymentKey={key}&amount={PAID}"))
        .await;
    reader.onward().await;
    assert!(reader.here().text().contains("입금을 기다립니다."), "{:?}", reader.here());
    assert!(shop.standin().deposit(&order).await);
    let forged =
        json!({ "secret": "ps_guess", "status": "DONE", "orderId": order, "transactionKey": "t" });
    assert_eq!(shop.webhook("forged", forged.to_string()).await, 403);
    assert_eq!(shop.state(&order), "priced");
    let told = shop
        .standin()
        .webhooks()
        .into_iter()
        .find(|said| said.event == "DEPOSIT_CALLBACK")
        .unwrap();
    assert_eq!(shop.deliver(&told).await, 200);
    assert_eq!(shop.state(&order), "paid");
    shop.deliver_webhooks(2).await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), PAID);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_payment_of_a_cancelled_order_is_refunded() {
    let shop = shop().await;
    let (mut reader, order) = charged_and_unknown(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    shop.deliver_webhooks(2).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}
