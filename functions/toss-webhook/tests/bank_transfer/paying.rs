//! Opening an account, waiting for the transfer, and the transfer that pays the order.

use serde_json::json;
use toss_standin::{Fault, Method, On, Rule};
use walk::{Doors, Pay};

use super::{PAID, awaiting_transfer, deliver_webhooks, shop};

#[tokio::test]
async fn a_transfer_is_awaited_with_its_place_held_and_pays_when_it_comes() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    assert!(reader.here().says("입금을 기다립니다."), "{:?}", reader.here());
    let account = reader.here().text_of("#deposit");
    for fact in ["우리은행", "X", "연습 손님", "22,000원"] {
        assert!(account.contains(fact), "{fact}: {account}");
    }
    shop.settle().await;
    let mailbox = reader.mailbox().await;
    assert_eq!(mailbox.notices(), ["deposit"]);
    assert!(mailbox.says("22,000원을 입금해 주십시오."), "{mailbox:?}");
    // The place is held for a day, and posting the form again changes nothing.
    shop.jump(23 * 60).await;
    assert_eq!(shop.stock("middle"), (3, 1));
    reader.go(&format!("/window/{order}")).await;
    reader.onward().await;
    assert_eq!(reader.here().order().1, "priced");
    reader.go(&format!("/pay/{order}")).await;
    reader.expect("window");
    assert_eq!(shop.ledger(&order).charged, 0);
    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(&shop).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!((shop.ledger(&order).charges, shop.ledger(&order).held()), (1, PAID));
    assert_eq!(reader.notices().await, ["deposit", "paid", "chosen"]);
    shop.nothing_failed();
}

#[tokio::test]
async fn coming_back_from_the_payment_page_twice_opens_one_account_and_holds_it_no_longer() {
    let shop = shop(17_000, 3).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let key = shop.standin().approve(&order, PAID, Method::VirtualAccount).unwrap();
    let back = format!("/pay/{order}/success?orderId={order}&paymentKey={key}&amount={PAID}");
    reader.go(&back).await;
    let form = reader.here().form("form[data-onward]");
    reader.submit(form.clone()).await;
    let due = shop.order(&order).held_until;
    shop.minutes_pass(5).await;
    reader.submit(form).await;
    reader.expect("window");
    assert_eq!((shop.order(&order).held_until, shop.stock("middle").1), (due, 1));
    reader.go(&back).await;
    reader.expect("window");
    shop.settle().await;
    assert_eq!(reader.notices().await, ["deposit"], "told once");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_account_whose_answer_was_lost_is_found_and_awaited() {
    let shop = shop(17_000, 3).await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Account).await;
    assert_eq!((reader.here().step(), reader.here().status.as_u16()), ("pay", 202));
    shop.minutes_pass(8).await;
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("입금을 기다립니다."), "{:?}", reader.here());
    assert!(shop.standin().deposit(&order).await);
    // Without a webhook, the reader's own request finds the transfer.
    reader.onward().await;
    assert_eq!(reader.here().order().1, "paid");
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_transfer_of_the_last_minute_without_a_webhook_is_found_by_the_sweep() {
    let shop = shop(17_000, 3).await;
    let (_, order) = awaiting_transfer(&shop).await;
    shop.jump(24 * 60 - 1).await;
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().deposit(&order).await);
    shop.minutes_pass(10).await;
    assert_eq!((shop.stage(&order).as_str(), shop.ledger(&order).charges), ("prepared", 1));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_transfer_of_another_sum_pays_nothing_and_is_named_by_the_reconciliation() {
    let shop = shop(17_000, 3).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let sum = PAID - 1_000;
    let key = shop.standin().approve(&order, sum, Method::VirtualAccount).unwrap();
    // The confirm of this payment key is recorded as asked, and not answered.
    shop.standin().fault(Rule::once(On::Confirm, Fault::ErrorBefore));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader
        .go(&format!("/pay/{order}/success?orderId={order}&paymentKey={key}&amount={PAID}"))
        .await;
    reader.onward().await;
    assert_eq!(reader.here().status.as_u16(), 202, "{:?}", reader.here());
    assert!(shop.standin().confirm(&key));
    assert!(shop.standin().deposit(&order).await);
    for delivery in shop.standin().webhooks() {
        assert_eq!(shop.deliver(&delivery).await, 503, "{delivery:?}");
    }
    shop.minutes_pass(45).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("priced", sum));
    let call = json!({ "day": shop.today().to_string() });
    let found = shop.owner("reconcile", call).await;
    assert_eq!(found["shows"][0]["data"]["order"], order, "{found:#}");
    assert!(found["shows"][0]["data"]["what"].as_str().unwrap().contains("21,000원"), "{found:#}");
    shop.nothing_failed();
}
