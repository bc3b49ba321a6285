//! HMAC-SHA-256 signatures (RFC 2104) under the shop's secret: session cookies, tickets to single
//! pages, links with such a ticket, and bookmarks. Functions that only make links depend on this
//! crate and not on the one that renders pages.
//!
//! Errors: [`InvalidSignature`] is the caller's to answer (403 or 404). [`Links::open`] fails with
//! [`platform::InitError`] if the configuration is incomplete.
//!
//! Signatures are compared by `ring::hmac::verify`, which runs in constant time, so no further
//! crate is needed for that.

mod key;
mod links;

pub use key::{InvalidSignature, SigningKey};
pub use links::Links;
