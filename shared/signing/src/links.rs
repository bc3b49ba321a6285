//! Signed links to pages that are opened without a session.

use jiff::Timestamp;
use platform::{InitError, Platform};

use crate::SigningKey;

/// Makes links that share one expiry.
pub struct Links {
    base_url: String,
    key: SigningKey,
    expires: Timestamp,
}

impl Links {
    /// Reads the shop's address (`PAGE_URL`) and its secret.
    ///
    /// # Errors
    ///
    /// A variable is missing or the secret cannot be read.
    pub async fn open(platform: &Platform, expires: Timestamp) -> Result<Self, InitError> {
        let base_url = platform.environment.required("PAGE_URL")?.to_owned();
        let secret = platform.secret("SESSION_KEY_NAME").await?;
        Ok(Self { base_url, key: SigningKey::new(secret.reveal()), expires })
    }

    /// The absolute address of a page with its ticket. `page` is a path such as `/slip/…`, with or
    /// without a query; the ticket signs all of it.
    pub fn to(&self, page: &str) -> String {
        let separator = if page.contains('?') { '&' } else { '?' };
        let ticket = self.key.ticket(page, self.expires);
        format!("{}{page}{separator}ticket={ticket}", self.base_url)
    }

    /// When the links expire.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }
}
