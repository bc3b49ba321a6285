//! A whole morning at the desk, using only the saved events and the calls that the answers print.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::{Value, json};
use walk::{Doors, Pay, Recipient, Shop, Walker, call_of, event, ready, shown};

const ORDERS: u32 = 30;

/// Calls a function of the owner, then sends the call that its answer prints.
async fn paste(shop: &Shop, function: &str, call: Value) -> Value {
    let preview = shop.owner(function, call).await;
    assert!(!preview["next"].as_array().unwrap().is_empty(), "{function} names no next step");
    if preview["would_do"].as_array().unwrap().is_empty() {
        return preview;
    }
    let call = ready(&preview);
    // Through text, as over the clipboard.
    let clipboard = serde_json::to_string_pretty(&call).unwrap();
    let answer = shop.owner(function, serde_json::from_str(&clipboard).unwrap()).await;
    assert!(
        answer["would_do"].as_array().unwrap().is_empty(),
        "{function} did not do it: {answer:#}"
    );
    answer
}

fn reader_in_street(shop: &Shop, number: u32) -> Walker {
    shop.visitor().living(Recipient::in_street(&format!("어딘가로 {number}")))
}

#[tokio::test]
async fn thirty_orders_from_opening_to_closing() {
    let shop = Shop::empty().await;
    paste(&shop, "owner-taste", event("owner-taste-open")).await;
    let mut delivery = event("owner-shelve");
    for book in delivery["books"].as_array_mut().unwrap() {
        book["copies"] = 12.into();
    }
    paste(&shop, "owner-shelve", delivery).await;
    for saved in ["owner-taste-choosing", "owner-taste-season"] {
        paste(&shop, "owner-taste", event(saved)).await;
    }
    let mut orders = Vec::new();
    for number in 0..ORDERS {
        orders.push(reader_in_street(&shop, number).walk(Doors::Plain).await);
    }
    shop.settle().await;

    // Pick the first of three proposals each; again for orders whose book has gone meanwhile.
    let mut rounds = 0;
    loop {
        let desk = shop.owner("owner-desk", event("owner-desk")).await;
        let picks = call_of(&desk, "owner-choose");
        if picks.is_null() {
            break;
        }
        rounds += 1;
        assert!(rounds < 10, "{desk:#}");
        paste(&shop, "owner-choose", picks).await;
        shop.settle().await;
    }
    println!("{ORDERS} orders picked in {rounds} rounds of the desk");

    // Pack: print every slip, and note all as packed.
    let desk = shop.owner("owner-desk", event("owner-desk")).await;
    for shown in shown(&desk) {
        assert_eq!(shown["what"], "포장");
    }
    let packed = paste(&shop, "owner-pack", call_of(&desk, "owner-pack")).await;
    assert_eq!(packed["did"].as_array().unwrap().len(), ORDERS as usize);
    shop.settle().await;

    // Ship: fill in the carrier's numbers.
    let desk = shop.owner("owner-desk", event("owner-desk")).await;
    assert_eq!(shown(&desk).len(), ORDERS as usize, "{desk:#}");
    assert!(desk["page"].as_str().unwrap().ends_with("/office"), "{desk:#}");
    for shown in shown(&desk) {
        assert_eq!(shown["what"], "부치기");
    }
    let mut parcels = call_of(&desk, "owner-ship");
    for (number, parcel) in parcels["parcels"].as_array_mut().unwrap().iter_mut().enumerate() {
        parcel["number"] = format!("1234567890{number:02}").into();
    }
    let posted = paste(&shop, "owner-ship", parcels).await;
    assert_eq!(posted["did"].as_array().unwrap().len(), ORDERS as usize);
    // A visitor is at the counter while the owner closes it.
    let mut late = reader_in_street(&shop, 99);
    late.to_the_counter(Doors::Plain).await;
    let mut ordered = reader_in_street(&shop, 98);
    let last = ordered.to_an_order(Doors::Plain, "middle").await;
    let mut close = event("owner-taste-close");
    close["shop"]["until"] = "2026-08-02".into();
    paste(&shop, "owner-taste", close).await;
    shop.settle().await;
    assert!(orders.iter().all(|order| shop.state(order) == "shipped"));
    let desk = shop.owner("owner-desk", event("owner-desk")).await;
    assert!(shown(&desk).is_empty(), "{desk:#}");
    assert_eq!(desk["next"][0], "편지 30 (오늘 온 편지)", "letters wait, too");

    // The form keeps its values, and placed orders can still be paid.
    late.order("middle").await;
    assert_eq!((late.here().step(), late.here().status.as_u16()), ("counter", 409));
    assert!(late.here().says("8월 3일 월요일부터 다시 받습니다"), "{:?}", late.here());
    assert_eq!(late.here().value("street"), "어딘가로 99");
    late.go("/counter").await;
    assert!(
        late.here().says("며칠 책을 사러 다녀옵니다.")
            && late.here().first("form[data-onward]").is_none()
    );
    ordered.pay(Pay::Approve).await;
    assert_eq!(ordered.here().order(), (last, "paid".to_owned()));
    let shown = shop.owner("owner-taste", json!({})).await;
    assert!(shown["shows"][0]["data"]["shop"].as_str().unwrap().ends_with("닫음"), "{shown:#}");
    shop.jump(48 * 60).await;
    late.go("/counter").await;
    late.order("middle").await;
    late.expect("pay");
    shop.nothing_failed();
}
