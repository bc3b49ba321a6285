//! The receipt, checked against the payment service's ledger.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::base::text::Language;
use serde_json::json;
use walk::{Doors, Shop, Walker, book};

async fn shop() -> Shop {
    Shop::with_books(&[book(1, 15_000, 5, 3)]).await
}

async fn receipt(reader: &mut Walker, order: &str) -> String {
    let page = reader.go(&format!("/receipt/{order}")).await;
    assert_eq!((page.status.as_u16(), page.step()), (200, "receipt"), "{page:?}");
    page.text_of("main")
}

#[tokio::test]
async fn the_receipt_adds_up_to_what_the_shop_holds() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let window = reader.go(&format!("/window/{order}")).await;
    assert!(window.first(&format!("a[href='/receipt/{order}']")).is_some(), "{window:?}");
    let before = receipt(&mut reader, &order).await;
    for words in [
        "책 한 권 (정가 17,000원까지, 면세) 17,000원",
        "책 고르는 삯 2,000원",
        "배송비 3,000원",
        "모두 22,000원",
        "도서 구입비 (공제 대상 품목) 17,000원",
        "아직 책을 고르기 전이라",
    ] {
        assert!(before.contains(words), "{words}: {before}");
    }
    assert!(!before.contains("돌려드린 돈"), "{before}");
    shop.settle().await;
    shop.owner_does(
        "owner-refund",
        json!({ "order": order, "amount": 1_000, "reason": "젖은 책" }),
    )
    .await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let after = receipt(&mut reader, &order).await;
    assert_eq!(shop.ledger(&order).held(), 19_000);
    for words in [
        "보낸 책의 정가와의 차액",
        "−2,000원",
        "주인장이 돌려드림",
        "−1,000원",
        "가게에 남은 값 19,000원",
        "도서 구입비 (공제 대상 품목) 14,000원",
        "그 밖 (대상 아님) 5,000원",
    ] {
        assert!(after.contains(words), "{words}: {after}");
    }
    let link = reader.here().first("a[rel=noreferrer]").unwrap().attr("href").unwrap().to_owned();
    assert!(link.contains("/receipt/tgen_"), "the provider’s own receipt: {link}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_receipt_is_in_english_too_and_never_shows_the_title() {
    let shop = shop().await;
    let mut reader = shop.visitor().reading(Language::En);
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let page = receipt(&mut reader, &order).await;
    for words in
        ["What you paid", "₩22,000", "What the shop keeps ₩20,000", "Income deduction for culture"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    let chosen = shop.chosen(&order);
    for secret in ["없는 책", "아무개", chosen.as_str()] {
        assert!(!reader.here().body.contains(secret), "{secret} is told");
    }
}

#[tokio::test]
async fn a_cancelled_order_has_a_receipt_of_its_refund() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.system().hold("choose");
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    assert!(receipt(&mut reader, &order).await.contains("까지 돌려드립니다"));
    shop.settle().await;
    let page = receipt(&mut reader, &order).await;
    for words in
        ["취소하신 주문", "−22,000원", "가게에 남은 값 0원", "도서 구입비 (공제 대상 품목) 0원"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn the_receipt_of_another_reader_or_of_an_unpaid_order_is_not_found() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let unpaid = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(reader.go(&format!("/receipt/{unpaid}")).await.status.as_u16(), 404);
    let order = shop.visitor().walk(Doors::Plain).await;
    let theirs = reader.go(&format!("/receipt/{order}")).await;
    assert_eq!(theirs.status.as_u16(), 404);
    let theirs = theirs.text_of("main");
    let nobodys = reader.go("/receipt/01JD9G5T3M8Q2W6X4Z7N1C0V5K").await;
    assert_eq!(nobodys.text_of("main"), theirs, "nothing tells whether the order exists");
    assert_eq!(reader.go("/receipt/nonsense").await.status.as_u16(), 404);
}
