//! Webhooks of the payment service, with its own bodies, headers and faults.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use bytes::Bytes;
use serde_json::json;
use toss_standin::{Fault, Method, On, Rule};
use tracing::Level;
use walk::{Doors, Log, Shop, book};

const PAID: u64 = 22_000;

/// A shop whose webhooks are delivered by hand.
async fn shop() -> Shop {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    shop.keep_webhooks();
    shop
}

#[tokio::test]
async fn a_payment_whose_answer_was_lost_is_found_by_its_webhook() {
    let shop = shop().await;
    let (_, order) = shop.charged_and_unknown().await;
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
    let (_, order) = shop.charged_and_unknown().await;
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
    let (mut reader, order) = shop.charged_and_unknown().await;
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    shop.deliver_webhooks(2).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}

/// A call about a payment, under its own transmission.
fn changed(order: &str, key: &str, status: &str) -> String {
    json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": order, "paymentKey": key, "status": status } })
        .to_string()
}

#[tokio::test]
async fn many_calls_about_one_order_cost_few_questions() {
    let shop = shop().await;
    let (_, order) = shop.charged_and_unknown().await;
    let key = shop.ledger(&order).payments[0].payment_key.clone();
    // Forged, for a payment that was never asked for: each would cost a question.
    let mut other = shop.visitor();
    let waiting = other.to_an_order(Doors::Plain, "middle").await;
    let (before, recorded) = (shop.standin().api_calls(), shop.items_of_kind("done").len());
    for number in 0..200 {
        let body = changed(&waiting, "tgen_nothing", "DONE");
        assert_eq!(shop.webhook(&format!("forged-{number}"), body).await, 200);
    }
    let forged = shop.standin().api_calls() - before;
    assert!(forged <= 10, "200 calls cost {forged} questions");
    let records = shop.items_of_kind("done").len() - recorded;
    assert!(records <= 10, "200 calls left {records} records");
    // True ones, at the same time, in the minute in which Toss does not answer.
    shop.standin().fault(Rule { times: 10, ..Rule::once(On::Query, Fault::ErrorBefore) });
    let before = shop.standin().api_calls();
    let calls = (0..200).map(|number| {
        let (shop, body) = (&shop, changed(&order, &key, "DONE"));
        async move { shop.webhook(&format!("true-{number}"), body).await }
    });
    let answers = futures_util::future::join_all(calls).await;
    assert!(answers.iter().all(|status| matches!(status, 200 | 503)), "{answers:?}");
    let asked = shop.standin().api_calls() - before;
    assert!(asked <= 10, "200 calls cost {asked} questions");
    // Nothing that was told is forgotten.
    shop.minutes_pass(6).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charges), ("chosen", 1));
    assert_eq!(shop.items_of_kind("look"), Vec::<serde_json::Value>::new());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_call_that_meets_a_refund_is_answered_and_the_sums_are_right() {
    let errors = Log::keep(Level::ERROR);
    // The order is read before it is paid and its difference refunded, and Toss is asked after.
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    shop.keep_webhooks();
    let (mut reader, order) = shop.charged_and_unknown().await;
    let key = shop.ledger(&order).payments[0].payment_key.clone();
    let wire = shop.system().wire().clone();
    let pause = local::Breakage::Pause;
    wire.inject(local::Fault::on(local::Service::Dynamodb, "UpdateItem", pause).of("toss-webhook"));
    let meanwhile = async {
        wire.paused().await;
        reader.go(&format!("/pay/{order}")).await;
        reader.onward().await;
        shop.settle().await;
        shop.owner_ships(&order, "123456789012").await;
        shop.settle().await;
        assert_eq!(shop.ledger(&order).refunded, 2_000);
        wire.go_on();
    };
    let (status, ()) =
        tokio::join!(shop.webhook("late", changed(&order, &key, "PARTIAL_CANCELED")), meanwhile);
    assert_eq!(status, 200);
    let ledger = shop.ledger(&order);
    assert_eq!(
        (shop.state(&order).as_str(), ledger.charges, ledger.held()),
        ("shipped", 1, 20_000)
    );
    shop.minutes_pass(6).await;
    assert_eq!(shop.ledger(&order).held(), 20_000);
    assert_eq!(errors.text(), "", "nothing is wrong");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_payment_of_which_a_part_was_cancelled_by_hand_pays_its_order() {
    let shop = shop().await;
    let (mut reader, order) = shop.charged_and_unknown().await;
    let key = shop.ledger(&order).payments[0].payment_key.clone();
    let settings = toss::Settings {
        api_url: shop.standin().url(),
        secret_key: toss_standin::SECRET_KEY.to_owned().into(),
    };
    let there = toss::Client::new(&settings).unwrap();
    let cancel = toss::Cancel {
        reason: "손으로".to_owned(),
        amount: Some(1_000),
        tax_free: None,
        refund_to: None,
    };
    let by_hand = toss::IdempotencyKey::new("by-hand").unwrap();
    there.cancel(&key.parse().unwrap(), &cancel, &by_hand).await.unwrap();
    shop.deliver_webhooks(1).await;
    reader.go(&format!("/pay/{order}")).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!((shop.ledger(&order).charges, shop.ledger(&order).held()), (1, PAID - 1_000));
    shop.nothing_failed();
}
