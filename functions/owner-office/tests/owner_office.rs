//! `owner-office` answers the owner, and names a field that it does not know.

use serde_json::json;
use walk::{Shop, event};

#[tokio::test]
async fn the_owner_gets_an_answer() {
    let shop = Shop::empty().await;
    assert_eq!(shop.owner("owner-office", event("owner-office")).await["status"], 200);
    let answer = shop.owner("owner-office", json!({ "colour": "blue" })).await;
    assert_eq!(answer["status"], 400);
    assert_eq!(answer["problems"][0]["field"], "colour");
}
