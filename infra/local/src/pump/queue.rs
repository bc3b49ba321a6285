//! Delivers a queue to a function: batches, partial failures, redrive.

use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::batch::{Verdict, verdict};
use super::{Fault, World};
use crate::filter;
use crate::queue::{Message, md5_hex, system_attributes};
use crate::template::{Names, QueueSource};

/// An SQS event source mapping.
#[derive(Debug)]
pub(super) struct QueuePump {
    function: String,
    source: QueueSource,
}

impl QueuePump {
    pub(super) fn new(function: &str, source: &QueueSource) -> Self {
        Self { function: function.to_owned(), source: source.clone() }
    }

    pub(super) fn next_due(&self, world: &World) -> Result<Option<Timestamp>, Fault> {
        Ok(world.queues.next_due(&self.source.queue)?)
    }

    /// Receives a batch, invokes the function, deletes the messages that are done. A failed message
    /// becomes visible again after its visibility timeout.
    pub(super) async fn step(&self, world: &World) -> Result<bool, Fault> {
        let queue = &self.source.queue;
        let received = world.queues.receive(queue, self.source.batch_size, None)?;
        if received.messages.is_empty() {
            return Ok(received.moved > 0);
        }
        let mut batch = Vec::new();
        let mut records = Vec::new();
        for message in received.messages {
            let record = record(&message, queue, &world.names);
            if filter::passes(&self.source.filters, &for_filter(&record)) {
                batch.push(message);
                records.push(record);
            } else {
                world.queues.delete(queue, &message.receipt)?;
            }
        }
        if batch.is_empty() {
            return Ok(true);
        }
        let known: Vec<&str> = batch.iter().map(|m| m.id.as_str()).collect();
        let answer =
            world.functions.invoke(&self.function, json!({ "Records": records }), None).await;
        let fate = match answer {
            Ok(answer) => verdict(&answer, self.source.reports_failures, &known),
            Err(_) => Verdict::Failed,
        };
        for message in &batch {
            let done = match &fate {
                Verdict::Done => true,
                Verdict::Failed => false,
                Verdict::Partly(failed) => !failed.contains(&message.id),
            };
            if done {
                world.queues.delete(queue, &message.receipt)?;
            }
        }
        Ok(true)
    }
}

fn record(message: &Message, queue: &str, names: &Names) -> Json {
    let attributes: Map<String, Json> = message
        .attributes
        .iter()
        .map(|(name, value)| {
            let part = |key: &str| value.get(key).cloned().unwrap_or_default();
            let mut out =
                json!({ "dataType": part("DataType"), "stringListValues": [], "binaryListValues": [] });
            if let Some(map) = out.as_object_mut() {
                for (ours, theirs) in [("stringValue", "StringValue"), ("binaryValue", "BinaryValue")] {
                    if !part(theirs).is_null() {
                        map.insert(ours.into(), part(theirs));
                    }
                }
            }
            (name.clone(), out)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": system_attributes(message),
        "messageAttributes": attributes,
        "md5OfBody": md5_hex(&message.body),
        "eventSource": "aws:sqs",
        "eventSourceARN": queue,
        "awsRegion": names.region,
    })
}

/// The record with its body parsed, because filters look into a JSON body.
fn for_filter(record: &Json) -> Json {
    let mut record = record.clone();
    let parsed =
        record.get("body").and_then(Json::as_str).and_then(|body| serde_json::from_str(body).ok());
    if let (Some(parsed), Some(map)) = (parsed, record.as_object_mut()) {
        map.insert("body".into(), parsed);
    }
    record
}
