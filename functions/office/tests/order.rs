//! An order's page: what is done there leads back to it, and what is printed is noted.

#![allow(clippy::unwrap_used, reason = "tests")]

use walk::{Doors, OwnerDevice, Shop, book};

#[tokio::test]
async fn a_note_on_an_order_leads_back_to_the_order() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open(&format!("/office/order/{order}")).await;
    phone.fill("/note", "선물이니 책띠를 벗기지 말 것").press("적어 두기").await;
    let page = phone.here();
    assert_eq!(page.first("h1").unwrap().text().collect::<String>(), "주문", "{page:?}");
    assert!(page.says("적어 둡니다") && page.says("책띠를 벗기지 말 것"), "{page:?}");
    assert!(phone.open("/office/pack").await.says("책띠를 벗기지 말 것"), "{:?}", phone.here());
}

#[tokio::test]
async fn the_button_for_the_slips_notes_the_print_and_it_can_be_taken_back() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/pack").await;
    assert!(phone.here().says("쪽지를 아직 인쇄하지 않았습니다"), "{:?}", phone.here());
    phone.press("쪽지 1장").await;
    assert!(phone.here().says("이 책을 고른 까닭"), "{:?}", phone.here());
    phone.press("되돌리기").await;
    assert!(phone.here().says("쪽지를 아직 인쇄하지 않았습니다"), "{:?}", phone.here());
}

#[tokio::test]
async fn a_book_that_no_order_is_found_by_is_looked_for_on_the_shelf() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/find?q=%EC%B1%85%201").await;
    assert!(phone.here().says("찾은 주문이 없습니다"), "{:?}", phone.here());
    let shelf = phone.open("/office/shelf?q=%EC%B1%85%201").await;
    assert!(shelf.says("없는 책 1") && shelf.says("남은 책"), "{shelf:?}");
}
