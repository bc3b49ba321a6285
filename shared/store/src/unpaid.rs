//! Which orders of a visitor, an address and a telephone may hold a place without a payment
//! ([`domain::order::unpaid`]). The records are written in the transaction that holds the place.

use std::collections::HashMap;

use domain::{
    base::id::OrderId,
    order::{
        Order,
        unpaid::{Holder, TooManyUnpaid, UnpaidOrders},
    },
};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Commit, Condition, OrderCommit, Store, StoreError, Versioned,
    item::{from_item, number, to_item},
    key,
    table::Write,
};

const KIND: &str = "unpaid";

/// The records of an order's holders, and the orders that they list.
#[derive(Debug)]
pub struct Unpaid {
    records: Vec<(Holder, Versioned<UnpaidOrders>)>,
    listed: HashMap<OrderId, Order>,
}

/// The records of an order's holders with the order in them, to be written with its place.
#[derive(Debug)]
pub struct Admitted {
    records: Vec<(Holder, Versioned<UnpaidOrders>)>,
    now: Timestamp,
}

impl Store {
    /// The records of an order's holders, and the other orders that they list. One read, or two.
    pub async fn unpaid(&self, order: &Order) -> Result<Unpaid, StoreError> {
        let holders: Vec<Holder> = order.holders().collect();
        let mut items = self.read_many(holders.iter().map(key::unpaid)).await?;
        let mut records = Vec::with_capacity(holders.len());
        for holder in holders {
            let record = match items.remove(&key::unpaid(&holder).to_string()) {
                Some(item) => from_item(item)?,
                None => Versioned::new(UnpaidOrders::default()),
            };
            records.push((holder, record));
        }
        let others: std::collections::BTreeSet<OrderId> = records
            .iter()
            .flat_map(|(_, record)| record.value.orders())
            .filter(|other| *other != order.id)
            .collect();
        let mut listed = HashMap::new();
        if !others.is_empty() {
            for item in self.read_many(others.into_iter().map(key::order)).await?.into_values() {
                let other: Versioned<Order> = from_item(item)?;
                listed.insert(other.value.id, other.value);
            }
        }
        Ok(Unpaid { records, listed })
    }
}

impl Unpaid {
    /// The records with `order` in them.
    ///
    /// # Errors
    ///
    /// [`TooManyUnpaid`] if one of the holders has its places already.
    pub fn admit(&self, order: OrderId, now: Timestamp) -> Result<Admitted, TooManyUnpaid> {
        let held_until = |other| self.listed.get(&other).and_then(|order| order.unpaid_until(now));
        let records = self.records.iter().map(|(holder, record)| {
            let with = record.value.with(order, holder, held_until)?;
            Ok((holder.clone(), record.with(with)))
        });
        Ok(Admitted { records: records.collect::<Result<_, _>>()?, now })
    }
}

impl Admitted {
    fn writes(self) -> impl Iterator<Item = Result<Write, StoreError>> {
        let expires = self
            .now
            .saturating_add(SignedDuration::from_hours(24 * UnpaidOrders::KEPT_DAYS))
            .unwrap_or(Timestamp::MAX)
            .as_second();
        self.records.into_iter().map(move |(holder, record)| {
            let seen = record.version;
            let mut item = to_item(&key::unpaid(&holder), KIND, &record)?;
            item.insert("expires".to_owned(), number(expires));
            Ok(Write::put_over(item, seen))
        })
    }
}

impl Commit {
    /// Counts the order among the places that are held without a payment. [`Condition::Unpaid`]
    /// fails if another order of the same visitor, address or telephone was faster.
    #[must_use]
    pub fn counted(mut self, admitted: Admitted) -> Self {
        for write in admitted.writes() {
            self.add(Condition::Unpaid, write);
        }
        self
    }
}

impl OrderCommit {
    /// As [`Commit::counted`].
    #[must_use]
    pub fn counted(mut self, admitted: Admitted) -> Self {
        self.commit = self.commit.counted(admitted);
        self
    }
}
