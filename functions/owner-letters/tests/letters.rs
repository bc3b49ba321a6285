//! The owner reads a letter, the reader gets the answer, and a book that the reader owns is never
//! sent.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Pay, Shop, book, isbn};

async fn unread(shop: &Shop) -> Vec<Value> {
    shop.owner("owner-letters", json!({})).await["shows"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_letter_is_read_answered_once_and_found_in_the_mailbox() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 15_000, 4, 2)]).await;
    let mut reader = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.");
    reader.to_an_order(Doors::Plain, "middle").await;
    shop.settle().await;
    assert!(unread(&shop).await.is_empty(), "an order that is not paid puts nothing on the desk");
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    let waiting = unread(&shop).await;
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert_eq!(waiting[0]["text"], "창밖에 눈이 옵니다.");
    let call = json!({ "letters": [{ "letter": waiting[0]["data"]["letter"], "answer": "여기도 눈이 옵니다." }] });
    shop.owner_does("owner-letters", call.clone()).await;
    assert!(unread(&shop).await.is_empty());
    let again = shop.owner_does("owner-letters", call).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    shop.settle().await;
    let told: Vec<_> = shop
        .published_notices()
        .into_iter()
        .filter(|publish| publish.message.contains("answered"))
        .collect();
    assert_eq!(told.len(), 1, "the reader is told once: {told:#?}");
    assert!(!told[0].message.contains("여기도"), "the push tells nothing of the letter");
    let mailbox = reader.mailbox().await;
    assert!(mailbox.says("여기도 눈이 옵니다.") && mailbox.says("주인장에게서"));
    assert!(mailbox.says("창밖에 눈이 옵니다."), "the reader’s own letter stays");
    shop.nothing_failed();
}

#[tokio::test]
async fn two_letters_of_one_reader_are_answered_in_one_call_and_not_at_night() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 15_000, 4, 2)]).await;
    let mut reader = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.");
    reader.walk(Doors::Plain).await;
    shop.minutes_pass(1).await;
    reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    // Eleven in the evening.
    shop.minutes_pass(14 * 60).await;
    let told = || {
        shop.published_notices()
            .into_iter()
            .filter(|publish| publish.message.contains("answered"))
            .count()
    };
    let letters: Vec<Value> = unread(&shop)
        .await
        .iter()
        .zip(["첫 답장", "둘째 답장"])
        .map(|(letter, answer)| json!({ "letter": letter["data"]["letter"], "answer": answer }))
        .collect();
    assert_eq!(letters.len(), 2);
    shop.owner_does("owner-letters", json!({ "letters": letters })).await;
    shop.minutes_pass(60).await;
    let mailbox = reader.mailbox().await;
    assert!(mailbox.says("첫 답장") && mailbox.says("둘째 답장"), "there at once: {mailbox:?}");
    assert_eq!(told(), 0);
    shop.minutes_pass(9 * 60).await;
    assert_eq!(told(), 2);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_book_that_the_reader_has_is_never_sent() {
    let books = [book(1, 15_000, 5, 2), book(2, 15_000, 4, 2), book(3, 15_000, 3, 2)];
    let shop = Shop::with_books(&books).await;
    let mut reader = shop.visitor();
    let first = reader.walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.chosen(&first), isbn(1));
    let waiting = unread(&shop).await;
    let call =
        json!({ "letters": [{ "letter": waiting[0]["data"]["letter"], "owned": [isbn(2)] }] });
    shop.owner_does("owner-letters", call).await;
    let order = reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(shop.chosen(&order), isbn(3));
}

#[tokio::test]
async fn the_owner_writes_unasked_once_a_day_and_the_reader_is_told_by_day() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    // Eleven in the evening.
    shop.minutes_pass(14 * 60).await;
    let told = || {
        let published = shop.published_notices().into_iter();
        published.filter(|publish| publish.message.contains("answered")).count()
    };
    let number = shop.order(&order).number.unwrap().to_string();
    let write = |order: &str, text: &str| json!({ "write": { "order": order, "text": text } });
    let call = write(&number, "책이 하루 늦어져 미안합니다.");
    let dry = shop.owner("owner-letters", call.clone()).await;
    assert_eq!(dry["shows"][0]["text"], "책이 하루 늦어져 미안합니다.", "{dry:#}");
    assert!(dry["shows"][0]["facts"][0][1].as_str().unwrap().contains("소식을 원하지"), "{dry:#}");
    assert!(!reader.mailbox().await.says("하루 늦어져"), "a preview sends nothing");
    let confirmed = shop.confirmed("owner-letters", call).await;
    shop.owner("owner-letters", confirmed.clone()).await;
    let again = shop.owner("owner-letters", confirmed).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    let second = shop.owner("owner-letters", write(&order, "한 통 더")).await;
    assert!(
        second["problems"][0]["expected"].as_str().unwrap().contains("하루에 한 통"),
        "{second:#}"
    );
    shop.minutes_pass(50).await;
    assert!(reader.mailbox().await.says("책이 하루 늦어져 미안합니다."));
    assert_eq!(told(), 0, "not at night");
    shop.minutes_pass(10 * 60).await;
    assert_eq!(told(), 1);
    // The next day there may be another.
    let next = shop.owner_does("owner-letters", write(&order, "한 통 더")).await;
    assert!(next["did"][0].as_str().unwrap().contains("편지함에 편지를 넣었습니다"), "{next:#}");
    shop.settle().await;
    assert!(reader.mailbox().await.says("한 통 더"));
    assert_eq!(told(), 2);
    for (call, field) in [
        (json!({ "write": 1 }), "write.order"),
        (write("x", "글"), "write.order"),
        (write(&order, " "), "write.text"),
        (write(&order, &"가".repeat(4_001)), "write.text"),
        (write("01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "글"), "write.order"),
        (json!({ "write": { "order": order, "text": "글" }, "letters": [] }), "letters"),
    ] {
        let answer = shop.owner("owner-letters", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_wrong_call_is_answered_with_the_field_and_an_example() {
    let shop = Shop::empty().await;
    let name = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader";
    for (call, field) in [
        (json!({ "limit": 0 }), "limit"),
        (json!({ "letters": [] }), "letters"),
        (json!({ "letters": [{ "letter": "x" }] }), "letters[0].letter"),
        (json!({ "letters": [{ "letter": name }] }), "letters[0].letter"),
        (json!({ "letters": [{ "letter": name, "answer": 1 }] }), "letters[0].answer"),
        (json!({ "letters": [{ "letter": name, "owned": ["1"] }] }), "letters[0].owned"),
    ] {
        let answer = shop.owner("owner-letters", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}
