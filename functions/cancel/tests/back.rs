//! Returning a book, checked against the payment service's ledger and the table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use jiff::civil::Date;
use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Page, Shop, Walker, book};

/// The total of a book of 15,000 won in the middle range, and the postage of a return, in won.
const KEPT: u64 = 20_000;
const POSTAGE: u64 = 3_000;

/// An order of a book of 15,000 won that was shipped today.
async fn shipped() -> (Shop, Walker, String) {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "1234567890").await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("shipped", KEPT));
    (shop, reader, order)
}

async fn withdraws<'a>(
    reader: &'a mut Walker,
    order: &str,
    reason: &str,
    received: &str,
) -> &'a Page {
    reader.go(&format!("/cancel/{order}")).await;
    let form =
        reader.here().form("form[data-onward]").fill("reason", reason).fill("received", received);
    reader.submit(form).await
}

async fn came_back(shop: &Shop, order: &str, day: Date, copy: &str) -> Value {
    let call = json!({ "order": order, "came_back": day.to_string(), "copy": copy });
    shop.owner_does("owner-refund", call).await
}

#[tokio::test]
async fn the_refund_for_each_reason_is_shown_before_the_click() {
    let (shop, mut reader, order) = shipped().await;
    let window = reader.go(&format!("/window/{order}")).await.text();
    assert!(window.contains("책 돌려보내기"), "{window}");
    let page = reader.go(&format!("/cancel/{order}")).await.text();
    for words in
        ["길 위의 책은 불러 세울 수 없으니", "3,000원", "17,000원", "20,000원", "영업일 3일 안에"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert_eq!(shop.state(&order), "shipped", "looking changes nothing");
    let mut english = reader.clone().reading(domain::base::text::Language::En);
    let page = english.go(&format!("/cancel/{order}")).await.text();
    for words in
        ["We cannot call it back on the road", "₩17,000", "₩20,000", "within 3 working days"]
    {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn a_change_of_mind_costs_the_return_postage_and_the_rest_is_refunded_once() {
    let (shop, mut reader, order) = shipped().await;
    shop.days_pass(2).await;
    let received = shop.today().to_string();
    shop.days_pass(7).await;
    withdraws(&mut reader, &order, "mind_changed", &received).await;
    assert_eq!(reader.here().order(), (order.clone(), "delivered".to_owned()));
    assert!(
        reader.here().text().contains("반품 배송비 3,000원을 뺀 17,000원"),
        "{:?}",
        reader.here()
    );
    shop.settle().await;
    assert_eq!(shop.ledger(&order).held(), KEPT, "no money moves before the book is back");
    let list = shop.owner("owner-refund", json!({})).await;
    assert_eq!(
        (&list["shows"][0]["data"]["what"], &list["shows"][0]["data"]["to"]["street"]),
        (&json!("돌아올 책"), &json!("서울시 종로구 창의문로 119")),
        "{list:#}"
    );
    shop.days_pass(2).await;
    came_back(&shop, &order, shop.today(), "good").await;
    assert_eq!(shop.stock("middle").0, 3, "the copy lies on the shelf again");
    shop.settle().await;
    assert_eq!((shop.ledger(&order).held(), shop.state(&order).as_str()), (POSTAGE, "refunded"));
    let mailbox = reader.mailbox().await.text();
    assert!(mailbox.contains("반품 배송비 3,000원을 뺀 17,000원"), "{mailbox}");
    assert!(mailbox.contains("돌려보내신 책의 값 17,000원을"), "{mailbox}");
    let sent = shop
        .items()
        .iter()
        .filter(|item| item["sk"]["S"].as_str().unwrap().starts_with("SENT#"))
        .count();
    assert_eq!(sent, 2, "nobody gets the same work again");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_damaged_book_costs_its_reader_nothing_and_stays_off_the_shelf() {
    let (shop, mut reader, order) = shipped().await;
    let received = shop.today().to_string();
    shop.days_pass(30).await;
    withdraws(&mut reader, &order, "mind_changed", &received).await;
    assert_eq!(reader.here().status.as_u16(), 422);
    assert!(reader.here().text().contains("3개월 안에 반품하실 수 있으니"), "{:?}", reader.here());
    assert_eq!(reader.here().value("received"), received, "what was typed stays");
    withdraws(&mut reader, &order, "damaged", &received).await;
    assert!(reader.here().text().contains("20,000원을 모두 돌려드립니다"), "{:?}", reader.here());
    came_back(&shop, &order, shop.today(), "damaged").await;
    shop.settle().await;
    assert_eq!((shop.ledger(&order).held(), shop.stock("middle").0), (0, 2));
    assert_eq!(shop.state(&order), "refunded");
}

#[tokio::test]
async fn the_three_days_of_a_refund_count_from_the_books_return() {
    let (shop, mut reader, order) = shipped().await;
    let received = shop.today().to_string();
    withdraws(&mut reader, &order, "damaged", &received).await;
    shop.days_pass(3).await;
    let came = shop.today();
    shop.days_pass(1).await;
    shop.system().hold("refund");
    came_back(&shop, &order, came, "damaged").await;
    let by = domain::base::calendar::working_days_after(came, 3);
    let by = domain::base::format::korean_date(by);
    let page = reader.go(&format!("/window/{order}")).await.text();
    assert!(page.contains(&format!("{by}까지 돌려드립니다")), "{by}: {page}");
}

#[tokio::test]
async fn two_clicks_two_calls_and_a_lost_answer_refund_once() {
    let (shop, mut reader, order) = shipped().await;
    let received = shop.today().to_string();
    reader.go(&format!("/cancel/{order}")).await;
    let form = reader
        .here()
        .form("form[data-onward]")
        .fill("reason", "mind_changed")
        .fill("received", &received);
    let (mut one, mut two) = (reader.clone(), reader.clone());
    tokio::join!(one.submit(form.clone()), two.submit(form));
    for tab in [&one, &two] {
        assert_eq!(tab.here().order().1, "delivered");
    }
    shop.standin().fault(Rule::once(On::Cancel, Fault::ReplyLost));
    let call = json!({ "order": order, "came_back": received, "copy": "good" });
    let confirmed = shop.confirmed("owner-refund", call.clone()).await;
    let (one, two) = tokio::join!(
        shop.owner("owner-refund", confirmed.clone()),
        shop.owner("owner-refund", confirmed.clone())
    );
    assert_eq!((&one["status"], &two["status"]), (&json!(200), &json!(200)), "{one:#} {two:#}");
    assert_eq!(shop.stock("middle").0, 3);
    shop.minutes_pass(30).await;
    assert_eq!(shop.owner("owner-refund", confirmed).await["status"], 200, "said again, done once");
    let again = shop.owner("owner-refund", call).await;
    assert_eq!(again["problems"][0]["field"], "order", "{again:#}");
    let ledger = shop.ledger(&order);
    assert_eq!((ledger.held(), shop.stock("middle").0), (POSTAGE, 3), "{ledger:?}");
    assert_eq!(ledger.movements.len(), 3, "the payment, the difference, the book: {ledger:?}");
}

#[tokio::test]
async fn an_impossible_return_is_explained_and_the_form_keeps_its_values() {
    let (shop, mut reader, order) = shipped().await;
    let (yesterday, tomorrow) =
        (shop.today().yesterday().unwrap(), shop.today().tomorrow().unwrap());
    for (reason, received, field) in [
        ("", shop.today().to_string(), "#reason"),
        ("mind_changed", String::new(), "#received"),
        ("mind_changed", "어제쯤".to_owned(), "#received"),
        ("mind_changed", yesterday.to_string(), "#received"),
        ("damaged", tomorrow.to_string(), "#received"),
    ] {
        reader.go(&format!("/cancel/{order}")).await;
        let mut form = reader.here().form("form[data-onward]").fill("received", &received);
        if !reason.is_empty() {
            form = form.fill("reason", reason);
        }
        let page = reader.submit(form).await;
        assert_eq!(page.status.as_u16(), 422, "{reason} {received}");
        assert!(
            page.first(&format!(".problems a[href='{field}']")).is_some(),
            "{reason} {received}: {page:?}"
        );
        assert_eq!(page.value("received"), received);
    }
    assert_eq!(shop.state(&order), "shipped");
}

#[tokio::test]
async fn a_parcel_that_came_back_undelivered_is_paid_back_in_full() {
    let (shop, mut reader, order) = shipped().await;
    shop.days_pass(4).await;
    came_back(&shop, &order, shop.today(), "good").await;
    shop.settle().await;
    assert_eq!((shop.ledger(&order).held(), shop.stock("middle").0), (0, 3));
    assert!(reader.go(&format!("/cancel/{order}")).await.text().contains("책이 돌아왔습니다"));
}

#[tokio::test]
async fn only_a_shipped_book_can_come_back_and_every_wrong_field_is_explained() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let day = shop.today().to_string();
    for (call, field) in [
        (json!({ "order": order, "came_back": day, "copy": "good" }), "order"),
        (json!({ "order": order, "came_back": day }), "copy"),
        (json!({ "order": "none", "came_back": day, "copy": "good" }), "order"),
        (
            json!({ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7", "came_back": day, "copy": "good" }),
            "order",
        ),
        (json!({ "order": order, "came_back": "어제", "copy": "good" }), "came_back"),
        (json!({ "order": order, "came_back": day, "copy": "네" }), "copy"),
    ] {
        let answer = shop.owner("owner-refund", call).await;
        assert_eq!(
            (&answer["status"], &answer["problems"][0]["field"]),
            (&json!(400), &json!(field)),
            "{answer:#}"
        );
    }
    assert_eq!(shop.stage(&order), "prepared");
}
