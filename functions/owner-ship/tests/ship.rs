//! The owner posts parcels: by carrier and by hand, each under a number of its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use serde_json::{Value, json};
use walk::{Shop, book};

fn said(answer: &Value) -> &str {
    answer["problems"][0]["expected"].as_str().unwrap_or_default()
}

#[tokio::test]
async fn what_the_owner_hands_over_has_no_number() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
    let (mut reader, order) = shop.ordered(1).await;
    shop.minutes_pass(1).await;
    let by_hand = json!({ "parcels": [{ "order": order, "carrier": "직접 전달" }] });
    let done = shop.owner_does("owner-ship", by_hand).await;
    assert!(done["did"][0].as_str().unwrap().contains("직접 전달"), "{done:#}");
    shop.settle().await;
    assert_eq!(shop.state(&order), "shipped");
    assert!(reader.mailbox().await.says("주인장이 손수 전해 드립니다"));
    let window = reader.go(&format!("/window/{order}")).await;
    assert!(window.says("주인장이 책을 전하러 나섰습니다"), "{window:?}");
    assert!(window.says("직접 전달") && window.all("a[rel=noreferrer]").is_empty(), "{window:?}");
    // It went by a carrier after all.
    let other = json!({ "order": order, "carrier": "cj", "number": "123456789012" });
    let refused = shop.owner("owner-ship", json!({ "parcels": [other] })).await;
    assert!(said(&refused).contains("이미 직접 전달 꾸러미로"), "{refused:#}");
    let mut other = other;
    other["instead_of"] = "직접 전달".into();
    shop.owner_does("owner-ship", json!({ "parcels": [other] })).await;
    shop.settle().await;
    assert_eq!(shop.order_item(&order)["parcel"]["M"]["number"]["S"], "123456789012");
    shop.nothing_failed();
}

#[tokio::test]
async fn two_parcels_by_hand_are_two_and_a_carriers_number_is_one_parcels() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 4)]).await;
    let mut orders = Vec::new();
    for floor in 0..4 {
        orders.push(shop.ordered(floor).await.1);
    }
    let hand = |order: &String| json!({ "order": order, "carrier": "hand" });
    let call = json!({ "parcels": [hand(&orders[0]), hand(&orders[1])] });
    let done = shop.owner_does("owner-ship", call).await;
    assert_eq!(done["did"].as_array().unwrap().len(), 2, "{done:#}");
    shop.owner_ships(&orders[2], "123456789012").await;
    shop.settle().await;
    let parcel = |insist: Value| {
        json!({ "parcels": [{
            "order": orders[3], "carrier": "cj", "number": "1234-5678-9012", "insist": insist,
        }] })
    };
    let refused = shop.owner("owner-ship", parcel(Value::Null)).await;
    assert_eq!(refused["problems"][0]["field"], "parcels[0].number", "{refused:#}");
    assert!(said(&refused).contains("토-03 꾸러미의 번호"), "{refused:#}");
    shop.owner_does("owner-ship", parcel("두 책을 한 꾸러미에 담음".into())).await;
    shop.settle().await;
    assert_eq!(shop.state(&orders[3]), "shipped", "two books in one parcel, as the owner says");
    let wrong = json!({ "parcels": [{ "order": orders[3], "carrier": "hand", "number": "1" }] });
    let wrong = shop.owner("owner-ship", wrong).await;
    assert!(said(&wrong).contains("운송장 번호가 없습니다"), "{wrong:#}");
    shop.nothing_failed();
}
