//! Deliveries, failures and restarts, from the table's stream to queues, functions and topics.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed lookup fails the test")]

mod common;

use common::{Stage, config, done, put, relay_with, request, start, table, table_name};
use jiff::SignedDuration;
use local::{Breakage, Depth, Fault, Outgoing, Service, State, System};
use serde_json::json;

async fn order(system: &System, texts: &str) -> u16 {
    system
        .request(request("POST", "/order", &[("content-type", "text/plain")], texts))
        .await
        .status()
        .as_u16()
}

fn queue(system: &System, logical_id: &str) -> String {
    system.template().queues[logical_id].name.clone()
}

fn depth(system: &System, logical_id: &str) -> Depth {
    system.queues().depth(&queue(system, logical_id)).unwrap()
}

#[tokio::test]
async fn an_order_goes_through_stream_queue_and_topic() {
    let stage = Stage::default();
    let system = start(&stage).await;
    assert_eq!(order(&system, "가,나").await, 201);
    assert_eq!(
        done(&system).await,
        Vec::<String>::new(),
        "a stepped system delivers nothing in the background"
    );
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가", "나"]);

    let relayed = &stage.events("relay")[0]["Records"];
    assert_eq!(relayed.as_array().unwrap().len(), 2);
    assert_eq!(relayed[0]["eventName"], "INSERT");
    assert_eq!(relayed[0]["eventSource"], "aws:dynamodb");
    assert_eq!(
        relayed[0]["eventSourceARN"],
        system.template().functions["relay"].streams[0].stream
    );
    assert_eq!(stage.events("relay").len(), 1, "the items of `work` are filtered out");

    let record = &stage.events("work")[0]["Records"][0];
    assert_eq!((&record["body"], &record["eventSource"]), (&json!("가"), &json!("aws:sqs")));
    assert_eq!(record["attributes"]["ApproximateReceiveCount"], "1");
    assert_eq!(depth(&system, "WorkQueue").total(), 0);

    let published = system.topics().published();
    assert_eq!(published.iter().map(|p| p.message.as_str()).collect::<Vec<_>>(), ["가", "나"]);
    let heard = system.queues().peek(&queue(&system, "Heard")).unwrap();
    let envelope: serde_json::Value = serde_json::from_str(&heard[0].body).unwrap();
    assert_eq!((&envelope["Type"], &envelope["Message"]), (&json!("Notification"), &json!("가")));
    assert_eq!(stage.events("tick")[0]["Records"][0]["Sns"]["Message"], "가");
    assert_eq!(system.failures(), []);
}

#[tokio::test]
async fn failed_messages_return_and_move_to_the_dead_letters_at_last() {
    let stage = Stage::default();
    let system = start(&stage).await;
    stage.fail_on(&["work 독"]);
    order(&system, "가,독,나").await;
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가", "나"]);
    assert_eq!(depth(&system, "WorkQueue"), Depth { in_flight: 1, ..Depth::default() });

    system.advance(SignedDuration::from_secs(29)).await.unwrap();
    assert_eq!(stage.events("work").len(), 1, "still hidden");
    system.advance(SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(stage.events("work")[1]["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");

    system.advance(SignedDuration::from_mins(5)).await.unwrap();
    assert_eq!(stage.events("work").len(), 3, "received three times at most");
    assert_eq!(depth(&system, "WorkQueue").total(), 0);
    let dead = system.queues().peek(&queue(&system, "WorkDeadLetters")).unwrap();
    assert_eq!(dead.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(), ["독"]);

    stage.fail_on(&[]);
    assert_eq!(system.queues().redrive(&queue(&system, "WorkDeadLetters"), None).unwrap(), 1);
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가", "나", "독"]);
}

#[tokio::test]
async fn a_panic_fails_the_whole_batch_once() {
    let stage = Stage::default();
    let system = start(&stage).await;
    stage.fail_on(&["work panics on 나"]);
    order(&system, "가,나").await;
    system.settle().await.unwrap();
    assert_eq!(depth(&system, "WorkQueue"), Depth { in_flight: 2, ..Depth::default() });
    assert_eq!(system.failures()[0].error_type, "panic");
    stage.fail_on(&[]);
    system.advance(SignedDuration::from_secs(30)).await.unwrap();
    assert_eq!(done(&system).await, ["가", "나"]);
}

#[tokio::test]
async fn a_message_delivered_twice_has_one_id() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let work = queue(&system, "WorkQueue");
    let id = system.queues().send(&work, &Outgoing::text("가")).unwrap();
    assert!(system.queues().duplicate(&work, &id).unwrap());
    assert!(!system.queues().duplicate(&work, "nothing").unwrap());
    system.settle().await.unwrap();
    let records = stage.events("work")[0]["Records"].as_array().unwrap().clone();
    assert_eq!(records.len(), 2);
    assert_eq!(records[0]["messageId"], records[1]["messageId"]);
    assert_ne!(records[0]["receiptHandle"], records[1]["receiptHandle"]);
}

#[tokio::test]
async fn the_stream_waits_for_a_failing_record_and_gives_it_up_at_last() {
    let stage = Stage::default();
    let system = start(&stage).await;
    stage.fail_on(&["relay 독"]);
    order(&system, "가,독,나,다,라").await;
    system.settle().await.unwrap();
    assert_eq!(
        done(&system).await,
        ["가", "나", "다"],
        "the next batch waits: a stream keeps its order"
    );
    system.advance(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(done(&system).await, ["가", "나", "다", "라"]);
    let dead = system.queues().peek(&queue(&system, "RelayDeadLetters")).unwrap();
    let told: serde_json::Value = serde_json::from_str(&dead[0].body).unwrap();
    assert_eq!(told["DDBStreamBatchInfo"]["batchSize"], 1, "split down to the one record");
    assert_eq!(told["requestContext"]["condition"], "RetryAttemptsExhausted");
}

#[tokio::test]
async fn a_batch_that_fails_as_a_whole_is_split() {
    let stage = Stage::default();
    let system = start(&stage).await;
    stage.fail_on(&["relay breaks on 라"]);
    order(&system, "가,나,다,라").await;
    system.settle().await.unwrap();
    // The first try of four sent three before it failed; the halves without the failing record
    // succeed.
    let sizes: Vec<usize> =
        stage.events("relay").iter().map(|e| e["Records"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [4, 2, 2, 1, 1]);
    stage.fail_on(&[]);
    system.advance(SignedDuration::from_secs(2)).await.unwrap();
    assert_eq!(done(&system).await, ["가", "나", "다", "라"]);
}

#[tokio::test]
async fn a_batch_that_is_not_full_waits_for_its_window() {
    let stage = Stage::default();
    let mut config = config(&stage);
    config.template = relay_with("BatchSize: 4\n            MaximumBatchingWindowInSeconds: 60");
    let system = System::start(config).await.unwrap();
    let sizes = || -> Vec<usize> {
        stage.events("relay").iter().map(|e| e["Records"].as_array().unwrap().len()).collect()
    };
    order(&system, "가").await;
    system.advance(SignedDuration::from_secs(30)).await.unwrap();
    order(&system, "나").await;
    system.advance(SignedDuration::from_secs(29)).await.unwrap();
    assert_eq!(sizes(), Vec::<usize>::new());
    system.advance(SignedDuration::from_secs(1)).await.unwrap();
    assert_eq!(sizes(), [2], "the window counts from the first record");

    order(&system, "하나,둘,셋,넷,다섯").await;
    system.settle().await.unwrap();
    assert_eq!(sizes(), [2, 4], "a full batch does not wait");
    system.advance(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(sizes(), [2, 4, 1]);
}

#[tokio::test]
async fn schedules_follow_the_clock() {
    let stage = Stage::default();
    let system = start(&stage).await;
    system.advance(SignedDuration::from_mins(16)).await.unwrap();
    let times: Vec<String> =
        stage.events("tick").iter().map(|e| e["time"].as_str().unwrap().to_owned()).collect();
    assert_eq!(times, ["2026-08-01T00:05:00Z", "2026-08-01T00:10:00Z", "2026-08-01T00:15:00Z"]);
    system.leap(SignedDuration::from_hours(24 * 90)).await.unwrap();
    assert_eq!(stage.events("tick").len(), 4, "several missed times cause one call");
}

#[tokio::test]
async fn an_asynchronous_event_is_tried_three_times() {
    let stage = Stage::default();
    let system = start(&stage).await;
    stage.fail_on(&["2026-08-01T00:05:00Z"]);
    system.advance(SignedDuration::from_mins(5)).await.unwrap();
    assert_eq!(stage.events("tick").len(), 1);
    system.advance(SignedDuration::from_mins(4)).await.unwrap();
    assert_eq!(stage.events("tick").len(), 3, "again after one minute, and after two more");
    assert_eq!(system.failures().len(), 3);
    system.advance(SignedDuration::from_mins(6)).await.unwrap();
    assert_eq!(stage.events("tick").len(), 5, "and then only the schedule calls");
}

#[tokio::test]
async fn deliveries_can_be_held() {
    let stage = Stage::default();
    let system = start(&stage).await;
    assert!(system.hold("work") && !system.hold("nobody"));
    order(&system, "가").await;
    system.settle().await.unwrap();
    assert_eq!(depth(&system, "WorkQueue").visible, 1);
    system.release("work");
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가"]);
    system.hold_all();
    order(&system, "나").await;
    assert_eq!(system.settle().await.unwrap(), 0);
    system.release_all();
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가", "나"]);
}

#[tokio::test]
async fn a_crash_loses_nothing_at_any_point() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::default();
    let mut config = config(&stage);
    config.state = State::Folder(folder.path().to_owned());

    let system = System::start(config.clone()).await.unwrap();
    order(&system, "가").await;
    system.settle().await.unwrap();
    // One order is written and not relayed, another is on the queue, a third was received and not
    // deleted.
    system.hold("work");
    order(&system, "나").await;
    system.settle().await.unwrap();
    let work = queue(&system, "WorkQueue");
    system.queues().send(&work, &Outgoing::text("다")).unwrap();
    assert_eq!(system.queues().receive(&work, 1, None).unwrap().messages.len(), 1);
    system.hold_all();
    order(&system, "라").await;
    drop(system);

    let system = System::start(config.clone()).await.unwrap();
    assert_eq!(done(&system).await, ["가"]);
    system.settle().await.unwrap();
    assert_eq!(done(&system).await, ["가", "나", "다", "라"]);
    let relayed: usize =
        stage.events("relay").iter().map(|e| e["Records"].as_array().unwrap().len()).sum();
    assert_eq!(relayed, 3, "records relayed before the crash are not relayed again");
    assert_eq!(
        system.secrets().get("/fixture/dev/session-key").unwrap().as_deref(),
        Some("c2VjcmV0")
    );
    system.stop().await;

    config.secrets.insert("SESSION_KEY_NAME".into(), "another".into());
    let system = System::start(config).await.unwrap();
    assert_eq!(system.settle().await.unwrap(), 0);
    assert_eq!(
        system.secrets().get("/fixture/dev/session-key").unwrap().as_deref(),
        Some("c2VjcmV0")
    );
}

#[tokio::test]
async fn calls_are_counted_by_caller() {
    let system = start(&Stage::default()).await;
    system.wire().forget_calls();
    order(&system, "가").await;
    system.settle().await.unwrap();
    let calls = system.wire().calls();
    assert_eq!(calls[&("order".into(), Service::Dynamodb, "PutItem".into())], 1);
    assert_eq!(calls[&("relay".into(), Service::Sqs, "SendMessage".into())], 1);
    assert_eq!(calls[&("work".into(), Service::Sns, "Publish".into())], 1);
    assert_eq!(system.wire().count(Service::Dynamodb, "PutItem"), 2);
}

#[tokio::test]
async fn a_call_breaks_as_injected() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let wire = system.wire();
    for breakage in [Breakage::Timeout, Breakage::Error500, Breakage::Throttle] {
        wire.inject(Fault::on(Service::Dynamodb, "PutItem", breakage).of("order"));
        assert_eq!(order(&system, &format!("{breakage:?}")).await, 500);
    }
    wire.inject(Fault::on(Service::Dynamodb, "PutItem", Breakage::LostReply).of("order"));
    assert_eq!(order(&system, "잃은 답").await, 500);
    system.settle().await.unwrap();
    assert_eq!(
        done(&system).await,
        ["잃은 답"],
        "of the four only the call with the lost reply was executed"
    );

    wire.inject(Fault::on(Service::Sqs, "SendMessage", Breakage::LostReply).nth(2));
    order(&system, "하나,둘").await;
    system.settle().await.unwrap();
    system.advance(SignedDuration::from_mins(1)).await.unwrap();
    let twice =
        stage.events("work").into_iter().flat_map(|e| e["Records"].as_array().unwrap().clone());
    assert!(
        twice.filter(|r| r["body"] == "둘").count() >= 2,
        "sent, taken for lost, and sent again"
    );
    assert_eq!(wire.heal(), 0);
    wire.inject(Fault::on_any(Service::Sns, Breakage::Error500).for_good());
    assert_eq!(wire.heal(), 1);
}

#[tokio::test]
async fn a_role_that_does_not_allow_a_call_refuses_it() {
    let system = start(&Stage::default()).await;
    assert_eq!(order(&system, "forbidden").await, 500);
    let message = system.failures().remove(0).message;
    assert!(
        message.contains("AccessDenied") && message.contains("dynamodb:DeleteItem"),
        "{message}"
    );
}

#[tokio::test]
async fn expired_items_are_deleted_on_request() {
    let system = start(&Stage::default()).await;
    let (client, name) = (table(&system), table_name(&system));
    put(&client, &name, "VISITOR#1", "VISIT", "영원히", "visit").await.unwrap();
    let number = aws_sdk_dynamodb::types::AttributeValue::N("1785542460".into());
    let put = client
        .put_item()
        .table_name(&name)
        .item("pk", common::s("VISITOR#2"))
        .item("sk", common::s("VISIT"));
    put.item("expires", number).send().await.unwrap();
    assert_eq!(system.expire().unwrap(), 0);
    system.advance(SignedDuration::from_mins(1)).await.unwrap();
    assert_eq!(system.expire().unwrap(), 1);
    let left = client.scan().table_name(&name).send().await.unwrap();
    assert_eq!(left.count(), 1);
}
