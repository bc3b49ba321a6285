//! Payments recorded at about the time when their place runs out: the stock is read again, so that
//! nobody pays for a copy that has gone.

#![allow(clippy::unwrap_used, reason = "tests")]

use jiff::SignedDuration;
use local::{Breakage, Fault as Break, Service};
use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, Walker, book, isbn};

const PAID: u64 = 22_000;

/// A reader at the paying page of an order, whose place is the only copy.
async fn order_of_the_only_copy() -> (Shop, Walker, String) {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 1)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (shop, reader, order)
}

async fn the_owner_withdraws_the_copy(shop: &Shop) {
    shop.owner_does("owner-shelve", json!({ "withdraw": [{ "isbn": isbn(1) }] })).await;
}

#[tokio::test]
async fn a_payment_found_after_its_place_ran_out_is_refunded_if_no_copy_is_free() {
    let (shop, mut reader, order) = order_of_the_only_copy().await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
    reader.pay(Pay::Approve).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charged), ("priced", PAID));
    shop.minutes_pass(16).await;
    the_owner_withdraws_the_copy(&shop).await;
    shop.standin().clear_faults();
    shop.minutes_pass(10).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn in_the_last_minute_of_a_place_a_payment_does_not_overlook_that_the_copy_has_gone() {
    let (shop, mut reader, order) = order_of_the_only_copy().await;
    shop.time_passes(SignedDuration::from_secs(14 * 60 + 30)).await;
    let wire = shop.system().wire().clone();
    wire.inject(Break::on(Service::Dynamodb, "TransactWriteItems", Breakage::Pause).of("pay"));
    let meanwhile = async {
        wire.paused().await;
        the_owner_withdraws_the_copy(&shop).await;
        wire.go_on();
    };
    tokio::join!(reader.pay(Pay::Approve), meanwhile);
    shop.settle().await;
    let ledger = shop.ledger(&order);
    assert_eq!((shop.state(&order).as_str(), ledger.charged, ledger.held()), ("refunded", PAID, 0));
    shop.nothing_failed();
}
