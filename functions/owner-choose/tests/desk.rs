//! The owner chooses: proposals on the desk, a pick, another book, "오늘은 없음", a copy that has
//! gone meanwhile.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use local::Outgoing;
use serde_json::{Value, json};
use walk::{Doors, Recipient, Shop, book, call_of, isbn, ready, shown};

/// A shop whose owner chooses, with one order on the desk.
async fn with_an_order(books: &[Value]) -> (Shop, String) {
    let shop = Shop::with_books(books).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let order = order(&shop).await;
    (shop, order)
}

async fn order(shop: &Shop) -> String {
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    order
}

fn five() -> Vec<Value> {
    (1..=5).map(|number| book(number, 15_000, u8::try_from(number).unwrap(), 2)).collect()
}

async fn proposals(shop: &Shop, order: &str) -> Vec<Value> {
    let desk = shop.owner("owner-desk", json!({})).await;
    let shown = shown(&desk)
        .into_iter()
        .find(|shown| shown["order"] == order)
        .expect("the order lies on the desk");
    shown["proposals"].as_array().cloned().unwrap_or_default()
}

#[tokio::test]
async fn the_owner_picks_one_of_three_with_the_call_that_the_desk_has_ready() {
    let (shop, order) = with_an_order(&five()).await;
    assert_eq!(shop.state(&order), "choosing");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(shown(&desk)[0]["what"], "고르기");
    let proposed: Vec<Value> =
        proposals(&shop, &order).await.iter().map(|proposal| proposal["isbn"].clone()).collect();
    assert_eq!(proposed, [isbn(5), isbn(4), isbn(3)]);
    let pasted = call_of(&desk, "owner-choose");
    let answer = shop.owner_does("owner-choose", pasted.clone()).await;
    assert!(answer["did"][0].as_str().unwrap().contains("없는 책 5"), "{answer:#}");
    shop.settle().await;
    assert_eq!((shop.stage(&order).as_str(), shop.chosen(&order)), ("prepared", isbn(5)));
    let again = shop.owner("owner-choose", pasted).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn another_book_needs_a_reason_and_the_reason_is_kept() {
    let (shop, order) = with_an_order(&five()).await;
    let mut pick = json!({ "picks": [{ "order": order, "isbn": isbn(1) }] });
    let answer = shop.owner("owner-choose", pick.clone()).await;
    assert_eq!(
        (&answer["status"], &answer["problems"][0]["field"]),
        (&json!(400), &json!("picks[0].because"))
    );
    pick["picks"][0]["because"] = "이 편지에는 이 책이어야 합니다".into();
    shop.owner_does("owner-choose", pick).await;
    shop.settle().await;
    assert_eq!((shop.stage(&order).as_str(), shop.chosen(&order)), ("prepared", isbn(1)));
    let because = &shop.order_item(&order)["choice"]["M"]["because"]["S"];
    assert_eq!(because, "이 편지에는 이 책이어야 합니다");
}

/// A book with a title of its own.
fn titled(number: u32, title: &str, price: u64, copies: u32) -> Value {
    let mut book = book(number, price, 1, copies);
    book["title"] = title.into();
    book
}

#[tokio::test]
async fn another_book_is_found_by_words_and_says_why_it_cannot_be_sent() {
    let mut books = five();
    books.push(titled(11, "여름은 오래 그곳에 남아", 15_000, 1));
    books.push(titled(12, "여름, 그곳", 21_000, 3));
    books.push(titled(13, "그곳의 여름", 14_000, 1));
    let (shop, order) = with_an_order(&books).await;
    shop.owner_does("owner-shelve", json!({ "withdraw": [{ "isbn": isbn(13) }] })).await;
    let search =
        json!({ "order": order, "search": "여름 그곳", "because": "편지에 여름이 나옵니다" });
    let answer = shop.owner("owner-choose", search.clone()).await;
    let shows = answer["shows"].as_array().unwrap();
    let found: Vec<(&str, &str, bool)> = shows
        .iter()
        .filter(|show| show["kind"] == "found")
        .map(|show| {
            let data = &show["data"];
            let why = data["why_not"].as_str().unwrap_or_default();
            (data["title"].as_str().unwrap(), why, show["calls"].is_array())
        })
        .collect();
    assert_eq!(
        found,
        [
            ("여름, 그곳", "약속한 책값 범위를 벗어납니다", false),
            ("여름은 오래 그곳에 남아", "", true),
            ("그곳의 여름", "남은 책이 없습니다", false),
        ],
        "{answer:#}"
    );
    let facts = shows[2]["facts"].to_string();
    for fact in ["15,000원", "17,000원까지", "1권"] {
        assert!(facts.contains(fact), "{fact}: {facts}");
    }
    // Without an order it is the next one that waits.
    let next = shop.owner("owner-choose", json!({ "search": "여름" })).await;
    assert_eq!(next["shows"][0]["data"]["order"], order.as_str(), "{next:#}");
    let pick = shows[2]["calls"][0]["call"].clone();
    shop.owner_does("owner-choose", pick).await;
    shop.settle().await;
    assert_eq!((shop.stage(&order).as_str(), shop.chosen(&order)), ("prepared", isbn(11)));
    let late = shop.owner("owner-choose", search).await;
    assert!(late["next"][0].as_str().unwrap().contains("고를 때가 아닙니다"), "{late:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_search_without_a_book_says_what_to_do() {
    let (shop, order) = with_an_order(&five()).await;
    for words in ["겨울", "…", "9788936434120"] {
        let answer = shop.owner("owner-choose", json!({ "order": order, "search": words })).await;
        assert!(answer["next"][0].as_str().unwrap().contains("서가에 책을 들인 뒤"), "{answer:#}");
        assert_eq!(answer["shows"].as_array().unwrap().len(), 1, "the order alone: {answer:#}");
    }
    // An ISBN finds its one book.
    let found = shop.owner("owner-choose", json!({ "order": order, "search": isbn(1) })).await;
    assert_eq!(found["shows"][1]["data"]["isbn"], isbn(1), "{found:#}");
    assert_eq!(found["shows"][1]["calls"][0]["call"]["picks"][0]["because"], "");
    shop.owner_does("owner-choose", json!({ "picks": [{ "order": order, "none_today": true }] }))
        .await;
    let none = shop.owner("owner-choose", json!({ "search": "책" })).await;
    assert_eq!(none["next"][0], "고를 주문이 없습니다.", "{none:#}");
    for (call, field) in [
        (json!({ "search": "" }), "search"),
        (json!({ "search": "가".repeat(61) }), "search"),
        (json!({ "search": "책", "because": "가".repeat(201) }), "because"),
        (json!({ "search": "책", "order": "x" }), "order"),
    ] {
        let answer = shop.owner("owner-choose", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn none_today_waits_until_tomorrow_and_the_reader_is_told_once() {
    let shop = Shop::with_books(&five()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let none = json!({ "picks": [{ "order": order, "none_today": true }] });
    shop.owner_does("owner-choose", none.clone()).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!((&shown(&desk)[0]["what"], &desk["calls"]), (&json!("내일 고르기"), &Value::Null));
    let again = shop.owner("owner-choose", none.clone()).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    shop.minutes_pass(24 * 60).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(shown(&desk)[0]["what"], "고르기");
    shop.owner_does("owner-choose", none).await;
    shop.settle().await;
    let mailbox = reader.mailbox().await;
    assert_eq!(mailbox.all("[data-notice=later]").len(), 1, "told once, although it took two days");
    assert!(mailbox.says("내일 다시 고릅니다"));
    assert_eq!(shop.state(&order), "choosing");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_copy_gone_between_proposal_and_pick_brings_new_proposals() {
    let books: Vec<Value> =
        (1..=5).map(|number| book(number, 15_000, u8::try_from(number).unwrap(), 1)).collect();
    let (shop, first) = with_an_order(&books).await;
    let second = order(&shop).await;
    let pick = |order: &str, isbn: String| json!({ "picks": [{ "order": order, "isbn": isbn }] });
    shop.owner_does("owner-choose", pick(&first, isbn(5))).await;
    let preview = shop.owner("owner-choose", pick(&second, isbn(5))).await;
    assert_eq!(preview["status"], 200, "{preview:#}");
    let said = preview["would_do"][0].as_str().unwrap();
    assert!(said.contains("남은 책이 없습니다"), "{said}");
    assert_eq!(preview["shows"][0]["data"]["proposals"][0]["isbn"], isbn(4));
    assert_eq!(proposals(&shop, &second).await[0]["isbn"], isbn(5), "a dry run changes nothing");
    shop.owner("owner-choose", ready(&preview)).await;
    let proposed: Vec<Value> =
        proposals(&shop, &second).await.iter().map(|proposal| proposal["isbn"].clone()).collect();
    assert_eq!(proposed, [isbn(4), isbn(3), isbn(2)]);
    shop.owner_does("owner-choose", pick(&second, isbn(4))).await;
    shop.settle().await;
    assert_eq!((shop.stage(&first), shop.stage(&second)), ("prepared".into(), "prepared".into()));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_change_of_taste_does_not_change_proposals_on_the_desk() {
    let (shop, first) = with_an_order(&five()).await;
    let pasted = call_of(&shop.owner("owner-desk", json!({})).await, "owner-choose");
    let change =
        json!({ "veto": [{ "work": isbn(5) }], "books": [{ "isbn": isbn(1), "love": 5 }] });
    shop.owner_does("owner-taste", change).await;
    shop.minutes_pass(10).await;
    assert_eq!(proposals(&shop, &first).await[0]["isbn"], isbn(5), "what lies on the desk stays");
    // The proposals of the next order follow the new taste.
    let elsewhere = Recipient::in_street("어딘가로 7");
    let second = shop.visitor().living(elsewhere).walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(proposals(&shop, &second).await[0]["isbn"], isbn(1));
    // A pick by hand overrides the owner's veto.
    shop.owner_does("owner-choose", pasted).await;
    shop.settle().await;
    assert_eq!((shop.stage(&first), shop.chosen(&first)), ("prepared".into(), isbn(5)));
    assert_eq!(shop.state(&second), "choosing");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_absent_owner_is_reminded_and_nothing_is_lost() {
    let shop = Shop::with_books(&five()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    // The owner is away for ten days. The order was promised for 5 August.
    for _ in 0..10 {
        shop.jump(24 * 60).await;
    }
    assert_eq!(shop.state(&order), "choosing");
    let told = shop.owner_messages();
    assert!(told.last().unwrap().contains("약속한 날이 지난 주문이 1건"), "{told:?}");
    assert!(told.len() >= 6, "every morning: {told:?}");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!((&shown(&desk)[0]["late"], shown(&desk).len()), (&json!(true), 1));
    assert_eq!(reader.go(&format!("/window/{order}")).await.order().1, "choosing");
    shop.owner_does("owner-choose", call_of(&desk, "owner-choose")).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.nothing_failed();
}

#[tokio::test]
async fn repeated_messages_change_nothing_on_the_desk_or_after() {
    let shop = Shop::with_books(&five()).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    shop.system().hold("choose");
    let order = order(&shop).await;
    let queue = shop.queue("ChooseQueue");
    let bodies: Vec<String> =
        shop.on_queue("ChooseQueue").into_iter().map(|message| message.body).collect();
    shop.system().release("choose");
    shop.settle().await;
    let again = async || {
        for body in bodies.iter().chain(&bodies) {
            shop.system().queues().send(&queue, &Outgoing::text(body)).unwrap();
        }
        shop.settle().await;
    };
    let on_desk = shop.order_item(&order);
    again().await;
    assert_eq!(shop.order_item(&order), on_desk, "on the desk");
    shop.owner_does("owner-choose", json!({ "picks": [{ "order": order, "none_today": true }] }))
        .await;
    shop.settle().await;
    let resting = shop.order_item(&order);
    again().await;
    assert_eq!(shop.order_item(&order), resting, "put off to tomorrow");
    let pick = json!({ "picks": [{ "order": order, "isbn": isbn(4) }] });
    let pick = shop.confirmed("owner-choose", pick).await;
    shop.owner("owner-choose", pick.clone()).await;
    shop.settle().await;
    let packed = shop.order_item(&order);
    again().await;
    shop.owner("owner-choose", pick).await;
    shop.settle().await;
    assert_eq!((shop.order_item(&order), shop.stage(&order)), (packed, "prepared".into()));
    let taken = shop.book_item(&isbn(4))["taken"]["N"].clone();
    assert_eq!(taken, "1");
    shop.nothing_failed();
}

#[tokio::test]
async fn without_books_to_propose_the_order_waits_and_goes_on_by_itself() {
    let (shop, order) = with_an_order(&[book(1, 15_000, 5, 1), book(2, 12_000, 5, 1)]).await;
    // The reader writes that they own the only available book.
    let letters = shop.owner("owner-letters", json!({})).await;
    let owned = json!({ "letters": [{ "letter": letters["shows"][0]["data"]["letter"], "owned": [isbn(1)] }] });
    shop.owner_does("owner-letters", owned).await;
    let pick = json!({ "picks": [{ "order": order, "isbn": isbn(1) }] });
    let preview = shop.owner("owner-choose", pick).await;
    let said = preview["would_do"][0].as_str().unwrap();
    assert!(said.contains("독자가 이미 가지고 있습니다"), "{said}");
    shop.owner("owner-choose", ready(&preview)).await;
    shop.settle().await;
    assert_eq!(
        shop.owner("owner-desk", json!({})).await["shows"][0]["data"]["what"],
        "책이 모자람"
    );
    shop.owner_does("owner-shelve", json!({ "books": [book(3, 15_000, 5, 1)] })).await;
    shop.minutes_pass(20).await;
    assert_eq!(proposals(&shop, &order).await[0]["isbn"], isbn(3));
    shop.owner_does("owner-choose", json!({ "picks": [{ "order": order, "isbn": isbn(3) }] }))
        .await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.nothing_failed();
}

#[tokio::test]
async fn every_choice_says_why_these_and_why_not_others() {
    let books: Vec<Value> = (1..=40).map(|number| book(number, 15_000, 3, 1)).collect();
    let (shop, order) = with_an_order(&books).await;
    let answer = shop.owner("owner-choose", json!({ "order": order })).await;
    let shown = shown(&answer);
    assert_eq!(shown.len(), 1 + 23, "the proposals, then three and twenty reasons");
    assert!(shown[1]["why"].as_str().unwrap().starts_with("1번으로 권함"), "{answer:#}");
    assert!(shown[23]["why"].as_str().unwrap().starts_with("권하지 않음"), "{answer:#}");
}

#[tokio::test]
async fn a_wrong_call_is_answered_with_the_field_and_an_example() {
    let shop = Shop::with_books(&five()).await;
    for (call, field) in [
        (json!({}), "picks"),
        (json!({ "order": "x" }), "order"),
        (json!({ "picks": [{ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7" }] }), "picks[0].isbn"),
        (
            json!({ "picks": [{ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "isbn": "9788936434121" }] }),
            "picks[0].isbn",
        ),
        (json!({ "picks": [{ "isbn": "9788936434120" }] }), "picks[0].order"),
        (
            json!({ "picks": [{ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "none_today": true }] }),
            "picks[0].order",
        ),
    ] {
        let answer = shop.owner("owner-choose", call.clone()).await;
        assert_eq!(answer["problems"][0]["field"], field, "{call}: {answer:#}");
    }
    shop.nothing_failed();
}
