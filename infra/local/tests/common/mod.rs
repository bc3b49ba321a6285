//! The fixture's functions, and how the tests start them.

#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    reason = "each test uses its part of this module"
)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a wrong fixture fails the test"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_sdk_dynamodb::types::AttributeValue;
use aws_types::region::Region;
use lambda_http::service_fn;
use lambda_runtime::{Diagnostic, LambdaEvent};
use local::{BoxFuture, Build, Config, Function, Parts, Source, System, adapt};
use serde_json::{Value, json};

pub fn template() -> Source {
    Source::Path(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixture/template.yaml"))
}

/// The fixture with another text in place of the relay's batch size.
pub fn relay_with(text: &str) -> Source {
    let Source::Path(path) = template() else { panic!("the fixture is a file") };
    let fixture = std::fs::read_to_string(path).unwrap();
    assert!(fixture.contains("BatchSize: 4"));
    Source::Text(fixture.replacen("BatchSize: 4", text, 1))
}

/// Records the events of the functions, and lets them fail.
#[derive(Clone, Default)]
pub struct Stage(Arc<Mutex<Script>>, Arc<tokio::sync::Notify>);

#[derive(Default)]
struct Script {
    events: BTreeMap<String, Vec<Value>>,
    failing: Vec<String>,
}

impl Stage {
    /// The events that a function received.
    pub fn events(&self, function: &str) -> Vec<Value> {
        self.0.lock().unwrap().events.get(function).cloned().unwrap_or_default()
    }

    /// Waits until a function was called `calls` times.
    pub async fn wait_for(&self, function: &str, calls: usize) {
        loop {
            let called = self.1.notified();
            if self.events(function).len() >= calls {
                return;
            }
            called.await;
        }
    }

    /// Texts that `work` and `relay` fail on.
    pub fn fail_on(&self, texts: &[&str]) {
        self.0.lock().unwrap().failing = texts.iter().map(|t| (*t).to_owned()).collect();
    }

    fn called(&self, function: &str, event: &Value) {
        self.0.lock().unwrap().events.entry(function.to_owned()).or_default().push(event.clone());
        self.1.notify_waiters();
    }

    fn fails(&self, text: &str) -> bool {
        self.0.lock().unwrap().failing.iter().any(|t| text.contains(t))
    }

    pub fn build(&self) -> Build {
        let stage = self.clone();
        Arc::new(move |name: &str, parts: Parts| function(name, &parts, &stage))
    }
}

pub fn config(stage: &Stage) -> Config {
    let mut config = Config::stepped(template(), stage.build());
    config.secrets.insert("SESSION_KEY_NAME".into(), "c2VjcmV0".into());
    config
}

pub async fn start(stage: &Stage) -> System {
    System::start(config(stage)).await.unwrap()
}

fn credentials() -> Credentials {
    Credentials::from_keys("local", "local", None)
}

pub fn dynamodb(parts: &Parts) -> aws_sdk_dynamodb::Client {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws_sdk_dynamodb::config::BehaviorVersion::latest())
        .region(Region::new("ap-northeast-2"))
        .credentials_provider(credentials())
        .http_client(parts.http.clone())
        .retry_config(aws_sdk_dynamodb::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_dynamodb::Client::from_conf(config)
}

pub fn sqs(http: &local::Wire) -> aws_sdk_sqs::Client {
    sqs_client(http.client())
}

fn sqs_client(http: aws_smithy_runtime_api::client::http::SharedHttpClient) -> aws_sdk_sqs::Client {
    let config = aws_sdk_sqs::Config::builder()
        .behavior_version(aws_sdk_sqs::config::BehaviorVersion::latest())
        .region(Region::new("ap-northeast-2"))
        .credentials_provider(credentials())
        .http_client(http)
        .retry_config(aws_sdk_sqs::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_sqs::Client::from_conf(config)
}

pub fn sns(http: aws_smithy_runtime_api::client::http::SharedHttpClient) -> aws_sdk_sns::Client {
    let config = aws_sdk_sns::Config::builder()
        .behavior_version(aws_sdk_sns::config::BehaviorVersion::latest())
        .region(Region::new("ap-northeast-2"))
        .credentials_provider(credentials())
        .http_client(http)
        .retry_config(aws_sdk_sns::config::retry::RetryConfig::disabled())
        .build();
    aws_sdk_sns::Client::from_conf(config)
}

pub fn table(system: &System) -> aws_sdk_dynamodb::Client {
    let parts = Parts {
        http: system.client(),
        slack: 1,
        now: Arc::new(jiff::Timestamp::now),
        environment: BTreeMap::new(),
    };
    dynamodb(&parts)
}

pub fn table_name(system: &System) -> String {
    system.template().tables["Table"].name.clone()
}

fn failed(message: impl std::fmt::Debug) -> Diagnostic {
    Diagnostic { error_type: "Fixture".into(), error_message: format!("{message:?}") }
}

fn function(name: &str, parts: &Parts, stage: &Stage) -> Option<Function> {
    let stage = stage.clone();
    let environment = parts.environment.clone();
    Some(match name {
        "page" => page(stage, environment),
        "order" => order(dynamodb(parts), environment["TABLE_NAME"].clone()),
        "relay" => {
            let (sqs, queue) = (sqs_client(parts.http.clone()), environment["QUEUE_WORK"].clone());
            adapt::event(service_fn(move |event: LambdaEvent<Value>| {
                relay(event.payload, stage.clone(), sqs.clone(), queue.clone())
            }))
        }
        "work" => {
            let (sns, topic) = (sns(parts.http.clone()), environment["TOPIC_NOTICES"].clone());
            let table = (dynamodb(parts), environment["TABLE_NAME"].clone());
            adapt::event(service_fn(move |event: LambdaEvent<Value>| {
                work(event.payload, stage.clone(), sns.clone(), topic.clone(), table.clone())
            }))
        }
        "tick" | "owner-look" => {
            let name = name.to_owned();
            adapt::event(service_fn(move |event: LambdaEvent<Value>| {
                stage.called(&name, &event.payload);
                let fails = stage.fails(&event.payload.to_string());
                let name = name.clone();
                async move {
                    if fails {
                        Err(failed("told to fail"))
                    } else {
                        Ok(json!({ "name": name, "event": event.payload }))
                    }
                }
            }))
        }
        _ => return None,
    })
}

/// Echoes the request, or behaves as the query says: `panic`, `wait`, `error`, `cookies`, `bytes`.
fn page(stage: Stage, environment: BTreeMap<String, String>) -> Function {
    let through = adapt::http(service_fn(move |request: lambda_http::Request| {
        let environment = environment.clone();
        async move {
            let query = request.uri().query().unwrap_or_default().to_owned();
            let builder = lambda_http::Response::builder();
            let response = match query.as_str() {
                "panic" => panic!("문이 넘어졌다"),
                "wait" => std::future::pending().await,
                "error" => return Err(failed("told to fail")),
                "cookies" => builder
                    .status(303)
                    .header("location", "./")
                    .header("set-cookie", "a=1; Path=/")
                    .header("set-cookie", "b=2; Path=/")
                    .body(lambda_http::Body::Empty),
                "bytes" => builder
                    .header("content-type", "image/png")
                    .body(lambda_http::Body::Binary(vec![0, 159, 255])),
                _ => builder.header("content-type", "text/html; charset=utf-8").body(
                    lambda_http::Body::Text(format!(
                        "{}|{}|{}",
                        environment["GREETING"],
                        request.method(),
                        String::from_utf8_lossy(request.body().as_ref()),
                    )),
                ),
            };
            response.map_err(failed)
        }
    }));
    Arc::new(move |event, context| -> BoxFuture<_> {
        stage.called("page", &event);
        through(event, context)
    })
}

fn order(client: aws_sdk_dynamodb::Client, table: String) -> Function {
    adapt::http(service_fn(move |request: lambda_http::Request| {
        let (client, table) = (client.clone(), table.clone());
        async move {
            let text = String::from_utf8_lossy(request.body().as_ref()).into_owned();
            if text == "forbidden" {
                let refused = client
                    .delete_item()
                    .table_name(&table)
                    .key("pk", s("x"))
                    .key("sk", s("x"))
                    .send()
                    .await;
                return Err(failed(refused.map_err(aws_sdk_dynamodb::Error::from)));
            }
            for (i, part) in text.split(',').enumerate() {
                put(
                    &client,
                    &table,
                    &format!("ORDER#{text}"),
                    &format!("MESSAGE#{i}"),
                    part,
                    "message",
                )
                .await
                .map_err(failed)?;
            }
            Ok(lambda_http::Response::builder().status(201).body("적었습니다".to_owned()).unwrap())
        }
    }))
}

pub fn s(text: &str) -> AttributeValue {
    AttributeValue::S(text.to_owned())
}

pub async fn put(
    client: &aws_sdk_dynamodb::Client,
    table: &str,
    pk: &str,
    sk: &str,
    text: &str,
    kind: &str,
) -> Result<(), aws_sdk_dynamodb::Error> {
    let put = client.put_item().table_name(table).item("pk", s(pk)).item("sk", s(sk));
    put.item("text", s(text)).item("kind", s(kind)).send().await?;
    Ok(())
}

async fn relay(
    event: Value,
    stage: Stage,
    sqs: aws_sdk_sqs::Client,
    queue: String,
) -> Result<Value, Diagnostic> {
    stage.called("relay", &event);
    let mut failures = Vec::new();
    for record in event["Records"].as_array().unwrap() {
        let text = record["dynamodb"]["NewImage"]["text"]["S"].as_str().unwrap();
        if stage.fails(&format!("relay breaks on {text}")) {
            return Err(failed("the whole batch"));
        }
        if stage.fails(&format!("relay {text}")) {
            failures.push(json!({ "itemIdentifier": record["dynamodb"]["SequenceNumber"] }));
            continue;
        }
        sqs.send_message().queue_url(&queue).message_body(text).send().await.map_err(failed)?;
    }
    Ok(json!({ "batchItemFailures": failures }))
}

async fn work(
    event: Value,
    stage: Stage,
    sns: aws_sdk_sns::Client,
    topic: String,
    (dynamodb, table): (aws_sdk_dynamodb::Client, String),
) -> Result<Value, Diagnostic> {
    stage.called("work", &event);
    let mut failures = Vec::new();
    for record in event["Records"].as_array().unwrap() {
        let text = record["body"].as_str().unwrap();
        assert!(!stage.fails(&format!("work panics on {text}")), "the work fell over");
        if stage.fails(&format!("work {text}")) {
            failures.push(json!({ "itemIdentifier": record["messageId"] }));
            continue;
        }
        put(&dynamodb, &table, "DONE", text, text, "done").await.map_err(failed)?;
        sns.publish().topic_arn(&topic).message(text).send().await.map_err(failed)?;
    }
    Ok(json!({ "batchItemFailures": failures }))
}

/// A request without a socket.
pub fn request(
    method: &str,
    uri: &str,
    headers: &[(&str, &str)],
    body: impl Into<Vec<u8>>,
) -> local::Request {
    let mut builder =
        http::Request::builder().method(method).uri(uri).header("host", "localhost:9000");
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(body.into().into()).unwrap()
}

pub fn text(response: &local::Response) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

/// The texts that `work` has handled, in their order.
pub async fn done(system: &System) -> Vec<String> {
    let found = table(system)
        .query()
        .table_name(table_name(system))
        .key_condition_expression("pk = :pk")
        .expression_attribute_values(":pk", s("DONE"))
        .send()
        .await
        .unwrap();
    found.items().iter().map(|item| item["sk"].as_s().unwrap().clone()).collect()
}
