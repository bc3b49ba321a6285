//! A batch answers before Lambda ends the function: what is done stays done, the rest comes again.

#![allow(clippy::unwrap_used, reason = "a failed lookup fails the test")]

use std::sync::{Arc, Mutex};
use std::time::Duration;

use jiff::Timestamp;
use lambda_runtime::{Context, LambdaEvent, Service as _};
use messaging::{Delivery, Failure, SqsEvent, Subject, deliveries};
use platform::{Clock, Environment, Init, InitError, Platform, Random};
use serde_json::json;
use tokio::time::Instant;

/// A message that takes so many seconds; one of no seconds never ends.
#[derive(serde::Deserialize)]
struct Work {
    name: String,
    seconds: u64,
}

impl Subject for Work {
    fn order(&self) -> Option<String> {
        None
    }

    fn message(&self) -> String {
        self.name.clone()
    }
}

/// A function without a state.
struct Nothing;

impl Init for Nothing {
    async fn init(_: &Platform) -> Result<Self, InitError> {
        Ok(Self)
    }
}

/// What was begun and what ended, in order.
type Seen = Arc<Mutex<Vec<String>>>;

fn platform() -> Platform {
    let keys = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
    let environment: Environment =
        keys.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect();
    let http = aws_smithy_http_client::Builder::new().build_http();
    Platform::new(environment, Clock::new(now), Random::seeded([1; 32]), http)
}

fn now() -> Timestamp {
    "2026-11-27T03:00:00Z".parse().unwrap()
}

/// Runs a batch in a function that may take `seconds`. Returns the names of the records that come
/// again, what was begun and ended, and how long it took.
async fn run(seconds: i64, batch: &[(&str, u64)]) -> (Vec<String>, Vec<String>, Duration) {
    let seen = Seen::default();
    let shared = Arc::clone(&seen);
    let handle = move |_: Arc<Nothing>, delivery: Delivery<Work>| {
        let seen = Arc::clone(&shared);
        async move {
            let Work { name, seconds } = delivery.message;
            seen.lock().unwrap().push(format!("{name} begins"));
            match seconds {
                0 => std::future::pending().await,
                seconds => tokio::time::sleep(Duration::from_secs(seconds)).await,
            }
            seen.lock().unwrap().push(format!("{name} ends"));
            Ok::<(), Failure>(())
        }
    };
    let records = batch.iter().map(|(name, seconds)| {
        let body = json!({ "name": name, "seconds": seconds }).to_string();
        json!({ "messageId": name, "receiptHandle": name, "body": body, "eventSource": "aws:sqs" })
    });
    let event: SqsEvent =
        serde_json::from_value(json!({ "Records": records.collect::<Vec<_>>() })).unwrap();
    let mut context = Context::default();
    context.deadline = u64::try_from(now().as_millisecond() + seconds * 1_000).unwrap();
    let began = Instant::now();
    let answer =
        deliveries(platform(), handle).call(LambdaEvent::new(event, context)).await.unwrap();
    let took = began.elapsed();
    let again = answer.batch_item_failures.into_iter().map(|failure| failure.item_identifier);
    let seen = seen.lock().unwrap().clone();
    (again.collect(), seen, took)
}

#[tokio::test(start_paused = true)]
async fn a_record_that_never_ends_is_dropped_and_the_one_before_it_is_done() {
    let (again, seen, took) = run(30, &[("a", 1), ("b", 0), ("c", 1)]).await;
    assert_eq!(again, ["b", "c"]);
    assert_eq!(seen, ["a begins", "a ends", "b begins"], "c is not begun");
    assert_eq!(took, Duration::from_secs(29), "a second is left for the answer");
}

#[tokio::test(start_paused = true)]
async fn a_record_is_not_begun_that_may_not_end() {
    let (again, seen, took) = run(30, &[("a", 12), ("b", 12), ("c", 1), ("d", 1)]).await;
    assert_eq!(again, ["c", "d"]);
    assert_eq!(seen, ["a begins", "a ends", "b begins", "b ends"]);
    assert_eq!(took, Duration::from_secs(24));
}

#[tokio::test(start_paused = true)]
async fn the_first_record_is_begun_in_a_short_function_too() {
    let (again, seen, _) = run(5, &[("a", 1), ("b", 1)]).await;
    assert_eq!(again, ["b"]);
    assert_eq!(seen, ["a begins", "a ends"]);
}

#[tokio::test(start_paused = true)]
async fn a_batch_with_time_is_handled_whole() {
    let (again, seen, _) = run(30, &[("a", 1), ("b", 1), ("c", 1)]).await;
    assert_eq!(again, [""; 0]);
    assert_eq!(seen.len(), 6);
}
