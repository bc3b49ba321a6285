//! Signed links: the addresses of pages that no session opens.

use jiff::Timestamp;
use platform::{InitError, Platform};

use crate::Seal;

/// Makes links that are good until one instant.
pub struct Links {
    address: String,
    seal: Seal,
    until: Timestamp,
}

impl Links {
    /// Reads the shop's address (`PAGE_URL`) and its secret.
    ///
    /// # Errors
    ///
    /// What is not configured, or cannot be read.
    pub async fn open(platform: &Platform, until: Timestamp) -> Result<Self, InitError> {
        let address = platform.environment.required("PAGE_URL")?.to_owned();
        let key = platform.secret("SESSION_KEY_NAME").await?;
        Ok(Self { address, seal: Seal::new(key.reveal()), until })
    }

    /// The address of a page (`/slip/…`, with a query or without) and a ticket to it.
    pub fn to(&self, page: &str) -> String {
        let and = if page.contains('?') { '&' } else { '?' };
        format!("{}{page}{and}ticket={}", self.address, self.seal.ticket(page, self.until))
    }

    /// Until when they are good.
    pub const fn until(&self) -> Timestamp {
        self.until
    }
}
