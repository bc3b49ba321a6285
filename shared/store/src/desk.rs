//! Orders in the index `due`, earliest first: those that wait for the owner, for the provider, for
//! a refund or for a returned book.

use domain::{base::calendar, order::Order};
use jiff::Timestamp;
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Store, StoreError, Versioned,
    item::{Item, attribute, from_item, number, string},
    key::{self, Key, waiting},
    table::{BATCH, Write, Written, erased},
};

/// Orders that wait for the owner.
#[derive(Debug)]
pub struct OnDesk {
    /// The orders, the earliest promise first.
    pub orders: Vec<Versioned<Order>>,
    /// Whether there are more than were asked for.
    pub more: bool,
}

/// For how long an item that cannot be read is put off, in minutes. Only a new program can read it.
const UNREADABLE_MINUTES: i64 = 6 * 60;

impl Store {
    /// Orders that wait for the owner, at most `limit`, the earliest promise first. Two reads.
    pub async fn desk(&self, limit: i32) -> Result<OnDesk, StoreError> {
        let (orders, more) = self.waiting(waiting::OWNER, limit).await?;
        Ok(OnDesk { orders: orders.into_iter().map(|(order, _)| order).collect(), more })
    }

    /// Orders with an open refund, at most `limit`, the earliest day first. Two reads.
    pub async fn refunds_under_way(&self, limit: i32) -> Result<Vec<Versioned<Order>>, StoreError> {
        let (orders, _) = self.waiting(waiting::REFUND, limit).await?;
        Ok(orders.into_iter().map(|(order, _)| order).collect())
    }

    /// Orders whose returned books have not arrived yet, at most `limit`, oldest first. Two reads.
    pub async fn returns_awaited(&self, limit: i32) -> Result<Vec<Versioned<Order>>, StoreError> {
        let (orders, _) = self.waiting(waiting::RETURN, limit).await?;
        Ok(orders.into_iter().map(|(order, _)| order).collect())
    }

    /// Orders whose payment is to be looked up by now, at most `limit`, the longest due first. Two
    /// reads.
    pub async fn questions_due(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<Versioned<Order>>, StoreError> {
        let due = self.due::<Order>(waiting::PAYMENT, now, limit).await?;
        Ok(due.into_iter().map(|(order, _)| order).collect())
    }

    /// Notes, before the provider is asked what became of a payment, when it is asked next. The
    /// order as it is now; `None` if it has changed since it was read. One write.
    pub async fn ask_next_at(
        &self,
        read: &Versioned<Order>,
        next: Timestamp,
    ) -> Result<Option<Versioned<Order>>, StoreError> {
        let write = Write::update(
            &key::order(read.value.id),
            "SET payment.again_at = :next, due = :due ADD #version :one",
        )
        .only_if("#version = :seen")
        .name("#version", "version")
        .value(":next", attribute(next)?)
        .value(":due", string(key::instant(next)))
        .value(":seen", number(read.version))
        .value(":one", number(1));
        match self.write_and_return(write).await? {
            Written::Done(order) => Ok(Some(from_item(order.unwrap_or_default())?)),
            Written::Refused(_) => Ok(None),
        }
    }

    /// What waits for something and is due by now, at most `limit`, the longest due first, each with
    /// its item. What cannot be read is moved behind the others, so that it does not stand before
    /// them in every read. Two reads.
    pub(crate) async fn due<T: Serialize + DeserializeOwned>(
        &self,
        for_what: &str,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<(Versioned<T>, Item)>, StoreError> {
        let until = key::instant(now);
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(Self::DUE)
            .key_condition_expression("waiting = :waits AND due <= :now")
            .expression_attribute_values(":waits", string(for_what))
            .expression_attribute_values(":now", string(&until))
            .limit(limit);
        let listed = erased(query.send()).await?.items.unwrap_or_default();
        let mut due = Vec::new();
        for item in self.still_waiting(for_what, listed).await? {
            if item.get("due").and_then(|due| due.as_s().ok()).is_none_or(|due| *due > until) {
                continue;
            }
            match from_item(item.clone()) {
                Ok(read) => due.push((read, item)),
                Err(why) => self.set_aside(&item, &why, now).await?,
            }
        }
        Ok(due)
    }

    /// Moves an item that cannot be read behind the others.
    async fn set_aside(
        &self,
        item: &Item,
        why: &StoreError,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(key) = key::of(item) else { return Ok(()) };
        tracing::error!(item.key = %key, error.message = %why, "item cannot be read");
        let due = calendar::minutes_after(now, UNREADABLE_MINUTES);
        let write = Write::update(&key, "SET due = :due")
            .only_if("attribute_exists(waiting)")
            .value(":due", string(key::instant(due)));
        self.write(write).await.map(drop)
    }

    /// What waits for something, at most `limit`, the earliest due first, each with its item, and
    /// whether there is more. Two reads.
    pub(crate) async fn waiting<T: Serialize + DeserializeOwned>(
        &self,
        for_what: &str,
        limit: i32,
    ) -> Result<(Vec<(Versioned<T>, Item)>, bool), StoreError> {
        let query = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(Self::DUE)
            .key_condition_expression("waiting = :waits")
            .expression_attribute_values(":waits", string(for_what))
            .limit(limit);
        let answer = erased(query.send()).await?;
        let more = answer.last_evaluated_key.is_some();
        let items = self.still_waiting(for_what, answer.items.unwrap_or_default()).await?;
        let read = items.into_iter().map(|item| Ok((from_item(item.clone())?, item)));
        Ok((read.collect::<Result<_, StoreError>>()?, more))
    }

    /// The items that the index lists, as they are now, without those that wait no longer. The index
    /// holds keys only, and late: with whole items each change of an order that waits would be
    /// written twice.
    async fn still_waiting(
        &self,
        for_what: &str,
        listed: Vec<Item>,
    ) -> Result<Vec<Item>, StoreError> {
        let keys: Vec<Key> = listed.iter().filter_map(key::of).collect();
        let mut waiting = Vec::new();
        for part in keys.chunks(BATCH) {
            let mut items = self.read_many(part.iter().cloned()).await?;
            let found = part.iter().filter_map(|key| items.remove(&key.to_string()));
            waiting.extend(found.filter(|item| {
                item.get("waiting").and_then(|waits| waits.as_s().ok())
                    == Some(&for_what.to_owned())
            }));
        }
        Ok(waiting)
    }
}
