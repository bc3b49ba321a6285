//! The pipeline behind a paid order: messages that come twice, never, late, at night, or are
//! invalid.

use jiff::{SignedDuration, Timestamp};
use local::{Breakage, Fault, Outgoing, Service};
use serde_json::{Value, json};
use walk::{Doors, Recipient, Shop, call_of};

/// What a duplicate message must not change.
fn sums(shop: &Shop, order: &str) -> Value {
    let items = shop.items();
    let of_kind = |kind: &str| items.iter().filter(|item| item["kind"]["S"] == kind).count();
    let taken: u64 = items
        .iter()
        .filter(|item| item["kind"]["S"] == "book")
        .map(|book| book["taken"]["N"].as_str().unwrap().parse::<u64>().unwrap())
        .sum();
    json!({
        "state": shop.state(order),
        "messages": of_kind("message"),
        "letters": of_kind("letter"),
        "sent": of_kind("sent"),
        "taken": taken,
        "stock": shop.stock("middle"),
        "published": shop.published_notices().len(),
    })
}

/// Walks to a shipped order.
async fn posted(shop: &Shop) -> String {
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_ships(&order, "123456789012").await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    order
}

#[tokio::test]
async fn a_message_delivered_twice_changes_nothing() {
    let plain = Shop::at_full_price().await;
    let once = sums(&plain, &posted(&plain).await);
    for (function, queue) in [
        ("choose", "ChooseQueue"),
        ("pack", "PackQueue"),
        ("ship", "ShipQueue"),
        ("notify", "NotifyQueue"),
    ] {
        let shop = Shop::at_full_price().await;
        let order = shop.visitor().walk(Doors::Plain).await;
        let mut duplicated = 0;
        for shipped in [false, true] {
            if shipped {
                shop.owner_ships(&order, "123456789012").await;
            }
            // Each message comes three times: twice in one batch, and once more at the end.
            shop.system().hold(function);
            shop.settle().await;
            let name = shop.queue(queue);
            let bodies: Vec<String> =
                shop.on_queue(queue).into_iter().map(|message| message.body).collect();
            for message in shop.on_queue(queue) {
                shop.system().queues().duplicate(&name, &message.id).unwrap();
            }
            shop.system().release(function);
            shop.settle().await;
            for body in &bodies {
                shop.system().queues().send(&name, &Outgoing::text(body)).unwrap();
                duplicated += 1;
            }
            shop.settle().await;
        }
        assert!(duplicated > 0, "nothing came by {queue}");
        assert_eq!(sums(&shop, &order), once, "{queue}");
        assert!(shop.on_queue(queue).is_empty());
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn invalid_messages_go_to_the_dead_letters_and_the_others_are_handled() {
    let shop = Shop::at_full_price().await;
    let all = ["Choose", "Pack", "Ship", "Notify"];
    let nobody = "01JD9G5T3M8Q2W6X4Z7N1C0V5K";
    let poison = [
        "이것은 쪽지가 아니오".to_owned(),
        String::from("{}"),
        json!({ "id": "no id", "task": "choose", "at": "2026-08-01T00:00:00Z" }).to_string(),
        json!({ "id": format!("{nobody}#000001"), "task": "choose", "at": "2026-08-01T00:00:00Z" }).to_string(),
        json!({ "id": format!("{nobody}#000001"), "task": "ring", "notice": "paid", "at": "2026-08-01T00:00:00Z" }).to_string(),
    ];
    for queue in all {
        let name = shop.queue(&format!("{queue}Queue"));
        for body in &poison {
            shop.system().queues().send(&name, &Outgoing::text(body)).unwrap();
        }
    }
    let order = posted(&shop).await;
    shop.minutes_pass(30).await;
    for queue in all {
        assert!(shop.on_queue(&format!("{queue}Queue")).is_empty(), "{queue}");
        let dead: Vec<String> = shop
            .on_queue(&format!("{queue}DeadLetters"))
            .into_iter()
            .map(|message| message.body)
            .collect();
        assert_eq!(dead.len(), poison.len(), "{queue}: {dead:?}");
        assert!(poison.iter().all(|body| dead.contains(body)), "{queue}: {dead:?}");
    }
    let plain = Shop::at_full_price().await;
    let expected = sums(&plain, &posted(&plain).await);
    assert_eq!(sums(&shop, &order), expected);
    // A batch with an invalid record does not fail the invocation.
    shop.nothing_failed();
}

#[tokio::test]
async fn what_a_queue_refuses_is_sent_again_from_the_stream() {
    let shop = Shop::at_full_price().await;
    let fault =
        Fault::on(Service::Sqs, "SendMessageBatch", Breakage::Error500).of("relay").times(3);
    shop.system().wire().inject(fault);
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(2).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(shop.published_notices().len(), 2);
    assert!(shop.on_queue("RelayDeadLetters").is_empty());
}

#[tokio::test]
async fn the_sweep_sends_what_a_lost_stream_did_not() {
    let shop = Shop::at_full_price().await;
    shop.system().hold("relay");
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.minutes_pass(60).await;
    assert_eq!(shop.stage(&order), "prepared");
    assert_eq!(reader.notices().await, ["paid", "chosen"]);
    // The stream records arrive after all.
    let swept = sums(&shop, &order);
    shop.system().release("relay");
    shop.minutes_pass(30).await;
    assert_eq!(sums(&shop, &order), swept);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_failed_step_is_retried() {
    let shop = Shop::at_full_price().await;
    for function in ["choose", "pack"] {
        let fault = Fault::on(Service::Dynamodb, "TransactWriteItems", Breakage::Throttle)
            .of(function)
            .times(3);
        shop.system().wire().inject(fault);
    }
    let fault = Fault::on(Service::Sns, "Publish", Breakage::Throttle).of("notify").times(3);
    shop.system().wire().inject(fault);
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(15).await;
    assert_eq!(shop.stage(&order), "prepared");
    let plain = Shop::at_full_price().await;
    let other = plain.visitor().walk(Doors::Plain).await;
    plain.settle().await;
    assert_eq!(sums(&shop, &order), sums(&plain, &other));
}

#[tokio::test]
async fn a_step_whose_reply_was_lost_is_taken_once() {
    let shop = Shop::at_full_price().await;
    for function in ["choose", "pack"] {
        let fault = Fault::on(Service::Dynamodb, "TransactWriteItems", Breakage::LostReply)
            .of(function)
            .times(3);
        shop.system().wire().inject(fault);
    }
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(15).await;
    assert_eq!(shop.stage(&order), "prepared");
    let plain = Shop::at_full_price().await;
    let other = plain.visitor().walk(Doors::Plain).await;
    plain.settle().await;
    assert_eq!(sums(&shop, &order), sums(&plain, &other));
}

#[tokio::test]
async fn at_night_the_letter_is_there_at_once_and_the_push_waits() {
    let shop = Shop::at_full_price().await;
    // 22:00 in Korea.
    shop.jump(13 * 60).await;
    let mut reader = shop.visitor();
    reader.walk(Doors::Plain).await;
    shop.minutes_pass(1).await;
    assert_eq!(reader.notices().await, ["paid", "chosen"]);
    shop.minutes_pass(9 * 60).await;
    assert_eq!(shop.published_notices(), [], "it is still before eight");
    shop.minutes_pass(90).await;
    let published = shop.published_notices();
    assert_eq!(published.len(), 2);
    let eight: Timestamp = "2026-08-02T08:00:00+09:00".parse().unwrap();
    for publish in &published {
        let late = publish.at.duration_since(eight);
        assert!(!late.is_negative() && late <= SignedDuration::from_mins(10), "{publish:?}");
    }
    assert_eq!(reader.notices().await, ["paid", "chosen"], "told once of each");
    shop.nothing_failed();
}

#[tokio::test]
async fn many_orders_pass_every_stage_together() {
    let shop = Shop::at_full_price().await;
    let mut orders = Vec::new();
    for number in 0..5 {
        let recipient = Recipient::in_street(&format!("어딘가로 {number}"));
        orders.push(shop.visitor().living(recipient).walk(Doors::Plain).await);
    }
    shop.settle().await;
    assert!(orders.iter().all(|order| shop.stage(order) == "prepared"));
    let desk = shop.owner("owner-desk", json!({ "limit": 3 })).await;
    assert_eq!(walk::shown(&desk).len(), 3);
    assert!(desk["next"].to_string().contains("더 있습니다"), "{desk:#}");
    // The desk prints the next call, without the parcel numbers.
    let mut call = call_of(&shop.owner("owner-desk", json!({})).await, "owner-ship");
    assert_eq!(call["parcels"].as_array().unwrap().len(), 5);
    for (number, parcel) in call["parcels"].as_array_mut().unwrap().iter_mut().enumerate() {
        parcel["number"] = format!("12345678{number:02}").into();
    }
    shop.owner_does("owner-ship", call).await;
    shop.settle().await;
    assert!(orders.iter().all(|order| shop.state(order) == "shipped"));
    shop.nothing_failed();
}
