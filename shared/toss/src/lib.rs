//! The client for Toss Payments' server API (v1, version 2022-11-16 and later).
//!
//! Money is moved by three calls, [`Client::confirm`], [`Client::cancel`] and
//! [`Client::virtual_account`], and looked at by three, [`Client::payment`],
//! [`Client::payment_of_order`] and [`Client::transactions`]. Nothing here retries: only the caller
//! repeats a call that moves money, with the [`IdempotencyKey`] it stored before the first attempt.
//!
//! # Which error goes where
//!
//! The status line alone says little (a wrong key is 400, a declined card is 403), so every answer
//! is sorted by its code:
//!
//! | value | what it means | what the caller does |
//! |---|---|---|
//! | [`Failure::Refused`] | Toss refused; no money moved | tell the reader; allow a new attempt |
//! | [`Failure::Unknown`] | the outcome is unknown | not failed: query by order id, now and later |
//! | [`Failure::SessionGone`] | expired, or not (yet) known to Toss | query, then fail; see [`Gone`] |
//! | [`Failure::OurFault`] | an invalid key or a malformed call | alarm; do not blame the card |
//! | [`CancelFailure::AlreadyDone`] | cancelled already | success, if the balance agrees |
//! | [`CancelFailure::Refused`] | Toss refuses this cancel | a person has to decide |
//! | [`CancelFailure::Later`] | too soon after the last cancel | retry later with the same key |
//! | [`CancelFailure::Unknown`] | the outcome is unknown | query, then retry with the same key |
//! | [`CancelFailure::OurFault`] | an invalid key or a malformed call | alarm |
//!
//! A code that is not listed is *unknown*: a mistake in this direction costs a query, a mistake in
//! the other direction costs a reader's money.
//!
//! `Debug` of everything here is safe for a log: secrets and personal data are
//! [`Sensitive`](domain::base::sensitive::Sensitive).

mod client;
mod failure;
mod key;
mod payment;
mod status;
mod wire;

pub use client::{
    Cancel, Client, Confirm, RefundAccount, Settings, SettingsError, Timeouts, VirtualAccountOrder,
};
pub use failure::{CancelFailure, Doubt, Failure, Gone, Rejection};
pub use key::{IdempotencyKey, KeyError};
pub use payment::{
    Cancelled, Card, NotPaid, Payment, Reason, Receipt, Transaction, VirtualAccount,
};
pub use status::Status;
