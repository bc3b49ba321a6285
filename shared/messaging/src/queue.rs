//! The batch loop: turns a queue's records into messages, and failures into `batchItemFailures`.

use std::{collections::HashMap, future::Future, sync::Arc, time::Duration};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent, SqsMessageAttribute};
use domain::order::message::Message;
use lambda_runtime::{Error, LambdaEvent, Service};
use platform::{Init, Platform};
use serde::de::DeserializeOwned;
use store::{StoreError, WriteError};
use thiserror::Error as ThisError;

use crate::{News, Run, on_event, queues::SENT_AGAIN};

/// No record but a batch's first is begun with less time left: the longest call of the table, which
/// ends after seven seconds (`platform`), and the answer.
const BEGIN_WITH: Duration = Duration::from_secs(8);

/// A record that has not ended so long before Lambda ends the function is dropped, as a crash would
/// drop it, and the answer names it. Without an answer the records that are done would come again.
/// A call to the provider ends three seconds before, with time to record what is known.
const ANSWER_BEFORE: Duration = Duration::from_secs(1);

/// A message that was not handled. Its neighbours are.
#[derive(Debug, ThisError)]
pub enum Failure {
    /// It may succeed later: the record stays on the queue.
    #[error("to be tried again: {0}")]
    Again(String),
    /// It can never succeed. SQS retries it until it moves it to the dead-letter queue; the log
    /// says why.
    #[error("cannot be handled: {0}")]
    Poison(String),
}

impl Failure {
    fn log(&self, record: &str) {
        match self {
            Self::Again(why) => {
                tracing::warn!(record.id = record, error.message = why, "message will be retried");
            }
            Self::Poison(why) => {
                tracing::error!(
                    record.id = record,
                    error.message = why,
                    "message cannot be handled"
                );
            }
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Again(error.to_string())
    }
}

impl From<WriteError> for Failure {
    fn from(error: WriteError) -> Self {
        Self::Again(error.to_string())
    }
}

/// Runs a queue's function on Lambda.
pub async fn run_queue<R, H, F>(name: &'static str, handle: H) -> Result<(), Error>
where
    R: Init,
    H: Fn(Arc<R>, Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    platform::log::start(name);
    lambda_runtime::run(queue::<R, _, _>(Platform::of_process()?, handle)).await
}

/// A queue's function as a service from batch to answer, for the local run and the tests.
pub fn queue<R, H, F>(
    platform: Platform,
    handle: H,
) -> impl Service<
    LambdaEvent<SqsEvent>,
    Response = SqsBatchResponse,
    Error = Error,
    Future = Run<SqsBatchResponse>,
> + Clone
+ Send
+ 'static
where
    R: Init,
    H: Fn(Arc<R>, Message) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    deliveries(platform, move |room, delivery: Delivery<Message>| handle(room, delivery.message))
}

/// What the log names while a message is handled.
pub trait Subject {
    /// The order that the message is about.
    fn order(&self) -> Option<String>;
    /// The message's id.
    fn message(&self) -> String;
}

impl Subject for Message {
    fn order(&self) -> Option<String> {
        Message::order(self).map(|order| order.to_string())
    }

    fn message(&self) -> String {
        self.id.to_string()
    }
}

impl Subject for News {
    fn order(&self) -> Option<String> {
        self.order.map(|order| order.to_string())
    }

    fn message(&self) -> String {
        self.id.to_string()
    }
}

/// One record of a queue.
#[derive(Debug)]
pub struct Delivery<T> {
    /// The message sent.
    pub message: T,
    /// The receipt handle, which names this delivery.
    pub receipt: String,
}

/// The same for a queue that carries something other than outbox messages, or for a handler that
/// changes a record's visibility.
///
/// Each record is read and handled on its own, so a bad body or an error affects no other record.
/// The answer names the records to be delivered again (`ReportBatchItemFailures`). It is given
/// before Lambda ends the function: a record that takes too long is dropped, later ones are not
/// begun.
pub fn deliveries<R, T, H, F>(
    platform: Platform,
    handle: H,
) -> impl Service<
    LambdaEvent<SqsEvent>,
    Response = SqsBatchResponse,
    Error = Error,
    Future = Run<SqsBatchResponse>,
> + Clone
+ Send
+ 'static
where
    R: Init,
    T: DeserializeOwned + Subject + Send + 'static,
    H: Fn(Arc<R>, Delivery<T>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    on_event(platform, move |room: Arc<R>, event: SqsEvent| {
        let handle = handle.clone();
        async move {
            let mut answer = SqsBatchResponse::default();
            let mut begun = false;
            for record in event.records {
                let receipt = record.receipt_handle.unwrap_or_default();
                let last = LastChance::of(&record.attributes, &record.message_attributes);
                let record_id = record.message_id.unwrap_or_default();
                let message: T = match read(record.body.as_deref()) {
                    Ok(message) => message,
                    Err(poison) => {
                        poison.log(&record_id);
                        answer.add_failure(record_id);
                        continue;
                    }
                };
                let (order, id) = (message.order(), message.message());
                let delivery = Delivery { message, receipt };
                // Boxed: avoids the type-depth limit.
                let handling = Box::pin(handle(Arc::clone(&room), delivery));
                let keep = platform::invocation::about(order, Some(id), async {
                    let outcome = if begun && !has_time() {
                        Err(Failure::Again("no time is left to begin".to_owned()))
                    } else {
                        begun = true;
                        in_time(handling).await
                    };
                    let Err(failure) = outcome else { return false };
                    failure.log(&record_id);
                    if last.ends_here() {
                        tracing::warn!(record.id = record_id, "message is left to the sweep");
                    }
                    !last.ends_here()
                });
                if keep.await {
                    answer.add_failure(record_id);
                }
            }
            Ok(answer)
        }
    })
}

/// Whether there is time to begin another record.
fn has_time() -> bool {
    platform::deadline::remaining().is_none_or(|left| left >= BEGIN_WITH)
}

/// Handles a record, as long as there is time.
async fn in_time(handling: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let done = platform::deadline::within(ANSWER_BEFORE, handling).await;
    done.unwrap_or_else(|| Err(Failure::Again("it did not end in time".to_owned())))
}

/// How often SQS delivers a message before it moves it to the dead letters: `maxReceiveCount` of
/// every queue in template.yaml.
pub const DELIVERIES: u32 = 5;

/// Whether a record that fails now would become a dead letter although its message has another way.
///
/// A message that `sweep` sends again has left a dead letter already, or will, and its outbox item
/// says when it is sent next. A record of it that fails for the last time ends, so that an outage
/// leaves one dead letter for each message, however long it lasts.
struct LastChance {
    sent_again: bool,
    deliveries: u32,
}

impl LastChance {
    fn of(
        attributes: &HashMap<String, String>,
        ours: &HashMap<String, SqsMessageAttribute>,
    ) -> Self {
        let deliveries = attributes.get("ApproximateReceiveCount");
        Self {
            sent_again: ours.contains_key(SENT_AGAIN),
            deliveries: deliveries.and_then(|count| count.parse().ok()).unwrap_or_default(),
        }
    }

    const fn ends_here(&self) -> bool {
        self.sent_again && self.deliveries >= DELIVERIES
    }
}

fn read<T: DeserializeOwned>(body: Option<&str>) -> Result<T, Failure> {
    // serde's reason names fields and positions, never values.
    serde_json::from_str(body.unwrap_or_default())
        .map_err(|why| Failure::Poison(format!("the body is not a message: {why}")))
}
