//! The owner packs, and unpacks what was cancelled.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde_json::json;
use walk::{Doors, Pay, Shop, book, call_of, ready, shown};

fn number(shop: &Shop, order: &str) -> String {
    shop.order_item(order)["number"]["S"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_owner_packs_many_at_once_by_their_short_numbers() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let (mut reader, first) = shop.ordered(1).await;
    let (_, second) = shop.ordered(2).await;
    // 1 August 2026 is a Saturday.
    assert_eq!(number(&shop, &first), "20260801-01");
    assert_eq!(number(&shop, &second), "20260801-02");
    assert_eq!(reader.notices().await, ["paid", "chosen"], "nobody packed anything");
    let list = shop.owner("owner-pack", json!({})).await;
    assert_eq!(list["shows"].as_array().unwrap().len(), 2, "{list:#}");
    assert_eq!(list["shows"][0]["data"]["number"], "토-01");
    assert_eq!(list["shows"][0]["data"]["what"], "포장");
    assert!(list["shows"][0]["data"]["title"].is_string(), "the owner fetches it by its title");
    let unreadable = shop.owner("owner-pack", json!({ "packed": ["토 – 2", "없는 번호"] })).await;
    assert_eq!(unreadable["problems"][0]["field"], "packed[1]", "{unreadable:#}");
    assert_eq!(ready(&unreadable)["packed"], json!(["토 – 2"]), "rows are independent");
    // An order that does not exist does not stop the others.
    let call = json!({ "packed": ["토-01", second, "금-09"] });
    let preview = shop.owner("owner-pack", call).await;
    let done = shop.owner("owner-pack", ready(&preview)).await;
    assert_eq!(preview["problems"][0]["field"], "packed[2]", "{preview:#}");
    assert_eq!(ready(&preview)["packed"], json!(["토-01", second]), "without the bad row");
    assert_eq!(done["did"].as_array().unwrap().len(), 2, "{done:#}");
    assert!(done["problems"].is_null(), "{done:#}");
    shop.settle().await;
    assert_eq!((shop.state(&first), shop.state(&second)), ("packed".into(), "packed".into()));
    assert_eq!(reader.notices().await, ["paid", "chosen", "packed"]);
    let again = shop.owner("owner-pack", json!({ "packed": ["토-01"] })).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    let empty = shop.owner("owner-pack", json!({})).await;
    assert_eq!(empty["next"][0], "포장할 책이 없습니다.");
    shop.owner_ships("토-02", "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.state(&second), "shipped");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_books_to_fetch_stand_in_the_order_of_a_walk_along_the_shelves() {
    let at = |number: u32, spot: &str| {
        let mut book = book(number, 15_000, 5, 1);
        book["spot"] = spot.into();
        book
    };
    let shop =
        Shop::with_books(&[at(1, "나-1"), at(2, "가-12"), at(3, "가-3"), book(4, 15_000, 5, 1)])
            .await;
    for floor in 0..4 {
        shop.ordered(floor).await;
    }
    let list = shop.owner("owner-pack", json!({})).await;
    let spots: Vec<_> = shown(&list).iter().map(|parcel| parcel["spot"].clone()).collect();
    assert_eq!(json!(spots), json!(["가-3", "가-12", "나-1", null]), "{list:#}");
    let numbers = |answer: &serde_json::Value| -> Vec<String> {
        let shown = shown(answer);
        shown.iter().map(|parcel| parcel["order"].as_str().unwrap().to_owned()).collect()
    };
    let print = shop.owner("owner-pack", json!({ "print": "all" })).await;
    assert_eq!(numbers(&print), numbers(&list), "slips are printed as the books are fetched");
    let moved = json!({ "correct": [{ "isbn": walk::isbn(1), "spot": "가-1" }] });
    let said = shop.owner_does("owner-shelve", moved).await;
    assert!(said["did"][0].as_str().unwrap().contains("자리 나-1 → 가-1"), "{said:#}");
    let list = shop.owner("owner-pack", json!({})).await;
    assert_eq!(list["shows"][0]["data"]["spot"], "가-1", "{list:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn what_was_printed_is_noted_and_a_later_correction_asks_for_another_print() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shop.ordered(1).await;
    let parcel = async || shop.owner("owner-pack", json!({})).await["shows"][0]["data"].clone();
    assert!(parcel().await["printed"].is_null());
    let done = shop.owner_does("owner-pack", json!({ "printed": ["토-01"] })).await;
    assert_eq!(parcel().await["printed"], "8월 1일 토요일 09:00", "{done:#}");
    let undo = call_of(&done, "owner-pack");
    assert_eq!(undo["unprinted"], json!(["20260801-01"]), "{done:#}");
    shop.owner_does("owner-pack", undo).await;
    assert!(parcel().await["printed"].is_null(), "it is taken back");
    shop.owner_does("owner-pack", json!({ "printed": [order] })).await;
    shop.minutes_pass(1).await;
    reader.go(&format!("/address/{order}")).await;
    let form = reader.here().form("form[data-onward]").fill("detail", "302호");
    reader.submit(form).await;
    assert!(parcel().await["address_corrected"].is_string(), "the paper has the old address");
    shop.minutes_pass(1).await;
    shop.owner_does("owner-pack", json!({ "printed": [order] })).await;
    assert!(parcel().await["address_corrected"].is_null(), "the new paper has the new one");
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let refused = shop.owner("owner-pack", json!({ "printed": [order] })).await;
    assert!(
        refused["problems"][0]["expected"].as_str().unwrap().contains("인쇄할 것이 없습니다"),
        "{refused:#}"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn orders_prepared_at_the_same_time_have_different_numbers() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 12)]).await;
    shop.system().hold("pack");
    let mut orders = Vec::new();
    for floor in 0..12 {
        orders.push(shop.ordered(floor).await.1);
    }
    shop.system().release("pack");
    shop.settle().await;
    let mut numbers: Vec<String> = orders.iter().map(|order| number(&shop, order)).collect();
    numbers.sort();
    let expected: Vec<String> = (1..=12).map(|count| format!("20260801-{count:02}")).collect();
    assert_eq!(numbers, expected);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_packed_order_that_is_cancelled_is_unpacked_before_its_copy_can_be_sold() {
    for (copy, free) in [("good", 2), ("damaged", 1), ("lost", 1)] {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let (mut reader, order) = shop.ordered(1).await;
        shop.owner_packs(&order).await;
        shop.settle().await;
        assert_eq!(shop.state(&order), "packed");
        reader.go(&format!("/cancel/{order}")).await;
        reader.onward().await;
        shop.settle().await;
        assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
        assert_eq!((shop.stock("middle"), shop.sent_works()), ((1, 0), 0), "it is packed still");
        let desk = shop.owner("owner-desk", json!({})).await;
        assert_eq!(desk["shows"][0]["data"]["what"], "풀어 주십시오", "{desk:#}");
        let mut call = call_of(&desk, "owner-pack");
        let wrong = shop.owner("owner-pack", call.clone()).await;
        assert_eq!(wrong["problems"][0]["field"], "copy", "it has no default: {wrong:#}");
        call["copy"] = copy.into();
        shop.owner_does("owner-pack", call.clone()).await;
        assert_eq!(shop.stock("middle"), (free, 0), "{copy}");
        let again = shop.owner("owner-pack", call).await;
        assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
        let desk = shop.owner("owner-desk", json!({})).await;
        assert!(shown(&desk).is_empty(), "{desk:#}");
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn nothing_is_unpacked_that_was_not_cancelled_and_nothing_packed_that_was() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shop.ordered(1).await;
    let refused = shop.owner("owner-pack", json!({ "unpacked": [order], "copy": "good" })).await;
    let said = |answer: &serde_json::Value| {
        answer["problems"][0]["expected"].as_str().unwrap_or_default().to_owned()
    };
    assert!(said(&refused).contains("지금은 포장 전"), "{refused:#}");
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    let refused = shop.owner("owner-pack", json!({ "packed": [order] })).await;
    assert!(said(&refused).contains("포장할 때가 아닙니다"), "{refused:#}");
    shop.settle().await;
    assert_eq!((shop.stock("middle"), shop.ledger(&order).held()), ((2, 0), 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn what_goes_back_is_promised_with_the_parcel_and_not_before() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shop.ordered(1).await;
    assert_eq!(shop.ledger(&order).held(), 22_000);
    let window = reader.go(&format!("/window/{order}")).await;
    assert!(window.says("그 차액은 부칠 때 돌려드립니다"), "{window:?}");
    shop.owner_packs(&order).await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), 22_000);
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("shipped", 20_000));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_pays_at_night_and_every_sentence_is_true() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    shop.jump(18 * 60).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    shop.jump(5).await;
    let window = reader.go(&format!("/window/{order}")).await.text();
    let mailbox = reader.mailbox().await.text();
    for text in [&window, &mailbox] {
        for untrue in
            ["포장했습니다", "포장을 마쳤습니다", "주인장이 책을 골랐", "주인장이 보낼 책을"]
        {
            assert!(!text.contains(untrue), "at night nobody did it: {untrue}\n{text}");
        }
    }
    assert!(window.contains("규칙이 책을 골랐습니다") && window.contains("주문 취소"), "{window}");
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}
