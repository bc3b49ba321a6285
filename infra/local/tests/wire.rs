//! The SDK's own clients on the wire understand its answers, and it understands their calls.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed lookup fails the test")]

mod common;

use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, MessageAttributeValue, QueueAttributeName,
    SendMessageBatchRequestEntry,
};
use common::{Stage, sns, sqs, start};
use jiff::SignedDuration;
use local::System;

async fn url(system: &System, client: &aws_sdk_sqs::Client, logical_id: &str) -> String {
    let name = &system.template().queues[logical_id].name;
    client.get_queue_url().queue_name(name).send().await.unwrap().queue_url.unwrap()
}

#[tokio::test]
async fn a_message_with_attributes_goes_through_the_queue() {
    let system = start(&Stage::default()).await;
    let client = sqs(system.wire());
    let url = url(&system, &client, "Heard").await;
    let kind =
        MessageAttributeValue::builder().data_type("String").string_value("편지").build().unwrap();
    let sent = client
        .send_message()
        .queue_url(&url)
        .message_body("가")
        .message_attributes("kind", kind)
        .send()
        .await
        .unwrap();
    let received = client.receive_message().queue_url(&url).message_attribute_names("All");
    let received = received
        .message_system_attribute_names(aws_sdk_sqs::types::MessageSystemAttributeName::All)
        .send()
        .await
        .unwrap();
    let message = &received.messages()[0];
    assert_eq!((message.message_id(), message.body()), (sent.message_id(), Some("가")));
    assert_eq!(message.md5_of_body(), sent.md5_of_message_body());
    assert_eq!(message.md5_of_message_attributes(), sent.md5_of_message_attributes());
    assert_eq!(message.message_attributes().unwrap()["kind"].string_value(), Some("편지"));
    assert_eq!(message.attributes().unwrap().len(), 4);

    let receipt = message.receipt_handle().unwrap();
    client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(receipt)
        .visibility_timeout(0)
        .send()
        .await
        .unwrap();
    let again = client.receive_message().queue_url(&url).send().await.unwrap();
    assert!(again.messages()[0].attributes().is_none(), "only what was asked for");
    let receipt = again.messages()[0].receipt_handle().unwrap();
    client.delete_message().queue_url(&url).receipt_handle(receipt).send().await.unwrap();
    assert!(client.receive_message().queue_url(&url).send().await.unwrap().messages().is_empty());
}

#[tokio::test]
async fn entries_of_a_batch_fail_on_their_own() {
    let system = start(&Stage::default()).await;
    let client = sqs(system.wire());
    let url = url(&system, &client, "Heard").await;
    let entry = |id: &str, body: &str| {
        SendMessageBatchRequestEntry::builder().id(id).message_body(body).build().unwrap()
    };
    let answer = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("a", "가"))
        .entries(entry("b", "\u{1}"))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.successful()[0].id(), "a");
    assert_eq!(
        (answer.failed()[0].id(), answer.failed()[0].code(), answer.failed()[0].sender_fault()),
        ("b", "InvalidMessageContents", true)
    );

    let received =
        client.receive_message().queue_url(&url).max_number_of_messages(10).send().await.unwrap();
    let change = ChangeMessageVisibilityBatchRequestEntry::builder()
        .id("x")
        .receipt_handle(received.messages()[0].receipt_handle().unwrap());
    let answer = client
        .change_message_visibility_batch()
        .queue_url(&url)
        .entries(change.visibility_timeout(0).build().unwrap())
        .send()
        .await
        .unwrap();
    assert_eq!(answer.successful().len(), 1);

    let same = client
        .send_message_batch()
        .queue_url(&url)
        .entries(entry("a", "가"))
        .entries(entry("a", "나"))
        .send()
        .await;
    assert!(same.unwrap_err().into_service_error().is_batch_entry_ids_not_distinct());
    let none = client.send_message_batch().queue_url(&url).set_entries(Some(vec![])).send().await;
    assert!(none.unwrap_err().into_service_error().is_empty_batch_request());
    let many = (0..11).map(|i| entry(&i.to_string(), "가")).collect();
    let many = client.send_message_batch().queue_url(&url).set_entries(Some(many)).send().await;
    assert!(many.unwrap_err().into_service_error().is_too_many_entries_in_batch_request());
    let large = (0..3).map(|i| entry(&i.to_string(), &"x".repeat(400_000))).collect();
    let large = client.send_message_batch().queue_url(&url).set_entries(Some(large)).send().await;
    assert!(large.unwrap_err().into_service_error().is_batch_request_too_long());
}

#[tokio::test]
async fn errors_have_the_sdks_names() {
    let system = start(&Stage::default()).await;
    let client = sqs(system.wire());
    let url = url(&system, &client, "Heard").await;
    let nowhere = client
        .send_message()
        .queue_url("https://sqs/000000000000/nowhere")
        .message_body("가")
        .send()
        .await;
    assert!(nowhere.unwrap_err().into_service_error().is_queue_does_not_exist());
    let control = client.send_message().queue_url(&url).message_body("\u{1}").send().await;
    assert!(control.unwrap_err().into_service_error().is_invalid_message_contents());
    let receipt = client.delete_message().queue_url(&url).receipt_handle("nonsense").send().await;
    assert!(receipt.unwrap_err().into_service_error().is_receipt_handle_is_invalid());
    client.send_message().queue_url(&url).message_body("가").send().await.unwrap();
    let received =
        client.receive_message().queue_url(&url).visibility_timeout(0).send().await.unwrap();
    let handle = received.messages()[0].receipt_handle().unwrap();
    let change = client
        .change_message_visibility()
        .queue_url(&url)
        .receipt_handle(handle)
        .visibility_timeout(9)
        .send()
        .await;
    assert!(change.unwrap_err().into_service_error().is_message_not_inflight());
}

#[tokio::test]
async fn dead_letters_are_redriven_by_the_consoles_call() {
    let system = start(&Stage::default()).await;
    let client = sqs(system.wire());
    let (work, dead) =
        (url(&system, &client, "WorkQueue").await, url(&system, &client, "WorkDeadLetters").await);
    client.send_message().queue_url(&work).message_body("독").send().await.unwrap();
    for _ in 0..4 {
        client.receive_message().queue_url(&work).send().await.unwrap();
        system.clock().advance(SignedDuration::from_secs(30));
    }
    let count = |url: String| {
        let ask =
            client.get_queue_attributes().queue_url(url).attribute_names(QueueAttributeName::All);
        async move {
            let answer = ask.send().await.unwrap();
            answer.attributes().unwrap()[&QueueAttributeName::ApproximateNumberOfMessages].clone()
        }
    };
    assert_eq!(
        (count(work.clone()).await.as_str(), count(dead.clone()).await.as_str()),
        ("0", "1")
    );
    let arn = &system.template().queues["WorkDeadLetters"].arn;
    client.start_message_move_task().source_arn(arn).send().await.unwrap();
    assert_eq!((count(work).await.as_str(), count(dead).await.as_str()), ("1", "0"));
    let arn = &system.template().queues["Heard"].arn;
    assert!(
        client.start_message_move_task().source_arn(arn).send().await.is_err(),
        "nobody's dead letters"
    );
}

#[tokio::test]
async fn a_publish_reaches_its_subscribers() {
    let system = start(&Stage::default()).await;
    let client = sns(system.client());
    let topic = &system.template().topics["Notices"].arn;
    let volume = |value: &str| {
        aws_sdk_sns::types::MessageAttributeValue::builder()
            .data_type("String")
            .string_value(value)
            .build()
            .unwrap()
    };
    client
        .publish()
        .topic_arn(topic)
        .message("조용히")
        .message_attributes("volume", volume("quiet"))
        .send()
        .await
        .unwrap();
    let by_protocol = r#"{"default":"크게","sqs":"크게 (줄에게)"}"#;
    let publish = client
        .publish()
        .topic_arn(topic)
        .message(by_protocol)
        .message_structure("json")
        .subject("Notice");
    publish.message_attributes("volume", volume("loud")).send().await.unwrap();

    let peek = |id: &str| system.queues().peek(&system.template().queues[id].name).unwrap();
    assert_eq!(peek("Heard").len(), 2);
    let loud = peek("HeardLoud");
    assert_eq!(
        loud.iter().map(|m| m.body.as_str()).collect::<Vec<_>>(),
        ["크게 (줄에게)"],
        "raw, and only the loud one"
    );
    let published = system.topics().published();
    assert_eq!(
        (published[1].subject.as_deref(), published[1].text_for("lambda").as_str()),
        (Some("Notice"), "크게")
    );
    assert_eq!(published[0].attributes["volume"]["StringValue"], "quiet");

    let nowhere = client.publish().topic_arn(format!("{topic}-not")).message("가").send().await;
    assert!(nowhere.unwrap_err().into_service_error().is_not_found_exception());
    let no_default =
        client.publish().topic_arn(topic).message("{}").message_structure("json").send().await;
    assert!(no_default.unwrap_err().into_service_error().is_invalid_parameter_exception());
    assert_eq!(system.topics().published().len(), 2);
}
