//! Accounts that are closed without a transfer: overdue, cancelled, or without a place.

use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay};

use super::{awaiting_transfer, deliver_webhooks, shop};

#[tokio::test]
async fn without_a_transfer_the_place_is_released_and_the_order_can_be_paid_again() {
    let shop = shop(17_000, 1).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    let mut other = shop.visitor();
    other.to_the_counter(Doors::Plain).await;
    assert!(
        other.here().says("지금은 모두 나갔습니다."),
        "the only place is held: {:?}",
        other.here()
    );
    shop.jump(24 * 60 - 1).await;
    shop.minutes_pass(7).await;
    assert_eq!(shop.stock("middle"), (1, 0));
    assert_eq!(shop.state(&order), "priced");
    assert!(!shop.standin().deposit(&order).await, "the account is closed at the provider");
    reader.go(&format!("/window/{order}")).await;
    assert!(
        reader.here().says("기한까지 입금이 없어 계좌를 닫고 자리를 내놓았습니다."),
        "{:?}",
        reader.here()
    );
    reader.onward().await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charged, 0);
    assert_eq!(
        shop.ledger(&format!("{order}-2")).charges,
        1,
        "a name at the provider is taken once"
    );
    // Late webhooks of the closed account change nothing.
    deliver_webhooks(&shop).await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_overdue_account_can_be_replaced_before_the_sweep_closes_it() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    shop.jump(24 * 60 - 1).await;
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
    shop.minutes_pass(2).await;
    shop.standin().clear_faults();
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("이 계좌로는 더 입금하지 마십시오."), "{:?}", reader.here());
    reader.onward().await;
    assert_eq!((reader.here().step(), reader.here().status.as_u16()), ("pay", 402));
    assert!(reader.here().says("기한까지 입금이 없어 계좌를 닫았습니다."), "{:?}", reader.here());
    reader.onward().await;
    reader.pay(Pay::Account).await;
    assert!(shop.standin().deposit(&format!("{order}-2")).await);
    deliver_webhooks(&shop).await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_cancelled_before_its_transfer_has_its_account_closed_and_no_refund() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    assert!(reader.here().says("아직 결제 전입니다."), "{:?}", reader.here());
    reader.onward().await;
    assert_eq!((shop.state(&order).as_str(), shop.stock("middle")), ("cancelled", (3, 0)));
    shop.minutes_pass(6).await;
    assert!(!shop.standin().deposit(&order).await, "the account is closed");
    assert_eq!(shop.ledger(&order).movements, []);
    deliver_webhooks(&shop).await;
    assert_eq!(shop.state(&order), "cancelled");
    assert!(shop.order_item(&order)["waiting"].is_null());
    shop.nothing_failed();
}

#[tokio::test]
async fn an_account_opened_when_the_last_place_is_gone_is_closed_at_once() {
    let shop = shop(17_000, 1).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    // The answer arrives after another reader has taken the place.
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
    reader.pay(Pay::Account).await;
    shop.minutes_pass(16).await;
    let mut other = shop.visitor();
    other.to_an_order(Doors::Plain, "middle").await;
    shop.standin().clear_faults();
    shop.minutes_pass(6).await;
    assert_eq!(shop.state(&order), "priced");
    assert!(!shop.standin().deposit(&order).await, "the account is closed");
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("입금을 기다리던 계좌가 닫혔습니다."), "{:?}", reader.here());
    assert_eq!(reader.notices().await, [""; 0]);
    shop.nothing_failed();
}
