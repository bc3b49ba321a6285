//! The client against the stand-in, which holds every push against the RFCs and reads it with
//! another implementation of the keys' agreement.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that can not go on has failed")]

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
use webpush::{Client, LONGEST_TEXT, Message, Rung, Urgency, Vapid, encrypt};

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

    async fn ring(&self, device: &Device, text: &str) -> Rung {
        let message = Message { text, keep_seconds: 600, urgency: Urgency::High };
        self.client.ring(device, &message, Timestamp::now()).await
    }
}

#[tokio::test]
async fn what_is_pushed_is_read_by_its_device_alone() {
    let wire = wire().await;
    let device = wire.device();
    let longest = "별".repeat(LONGEST_TEXT / "별".len());
    for text in ["When I grow up, I want to be a watermelon", "나는 괴로워했다", "", &longest]
    {
        assert_eq!(wire.ring(&device, text).await, Rung::Taken);
        let push = wire.standin.pushes().pop().unwrap();
        assert_eq!(
            (push.text.as_str(), push.ttl, push.urgency.as_deref()),
            (text, 600, Some("high"))
        );
        assert!(push.bytes <= text.len() + 103, "{push:?}: header 86, mark 1, tag 16");
    }
    // Nothing is the same twice: neither the salt nor the key of one message.
    let (one, two) = (encrypt(&device, b"once").unwrap(), encrypt(&device, b"once").unwrap());
    assert_ne!(one[..16], two[..16]);
    assert_ne!(one[21..86], two[21..86]);
    assert_ne!(one[86..], two[86..]);
}

#[tokio::test]
async fn a_push_that_is_too_long_is_not_sent() {
    let wire = wire().await;
    let rung = wire.ring(&wire.device(), &"a".repeat(LONGEST_TEXT + 1)).await;
    assert!(matches!(rung, Rung::Refused { .. }), "{rung:?}");
    assert_eq!(wire.standin.asked(), 0);
}

#[tokio::test]
async fn a_device_that_is_no_more_or_never_was_is_gone() {
    let wire = wire().await;
    let device = wire.device();
    assert!(wire.standin.end(device.endpoint.reveal()));
    assert_eq!(wire.ring(&device, "소식").await, Rung::Gone);
    let mut stranger = wire.standin.device(&wire.client.public_key()).unwrap();
    stranger.endpoint += "x";
    assert_eq!(wire.ring(&read(&stranger), "소식").await, Rung::Gone);
    // A key of the right length that is no point of the curve.
    let mut crooked = wire.standin.device(&wire.client.public_key()).unwrap();
    crooked.keys.p256dh = format!("BA{}", "A".repeat(85));
    assert_eq!(wire.ring(&read(&crooked), "소식").await, Rung::Gone);
    assert!(wire.standin.pushes().is_empty());
}

#[tokio::test]
async fn what_is_put_off_says_until_when_and_what_is_refused_is_our_fault() {
    let wire = wire().await;
    let device = wire.device();
    wire.standin.fault(Fault { retry_after: Some(90), ..Fault::once(429) });
    let rung = wire.ring(&device, "소식").await;
    assert!(matches!(rung, Rung::Later { after_seconds: Some(90), .. }), "{rung:?}");
    for status in [400, 403, 413] {
        wire.standin.fault(Fault::once(status));
        let rung = wire.ring(&device, "소식").await;
        assert!(matches!(rung, Rung::Refused { .. }), "{status}: {rung:?}");
    }
    // A device that was hung for another house.
    let other = wire.standin.device("BOther").unwrap();
    let rung = wire.ring(&read(&other), "소식").await;
    assert!(matches!(rung, Rung::Refused { .. }), "{rung:?}");
    assert_eq!(wire.ring(&device, "소식").await, Rung::Taken);
}

#[tokio::test]
async fn a_service_that_is_away_breaks_off_or_sends_elsewhere_is_asked_again_or_not_followed() {
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
    let rung = client.ring(&device, &message, Timestamp::now()).await;
    assert!(matches!(rung, Rung::Refused { .. }), "{rung:?}");
    let rung = client.ring(&device, &message, Timestamp::now()).await;
    assert!(matches!(rung, Rung::Later { .. }), "{rung:?}");
    serving.abort();
    drop(serving.await);
    let rung = client.ring(&device, &message, Timestamp::now()).await;
    assert!(matches!(rung, Rung::Later { .. }), "{rung:?}");
    assert_eq!(wire.standin.asked(), 0, "nothing is sent where nobody was asked about");
    // What was on the list when it was hung, and is so no more.
    let rung = wire.client.ring(&device, &message, Timestamp::now()).await;
    assert_eq!(rung, Rung::Gone);
}
