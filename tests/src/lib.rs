//! The test kit. A [`Walker`] reads a page by its documented marks alone (`data-step`,
//! `data-door`, `data-onward`, `data-pay`, `data-order`, `data-state`), fills the labelled fields
//! and goes on, as a browser without script would. Every answer is checked against the
//! [`page_rules`].
//!
//! A walker goes over any [`Transport`]: a [`Shop`] in this process, whose clock the test moves, or
//! HTTP to a running one. What is wrong ends in a panic with one sentence: this crate is for tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "test support: a failed expectation is a failed test"
)]

mod answer;
mod device;
mod log;
mod outline;
mod page;
pub mod page_rules;
mod random;
mod shop;
mod transport;
mod walker;

pub use answer::{call_of, ready, shown};
pub use device::OwnerDevice;
pub use log::Log;
pub use page::{Form, Onward, Page};
pub use random::Random;
pub use shop::{Shop, book, event, isbn};
pub use transport::{InProcess, OverHttp, Request, Response, Sending, Transport};
pub use walker::{Doors, Pay, Recipient, Walker};
