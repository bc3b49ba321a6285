//! Orders in the index `due`, earliest first: those that wait for the owner, for the provider, for
//! a refund or for a returned book.

use domain::order::Order;
use jiff::Timestamp;

use crate::{
    Store, StoreError, Versioned,
    item::{from_item, string},
    key::{self, waiting},
    table::erased,
};

/// Orders that wait for the owner.
#[derive(Debug)]
pub struct OnDesk {
    /// The orders, the earliest promise first.
    pub orders: Vec<Versioned<Order>>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// An order whose payment has to be looked up.
pub type Due = Versioned<Order>;

impl Store {
    /// Orders that wait for the owner, at most `limit`, the earliest promise first. One read.
    pub async fn desk(&self, limit: i32) -> Result<OnDesk, StoreError> {
        let (orders, more) = self.waiting(waiting::OWNER, None, limit).await?;
        Ok(OnDesk { orders, more })
    }

    /// Orders with an open refund, at most `limit`, the earliest day first. One read.
    pub async fn refunds_under_way(&self, limit: i32) -> Result<Vec<Versioned<Order>>, StoreError> {
        Ok(self.waiting(waiting::REFUND, None, limit).await?.0)
    }

    /// Orders whose returned books have not arrived yet, at most `limit`, oldest first. One read.
    pub async fn returns_awaited(&self, limit: i32) -> Result<Vec<Versioned<Order>>, StoreError> {
        Ok(self.waiting(waiting::RETURN, None, limit).await?.0)
    }

    /// Orders whose payment was asked for and not answered by now, at most `limit`. One read.
    pub async fn unanswered_payments(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<Due>, StoreError> {
        Ok(self.waiting(waiting::PAYMENT, Some(now), limit).await?.0)
    }

    async fn waiting(
        &self,
        for_what: &str,
        until: Option<Timestamp>,
        limit: i32,
    ) -> Result<(Vec<Versioned<Order>>, bool), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(Self::DUE)
            .expression_attribute_values(":waits", string(for_what))
            .limit(limit);
        let query = match until {
            Some(until) => query
                .key_condition_expression("waiting = :waits AND due <= :until")
                .expression_attribute_values(":until", string(key::instant(until))),
            None => query.key_condition_expression("waiting = :waits"),
        };
        let answer = erased(query.send()).await?;
        let more = answer.last_evaluated_key.is_some();
        let orders = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(from_item)
            .collect::<Result<_, _>>()?;
        Ok((orders, more))
    }
}
