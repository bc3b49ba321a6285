//! Handles the messages of the queue `skeleton-queue`.
//!
//! SQS delivers a message at least once, so handling must be idempotent. A failed message is
//! delivered again; after five deliveries it goes to the dead letters.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{Delivery, Failure, SqsBatchResponse, SqsEvent, Subject};
use platform::{Init, InitError, Platform};
use serde::Deserialize;
use store::Store;

/// A message of the queue.
#[derive(Debug, Clone, Deserialize)]
pub struct Task {
    /// Identifies the message, however often it is delivered.
    pub id: String,
}

impl Subject for Task {
    fn order(&self) -> Option<String> {
        None
    }

    fn message(&self) -> String {
        self.id.clone()
    }
}

/// The clients of one warm environment.
#[derive(Debug)]
pub struct Worker {
    #[expect(dead_code, reason = "nothing is read yet")]
    store: Store,
}

impl Init for Worker {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)? })
    }
}

/// The function as a service from batch to answer.
pub fn function(
    platform: Platform,
) -> impl Service<
    LambdaEvent<SqsEvent>,
    Response = SqsBatchResponse,
    Error = Error,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static {
    messaging::deliveries(platform, handle)
}

/// Handles one message.
pub async fn handle(_worker: Arc<Worker>, delivery: Delivery<Task>) -> Result<(), Failure> {
    tracing::info!(message.id = %delivery.message.id, "message handled");
    Ok(())
}
