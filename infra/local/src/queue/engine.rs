//! Operations on messages, each in one transaction.

use jiff::Timestamp;
use rusqlite::{Connection, Row, params};
use serde_json::{Map, Value as Json};

use super::id::{check_receipt, receipt, uuid};
use super::{Depth, MAX_BYTES, Message, Outgoing, Peeked, QueueError, Queues, Received};
use crate::template::Queue;

type Result<T> = std::result::Result<T, QueueError>;

impl Queues {
    /// Sends a message and returns its id.
    pub fn send(&self, queue: &str, message: &Outgoing) -> Result<String> {
        let queue = self.find(queue)?;
        check(message)?;
        let id = uuid();
        let now = self.clock.millis();
        let visible = now + seconds(message.delay.unwrap_or(queue.delay));
        self.ledger
            .connection()
            .prepare_cached(
                "INSERT INTO messages (queue, id, body, attributes, trace, sent, visible) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                queue.name,
                id,
                message.body,
                Json::Object(message.attributes.clone()).to_string(),
                message.trace,
                now,
                visible
            ])?;
        self.signal.notify();
        Ok(id)
    }

    /// Receives up to `most` messages and hides them for `visibility` seconds (by default the
    /// queue's visibility timeout).
    pub fn receive(&self, queue: &str, most: usize, visibility: Option<u32>) -> Result<Received> {
        let queue = self.find(queue)?;
        let now = self.clock.millis();
        let hidden_until = now + seconds(visibility.unwrap_or(queue.visibility));
        let mut connection = self.ledger.connection();
        let transaction = connection.transaction()?;
        let mut received = Received::default();
        expire(&transaction, queue, now)?;
        for (row, mut message) in ready(&transaction, queue, now, most)? {
            if is_spent(queue, &message)
                && let Some(redrive) = &queue.redrive
            {
                let target = self.find(&redrive.target)?;
                move_row(&transaction, row, &target.name, now, Some(&queue.arn))?;
                received.moved += 1;
                continue;
            }
            message.received += 1;
            message.receipt = receipt(row);
            if message.received == 1 {
                message.first_received = timestamp(now);
            }
            let first = message.first_received.as_millisecond();
            transaction
                .prepare_cached(
                    "UPDATE messages SET received = ?2, receipt = ?3, first_received = ?4, visible = ?5 WHERE row = ?1",
                )?
                .execute(params![row, message.received, message.receipt, first, hidden_until])?;
            received.messages.push(message);
        }
        transaction.commit()?;
        drop(connection);
        if received.moved > 0 {
            self.signal.notify();
        }
        Ok(received)
    }

    /// Deletes a message by its latest receipt handle. An older handle deletes nothing and is not
    /// an error.
    pub fn delete(&self, queue: &str, receipt: &str) -> Result<()> {
        let queue = self.find(queue)?;
        check_receipt(receipt)?;
        self.ledger
            .connection()
            .prepare_cached("DELETE FROM messages WHERE receipt = ?1 AND queue = ?2")?
            .execute(params![receipt, queue.name])?;
        Ok(())
    }

    /// Hides a message in flight for `visibility` seconds from now; 0 makes it visible at once.
    pub fn change_visibility(&self, queue: &str, receipt: &str, visibility: u32) -> Result<()> {
        let queue = self.find(queue)?;
        check_receipt(receipt)?;
        let now = self.clock.millis();
        let changed = self
            .ledger
            .connection()
            .prepare_cached(
                "UPDATE messages SET visible = ?4 WHERE receipt = ?1 AND queue = ?2 AND visible > ?3",
            )?
            .execute(params![receipt, queue.name, now, now + seconds(visibility)])?;
        if changed == 0 {
            return Err(QueueError::NotInFlight(receipt.to_owned()));
        }
        self.signal.notify();
        Ok(())
    }

    /// How many messages the queue holds.
    pub fn depth(&self, queue: &str) -> Result<Depth> {
        let queue = self.find(queue)?;
        let now = self.clock.millis();
        let connection = self.ledger.connection();
        expire(&connection, queue, now)?;
        let count = |condition: &str| -> Result<usize> {
            let sql = format!("SELECT count(*) FROM messages WHERE queue = ?1 AND {condition}");
            let count: i64 = connection
                .prepare_cached(&sql)?
                .query_row(params![queue.name, now], |row| row.get(0))?;
            Ok(usize::try_from(count).unwrap_or_default())
        };
        Ok(Depth {
            visible: count("visible <= ?2")?,
            in_flight: count("visible > ?2 AND receipt IS NOT NULL")?,
            delayed: count("visible > ?2 AND receipt IS NULL")?,
        })
    }

    /// Every message on the queue, oldest first, without receiving it.
    pub fn peek(&self, queue: &str) -> Result<Vec<Peeked>> {
        let queue = self.find(queue)?;
        let connection = self.ledger.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id, body, received, visible FROM messages WHERE queue = ?1 ORDER BY row",
        )?;
        let rows = statement.query_map([&queue.name], |row| {
            Ok(Peeked {
                id: row.get(0)?,
                body: row.get(1)?,
                received: row.get(2)?,
                visible: timestamp(row.get(3)?),
            })
        })?;
        Ok(rows.collect::<std::result::Result<_, _>>()?)
    }

    /// Delivers a message, on the queue or in flight, once more under the same id, as SQS may do.
    /// For tests of idempotency. Returns whether the message exists.
    pub fn duplicate(&self, queue: &str, id: &str) -> Result<bool> {
        let queue = self.find(queue)?;
        let copied = self
            .ledger
            .connection()
            .prepare_cached(
                "INSERT INTO messages (queue, id, body, attributes, trace, source, sent, visible)
                 SELECT queue, id, body, attributes, trace, source, sent, ?3 FROM messages
                 WHERE queue = ?1 AND id = ?2 ORDER BY row LIMIT 1",
            )?
            .execute(params![queue.name, id, self.clock.millis()])?;
        self.signal.notify();
        Ok(copied > 0)
    }

    /// Moves every message of a dead-letter queue to `to`, or each to its source queue. A moved
    /// message gets a new id and age, as in SQS's redrive. Returns how many moved.
    pub fn redrive(&self, from: &str, to: Option<&str>) -> Result<usize> {
        let from = self.find(from)?;
        let to = to.map(|to| self.find(to)).transpose()?;
        let now = self.clock.millis();
        let mut connection = self.ledger.connection();
        let transaction = connection.transaction()?;
        let rows: Vec<(i64, Option<String>)> = transaction
            .prepare_cached(
                "SELECT row, source FROM messages WHERE queue = ?1 AND visible <= ?2 ORDER BY row",
            )?
            .query_map(params![from.name, now], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<std::result::Result<_, _>>()?;
        let mut moved = 0;
        for (row, source) in rows {
            let target = match (to, &source) {
                (Some(to), _) => to,
                (None, Some(source)) => self.find(source)?,
                (None, None) => continue,
            };
            move_row(&transaction, row, &target.name, now, None)?;
            transaction
                .prepare_cached("UPDATE messages SET id = ?2, sent = ?3 WHERE row = ?1")?
                .execute(params![row, uuid(), now])?;
            moved += 1;
        }
        transaction.commit()?;
        drop(connection);
        self.signal.notify();
        Ok(moved)
    }

    /// Makes every message in flight visible. When a process starts, a message in flight is one
    /// that the previous process did not finish.
    pub(crate) fn release_in_flight(&self, queue: &str) -> Result<()> {
        let queue = self.find(queue)?;
        self.ledger
            .connection()
            .execute(
                "UPDATE messages SET visible = ?2 WHERE queue = ?1 AND visible > ?2 AND receipt IS NOT NULL",
                params![queue.name, self.clock.millis()],
            )
            .map(drop)?;
        Ok(())
    }

    /// Deletes every message on the queue.
    pub fn purge(&self, queue: &str) -> Result<()> {
        let queue = self.find(queue)?;
        self.ledger.connection().execute("DELETE FROM messages WHERE queue = ?1", [&queue.name])?;
        Ok(())
    }

    /// The next time at which a hidden or delayed message becomes visible.
    pub fn next_due(&self, queue: &str) -> Result<Option<Timestamp>> {
        let queue = self.find(queue)?;
        let next: Option<i64> = self
            .ledger
            .connection()
            .prepare_cached("SELECT min(visible) FROM messages WHERE queue = ?1 AND visible > ?2")?
            .query_row(params![queue.name, self.clock.millis()], |row| row.get(0))?;
        Ok(next.map(timestamp))
    }
}

fn check(message: &Outgoing) -> Result<()> {
    let attributes: usize = message
        .attributes
        .iter()
        .map(|(name, value)| {
            let length = |key: &str| value.get(key).and_then(Json::as_str).map_or(0, str::len);
            name.len() + length("DataType") + length("StringValue") + length("BinaryValue")
        })
        .sum();
    if message.body.is_empty() {
        return Err(QueueError::Parameter(
            "The request must contain the parameter MessageBody.".into(),
        ));
    }
    if message.body.len() + attributes > MAX_BYTES {
        return Err(QueueError::Parameter(format!(
            "One or more parameters are invalid. Reason: Message must be shorter than \
             {MAX_BYTES} bytes."
        )));
    }
    if message.attributes.len() > 10 {
        return Err(QueueError::Parameter(
            "Number of message attributes [>10] exceeds the allowed maximum [10].".into(),
        ));
    }
    if message.delay.is_some_and(|delay| delay > 900) {
        return Err(QueueError::Parameter(
            "Value for parameter DelaySeconds is invalid. Reason: DelaySeconds must be >= 0 and <= 900."
                .into(),
        ));
    }
    let carried = |c: char| {
        matches!(c, '\t' | '\n' | '\r')
            || matches!(c, ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    };
    if message.body.chars().all(carried) { Ok(()) } else { Err(QueueError::Contents) }
}

fn expire(connection: &Connection, queue: &Queue, now: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM messages WHERE queue = ?1 AND sent < ?2")?
        .execute(params![queue.name, now - seconds(queue.retention)])
        .map(drop)
}

/// Up to `most` visible messages, oldest first, and those between them that move to the dead-letter
/// queue instead.
fn ready(
    connection: &Connection,
    queue: &Queue,
    now: i64,
    most: usize,
) -> Result<Vec<(i64, Message)>> {
    let mut statement = connection.prepare_cached(
        "SELECT row, id, body, attributes, trace, source, sent, received, first_received FROM messages
         WHERE queue = ?1 AND visible <= ?2 ORDER BY visible, row",
    )?;
    let mut rows = statement.query(params![queue.name, now])?;
    let (mut found, mut live) = (Vec::new(), 0);
    while live < most
        && let Some(row) = rows.next()?
    {
        let (row, message) = message(row)?;
        live += usize::from(!is_spent(queue, &message));
        found.push((row, message));
    }
    Ok(found)
}

/// Whether a message was received `maxReceiveCount` times.
fn is_spent(queue: &Queue, message: &Message) -> bool {
    queue.redrive.as_ref().is_some_and(|redrive| message.received >= redrive.receives)
}

fn message(row: &Row<'_>) -> rusqlite::Result<(i64, Message)> {
    let attributes: String = row.get(3)?;
    let attributes: Map<String, Json> = serde_json::from_str(&attributes).unwrap_or_default();
    let sent: i64 = row.get(6)?;
    let first_received: Option<i64> = row.get(8)?;
    let message = Message {
        id: row.get(1)?,
        receipt: String::new(),
        body: row.get(2)?,
        attributes,
        trace: row.get(4)?,
        source: row.get(5)?,
        sent: timestamp(sent),
        received: row.get(7)?,
        first_received: timestamp(first_received.unwrap_or(sent)),
    };
    Ok((row.get(0)?, message))
}

/// Moves a message. It is visible at once and not yet received, and its receipt handle is void.
fn move_row(
    connection: &Connection,
    row: i64,
    to: &str,
    now: i64,
    source: Option<&str>,
) -> rusqlite::Result<()> {
    connection
        .prepare_cached(
            "UPDATE messages SET queue = ?2, visible = ?3, received = 0, first_received = NULL, receipt = NULL, source = ?4
             WHERE row = ?1",
        )?
        .execute(params![row, to, now, source])
        .map(drop)
}

fn seconds(count: u32) -> i64 {
    i64::from(count) * 1_000
}

fn timestamp(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::MAX)
}
