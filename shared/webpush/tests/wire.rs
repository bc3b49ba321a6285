//! The client against the stand-in, which checks every push against the RFCs and decrypts it with
//! another implementation of the key agreement.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on has failed")]

use std::sync::Mutex;

use domain::{
    base::text::Language,
    walk::device::{Device, Hosts},
};
use jiff::Timestamp;
use push_standin::{Fault, Standin, Subscription};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
};
use webpush::{Client, LONGEST_TEXT, Message, PushOutcome, Urgency, Vapid, encrypt};

struct Wire {
    standin: Standin,
    client: Client,
}

async fn wire() -> Wire {
    let standin = push_standin::serve(TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap();
    let vapid = Vapid::new(&Vapid::generate().unwrap(), "house@example.com").unwrap();
    let client = Client::new(vapid, Hosts::parse(&standin.url()));
    Wire { standin, client }
}

fn read(subscription: &Subscription) -> Device {
    let Subscription { endpoint, keys } = subscription;
    let origin = endpoint.split_inclusive('/').take(3).collect::<String>();
    let fields = (endpoint.as_str(), keys.p256dh.as_str(), keys.auth.as_str());
    Device::read(fields, &Hosts::parse(&origin), Language::Ko, Timestamp::now()).unwrap()
}

impl Wire {
    fn device(&self) -> Device {
        read(&self.standin.device(&self.client.public_key()).unwrap())
    }

    async fn send(&self, device: &Device, text: &str) -> PushOutcome {
        let message = Message { text, keep_seconds: 600, urgency: Urgency::High };
        self.client.send(device, &message, Timestamp::now()).await
    }
}

#[tokio::test]
async fn only_the_device_can_read_its_push() {
    let wire = wire().await;
    let device = wire.device();
    let longest = "별".repeat(LONGEST_TEXT / "별".len());
    for text in ["When I grow up, I want to be a watermelon", "나는 괴로워했다", "", &longest]
    {
        assert_eq!(wire.send(&device, text).await, PushOutcome::Accepted);
        let push = wire.standin.pushes().pop().unwrap();
        assert_eq!(
            (push.text.as_str(), push.ttl, push.urgency.as_deref()),
            (text, 600, Some("high"))
        );
        assert!(push.bytes <= text.len() + 103, "{push:?}: header 86, mark 1, tag 16");
    }
    // Salt, key and ciphertext differ between two messages with the same text.
    let (one, two) = (encrypt(&device, b"once").unwrap(), encrypt(&device, b"once").unwrap());
    assert_ne!(one[..16], two[..16]);
    assert_ne!(one[21..86], two[21..86]);
    assert_ne!(one[86..], two[86..]);
}

#[tokio::test]
async fn a_text_that_is_too_long_is_not_sent() {
    let wire = wire().await;
    let outcome = wire.send(&wire.device(), &"a".repeat(LONGEST_TEXT + 1)).await;
    assert!(matches!(outcome, PushOutcome::Rejected { .. }), "{outcome:?}");
    assert_eq!(wire.standin.asked(), 0);
}

#[tokio::test]
async fn an_ended_an_unknown_and_an_invalid_subscription_are_gone() {
    let wire = wire().await;
    let device = wire.device();
    assert!(wire.standin.end(device.endpoint.reveal()));
    assert_eq!(wire.send(&device, "소식").await, PushOutcome::Gone);
    let mut unknown = wire.standin.device(&wire.client.public_key()).unwrap();
    unknown.endpoint += "x";
    assert_eq!(wire.send(&read(&unknown), "소식").await, PushOutcome::Gone);
    // A key of the right length that is not a point on the curve.
    let mut invalid = wire.standin.device(&wire.client.public_key()).unwrap();
    invalid.keys.p256dh = format!("BA{}", "A".repeat(85));
    assert_eq!(wire.send(&read(&invalid), "소식").await, PushOutcome::Gone);
    assert!(wire.standin.pushes().is_empty());
}

#[tokio::test]
async fn a_busy_service_gives_a_delay_and_a_bad_request_is_rejected() {
    let wire = wire().await;
    let device = wire.device();
    wire.standin.fault(Fault { retry_after: Some(90), ..Fault::once(429) });
    let outcome = wire.send(&device, "소식").await;
    assert!(
        matches!(outcome, PushOutcome::RetryLater { after_seconds: Some(90), .. }),
        "{outcome:?}"
    );
    for status in [400, 403, 413] {
        wire.standin.fault(Fault::once(status));
        let outcome = wire.send(&device, "소식").await;
        assert!(matches!(outcome, PushOutcome::Rejected { .. }), "{status}: {outcome:?}");
    }
    // A device that subscribed with another key.
    let other = wire.standin.device("BOther").unwrap();
    let outcome = wire.send(&read(&other), "소식").await;
    assert!(matches!(outcome, PushOutcome::Rejected { .. }), "{outcome:?}");
    assert_eq!(wire.send(&device, "소식").await, PushOutcome::Accepted);
}

#[tokio::test]
async fn a_redirect_is_rejected_and_an_unreachable_service_is_retried_later() {
    let wire = wire().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    let mut subscription = wire.standin.device(&wire.client.public_key()).unwrap();
    subscription.endpoint = format!("{origin}/push/x");
    let device = read(&subscription);
    let vapid = Vapid::new(&Vapid::generate().unwrap(), "house@example.com").unwrap();
    let client = Client::new(vapid, Hosts::parse(&origin));
    let elsewhere = format!(
        "HTTP/1.1 307 Temporary Redirect\r\nLocation: {}\r\nContent-Length: 0\r\n\r\n",
        wire.standin.url()
    );
    let answers = Mutex::new(vec![String::new(), elsewhere]);
    let serving = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let Some(answer) = answers.lock().unwrap().pop() else { return };
            let mut head = [0; 64];
            stream.read_exact(&mut head).await.unwrap();
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    let message = Message { text: "소식", keep_seconds: 60, urgency: Urgency::Normal };
    let outcome = client.send(&device, &message, Timestamp::now()).await;
    assert!(matches!(outcome, PushOutcome::Rejected { .. }), "{outcome:?}");
    let outcome = client.send(&device, &message, Timestamp::now()).await;
    assert!(matches!(outcome, PushOutcome::RetryLater { .. }), "{outcome:?}");
    serving.abort();
    drop(serving.await);
    let outcome = client.send(&device, &message, Timestamp::now()).await;
    assert!(matches!(outcome, PushOutcome::RetryLater { .. }), "{outcome:?}");
    assert_eq!(wire.standin.asked(), 0, "the redirect is not followed");
    // A host that is no longer on the list.
    let outcome = wire.client.send(&device, &message, Timestamp::now()).await;
    assert_eq!(outcome, PushOutcome::Gone);
}
