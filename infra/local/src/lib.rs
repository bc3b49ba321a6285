//! The whole serverless system in one process, read from `template.yaml`.
//!
//! [`System::start`] reads the template and plays every service it names: an HTTP API that makes the very events of
//! API Gateway, a DynamoDB (dynoxide) with its stream, SQS queues, an SNS topic, the Parameter
//! Store, schedules. The functions are the real ones; what changes is the HTTP client under their
//! SDK clients ([`Wire`]). A person runs it with `cargo xtask run`; tests step it with
//! [`System::settle`] and [`System::advance`] on a clock of their own.
//!
//! # Where it is not AWS
//!
//! * One batch at a time per mapping; batching windows, concurrency limits and throttling are not
//!   played. A queue gives its oldest message first. Long polling waits by the machine's clock.
//! * A stream has one shard, and its records are kept until every mapping has read them, and for a
//!   day after that. Tries of the batch at a mapping's head begin anew after a restart.
//! * When a process starts, what was in flight on a queue is visible at once: nobody else can still
//!   be working on it.
//! * A move of dead letters is over when the call returns.
//! * TTL deletes when it is asked to ([`System::expire`]), or hourly in a running system.
//! * A role written out in the template is enforced, call by call; functions with SAM policies or
//!   managed policies may do everything. Resource policies, KMS and conditions of statements are
//!   not looked at.
//! * Mail, telephones and web addresses subscribed to a topic hear nothing.
//! * It is plain HTTP (`X-Forwarded-Proto: http`), and timeouts of functions are the machine's
//!   time.

pub mod adapt;
mod answer;
mod assemble;
mod bell;
mod clock;
mod config;
mod filter;
mod front;
mod function;
mod gateway;
mod host;
mod later;
mod ledger;
mod permission;
mod pump;
mod queue;
pub mod registry;
pub mod run;
mod sample;
mod secret;
pub mod state;
mod system;
mod table;
pub mod template;
mod topic;
mod wire;

pub use assemble::Ground;
pub use clock::Clock;
pub use config::{Config, Source, StartError};
pub use function::{BoxFuture, Build, Failure, Function, Parts};
pub use gateway::{MAX_BODY, MAX_EVENT, MAX_HEAD, Request, Response};
pub use pump::PumpError;
pub use queue::{Depth, Message, Outgoing, Peeked, QueueError, Queues, Received};
pub use secret::Secrets;
pub use state::{State, StateError};
pub use system::System;
pub use template::Template;
pub use topic::{Publish, Topics};
pub use wire::{Breakage, Calls, Condition, Fault, Service, Wire};
