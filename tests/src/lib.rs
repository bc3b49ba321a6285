//! A program that walks the house: a [`Walker`] reads a page by its documented marks alone
//! (`data-step`, `data-door`, `data-onward`, `data-pay`, `data-order` and `data-state`), fills what
//! is labelled, and goes on, as a browser without script would. Every answer on its way is held
//! against the [`manners`] of the house.
//!
//! It walks over any [`Transport`]: a [`Shop`] in this process, whose clock the test moves, or HTTP
//! to wherever the house stands. Whatever is not as it should be ends in a panic with one sentence:
//! this crate is for tests.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "a walker that cannot go on is a failed test, and the panic says why"
)]

pub mod manners;
mod outline;
mod page;
mod shop;
mod transport;
mod walker;

pub use page::{Form, Onward, Page};
pub use shop::{Shop, book, event};
pub use transport::{Answer, Ask, InProcess, OverHttp, Sending, Transport};
pub use walker::{Doors, Pay, Recipient, Walker};
