//! The outbox. A message is committed with the step that asks for it, sent by `relay` from the
//! table's stream, and marked handled in the transaction of the step that answers it. One that
//! nobody handled in time is sent again by `sweep`: a lost message is late, never lost.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use domain::{
    base::{
        calendar,
        id::{MessageId, VisitorId},
    },
    order::{Order, message::Message},
};
use jiff::Timestamp;

use crate::{
    Store, StoreError, Versioned, held,
    item::{Item, from_item, number, string, to_item, values},
    key::{self, waiting},
};

/// `kind` of a message's item; the filter of the relay's stream mapping in template.yaml looks for
/// it.
pub(crate) const KIND: &str = "message";

/// For how long a handled message is kept, in seconds: long enough to look into last quarter's
/// trouble.
const KEPT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// When `sweep` sends a message again that was asked for, or sent, at `at`: ten minutes later. The
/// queues deliver in seconds; a message in retry for longer is sent twice, which its receiver
/// notices.
pub fn handled_by_nobody_after(at: Timestamp) -> Timestamp {
    calendar::minutes_after(at, 10)
}

impl Store {
    /// Messages that should have been handled by now, the longest waiting first.
    pub async fn unhandled(&self, now: Timestamp, limit: i32) -> Result<Vec<Message>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(Self::DUE)
            .key_condition_expression("waiting = :message AND due <= :now")
            .expression_attribute_values(":message", string(waiting::MESSAGE))
            .expression_attribute_values(":now", string(key::instant(now)))
            .limit(limit)
            .send()
            .await?;
        values(answer.items.into_iter().flatten())
    }

    /// Lets a message wait until `due` before it is sent again. A handled one is left as it is.
    pub async fn put_off(&self, id: MessageId, due: Timestamp) -> Result<(), StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::message(id).attributes()))
            .update_expression("SET due = :due ADD sent_again :one")
            .condition_expression("attribute_exists(waiting)")
            .expression_attribute_values(":due", string(key::instant(due)))
            .expression_attribute_values(":one", number(1))
            .send()
            .await;
        held(sent).map(drop)
    }

    /// The order that a message is about, and whether the message was handled. One read.
    pub async fn order_and_whether_handled(
        &self,
        id: MessageId,
    ) -> Result<(Option<Versioned<Order>>, bool), StoreError> {
        let (order, message) = (key::order(id.order), key::message(id));
        let mut items = self.read_many([order.clone(), message.clone()]).await?;
        let handled = items.get(&message.to_string()).is_some_and(is_handled);
        Ok((items.remove(&order.to_string()).map(from_item).transpose()?, handled))
    }

    /// Whether a message was handled. One read.
    pub async fn is_handled(&self, id: MessageId) -> Result<bool, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key::message(id).attributes()))
            .projection_expression("handled_at")
            .consistent_read(true)
            .send()
            .await?;
        Ok(answer.item.as_ref().is_some_and(is_handled))
    }

    /// Marks a message handled when nothing else is to be written. Returns whether it was not
    /// handled before.
    pub async fn handled(&self, id: MessageId, now: Timestamp) -> Result<bool, StoreError> {
        let mark = mark_handled(id, now);
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(mark.key))
            .update_expression(mark.update)
            .condition_expression(mark.condition)
            .set_expression_attribute_values(Some(mark.values))
            .send()
            .await;
        held(sent)
    }

    /// The write that marks a message handled, as part of a transaction.
    pub(crate) fn message_handled(
        &self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<Update, StoreError> {
        let mark = mark_handled(id, now);
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(mark.key))
            .update_expression(mark.update)
            .condition_expression(mark.condition)
            .set_expression_attribute_values(Some(mark.values))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// The write of a new message, as part of the transaction of the step that asks.
    pub(crate) fn message_put(
        &self,
        message: &Message,
        reader: VisitorId,
    ) -> Result<Put, StoreError> {
        let key = key::message(message.id);
        let mut item = to_item(&key, KIND, &Versioned::new(message.clone()))?;
        item.insert("reader".to_owned(), string(reader.to_string()));
        item.insert("waiting".to_owned(), string(waiting::MESSAGE));
        item.insert("due".to_owned(), string(key::instant(handled_by_nobody_after(message.at))));
        self.item_put(item, 0)
    }
}

fn is_handled(message: &Item) -> bool {
    message.contains_key("handled_at")
}

struct Mark {
    key: HashMap<String, AttributeValue>,
    update: &'static str,
    condition: &'static str,
    values: HashMap<String, AttributeValue>,
}

fn mark_handled(id: MessageId, now: Timestamp) -> Mark {
    Mark {
        key: key::message(id).attributes(),
        update: "SET handled_at = :now, expires = :expires REMOVE waiting, due",
        condition: "attribute_exists(pk) AND attribute_not_exists(handled_at)",
        values: HashMap::from([
            (":now".to_owned(), string(key::instant(now))),
            (":expires".to_owned(), number(now.as_second().saturating_add(KEPT_SECONDS))),
        ]),
    }
}
