//! Cancelling, checked against the payment service's ledger and the table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, Walker, book};

const PAID: u64 = 22_000;

async fn shop() -> Shop {
    Shop::with_books(&[book(1, 15_000, 5, 3)]).await
}

async fn cancel(reader: &mut Walker, order: &str) {
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    reader.expect("cancel");
}

/// Everything was refunded once, and the stock is as before.
async fn all_is_back(shop: &Shop, reader: &mut Walker, order: &str) {
    let ledger = shop.ledger(order);
    assert_eq!((ledger.charged, ledger.held()), (PAID, 0), "{ledger:?}");
    assert_eq!(shop.state(order), "refunded");
    assert_eq!((shop.stock("middle"), shop.sent_works()), ((3, 0), 0));
    shop.every_message_is_handled();
    let mailbox = reader.mailbox().await;
    assert_eq!(mailbox.all("[data-notice=cancelled]").len(), 1);
    assert!(reader.go(&format!("/cancel/{order}")).await.text().contains("돌려드렸습니다."));
}

#[tokio::test]
async fn an_order_cancelled_before_payment_releases_its_place() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    assert_eq!(shop.stock("middle"), (3, 1));
    assert!(
        reader.go(&format!("/cancel/{order}")).await.text().contains("돈은 빠져나가지 않습니다.")
    );
    reader.onward().await;
    assert_eq!(reader.here().order(), (order.clone(), "cancelled".to_owned()));
    assert_eq!((shop.stock("middle"), shop.ledger(&order).charged), ((3, 0), 0));
    assert_eq!(
        reader.go(&format!("/pay/{order}")).await.step(),
        "window",
        "there is nothing to pay any more"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_cancelled_before_choosing_is_refunded_in_full() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.system().hold("choose");
    shop.settle().await;
    let page = reader.go(&format!("/cancel/{order}")).await.text();
    assert!(page.contains("지금 취소하시면 22,000원을 8월 5일 수요일까지"), "{page}");
    reader.onward().await;
    assert_eq!(reader.here().order().1, "refund_due");
    shop.system().release("choose");
    shop.settle().await;
    all_is_back(&shop, &mut reader, &order).await;
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_cancelled_before_packing_returns_the_copy_and_the_money() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.system().hold("pack");
    shop.settle().await;
    assert_eq!((shop.stock("middle"), shop.sent_works()), ((2, 0), 2));
    let page = reader.go(&format!("/cancel/{order}")).await.text();
    assert!(page.contains("22,000원"), "nothing has gone back yet: {page}");
    reader.onward().await;
    shop.system().release("pack");
    shop.settle().await;
    all_is_back(&shop, &mut reader, &order).await;
    shop.minutes_pass(1).await;
    let again = reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    shop.settle().await;
    assert_eq!(shop.chosen(&again), shop.chosen(&order));
    assert_eq!(shop.stock("middle"), (2, 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_parcel_that_was_handed_over_stays_and_the_page_says_what_to_do() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    reader.go(&format!("/cancel/{order}")).await;
    shop.system().hold("ship");
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    reader.onward().await;
    assert_eq!(reader.here().status.as_u16(), 409);
    assert!(reader.here().text().contains("받으신 날부터 7일 안에는"));
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("packed", 20_000));
    assert!(!reader.go(&format!("/window/{order}")).await.text().contains("주문 취소"));
}

#[tokio::test]
async fn two_clicks_and_two_tabs_cancel_once() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.system().hold("pack");
    shop.settle().await;
    reader.go(&format!("/cancel/{order}")).await;
    let (mut one, mut two, mut three) = (reader.clone(), reader.clone(), reader.clone());
    tokio::join!(one.onward(), two.onward(), three.onward());
    for tab in [one, two, three] {
        assert!(["refund_due", "refunded"].contains(&tab.here().order().1.as_str()));
    }
    shop.system().release("pack");
    shop.settle().await;
    all_is_back(&shop, &mut reader, &order).await;
}

#[tokio::test]
async fn another_readers_order_is_not_found() {
    let shop = shop().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    let mut other = shop.visitor();
    other.to_the_counter(Doors::Plain).await;
    assert_eq!(other.go(&format!("/cancel/{order}")).await.status.as_u16(), 404);
}

#[tokio::test]
async fn money_that_arrives_after_cancelling_is_refunded_and_the_reader_is_told() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.pay(Pay::Approve).await;
    assert_eq!(shop.ledger(&order).charged, PAID, "taken, and nobody knows");
    let page = reader.go(&format!("/cancel/{order}")).await.text();
    assert!(page.contains("돈이 빠져나간 것으로 밝혀지면 모두 돌려드립니다."), "{page}");
    reader.onward().await;
    assert_eq!(reader.here().order().1, "cancelled");
    shop.minutes_pass(30).await;
    all_is_back(&shop, &mut reader, &order).await;
    assert!(reader.mailbox().await.text().contains("주문을 취소하신 뒤에 결제가 끝났습니다."));
    shop.nothing_failed();
}

#[tokio::test]
async fn coming_back_from_the_payment_page_to_a_cancelled_order_pays_nothing() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let mut tab = reader.clone();
    tab.to_the_payment_page().await;
    tab.choose(Pay::Approve).await;
    cancel(&mut reader, &order).await;
    tab.onward().await;
    assert_eq!(tab.here().order(), (order.clone(), "cancelled".to_owned()));
    shop.minutes_pass(60).await;
    assert_eq!((shop.ledger(&order).charged, shop.state(&order).as_str()), (0, "cancelled"));
    shop.nothing_failed();
}
