//! What functions tell each other. A step never writes and then sends: it commits a message with
//! its change (see `store`), [`outbox`] reads the message from the table's stream, [`Queues`] sends
//! it on, and [`queue`] feeds it to the next step, one record at a time. [`Topic`] tells the world
//! outside.
//!
//! Errors: [`Failure`] says whether a message may be tried again; what can never work is a
//! [`Failure::Poison`] and goes to the dead letters with its reason in the log.

mod advance;
pub mod outbox;
mod owner;
mod queue;
mod queues;
mod topic;

pub use advance::advance;
pub use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
pub use owner::OwnerBell;
pub use queue::{Delivery, Failure, deliveries, queue, run_queue};
pub use queues::{NotSent, Queues};
pub use topic::{News, NotPublished, Topic};
