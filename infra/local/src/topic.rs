//! SNS: records each publish and delivers it to the queues and functions that subscribe in the
//! template.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use crate::answer::Answer;
use crate::clock::Clock;
use crate::filter;
use crate::later::Later;
use crate::queue::{MAX_BYTES, Outgoing, Queues, uuid};
use crate::template::{Subscription, Template};

/// The largest message SNS takes.
const MAX_MESSAGE: usize = 262_144;

/// How many publishes are kept for tests.
const REMEMBERED: usize = 10_000;

/// One publish.
#[derive(Debug, Clone, PartialEq)]
pub struct Publish {
    /// The message id it was answered with.
    pub id: String,
    /// ARN of the topic (or endpoint, or the telephone number).
    pub target: String,
    /// The subject, if any.
    pub subject: Option<String>,
    /// The message; with `structure` = `json`, a JSON text by protocol.
    pub message: String,
    /// `MessageStructure`.
    pub structure: Option<String>,
    /// Message attributes in SQS's JSON form.
    pub attributes: Map<String, Json>,
    /// When it was published.
    pub at: Timestamp,
}

/// The topics of a system. Clones share them.
#[derive(Debug, Clone)]
pub struct Topics {
    known: Arc<[String]>,
    subscriptions: Arc<[Subscription]>,
    queues: Queues,
    later: Later,
    clock: Clock,
    log: Arc<Mutex<Vec<Publish>>>,
}

/// A refusal: status, SNS's error code, message.
type Refusal = (u16, &'static str, String);

impl Topics {
    pub(crate) fn new(template: &Template, queues: Queues, later: Later, clock: Clock) -> Self {
        Self {
            known: template.topics.values().map(|t| t.arn.clone()).collect(),
            subscriptions: template.subscriptions.iter().cloned().collect(),
            queues,
            later,
            clock,
            log: Arc::default(),
        }
    }

    /// Every publish so far, oldest first.
    pub fn published(&self) -> Vec<Publish> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Answers one call of the query protocol; `form` holds its fields in order.
    pub(crate) fn answer(&self, operation: &str, form: &[(String, String)]) -> Answer {
        let outcome = match operation {
            "Publish" => self.publish(form),
            other => Err((400, "InvalidAction", format!("the local run does not support {other}"))),
        };
        match outcome {
            Ok(id) => Answer::xml(
                200,
                format!(
                    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>{id}</MessageId></PublishResult><ResponseMetadata><RequestId>{}</RequestId></ResponseMetadata></PublishResponse>",
                    uuid()
                ),
            ),
            Err((status, code, message)) => refusal(status, code, &message),
        }
    }

    fn publish(&self, form: &[(String, String)]) -> Result<String, Refusal> {
        let invalid = |what: &str| (400, "InvalidParameter", format!("Invalid parameter: {what}"));
        let get = |key: &str| form.iter().find(|(k, _)| k == key).map(|(_, v)| v.clone());
        let target = get("TopicArn").or_else(|| get("TargetArn")).or_else(|| get("PhoneNumber"));
        let target = target.ok_or_else(|| {
            invalid("TopicArn or TargetArn Reason: no value for required parameter")
        })?;
        if target.starts_with("arn:")
            && !target.contains(":endpoint/")
            && !self.known.contains(&target)
        {
            return Err((404, "NotFound", "Topic does not exist".into()));
        }
        let message =
            get("Message").filter(|m| !m.is_empty()).ok_or_else(|| invalid("Empty message"))?;
        let attributes = attributes(form);
        if message.len() > MAX_MESSAGE {
            return Err(invalid("Message too long"));
        }
        let structure = get("MessageStructure");
        if structure.as_deref() == Some("json") {
            let parsed: Option<Json> = serde_json::from_str(&message).ok();
            if parsed.is_none_or(|p| p.get("default").and_then(Json::as_str).is_none()) {
                return Err(invalid("Message Structure - No default entry in JSON message body"));
            }
        }
        let subject = get("Subject");
        if subject
            .as_ref()
            .is_some_and(|s| s.is_empty() || s.chars().count() > 100 || !s.is_ascii())
        {
            return Err(invalid("Subject"));
        }
        let publish = Publish {
            id: uuid(),
            target,
            subject,
            message,
            structure,
            attributes,
            at: self.clock.now(),
        };
        self.fan_out(&publish)?;
        let id = publish.id.clone();
        tracing::info!(target = %publish.target, subject = publish.subject, "published");
        let mut log = self.log.lock().unwrap_or_else(PoisonError::into_inner);
        if log.len() >= REMEMBERED {
            log.remove(0);
        }
        log.push(publish);
        Ok(id)
    }

    fn fan_out(&self, publish: &Publish) -> Result<(), Refusal> {
        for subscription in self.subscriptions.iter().filter(|s| s.topic == publish.target) {
            let text = publish.text_for(&subscription.protocol);
            if !wanted(subscription, publish, &text) {
                continue;
            }
            let failed = |error: String| (500, "InternalError", error);
            match subscription.protocol.as_str() {
                "sqs" => {
                    let message = publish.for_queue(subscription, &text);
                    if message.body.len() > MAX_BYTES {
                        continue;
                    }
                    self.queues
                        .send(&subscription.endpoint, &message)
                        .map_err(|e| failed(e.to_string()))?;
                }
                "lambda" => {
                    let event = publish.for_function(subscription, &text);
                    self.later
                        .put(&subscription.endpoint, &event)
                        .map_err(|e| failed(e.to_string()))?;
                }
                // A local run sends no mail, text messages or HTTP requests.
                other => {
                    tracing::info!(protocol = other, endpoint = %subscription.endpoint, "not delivered locally");
                }
            }
        }
        Ok(())
    }
}

fn wanted(subscription: &Subscription, publish: &Publish, text: &str) -> bool {
    let Some(policy) = &subscription.filter else { return true };
    if subscription.filter_body {
        return serde_json::from_str(text)
            .is_ok_and(|body: Json| filter::matches(policy, Some(&body)));
    }
    let values: Map<String, Json> = publish
        .attributes
        .iter()
        .map(|(name, attribute)| {
            let text = attribute.get("StringValue").and_then(Json::as_str).unwrap_or_default();
            let plain = attribute.get("DataType").and_then(Json::as_str) == Some("String");
            let value = if plain {
                Json::from(text)
            } else {
                serde_json::from_str(text).unwrap_or(text.into())
            };
            (name.clone(), value)
        })
        .collect();
    filter::matches(policy, Some(&Json::Object(values)))
}

impl Publish {
    /// The message in the form for subscribers of a protocol.
    pub fn text_for(&self, protocol: &str) -> String {
        if self.structure.as_deref() != Some("json") {
            return self.message.clone();
        }
        let by_protocol: Json = serde_json::from_str(&self.message).unwrap_or_default();
        let text =
            by_protocol.get(protocol).or_else(|| by_protocol.get("default")).and_then(Json::as_str);
        text.unwrap_or_default().to_owned()
    }

    fn for_queue(&self, subscription: &Subscription, text: &str) -> Outgoing {
        if subscription.raw {
            return Outgoing {
                body: text.to_owned(),
                attributes: self.attributes.clone(),
                ..Outgoing::default()
            };
        }
        Outgoing::text(self.envelope(text).to_string())
    }

    fn for_function(&self, subscription: &Subscription, text: &str) -> Json {
        let mut sns = self.envelope(text);
        if let Some(map) = sns.as_object_mut() {
            // SNS spells these two differently for functions.
            for (queue, function) in
                [("SigningCertURL", "SigningCertUrl"), ("UnsubscribeURL", "UnsubscribeUrl")]
            {
                let value = map.remove(queue).unwrap_or_default();
                map.insert(function.into(), value);
            }
            map.entry("Subject").or_insert(Json::Null);
            map.entry("MessageAttributes").or_insert_with(|| json!({}));
        }
        json!({ "Records": [{
            "EventSource": "aws:sns",
            "EventVersion": "1.0",
            "EventSubscriptionArn": format!("{}:local-{}", self.target, subscription.protocol),
            "Sns": sns,
        }] })
    }

    fn envelope(&self, text: &str) -> Json {
        let attributes: BTreeMap<&String, Json> = self
            .attributes
            .iter()
            .map(|(name, value)| {
                let part = |key: &str| value.get(key).cloned();
                let shown = part("StringValue").or_else(|| part("BinaryValue"));
                (name, json!({ "Type": part("DataType"), "Value": shown }))
            })
            .collect();
        let mut out = json!({
            "Type": "Notification",
            "MessageId": self.id,
            "TopicArn": self.target,
            "Message": text,
            "Timestamp": format!("{:.3}", self.at),
            "SignatureVersion": "1",
            "Signature": "LOCAL",
            "SigningCertURL": "https://sns.local/cert.pem",
            "UnsubscribeURL": "https://sns.local/unsubscribe",
        });
        if let Some(map) = out.as_object_mut() {
            if let Some(subject) = &self.subject {
                map.insert("Subject".into(), subject.clone().into());
            }
            if !attributes.is_empty() {
                map.insert("MessageAttributes".into(), json!(attributes));
            }
        }
        out
    }
}

/// `MessageAttributes.entry.1.Name=kind&MessageAttributes.entry.1.Value.DataType=String&…` in SQS's
/// JSON form.
fn attributes(form: &[(String, String)]) -> Map<String, Json> {
    let mut entries: BTreeMap<&str, BTreeMap<&str, &str>> = BTreeMap::new();
    for (key, value) in form {
        if let Some((number, part)) =
            key.strip_prefix("MessageAttributes.entry.").and_then(|k| k.split_once('.'))
        {
            entries.entry(number).or_default().insert(part, value);
        }
    }
    let entry = |parts: BTreeMap<&str, &str>| {
        let mut value = Map::new();
        for key in ["DataType", "StringValue", "BinaryValue"] {
            if let Some(text) = parts.get(format!("Value.{key}").as_str()) {
                value.insert(key.into(), (*text).into());
            }
        }
        Some(((*parts.get("Name")?).to_owned(), Json::Object(value)))
    };
    entries.into_values().filter_map(entry).collect()
}

/// An error of the query protocol.
pub(crate) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    let escaped = message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let fault = if status < 500 { "Sender" } else { "Receiver" };
    Answer::xml(
        status,
        format!(
            "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>{fault}</Type><Code>{code}</Code><Message>{escaped}</Message></Error><RequestId>{}</RequestId></ErrorResponse>",
            uuid()
        ),
    )
}
