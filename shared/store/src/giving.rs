//! Giving back: what an order that ends before it is packed returns to the shelf, the owner's
//! refunds, and what the payment provider tells by itself.

use domain::{base::id::OrderId, catalog::selection::Choice};
use jiff::Timestamp;

use crate::{Store, StoreError, books, item::string, key, table::Write};

/// Row of the proof that a transmission of the provider was heard.
const HEARD: &str = "heard";

impl Store {
    /// Whether the owner's call with this code was done for this order. One read.
    pub async fn was_done(&self, code: &str, order: OrderId) -> Result<bool, StoreError> {
        self.is_there(&key::done(code, &order.to_string())).await
    }

    /// Whether this transmission of the payment provider was heard. One read.
    pub async fn was_heard(&self, transmission: &str) -> Result<bool, StoreError> {
        self.is_there(&key::done(transmission, HEARD)).await
    }

    /// Writes down that a transmission of the payment provider was heard, for ten days: longer than
    /// it is repeated.
    pub async fn heard(&self, transmission: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(books::done_put(transmission, HEARD, now)).await.map(drop)
    }

    async fn is_there(&self, key: &key::Key) -> Result<bool, StoreError> {
        Ok(self.item(key, Some("pk")).await?.is_some())
    }
}

/// Deletes the note that a partition has had the work, if this order made it.
pub(crate) fn unsent(partition: String, choice: &Choice, order: OrderId) -> Write {
    Write::delete(&key::sent(partition, &choice.work))
        .only_if("attribute_not_exists(pk) OR #order = :order")
        .name("#order", "order")
        .value(":order", string(order.to_string()))
}
