//! 연달아 찍기: parcels one at a time by a scanner's Enter, kept until they are posted.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use walk::{Doors, OwnerDevice, Recipient, Shop, book};

async fn with_orders(count: usize) -> (Shop, Vec<String>) {
    let shop = Shop::with_books(&[book(1, 16_000, 3, 9)]).await;
    let mut orders = Vec::new();
    for place in 0..count {
        let mut reader = shop.visitor().living(Recipient::of_many(place));
        orders.push(reader.walk(Doors::Plain).await);
    }
    shop.settle().await;
    (shop, orders)
}

/// The order whose page is open.
fn here(phone: &OwnerDevice) -> String {
    let field = phone.here().first("input[name^=number-]").unwrap();
    field.attr("name").unwrap().trim_start_matches("number-").to_owned()
}

/// What a scanner does: the number and an Enter.
async fn scan(phone: &mut OwnerDevice, number: &str) {
    let order = here(phone);
    phone.fill(&format!("number-{order}"), number).press("적고 다음").await;
}

#[tokio::test]
async fn a_scanners_enter_keeps_the_number_and_brings_the_next_order() {
    let (shop, orders) = with_orders(3).await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/ship").await;
    phone.follow("연달아 찍기").await;
    assert!(phone.here().says("적은 번호 0 · 남은 주문 3"), "{:?}", phone.here());
    assert!(phone.here().first("input[autofocus][name^=number-]").is_some());
    let first = here(&phone);
    scan(&mut phone, "6123-4567-0000").await;
    let second = here(&phone);
    assert_ne!(first, second);
    phone.follow("건너뛰기").await;
    let third = here(&phone);
    // The number of another parcel, and none of the carrier's: said at once, the field is free.
    scan(&mut phone, "612345670000").await;
    assert_eq!(phone.here().status.as_u16(), 422, "{:?}", phone.here());
    assert!(phone.here().says("번호와 같습니다"), "{:?}", phone.here());
    scan(&mut phone, "61234567").await;
    assert!(phone.here().says("61234567: CJ대한통운"), "{:?}", phone.here());
    assert_eq!(phone.here().value(&format!("number-{third}")), "");
    scan(&mut phone, "").await;
    assert!(phone.here().says("번호를 찍거나 건너뛰십시오"), "{:?}", phone.here());
    scan(&mut phone, "612345670002").await;
    assert!(phone.here().says("번호가 없는 주문 1"), "{:?}", phone.here());
    // Another device goes on with them.
    let mut desk = OwnerDevice::let_in(&shop, "작업실").await;
    desk.open("/office/ship").await;
    assert_eq!(desk.here().value(&format!("number-{first}")), "6123-4567-0000");
    assert_eq!(desk.here().value(&format!("number-{second}")), "");
    let form = phone.form("살펴보기");
    phone.press("살펴보기").await;
    assert!(phone.here().says("부칩니다 2"), "{:?}", phone.here());
    assert!(orders.iter().all(|order| shop.state(order) == "chosen"), "nothing is posted yet");
    phone.press("2개 부친 것으로 적고 알리기").await;
    shop.settle().await;
    assert_eq!((shop.state(&first), shop.state(&second)), ("shipped".into(), "chosen".into()));
    // The page of the end once more, by the back button.
    phone.walker().submit(form).await;
    assert!(phone.here().says("운송장 번호를 하나도"), "{:?}", phone.here());
    let kept = shop.items_of_kind("office-draft");
    assert!(
        kept.iter().all(|kept| kept[&first].is_null()),
        "posted numbers are forgotten: {kept:?}"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn the_code_of_the_list_opens_one_order() {
    let (shop, orders) = with_orders(2).await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let number = shop.order(&orders[1]).number.unwrap().to_string();
    phone.open(&format!("/office/ship/{number}")).await;
    assert_eq!(here(&phone), orders[1]);
    phone.fill("carrier", "epost");
    scan(&mut phone, "1234567890123").await;
    // Reloaded, the number is said and its field is free for another.
    phone.open(&format!("/office/ship/{number}")).await;
    assert!(phone.here().says("적은 번호 우체국 1234567890123"), "{:?}", phone.here());
    scan(&mut phone, "").await;
    phone.open("/office/ship").await;
    let field = format!("number-{}", orders[1]);
    assert_eq!(phone.here().value(&field), "우체국 1234567890123", "an empty Enter keeps it");
    // What is emptied in the whole form is forgotten, what is typed is kept, posted or not.
    let other = format!("number-{}", orders[0]);
    phone.fill(&field, "").fill(&other, "61234567").press("살펴보기").await;
    phone.open("/office/ship").await;
    assert_eq!(
        (phone.here().value(&field), phone.here().value(&other)),
        (String::new(), "61234567".into())
    );
    shop.owner_ships(&orders[1], "612345670009").await;
    shop.settle().await;
    phone.open(&format!("/office/ship/{number}")).await;
    assert_eq!(phone.here().status.as_u16(), 404);
    assert!(phone.here().says("부칠 꾸러미가 아닙니다"), "{:?}", phone.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_parcel_that_another_device_posted_meanwhile_is_said() {
    let (shop, orders) = with_orders(1).await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    phone.open("/office/ship/next").await;
    shop.owner_ships(&orders[0], "612345670009").await;
    shop.settle().await;
    scan(&mut phone, "612345670001").await;
    assert_eq!(phone.here().status.as_u16(), 409, "{:?}", phone.here());
    assert!(phone.here().says("이미 부쳤거나"), "{:?}", phone.here());
    assert!(shop.items_of_kind("office-draft").is_empty());
    phone.open("/office/ship/next").await;
    assert!(phone.here().says("적은 번호 0 · 남은 주문 0"), "{:?}", phone.here());
    shop.nothing_failed();
}
