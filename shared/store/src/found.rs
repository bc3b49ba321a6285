//! Finding orders by what the owner knows of them: an item for each digest and paid order
//! ([`FoundBy`]). The items are written with the order, in the commit that makes it paid or changes
//! by what it is found.

use std::collections::{BTreeSet, HashMap};

use domain::{
    base::id::OrderId,
    order::{FoundBy, Order},
};

use crate::{
    Store, StoreError,
    item::string,
    key::{self, Key},
    table::{Write, erased},
};

impl Store {
    /// The paid orders that are found by a digest, the latest first, at most `limit`. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn found(&self, digest: &str, limit: i32) -> Result<Vec<OrderId>, StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :found")
            .expression_attribute_values(":found", string(key::found_partition(digest)))
            .scan_index_forward(false)
            .limit(limit);
        let items = erased(query.send()).await?.items.unwrap_or_default();
        Ok(items.iter().filter_map(|item| item.get("order")?.as_s().ok()?.parse().ok()).collect())
    }
}

/// The writes that keep the items beside the order.
pub(crate) fn writes(before: Option<&Order>, after: &Order) -> Vec<Write> {
    // An order that was never paid is nobody's business; one that was stays found.
    let (was, is) = (before.is_some_and(was_paid), was_paid(after));
    let before = before.filter(|_| was).map(digests).unwrap_or_default();
    let now = if was || is { digests(after) } else { BTreeSet::new() };
    let gone = before.difference(&now).map(|digest| Write::delete(&key::found(digest, after.id)));
    let new = now.difference(&before).map(|digest| {
        let mut item = key::found(digest, after.id).attributes();
        item.extend(HashMap::from([
            ("kind".to_owned(), string("found")),
            ("order".to_owned(), string(after.id.to_string())),
        ]));
        Write::put(item)
    });
    gone.chain(new).collect()
}

/// The keys of an order's items.
pub(crate) fn keys(order: &Order) -> impl Iterator<Item = Key> + '_ {
    order.found_by.iter().map(|by| key::found(by.digest(), order.id))
}

fn was_paid(order: &Order) -> bool {
    order.paid_at().is_some()
}

fn digests(order: &Order) -> BTreeSet<&str> {
    order.found_by.iter().map(FoundBy::digest).collect()
}
