//! The arrival of a book, noted by its reader at the window or by the owner. The days of a
//! withdrawal count from it.

use jiff::civil::Date;
use serde_json::json;
use walk::{Doors, Form, Shop, Walker};

use super::{post, sent};

/// An order that was shipped today.
async fn posted() -> (Shop, Walker, String) {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.go(&format!("/window/{order}")).await;
    (shop, reader, order)
}

fn it_has_come(reader: &Walker) -> Form {
    reader.here().form("form#arrived")
}

fn day(date: Date) -> String {
    domain::base::format::korean_date(date)
}

#[tokio::test]
async fn a_reader_says_that_the_book_arrived_and_the_seven_days_count_from_then() {
    let (shop, mut reader, order) = posted().await;
    shop.days_pass(2).await;
    let came = shop.today();
    let until = domain::order::withdrawal::ReturnReason::MindChanged.until(came);
    let form = it_has_come(&reader);
    let (mut one, mut two) = (reader.clone(), reader.clone());
    tokio::join!(one.submit(form.clone()), two.submit(form.clone()));
    for tab in [&one, &two] {
        assert_eq!(tab.here().order(), (order.clone(), "delivered".to_owned()));
        assert!(tab.here().says(&day(came)) && tab.here().says(&day(until)), "{:?}", tab.here());
        assert!(tab.here().first("form#arrived").is_none(), "nobody is asked twice");
    }
    // A click a day later, and a reload, change nothing.
    shop.days_pass(1).await;
    let after = shop.items();
    reader.submit(form).await;
    reader.reload().await;
    assert_eq!(shop.items(), after);
    // The return page uses the noted day, whatever the form says.
    let page = reader.go(&format!("/cancel/{order}")).await;
    assert!(page.says(&day(came)) && page.says(&day(until)), "{page:?}");
    assert!(page.first("[name=received]").is_none(), "{page:?}");
    let back = page.form("form[data-onward]").fill("reason", "mind_changed");
    let mut in_time = reader.clone();
    shop.days_pass(i64::from(came.until(until).unwrap().get_days() - 1)).await;
    assert_eq!(shop.today(), until);
    let kept = shop.item(&format!("ORDER#{order}"), "ORDER");
    assert_eq!(in_time.submit(back).await.order().1, "delivered");
    assert_eq!(in_time.here().status.as_u16(), 200, "the last day counts: {:?}", in_time.here());
    assert!(in_time.here().says("돌려보내겠다고 하셨습니다"), "{:?}", in_time.here());
    // A day too late, with an invented day of arrival.
    shop.put_back(&kept);
    shop.days_pass(1).await;
    let made_up =
        post(&format!("/cancel/{order}"), format!("reason=mind_changed&received={}", shop.today()));
    let refused = reader.ask(made_up).await;
    assert_eq!(refused.status.as_u16(), 422);
    assert!(refused.says(&format!("{}까지 반품하실 수 있었습니다", day(until))), "{refused:?}");
    assert!(refused.first(".problems a[href='#reason']").is_some(), "{refused:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn only_the_reader_can_note_the_arrival_and_only_of_a_shipped_book() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    let early = post(&format!("/window/{order}"), "");
    let before = shop.items();
    let kindly = reader.ask(early.clone()).await;
    assert_eq!(kindly.status.as_u16(), 409);
    assert!(kindly.says("바뀐 것은 없습니다"), "{kindly:?}");
    let mut other = shop.visitor();
    other.open_the_door().await;
    let before_the_other = shop.items();
    assert_eq!(other.ask(early).await.status.as_u16(), 404);
    assert_eq!(other.ask(post("/window/none", "")).await.status.as_u16(), 404);
    assert_eq!(reader.ask(post("/window", "")).await.status.as_u16(), 405);
    assert_eq!(shop.items(), before_the_other);
    assert_eq!(shop.stage(&order), "prepared");
    assert!(before.iter().all(|item| before_the_other.contains(item)), "nothing changed");
    // No arrival can be noted of a book that came back.
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let form = sent(&reader.go(&format!("/window/{order}")).await.form("form#arrived"));
    let came_back =
        json!({ "order": order, "came_back": shop.today().to_string(), "copy": "good" });
    shop.owner_does("owner-refund", came_back).await;
    shop.settle().await;
    assert_eq!(reader.ask(form).await.status.as_u16(), 409);
    assert_eq!(shop.order(&order).arrived(), None);
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_notes_an_arrival_once_and_only_of_a_shipped_book() {
    let (shop, mut reader, order) = posted().await;
    let other = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.days_pass(1).await;
    let before = shop.items();
    let call = json!({ "delivered": [order, other, "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7"] });
    let shown = shop.owner("owner-ship", call.clone()).await;
    let wrong: Vec<_> =
        shown["problems"].as_array().unwrap().iter().map(|problem| &problem["field"]).collect();
    assert_eq!(wrong, ["delivered[1]", "delivered[2]"], "{shown:#}");
    assert_eq!(shown["would_do"].as_array().unwrap().len(), 1, "{shown:#}");
    assert_eq!(shop.items(), before, "a dry run changed something");
    let confirmed = shop.confirmed("owner-ship", json!({ "delivered": [order] })).await;
    let done = shop.owner("owner-ship", confirmed.clone()).await;
    assert_eq!(
        (&done["status"], done["did"].as_array().unwrap().len()),
        (&json!(200), 1),
        "{done:#}"
    );
    assert_eq!(shop.order(&order).arrived(), Some(shop.today()));
    let after = shop.items();
    let again = shop.owner("owner-ship", confirmed).await;
    assert!(again["did"][0].as_str().unwrap().contains("두 번 하지 않았습니다"), "{again:#}");
    assert_eq!(shop.items(), after);
    assert!(reader.reload().await.says(&day(shop.today())), "{:?}", reader.here());
    for wrong in [json!([]), json!("x"), json!({}), json!([""]), json!([3])] {
        let answer = shop.owner("owner-ship", json!({ "delivered": wrong })).await;
        let field = answer["problems"][0]["field"].as_str().unwrap();
        assert!(field.starts_with("delivered"), "{answer:#}");
    }
    shop.nothing_failed();
}
