//! What led to no paid order ends by itself; what was paid for is kept.

use serde_json::Value;
use walk::{Doors, Pay, Shop, Walker, book};

/// In how many days an item ends; `None` if it stays.
fn ends_in_days(shop: &Shop, item: &Value) -> Option<i64> {
    let expires: i64 = item["expires"]["N"].as_str()?.parse().unwrap();
    Some((expires - shop.now().as_second()) / (24 * 60 * 60))
}

fn ends(shop: &Shop, kind: &str) -> Vec<Option<i64>> {
    shop.items_of_kind(kind).iter().map(|item| ends_in_days(shop, item)).collect()
}

async fn at_the_payment(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (reader, order)
}

#[tokio::test]
async fn an_order_that_is_never_paid_leaves_nothing_for_ever() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let (_, _) = at_the_payment(&shop).await;
    for kind in ["visit", "letter", "order", "recipient"] {
        let ends = ends(&shop, kind);
        assert!(!ends.is_empty(), "{kind}");
        assert!(ends.iter().all(|days| days.is_some_and(|days| (179..=180).contains(&days))));
    }
    // Everything of the visitor has an end.
    let stays: Vec<_> = shop
        .items()
        .into_iter()
        .filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("VISITOR#"))
        .filter(|item| ends_in_days(&shop, item).is_none())
        .collect();
    assert!(stays.is_empty(), "{stays:#?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_paid_is_kept_and_a_later_step_does_not_end_it() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let (mut reader, order) = at_the_payment(&shop).await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    reader.go("/bookmark").await;
    let make = reader.here().form("#mine form");
    reader.submit(make).await;
    for kind in ["visit", "order"] {
        assert_eq!(ends(&shop, kind), [None], "{kind}");
    }
    let letters: Vec<_> = shop.items_of_kind("letter");
    let written = letters.iter().find(|letter| letter["author"]["S"] == "reader").unwrap();
    assert_eq!((ends_in_days(&shop, written), &written["waiting"]["S"]), (None, &"letter".into()));
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_cancelled_before_the_payment_ends_too() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let (mut reader, order) = at_the_payment(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    assert!(ends(&shop, "order")[0].is_some());
    let (mut paid, _) = at_the_payment(&shop).await;
    paid.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(ends(&shop, "order").iter().filter(|end| end.is_none()).count(), 1);
    shop.nothing_failed();
}
