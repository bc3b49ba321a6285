//! Orders by the day they were paid, for the owner's bookkeeping. One small item per day and order,
//! written with the payment, so that nothing is scanned.

use std::collections::BTreeSet;

use domain::{
    base::{calendar, id::OrderId},
    order::Order,
};
use jiff::civil::Date;

use crate::{
    Store, StoreError,
    item::{string, values},
    key,
    table::{Write, erased},
};

/// Orders paid on one day.
#[derive(Debug)]
pub struct PaidOn {
    /// The orders, the oldest first, as they stand now.
    pub orders: Vec<Order>,
    /// Those whose reader had them forgotten; [`Records`](crate::Records) has what the law keeps.
    pub forgotten: Vec<OrderId>,
    /// The last of them, if there are more of that day.
    pub next: Option<OrderId>,
}

impl Store {
    /// Orders paid on `day`, at most `limit` (up to 100), those after `after`. Two reads.
    pub async fn paid_on(
        &self,
        day: Date,
        after: Option<OrderId>,
        limit: i32,
    ) -> Result<PaidOn, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :day")
                .expression_attribute_values(":day", string(key::paid_on(day)))
                .set_exclusive_start_key(after.map(|order| key::paid(day, order).attributes()))
                .consistent_read(true)
                .limit(limit)
                .send(),
        )
        .await?;
        let more = answer.last_evaluated_key.is_some();
        let ids: Vec<OrderId> = answer
            .items
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.get("sk")?.as_s().ok()?.parse().ok())
            .collect();
        if ids.is_empty() {
            return Ok(PaidOn { orders: Vec::new(), forgotten: Vec::new(), next: None });
        }
        let items = self.read_many(ids.iter().map(|id| key::order(*id))).await?;
        let mut orders: Vec<Order> = values(items.into_values())?;
        orders.sort_by_key(|order| order.id);
        let found: BTreeSet<OrderId> = orders.iter().map(|order| order.id).collect();
        let forgotten = ids.iter().copied().filter(|id| !found.contains(id)).collect();
        Ok(PaidOn { orders, forgotten, next: ids.last().copied().filter(|_| more) })
    }
}

/// Notes the day on which an order was paid. Unconditional: the order beside it is paid once.
pub(crate) fn paid_put(order: &Order) -> Write {
    let day = calendar::today(order.paid_at().unwrap_or(order.changed_at));
    let mut item = key::paid(day, order.id).attributes();
    item.insert("kind".to_owned(), string("paid"));
    Write::put(item)
}
