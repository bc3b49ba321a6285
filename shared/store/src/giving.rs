//! Giving back: what an order that ends before it is packed returns to the shelf, the owner's
//! refunds, and what the payment provider tells by itself.

use aws_sdk_dynamodb::types::{Delete, Update};
use domain::{
    base::{id::OrderId, price::PriceRange},
    catalog::selection::{Book, Choice},
    order::{Order, Step},
};
use jiff::Timestamp;

use crate::{
    Change, Guard, Lost, Store, StoreError, Versioned,
    item::{number, string},
    key,
    transaction::Transaction,
};

/// Row of the proof that a transmission of the provider was heard.
const HEARD: &str = "heard";

impl Store {
    /// Commits the step that ends an order before it was packed, with everything it gives back: the
    /// place held, and if a copy was taken (`copy` is its book as read) the copy, and that this
    /// reader and this address have had the work.
    pub async fn give_up(
        &self,
        seen: u64,
        step: &Step,
        copy: Option<&Versioned<Book>>,
    ) -> Result<(), Lost> {
        let order = &step.order;
        let mut transaction =
            self.steps(&Change { seen, step, handled: None, copy: None, paid: false })?;
        if let (Some(book), Some(choice)) = (copy, &order.choice) {
            let back = book.value.clone().with_copy_back(choice.copy);
            transaction.put(Guard::Book, self.book_put(&book.with(back))?);
            let range = PriceRange::of(book.value.list_price).unwrap_or(order.price.range);
            transaction.update(Guard::Stock, self.copy_back(range)?);
            for partition in [key::visitor(order.visitor), key::address(&order.address)] {
                transaction.delete(Guard::Sent, self.sent_back(partition, choice, order.id)?);
            }
        } else {
            transaction.update(Guard::Stock, self.place_back(order)?);
        }
        transaction.commit(self).await
    }

    /// Commits a step that the owner asked for by a call with this code: the same call twice does
    /// it once ([`Guard::Done`]).
    pub async fn commit_once(&self, change: &Change<'_>, code: &str) -> Result<(), Lost> {
        let order = &change.step.order;
        let done = self.done_put(code, &order.id.to_string(), order.changed_at)?;
        let mut transaction = self.steps(change)?;
        transaction.put(Guard::Done, done);
        transaction.commit(self).await
    }

    /// Commits that a book came back, as the owner said by a call with this code. A copy that can
    /// be sent again (`copy` is its book as read) lies on the shelf again, under its own number;
    /// that this reader and this address have had the work stays.
    pub async fn take_back(
        &self,
        change: &Change<'_>,
        code: &str,
        copy: Option<&Versioned<Book>>,
    ) -> Result<(), Lost> {
        let order = &change.step.order;
        let mut transaction = self.steps(change)?;
        transaction.put(Guard::Done, self.done_put(code, &order.id.to_string(), order.changed_at)?);
        if let (Some(book), Some(choice)) = (copy, &order.choice) {
            let back = book.value.clone().with_copy_back(choice.copy);
            transaction.put(Guard::Book, self.book_put(&book.with(back))?);
            let range = PriceRange::of(book.value.list_price).unwrap_or(order.price.range);
            transaction.update(Guard::Stock, self.copy_back(range)?);
        }
        transaction.commit(self).await
    }

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
        let mut transaction = Transaction::default();
        transaction.put(Guard::Done, self.done_put(transmission, HEARD, now)?);
        match transaction.commit(self).await {
            Ok(()) | Err(Lost::Race(_)) => Ok(()),
            Err(Lost::Conflict) => Err(StoreError::Unavailable("two transactions met".into())),
            Err(Lost::Store(error)) => Err(error),
        }
    }

    async fn is_there(&self, key: &key::Key) -> Result<bool, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .projection_expression("pk")
            .consistent_read(true)
            .send()
            .await?;
        Ok(answer.item.is_some())
    }

    /// The write that gives an order's place up. A place more is no harm to whoever read one less,
    /// so the version stays.
    fn place_back(&self, order: &Order) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(order.price.range).attributes()))
            .update_expression("REMOVE holds.#order")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#order", order.id.to_string())
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write that puts a copy back among the free ones.
    fn copy_back(&self, range: PriceRange) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(range).attributes()))
            .update_expression("SET #free = #free + :one")
            .condition_expression("attribute_exists(pk)")
            .expression_attribute_names("#free", "free")
            .expression_attribute_values(":one", number(1))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write that takes "has had this work" back, as far as this order said so.
    fn sent_back(
        &self,
        partition: String,
        choice: &Choice,
        order: OrderId,
    ) -> Result<Delete, StoreError> {
        Delete::builder()
            .table_name(&self.table)
            .set_key(Some(key::sent(partition, &choice.work).attributes()))
            .condition_expression("attribute_not_exists(pk) OR #order = :order")
            .expression_attribute_names("#order", "order")
            .expression_attribute_values(":order", string(order.to_string()))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }
}
