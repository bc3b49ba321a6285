//! What is in stock: what runs out, what has gone, by place and by title, and by words.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use walk::{Doors, Shop, book, call_of, isbn};

fn titles(answer: &Value) -> Vec<&str> {
    let shows = answer["shows"].as_array().map(Vec::as_slice).unwrap_or_default();
    shows.iter().map(|show| show["data"]["title"].as_str().unwrap()).collect()
}

fn at(number: u32, title: &str, spot: &str, copies: u32) -> Value {
    let mut book = book(number, 15_000, 3, copies);
    book["title"] = title.into();
    if !spot.is_empty() {
        book["spot"] = spot.into();
    }
    book
}

#[tokio::test]
async fn the_owner_sees_what_runs_out_and_what_has_gone() {
    let books = [at(1, "흰", "가-12", 1), at(2, "봄밤", "가-3", 1), at(3, "여름 그곳", "", 4)];
    let shop = Shop::with_books(&books).await;
    let low = shop.owner("owner-shelve", json!({ "list": "low" })).await;
    assert_eq!(titles(&low), ["봄밤", "흰"], "in the order of a walk: {low:#}");
    let by_spot = shop.owner("owner-shelve", json!({ "list": "spot" })).await;
    assert_eq!(titles(&by_spot), ["봄밤", "흰", "여름 그곳"], "without a place last: {by_spot:#}");
    let by_title = shop.owner("owner-shelve", json!({ "list": "title" })).await;
    assert_eq!(titles(&by_title), ["봄밤", "여름 그곳", "흰"]);
    let gone = shop.owner("owner-shelve", json!({ "list": "gone" })).await;
    assert_eq!(
        (titles(&gone).len(), gone["next"][0].as_str()),
        (0, Some("다 나간 책이 없습니다."))
    );
    let withdraw = json!({ "withdraw": [{ "isbn": isbn(1) }] });
    shop.owner_does("owner-shelve", withdraw).await;
    let gone = shop.owner("owner-shelve", json!({ "list": "gone" })).await;
    assert_eq!(titles(&gone), ["흰"], "{gone:#}");
    let again = gone["shows"][0]["calls"][0]["call"].clone();
    shop.owner_does("owner-shelve", again).await;
    let gone = shop.owner("owner-shelve", json!({ "list": "gone" })).await;
    assert!(titles(&gone).is_empty(), "it stands on the shelf again: {gone:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_book_that_has_gone_is_found_and_not_sold() {
    let shop = Shop::with_books(&[at(1, "여름은 오래 그곳에", "나-1", 1)]).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    for words in ["여름 그곳", "아무개", "여름은오래", "여름, 그곳!"] {
        let found = shop.owner("owner-shelve", json!({ "search": words })).await;
        assert_eq!(titles(&found), ["여름은 오래 그곳에"], "{words}: {found:#}");
        assert_eq!(found["shows"][0]["data"]["free"], 0);
    }
    assert!(
        !reader.go("/shelf?range=middle").await.says("여름은 오래 그곳에"),
        "it is not for sale"
    );
    for words in ["겨울", "…"] {
        let nothing = shop.owner("owner-shelve", json!({ "search": words })).await;
        let said = nothing["next"][0].as_str().unwrap();
        assert!(said.starts_with("이런 책이 없습니다"), "{words}: {nothing:#}");
    }
    let wrong = shop.owner("owner-shelve", json!({ "list": "cheap" })).await;
    assert_eq!(wrong["problems"][0]["field"], "list", "{wrong:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_long_list_goes_on_where_it_stopped() {
    let books: Vec<Value> = (1..=130).map(|number| book(number, 15_000, 3, 1)).collect();
    let shop = Shop::with_books(&books).await;
    let mut call = json!({ "list": "title" });
    let mut seen = Vec::new();
    loop {
        let page = shop.owner("owner-shelve", call.clone()).await;
        assert_eq!(page["left"], 130, "all of them are counted");
        seen.extend(titles(&page).into_iter().map(str::to_owned));
        if page["calls"].as_array().is_none_or(Vec::is_empty) {
            break;
        }
        call = call_of(&page, "owner-shelve");
    }
    let mut all = seen.clone();
    all.sort();
    all.dedup();
    assert_eq!((seen.len(), all.len()), (130, 130), "each once");
    shop.nothing_failed();
}
