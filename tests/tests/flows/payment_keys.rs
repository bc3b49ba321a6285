//! The payment key names one attempt to pay: keys that are none, keys of another order, and two
//! windows of one order.

use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop};

use super::{payment::approved, post};

#[tokio::test]
async fn a_key_that_was_stored_before_keys_were_parsed_does_not_hold_its_order_up() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    shop.standin().fault(Rule { times: 2, ..Rule::once(On::Any, Fault::ErrorBefore) });
    reader.onward().await;
    let mut item = shop.order_item(&order);
    item["payment"]["M"]["key"]["S"] = "열쇠".into();
    shop.put_back(&item);
    shop.minutes_pass(8).await;
    assert_eq!(shop.order_item(&order)["payment"]["M"]["outcome"]["S"], "refused");
    reader.go(&format!("/pay/{order}")).await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn of_two_windows_the_one_that_was_charged_pays_the_order() {
    let shop = Shop::at_full_price().await;
    let mut charged = shop.visitor();
    let order = charged.to_an_order(Doors::Plain, "middle").await;
    let mut expires = charged.clone();
    for tab in [&mut charged, &mut expires] {
        tab.to_the_payment_page().await;
        tab.choose(Pay::Approve).await;
    }
    // The window opened last is refused by the card, then the other is charged, and its answer is
    // lost.
    let key = expires.here().value("payment_key");
    let refused = Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() };
    shop.standin().fault(Rule::once(On::Confirm, refused));
    expires.onward().await;
    assert_eq!(expires.here().status.as_u16(), 402, "{:?}", expires.here());
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    charged.onward().await;
    assert_eq!(charged.here().status.as_u16(), 202, "{:?}", charged.here());
    // The provider reports what became of the other window.
    let told = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": order, "paymentKey": key, "status": "ABORTED" } });
    assert_eq!(shop.webhook("aborted", told.to_string()).await, 200);
    shop.minutes_pass(10).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn the_key_of_another_orders_payment_does_not_hold_an_order_up() {
    let shop = Shop::at_full_price().await;
    let (mut one, first) = approved(&shop).await;
    let key = one.here().value("payment_key");
    one.onward().await;
    assert_eq!(one.here().order(), (first.clone(), "paid".to_owned()));
    shop.minutes_pass(1).await;
    let order = one.order_again("middle").await;
    // The provider's answer is not documented for this case; this one means "look".
    let processed = Fault::Answer { code: "ALREADY_PROCESSED_PAYMENT".to_owned() };
    shop.standin().fault(Rule::once(On::Confirm, processed));
    let page =
        one.ask(post(&format!("/pay/{order}"), format!("payment_key={key}&amount=22000"))).await;
    assert_eq!(page.status.as_u16(), 402, "{page:?}");
    one.go(&format!("/pay/{order}")).await;
    one.pay(Pay::Approve).await;
    assert_eq!(one.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!((shop.ledger(&first).charges, shop.ledger(&order).charges), (1, 1));
    shop.nothing_failed();
}
