//! Signed links to pages that are opened without a session.

use jiff::Timestamp;
use platform::{InitError, Platform};

use crate::Keys;

/// Makes links that share one expiry.
pub struct Links {
    base_url: String,
    keys: Keys,
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
        Ok(Self { base_url, keys: Keys::open(platform).await?, expires })
    }

    /// The absolute address of a page with a ticket to read it; `page` is its path with its query.
    pub fn to(&self, page: &str) -> String {
        format!("{}{}", self.base_url, self.keys.page_with_ticket(page, self.expires))
    }

    /// When the links expire.
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }
}
