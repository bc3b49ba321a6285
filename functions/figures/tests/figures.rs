//! The figures of the rooms are counted a minute late, in one call, and never hold the outbox up.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that finds something else fails"
)]

use local::{Breakage, Fault, Service};
use serde_json::json;
use walk::{Doors, Shop, event};

fn writes(shop: &Shop) -> usize {
    let calls = shop.system().wire().calls();
    calls
        .iter()
        .filter(|((function, service, _), _)| {
            function == "figures" && *service == Service::Dynamodb
        })
        .map(|(_, times)| times)
        .sum()
}

#[tokio::test]
async fn a_minute_of_visits_is_written_once_for_each_room() {
    let shop = Shop::empty().await;
    for _ in 0..3 {
        shop.visitor().open_the_door().await;
    }
    shop.settle().await;
    assert_eq!(writes(&shop), 0, "the batching window is open");
    shop.minutes_pass(1).await;
    assert_eq!(writes(&shop), 1);
    let answer = shop.owner("owner-stuck", json!({})).await;
    assert_eq!(answer["shows"][0]["data"]["entered"], 3, "{answer:#}");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_saved_event_is_a_visit_that_counts() {
    let shop = Shop::empty().await;
    let answer = shop.system().invoke("figures", event("figures")).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let answer = shop.owner("owner-stuck", json!({})).await;
    assert_eq!(answer["shows"][0]["data"]["entered"], 1, "{answer:#}");
}

#[tokio::test]
async fn an_order_goes_through_while_no_figure_can_be_written() {
    let shop = Shop::at_full_price().await;
    let fault = Fault::on_any(Service::Dynamodb, Breakage::Error500).of("figures").for_good();
    shop.system().wire().inject(fault);
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.stage(&order), "prepared");
    shop.minutes_pass(5).await;
    shop.nothing_failed();
}
