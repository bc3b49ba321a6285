//! Refunds of a transfer: to the account that the reader names.

use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay};

use super::{PAID, awaiting_transfer, deliver_webhooks, name_account, paid_by_transfer, shop};

#[tokio::test]
async fn a_transfer_whose_place_is_gone_is_refunded_to_the_account_that_the_reader_names() {
    let shop = shop(17_000, 1).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    // Toss cannot be queried until another reader has taken the place.
    shop.jump(24 * 60 - 1).await;
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().deposit(&order).await);
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
    shop.minutes_pass(6).await;
    let mut other = shop.visitor();
    other.to_an_order(Doors::Plain, "middle").await;
    shop.standin().clear_faults();
    other.pay(Pay::Approve).await;
    shop.minutes_pass(10).await;
    assert_eq!(shop.state(&order), "refund_due");
    assert_eq!(reader.notices().await, ["deposit", "cancelled", "account"]);
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "110-123-456789").await;
    shop.settle().await;
    shop.days_pass(3).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    assert_eq!(reader.notices().await.last().unwrap(), "refunded");
    assert_eq!(shop.order(&order).refund_to, None, "kept only until it is back");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_transfer_that_arrives_before_its_account_is_closed_is_refunded() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    assert!(shop.standin().deposit(&order).await);
    shop.minutes_pass(6).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refund_due", PAID));
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("돌려받으실 계좌를 알려 주시면"), "{:?}", reader.here());
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "110123456789").await;
    shop.settle().await;
    shop.days_pass(3).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_cancelled_transfer_is_refunded_to_the_named_account_which_is_then_deleted() {
    let shop = shop(17_000, 3).await;
    shop.system().hold("pack");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "11").await;
    assert_eq!(reader.here().status.as_u16(), 422);
    assert_eq!(
        (reader.here().value("holder").as_str(), reader.here().value("account").as_str()),
        ("윤동주", "11")
    );
    assert!(reader.here().first("option[value='88'][selected]").is_some());
    assert_eq!(shop.state(&order), "chosen");
    name_account(&mut reader, "110-123-456789").await;
    assert_eq!(shop.state(&order), "refund_due");
    shop.system().release("pack");
    shop.settle().await;
    shop.days_pass(3).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    assert_eq!(shop.stock("middle"), (3, 0));
    let everything = json!(shop.items()).to_string();
    assert!(!everything.contains("110123456789"), "the account is still kept");
    assert!(reader.mailbox().await.says("알려 주신 계좌로 돌려드렸습니다."));
    shop.nothing_failed();
}

#[tokio::test]
async fn the_difference_waits_for_an_account_and_a_wrong_one_is_asked_for_again() {
    let shop = shop(15_000, 3).await;
    let (mut reader, order) = paid_by_transfer(&shop).await;
    assert_eq!(reader.notices().await, ["deposit", "paid", "chosen"]);
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(reader.notices().await, ["deposit", "paid", "chosen", "account", "shipped"]);
    reader.go(&format!("/cancel/{order}?to=account")).await;
    let wrong = Fault::Answer { code: "INVALID_REFUND_ACCOUNT_NUMBER".to_owned() };
    shop.standin().fault(Rule::once(On::Cancel, wrong));
    name_account(&mut reader, "110123456780").await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).refunded, 0);
    assert_eq!(reader.notices().await.last().unwrap(), "account");
    reader.go(&format!("/window/{order}")).await;
    let link =
        reader.here().first("a[href$='?to=account']").unwrap().attr("href").unwrap().to_owned();
    reader.go(&link).await;
    name_account(&mut reader, "110123456789").await;
    shop.settle().await;
    shop.days_pass(3).await;
    assert_eq!(shop.ledger(&order).refunded, 2_000);
    assert_eq!(shop.state(&order), "shipped");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_transfer_refunded_at_toss_before_the_shop_knew_of_it_pays_nothing() {
    let shop = shop(15_000, 3).await;
    let (mut reader, order) = awaiting_transfer(&shop).await;
    assert!(shop.standin().deposit(&order).await);
    let settings = toss::Settings {
        api_url: shop.standin().url(),
        secret_key: toss_standin::SECRET_KEY.to_owned().into(),
    };
    let there = toss::Client::new(&settings).unwrap();
    let payment = there.payment_of_order(&order).await.unwrap().unwrap();
    let to = toss::RefundAccount {
        bank: "88".to_owned(),
        account_number: "110123456789".into(),
        holder_name: "Kim".into(),
    };
    let cancel = toss::Cancel {
        reason: "손으로".to_owned(),
        amount: None,
        tax_free: None,
        refund_to: Some(to),
    };
    let key = toss::IdempotencyKey::new("by-hand".to_owned()).unwrap();
    there.cancel(&payment.payment_key, &cancel, &key).await.unwrap();
    deliver_webhooks(&shop).await;
    let item = shop.order_item(&order);
    assert_eq!(
        (&item["state"]["S"], &item["payment"]["M"]["outcome"]["S"]),
        (&json!("priced"), &json!("refused"))
    );
    assert_eq!((item["refunds"]["L"].clone(), shop.ledger(&order).held()), (Value::Null, 0));
    // The order can be paid again under another name.
    reader.go(&format!("/pay/{order}")).await;
    reader.pay(Pay::Approve).await;
    reader.expect("window");
    shop.settle().await;
    assert_eq!(shop.ledger(&format!("{order}-2")).held(), 22_000);
}

#[tokio::test]
async fn a_refund_is_told_as_done_when_the_bank_has_carried_it_out() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = paid_by_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "110-123-456789").await;
    shop.settle().await;
    let progress = |shop: &walk::Shop| {
        shop.order_item(&order)["refunds"]["L"][0]["M"]["progress"]["S"].clone()
    };
    for _ in 0..2 {
        assert_eq!(
            (progress(&shop), shop.state(&order)),
            (json!("requested"), "refund_due".into())
        );
        let window = reader.go(&format!("/window/{order}")).await;
        assert!(window.says("은행에 보내 달라고 했습니다"), "{window:?}");
        assert!(reader.go(&format!("/cancel/{order}")).await.says("은행에 청했습니다"));
        assert!(!reader.notices().await.contains(&"refunded".to_owned()), "not told as done");
        assert!(shop.order(&order).refund_to.is_some(), "the account is kept until then");
        let list = shop.owner("owner-refund", json!({})).await;
        assert_eq!(list["shows"][0]["data"]["what"], "은행이 보내는 중");
        shop.minutes_pass(20 * 60).await;
    }
    shop.days_pass(1).await;
    assert_eq!((progress(&shop), shop.state(&order)), (json!("done"), "refunded".into()));
    assert_eq!(reader.notices().await.last().unwrap(), "refunded");
    assert_eq!((shop.order(&order).refund_to, shop.ledger(&order).held()), (None, 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refund_that_the_bank_gives_up_asks_for_the_account_anew() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = paid_by_transfer(&shop).await;
    shop.standin().fault(Rule::once(On::Cancel, Fault::RefundFails));
    reader.go(&format!("/cancel/{order}")).await;
    name_account(&mut reader, "110-123-456780").await;
    shop.settle().await;
    shop.days_pass(3).await;
    assert!(shop.order(&order).wants_account(), "{:?}", shop.order(&order).refunds);
    assert_eq!(shop.ledger(&order).held(), PAID);
    assert_eq!(reader.notices().await.last().unwrap(), "account");
    reader.go(&format!("/cancel/{order}?to=account")).await;
    name_account(&mut reader, "110-123-456789").await;
    shop.settle().await;
    shop.days_pass(3).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    assert_eq!(shop.ledger(&order).refunded, PAID, "once");
    shop.nothing_failed();
}
