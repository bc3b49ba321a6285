//! The client for Toss Payments' server API (v1, version 2022-11-16 and later).
//!
//! Money is moved by three calls, [`Client::confirm`], [`Client::cancel`] and
//! [`Client::virtual_account`], and looked at by three, [`Client::payment`],
//! [`Client::payment_of_order`] and [`Client::transactions`]. Nothing here retries: a call that moves money is repeated only by
//! the caller, with the [`IdempotencyKey`] it stored before the first try.
//!
//! # Which error goes where
//!
//! The status line alone says little (a wrong key is 400, a declined card is 403), so every answer
//! is sorted by its code:
//!
//! | value | what it means | what the caller does |
//! |---|---|---|
//! | [`Failure::Refused`] | Toss said no; no money moved | the payment failed, tell the reader, allow a new attempt |
//! | [`Failure::Unknown`] | nobody knows yet | never call it failed; ask by order id, now and later |
//! | [`Failure::SessionGone`] | the ten minutes are over, or Toss does not know the payment (yet) | ask first, then fail; see [`Gone`] |
//! | [`Failure::OurFault`] | a wrong key or a malformed call | alarm; do not blame the card |
//! | [`CancelFailure::AlreadyDone`] | it is cancelled already | success, if the balance agrees |
//! | [`CancelFailure::Refused`] | Toss will not cancel this | park it for a person |
//! | [`CancelFailure::Later`] | too soon after the last cancel | the same key again, later |
//! | [`CancelFailure::Unknown`] | nobody knows yet | ask, then the same key again |
//! | [`CancelFailure::OurFault`] | a wrong key or a malformed call | alarm |
//!
//! A code that is in none of our lists counts as *unknown*: a mistake in that direction costs a
//! question, a mistake in the other one costs a reader's money.
//!
//! `Debug` of everything here is fit for a log: secrets and personal data are [`Sensitive`](domain::base::sensitive::Sensitive).

mod back;
mod client;
mod failure;
mod key;
mod payment;
mod wire;

pub use back::{Approved, TurnedBack};
pub use client::{
    Cancel, Client, Confirm, RefundAccount, Settings, SettingsError, Timeouts, VirtualAccountOrder,
};
pub use failure::{CancelFailure, Doubt, Failure, Gone, Rejection};
pub use key::{IdempotencyKey, KeyError};
pub use payment::{
    Cancelled, Card, NotPaid, Payment, Reason, Receipt, Status, Transaction, VirtualAccount,
};
