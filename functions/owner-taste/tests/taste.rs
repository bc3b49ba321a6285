//! A change of taste applies from the next order on, and the shelf is ranked anew while orders go
//! on.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Shop, book, isbn, ready};

fn tagged(number: u32, love: u8, tag: &str) -> Value {
    let mut book = book(number, 15_000, love, 3);
    book["tags"] = json!([tag]);
    book
}

async fn chosen(shop: &Shop) -> Value {
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.chosen(&order).into()
}

#[tokio::test]
async fn love_moods_and_vetoes_lead_the_next_choice() {
    // One address, so no book is chosen twice.
    let books =
        [tagged(1, 4, "여름"), tagged(2, 4, "겨울"), tagged(3, 2, "봄"), tagged(4, 3, "겨울")];
    let shop = Shop::with_books(&books).await;
    shop.owner_does("owner-taste", json!({ "season": { "tags": ["겨울"] }, "today": ["겨울"] }))
        .await;
    assert_eq!(chosen(&shop).await, isbn(2));
    shop.owner_does("owner-taste", json!({ "veto": [{ "work": isbn(1), "until": "2026-08-01" }] }))
        .await;
    assert_eq!(chosen(&shop).await, isbn(4));
    let loved = json!({ "books": [{ "isbn": isbn(3), "love": 5, "words": "눈 뜨는 아침" }] });
    shop.owner_does("owner-taste", loved).await;
    assert_eq!(chosen(&shop).await, isbn(3));
    // The veto was for one day.
    shop.minutes_pass(24 * 60).await;
    assert_eq!(chosen(&shop).await, isbn(1));
    let shown = shop.owner("owner-taste", json!({})).await;
    assert_eq!(shown["shows"][0]["data"]["choosing_now"], "집이 고름(auto)");
    assert_eq!(shown["shows"][0]["data"]["season"][0]["tags"], json!(["겨울"]));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_mood_brings_a_book_from_deep_in_the_shelf_to_the_front() {
    let mut books: Vec<Value> = (1..=90).map(|number| book(number, 15_000, 4, 1)).collect();
    // Ranked last by love alone, beyond the forty books that a choice reads.
    books.push(tagged(91, 3, "바다"));
    books.push(tagged(92, 3, "바다"));
    let shop = Shop::with_books(&books).await;
    let rank = || shop.book_item(&isbn(91))["rank"]["S"].clone();
    let before = rank();
    shop.owner_does("owner-taste", json!({ "today": ["바다"], "season": { "tags": ["바다"] } }))
        .await;
    assert!(rank().as_str() > before.as_str(), "{before} became {}", rank());
    let shown = shop.owner("owner-taste", json!({})).await;
    assert_eq!(shown["shows"][0]["data"]["placed"], true, "{shown:#}");
    // The shelf is ranked anew every day.
    shop.minutes_pass(24 * 60).await;
    assert_eq!(shop.owner("owner-taste", json!({})).await["shows"][0]["data"]["placed"], true);
    assert!(rank().as_str() < Some("500"), "the day’s mood is over: {}", rank());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_change_is_a_dry_run_first_and_done_once() {
    let shop = Shop::with_books(&[tagged(1, 4, "여름")]).await;
    let call = json!({ "veto": [{ "author": "아무개" }] });
    let preview = shop.owner("owner-taste", call.clone()).await;
    assert_eq!(preview["did"], json!([]));
    assert!(shop.item("HOUSE", "TASTE").is_null());
    shop.owner("owner-taste", ready(&preview)).await;
    let once = shop.item("HOUSE", "TASTE");
    shop.owner("owner-taste", ready(&preview)).await;
    assert_eq!(shop.item("HOUSE", "TASTE"), once);
    shop.owner_does("owner-taste", json!({ "lift": [{ "author": "아무개" }] })).await;
    assert!(shop.item("HOUSE", "TASTE")["vetoes"].is_null());
}

#[tokio::test]
async fn a_wrong_call_is_answered_with_the_field_and_an_example() {
    let shop = Shop::empty().await;
    for (call, field) in [
        (json!({ "mood": [] }), "mood"),
        (json!({ "choosing": "me" }), "choosing"),
        (json!({ "today": "비" }), "today.tags"),
        (json!({ "today": { "tags": ["비"], "until": "어제" } }), "today.until"),
        (json!({ "season": { "tags": ["비"], "until": "2020-01-01" } }), "season.until"),
        (json!({ "veto": [{}] }), "veto[0]"),
        (json!({ "books": [{ "isbn": "9788936434120" }] }), "books[0]"),
        (json!({ "books": [{ "isbn": "9788936434120", "love": 6 }] }), "books[0].love"),
        (json!({ "books": [{ "isbn": "9788936434120", "love": 5 }] }), "books[0].isbn"),
    ] {
        let answer = shop.owner("owner-taste", call.clone()).await;
        assert_eq!(answer["status"], 400, "{call}");
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}
