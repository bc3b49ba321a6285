//! The owner has a reader's data deleted by one of their orders or letters: shown first, done once.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Shop, event, ready};

/// A reader whose book has arrived, three days later.
async fn arrived(shop: &Shop) -> String {
    let mut reader = shop.visitor().writing("물푸레나무", "저는 금잔디나루에 삽니다");
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    shop.days_pass(3).await;
    order
}

fn table(shop: &Shop) -> String {
    shop.items().iter().map(Value::to_string).collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn a_reader_is_forgotten_by_an_order_once_it_is_confirmed() {
    let shop = Shop::at_full_price().await;
    let order = arrived(&shop).await;
    let before = table(&shop);
    let dry = shop.owner("owner-forget", json!({ "order": order })).await;
    let would = dry["would_do"][0].as_str().unwrap();
    assert!(would.contains("주문 1건") && would.contains("편지"), "{would}");
    assert!(dry["next"][0].as_str().unwrap().contains("전자상거래법"), "{dry}");
    assert!(!dry.to_string().contains("물푸레나무"), "an answer names nobody: {dry}");
    assert_eq!(table(&shop), before);
    let done = shop.owner("owner-forget", ready(&dry)).await;
    assert!(done["did"][0].as_str().unwrap().ends_with("지웠습니다."), "{done}");
    let left = table(&shop);
    assert!(!left.contains("금잔디나루") && !left.contains("물푸레나무"), "{left}");
    assert_eq!(shop.kept_records().len(), 1);
    // The same call again finds nobody, and says so.
    let again = shop.owner("owner-forget", ready(&dry)).await;
    assert!(
        again["problems"][0]["expected"].as_str().unwrap().contains("이미 지웠거나"),
        "{again}"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_is_forgotten_by_a_letter() {
    let shop = Shop::at_full_price().await;
    arrived(&shop).await;
    let letters = shop.owner("owner-letters", json!({})).await;
    let letter = letters["shows"][0]["data"]["letter"].clone();
    assert!(letter.is_string(), "{letters}");
    let done = shop.owner_does("owner-forget", json!({ "letter": letter })).await;
    assert!(done["did"][0].as_str().is_some(), "{done}");
    assert!(!table(&shop).contains("금잔디나루"));
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_under_way_or_unknown_is_said() {
    let shop = Shop::open().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let open = shop.owner("owner-forget", json!({ "order": order })).await;
    assert!(open["problems"][0]["expected"].as_str().unwrap().contains("진행 중"), "{open}");
    for wrong in [
        json!({}),
        json!({ "order": "x" }),
        json!({ "letter": 3 }),
        json!({ "order": order, "letter": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader" }),
        json!({ "order": "01JD9G5T3M8Q2W6X4Z7N1C0V5K" }),
        json!({ "letter": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader" }),
        json!({ "colour": "blue" }),
        event("owner-forget"),
    ] {
        let answer = shop.owner("owner-forget", wrong.clone()).await;
        assert_eq!(answer["status"], 400, "{wrong}: {answer}");
    }
    shop.nothing_failed();
}
