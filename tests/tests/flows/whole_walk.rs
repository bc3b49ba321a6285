//! From the closed door to the posted parcel.

use walk::{Doors, Shop};

#[tokio::test]
async fn a_reader_walks_by_plain_doors_to_a_paid_order() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    shop.settle().await;
    assert_eq!(shop.state(&order), "packed");
    shop.nothing_failed();
}
