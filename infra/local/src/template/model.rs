//! The typed model of a resolved template.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::schedule::Schedule;

/// A template parameter and the value it has here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parameter {
    /// Its `Type`, for example `String`.
    pub kind: String,
    /// Its `Description`, empty when it has none.
    pub description: String,
    /// Its `Default`.
    pub default: Option<String>,
    /// Its `AllowedValues`, empty when anything goes.
    pub allowed: Vec<String>,
    /// The override if there is one, else the default.
    pub value: String,
}

/// A function (`AWS::Serverless::Function`).
#[derive(Debug, Clone)]
pub struct Lambda {
    /// The folder and binary name: the last part of `CodeUri`, else the logical id in kebab case.
    pub name: String,
    /// The key under `Resources`.
    pub logical_id: String,
    /// `FunctionName`, else a generated name.
    pub deployed_name: String,
    /// `Environment.Variables` of the function over those of `Globals`, resolved.
    pub environment: BTreeMap<String, String>,
    /// `Timeout` in seconds (Lambda's default is 3).
    pub timeout: u32,
    /// `MemorySize` in MB (Lambda's default is 128).
    pub memory: u32,
    /// HTTP routes.
    pub routes: Vec<Route>,
    /// SQS event source mappings.
    pub queues: Vec<QueueSource>,
    /// DynamoDB stream event source mappings.
    pub streams: Vec<StreamSource>,
    /// Schedules.
    pub schedules: Vec<ScheduleSource>,
    /// How often a failed asynchronous event is retried (`EventInvokeConfig.MaximumRetryAttempts`;
    /// Lambda's default is 2).
    pub retries: u32,
    /// ARN of the queue for asynchronous events that are given up.
    pub dead_letters: Option<String>,
    /// Logical id of the role, if the template defines it.
    pub role: Option<String>,
}

/// One HTTP API route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// The event's key under `Events`.
    pub event: String,
    /// The method in upper case; `None` is `ANY`.
    pub method: Option<String>,
    /// The path with `{name}` and `{name+}`; `None` is `$default`.
    pub path: Option<String>,
}

impl Route {
    /// API Gateway's route key: `ANY /pay/{order}`, `GET /`, `$default`.
    pub fn key(&self) -> String {
        match &self.path {
            None => "$default".into(),
            Some(path) => format!("{} {path}", self.method.as_deref().unwrap_or("ANY")),
        }
    }
}

/// A queue feeding a function.
#[derive(Debug, Clone)]
pub struct QueueSource {
    /// The event's key under `Events`.
    pub event: String,
    /// The queue's ARN.
    pub queue: String,
    /// Largest batch (SQS's default is 10).
    pub batch_size: usize,
    /// `FunctionResponseTypes` holds `ReportBatchItemFailures`.
    pub reports_failures: bool,
    /// Filter patterns; empty lets everything through.
    pub filters: Vec<Json>,
    /// `Enabled`.
    pub enabled: bool,
}

/// A table's stream feeding a function.
#[expect(clippy::struct_excessive_bools, reason = "each is a property of the mapping")]
#[derive(Debug, Clone)]
pub struct StreamSource {
    /// The event's key under `Events`.
    pub event: String,
    /// The stream's ARN.
    pub stream: String,
    /// Largest batch (the default for streams is 100).
    pub batch_size: usize,
    /// `MaximumBatchingWindowInSeconds`: how long an incomplete batch waits for more records.
    pub window: u32,
    /// `StartingPosition` is `LATEST`: a new mapping skips what the stream holds already.
    pub latest: bool,
    /// `FunctionResponseTypes` holds `ReportBatchItemFailures`.
    pub reports_failures: bool,
    /// `BisectBatchOnFunctionError`.
    pub bisect: bool,
    /// `MaximumRetryAttempts`; `None` retries until the record is a day old.
    pub attempts: Option<u32>,
    /// `MaximumRecordAgeInSeconds`; a stream keeps a record for a day.
    pub max_age: u32,
    /// `DestinationConfig.OnFailure.Destination`: ARN of a queue.
    pub on_failure: Option<String>,
    /// Filter patterns; empty lets everything through.
    pub filters: Vec<Json>,
    /// `Enabled`.
    pub enabled: bool,
}

/// A schedule calling a function.
#[derive(Debug, Clone)]
pub struct ScheduleSource {
    /// The event's key under `Events`.
    pub event: String,
    /// The times of the calls.
    pub schedule: Schedule,
    /// The constant `Input`; without it the function receives EventBridge's scheduled event.
    pub input: Option<Json>,
    /// `Enabled` / `State`.
    pub enabled: bool,
}

/// A queue (`AWS::SQS::Queue`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The key under `Resources`.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// ARN.
    pub arn: String,
    /// URL.
    pub url: String,
    /// `VisibilityTimeout` in seconds (default 30).
    pub visibility: u32,
    /// `MessageRetentionPeriod` in seconds (default four days).
    pub retention: u32,
    /// `DelaySeconds`.
    pub delay: u32,
    /// The dead-letter queue, if any.
    pub redrive: Option<Redrive>,
}

/// A queue's `RedrivePolicy`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redrive {
    /// ARN of the dead-letter queue.
    pub target: String,
    /// `maxReceiveCount`: how often a message may be received before it moves.
    pub receives: u32,
}

/// A topic (`AWS::SNS::Topic`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// The key under `Resources`.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// ARN.
    pub arn: String,
}

/// A subscription to a topic, in any of the forms that a template allows.
#[derive(Debug, Clone)]
pub struct Subscription {
    /// ARN of the topic.
    pub topic: String,
    /// `sqs`, `lambda`, `email`, `https`, …
    pub protocol: String,
    /// ARN, address or URL, as the protocol asks.
    pub endpoint: String,
    /// `RawMessageDelivery`: the message without SNS's envelope.
    pub raw: bool,
    /// `FilterPolicy`, if any.
    pub filter: Option<Json>,
    /// `FilterPolicyScope` is `MessageBody` rather than the attributes.
    pub filter_body: bool,
}

/// A table (`AWS::DynamoDB::Table`).
#[derive(Debug, Clone)]
pub struct Table {
    /// The key under `Resources`.
    pub logical_id: String,
    /// Physical name.
    pub name: String,
    /// Primary key.
    pub key: Key,
    /// Global secondary indexes by name.
    pub indexes: BTreeMap<String, Index>,
    /// The stream's view type, if the table has a stream.
    pub stream: Option<String>,
    /// The TTL attribute, if it is enabled.
    pub expires: Option<String>,
    /// The resolved properties, in the form of `CreateTable`.
    pub properties: Json,
}

/// A primary key or an index's key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Attribute of the partition key.
    pub hash: String,
    /// Attribute of the sort key.
    pub range: Option<String>,
}

/// A global secondary index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Its key.
    pub key: Key,
    /// `ALL`, `KEYS_ONLY` or `INCLUDE`.
    pub projection: String,
}
