//! Payments that are refused, cancelled, confirmed twice or lost on the way: nobody is charged
//! twice, and no payment is lost.

use futures_util::future::join;
use local::{Breakage, Fault as Break, Service};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Onward, Page, Pay, Shop, Walker};

use super::{get, post, sent};

/// A reader who approved the payment and has not sent the last form.
pub(super) async fn approved(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.to_the_payment_page().await;
    reader.choose(Pay::Approve).await;
    (reader, order)
}

/// Sends the form that takes the money, without checking the page rules: the answer may be an error.
async fn take_the_money(reader: &Walker) -> Page {
    let Onward::Form(form) = reader.here().onward() else { panic!("no form: {:?}", reader.here()) };
    reader.ask(sent(&form)).await
}

#[tokio::test]
async fn a_refused_payment_is_explained_and_can_be_repeated() {
    let shop = Shop::at_full_price().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Refuse).await;
    assert!(
        reader.here().says("돈은 빠져나가지 않았습니다. 주문은 그대로 있습니다."),
        "{:?}",
        reader.here()
    );
    assert_eq!(reader.here().order(), (order.clone(), "priced".to_owned()));
    reader.onward().await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_cancelled_payment_comes_back_without_its_order_and_can_be_paid_again() {
    let shop = Shop::at_full_price().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "light").await;
    reader.pay(Pay::Cancel).await;
    assert!(!reader.here().url.query().unwrap().contains("orderId"), "{}", reader.here().url);
    assert!(reader.here().says("결제를 그만두셨습니다."), "{:?}", reader.here());
    reader.onward().await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn a_card_that_is_refused_at_the_last_step_can_be_followed_by_another() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    shop.standin()
        .fault(Rule::once(On::Confirm, Fault::Answer { code: "REJECT_CARD_PAYMENT".to_owned() }));
    reader.onward().await;
    assert_eq!(reader.here().status.as_u16(), 402);
    assert!(reader.here().says("카드의 한도나 잔액이 모자랍니다."), "{:?}", reader.here());
    reader.onward().await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn the_message_in_the_return_address_is_not_shown() {
    let shop = Shop::at_full_price().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader
        .go(&format!(
            "/pay/{order}/fail?code=X&message=%EC%A0%84%ED%99%94%ED%95%98%EC%84%B8%EC%9A%94%20010"
        ))
        .await;
    assert!(!reader.here().body.contains("전화하세요"), "{:?}", reader.here());
    assert_eq!(reader.here().order(), (order, "priced".to_owned()));
}

#[tokio::test]
async fn a_payment_confirmed_twice_is_charged_once() {
    let shop = Shop::at_full_price().await;
    // A double click: the same form, twice at once.
    let (mut reader, order) = approved(&shop).await;
    let (one, two) = join(take_the_money(&reader), take_the_money(&reader)).await;
    for page in [one, two] {
        assert!(matches!(page.status.as_u16(), 303 | 202), "{page:?}");
    }
    assert_eq!(shop.ledger(&order).charges, 1);
    // The return address again, and the same form once more.
    let back = reader.here().url.clone();
    let form = take_the_money(&reader).await;
    assert_eq!(form.location().unwrap().path(), format!("/window/{order}"));
    reader.come_by_link(&back).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.settle().await;
    assert_eq!(reader.notices().await, ["paid", "chosen"], "told once of each");
}

#[tokio::test]
async fn two_tabs_that_approve_two_payments_are_charged_once() {
    let shop = Shop::at_full_price().await;
    let mut one = shop.visitor();
    let order = one.to_an_order(Doors::Plain, "middle").await;
    let mut two = one.clone();
    for tab in [&mut one, &mut two] {
        tab.to_the_payment_page().await;
        tab.choose(Pay::Approve).await;
    }
    join(one.onward(), two.onward()).await;
    assert_eq!(shop.ledger(&order).charges, 1, "{:?}", shop.ledger(&order));
    for tab in [&mut one, &mut two] {
        // The second tab is told to wait, then finds the order paid.
        if tab.here().step() == "pay" {
            assert_eq!(tab.here().status.as_u16(), 202, "{:?}", tab.here());
            tab.onward().await;
        }
        assert_eq!(tab.here().order(), (order.clone(), "paid".to_owned()));
    }
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn a_second_tab_after_the_first_has_paid_finds_the_order_paid() {
    let shop = Shop::at_full_price().await;
    let mut one = shop.visitor();
    let order = one.to_an_order(Doors::Plain, "middle").await;
    let mut two = one.clone();
    for tab in [&mut one, &mut two] {
        tab.to_the_payment_page().await;
        tab.choose(Pay::Approve).await;
    }
    one.onward().await;
    two.onward().await;
    assert_eq!(two.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn a_payment_whose_reply_was_lost_is_looked_up_at_once() {
    let shop = Shop::at_full_price().await;
    for fault in [Fault::ReplyLost, Fault::ErrorAfter, Fault::InFlight] {
        let (mut reader, order) = approved(&shop).await;
        shop.standin().fault(Rule::once(On::Confirm, fault));
        reader.onward().await;
        assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
        assert_eq!(shop.ledger(&order).charges, 1);
    }
}

#[tokio::test]
async fn an_unknown_payment_is_found_at_the_readers_next_request() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.onward().await;
    assert_eq!(reader.here().status.as_u16(), 202);
    assert!(reader.here().says("다시 결제하지 마십시오."), "{:?}", reader.here());
    // A reload shows the same and offers no second payment.
    reader.go(&format!("/pay/{order}")).await;
    assert!(reader.here().says("결제를 확인하고 있습니다"), "{:?}", reader.here());
    reader.onward().await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn an_unknown_payment_is_found_by_the_sweep() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.onward().await;
    assert_eq!(shop.state(&order), "priced");
    shop.minutes_pass(8).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(shop.ledger(&order).charges, 1);
    assert_eq!(reader.notices().await, ["paid", "chosen"]);
}

#[tokio::test]
async fn a_crash_between_the_charge_and_its_record_is_settled_by_the_sweep() {
    let shop = Shop::at_full_price().await;
    for breakage in [Breakage::Error500, Breakage::LostReply] {
        let (reader, order) = approved(&shop).await;
        shop.system().wire().inject(
            Break::on(Service::Dynamodb, "TransactWriteItems", breakage).of("pay").times(3),
        );
        let page = take_the_money(&reader).await;
        shop.system().wire().heal();
        assert_eq!(shop.ledger(&order).charges, 1);
        assert!(matches!(page.status.as_u16(), 303 | 500), "{page:?}");
        shop.minutes_pass(8).await;
        assert_eq!(shop.stage(&order), "prepared", "{breakage:?}");
        assert_eq!(shop.ledger(&order).charges, 1);
        assert_eq!(shop.order_item(&order)["messages"]["N"], "4", "nothing was asked twice");
    }
}

#[tokio::test]
async fn a_reader_who_repeats_the_request_after_a_server_error_is_not_charged_again() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    let fault =
        Break::on(Service::Dynamodb, "TransactWriteItems", Breakage::Error500).of("pay").times(3);
    shop.system().wire().inject(fault);
    let page = take_the_money(&reader).await;
    assert_eq!(page.status.as_u16(), 500, "{page:?}");
    assert!(page.says("저희 쪽의 잘못으로"), "{page:?}");
    // The form of the page before is sent again.
    reader.onward().await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn a_payment_that_was_never_taken_can_be_made_again() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = approved(&shop).await;
    // Toss fails before charging, for longer than the shop retries.
    shop.standin().fault(Rule { times: 100, ..Rule::once(On::Confirm, Fault::ErrorBefore) });
    reader.onward().await;
    assert_eq!(reader.here().status.as_u16(), 202, "{:?}", reader.here());
    shop.minutes_pass(45).await;
    shop.standin().clear_faults();
    assert_eq!(shop.ledger(&order).charges, 0);
    reader.go(&format!("/pay/{order}")).await;
    reader.pay(Pay::Approve).await;
    assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()));
    assert_eq!(shop.ledger(&order).charges, 1);
}

#[tokio::test]
async fn the_amount_and_order_in_the_address_are_not_trusted() {
    let shop = Shop::at_full_price().await;
    let (reader, order) = approved(&shop).await;
    let key = reader.here().value("payment_key");
    let before = shop.items();
    for query in [
        format!("paymentKey={key}&orderId={order}&amount=1"),
        format!("paymentKey={key}&orderId={order}&amount=-22000"),
        format!("paymentKey={key}&orderId={order}&amount=22000.0"),
        format!("paymentKey={key}&orderId=01JD9G5T3M8Q2W6X4Z7N1C0V5K&amount=22000"),
        format!("orderId={order}&amount=22000"),
        format!("paymentKey={}&orderId={order}&amount=22000", "k".repeat(201)),
        format!("paymentKey=%EC%97%B4%EC%87%A0&orderId={order}&amount=22000"),
        format!("paymentKey=key%00&orderId={order}&amount=22000"),
        String::new(),
    ] {
        let page = reader.ask(get(&format!("/pay/{order}/success?{query}"))).await;
        assert_eq!(page.status.as_u16(), 400, "{query}: {page:?}");
        assert!(page.says("결제를 요청하지 않았고, 돈은 빠져나가지 않았습니다."), "{page:?}");
    }
    for body in [
        format!("payment_key={key}&amount=1"),
        format!("payment_key={key}&amount="),
        format!("payment_key={key}"),
        "payment_key=&amount=22000".to_owned(),
        format!("payment_key={}&amount=22000", "k".repeat(201)),
        "payment_key=%EC%97%B4%EC%87%A0&amount=22000".to_owned(),
        "payment_key=key%00&amount=22000".to_owned(),
        "payment_key=a+key&amount=22000".to_owned(),
    ] {
        let page = reader.ask(post(&format!("/pay/{order}"), body.clone())).await;
        assert_eq!(page.status.as_u16(), 400, "{body}: {page:?}");
    }
    assert_eq!(shop.items(), before, "something changed");
    assert_eq!(shop.ledger(&order).charges, 0);
    // A forged payment key: Toss is asked, refuses, and charges nothing.
    let page = reader.ask(post(&format!("/pay/{order}"), "payment_key=forged&amount=22000")).await;
    assert!(matches!(page.status.as_u16(), 202 | 402), "{page:?}");
    assert_eq!(shop.ledger(&order).charges, 0);
    shop.nothing_failed();
}

#[tokio::test]
async fn coming_back_by_a_link_takes_no_money() {
    let shop = Shop::at_full_price().await;
    let (reader, order) = approved(&shop).await;
    assert!(reader.here().says("아직 돈은 빠져나가지 않았습니다."), "{:?}", reader.here());
    assert_eq!(shop.ledger(&order).charges, 0);
    assert_eq!(shop.state(&order), "priced");
}

#[tokio::test]
async fn another_readers_order_can_be_neither_seen_nor_paid() {
    let shop = Shop::at_full_price().await;
    let (reader, order) = approved(&shop).await;
    let key = reader.here().value("payment_key");
    let mut other = shop.visitor();
    other.open_the_door().await;
    let before = shop.items();
    let nobody = other.ask(get("/window/01JD9G5T3M8Q2W6X4Z7N1C0V5K")).await;
    for path in [
        "/window/ORDER",
        "/pay/ORDER",
        "/pay/ORDER/success?paymentKey=KEY&orderId=ORDER&amount=22000",
        "/pay/ORDER/fail",
    ] {
        let path = path.replace("ORDER", &order).replace("KEY", &key);
        let page = other.ask(get(&path)).await;
        assert_eq!(page.status.as_u16(), 404, "{path}: {page:?}");
        assert_eq!(
            page.text_of("main"),
            nobody.text_of("main"),
            "{path} tells that the order exists"
        );
    }
    for body in [
        format!("payment_key={key}&amount=22000"),
        format!("payment_key={key}&amount=1"),
        String::new(),
    ] {
        let page = other.ask(post(&format!("/pay/{order}"), body.clone())).await;
        assert_eq!(page.status.as_u16(), 404, "{body}: {page:?}");
        assert!(!page.body.contains(&order) || page.text_of("main") == nobody.text_of("main"));
    }
    assert_eq!(shop.items(), before);
    assert_eq!(shop.ledger(&order).charges, 0);
}
