//! The owner's ways out of an order: copy, place, money, the note of the work and what the reader
//! reads end where they belong.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Recipient, Shop, Walker, book, event, ready};

async fn ordered(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    (reader, order)
}

async fn shipped(shop: &Shop) -> (Walker, String) {
    let (reader, order) = ordered(shop).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    (reader, order)
}

/// The dry run, the act and the act once more, which does nothing.
async fn does(shop: &Shop, call: Value) {
    let dry = shop.owner("owner-order", call).await;
    assert_eq!(dry["status"], 200, "{dry:#}");
    let done = shop.owner("owner-order", ready(&dry)).await;
    assert_eq!(done["did"], dry["would_do"], "{done:#}");
    shop.settle().await;
    let items = shop.items();
    let again = shop.owner("owner-order", ready(&dry)).await;
    assert!(again["did"][0].as_str().is_some_and(|did| did.contains("두 번 하지")), "{again:#}");
    shop.settle().await;
    assert_eq!(shop.items(), items, "the same call does nothing the second time");
}

async fn refused(shop: &Shop, call: Value) -> String {
    let answer = shop.owner("owner-order", call).await;
    assert_eq!(answer["status"], 400, "{answer:#}");
    answer["problems"][0]["expected"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn a_choice_taken_back_frees_the_work_and_the_copy_that_is_as_new() {
    for (copy, packed) in [("good", false), ("damaged", true), ("lost", true), ("lost", false)] {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let (mut reader, order) = ordered(&shop).await;
        if packed {
            shop.owner_packs(&order).await;
            shop.settle().await;
        }
        does(&shop, json!({ "order": order, "choose_anew": { "copy": copy } })).await;
        assert_eq!(shop.stage(&order), "prepared", "the same number: {copy}");
        let left = u32::from(copy == "good");
        assert_eq!((shop.stock("middle"), shop.sent_works()), ((left, 0), 2), "{copy}");
        let second = shop.order(&order).choice.unwrap().copy;
        assert_eq!(second, if copy == "good" { 1 } else { 2 }, "a lost copy is not chosen again");
        assert_eq!(shop.ledger(&order).held(), 22_000, "no money moves");
        assert!(reader.mailbox().await.says("다시 골랐습니다"), "{copy}");
        let call = json!({ "order": order, "choose_anew": { "copy": copy } });
        let said = shop.owner("owner-order", call).await["did"][0].to_string();
        assert!(said.contains("times에 2"), "{said}");
        shop.owner_ships(&order, "123456789012").await;
        shop.settle().await;
        assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("shipped", 20_000));
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn the_last_copy_is_lost_and_the_order_waits_for_a_book_or_is_cancelled() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let (mut reader, order) = ordered(&shop).await;
    does(&shop, json!({ "order": order, "choose_anew": { "copy": "lost" } })).await;
    assert_eq!((shop.state(&order).as_str(), shop.sent_works()), ("choosing", 0));
    assert!(reader.go(&format!("/window/{order}")).await.says("새 책을 기다립니다"));
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["data"]["what"], "책이 모자람", "{desk:#}");
    does(&shop, json!({ "order": order, "cancel": { "reason": "품절된 책입니다" } })).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    assert_eq!(shop.stock("middle"), (0, 0), "the place is free");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_cancels_and_the_reader_reads_who_and_why() {
    for packed in [false, true] {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let (mut reader, order) = ordered(&shop).await;
        if packed {
            shop.owner_packs(&order).await;
            shop.settle().await;
        }
        does(&shop, json!({ "order": order, "cancel": { "reason": "젖은 책입니다" } })).await;
        assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
        assert_eq!((shop.stock("middle"), shop.sent_works()), ((2 - u32::from(packed), 0), 0));
        let window = reader.go(&format!("/window/{order}")).await.text();
        let mailbox = reader.mailbox().await.text();
        for page in [window, mailbox] {
            assert!(page.contains("주인장이 주문을 취소했습니다. 까닭: 젖은 책입니다"), "{page}");
            let rest = page.replace("주인장이 주문을 취소했습니다", "");
            assert!(
                !rest.contains("취소하신 주문") && !rest.contains("주문을 취소했습니다"),
                "the reader did not cancel: {page}"
            );
        }
        let said =
            refused(&shop, json!({ "order": order, "choose_anew": { "copy": "good" } })).await;
        assert_eq!(said.contains("포장 풀기"), packed, "{said}");
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn an_order_is_cancelled_before_it_is_paid_and_its_place_is_free() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(shop.stock("middle"), (1, 1));
    does(&shop, json!({ "order": order, "cancel": { "reason": "가게를 쉽니다" } })).await;
    assert_eq!((shop.state(&order).as_str(), shop.stock("middle")), ("cancelled", (1, 0)));
    assert!(reader.mailbox().await.says("받은 돈은 없습니다"));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_lost_parcel_is_refunded_or_sent_again() {
    for again in [false, true] {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let (mut reader, order) = shipped(&shop).await;
        let then = if again { "again" } else { "refund" };
        does(&shop, json!({ "order": order, "in_the_post": "lost", "then": then })).await;
        assert!(reader.mailbox().await.says("배송 중에 없어졌습니다"));
        if again {
            assert_eq!((shop.stage(&order).as_str(), shop.sent_works()), ("prepared", 2));
            assert_eq!(shop.stock("middle"), (0, 0), "the second copy is on its way");
            assert!(reader.go(&format!("/window/{order}")).await.says("규칙이 책을 골랐습니다"));
            shop.owner_ships(&order, "123456789013").await;
            shop.settle().await;
            assert_eq!(shop.state(&order), "shipped");
            assert_eq!(shop.ledger(&order).held(), 20_000, "the difference goes back once");
        } else {
            assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
            assert_eq!((shop.stock("middle"), shop.sent_works()), ((1, 0), 0));
        }
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_parcel_that_came_back_goes_out_again_or_its_money_goes_back() {
    for (copy, then) in
        [("good", "again"), ("damaged", "again"), ("good", "refund"), ("lost", "refund")]
    {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let (mut reader, order) = shipped(&shop).await;
        let call = json!({ "order": order, "in_the_post": "undeliverable", "then": then });
        assert!(
            refused(&shop, call.clone()).await.contains("good"),
            "the condition has no default"
        );
        let mut call = call;
        call["copy"] = copy.into();
        does(&shop, call).await;
        let (state, free, held) = match (copy, then) {
            ("good", "again") => ("chosen", 1, 20_000),
            (_, "again") => ("chosen", 0, 20_000),
            ("good", _) => ("refunded", 2, 0),
            _ => ("refunded", 1, 0),
        };
        assert_eq!(shop.state(&order), state);
        assert_eq!((shop.stock("middle"), shop.ledger(&order).held()), ((free, 0), held), "{copy}");
        assert!(!reader.mailbox().await.says("돌려보내신 책"), "the reader sent nothing back");
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn an_arrival_is_taken_back_and_a_return_noted_for_a_reader_who_called() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shipped(&shop).await;
    shop.owner_does("owner-ship", json!({ "delivered": [order] })).await;
    assert_eq!(shop.state(&order), "delivered");
    does(&shop, json!({ "order": order, "arrival_taken_back": true })).await;
    assert_eq!(shop.state(&order), "shipped");
    assert!(reader.go(&format!("/window/{order}")).await.says("책을 부쳤습니다"));
    let back = json!({ "order": order, "return_for": { "reason": "mind_changed" } });
    assert!(refused(&shop, back.clone()).await.contains("받으신 날"));
    let mut back = back;
    back["return_for"]["received"] = shop.today().to_string().into();
    does(&shop, back).await;
    assert_eq!(shop.state(&order), "delivered");
    assert!(reader.mailbox().await.says("돌려보내시는 것으로 주인장이 적었습니다"));
    let said = refused(&shop, json!({ "order": order, "arrival_taken_back": true })).await;
    assert!(said.contains("돌아왔습니다"), "{said}");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_shows_its_ways_and_a_wrong_call_names_its_field() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    assert_eq!(shop.owner("owner-order", event("owner-order")).await["status"], 400);
    let (_, order) = ordered(&shop).await;
    let shown = shop.owner("owner-order", json!({ "order": "토-01" })).await;
    assert_eq!(shown["shows"][0]["data"]["order"], order.as_str(), "{shown:#}");
    let ways: Vec<&str> = shown["shows"][0]["calls"]
        .as_array()
        .unwrap()
        .iter()
        .map(|way| way["why"].as_str().unwrap())
        .collect();
    assert_eq!(ways, ["주문 취소", "책 바꾸기", "직접 전달", "편지 쓰기", "적어 두기"]);
    let said = refused(&shop, json!({ "order": order, "arrival_taken_back": true })).await;
    assert!(said.contains("할 수 있는 일: 주문 취소, 책 바꾸기"), "{said}");
    for (call, field) in [
        (json!({}), "order"),
        (json!({ "order": order, "colour": 1 }), "colour"),
        (json!({ "order": order, "cancel": { "reason": "" } }), "cancel.reason"),
        (json!({ "order": order, "choose_anew": { "copy": "new" } }), "choose_anew.copy"),
        (json!({ "order": order, "in_the_post": "stolen" }), "in_the_post"),
        (json!({ "order": order, "cancel": {}, "arrival_taken_back": true }), "arrival_taken_back"),
    ] {
        let answer = shop.owner("owner-order", call).await;
        assert_eq!(answer["problems"][0]["field"], field, "{answer:#}");
    }
    shop.nothing_failed();
}

/// The orders that the owner finds.
async fn found(shop: &Shop, typed: &str) -> Vec<String> {
    let answer = shop.owner("owner-order", json!({ "find": typed })).await;
    assert_eq!(answer["status"], 200, "{answer:#}");
    let shows = answer["shows"].as_array().cloned().unwrap_or_default();
    shows.iter().map(|show| show["data"]["order"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn an_order_is_found_by_whatever_the_owner_knows_of_it() {
    let shop = Shop::at_full_price().await;
    let recipient = Recipient {
        name: "Kim 남궁별".to_owned(),
        phone: "010-7531-9864".to_owned(),
        ..Recipient::default()
    };
    let mut reader = shop.visitor().writing("물푸레 나무", "저는 강가에 삽니다").living(recipient);
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(found(&shop, "01075319864").await, [""; 0], "it is not paid");
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let other = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let number = shop.order_item(&order)["number"]["S"].as_str().unwrap().to_owned();
    for typed in [
        "010-7531-9864",
        "+82 10 7531 9864",
        "kim남궁별",
        "물푸레나무",
        "1234-5678-9012",
        number.as_str(),
        order.as_str(),
    ] {
        assert_eq!(found(&shop, typed).await, [order.as_str()], "{typed}");
    }
    assert!(found(&shop, "남궁").await.is_empty(), "a part of a name is no name");
    assert!(found(&shop, "9864").await.is_empty() && found(&shop, "…").await.is_empty());
    assert_ne!(other, order);
    // No key of the table says whom it is about.
    for item in shop.items() {
        let keys = format!("{}{}", item["pk"], item["sk"]);
        for personal in ["75319864", "남궁", "물푸레", "123456789012"] {
            assert!(!keys.contains(personal), "{keys}");
        }
    }
    let wrong = refused(&shop, json!({ "find": "가".repeat(61) })).await;
    assert!(wrong.contains("60자"), "{wrong}");
    // In the office, a single one is opened at once.
    let mut owner = OwnerDevice::let_in(&shop, "전화기").await;
    owner.open("/office/find?q=%EB%AC%BC%ED%91%B8%EB%A0%88%EB%82%98%EB%AC%B4").await;
    assert!(owner.here().says("남궁별") && owner.here().says("부침"), "{:?}", owner.here());
    owner.open("/office/find?q=nobody").await;
    assert!(owner.here().says("찾은 주문이 없습니다"), "{:?}", owner.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn what_an_order_is_found_by_moves_with_the_address_and_goes_with_the_reader() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = ordered(&shop).await;
    let telephone =
        shop.order_item(&order)["address"]["M"]["phone"]["S"].as_str().unwrap().to_owned();
    assert_eq!(found(&shop, &telephone).await, [order.as_str()]);
    reader.go(&format!("/address/{order}")).await;
    let form = reader.here().form("form[data-onward]").fill("phone", "010-2468-1357");
    reader.submit(form).await;
    assert!(found(&shop, &telephone).await.is_empty(), "the old number says nothing any more");
    assert_eq!(found(&shop, "01024681357").await, [order.as_str()]);
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    shop.days_pass(3).await;
    assert!(!shop.items_of_kind("found").is_empty());
    shop.owner_does("owner-forget", json!({ "order": order })).await;
    assert!(shop.items_of_kind("found").is_empty());
    assert!(found(&shop, "01024681357").await.is_empty());
    shop.nothing_failed();
}

#[tokio::test]
async fn what_the_owner_writes_down_stands_where_the_order_is_worked_on() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1)]).await;
    let (mut reader, order) = ordered(&shop).await;
    let gift = "선물이니 책띠를 벗기지 말 것";
    does(&shop, json!({ "order": order, "note": gift })).await;
    let shown = shop.owner("owner-order", json!({ "order": order })).await;
    assert!(shown.to_string().contains(gift), "{shown:#}");
    let parcel = shop.owner("owner-pack", json!({})).await;
    assert_eq!(parcel["shows"][0]["data"]["notes"][0]["text"], gift, "{parcel:#}");
    let window = reader.go(&format!("/window/{order}")).await;
    assert!(!window.says(gift), "it is the owner's");
    let long = refused(&shop, json!({ "order": order, "note": "가".repeat(501) })).await;
    assert!(long.contains("500자까지"), "{long}");
    shop.nothing_failed();
}
