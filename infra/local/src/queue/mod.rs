//! Standard SQS queues in one SQLite file, on the system's own clock.
//!
//! What a consumer can rely on is what AWS promises: a received message stays hidden for the
//! visibility timeout and comes back if it was not deleted; only its latest receipt handle deletes
//! it; a message received `maxReceiveCount` times moves to the dead-letter queue instead of being
//! received again; a message older than the retention period is gone. Order is oldest first here,
//! which AWS does not promise.

mod digest;
mod engine;
mod id;
mod wire;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::bell::Bell;
use crate::clock::Clock;
use crate::ledger::Ledger;
use crate::template::Queue;

pub(crate) use digest::{md5_hex, md5_of_attributes};
pub(crate) use id::uuid;
pub(crate) use wire::{answer, system_attributes};

/// The largest message (and the largest batch in all): 1 MiB, body and attributes.
pub(crate) const MAX_BYTES: usize = 1_048_576;

/// Why a queue refuses. [`wire`](self) turns each into SQS's error code.
#[derive(Debug, thiserror::Error)]
pub enum QueueError {
    /// There is no such queue.
    #[error("The specified queue does not exist.")]
    NoSuchQueue,
    /// The receipt handle is none of ours.
    #[error("The input receipt handle is invalid.")]
    BadReceipt,
    /// The message is not in flight, so its visibility cannot change.
    #[error(
        "Value {0} for parameter ReceiptHandle is invalid. Reason: Message does not exist or is not available for visibility timeout change."
    )]
    NotInFlight(String),
    /// A parameter is missing, out of range or of the wrong form.
    #[error("{0}")]
    Parameter(String),
    /// The body holds a character SQS does not carry.
    #[error(
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF"
    )]
    Contents,
    /// A fault of a batch as a whole; the first field is SQS's code.
    #[error("{1}")]
    Batch(&'static str, String),
    /// The operation is none this harness has.
    #[error("The operation {0} is not supported by the local run.")]
    Unsupported(String),
    /// The file cannot be read or written.
    #[error("the queue file failed: {0}")]
    Storage(#[from] rusqlite::Error),
}

/// A message on its way in.
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
    /// A message of nothing but text.
    pub fn text(body: impl Into<String>) -> Self {
        Self { body: body.into(), ..Self::default() }
    }
}

/// A message as it was received.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The message id: the same at every delivery.
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

/// A message as a test sees it, without receiving it.
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

/// What one receive brought.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Received {
    /// The messages.
    pub messages: Vec<Message>,
    /// How many moved to the dead-letter queue on the way.
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
    bell: Bell,
    known: BTreeMap<String, Queue>,
}

impl Queues {
    pub(crate) fn new(
        ledger: Ledger,
        clock: Clock,
        bell: Bell,
        queues: impl IntoIterator<Item = Queue>,
    ) -> Self {
        let known = queues.into_iter().map(|queue| (queue.name.clone(), queue)).collect();
        Self { ledger, clock, bell, known }
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
