//! A payment that is found after its place ran out: the stock is read again, so that nobody pays for
//! a copy that has gone.

#![allow(clippy::unwrap_used, reason = "tests")]

use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, book, isbn};

const PAID: u64 = 22_000;

#[tokio::test]
async fn a_payment_found_after_its_place_ran_out_is_refunded_if_no_copy_is_free() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 1)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
    reader.pay(Pay::Approve).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charged), ("priced", PAID));
    shop.minutes_pass(16).await;
    shop.owner_does("owner-shelve", json!({ "withdraw": [{ "isbn": isbn(1) }] })).await;
    shop.standin().clear_faults();
    shop.minutes_pass(10).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}
