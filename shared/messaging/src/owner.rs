//! The topic of notices to the owner. They contain no personal data.

use aws_sdk_sns::Client;
use platform::{Misconfigured, Platform};

use crate::NotPublished;

/// The topic of notices to the owner.
#[derive(Debug, Clone)]
pub struct OwnerBell {
    client: Client,
    arn: String,
}

impl OwnerBell {
    /// The topic whose ARN is in `TOPIC_OWNER`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let arn = platform.environment.required("TOPIC_OWNER")?.to_owned();
        Ok(Self { client: Client::new(&platform.sdk), arn })
    }

    /// Publishes a text.
    pub async fn tell(&self, text: &str) -> Result<(), NotPublished> {
        let sent = self.client.publish().topic_arn(&self.arn).message(text).send().await;
        sent.map(drop).map_err(|error| NotPublished::new(platform::why(&error)))
    }
}
