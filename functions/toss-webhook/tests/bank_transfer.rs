//! Paying by a deposit: the account, the waiting, the deposit that comes, comes late, never comes
//! or is taken back, and the way back of its money. Judged by the payment service's ledger and by
//! the table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::base::text::Language;
use serde_json::{Value, json};
use toss_standin::{Fault, Method, On, Rule};
use walk::{Doors, Pay, Shop, Walker, book};

const PAID: u64 = 22_000;

/// A shop whose payment service has an address to call; the calls are kept, and delivered by hand.
/// `price` is the 정가 of its books.
async fn shop(price: u64, copies: u32) -> Shop {
    let shop = Shop::with_books(&[book(1, price, 5, copies)]).await;
    shop.keep_webhooks();
    shop
}

/// Delivers every webhook twice, the last one first, and all that follows.
async fn deliver_webhooks(shop: &Shop) {
    shop.deliver_webhooks(2).await;
    shop.settle().await;
}

/// Somebody who chose to pay by a deposit, and looks at the account.
async fn waiting(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Account).await;
    reader.expect("window");
    assert_eq!(reader.here().order(), (order.clone(), "priced".to_owned()));
    (reader, order)
}

async fn paid_by_transfer(shop: &Shop) -> (Walker, String) {
    let (reader, order) = waiting(shop).await;
    shop.settle().await;
    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(shop).await;
    (reader, order)
}

/// Fills in the account and sends the form.
async fn names(reader: &mut Walker, number: &str) {
    let form = reader.here().form("main form");
    let form = form.fill("bank", "88").fill("account", number).fill("holder", "윤동주");
    reader.submit(form).await;
}

#[tokio::test]
async fn a_deposit_is_awaited_with_the_place_held_and_pays_when_it_comes() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = waiting(&shop).await;
    assert!(reader.here().says("입금을 기다립니다."), "{:?}", reader.here());
    let account = reader.here().text_of("#deposit");
    for fact in ["우리은행", "X", "연습 손님", "22,000원"] {
        assert!(account.contains(fact), "{fact}: {account}");
    }
    shop.settle().await;
    let mailbox = reader.mailbox().await;
    assert_eq!(mailbox.notices(), ["deposit"]);
    assert!(mailbox.says("22,000원을 입금해 주십시오."), "{mailbox:?}");
    // A day is long: the place is held, and what is posted again changes nothing.
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
    assert_eq!(shop.state(&order), "packed");
    assert_eq!((shop.ledger(&order).charges, shop.ledger(&order).held()), (1, PAID));
    assert_eq!(reader.notices().await, ["deposit", "paid", "chosen", "packed"]);
    shop.nothing_failed();
}

#[tokio::test]
async fn what_the_window_brings_back_twice_opens_one_account_and_holds_it_no_longer() {
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
    // Nobody calls: the reader looks.
    reader.onward().await;
    assert_eq!(reader.here().order().1, "paid");
    assert_eq!(shop.ledger(&order).charges, 1);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_deposit_that_never_comes_gives_the_place_back_and_the_order_can_be_paid_anew() {
    let shop = shop(17_000, 1).await;
    let (mut reader, order) = waiting(&shop).await;
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
    // What the closed account says comes late, and changes nothing.
    deliver_webhooks(&shop).await;
    assert_eq!(shop.state(&order), "packed");
    shop.nothing_failed();
}

#[tokio::test]
async fn between_the_due_time_and_the_sweep_the_page_says_so_and_the_reader_need_not_wait() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = waiting(&shop).await;
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
    assert_eq!(shop.state(&order), "packed");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_deposit_of_the_last_minute_is_found_by_the_sweep_when_nobody_tells_of_it() {
    let shop = shop(17_000, 3).await;
    let (_, order) = waiting(&shop).await;
    shop.jump(24 * 60 - 1).await;
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().deposit(&order).await);
    shop.minutes_pass(10).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charges), ("packed", 1));
    shop.nothing_failed();
}

#[tokio::test]
async fn a_deposit_whose_place_is_gone_goes_back_to_the_account_that_the_reader_names() {
    let shop = shop(17_000, 1).await;
    let (mut reader, order) = waiting(&shop).await;
    // The provider can not be asked until somebody else has taken the place.
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
    names(&mut reader, "110-123-456789").await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    assert_eq!(reader.notices().await.last().unwrap(), "refunded");
    assert_eq!(shop.order(&order).refund_to, None, "kept only until it is back");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_cancelled_before_its_deposit_has_its_account_closed_and_no_refund() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = waiting(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    assert!(reader.here().says("아직 값을 치르지 않으셨습니다."), "{:?}", reader.here());
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
async fn a_deposit_that_is_faster_than_the_closing_of_its_account_goes_back() {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = waiting(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    reader.onward().await;
    assert!(shop.standin().deposit(&order).await);
    shop.minutes_pass(6).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refund_due", PAID));
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("돌려받으실 계좌를 알려 주시면"), "{:?}", reader.here());
    reader.go(&format!("/cancel/{order}")).await;
    names(&mut reader, "110123456789").await;
    shop.settle().await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).held()), ("refunded", 0));
    shop.nothing_failed();
}

#[tokio::test]
async fn cancelling_asks_where_a_deposit_goes_back_to_and_forgets_it_afterwards() {
    let shop = shop(17_000, 3).await;
    shop.system().hold("pack");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    names(&mut reader, "11").await;
    assert_eq!(reader.here().status.as_u16(), 422);
    assert_eq!(
        (reader.here().value("holder").as_str(), reader.here().value("account").as_str()),
        ("윤동주", "11")
    );
    assert!(reader.here().first("option[value='88'][selected]").is_some());
    assert_eq!(shop.state(&order), "chosen");
    names(&mut reader, "110-123-456789").await;
    assert_eq!(shop.state(&order), "refund_due");
    shop.system().release("pack");
    shop.settle().await;
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
    assert_eq!(reader.notices().await, ["deposit", "paid", "chosen", "account", "packed"]);
    reader.go(&format!("/cancel/{order}?to=account")).await;
    let wrong = Fault::Answer { code: "INVALID_REFUND_ACCOUNT_NUMBER".to_owned() };
    shop.standin().fault(Rule::once(On::Cancel, wrong));
    names(&mut reader, "110123456780").await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).refunded, 0);
    assert_eq!(reader.notices().await.last().unwrap(), "account");
    reader.go(&format!("/window/{order}")).await;
    let link =
        reader.here().first("a[href$='?to=account']").unwrap().attr("href").unwrap().to_owned();
    reader.go(&link).await;
    names(&mut reader, "110123456789").await;
    shop.settle().await;
    assert_eq!(shop.ledger(&order).refunded, 2_000);
    assert_eq!(shop.state(&order), "packed");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_deposit_taken_back_before_the_packing_stops_the_order_and_closes_its_account() {
    for queue in ["choose", "pack"] {
        let shop = shop(15_000, 3).await;
        shop.system().hold(queue);
        let (mut reader, order) = paid_by_transfer(&shop).await;
        assert!(shop.standin().reverse_transfer(&order).await);
        deliver_webhooks(&shop).await;
        shop.system().release(queue);
        shop.settle().await;
        assert_eq!(
            (shop.state(&order).as_str(), shop.stock("middle")),
            ("cancelled", (3, 0)),
            "{queue}"
        );
        assert_eq!((shop.ledger(&order).held(), shop.ledger(&order).refunded), (0, 0));
        assert!(!shop.standin().deposit(&order).await, "the account is closed");
        assert_eq!(reader.notices().await.last().unwrap(), "reversed");
        reader.go(&format!("/window/{order}")).await;
        assert!(reader.here().says("은행이 입금을 되돌려"), "{:?}", reader.here());
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_deposit_taken_back_from_a_packed_order_lies_on_the_desk_and_leaves_it_when_it_comes_again()
 {
    let shop = shop(17_000, 3).await;
    let (mut reader, order) = paid_by_transfer(&shop).await;
    shop.owner_ships(&order, "1234567890").await;
    shop.settle().await;
    assert!(shop.standin().reverse_transfer(&order).await);
    deliver_webhooks(&shop).await;
    assert_eq!(shop.state(&order), "shipped");
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(
        (&desk["shows"][0]["order"], &desk["shows"][0]["what"]),
        (&json!(order), &json!("되돌려진 입금")),
        "{desk:#}"
    );
    let mut reader_in_english = reader.clone().reading(Language::En);
    reader_in_english.go(&format!("/window/{order}")).await;
    assert!(
        reader_in_english.here().says("The bank took your deposit back"),
        "{:?}",
        reader_in_english.here()
    );
    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(&shop).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert!(desk["next"][0].as_str().unwrap().contains("기다리는 일이 없습니다"), "{desk:#}");
    reader.go(&format!("/window/{order}")).await;
    assert!(!reader.here().says("은행이 입금을 되돌려"), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_settles_a_deposit_taken_back_from_a_packed_order_and_posts_the_book() {
    let shop = shop(17_000, 3).await;
    let (_, order) = paid_by_transfer(&shop).await;
    let call = json!({ "order": order, "settled": "읽는 분이 계좌로 다시 보내 주셨습니다" });
    let early = shop.owner("owner-refund", call.clone()).await;
    assert_eq!(early["problems"][0]["field"], "order", "nothing was taken back: {early:#}");
    let unsaid =
        shop.owner("owner-refund", json!({ "order": "x", "settled": "가".repeat(500) })).await;
    assert_eq!(unsaid["problems"].as_array().map(Vec::len), Some(2), "{unsaid:#}");

    assert!(shop.standin().reverse_transfer(&order).await);
    deliver_webhooks(&shop).await;
    let ledger = shop.standin().ledger();
    let offered = shop.owner("owner-refund", json!({})).await;
    assert_eq!(offered["calls"]["owner-refund"], call, "{offered:#}");
    let confirmed = shop.confirmed("owner-refund", call).await;
    for _ in 0..2 {
        let done = shop.owner("owner-refund", confirmed.clone()).await;
        assert_eq!(done["did"].as_array().map(Vec::len), Some(1), "{done:#}");
    }
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["what"], "부치기", "{desk:#}");
    shop.owner_ships(&order, "1234567890").await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    let after = shop.standin().ledger();
    assert_eq!(
        format!("{:?}", after.order(&order)),
        format!("{:?}", ledger.order(&order)),
        "no money moved"
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refund_of_a_deposit_that_the_bank_took_back_is_owed_no_more() {
    let shop = shop(17_000, 3).await;
    shop.system().hold("pack");
    shop.system().hold("refund");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    reader.go(&format!("/cancel/{order}")).await;
    names(&mut reader, "110123456789").await;
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().reverse_transfer(&order).await);
    shop.system().release_all();
    shop.settle().await;
    let ledger = shop.ledger(&order);
    assert_eq!(
        (shop.state(&order).as_str(), ledger.refunded, ledger.reversed),
        ("refunded", 0, PAID)
    );
    assert_eq!(reader.notices().await.last().unwrap(), "reversed");
    reader.go(&format!("/window/{order}")).await;
    assert!(reader.here().says("돌려드릴 돈이 남아 있지 않습니다."), "{:?}", reader.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_owed_of_a_deposit_that_was_taken_back_and_came_again_goes_back_once() {
    let shop = shop(15_000, 3).await;
    shop.system().hold("refund");
    let (mut reader, order) = paid_by_transfer(&shop).await;
    assert_eq!(shop.state(&order), "packed");
    reader.go(&format!("/cancel/{order}?to=account")).await;
    names(&mut reader, "110123456789").await;
    // The refund is the first to meet that there is no money, and is told no.
    shop.standin().fault(Rule::once(On::Deposit, Fault::WebhookNever));
    assert!(shop.standin().reverse_transfer(&order).await);
    shop.system().release_all();
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    assert_eq!(desk["shows"][0]["what"], "되돌려진 입금", "{desk:#}");
    assert_eq!(shop.ledger(&order).refunded, 0);

    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(&shop).await;
    deliver_webhooks(&shop).await;
    assert_eq!((shop.ledger(&order).refunded, shop.ledger(&order).held()), (2_000, 20_000));
    let told = reader.notices().await;
    assert_eq!(told.iter().filter(|notice| *notice == "refunded").count(), 1, "{told:?}");
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
    assert_eq!(found["shows"][0]["order"], order, "{found:#}");
    assert!(found["shows"][0]["what"].as_str().unwrap().contains("21000원"), "{found:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn an_account_opened_when_the_last_place_is_gone_is_closed_at_once() {
    let shop = shop(17_000, 1).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    // The answer comes when the place has run out, and somebody else has it.
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

#[tokio::test]
async fn a_deposit_that_was_given_back_at_the_payment_service_before_it_was_heard_of_is_not_paid() {
    let shop = shop(15_000, 3).await;
    let (mut reader, order) = waiting(&shop).await;
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
    let cancel = toss::Cancel { reason: "손으로".to_owned(), amount: None, refund_to: Some(to) };
    let key = toss::IdempotencyKey::new("by-hand".to_owned()).unwrap();
    there.cancel(&payment.payment_key, &cancel, &key).await.unwrap();
    deliver_webhooks(&shop).await;
    let item = shop.order_item(&order);
    assert_eq!(
        (&item["state"]["S"], &item["payment"]["M"]["outcome"]["S"]),
        (&json!("priced"), &json!("refused"))
    );
    assert_eq!((item["refunds"]["L"].clone(), shop.ledger(&order).held()), (Value::Null, 0));
    // Another attempt is open, under another name.
    reader.go(&format!("/pay/{order}")).await;
    reader.pay(Pay::Approve).await;
    reader.expect("window");
    shop.settle().await;
    assert_eq!(shop.ledger(&format!("{order}-2")).held(), 22_000 - 2_000);
}
