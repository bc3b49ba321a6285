//! The topic on which the house rings. It carries no name, no address and no title.

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

/// What stands in a notice for machines: whom it is for, and which it is. Two with one id are one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct News {
    /// The message that asked for it.
    pub id: MessageId,
    /// Whom it is for. A number that says nothing, and opens nothing.
    pub reader: VisitorId,
    /// A whisper belongs to no order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order: Option<OrderId>,
    /// Its name in marks: [`Notice::name`], [`News::WHISPER`] or `answered`.
    pub notice: String,
    /// The words for people.
    pub text: String,
    /// When the step that asked was taken.
    pub at: Timestamp,
}

impl News {
    /// The name of a whisper.
    pub const WHISPER: &str = "whisper";

    /// Whether it was asked for and is told at any hour.
    pub fn is_whisper(&self) -> bool {
        self.notice == Self::WHISPER
    }
}

impl Topic {
    /// The topic whose ARN stands in `TOPIC_NOTICES`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        Ok(Self {
            client: Client::new(&platform.sdk),
            arn: platform.environment.required("TOPIC_NOTICES")?.to_owned(),
        })
    }

    /// Rings for an order: the words for people, and the same as JSON for what is subscribed by
    /// queue.
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

    /// Whispers half a line of verse.
    pub async fn whisper(&self, message: &Message, half: &str) -> Result<(), NotPublished> {
        self.send(news(message, message.id.visitor(), News::WHISPER, half)).await
    }

    /// Tells that the owner's answer lies in the mailbox, in both languages: a letter knows none.
    pub async fn answered(&self, message: &Message) -> Result<(), NotPublished> {
        self.send(news(message, message.id.visitor(), "answered", letter::ANSWERED)).await
    }

    async fn send(&self, news: News) -> Result<(), NotPublished> {
        let not_published = |why: String| NotPublished(why);
        let machine = serde_json::to_string(&news).map_err(|why| not_published(why.to_string()))?;
        let message = serde_json::json!({ "default": news.text, "sqs": machine }).to_string();
        // What goes to devices; a subscription filters by it. The mailbox has its twin in any case.
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
