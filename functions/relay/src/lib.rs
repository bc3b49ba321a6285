//! Carries the outbox from the table's stream to the queues. A message that SQS does not take is
//! reported as a failure, and the stream delivers again from there. `sweep` sends what the stream
//! loses.

use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::{DynamoDbBatchItemFailure, DynamoDbEventResponse};
use domain::order::message::Message;
use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{
    Queues, Run, Sending, on_event,
    outbox::{self, Record},
};
use platform::{Init, InitError, Platform};

struct Relay {
    queues: Queues,
}

impl Init for Relay {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { queues: Queues::open(platform)? })
    }
}

/// The relay as a service from a batch of the stream to its failures.
pub fn function(
    platform: Platform,
) -> impl Service<
    LambdaEvent<Event>,
    Response = DynamoDbEventResponse,
    Error = Error,
    Future = Run<DynamoDbEventResponse>,
> + Clone
+ Send
+ 'static {
    on_event(platform, |relay: Arc<Relay>, event: Event| async move {
        Ok(handle(&relay.queues, &event.records).await)
    })
}

/// Sends the messages among the records. The answer names the first record whose message was not
/// sent: Lambda delivers the stream again from that record on.
async fn handle(queues: &Queues, records: &[EventRecord]) -> DynamoDbEventResponse {
    let mut sequence_numbers = Vec::new();
    let mut messages: Vec<Message> = Vec::new();
    for record in records {
        match outbox::read(record) {
            Record::Message(message) => {
                sequence_numbers.push(record.change.sequence_number.clone().unwrap_or_default());
                messages.push(message);
            }
            Record::Other => {}
            Record::Unreadable(why) => {
                tracing::error!(error.message = %why, "outbox message cannot be read");
            }
        }
    }
    let not_sent = queues.send(&messages, Sending::First).await;
    for failure in &not_sent {
        tracing::warn!(message.id = %failure.id, error.message = %failure.why, "message not sent");
    }
    let first = messages
        .iter()
        .zip(sequence_numbers)
        .find(|(message, _)| not_sent.iter().any(|failure| failure.id == message.id))
        .map(|(_, sequence_number)| sequence_number);
    let mut response = DynamoDbEventResponse::default();
    response.batch_item_failures.extend(first.map(|sequence_number| {
        let mut failure = DynamoDbBatchItemFailure::default();
        failure.item_identifier = Some(sequence_number);
        failure
    }));
    response
}
