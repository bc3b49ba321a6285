//! Failed messages are shown with their reason and can be sent again once the cause is gone.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use local::{Breakage, Fault, Service};
use serde_json::{Value, json};
use walk::{Doors, Shop, ready};

#[tokio::test]
async fn a_task_that_failed_is_shown_and_sent_back() {
    let shop = Shop::open().await;
    let system = shop.system();
    let nothing = shop.owner("owner-redrive", json!({})).await;
    assert_eq!((&nothing["status"], &nothing["shows"]), (&json!(200), &Value::Null), "{nothing:#}");
    system.wire().inject(
        Fault::on(Service::Dynamodb, "TransactWriteItems", Breakage::Error500)
            .of("pack")
            .for_good(),
    );
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.minutes_pass(60).await;
    assert_eq!(shop.state(&order), "chosen");
    assert!(!shop.on_queue("PackDeadLetters").is_empty());
    system.wire().heal();
    let shown = shop.owner("owner-redrive", json!({})).await;
    assert_eq!(shown["shows"][0]["data"]["queue"], "pack", "{shown:#}");
    assert_eq!(shown["shows"][0]["data"]["messages"][0]["order"], order);
    shop.owner_does("owner-redrive", ready(&shown)).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    assert!(shop.on_queue("PackDeadLetters").is_empty());
}

#[tokio::test]
async fn an_unreadable_dead_letter_is_shown_with_its_reason() {
    let shop = Shop::open().await;
    let system = shop.system();
    let dead = shop.queue("ChooseDeadLetters");
    system.queues().send(&dead, &local::Outgoing::text("이것은 주문이 아니오")).unwrap();
    let shown = shop.owner("owner-redrive", json!({})).await;
    let reason = shown["shows"][0]["data"]["messages"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("읽을 수 없는 내용"), "{shown:#}");
    let wrong = shop.owner("owner-redrive", json!({ "send_back": ["pay"] })).await;
    assert_eq!(wrong["problems"][0]["field"], "send_back");
    shop.nothing_failed();
}
