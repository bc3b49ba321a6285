//! The address of an order is corrected until its parcel is handed over.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use walk::{Doors, Recipient, Shop, Walker, book};

async fn correct(device: &mut Walker, order: &str, field: &str, text: &str) -> u16 {
    device.go(&format!("/address/{order}")).await;
    let form = device.here().form("form[data-onward]").fill(field, text);
    device.submit(form).await.status.as_u16()
}

/// The notes that addresses have had a work.
fn notes(shop: &Shop) -> Vec<(String, String)> {
    let mut notes: Vec<_> = shop
        .items()
        .iter()
        .filter(|item| item["pk"]["S"].as_str().unwrap().starts_with("ADDRESS#"))
        .map(|item| {
            let text = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
            (text("pk"), text("order"))
        })
        .collect();
    notes.sort();
    notes
}

#[tokio::test]
async fn the_address_is_shown_and_corrected_before_and_after_the_payment() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert!(reader.here().says("창의문로 119 2층"), "the payment page: {:?}", reader.here());
    assert_eq!(correct(&mut reader, &order, "detail", "302호").await, 200);
    assert!(reader.here().says("창의문로 119 302호"), "{:?}", reader.here());
    assert_eq!(notes(&shop), [], "nothing is chosen");
    reader.go(&format!("/pay/{order}")).await;
    assert!(reader.here().says("창의문로 119 302호"));
    reader.pay(walk::Pay::Approve).await;
    shop.settle().await;
    let before = notes(&shop);
    assert_eq!(before.len(), 1);
    // A change of the recipient alone moves nothing.
    assert_eq!(correct(&mut reader, &order, "recipient", "새로받는이").await, 200);
    assert_eq!(notes(&shop), before);
    assert_eq!(correct(&mut reader, &order, "detail", "303호").await, 200);
    let after = notes(&shop);
    assert_eq!((after.len(), &after[0].1), (1, &order));
    assert_ne!(after[0].0, before[0].0, "the note moves with the address");
    // The same again changes nothing.
    let item = shop.order_item(&order);
    assert_eq!(correct(&mut reader, &order, "detail", "303호").await, 200);
    assert_eq!((shop.order_item(&order), notes(&shop)), (item, after));
    // Cancelling takes the note away from where it lies now.
    reader.go(&format!("/cancel/{order}")).await;
    let form = reader.here().form("form");
    reader.submit(form).await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), notes(&shop)), ("refunded", vec![]));
    assert_eq!(reader.go(&format!("/address/{order}")).await.status, 200);
    assert!(reader.here().says("이제 고칠 수 없습니다"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_is_told_when_something_may_be_printed() {
    let shop = Shop::at_full_price().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["data"]["address_corrected"], Value::Null);
    shop.owner_packs(&order).await;
    assert_eq!(correct(&mut reader, &order, "street", "서울시 종로구 자하문로 1").await, 200);
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(desk["next"].to_string().contains("받으실 곳을 고친 주문이 1개"), "{desk:#}");
    assert!(desk["shows"][0]["data"]["address_corrected"].is_string(), "{desk:#}");
    assert_eq!(desk["shows"][0]["data"]["to"]["street"], "서울시 종로구 자하문로 1");
    let done = shop.owner_ships(&order, "123456789012").await;
    assert!(done["did"][0].as_str().unwrap().contains("에 고친 곳입니다"), "{done:#}");
    // A form of before is late.
    let form = reader.go(&format!("/address/{order}")).await;
    assert!(form.first("form[data-onward]").is_none(), "{form:?}");
    let body = "recipient=%EA%B9%80&phone=0212345678&postcode=03134&street=x";
    let request = http::Request::post(format!("/address/{order}"))
        .header("content-type", "application/x-www-form-urlencoded");
    let before = shop.order_item(&order);
    let late = reader.ask(request.body(body.into()).unwrap()).await;
    assert_eq!((late.status.as_u16(), shop.order_item(&order)), (409, before));
    shop.nothing_failed();
}

#[tokio::test]
async fn an_address_that_has_had_the_book_is_refused() {
    let shop = Shop::with_books(&[book(1, 17_000, 5, 3)]).await;
    let mut other = shop.visitor();
    other.walk(Doors::Plain).await;
    shop.settle().await;
    let mut reader = shop.visitor().living(Recipient::in_street("먼 길 1"));
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let before = (shop.order_item(&order), notes(&shop));
    let status = correct(&mut reader, &order, "street", "서울시 종로구 창의문로 119").await;
    assert_eq!(status, 409);
    assert!(reader.here().says("그 주소로 간 적이 있어"), "{:?}", reader.here());
    assert_eq!((shop.order_item(&order), notes(&shop)), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn two_corrections_at_once_leave_one_note() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    reader.go(&format!("/address/{order}")).await;
    let forms = ["501호", "502호", "503호"]
        .map(|detail| reader.here().form("form[data-onward]").fill("detail", detail));
    let sent = forms.map(|form| {
        let request = http::Request::post(format!("/address/{order}"))
            .header("content-type", "application/x-www-form-urlencoded");
        reader.ask(request.body(form.encoded().into()).unwrap())
    });
    let [one, two, three] = sent;
    let pages = tokio::join!(one, two, three);
    for page in [pages.0, pages.1, pages.2] {
        assert_eq!(page.status, 303, "{page:?}");
    }
    assert_eq!(notes(&shop).len(), 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_stays() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(correct(&mut reader, &order, "phone", "010-0000-123").await, 422);
    assert_eq!(reader.here().value("phone"), "010-0000-123");
    assert!(reader.here().says("010 번호는 열한 자리입니다"));
    assert_eq!(shop.visitor().go(&format!("/address/{order}")).await.status, 403);
    let mut stranger = shop.visitor();
    stranger.open_the_door().await;
    assert_eq!(stranger.go(&format!("/address/{order}")).await.status, 404);
    shop.nothing_failed();
}
