//! Web Push: encrypts a message for one device (RFC 8291), signs it with the shop's key (RFC 8292)
//! and sends it to the device's push service (RFC 8030). The cryptography is `ring`, which the TLS
//! stack brings anyway. Nothing here retries or stores anything.
//!
//! # Which answer goes where
//!
//! | value | what it means | what the caller does |
//! |---|---|---|
//! | [`PushOutcome::Accepted`] | the push service has accepted the message | done |
//! | [`PushOutcome::Gone`] | the subscription has ended (404, 410), or its key is invalid | delete it |
//! | [`PushOutcome::RetryLater`] | too many requests, server error, no answer | retry at the given time |
//! | [`PushOutcome::Rejected`] | our signature, encryption or size is wrong | alarm; keep the subscription |
//!
//! `Debug` of everything here is safe for a log: of an endpoint it shows only the push service.

mod client;
mod encrypt;
mod vapid;

pub use client::{Client, LONGEST_TEXT, Message, PushOutcome, Urgency};
pub use encrypt::{EncryptError, encrypt};
pub use vapid::{InvalidKey, Vapid};
