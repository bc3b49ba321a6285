//! The shop's keys: HMAC-SHA-256 signatures (RFC 2104) of session cookies, tickets to single pages,
//! links with such a ticket and the codes of the owner's calls; keyed digests of what the table must
//! not tell; bookmarks. Functions that only make links depend on this crate and not on the one that
//! renders pages.
//!
//! | module | what it holds |
//! |---|---|
//! | `secrets` | the text of the secrets, and a key for each purpose |
//! | `keys` | what is signed and digested |
//! | `links` | links with tickets |
//! | `holder` | the keys of a warm function, read again from time to time |
//!
//! Errors: [`InvalidSignature`] is the caller's to answer (403 or 404). [`Keys::open`] and
//! [`Links::open`] fail with [`platform::InitError`] if the configuration is incomplete.
//!
//! Signatures are compared by `ring::hmac::verify`, which runs in constant time, so no further
//! crate is needed for that.

mod holder;
mod keys;
mod links;
mod secrets;

use platform::{InitError, Platform};

pub use holder::KeyHolder;
pub use keys::{InvalidSignature, Keys, TICKET};
pub use links::Links;
pub use secrets::MalformedKeys;

impl Keys {
    /// Reads the keys from the parameter that `SESSION_KEY_NAME` names.
    ///
    /// # Errors
    ///
    /// The variable is missing, or the keys cannot be read.
    pub async fn open(platform: &Platform) -> Result<Self, InitError> {
        let text = platform.secret("SESSION_KEY_NAME").await?;
        Self::read(text.reveal())
            .map_err(|why| InitError::Other(format!("SESSION_KEY_NAME: {why}")))
    }
}
