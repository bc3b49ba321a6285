//! The topic of notices to readers. It carries no name, no address and no title.

use aws_sdk_sns::{Client, types::MessageAttributeValue};
use domain::{
    base::id::{MessageId, OrderId, VisitorId},
    order::{
        Order, letter,
        message::{Message, Notice},
    },
};
use jiff::Timestamp;
use platform::{Misconfigured, Platform};
use serde::{Deserialize, Serialize};
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

/// A notice for machines. Two with the same id are the same notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The outbox message that asked for it.
    pub id: MessageId,
    /// The reader. The id alone gives access to nothing.
    pub reader: VisitorId,
    /// `None` for a whisper and an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Its name in marks: [`Notice::name`], [`News::WHISPER`] or `answered`.
    pub notice: String,
    /// The text for people.
    pub text: String,
    /// When the step was taken that asked for it.
    pub at: Timestamp,
}

impl News {
    /// The name of a whisper.
    pub const WHISPER: &str = "whisper";

    /// Whether it is a whisper, which is sent at any hour because it was asked for.
    pub fn is_whisper(&self) -> bool {
        self.notice == Self::WHISPER
    }
}

impl Topic {
    /// The topic whose ARN is in `TOPIC_NOTICES`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: Client::new(&platform.sdk),
            arn: platform.environment.required("TOPIC_NOTICES")?.to_owned(),
        })
    }

    /// Publishes a notice about an order: text for people, and JSON for queue subscriptions.
    pub async fn publish(
        &self,
        message: &Message,
        notice: Notice,
        order: &Order,
    ) -> Result<(), NotPublished> {
        let text = letter::push(notice);
        let text = text.in_language(order.language);
        self.send(News {
            order: Some(order.id),
            ..news(message, order.visitor, notice.name(), text)
        })
        .await
    }

    /// Publishes a whisper: half a line of verse.
    pub async fn whisper(&self, message: &Message, half: &str) -> Result<(), NotPublished> {
        self.send(news(message, message.id.visitor(), News::WHISPER, half)).await
    }

    /// Publishes that the owner's answer is in the mailbox, in both languages: a letter has none.
    pub async fn answered(&self, message: &Message) -> Result<(), NotPublished> {
        self.send(news(message, message.id.visitor(), "answered", letter::ANSWERED)).await
    }

    async fn send(&self, news: News) -> Result<(), NotPublished> {
        let not_published = |why: String| NotPublished(why);
        let machine = serde_json::to_string(&news).map_err(|why| not_published(why.to_string()))?;
        let message = serde_json::json!({ "default": news.text, "sqs": machine }).to_string();
        // A subscription filters by it. The mailbox has the letter in any case.
        let channel = MessageAttributeValue::builder()
            .data_type("String")
            .string_value("push")
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
            .map_err(|error| not_published(platform::why(&error)))?;
        Ok(())
    }
}

fn news(message: &Message, reader: VisitorId, notice: &str, text: &str) -> News {
    News {
        id: message.id,
        reader,
        order: None,
        notice: notice.to_owned(),
        text: text.to_owned(),
        at: message.at,
    }
}
