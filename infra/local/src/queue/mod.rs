//! Standard SQS queues in one SQLite file, on the system's clock.
//!
//! The guarantees are those of AWS: a received message is hidden for the visibility timeout and
//! becomes visible again unless it is deleted; only its latest receipt handle deletes it; a message
//! received `maxReceiveCount` times moves to the dead-letter queue instead of being received again;
//! a message older than the retention period is deleted. The order is oldest first, which AWS does
//! not guarantee.

mod digest;
mod engine;
mod id;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::signal::Signal;
use crate::template::Queue;

pub(crate) use digest::{md5_hex, md5_of_attributes};
pub(crate) use id::uuid;
pub(crate) use wire::{answer, system_attributes};

/// The largest message, and the largest batch in total: 1 MiB, body and attributes.
pub(crate) const MAX_BYTES: usize = 1_048_576;

/// Why a queue refuses a call. [`wire`](self) maps each variant to SQS's error code.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// The queue does not exist.
    #[error("The specified queue does not exist.")]
    NoSuchQueue,
    /// The receipt handle is malformed.
    #[error("The input receipt handle is invalid.")]
    BadReceipt,
    /// The message is not in flight, so its visibility cannot change.
    #[error(
        "Value {0} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not \
         available for visibility timeout change."
    )]
    NotInFlight(String),
    /// A parameter is missing, out of range or of the wrong form.
    #[error("{0}")]
    Parameter(String),
    /// The body has a character that SQS does not accept.
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | \
         #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    Contents,
    /// An error of a whole batch; the first field is SQS's error code.
    #[error("{1}")]
    Batch(&'static str, String),
    /// The harness does not support the operation.
    #[error("The operation {0} is not supported by the local run.")]
    Unsupported(String),
    /// The file cannot be read or written.
    #[error("the queue file failed: {0}")]
    Storage(#[from] rusqlite::Error),
}

/// A message to send.
#[derive(Debug, Clone, Default)]
pub struct Outgoing {
    /// The text.
    pub body: String,
    /// Message attributes in SQS's JSON form (`{"kind": {"DataType": "String", "StringValue":
    /// "x"}}`).
    pub attributes: Map<String, Json>,
    /// The `AWSTraceHeader` system attribute.
    pub trace: Option<String>,
    /// Seconds before it can be received; the queue's own delay when absent.
    pub delay: Option<u32>,
}

impl Outgoing {
    /// A message with a body only.
    pub fn text(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// A received message.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The message id, which is the same at every delivery.
    pub id: String,
    /// The receipt handle of this delivery.
    pub receipt: String,
    /// The text.
    pub body: String,
    /// Message attributes in SQS's JSON form.
    pub attributes: Map<String, Json>,
    /// The `AWSTraceHeader` system attribute.
    pub trace: Option<String>,
    /// How often it was received, this time included.
    pub received: u32,
    /// When it was sent.
    pub sent: Timestamp,
    /// When it was first received.
    pub first_received: Timestamp,
    /// ARN of the queue it came from, on a dead-letter queue.
    pub source: Option<String>,
}

/// A message that a test reads without receiving it.
#[derive(Debug, Clone, PartialEq)]
pub struct Peeked {
    /// The message id.
    pub id: String,
    /// The text.
    pub body: String,
    /// How often it was received.
    pub received: u32,
    /// From when it can be received.
    pub visible: Timestamp,
}

/// The result of one receive.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Received {
    /// The messages.
    pub messages: Vec<Message>,
    /// How many messages moved to the dead-letter queue instead.
    pub moved: usize,
}

/// How many messages a queue holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Depth {
    /// Ready to be received.
    pub visible: usize,
    /// Received and not yet deleted.
    pub in_flight: usize,
    /// Sent with a delay that is not over.
    pub delayed: usize,
}

impl Depth {
    /// All of them.
    pub fn total(self) -> usize {
        self.visible + self.in_flight + self.delayed
    }
}

/// All queues of a system. Clones share them.
#[derive(Debug, Clone)]
pub struct Queues {
    ledger: Ledger,
    clock: Clock,
    signal: Signal,
    known: BTreeMap<String, Queue>,
}

impl Queues {
    pub(crate) fn new(
        ledger: Ledger,
        clock: Clock,
        signal: Signal,
        queues: impl IntoIterator<Item = Queue>,
    ) -> Self {
        let known = queues.into_iter().map(|queue| (queue.name.clone(), queue)).collect();
        Self { ledger, clock, signal, known }
    }

    /// The queue's settings. `queue` is its name, its URL or its ARN.
    pub fn find(&self, queue: &str) -> Result<&Queue, QueueError> {
        let name = match queue.strip_prefix("arn:") {
            Some(arn) => arn.rsplit(':').next(),
            None if queue.contains("://") => queue.rsplit('/').next(),
            None => Some(queue),
        };
        name.and_then(|name| self.known.get(name)).ok_or(QueueError::NoSuchQueue)
    }

    /// Queues whose redrive policy points at this one.
    pub fn sources_of(&self, arn: &str) -> impl Iterator<Item = &Queue> {
        self.known.values().filter(move |q| q.redrive.as_ref().is_some_and(|r| r.target == arn))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Queue> {
        self.known.values()
    }
}
