//! Paying by bank transfer: the account, the transfer that comes, comes late, never comes or is
//! taken back, and its refund. Checked against the payment service's ledger and the table.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

mod closing;
mod paying;
mod refunds;
mod reversals;

use walk::{Doors, Pay, Shop, Walker, book};

const PAID: u64 = 22_000;

/// A shop with copies of one book. Toss's webhooks are delivered by hand.
async fn shop(price: u64, copies: u32) -> Shop {
    let shop = Shop::with_books(&[book(1, price, 5, copies)]).await;
    shop.keep_webhooks();
    shop
}

/// Delivers every webhook twice, the last one first, and every message that follows.
async fn deliver_webhooks(shop: &Shop) {
    shop.deliver_webhooks(2).await;
    shop.settle().await;
}

/// A reader who chose to pay by bank transfer and sees the account.
async fn awaiting_transfer(shop: &Shop) -> (Walker, String) {
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    reader.pay(Pay::Account).await;
    reader.expect("window");
    assert_eq!(reader.here().order(), (order.clone(), "priced".to_owned()));
    (reader, order)
}

/// A reader whose transfer has paid the order.
async fn paid_by_transfer(shop: &Shop) -> (Walker, String) {
    let (reader, order) = awaiting_transfer(shop).await;
    shop.settle().await;
    assert!(shop.standin().deposit(&order).await);
    deliver_webhooks(shop).await;
    (reader, order)
}

/// Fills in the account that the refund goes to, and sends the form.
async fn name_account(reader: &mut Walker, number: &str) {
    let form = reader.here().form("main form");
    let form = form.fill("bank", "88").fill("account", number).fill("holder", "윤동주");
    reader.submit(form).await;
}
