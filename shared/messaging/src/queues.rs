//! The queues of the dispatch pipeline.

use std::collections::HashMap;

use aws_sdk_sqs::{
    Client,
    types::{MessageAttributeValue, SendMessageBatchRequestEntry},
};
use domain::{
    base::id::MessageId,
    order::message::{Message, Queue},
};
use platform::{Misconfigured, Platform};
use thiserror::Error;

/// SQS takes at most ten messages a call.
const BATCH: usize = 10;

/// The attribute of a message that `sweep` sends again.
pub(crate) const SENT_AGAIN: &str = "sent-again";

/// Who sends a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sending {
    /// `relay`, from the stream, or the owner.
    First,
    /// `sweep`, because it was not handled in time.
    Again,
}

/// The queues.
#[derive(Debug, Clone)]
pub struct Queues {
    client: Client,
    urls: HashMap<Queue, String>,
}

/// A message that SQS did not take.
#[derive(Debug, Error)]
#[error("SQS did not take the message {id}: {why}")]
pub struct NotSent {
    /// The message.
    pub id: MessageId,
    /// SQS's reason.
    pub why: String,
}

impl Queues {
    /// The queues whose URLs are in `QUEUE_CHOOSE`, `QUEUE_PACK`, `QUEUE_SHIP` and
    /// `QUEUE_NOTIFY`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let urls = Queue::ALL
            .into_iter()
            .map(|queue| {
                let variable = format!("QUEUE_{}", queue.name().to_uppercase());
                Ok((queue, platform.environment.required(&variable)?.to_owned()))
            })
            .collect::<Result<_, Misconfigured>>()?;
        Ok(Self { client: Client::new(&platform.sdk), urls })
    }

    /// Sends each message to its queue, in batches, and returns those that SQS did not take: a
    /// batch answers 200 even if it refuses some of its entries.
    pub async fn send(&self, messages: &[Message], sending: Sending) -> Vec<NotSent> {
        let mut not_sent = Vec::new();
        for queue in Queue::ALL {
            let of_queue: Vec<&Message> =
                messages.iter().filter(|message| message.task.queue() == queue).collect();
            for batch in of_queue.chunks(BATCH) {
                self.send_batch(queue, batch, sending, &mut not_sent).await;
            }
        }
        not_sent
    }

    async fn send_batch(
        &self,
        queue: Queue,
        batch: &[&Message],
        sending: Sending,
        not_sent: &mut Vec<NotSent>,
    ) {
        let again = match sending {
            Sending::First => None,
            Sending::Again => {
                let yes = MessageAttributeValue::builder().data_type("String").string_value("yes");
                yes.build().ok().map(|yes| HashMap::from([(SENT_AGAIN.to_owned(), yes)]))
            }
        };
        let mut entries = Vec::with_capacity(batch.len());
        for (place, message) in batch.iter().enumerate() {
            let entry =
                serde_json::to_string(message).map_err(|why| why.to_string()).and_then(|body| {
                    SendMessageBatchRequestEntry::builder()
                        .id(place.to_string())
                        .message_body(body)
                        .set_message_attributes(again.clone())
                        .build()
                        .map_err(|why| why.to_string())
                });
            match entry {
                Ok(entry) => entries.push(entry),
                Err(why) => not_sent.push(NotSent { id: message.id, why }),
            }
        }
        let url = self.urls.get(&queue).cloned().unwrap_or_default();
        let answer =
            self.client.send_message_batch().queue_url(url).set_entries(Some(entries)).send().await;
        match answer {
            Ok(answer) => not_sent.extend(answer.failed.iter().filter_map(|failed| {
                let message = failed.id.parse::<usize>().ok().and_then(|place| batch.get(place))?;
                Some(NotSent {
                    id: message.id,
                    why: failed.message.clone().unwrap_or_else(|| failed.code.clone()),
                })
            })),
            Err(error) => {
                let why = platform::why(&error);
                not_sent.extend(
                    batch.iter().map(|message| NotSent { id: message.id, why: why.clone() }),
                );
            }
        }
    }
}
