//! Reconciliation of a day: every kind of difference is found, reported and stored, and nothing
//! else is changed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, book, shown};

/// The expected words of a difference, and the change of an order that causes it.
type Spoil<'a> = (&'a str, &'a dyn Fn(&mut Value));

async fn shop() -> Shop {
    Shop::with_books(&[book(1, 15_000, 5, 3), book(2, 16_000, 4, 3)]).await
}

async fn of_today(shop: &Shop) -> Value {
    shop.owner("reconcile", json!({ "day": shop.today().to_string() })).await
}

/// Every item except the stored findings.
fn all_but_the_findings(shop: &Shop) -> Vec<Value> {
    shop.items().into_iter().filter(|item| item["pk"]["S"] != "ACCOUNTS").collect()
}

/// The only difference shown: order and words.
fn difference(answer: &Value) -> (String, String) {
    let shows: Vec<Value> =
        shown(answer).into_iter().filter(|shown| !shown["what"].is_null()).collect();
    assert_eq!(shows.len(), 1, "{answer:#}");
    (shows[0]["order"].as_str().unwrap().to_owned(), shows[0]["what"].as_str().unwrap().to_owned())
}

/// Changes the stored item of an order, without any rule of the shop.
fn spoil(shop: &Shop, order: &str, change: impl FnOnce(&mut Value)) {
    let mut item = shop.order_item(order);
    change(&mut item);
    shop.put_back(&item);
}

#[tokio::test]
async fn a_day_of_payments_refunds_and_cancels_agrees() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.minutes_pass(1).await;
    let cancelled = reader.order_again("middle").await;
    reader.pay(Pay::Approve).await;
    shop.system().hold("choose");
    reader.go(&format!("/cancel/{cancelled}")).await;
    reader.onward().await;
    shop.system().release("choose");
    shop.settle().await;
    shop.minutes_pass(1).await;
    let late = reader.order_again("middle").await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.pay(Pay::Approve).await;
    reader.go(&format!("/cancel/{late}")).await;
    reader.onward().await;
    shop.minutes_pass(30).await;
    assert_eq!(shop.state(&late), "refunded");
    let before = all_but_the_findings(&shop);
    let answer = of_today(&shop).await;
    assert_eq!(
        answer["shows"][0]["data"]["orders"], 3,
        "what was paid too late is among the day’s: {answer:#}"
    );
    assert_eq!(
        (&answer["shows"][0]["data"]["differences"], &answer["shows"][0]["data"]["paid_won"]),
        (&json!(0), &json!(66_000))
    );
    assert_eq!(all_but_the_findings(&shop), before, "only looked");
    shop.nothing_failed();
}

#[tokio::test]
async fn every_difference_is_named_and_kept_and_nothing_is_changed() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    let whole = shop.order_item(&order);
    let refund = |item: &mut Value, amount: &str| {
        item["refunds"]["L"][0]["M"]["amount"]["N"] = amount.into();
    };
    let spoils: [Spoil<'_>; 4] = [
        ("장부에는 21,000원, 결제사에는 22,000원이 결제되었습니다", &|item| {
            item["total"]["N"] = "21000".into();
        }),
        (
            "장부에는 1,000원이 돌아갔고 0원이 가는 길인데, 결제사에서는 2,000원이",
            &|item| refund(item, "1000"),
        ),
        (
            "장부에는 3,000원이 돌아갔고 0원이 가는 길인데, 결제사에서는 2,000원이",
            &|item| refund(item, "3000"),
        ),
        ("여기서는 priced 주문이라 받은 돈이 없습니다", &|item| {
            item.as_object_mut().unwrap().remove("paid_at");
            item["payment"]["M"]["outcome"]["S"] = "asked".into();
            item["state"]["S"] = "priced".into();
        }),
    ];
    for (wanted, change) in spoils {
        spoil(&shop, &order, change);
        let before = all_but_the_findings(&shop);
        let (named, what) = difference(&of_today(&shop).await);
        assert!(named == order && what.contains(wanted), "{wanted}: {what}");
        assert_eq!(all_but_the_findings(&shop), before, "nothing is mended silently");
        let list = shop.owner("reconcile", json!({})).await;
        assert_eq!(difference(&list).0, order, "it is kept: {list:#}");
        shop.put_back(&whole);
    }
}

#[tokio::test]
async fn a_reader_charged_twice_is_found() {
    let shop = shop().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    let keys: Vec<String> = (0..2)
        .map(|_| shop.standin().approve(&order, 22_000, toss_standin::Method::Card).unwrap())
        .collect();
    // Both are confirmed at Toss directly, which the shop never does.
    for key in &keys {
        assert!(shop.standin().confirm(key));
    }
    reader
        .go(&format!("/pay/{order}/success?paymentKey={}&orderId={order}&amount=22000", keys[0]))
        .await;
    reader.onward().await;
    shop.settle().await;
    let (named, what) = difference(&of_today(&shop).await);
    assert!(named == order && what.contains("2번 결제되었습니다"), "{what}");
}

#[tokio::test]
async fn every_page_of_the_payment_services_list_is_read() {
    let shop = shop().await;
    let busy = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    // Refunds made at Toss by hand fill the first page of the day's list.
    let settings = toss::Settings {
        api_url: shop.standin().url(),
        secret_key: toss_standin::SECRET_KEY.to_owned().into(),
    };
    let toss = toss::Client::new(&settings).unwrap();
    let payment = toss.payment_of_order(&busy).await.unwrap().unwrap();
    let cancel = toss::Cancel {
        reason: "손으로".to_owned(),
        amount: Some(10),
        tax_free: None,
        refund_to: None,
    };
    for number in 0..toss::Client::PAGE {
        let key = toss::IdempotencyKey::new(format!("by-hand:{number}")).unwrap();
        toss.cancel(&payment.payment_key, &cancel, &key).await.unwrap();
    }
    // The last movement of the day is a payment that the shop does not know.
    let unpaid = shop.visitor().to_an_order(Doors::Plain, "middle").await;
    let key = shop.standin().approve(&unpaid, 22_000, toss_standin::Method::Card).unwrap();
    assert!(shop.standin().confirm(&key));
    let answer = of_today(&shop).await;
    let shows = shown(&answer);
    let named: Vec<&str> = shows.iter().filter_map(|shown| shown["order"].as_str()).collect();
    let named: std::collections::BTreeSet<_> = named.into_iter().collect();
    assert_eq!(named, [&*busy, &*unpaid].into(), "{answer:#}");
}

#[tokio::test]
async fn every_night_the_day_before_is_compared_and_a_difference_fails_the_invocation() {
    let shop = shop().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let day = shop.today();
    shop.jump(24 * 60).await;
    shop.settle().await;
    let kept = shop.item("ACCOUNTS", &format!("DAY#{day}"));
    assert_eq!(kept["orders"]["N"], "1", "the schedule has looked: {kept}");
    shop.nothing_failed();
    spoil(&shop, &order, |item| item["total"]["N"] = "21000".into());
    // A day that was compared this night is left alone.
    shop.system().invoke("reconcile", json!({ "night": true })).await.unwrap();
    let mut kept = kept;
    kept["looked_at"]["S"] = format!("{day}T12:00:00Z").into();
    shop.put_back(&kept);
    let failure = shop.system().invoke("reconcile", json!({ "night": true })).await.unwrap_err();
    assert!(failure.message.contains("1건 다릅니다"), "{failure:?}");
    assert_eq!(
        shop.item("ACCOUNTS", &format!("DAY#{day}"))["differences"]["L"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn without_an_answer_from_toss_no_agreement_is_noted() {
    let shop = shop().await;
    shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.standin().fault(Rule { times: 9, ..Rule::once(On::Query, Fault::ErrorBefore) });
    let call = json!({ "day": shop.today().to_string() });
    let failure = shop.system().invoke("reconcile", call).await.unwrap_err();
    assert!(failure.message.contains("결제사에 물어보지 못했습니다"), "{failure:?}");
    assert!(shop.items().iter().all(|item| item["pk"]["S"] != "ACCOUNTS"), "nothing is kept");
}

#[tokio::test]
async fn an_invalid_day_is_explained() {
    let shop = shop().await;
    let tomorrow = shop.today().tomorrow().unwrap();
    for day in [json!("어제"), json!(20_261_121), json!(tomorrow.to_string())] {
        let answer = shop.owner("reconcile", json!({ "day": day })).await;
        assert_eq!(
            (&answer["status"], &answer["problems"][0]["field"]),
            (&json!(400), &json!("day")),
            "{answer:#}"
        );
    }
    let empty = shop.owner("reconcile", json!({})).await;
    assert!(empty["next"][0].as_str().unwrap().contains("아직 맞춰 본 날이 없습니다"), "{empty:#}");
}

/// What a run says of its day.
fn of_the_day(answer: &Value) -> Value {
    shown(answer).into_iter().find(|shown| !shown["looked_at"].is_null()).unwrap()
}

#[tokio::test]
async fn six_hundred_payments_of_a_day_are_compared_in_several_runs() {
    let shop = shop().await;
    shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    // Payments that the shop does not know, each a difference.
    for number in 0..599 {
        let name = format!("foreign-{number:04}");
        let key = shop.standin().approve(&name, 22_000, toss_standin::Method::Card).unwrap();
        assert!(shop.standin().confirm(&key));
    }
    let mut compared = Vec::new();
    let last = loop {
        let answer = of_today(&shop).await;
        let day = of_the_day(&answer);
        compared.push(day["compared"].as_u64().unwrap());
        if compared.last() == Some(&600) {
            break answer;
        }
        assert!(compared.len() < 12, "{compared:?}");
    };
    assert!(compared.len() > 3 && compared.is_sorted_by(|a, b| a < b), "{compared:?}");
    let day = of_the_day(&last);
    assert_eq!(
        (&day["orders"], &day["differences"], &day["paid_won"]),
        (&json!(600), &json!(599), &json!(22_000)),
        "sums over all runs"
    );
    let ledger = shop.standin().ledger();
    assert_eq!(ledger.orders.values().map(|order| order.charges).sum::<u32>(), 600);
}

#[tokio::test]
async fn a_difference_that_the_owner_has_settled_is_closed_until_it_changes() {
    let shop = shop().await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    spoil(&shop, &order, |item| item["total"]["N"] = "21000".into());
    let (named, _) = difference(&of_today(&shop).await);
    let day = shop.today().to_string();
    let call = json!({ "day": day, "order": named, "settled": "결제사 화면에서 맞추었습니다" });
    shop.owner("reconcile", call.clone()).await;
    let shown = shop.owner("reconcile", json!({})).await;
    assert_eq!(of_the_day(&shown)["differences"], 1, "a dry run closes nothing: {shown:#}");
    let answer = shop.owner_does("reconcile", call.clone()).await;
    assert!(answer["did"][0].as_str().unwrap().contains("매듭지은"), "{answer:#}");
    assert_eq!(of_the_day(&answer)["differences"], 0);
    assert_eq!(of_the_day(&of_today(&shop).await)["differences"], 0, "also when it is found again");
    let again = shop.owner("reconcile", call).await;
    assert!(again["problems"].is_array(), "{again:#}");
    spoil(&shop, &order, |item| item["total"]["N"] = "20000".into());
    assert_eq!(of_the_day(&of_today(&shop).await)["differences"], 1, "it is another one now");
}
