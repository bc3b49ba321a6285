//! The console makes keys and puts devices out.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde_json::json;
use walk::{OwnerDevice, Shop, ready};

#[tokio::test]
async fn a_key_is_made_at_once_and_devices_are_put_out_by_their_names() {
    let shop = Shop::empty().await;
    let none = shop.owner("owner-office", json!({})).await;
    assert!(none["next"][0].as_str().unwrap().contains("열린 기기가 없습니다"), "{none:#}");
    let key = shop.owner("owner-office", json!({ "key": "주인장 전화기" })).await;
    assert_eq!(key["status"], 200, "{key:#}");
    assert!(key["page"].as_str().unwrap().contains("/office/key?k="), "{key:#}");
    assert!(key["next"][0].as_str().unwrap().contains("열쇠"), "{key:#}");
    let mut phone = OwnerDevice::let_in(&shop, "주인장 전화기").await;
    let mut desk = OwnerDevice::let_in(&shop, "작업실").await;
    let devices = shop.owner("owner-office", json!({})).await;
    assert_eq!(devices["shows"].as_array().unwrap().len(), 2, "{devices:#}");

    let call = json!({ "revoke": ["작업실", "없는 기기"] });
    let dry = shop.owner("owner-office", call).await;
    assert_eq!(dry["problems"][0]["field"], "revoke[1]", "{dry:#}");
    assert_eq!(desk.open("/office").await.status.as_u16(), 200, "a dry run puts nobody out");
    shop.owner("owner-office", ready(&dry)).await;
    assert_eq!(desk.open("/office").await.status.as_u16(), 401);
    assert_eq!(phone.open("/office").await.status.as_u16(), 200);
    shop.owner_does("owner-office", json!({ "revoke": "all" })).await;
    assert_eq!(phone.open("/office").await.status.as_u16(), 401, "a lost phone is out at once");
    shop.nothing_failed();
}

#[tokio::test]
async fn what_is_no_call_is_answered() {
    let shop = Shop::empty().await;
    for call in [
        json!({ "key": "" }),
        json!({ "key": "스물한 글자가 넘는 아주 긴 기기의 이름" }),
        json!({ "key": 1 }),
        json!({ "revoke": [] }),
        json!({ "revoke": "some" }),
        json!({ "key": "가", "revoke": "all" }),
        json!({ "keys": "가" }),
    ] {
        let answer = shop.owner("owner-office", call.clone()).await;
        assert_eq!(answer["status"], 400, "{call}: {answer:#}");
        assert!(!answer["problems"][0]["expected"].as_str().unwrap().is_empty(), "{answer:#}");
    }
    shop.nothing_failed();
}
