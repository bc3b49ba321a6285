//! A function's role reaches its own partitions of the table, on the same rules as in AWS.

use aws_sdk_dynamodb::types::AttributeValue;
use walk::{Doors, Shop, book};

/// Whether a function may read an item.
async fn may_read(shop: &Shop, function: &str, pk: &str, sk: &str) -> bool {
    let table = shop.system().template().tables["Table"].name.clone();
    let got = shop
        .client_of(function)
        .get_item()
        .table_name(table)
        .key("pk", AttributeValue::S(pk.to_owned()))
        .key("sk", AttributeValue::S(sk.to_owned()))
        .send()
        .await;
    match got {
        Ok(_) => true,
        Err(error) => {
            let code = error.as_service_error().and_then(|error| error.meta().code());
            assert_eq!(code, Some("AccessDeniedException"), "{error:?}");
            false
        }
    }
}

#[tokio::test]
async fn a_room_cannot_read_an_order_and_a_receipt_cannot_read_the_taste() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 3)]).await;
    let order = shop.visitor().walk(Doors::Plain).await;
    let order = format!("ORDER#{order}");
    for room in ["door", "knock", "study", "wait", "guestbook", "letter"] {
        assert!(!may_read(&shop, room, &order, "ORDER").await, "{room}");
        assert!(may_read(&shop, room, "HOUSE", "HEAD").await, "{room}");
    }
    assert!(may_read(&shop, "receipt", &order, "ORDER").await);
    assert!(!may_read(&shop, "receipt", "HOUSE", "TASTE").await);
    assert!(!may_read(&shop, "owner-taste", &order, "ORDER").await);
    assert!(!may_read(&shop, "owner-stuck", &order, "ORDER").await);
    // The office reads nothing of the shop by itself.
    assert!(!may_read(&shop, "office", &order, "ORDER").await);
    assert!(!may_read(&shop, "office", "HOUSE", "HEAD").await);
}
