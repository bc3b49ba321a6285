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

#[tokio::test]
async fn another_book_is_looked_for_by_words_and_picked_with_one_tap() {
    let mut other = book(7, 15_000, 1, 1);
    other["title"] = "여름은 오래 그곳에".into();
    let mut dear = book(8, 21_000, 1, 1);
    dear["title"] = "그곳의 여름".into();
    let proposed = [1, 2, 3].map(|number| book(number, 15_000, 5, 5));
    let shop = Shop::with_books(&[&proposed[..], &[other, dear]].concat()).await;
    shop.owner_does("owner-taste", serde_json::json!({ "choosing": "owner" })).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/choose").await;
    assert!(!phone.here().says("여름은 오래"), "not proposed: {:?}", phone.here());
    phone.fill("q", "겨울").fill("because", "여름이 그립다 하셔서").press("찾기").await;
    assert!(phone.here().says("다른 낱말로 찾으시거나"), "{:?}", phone.here());
    assert_eq!(phone.here().value("because"), "여름이 그립다 하셔서", "what was typed stays");
    phone.fill("q", "여름 그곳").press("찾기").await;
    assert!(phone.here().says("2권을 찾았습니다"), "{:?}", phone.here());
    assert!(phone.here().says("약속한 책값 범위를 벗어납니다"), "{:?}", phone.here());
    phone.press("「여름은 오래 그곳에」 고르기").await;
    assert!(phone.here().says("되돌리기"), "one tap, with the reason: {:?}", phone.here());
    shop.settle().await;
    assert_eq!(shop.chosen(&order), walk::isbn(7));
    let choice = &shop.order_item(&order)["choice"]["M"];
    assert_eq!(choice["because"]["S"], "여름이 그립다 하셔서", "{choice:#}");
    // Words that cannot be read stay in their form.
    let long = "%EA%B0%80".repeat(61);
    phone.open(&format!("/office/choose/{order}?q={long}")).await;
    assert_eq!(phone.here().value("q"), "가".repeat(61), "{:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_letter_nobody_asked_for_is_seen_before_it_is_sent() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open(&format!("/office/order/{order}")).await;
    phone.fill("/write/text", "책띠가 조금 바랬습니다.").press("편지 쓰기").await;
    assert!(phone.here().says("이렇게 전합니다"), "{:?}", phone.here());
    assert!(phone.here().says("주문에 관한 말만 적어 주십시오"), "{:?}", phone.here());
    // The preview keeps it, also for another device.
    let mut desk = OwnerDevice::let_in(&shop, "작업실").await;
    desk.open(&format!("/office/order/{order}")).await;
    assert_eq!(desk.here().value("/write/text"), "책띠가 조금 바랬습니다.");
    let form = phone.form("이대로 보내기");
    phone.press("이대로 보내기").await;
    assert!(shop.items_of_kind("office-letter").is_empty(), "what is sent is no draft");
    assert!(phone.here().says("편지함에 편지를 넣었습니다"), "{:?}", phone.here());
    phone.walker().submit(form).await;
    shop.settle().await;
    assert!(reader.mailbox().await.says("책띠가 조금 바랬습니다."), "{:?}", reader.here());
    // A second one stays typed.
    phone.open(&format!("/office/order/{order}")).await;
    phone.fill("/write/text", "한 통 더").press("편지 쓰기").await;
    assert!(phone.here().says("하루에 한 통"), "{:?}", phone.here());
    assert_eq!(phone.here().value("/write/text"), "한 통 더");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_letter_is_put_off_and_goes_on_later() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5)]).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/letters").await;
    phone
        .fill("/letters/0/answer", "고맙습니다. 이어서 쓰")
        .press_named("답장 미리 보기", "later")
        .await;
    assert!(phone.here().says("쓰던 글이 있습니다"), "{:?}", phone.here());
    assert_eq!(phone.here().value("/letters/0/answer"), "고맙습니다. 이어서 쓰");
    assert!(!reader.mailbox().await.says("이어서 쓰"), "nothing is sent");
    phone.fill("/letters/0/answer", "고맙습니다. 다 썼습니다.").press("답장 미리 보기").await;
    phone.open("/office/letters").await;
    assert_eq!(phone.here().value("/letters/0/answer"), "고맙습니다. 다 썼습니다.");
    phone.press("답장 미리 보기").await;
    phone.press("이대로 보내기").await;
    shop.settle().await;
    assert!(reader.mailbox().await.says("다 썼습니다"), "{:?}", reader.here());
    assert!(shop.items_of_kind("office-letter").is_empty(), "what is sent is no draft");
    shop.nothing_failed();
}
