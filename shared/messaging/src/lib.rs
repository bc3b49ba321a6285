//! Messages between functions (the transactional outbox). A step commits a message with its change
//! (see `store`), [`outbox`] reads it from the table's stream, [`Queues`] sends it, and [`queue`]
//! hands it to the next step, one record at a time. [`on_event`] runs every function that no request
//! starts. [`Topic`] publishes notices to readers.
//!
//! Errors: [`Failure`] says whether a message may be retried; a [`Failure::Poison`] ends in the
//! dead-letter queue with its reason in the log.

mod advance;
mod event;
pub mod outbox;
mod owner;
mod queue;
mod queues;
mod topic;

pub use advance::{advance, advance_by};
pub use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
pub use event::{Run, on_event};
pub use owner::OwnerBell;
pub use queue::{DELIVERIES, Delivery, Failure, Subject, deliveries, queue, run_queue};
pub use queues::{NotSent, Queues, Sending};
pub use topic::{News, NotPublished, Topic};
