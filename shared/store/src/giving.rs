//! Proofs that something was done once: an owner's call for an order, a webhook transmission; and
//! the note of a work that is taken back.

use domain::{base::id::OrderId, catalog::selection::Choice};
use jiff::Timestamp;

use crate::{Store, StoreError, books, item::string, key, table::Write};

/// Row of the proof that a webhook transmission was handled.
const HEARD: &str = "heard";

impl Store {
    /// Whether the owner's call with this code was done for this order. One read.
    pub async fn was_done(&self, code: &str, order: OrderId) -> Result<bool, StoreError> {
        self.is_there(&key::done(code, &order.to_string())).await
    }

    /// Whether this webhook transmission was handled. One read.
    pub async fn was_heard(&self, transmission: &str) -> Result<bool, StoreError> {
        self.is_there(&key::done(transmission, HEARD)).await
    }

    /// Records that a webhook transmission was handled, for ten days: longer than it is repeated.
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
