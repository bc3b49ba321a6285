//! 마지막 방: the code of a slip, the word in the book, the owner's words, and who sees what.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::base::text::Language;
use serde_json::json;
use walk::{Doors, Shop, Walker, book, isbn};

const WORDS: &str = "이 책을 두 번 읽은 까닭은\n둘째 번에야 첫 쪽이 보였기 때문입니다.";

/// A reader of one line who paid, and the code on their slip.
async fn with_a_parcel(shop: &Shop) -> (Walker, String, String) {
    let mut reader = shop.visitor().writing("봄밤", "창밖에 눈이 옵니다.");
    reader.open_the_door().await;
    reader.by_riddle().await;
    reader.through_the_rooms(Doors::Plain).await;
    reader.sign().await;
    reader.write_letter().await;
    reader.order("middle").await;
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let print = shop.owner("owner-pack", json!({ "print": "all" })).await;
    let data = &print["shows"][0]["data"];
    let order = data["order"].as_str().unwrap().to_owned();
    (reader, order, data["last_code"].as_str().unwrap().to_owned())
}

async fn one_book() -> Shop {
    Shop::with_books(&[book(1, 15_000, 5, 3)]).await
}

/// The owner writes what is found in the last room of the book.
async fn the_owner_writes(shop: &Shop) {
    let place = json!({
        "page": 12, "line": 7, "word": 3, "answer": "바람이", "near": ["창밖에", "분다"]
    });
    let last = json!([{ "isbn": isbn(1), "words": WORDS, "places": [place] }]);
    let done = shop.owner_does("owner-shelve", json!({ "last": last })).await;
    assert!(done["did"][0].as_str().unwrap().contains("자리 1곳"), "{done:#}");
}

#[tokio::test]
async fn a_word_in_the_book_opens_what_the_owner_says_about_it() {
    let shop = one_book().await;
    the_owner_writes(&shop).await;
    let (mut reader, _, code) = with_a_parcel(&shop).await;
    // Typed from paper, in small letters and without the hyphen.
    let form = reader.go("/last").await.form("main form");
    reader.submit(form.fill("code", &code.to_lowercase().replace('-', " "))).await;
    reader.expect("last");
    let page = reader.here();
    assert!(page.text_of("#place").contains("12쪽 · 위에서 7째 줄 · 3째 낱말"), "{page:?}");
    assert!(!page.says("둘째 번에야"), "closed: {page:?}");
    // Wrong words are answered, kept and not counted.
    for (word, says) in [
        ("바다", "그 자리의 말이 아니구려"),
        ("바람아", "꼭 하나가 어긋났구려"),
        ("바람", "토씨까지"),
        ("분다", "바로 곁의 낱말이오"),
        ("…", "듣지 못하였소"),
    ] {
        for _ in 0..4 {
            let page = reader.guess(word).await;
            assert_eq!(page.status.as_u16(), 200);
            assert!(page.says(says) && page.value("answer") == word, "{page:?}");
        }
    }
    let open = reader.guess("qkfkadl").await;
    assert!(open.says("둘째 번에야 첫 쪽이") && open.says("없는 책 1"), "{open:?}");
    assert!(open.says("한/영 글쇠가"), "{open:?}");
    assert!(open.text_of("#cento").contains("— 봄밤"), "their own poem: {open:?}");
    assert_eq!(open.text_of(".taken mark"), "qkfkadl");
    // Loaded again it is still open, and nothing was stored.
    assert!(reader.reload().await.says("둘째 번에야"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn whoever_holds_paper_and_book_enters_and_sees_nothing_of_the_reader() {
    let shop = one_book().await;
    the_owner_writes(&shop).await;
    let (_reader, order, code) = with_a_parcel(&shop).await;
    for language in Language::ALL {
        let mut friend = shop.visitor().reading(language);
        friend.go(&format!("/last/{code}")).await;
        let door = friend.here().door("plain");
        let page = friend.submit(door).await;
        assert!(page.says("둘째 번에야"), "the plain door opens here as well: {page:?}");
        assert!(page.first("#cento").is_none(), "{page:?}");
        for private in ["봄밤", &order, "창밖에 눈이", "창의문로"] {
            assert!(!page.text().contains(private), "{private}: {page:?}");
        }
        for nothing in ["K7QX-PM3A", "K7QX", "한글"] {
            let page = friend.go(&format!("/last/{nothing}")).await;
            assert_eq!(page.status.as_u16(), 404, "{nothing}");
        }
        let page = friend.go("/last?code=K7QX").await;
        assert_eq!(page.status.as_u16(), 422, "{page:?}");
        assert_eq!(page.value("code"), "K7QX", "what was typed stays");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_book_of_which_the_owner_wrote_nothing_has_a_gentler_room() {
    let shop = one_book().await;
    let (mut reader, _, code) = with_a_parcel(&shop).await;
    let page = reader.go(&format!("/last/{code}")).await;
    assert!(page.says("첫 낱말을 적어 주시오") && page.first("#place").is_none(), "{page:?}");
    let open = reader.guess("그리고").await;
    assert!(
        open.says("아직 말을 적지 않았습니다"),
        "no words are put into the owner’s mouth: {open:?}"
    );
    // Written later, they stand in the same room.
    the_owner_writes(&shop).await;
    reader.go(&format!("/last/{code}?door=plain")).await;
    assert!(reader.here().says("둘째 번에야"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn another_book_has_another_room_and_a_cancelled_order_none() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 4, 1)]).await;
    the_owner_writes(&shop).await;
    let (mut reader, order, code) = with_a_parcel(&shop).await;
    assert!(reader.go(&format!("/last/{code}")).await.first("#place").is_some());
    let anew = json!({ "order": order, "choose_anew": { "copy": "damaged" } });
    shop.owner_does("owner-order", anew).await;
    shop.settle().await;
    let page = reader.go(&format!("/last/{code}")).await;
    assert!(page.status.as_u16() != 200 || page.first("#place").is_none(), "{page:?}");
    reader.go(&format!("/cancel/{order}")).await;
    let form = reader.here().form("main form[data-onward]");
    reader.submit(form).await;
    shop.settle().await;
    let page = reader.go(&format!("/last/{code}")).await;
    assert_eq!(page.status.as_u16(), 410, "{page:?}");
    shop.nothing_failed();
}
