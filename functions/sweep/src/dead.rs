//! Counts what lies in the queues of dead letters. One metric of the shop's own costs an eighth of an
//! alarm on the queues' metrics.

use aws_sdk_sqs::{Client, types::QueueAttributeName};
use futures_util::future;
use platform::{
    Misconfigured, Platform,
    metrics::{self, Metric},
};

/// The queues of dead letters.
pub(crate) struct DeadLetters {
    client: Client,
    urls: Vec<String>,
}

impl DeadLetters {
    /// The queues whose URLs are in `DEAD_LETTERS`, with spaces between them.
    pub(crate) fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let urls = platform.environment.required("DEAD_LETTERS")?;
        let urls = urls.split_whitespace().map(ToOwned::to_owned).collect();
        Ok(Self { client: Client::new(&platform.sdk), urls })
    }

    /// Counts them, as a metric too if there are any. A queue that does not answer counts as empty:
    /// the next run is five minutes later.
    pub(crate) async fn count(&self) -> u64 {
        let all: u64 =
            future::join_all(self.urls.iter().map(|url| self.of(url))).await.iter().sum();
        if all > 0 {
            metrics::count(Metric::DeadLetters, all);
        }
        all
    }

    async fn of(&self, url: &str) -> u64 {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let asked = self.client.get_queue_attributes().queue_url(url);
        match asked.attribute_names(waiting.clone()).send().await {
            Ok(answer) => {
                let count = answer.attributes.unwrap_or_default().remove(&waiting);
                count.and_then(|count| count.parse().ok()).unwrap_or_default()
            }
            Err(error) => {
                let why = aws_sdk_sqs::error::DisplayErrorContext(&error);
                tracing::warn!(queue = url, error.message = %why, "dead letters not counted");
                0
            }
        }
    }
}
