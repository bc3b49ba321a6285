//! The batch loop: turns a queue's records into messages, and failures into `batchItemFailures`.

use std::{future::Future, sync::Arc};

use aws_lambda_events::event::sqs::{SqsBatchResponse, SqsEvent};
use domain::order::message::Message;
use lambda_runtime::{Error, LambdaEvent, Service};
use platform::{Init, Platform};
use serde::de::DeserializeOwned;
use store::{StoreError, WriteError};
use thiserror::Error as ThisError;

use crate::{Run, on_event};

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
/// The answer names the records to be delivered again (`ReportBatchItemFailures`).
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
    T: DeserializeOwned + Send + 'static,
    H: Fn(Arc<R>, Delivery<T>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<(), Failure>> + Send + 'static,
{
    on_event(platform, move |room: Arc<R>, event: SqsEvent| {
        let handle = handle.clone();
        async move {
            let mut answer = SqsBatchResponse::default();
            for record in event.records {
                let record_id = record.message_id.unwrap_or_default();
                let receipt = record.receipt_handle.unwrap_or_default();
                let handled = match read(record.body.as_deref()) {
                    // Boxed: avoids the type-depth limit.
                    Ok(message) => {
                        let delivery = Delivery { message, receipt };
                        Box::pin(handle(Arc::clone(&room), delivery)).await
                    }
                    Err(poison) => Err(poison),
                };
                match handled {
                    Ok(()) => {}
                    Err(Failure::Again(why)) => {
                        tracing::warn!(record.id = %record_id, error.message = %why, "message will be retried");
                        answer.add_failure(record_id);
                    }
                    Err(Failure::Poison(why)) => {
                        tracing::error!(record.id = %record_id, error.message = %why, "message cannot be handled");
                        answer.add_failure(record_id);
                    }
                }
            }
            Ok(answer)
        }
    })
}

fn read<T: DeserializeOwned>(body: Option<&str>) -> Result<T, Failure> {
    // serde's reason names fields and positions, never values.
    serde_json::from_str(body.unwrap_or_default())
        .map_err(|why| Failure::Poison(format!("the body is not a message: {why}")))
}
