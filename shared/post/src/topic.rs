//! The topic on which the house rings. It carries no name, no address and no title.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use cloud::{Cloud, Misconfigured};
use house::{id::MessageId, letter, task::Notice, text::Language};
use serde::Serialize;
use thiserror::Error;

/// The topic of notices to readers.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

/// A notice that SNS did not take.
#[derive(Debug, Error)]
#[error("SNS did not take the notice: {0}")]
pub struct NotPublished(String);

impl NotPublished {
    pub(crate) const fn new(why: String) -> Self {
        Self(why)
    }
}

/// What stands in a notice for machines.
#[derive(Serialize)]
struct Machine<'a> {
    id: String,
    /// A whisper belongs to no order.
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    notice: &'static str,
    text: &'a str,
}

impl Topic {
    /// The topic whose ARN stands in `TOPIC_NOTICES`.
    pub fn open(cloud: &Cloud) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: Client::new(&cloud.sdk),
            arn: cloud.environment.required("TOPIC_NOTICES")?.to_owned(),
        })
    }

    /// Rings: the words for people, and the same as JSON for what is subscribed by queue.
    pub async fn publish(
        &self,
        id: MessageId,
        notice: Notice,
        language: Language,
    ) -> Result<(), NotPublished> {
        let text = letter::push(notice);
        let text = text.in_language(language);
        let order = Some(id.order.to_string());
        self.send(Machine { id: id.to_string(), order, notice: notice.name(), text }).await
    }

    /// Whispers half a line of verse.
    pub async fn whisper(&self, id: MessageId, half: &str) -> Result<(), NotPublished> {
        self.send(Machine { id: id.to_string(), order: None, notice: "whisper", text: half }).await
    }

    /// Tells that the owner's answer lies in the mailbox, in both languages: a letter knows none.
    pub async fn answered(&self, id: MessageId) -> Result<(), NotPublished> {
        let text = letter::ANSWERED;
        self.send(Machine { id: id.to_string(), order: None, notice: "answered", text }).await
    }

    async fn send(&self, machine: Machine<'_>) -> Result<(), NotPublished> {
        let not_published = |why: String| NotPublished(why);
        let text = machine.text;
        let machine = serde_json::to_string(&machine).map_err(|why| not_published(why.to_string()))?;
        let message = serde_json::json!({ "default": text, "sqs": machine }).to_string();
        let channel = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("mailbox")
            .build()
            .map_err(|why| not_published(why.to_string()))?;
        self.client
            .publish()
            .topic_arn(&self.arn)
            .message_structure("json")
            .message(message)
            .message_attributes("channel", channel)
            .send()
            .await
            .map_err(|error| not_published(cloud::why(&error)))?;
        Ok(())
    }
}
