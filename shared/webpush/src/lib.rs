//! Web Push: a message is encrypted for one device (RFC 8291), signed by the house (RFC 8292) and
//! handed to the device's push service (RFC 8030). All of the cryptography is the TLS stack's own
//! crate. Nothing here retries, and nothing is kept.
//!
//! # Which answer goes where
//!
//! | value | what it means | what the caller does |
//! |---|---|---|
//! | [`Rung::Taken`] | the push service has it | done |
//! | [`Rung::Gone`] | the device is no more (404, 410), or what it gave as its key is none | forget it |
//! | [`Rung::Later`] | too many, broken, or no answer in time | again, not before it says |
//! | [`Rung::Refused`] | our signature, our encryption or our size is wrong | alarm; the device is not to blame |
//!
//! `Debug` of everything here is fit for a log: an endpoint shows its push service alone.

mod client;
mod encrypt;
mod vapid;

pub use client::{Client, LONGEST_TEXT, Message, Rung, Urgency};
pub use encrypt::{Cannot, encrypt};
pub use vapid::{NotAKey, Vapid};
