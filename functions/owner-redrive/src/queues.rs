//! The queues with dead letters, on SQS.

use admin::AdminError;
pub(crate) use aws_sdk_sqs::types::Message as Record;
use aws_sdk_sqs::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
    types::QueueAttributeName,
};
use domain::order::message::Queue;
use platform::Platform;
use store::StoreError;

/// SQS returns at most ten messages per call.
const BATCH: i32 = 10;

/// Most messages of one queue that are shown or sent back in one call.
pub(crate) const MOST: usize = 50;

/// For how long a received message stays invisible, in seconds: longer than the function may run.
const VISIBILITY_TIMEOUT: i32 = 60;

/// The names of the queues with dead letters: those of the outbox, and that of the push messages.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    Queue::ALL.map(Queue::name).into_iter().chain(["push"])
}

/// What the owner calls the work of a queue.
pub(crate) fn title(name: &str) -> &str {
    match name {
        "choose" => "책 고르기",
        "pack" => "포장 준비",
        "ship" => "부치기",
        "refund" => "환불",
        "notify" => "소식 쓰기",
        "push" => "기기에 알리기",
        other => other,
    }
}

/// A queue and its dead-letter queue, by their URLs.
pub(crate) struct QueuePair {
    pub(crate) name: &'static str,
    url: String,
    dead: String,
}

/// About how many dead letters a queue has.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Count {
    /// That can be received.
    pub(crate) waiting: usize,
    /// That a call has received a moment ago.
    pub(crate) in_flight: usize,
}

/// The queues, and the client that reaches them.
pub(crate) struct Queues {
    client: Client,
    all: Vec<QueuePair>,
}

impl Queues {
    pub(crate) fn open(platform: &Platform) -> Result<Self, AdminError> {
        let all = names().map(|name| {
            let url = |kind: &str| {
                let variable = format!("{kind}_{}", name.to_uppercase());
                let url = platform.environment.required(&variable).map(ToOwned::to_owned);
                url.map_err(|error| AdminError::InitError(error.into()))
            };
            Ok(QueuePair { name, url: url("QUEUE")?, dead: url("DEAD")? })
        });
        let all = all.collect::<Result<_, AdminError>>()?;
        Ok(Self { client: Client::new(&platform.sdk), all })
    }

    pub(crate) fn all(&self) -> &[QueuePair] {
        &self.all
    }

    /// About how many dead letters a queue has: those that wait, and those that a call has received
    /// and not put back yet.
    pub(crate) async fn count(&self, queue: &QueuePair) -> Result<Count, AdminError> {
        let waiting = QueueAttributeName::ApproximateNumberOfMessages;
        let in_flight = QueueAttributeName::ApproximateNumberOfMessagesNotVisible;
        let answer = self
            .client
            .get_queue_attributes()
            .queue_url(&queue.dead)
            .attribute_names(waiting.clone())
            .attribute_names(in_flight.clone())
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        let all = answer.attributes.unwrap_or_default();
        let count = |name| all.get(name).and_then(|count| count.parse().ok()).unwrap_or_default();
        Ok(Count { waiting: count(&waiting), in_flight: count(&in_flight) })
    }

    /// The dead letters, at most [`MOST`] and some. All are received before the first one is put back,
    /// so that none is received twice.
    pub(crate) async fn take(&self, queue: &QueuePair) -> Result<Vec<Record>, AdminError> {
        let mut records = Vec::new();
        while records.len() < MOST {
            let mut received = self.receive(&queue.dead).await?;
            if received.is_empty() {
                break;
            }
            records.append(&mut received);
        }
        Ok(records)
    }

    /// Lets a dead letter that was taken be received again.
    pub(crate) async fn put_back(
        &self,
        queue: &QueuePair,
        record: &Record,
    ) -> Result<(), AdminError> {
        self.client
            .change_message_visibility()
            .queue_url(&queue.dead)
            .receipt_handle(record.receipt_handle().unwrap_or_default())
            .visibility_timeout(0)
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(())
    }

    /// Deletes a dead letter that was taken.
    pub(crate) async fn delete(
        &self,
        queue: &QueuePair,
        record: &Record,
    ) -> Result<(), AdminError> {
        self.client
            .delete_message()
            .queue_url(&queue.dead)
            .receipt_handle(record.receipt_handle().unwrap_or_default())
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(())
    }

    /// Sends a dead letter back to its queue. It is sent before it is deleted: a call that breaks off
    /// sends it twice rather than never.
    pub(crate) async fn send_back(
        &self,
        queue: &QueuePair,
        record: &Record,
    ) -> Result<(), AdminError> {
        self.client
            .send_message()
            .queue_url(&queue.url)
            .message_body(record.body().unwrap_or_default())
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        self.delete(queue, record).await
    }

    async fn receive(&self, url: &str) -> Result<Vec<Record>, AdminError> {
        let answer = self
            .client
            .receive_message()
            .queue_url(url)
            .max_number_of_messages(BATCH)
            .visibility_timeout(VISIBILITY_TIMEOUT)
            .send()
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(answer.messages.unwrap_or_default())
    }
}

fn unavailable<E, R>(error: &SdkError<E, R>) -> AdminError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    StoreError::Unavailable(format!("SQS: {}", platform::why(error))).into()
}
