//! The outbox. A message is committed with the step that asks for it, sent by `relay` from the
//! table's stream, and marked handled in the transaction of the step that answers it. `sweep` sends
//! again what was not handled in time, so a message can be late but not lost.

use domain::{
    base::{
        calendar,
        id::{MessageId, VisitorId},
    },
    order::{Order, message::Message},
};
use jiff::Timestamp;

use crate::{
    Store, StoreError, Versioned,
    item::{Item, from_item, number, string, to_item},
    key::{self, waiting},
    table::Write,
};

/// `kind` of a message's item. The filter of the relay's stream mapping in template.yaml names it.
pub(crate) const KIND: &str = "message";

/// For how long a handled message is kept, in seconds: a quarter, for investigations.
const KEPT_SECONDS: i64 = 90 * 24 * 60 * 60;

/// When `sweep` sends a message again that was created, or sent, at `at`: ten minutes later. The
/// queues deliver in seconds; a message that is retried for longer is sent twice, which its
/// receiver detects.
pub fn handled_by_nobody_after(at: Timestamp) -> Timestamp {
    calendar::minutes_after(at, PAUSE_MINUTES)
}

/// The pause before a message is sent again for the first time, in minutes. It doubles each time.
const PAUSE_MINUTES: i64 = 10;

/// The longest pause between two times that a message is sent, in minutes.
const LONGEST_PAUSE_MINUTES: i64 = 160;

/// How often a message is sent again before it is given up and waits for the owner: a day, in pauses
/// of 10, 20, 40, 80 and then 160 minutes.
const SENT_AGAIN_AT_MOST: u32 = 12;

/// A message that should have been handled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unhandled {
    /// The message.
    pub message: Message,
    /// How often it was sent again.
    sent_again: u32,
    /// When it was due, as the index showed it.
    due: String,
}

impl Unhandled {
    fn new(message: Message, item: &Item) -> Self {
        let times = item.get("sent_again").and_then(|value| value.as_n().ok()?.parse().ok());
        let due = item.get("due").and_then(|value| value.as_s().ok().cloned());
        Self { message, sent_again: times.unwrap_or_default(), due: due.unwrap_or_default() }
    }

    /// For how long it has been due, in seconds; from its creation, if it was sent again.
    pub fn due_for_seconds(&self, now: Timestamp) -> u64 {
        let since = match self.sent_again {
            0 => self.due.parse().unwrap_or(self.message.at),
            _ => self.message.at,
        };
        now.as_second().saturating_sub(since.as_second()).try_into().unwrap_or_default()
    }

    /// When it is sent again, if it is sent at `now` and still handled by nobody. A message that
    /// fails for ever takes less and less time from the others.
    fn again_at(&self, now: Timestamp) -> Timestamp {
        let doubled = PAUSE_MINUTES.saturating_mul(1 << self.sent_again.min(10));
        calendar::minutes_after(now, doubled.min(LONGEST_PAUSE_MINUTES))
    }
}

/// What [`Store::claim`] made of a message that was not handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// It is put off, and sent by the caller.
    Send,
    /// It was sent too often. It waits for the owner.
    GivenUp,
    /// It was handled meanwhile, or another run claimed it; the index shows that late.
    Taken,
}

impl Store {
    /// Messages that should have been handled by now, the longest due first.
    pub async fn unhandled(
        &self,
        now: Timestamp,
        limit: i32,
    ) -> Result<Vec<Unhandled>, StoreError> {
        let due = self.due::<Message>(waiting::MESSAGE, now, limit).await?;
        Ok(due.into_iter().map(|(message, item)| Unhandled::new(message.value, &item)).collect())
    }

    /// Puts off a message before it is sent again, or gives it up.
    pub async fn claim(&self, unhandled: &Unhandled, now: Timestamp) -> Result<Claim, StoreError> {
        let key = key::message(unhandled.message.id);
        let (write, claim) = if unhandled.sent_again < SENT_AGAIN_AT_MOST {
            let write = Write::update(&key, "SET due = :due ADD sent_again :one")
                .value(":due", string(key::instant(unhandled.again_at(now))))
                .value(":one", number(1));
            (write, Claim::Send)
        } else {
            let write = Write::update(&key, "SET waiting = :given_up")
                .value(":given_up", string(waiting::GIVEN_UP));
            (write, Claim::GivenUp)
        };
        let write = write.only_if("due = :seen").value(":seen", string(&unhandled.due));
        Ok(if self.write(write).await? { claim } else { Claim::Taken })
    }

    /// Puts off until `due` that a message is sent again: its receiver waits for something. No
    /// effect on a handled one.
    pub async fn put_off(&self, id: MessageId, due: Timestamp) -> Result<(), StoreError> {
        let write = waits_until(id, due).only_if("attribute_exists(waiting)");
        self.write(write).await.map(drop)
    }

    /// Messages that were given up, at most `limit`, oldest first. Two reads.
    pub async fn given_up(&self, limit: i32) -> Result<Vec<Message>, StoreError> {
        let (given_up, _) = self.waiting::<Message>(waiting::GIVEN_UP, limit).await?;
        Ok(given_up.into_iter().map(|(message, _)| message.value).collect())
    }

    /// Lets a message that was given up be sent again by the next sweep. `false` if it was not given
    /// up, or is handled. One write.
    pub async fn resume(&self, id: MessageId, now: Timestamp) -> Result<bool, StoreError> {
        let write = waits_until(id, now)
            .only_if("waiting = :given_up")
            .value(":given_up", string(waiting::GIVEN_UP));
        self.write(write).await
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
        let item = self.item(&key::message(id), Some("handled_at")).await?;
        Ok(item.as_ref().is_some_and(is_handled))
    }

    /// Marks a message handled when nothing else is to be written. `false` if it was handled
    /// before.
    pub async fn handled(&self, id: MessageId, now: Timestamp) -> Result<bool, StoreError> {
        self.write(mark_handled(id, now)).await
    }
}

/// Waits from the beginning: what was sent before does not count.
fn waits_until(id: MessageId, due: Timestamp) -> Write {
    Write::update(&key::message(id), "SET due = :due, waiting = :message REMOVE sent_again")
        .value(":due", string(key::instant(due)))
        .value(":message", string(waiting::MESSAGE))
}

fn is_handled(message: &Item) -> bool {
    message.contains_key("handled_at")
}

/// Marks a message handled.
pub(crate) fn mark_handled(id: MessageId, now: Timestamp) -> Write {
    Write::update(
        &key::message(id),
        "SET handled_at = :now, expires = :expires REMOVE waiting, due",
    )
    .only_if("attribute_exists(pk) AND attribute_not_exists(handled_at)")
    .value(":now", string(key::instant(now)))
    .value(":expires", number(now.as_second().saturating_add(KEPT_SECONDS)))
}

/// A new message in the outbox.
pub(crate) fn message_put(message: &Message, reader: VisitorId) -> Result<Write, StoreError> {
    let key = key::message(message.id);
    let mut item = to_item(&key, KIND, &Versioned::new(message.clone()))?;
    item.insert("reader".to_owned(), string(reader.to_string()));
    item.insert("waiting".to_owned(), string(waiting::MESSAGE));
    item.insert("due".to_owned(), string(key::instant(handled_by_nobody_after(message.at))));
    Ok(Write::put_new(item))
}
