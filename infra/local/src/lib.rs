//! The whole serverless system in one process, read from `template.yaml`.
//!
//! [`System::start`] reads the template and emulates every service it names: an HTTP API with the
//! events of API Gateway, DynamoDB (dynoxide) with its stream, SQS queues, SNS topics, the
//! Parameter Store, schedules. The functions are the real ones; only the HTTP client under their
//! SDK clients differs ([`Wire`]). `cargo xtask run` runs it; tests step it with
//! [`System::settle`] and [`System::advance`] on a clock of their own.
//!
//! # Differences from AWS
//!
//! * Each mapping has one batch in flight. Concurrency limits, throttling and the batching windows
//!   of queues are not emulated; the windows of streams are. A queue delivers its oldest message
//!   first. Long polling uses the machine's clock.
//! * A stream has one shard. It keeps its records until every mapping has read them, and for a day
//!   after that. After a restart the tries of the batch in flight and an open batching window start
//!   from zero.
//! * When a process starts, messages in flight become visible at once, because no other process can
//!   still work on them.
//! * A move of dead letters is complete when the call returns.
//! * TTL deletes on request ([`System::expire`]), or hourly in a running system.
//! * A role that the template writes out is enforced for each call. Functions with SAM policies or
//!   managed policies may do everything. Resource policies, KMS and the conditions of statements
//!   are ignored.
//! * Mail, telephone and HTTP subscriptions of a topic receive nothing.
//! * It speaks plain HTTP (`X-Forwarded-Proto: http`), and function timeouts use the machine's
//!   clock.

pub mod adapt;
mod answer;
mod assemble;
mod clock;
mod config;
mod filter;
mod front;
mod function;
mod gateway;
mod greeting;
mod host;
mod later;
mod ledger;
mod permission;
mod postcodes;
mod pump;
mod queue;
pub mod registry;
pub mod run;
mod sample;
mod secret;
mod signal;
pub mod state;
mod system;
mod table;
pub mod template;
mod topic;
mod wire;

pub use assemble::Ground;
pub use clock::Clock;
pub use config::{Config, Source, StartError};
pub use function::{BoxFuture, Build, Failure, Function, Parts, Runs};
pub use gateway::{MAX_BODY, MAX_EVENT, MAX_HEAD, Request, Response};
pub use pump::PumpError;
pub use queue::{Depth, Message, Outgoing, Peeked, QueueError, Queues, Received};
pub use secret::Secrets;
pub use state::{State, StateError};
pub use system::System;
pub use template::Template;
pub use topic::{Publish, Topics};
pub use wire::{Breakage, Calls, Condition, Fault, Service, Usage, Wire};
