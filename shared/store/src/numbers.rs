//! Short numbers of orders. One item each, written only if it is new: a number is used once, and
//! leads to its order.

use std::collections::HashMap;

use domain::{
    base::id::OrderId,
    order::{Order, ShortNumber, finding::OrderName},
};
use jiff::civil::Date;

use crate::{
    Condition, OrderCommit, Store, StoreError,
    item::{Item, from_item, string},
    key,
    table::{Write, erased},
};

impl Store {
    /// The last number given on a day. One read.
    pub async fn last_number(&self, day: Date) -> Result<Option<ShortNumber>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :day")
                .expression_attribute_values(":day", string(key::numbered_on(day)))
                .consistent_read(true)
                .scan_index_forward(false)
                .limit(1)
                .send(),
        )
        .await?;
        let last = answer.items.unwrap_or_default().into_iter().next();
        let count = last.and_then(|item| item.get("sk")?.as_s().ok()?.parse().ok());
        Ok(count.map(|count| ShortNumber { day, count }))
    }

    /// The orders that a name may mean. Two reads; one for a long number.
    pub async fn orders_named(&self, name: &OrderName) -> Result<Vec<Order>, StoreError> {
        let ids: Vec<OrderId> = match name {
            OrderName::Id(id) => vec![*id],
            OrderName::Short(numbers) => {
                let keys = numbers.iter().map(|number| key::number(*number));
                let items = self.read_many(keys).await?;
                items.values().filter_map(order_of).collect()
            }
        };
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let items = self.read_many(ids.into_iter().map(key::order)).await?;
        items.into_values().map(|item| Ok(from_item::<Order>(item)?.value)).collect()
    }

    /// The order with a number. One read.
    pub async fn order_with(&self, number: ShortNumber) -> Result<Option<OrderId>, StoreError> {
        let item = self.item(&key::number(number), None).await?;
        Ok(item.as_ref().and_then(order_of))
    }
}

/// The order that a number's item names.
fn order_of(number: &Item) -> Option<OrderId> {
    number.get("order")?.as_s().ok()?.parse().ok()
}

impl OrderCommit {
    /// Gives the order its short number. [`Condition::Number`] fails if another order has it.
    #[must_use]
    pub fn numbered(self, number: ShortNumber) -> Self {
        let write = number_put(number, self.order.id);
        self.with(Condition::Number, Ok(write))
    }
}

/// Gives the number to an order.
fn number_put(number: ShortNumber, order: OrderId) -> Write {
    let mut item = HashMap::from([
        ("kind".to_owned(), string("number")),
        ("order".to_owned(), string(order.to_string())),
    ]);
    item.extend(key::number(number).attributes());
    Write::put_new(item)
}
