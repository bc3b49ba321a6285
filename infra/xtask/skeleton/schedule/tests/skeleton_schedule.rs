//! `skeleton-schedule` runs when its schedule fires.

#![allow(clippy::unwrap_used, reason = "a failed expectation fails the test")]

use walk::{Shop, event};

#[tokio::test]
async fn a_tick_of_the_schedule_runs_it() {
    let shop = Shop::empty().await;
    let done = shop.system().invoke("skeleton-schedule", event("skeleton-schedule")).await.unwrap();
    assert_eq!(done["at"], shop.now().to_string());
}
