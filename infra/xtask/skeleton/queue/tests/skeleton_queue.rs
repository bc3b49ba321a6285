//! A batch of the queue `skeleton-queue` is handled record by record.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed expectation fails the test")]

use serde_json::json;
use walk::{Shop, event};

#[tokio::test]
async fn a_message_is_handled_and_a_malformed_one_is_delivered_again() {
    let shop = Shop::empty().await;
    let mut batch = event("skeleton-queue");
    let answer = shop.system().invoke("skeleton-queue", batch.clone()).await.unwrap();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    batch["Records"][0]["body"] = "{".into();
    let answer = shop.system().invoke("skeleton-queue", batch).await.unwrap();
    assert_eq!(answer["batchItemFailures"].as_array().map(Vec::len), Some(1));
}
