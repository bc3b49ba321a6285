//! Hourly notes for the owner's day, and the owner's morning report of promised orders.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Shop, book};

#[tokio::test]
async fn the_owner_is_told_the_day_before_and_after_the_promised_day() {
    // The first day is a Saturday, so three working days end on Wednesday.
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.order(&order).promised.to_string(), "2026-08-05");
    let mut days = Vec::new();
    for _ in 0..7 {
        let before = shop.owner_messages().len();
        shop.jump(24 * 60).await;
        days.push(shop.owner_messages().split_off(before).join(" "));
    }
    let near = "내일까지 부치기로 한 주문이 1건 있습니다. owner-desk를 열어 주세요.";
    let past = "약속한 날이 지난 주문이 1건 있습니다. owner-desk를 열어 주세요.";
    assert_eq!(days, ["", "", near, near, past, past, past], "once a morning");
    // Once shipped, it is not reported any more.
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let before = shop.owner_messages().len();
    shop.jump(48 * 60).await;
    assert_eq!(shop.owner_messages().len(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn the_shop_notes_its_stock_and_its_desk_every_hour() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 7)]).await;
    shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(3 * 60).await;
    let notes = shop.item("HOUSE", "NOTES#2026-08-01")["notes"]["L"]
        .as_array()
        .cloned()
        .unwrap_or_default();
    let figures: Vec<(Value, Value)> = notes
        .iter()
        .map(|note| (note["M"]["free"]["N"].clone(), note["M"]["waiting"]["N"].clone()))
        .collect();
    assert!((2..=4).contains(&figures.len()), "one an hour: {figures:?}");
    assert_eq!(figures.last().unwrap(), &(json!("6"), json!("1")));
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let today = phone.open("/office").await;
    let drawn = today.first(".plot svg[role=img]").unwrap().attr("aria-label").unwrap();
    assert!(drawn.contains("서가에 남은 책"), "{drawn}");
    for personal in ["김읽는이", "010-1234-5678", "창의문로"] {
        assert!(!today.says(personal), "the day’s page shows {personal}");
    }
    shop.nothing_failed();
}
