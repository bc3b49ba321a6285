//! What is due is asked about and sent again, and what fails for ever does not keep the others
//! waiting.

use domain::base::id::OrderId;
use local::{Breakage, Fault as Break, Service};
use serde_json::{Value, json};
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, Walker};

use super::post;

/// A reader who approved the payment and whose confirm did not arrive.
async fn never_arrived(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    shop.standin().fault(Rule::once(On::Confirm, Fault::ErrorBefore));
    shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
    reader.pay(Pay::Approve).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charges), ("priced", 0));
    (reader, order)
}

/// The same item under other names: as many orders as a visitor cares to place.
fn copies(item: &Value, count: u64) -> impl Iterator<Item = (String, Value)> {
    let order = item["pk"]["S"].as_str().unwrap().trim_start_matches("ORDER#").to_owned();
    (0..count).map(move |number| {
        let id = OrderId::new(1_700_000_000_000 + number, number.into()).to_string();
        let mut copy = item.clone();
        copy["id"]["S"] = item["id"]["S"].as_str().unwrap().replace(&order, &id).into();
        copy["pk"]["S"] = format!("ORDER#{id}").into();
        (id, copy)
    })
}

fn outcome(shop: &Shop, order: &str) -> Value {
    shop.order_item(order)["payment"]["M"]["outcome"]["S"].clone()
}

#[tokio::test]
async fn keys_that_the_provider_does_not_know_do_not_delay_another_readers_payment() {
    let shop = Shop::at_full_price().await;
    let mut stranger = shop.visitor();
    let order = stranger.to_an_order(Doors::Plain, "middle").await;
    stranger.ask(post(&format!("/pay/{order}"), "payment_key=garbage&amount=22000")).await;
    assert_eq!(outcome(&shop, &order), "asked");
    let strange: Vec<_> = copies(&shop.order_item(&order), 129).collect();
    for (_, item) in &strange {
        shop.put_back(item);
    }
    let (mut reader, genuine) = shop.charged_and_unknown().await;
    // Two runs at most.
    shop.minutes_pass(8).await;
    assert_eq!(shop.stage(&genuine), "prepared");
    assert_eq!(reader.notices().await, ["paid", "chosen"]);
    // No order is left with a key like that.
    shop.minutes_pass(40).await;
    for (id, _) in &strange {
        assert_eq!(outcome(&shop, id), "refused", "{id}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_payment_of_which_the_provider_says_nothing_is_asked_about_less_and_less() {
    let shop = Shop::at_full_price().await;
    let (mut reader, order) = shop.charged_and_unknown().await;
    shop.standin().fault(Rule { times: 10_000, ..Rule::once(On::Query, Fault::ErrorBefore) });
    let questions = async |minutes: i64| {
        let before = shop.standin().api_calls();
        shop.minutes_pass(minutes).await;
        shop.standin().api_calls() - before
    };
    let (first, second, third) = (questions(60).await, questions(60).await, questions(60).await);
    assert!((3..=6).contains(&first), "{first} questions in the first hour");
    assert!(second <= 2 && third <= 2, "{second} and {third} questions in the hours after");
    assert_eq!(outcome(&shop, &order), "asked", "unknown is not failed");
    // It answers again.
    shop.standin().clear_faults();
    shop.minutes_pass(36).await;
    assert_eq!(shop.stage(&order), "prepared");
    reader.go(&format!("/pay/{order}")).await;
    assert_eq!(reader.here().order(), (order, "chosen".to_owned()));
    shop.nothing_failed();
}

#[tokio::test]
async fn an_order_that_cannot_be_read_does_not_hold_the_others_up() {
    let shop = Shop::at_full_price().await;
    let (_, order) = shop.charged_and_unknown().await;
    for (_, mut item) in copies(&shop.order_item(&order), 3) {
        item["state"]["S"] = "of_tomorrow".into();
        shop.put_back(&item);
    }
    shop.minutes_pass(8).await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.nothing_failed();
}

#[tokio::test]
async fn messages_that_fail_for_ever_do_not_hold_the_others_up() {
    let shop = Shop::at_full_price().await;
    shop.system().hold("relay");
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let message = shop.items_of_kind("message").remove(0);
    // Of orders that do not exist; and, due before all others, some that nobody can read.
    for (_, item) in copies(&message, 250) {
        shop.put_back(&item);
    }
    for (_, mut item) in copies(&message, 3) {
        item["pk"]["S"] = format!("{}0", item["pk"]["S"].as_str().unwrap()).into();
        item["task"]["S"] = "of_tomorrow".into();
        item["due"]["S"] = "2020-01-01T00:00:00.000Z".into();
        shop.put_back(&item);
    }
    shop.minutes_pass(16).await;
    assert_ne!(shop.state(&order), "paid", "the first run sends everything that is due");
    shop.minutes_pass(60).await;
    assert_eq!(shop.stage(&order), "prepared");
    let fails = copies(&message, 1).next().unwrap().0;
    let sent = || {
        let item = shop.item(&format!("ORDER#{fails}"), message["sk"]["S"].as_str().unwrap());
        item["sent_again"]["N"].as_str().unwrap().parse::<u32>().unwrap()
    };
    let before = sent();
    shop.minutes_pass(6 * 60).await;
    assert!(sent() - before <= 4, "{} times in six hours", sent() - before);
}

#[tokio::test]
async fn the_sweep_does_not_confirm_on_what_the_index_showed() {
    // Cancelled between the index and the read, and between the read and the confirm.
    for nth in [1, 2] {
        let shop = Shop::at_full_price().await;
        let (mut reader, order) = never_arrived(&shop).await;
        let wire = shop.system().wire().clone();
        wire.inject(
            Break::on(Service::Dynamodb, "UpdateItem", Breakage::Pause).of("sweep").nth(nth),
        );
        let meanwhile = async {
            wire.paused().await;
            reader.go(&format!("/cancel/{order}")).await;
            reader.onward().await;
            wire.go_on();
        };
        tokio::join!(shop.minutes_pass(5), meanwhile);
        assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charges), ("cancelled", 0));
        shop.minutes_pass(20).await;
        assert_eq!(shop.ledger(&order).charges, 0, "{nth}");
        assert_eq!(outcome(&shop, &order), "refused", "nothing is left to ask");
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn the_sweep_asks_for_a_payment_whose_confirm_never_arrived() {
    let shop = Shop::at_full_price().await;
    let (_, order) = never_arrived(&shop).await;
    shop.minutes_pass(8).await;
    assert_eq!((shop.state(&order).as_str(), shop.ledger(&order).charges), ("chosen", 1));
    shop.nothing_failed();
}

#[tokio::test]
async fn what_the_index_shows_late_is_not_sent_again() {
    // Two runs at the same time see the same messages in the index, as one run does whose index is
    // late.
    let shop = Shop::at_full_price().await;
    for held in ["choose", "notify", "sweep"] {
        assert!(shop.system().hold(held), "{held}");
    }
    shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(11).await;
    let system = shop.system();
    let (one, two) =
        tokio::join!(system.invoke("sweep", json!({})), system.invoke("sweep", json!({})));
    let sent = |run: Result<Value, _>| run.unwrap()["messages_sent"].as_u64().unwrap();
    assert_eq!(sent(one) + sent(two), 3, "the whisper, to choose, and to notify");
    system.release_all();
    shop.settle().await;
    shop.nothing_failed();
}
