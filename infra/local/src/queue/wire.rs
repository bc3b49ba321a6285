//! SQS's JSON protocol (`X-Amz-Target: AmazonSQS.<operation>`) over [`Queues`].

use std::collections::HashSet;
use std::time::Duration;

use serde_json::{Map, Value as Json, json};

use super::{MAX_BYTES, Message, Outgoing, QueueError, Queues, md5_hex, md5_of_attributes};
use crate::answer::Answer;
use crate::template::Queue;

type Result<T> = std::result::Result<T, QueueError>;

/// Answers one call.
pub(crate) async fn answer(queues: &Queues, operation: &str, body: &Json) -> Answer {
    match call(queues, operation, body).await {
        Ok(answer) => Answer::json(200, &answer),
        Err(error) => failure(&error),
    }
}

async fn call(queues: &Queues, operation: &str, body: &Json) -> Result<Json> {
    match operation {
        "SendMessage" => send(queues, queue_of(body)?, body),
        "SendMessageBatch" => send_batch(queues, body),
        "ReceiveMessage" => receive(queues, body).await,
        "DeleteMessage" => {
            queues.delete(queue_of(body)?, text(body, "ReceiptHandle")?)?;
            Ok(json!({}))
        }
        "DeleteMessageBatch" => batch(queues, body, |queue, entry| {
            queues.delete(queue, text(entry, "ReceiptHandle")?)?;
            Ok(Map::new())
        }),
        "ChangeMessageVisibility" => {
            change_visibility(queues, queue_of(body)?, body)?;
            Ok(json!({}))
        }
        "ChangeMessageVisibilityBatch" => batch(queues, body, |queue, entry| {
            change_visibility(queues, queue, entry)?;
            Ok(Map::new())
        }),
        "GetQueueUrl" => Ok(json!({ "QueueUrl": queues.find(text(body, "QueueName")?)?.url })),
        "GetQueueAttributes" => attributes(queues, body),
        "ListQueues" => {
            let prefix = body.get("QueueNamePrefix").and_then(Json::as_str).unwrap_or_default();
            let urls: Vec<&str> = queues
                .all()
                .filter(|q| q.name.starts_with(prefix))
                .map(|q| q.url.as_str())
                .collect();
            Ok(json!({ "QueueUrls": urls }))
        }
        "PurgeQueue" => {
            queues.purge(queue_of(body)?)?;
            Ok(json!({}))
        }
        "StartMessageMoveTask" => move_task(queues, body),
        other => Err(QueueError::Unsupported(other.to_owned())),
    }
}

fn send(queues: &Queues, queue: &str, body: &Json) -> Result<Json> {
    let message = outgoing(body)?;
    let id = queues.send(queue, &message)?;
    let mut sent = json!({ "MessageId": id, "MD5OfMessageBody": md5_hex(&message.body) });
    if let (Some(sum), Some(map)) = (md5_of_attributes(&message.attributes), sent.as_object_mut()) {
        map.insert("MD5OfMessageAttributes".into(), sum.into());
    }
    Ok(sent)
}

fn send_batch(queues: &Queues, body: &Json) -> Result<Json> {
    let bytes: usize =
        entries(body)?.iter().filter_map(|e| e.get("MessageBody")?.as_str()).map(str::len).sum();
    if bytes > MAX_BYTES {
        let what = format!(
            "Batch requests cannot be longer than {MAX_BYTES} bytes. You have sent {bytes} bytes."
        );
        return Err(QueueError::Batch("BatchRequestTooLong", what));
    }
    batch(queues, body, |queue, entry| match send(queues, queue, entry)? {
        Json::Object(sent) => Ok(sent),
        _ => Ok(Map::new()),
    })
}

/// Each entry fails or succeeds on its own, with HTTP 200; only a fault of the whole batch is an
/// error.
fn batch(
    queues: &Queues,
    body: &Json,
    mut each: impl FnMut(&str, &Json) -> Result<Map<String, Json>>,
) -> Result<Json> {
    let queue = &queues.find(queue_of(body)?)?.name;
    let mut seen = HashSet::new();
    for entry in entries(body)? {
        let id = text(entry, "Id")?;
        let well_formed =
            id.len() <= 80 && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if id.is_empty() || !well_formed {
            let what = "A batch entry id can only contain alphanumeric characters, hyphens and \
                        underscores. It can be at most 80 letters long.";
            return Err(QueueError::Batch("InvalidBatchEntryId", what.into()));
        }
        if !seen.insert(id) {
            return Err(QueueError::Batch(
                "BatchEntryIdsNotDistinct",
                format!("Id {id} repeated."),
            ));
        }
    }
    let (mut successful, mut failed) = (Vec::new(), Vec::new());
    for entry in entries(body)? {
        let id = text(entry, "Id")?;
        match each(queue, entry) {
            Ok(mut done) => {
                done.insert("Id".into(), id.into());
                successful.push(Json::Object(done));
            }
            Err(QueueError::Storage(error)) => return Err(error.into()),
            Err(error) => failed.push(json!({
                "Id": id,
                "Code": code(&error).1,
                "Message": error.to_string(),
                "SenderFault": true,
            })),
        }
    }
    Ok(json!({ "Successful": successful, "Failed": failed }))
}

fn entries(body: &Json) -> Result<&Vec<Json>> {
    let entries =
        body.get("Entries").and_then(Json::as_array).filter(|e| !e.is_empty()).ok_or_else(
            || {
                QueueError::Batch(
                    "EmptyBatchRequest",
                    "There should be at least one entry in the request.".into(),
                )
            },
        )?;
    if entries.len() > 10 {
        let what = format!(
            "Maximum number of entries per request are 10. You have sent {}.",
            entries.len()
        );
        return Err(QueueError::Batch("TooManyEntriesInBatchRequest", what));
    }
    Ok(entries)
}

/// Waits up to `WaitTimeSeconds` of real time for a message (long polling).
async fn receive(queues: &Queues, body: &Json) -> Result<Json> {
    let queue = queues.find(queue_of(body)?)?;
    let most = number(body, "MaxNumberOfMessages", 1, 10)?.unwrap_or(1);
    let visibility = number(body, "VisibilityTimeout", 0, 43_200)?;
    let wait = number(body, "WaitTimeSeconds", 0, 20)?.unwrap_or(0);
    let until = tokio::time::Instant::now() + Duration::from_secs(wait.into());
    let mut signal = queues.signal.subscribe();
    let messages = loop {
        let received =
            queues.receive(&queue.name, usize::try_from(most).unwrap_or(1), visibility)?.messages;
        if !received.is_empty() || tokio::time::timeout_at(until, signal.changed()).await.is_err() {
            break received;
        }
    };
    let wanted = |keys: [&str; 2]| -> HashSet<String> {
        let names = keys.iter().filter_map(|key| body.get(*key)?.as_array()).flatten();
        names.filter_map(Json::as_str).map(str::to_owned).collect()
    };
    let system = wanted(["AttributeNames", "MessageSystemAttributeNames"]);
    let own = wanted(["MessageAttributeNames", ""]);
    let messages: Vec<Json> = messages.iter().map(|m| message(m, &system, &own)).collect();
    Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
}

fn message(message: &Message, system: &HashSet<String>, own: &HashSet<String>) -> Json {
    let mut out = json!({
        "MessageId": message.id,
        "ReceiptHandle": message.receipt,
        "Body": message.body,
        "MD5OfBody": md5_hex(&message.body),
    });
    let has = |names: &HashSet<String>, name: &str| {
        names.iter().any(|n| {
            n == "All" || n == name || n.strip_suffix(".*").is_some_and(|p| name.starts_with(p))
        })
    };
    let Some(map) = out.as_object_mut() else { return out };
    let attributes: Map<String, Json> =
        system_attributes(message).into_iter().filter(|(name, _)| has(system, name)).collect();
    if !attributes.is_empty() {
        map.insert("Attributes".into(), Json::Object(attributes));
    }
    let attributes: Map<String, Json> = message
        .attributes
        .iter()
        .filter(|(name, _)| has(own, name))
        .map(|(n, v)| (n.clone(), v.clone()))
        .collect();
    if let Some(sum) = md5_of_attributes(&attributes) {
        map.insert("MD5OfMessageAttributes".into(), sum.into());
        map.insert("MessageAttributes".into(), Json::Object(attributes));
    }
    out
}

/// A message's system attributes under SQS's names, all as text.
pub(crate) fn system_attributes(message: &Message) -> Map<String, Json> {
    let mut out = Map::new();
    let mut put = |name: &str, value: String| out.insert(name.to_owned(), value.into());
    put("ApproximateReceiveCount", message.received.to_string());
    put("SentTimestamp", message.sent.as_millisecond().to_string());
    put("ApproximateFirstReceiveTimestamp", message.first_received.as_millisecond().to_string());
    put("SenderId", "AIDALOCALLOCALLOCAL00".into());
    if let Some(trace) = &message.trace {
        put("AWSTraceHeader", trace.clone());
    }
    if let Some(source) = &message.source {
        put("DeadLetterQueueSourceArn", source.clone());
    }
    out
}

fn change_visibility(queues: &Queues, queue: &str, body: &Json) -> Result<()> {
    let seconds = number(body, "VisibilityTimeout", 0, 43_200)?.ok_or_else(|| {
        QueueError::Parameter("The request must contain the parameter VisibilityTimeout.".into())
    })?;
    queues.change_visibility(queue, text(body, "ReceiptHandle")?, seconds)
}

fn attributes(queues: &Queues, body: &Json) -> Result<Json> {
    let queue = queues.find(queue_of(body)?)?;
    let depth = queues.depth(&queue.name)?;
    let mut all = settings(queue);
    for (name, count) in [
        ("ApproximateNumberOfMessages", depth.visible),
        ("ApproximateNumberOfMessagesNotVisible", depth.in_flight),
        ("ApproximateNumberOfMessagesDelayed", depth.delayed),
    ] {
        all.insert(name.into(), count.to_string().into());
    }
    let wanted: Vec<&str> = body
        .get("AttributeNames")
        .and_then(Json::as_array)
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .collect();
    all.retain(|name, _| wanted.contains(&"All") || wanted.contains(&name.as_str()));
    Ok(json!({ "Attributes": all }))
}

fn settings(queue: &Queue) -> Map<String, Json> {
    let mut out = Map::new();
    let mut put = |name: &str, value: String| out.insert(name.to_owned(), value.into());
    put("QueueArn", queue.arn.clone());
    put("VisibilityTimeout", queue.visibility.to_string());
    put("MessageRetentionPeriod", queue.retention.to_string());
    put("DelaySeconds", queue.delay.to_string());
    put("MaximumMessageSize", MAX_BYTES.to_string());
    put("ReceiveMessageWaitTimeSeconds", "0".into());
    if let Some(redrive) = &queue.redrive {
        let policy =
            json!({ "deadLetterTargetArn": redrive.target, "maxReceiveCount": redrive.receives });
        put("RedrivePolicy", policy.to_string());
    }
    out
}

/// The move is over when the call returns; SQS takes its time.
fn move_task(queues: &Queues, body: &Json) -> Result<Json> {
    let source = text(body, "SourceArn")?;
    let queue = queues.find(source)?;
    if queues.sources_of(&queue.arn).next().is_none() {
        let what = "Source queue must be configured as a Dead Letter Queue.";
        return Err(QueueError::Parameter(what.into()));
    }
    let moved = queues.redrive(source, body.get("DestinationArn").and_then(Json::as_str))?;
    tracing::info!(queue = %queue.name, moved, "dead letters moved back");
    Ok(json!({ "TaskHandle": super::id::uuid() }))
}

fn outgoing(body: &Json) -> Result<Outgoing> {
    let attributes = match body.get("MessageAttributes") {
        Some(Json::Object(map)) => map.clone(),
        _ => Map::new(),
    };
    Ok(Outgoing {
        body: body.get("MessageBody").and_then(Json::as_str).unwrap_or_default().to_owned(),
        attributes,
        trace: body
            .pointer("/MessageSystemAttributes/AWSTraceHeader/StringValue")
            .and_then(Json::as_str)
            .map(str::to_owned),
        delay: number(body, "DelaySeconds", 0, 900)?,
    })
}

fn queue_of(body: &Json) -> Result<&str> {
    text(body, "QueueUrl")
}

fn text<'a>(body: &'a Json, key: &str) -> Result<&'a str> {
    body.get(key).and_then(Json::as_str).ok_or_else(|| {
        QueueError::Parameter(format!("The request must contain the parameter {key}."))
    })
}

fn number(body: &Json, key: &str, low: u32, high: u32) -> Result<Option<u32>> {
    let Some(value) = body.get(key).filter(|v| !v.is_null()) else { return Ok(None) };
    let number = value.as_u64().and_then(|n| u32::try_from(n).ok());
    number.filter(|n| (low..=high).contains(n)).map(Some).ok_or_else(|| {
        QueueError::Parameter(format!(
            "Value {value} for parameter {key} is invalid. Reason: Must be between {low} and {high}, if provided."
        ))
    })
}

/// The shape's name in the JSON protocol, and the code SDKs show.
fn code(error: &QueueError) -> (&'static str, &'static str) {
    match error {
        QueueError::NoSuchQueue => ("QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue"),
        QueueError::BadReceipt => ("ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid"),
        QueueError::NotInFlight(_) => {
            ("MessageNotInflight", "AWS.SimpleQueueService.MessageNotInflight")
        }
        QueueError::Parameter(_) => ("InvalidParameterValueException", "InvalidParameterValue"),
        QueueError::Contents => ("InvalidMessageContents", "InvalidMessageContents"),
        QueueError::Unsupported(_) => {
            ("UnsupportedOperation", "AWS.SimpleQueueService.UnsupportedOperation")
        }
        QueueError::Storage(_) => ("InternalError", "InternalError"),
        QueueError::Batch("EmptyBatchRequest", _) => {
            ("EmptyBatchRequest", "AWS.SimpleQueueService.EmptyBatchRequest")
        }
        QueueError::Batch("InvalidBatchEntryId", _) => {
            ("InvalidBatchEntryId", "AWS.SimpleQueueService.InvalidBatchEntryId")
        }
        QueueError::Batch("BatchEntryIdsNotDistinct", _) => {
            ("BatchEntryIdsNotDistinct", "AWS.SimpleQueueService.BatchEntryIdsNotDistinct")
        }
        QueueError::Batch("BatchRequestTooLong", _) => {
            ("BatchRequestTooLong", "AWS.SimpleQueueService.BatchRequestTooLong")
        }
        QueueError::Batch(..) => {
            ("TooManyEntriesInBatchRequest", "AWS.SimpleQueueService.TooManyEntriesInBatchRequest")
        }
    }
}

fn failure(error: &QueueError) -> Answer {
    let (shape, code) = code(error);
    let ours = matches!(error, QueueError::Storage(_));
    let body =
        json!({ "__type": format!("com.amazonaws.sqs#{shape}"), "message": error.to_string() });
    Answer::json(if ours { 500 } else { 400 }, &body)
        .with("x-amzn-query-error", format!("{code};{}", if ours { "Receiver" } else { "Sender" }))
}
