//! Refunds by the owner, checked against the payment service's ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Shop, book, ready};

const PAID: u64 = 22_000;

async fn sent(price: u64) -> (Shop, String) {
    let shop = Shop::with_books(&[book(1, price, 5, 3)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    (shop, order)
}

/// The parcel is handed over, with which the price difference goes back.
async fn posted(shop: &Shop, order: &str) {
    shop.settle().await;
    shop.owner_ships(order, "123456789012").await;
    shop.settle().await;
}

#[tokio::test]
async fn the_owner_refunds_once_and_the_reader_is_told_why() {
    let (shop, order) = sent(17_000).await;
    shop.settle().await;
    let call = json!({ "order": order, "amount": 3_000, "reason": "모서리가 접힌 책" });
    let preview = shop.owner("owner-refund", call.clone()).await;
    assert!(preview["would_do"][0].as_str().unwrap().contains("3,000원"), "{preview:#}");
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), PAID, "a dry run moves nothing");
    for _ in 0..3 {
        let done = shop.owner("owner-refund", ready(&preview)).await;
        assert_eq!(done["status"], 200, "{done:#}");
        shop.settle().await;
    }
    assert_eq!(shop.ledger(&order).held(), PAID - 3_000);
    assert_eq!(shop.stage(&order), "prepared");
    let letters: Vec<Value> = shop
        .items()
        .into_iter()
        .filter(|item| item["kind"]["S"] == "letter" && item["notice"]["S"] == "refunded")
        .collect();
    assert!(letters.iter().any(|letter| {
        letter["text"]["S"].as_str().is_some_and(|text| text.contains("모서리가 접힌 책"))
    }));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refund_is_never_more_than_is_held_and_every_wrong_field_is_explained() {
    let (shop, order) = sent(17_000).await;
    shop.settle().await;
    for (call, field) in [
        (json!({ "order": order, "amount": PAID + 1, "reason": "까닭" }), "amount"),
        (json!({ "order": order, "amount": 0, "reason": "까닭" }), "amount"),
        (json!({ "order": order, "amount": "3000", "reason": "까닭" }), "amount"),
        (json!({ "order": order, "amount": 3000, "reason": " " }), "reason"),
        (json!({ "order": "none", "amount": 3000, "reason": "까닭" }), "order"),
        (
            json!({ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "amount": 3000, "reason": "까닭" }),
            "order",
        ),
    ] {
        let answer = shop.owner("owner-refund", call).await;
        assert_eq!(
            (&answer["status"], &answer["problems"][0]["field"]),
            (&json!(400), &json!(field)),
            "{answer:#}"
        );
    }
    assert_eq!(shop.ledger(&order).held(), PAID);
}

#[tokio::test]
async fn a_refused_refund_is_listed_and_tried_again() {
    let (shop, order) = sent(15_000).await;
    shop.standin()
        .fault(Rule::once(On::Cancel, Fault::Answer { code: "NOT_CANCELABLE_AMOUNT".to_owned() }));
    posted(&shop, &order).await;
    let list = shop.owner("owner-refund", json!({})).await;
    assert_eq!(
        (&list["shows"][0]["data"]["what"], &list["shows"][0]["data"]["code"]),
        (&json!("멈춤"), &json!("NOT_CANCELABLE_AMOUNT")),
        "{list:#}"
    );
    let preview = shop.owner("owner-refund", ready(&list)).await;
    shop.owner("owner-refund", ready(&preview)).await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), 20_000);
    let list = shop.owner("owner-refund", json!({})).await;
    assert!(list["shows"].is_null(), "{list:#}");
}

#[tokio::test]
async fn a_refused_refund_is_noted_as_done_by_hand_once_and_the_reader_is_told() {
    let (shop, order) = sent(15_000).await;
    shop.standin()
        .fault(Rule::once(On::Cancel, Fault::Answer { code: "NOT_CANCELABLE_AMOUNT".to_owned() }));
    posted(&shop, &order).await;
    let list = shop.owner("owner-refund", json!({})).await;
    let call = list["calls"][1]["call"].clone();
    assert_eq!(list["calls"][1]["why"], "손으로 돌려드렸습니다");
    for (field, wrong) in
        [("by_hand", json!("어제")), ("by_hand", json!("2099-01-01")), ("amount", json!(1_000))]
    {
        let mut call = call.clone();
        call[field] = wrong;
        let answer = shop.owner("owner-refund", call).await;
        assert_eq!(
            (&answer["status"], &answer["problems"][0]["field"]),
            (&json!(400), &json!(field)),
            "{answer:#}"
        );
    }
    let preview = shop.owner("owner-refund", call).await;
    assert!(preview["would_do"][0].as_str().unwrap().contains("2,000원"), "{preview:#}");
    for _ in 0..2 {
        let done = shop.owner("owner-refund", ready(&preview)).await;
        assert_eq!(done["did"].as_array().unwrap().len(), 1, "{done:#}");
    }
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), PAID, "nothing moves at the provider");
    let list = shop.owner("owner-refund", json!({})).await;
    assert!(list["shows"].is_null(), "{list:#}");
    let letters: Vec<_> = shop
        .items()
        .into_iter()
        .filter(|item| item["kind"]["S"] == "letter" && item["notice"]["S"] == "refunded")
        .collect();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0]["text"]["S"]
            .as_str()
            .unwrap()
            .contains("주인장이 손수 돌려드렸습니다(길: 계좌로 보냄)")
    );
    let day = domain::base::calendar::today(shop.now()).to_string();
    let accounts = shop.owner("reconcile", json!({ "day": day })).await;
    assert_eq!(
        (
            &accounts["shows"][0]["data"]["differences"],
            &accounts["shows"][0]["data"]["by_hand_won"]
        ),
        (&json!(0), &json!(2_000))
    );
    shop.nothing_failed();
}
