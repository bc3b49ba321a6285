//! What the letter says is heard: an order whose letter names the best book waits for the owner,
//! also while the rules choose.

use domain::base::text::Language;
use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Shop, Walker, book, call_of, isbn};

/// A row of `owner-shelve` with a title and an author.
fn titled(number: u32, title: &str, author: &str, love: u8) -> Value {
    // At the upper end of the range, so that nothing is refunded.
    let mut row = book(number, 17_000, love, 2);
    row["title"] = title.into();
    row["author"] = author.into();
    row
}

/// The rules choose: 데미안 before 설국 before 스토너.
async fn shop() -> Shop {
    Shop::with_books(&[
        titled(1, "데미안", "헤르만 헤세", 5),
        titled(2, "설국", "가와바타 야스나리", 4),
        titled(3, "스토너", "존 윌리엄스", 3),
    ])
    .await
}

/// A reader with a paid order whose letter is this.
async fn writes(shop: &Shop, letter: &str) -> (Walker, String) {
    let mut reader = shop.visitor().writing("나그네", letter);
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    (reader, order)
}

#[tokio::test]
async fn a_reader_who_owns_the_best_book_gets_another_from_the_owner() {
    let shop = shop().await;
    let letter = "이미 있어요: 데 미안\n나머지는 맡깁니다.";
    let (mut reader, order) = writes(&shop, letter).await;
    assert_eq!(shop.state(&order), "choosing");

    // The reader sees who chooses now.
    let window = reader.go(&format!("/window/{order}")).await;
    assert_eq!(window.order().1, "choosing");
    assert!(window.says("주인장이 편지를 읽고 직접 책을 고릅니다."), "{window:?}");
    assert_eq!(reader.notices().await, ["paid"]);

    // The desk shows the letter and why.
    let desk = shop.owner("owner-desk", json!({})).await;
    let shown = &desk["shows"][0]["data"];
    assert_eq!(shown["what"], "고르기");
    assert_eq!(shown["why"], "편지에 이 책이 나옵니다");
    assert_eq!(shown["letter"], letter);
    assert_eq!(shown["proposals"][0]["isbn"], isbn(1));
    assert_eq!(shown["proposals"][0]["named"], "편지에 이 책이 나옵니다");
    assert_eq!(shown["proposals"][1]["named"], Value::Null);
    assert!(desk["next"].to_string().contains("그 가운데 1개는 편지에"), "{desk:#}");
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let today = phone.open("/office").await;
    assert!(today.says("편지에 책 이름 1") && !today.says("이미 있어요"), "{today:?}");
    let explained = shop.owner("owner-choose", json!({ "order": order })).await;
    assert_eq!(explained["shows"][0]["text"], letter);
    // The named book needs a reason; the next one does not.
    let picks = &explained["shows"][0]["calls"];
    assert_eq!(picks[0]["call"]["picks"][0]["because"], "");
    assert_eq!(picks[1]["call"]["picks"][0]["isbn"], isbn(2));
    assert_eq!(picks[1]["call"]["picks"][0]["because"], Value::Null);

    // The call that the desk has ready picks another book.
    shop.owner_does("owner-choose", call_of(&desk, "owner-choose")).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.chosen(&order)), ("chosen", isbn(2)));
    assert_eq!(reader.notices().await, ["paid", "chosen"]);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_letter_without_names_is_answered_by_the_rules() {
    let shop = shop().await;
    let (_, order) = writes(&shop, "이미 가을입니다. 집에 국화가 있어요.").await;
    assert_eq!((shop.state(&order).as_str(), shop.chosen(&order)), ("chosen", isbn(1)));
    // 데미안 went to this address: 설국 is the best now, and naming a book that is not changes nothing.
    let (_, order) = writes(&shop, "스토너는 보내지 말아 주세요.").await;
    assert_eq!((shop.state(&order).as_str(), shop.chosen(&order)), ("chosen", isbn(2)));
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_may_send_the_named_book_with_a_reason() {
    let shop = shop().await;
    let (_, order) = writes(&shop, "어릴 적에 잃어버린 『데미안』을 다시 만나고 싶습니다.").await;
    let mut pick = json!({ "picks": [{ "order": order, "isbn": isbn(1) }] });
    let refused = shop.owner("owner-choose", pick.clone()).await;
    assert_eq!(refused["problems"][0]["field"], "picks[0].because", "{refused:#}");
    let why = refused["problems"][0]["expected"].as_str().unwrap();
    assert!(why.starts_with("편지에 이 책이 나옵니다"), "{why}");
    assert_eq!(shop.state(&order), "choosing");
    pick["picks"][0]["because"] = "다시 만나고 싶다 하셨으니 보냅니다".into();
    shop.owner_does("owner-choose", pick).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.chosen(&order)), ("chosen", isbn(1)));
    let because = &shop.order_item(&order)["choice"]["M"]["because"]["S"];
    assert_eq!(because, "다시 만나고 싶다 하셨으니 보냅니다");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_author_or_an_edition_that_is_not_for_sale_is_heard_too() {
    let mut books = vec![
        titled(1, "이방인", "알베르 카뮈", 5),
        titled(2, "The Stranger", "Albert Camus", 5),
        titled(3, "스토너", "존 윌리엄스", 1),
    ];
    for edition in &mut books[..2] {
        edition["work"] = "the-stranger".into();
    }
    // In another range than the order's.
    books[1]["list_price"] = 12_000.into();
    let why = async |letter: &str| {
        let shop = Shop::with_books(&books).await;
        let mut reader = shop.visitor().reading(Language::En).writing("Wanderer", letter);
        let order = reader.walk(Doors::Plain).await;
        shop.settle().await;
        let desk = shop.owner("owner-desk", json!({})).await;
        if shop.state(&order) == "choosing" {
            let window = reader.go(&format!("/window/{order}")).await;
            assert!(window.says("The owner reads your letter and picks the book in person."));
        }
        shop.nothing_failed();
        (shop.state(&order), desk["shows"][0]["data"]["why"].clone())
    };
    let edition = ("choosing".to_owned(), json!("편지에 이 작품의 다른 판이 나옵니다"));
    assert_eq!(why("I already own THE STRANGER in English.").await, edition);
    let author = ("choosing".to_owned(), json!("편지에 이 책의 지은이가 나옵니다"));
    assert_eq!(why("카뮈는 이제 그만 읽을래요.").await, author);
    assert_eq!(why("I met somebody strange today.").await.0, "chosen");
}

#[tokio::test]
async fn an_order_whose_three_books_are_all_named_has_no_call_ready() {
    let shop = shop().await;
    let (_, order) = writes(&shop, "데미안, 설국, 스토너는 모두 책장에 있습니다.").await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["data"]["order"], order);
    assert_eq!(desk["calls"], Value::Null, "{desk:#}");
    shop.owner_does("owner-choose", json!({ "picks": [{ "order": order, "none_today": true }] }))
        .await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "choosing");
    shop.nothing_failed();
}
