//! Looking changes nothing, whatever the address says.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Shop, book, ready};

/// Everything in the shop's tables but the devices, whose last day is kept.
fn all(shop: &Shop) -> Vec<String> {
    let items = shop.items().into_iter().filter(|item| item["kind"]["S"] != "office-device");
    let mut items: Vec<String> = items.map(|item| item.to_string()).collect();
    items.sort();
    items
}

/// A call as a part of an address.
fn in_address(call: &Value) -> String {
    url::form_urlencoded::byte_serialize(call.to_string().as_bytes()).collect()
}

#[tokio::test]
async fn no_address_changes_anything() {
    let shop = Shop::with_books(&[book(1, 15_000, 3, 5), book(2, 16_000, 3, 5)]).await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    let dry =
        shop.owner("owner-order", json!({ "order": order, "cancel": { "reason": "없음" } })).await;
    let confirmed = ready(&dry);
    assert!(confirmed["confirm"].is_string(), "{dry:#}");
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let before = all(&shop);
    let published = shop.system().topics().published().len();
    let call = in_address(&confirmed);
    let mut paths = vec![
        "/office".to_owned(),
        format!("/office/choose/{order}"),
        format!("/office/choose?after={order}"),
        format!("/office/order/{order}"),
        format!("/office/do?function=owner-order&call={call}"),
        format!("/office/do/owner-order?call={call}"),
        format!("/office/do/owner-order?call={call}&confirm=1"),
        format!("/office/do/reconcile?call={}", in_address(&json!({ "day": "2026-07-31" }))),
        format!("/office/do/reconcile?call={}", in_address(&json!({ "night": true }))),
        format!("/office/do/owner-taste?call={}", in_address(&json!({ "place": true }))),
        "/office/key?k=AAAAAAAA.00".to_owned(),
        "/office/find?q=01".to_owned(),
        "/office/labels?sheet=24&from=7".to_owned(),
        "/office/labels?sheet=x&from=-7".to_owned(),
    ];
    for page in [
        "choose", "pack", "slips", "list", "labels", "ship", "letters", "money", "shelf",
        "settings", "find", "acts",
    ] {
        paths.push(format!("/office/{page}"));
        paths.push(format!("/office/{page}?act=x&lang=en&call={call}"));
    }
    for path in paths {
        phone.open(&path).await;
        let status = phone.here().status.as_u16();
        assert!(matches!(status, 200 | 404), "{path}: {:?}", phone.here());
    }
    shop.settle().await;
    assert_eq!(all(&shop), before);
    assert_eq!(shop.system().topics().published().len(), published);
    assert_eq!(shop.state(&order), "choosing");
    for unknown in ["/office/attic", "/office/do/owner-attic", "/office/do"] {
        phone.open(unknown).await;
        assert_eq!(phone.here().status.as_u16(), 404, "{unknown}");
        assert!(phone.here().says("이런 쪽은 없습니다"), "{:?}", phone.here());
    }
    assert!(phone.open("/office/order/20250101-09").await.says("이런 주문은 없습니다"));
    assert!(phone.open("/office/order/attic").await.says("주문 번호 26글자"));
    shop.nothing_failed();
}

#[tokio::test]
async fn an_empty_shop_says_what_comes_next() {
    let shop = Shop::empty().await;
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    for (page, says) in [
        ("", "기다리는 일이 없습니다. 차 한 잔 하셔도 좋습니다."),
        ("/choose", "고를 주문이 없습니다."),
        ("/pack", "포장할 책이 없습니다."),
        ("/ship", "부칠 꾸러미가 없습니다."),
        ("/letters", "읽지 않은 편지가 없습니다."),
        ("/money", "하실 일이 없습니다."),
    ] {
        phone.open(&format!("/office{page}")).await;
        assert!(phone.here().says(says), "{page}: {:?}", phone.here());
    }
    shop.nothing_failed();
}
