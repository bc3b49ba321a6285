//! Sends pushes to a reader's devices. Notices come from the topic by a queue; each registered
//! device gets one push, which says that there is a letter and where, and nothing else.
//!
//! Each device that got the push is recorded, so that a repeated message reaches only the others. A
//! device that its push service has given up is deleted, and its reader gets a letter. A push that
//! the service puts off is retried when it says; one that it refuses ends in the dead-letter queue
//! and raises an alarm.

mod word;

use std::{future::Future, pin::Pin, sync::Arc};

use aws_sdk_sqs::Client as Sqs;
use domain::{
    base::calendar,
    walk::device::{Device, Hosts},
};
use jiff::Timestamp;
use lambda_runtime::{LambdaEvent, Service};
use messaging::{Delivery, Failure, News};
use platform::{Clock, Init, InitError, Platform};
use store::Store;
use webpush::{Client, PushOutcome, Vapid};

pub use word::Word;

/// SQS's longest visibility timeout, counted from the receipt, less what this call may have taken,
/// in seconds.
const LONGEST_HIDDEN: i64 = 12 * 60 * 60 - 60;

/// What pushes need.
pub struct Pusher {
    store: Store,
    clock: Clock,
    sqs: Sqs,
    queue: String,
    /// `None` if no key is set. Then no device can be registered either.
    client: Option<Client>,
}

impl Init for Pusher {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let (store, clock) = (Store::open(platform)?, platform.clock.clone());
        let (sqs, queue) =
            (Sqs::new(&platform.sdk), platform.environment.required("QUEUE_PUSH")?.to_owned());
        let client = match platform.environment.optional("PUSH_PUBLIC") {
            None => None,
            Some(public) => {
                let hosts = Hosts::parse(platform.environment.required("PUSH_HOSTS")?);
                let contact = platform.environment.required("SHOP_EMAIL")?;
                // Boxed: avoids the type-depth limit.
                let secret: Pin<Box<dyn Future<Output = _> + Send>> =
                    Box::pin(platform.secret("VAPID_KEY_NAME"));
                let pair = secret.await?;
                let vapid = Vapid::new(pair.reveal(), contact)
                    .map_err(|why| InitError::Other(why.to_string()))?;
                if vapid.public_key() != public {
                    let why = "the parameter PushPublicKey is not the public half of the stored VAPID key: devices hung with it could not be rung";
                    return Err(InitError::Other(why.into()));
                }
                Some(Client::new(vapid, hosts))
            }
        };
        Ok(Self { store, clock, sqs, queue, client })
    }
}

/// Runs it on Lambda.
pub async fn run() -> Result<(), lambda_runtime::Error> {
    platform::log::start("push");
    lambda_runtime::run(function(Platform::of_process()?)).await
}

/// The function as a service from batch to answer.
pub fn function(
    platform: Platform,
) -> impl Service<
    LambdaEvent<messaging::SqsEvent>,
    Response = messaging::SqsBatchResponse,
    Error = lambda_runtime::Error,
    Future: Send + 'static,
> + Clone
+ Send
+ 'static {
    messaging::deliveries(platform, handle)
}

/// Handles one notice from the queue `push`.
async fn handle(pusher: Arc<Pusher>, delivery: Delivery<News>) -> Result<(), Failure> {
    let Delivery { message: news, receipt } = delivery;
    let Some(client) = &pusher.client else { return Ok(()) };
    let now = pusher.clock.now();
    let Some(keep_seconds) = word::keep_seconds(&news, now) else {
        tracing::info!(message.id = %news.id, "notice is too old for a push");
        return Ok(());
    };
    let devices = pusher.store.devices(news.reader, now).await?;
    if devices.is_empty() {
        return Ok(());
    }
    // A push that was put off may come up at night.
    let morning = calendar::not_in_the_night(now);
    if morning > now && !news.is_whisper() {
        pusher.hide(&receipt, morning.duration_since(now).as_secs()).await?;
        return Err(Failure::Again("it is night".into()));
    }
    let rung = pusher.store.rung(news.id).await?;
    let mut told = Told::default();
    for device in devices.iter().filter(|device| !rung.contains(&device.id())) {
        let text = Word::of(&news, device.language).json();
        let message = webpush::Message { text: &text, keep_seconds, urgency: word::urgency(&news) };
        let answer = client.send(device, &message, now).await;
        pusher.note(&news, device, answer, now, &mut told).await?;
    }
    told.end(&pusher, &news, &receipt).await
}

/// How the pushes of one notice went, over all devices.
#[derive(Default)]
struct Told {
    taken: usize,
    later: Option<String>,
    after_seconds: Option<u32>,
    refused: Option<String>,
}

impl Told {
    /// A refusal is poison, but only after every other device got its push.
    async fn end(self, pusher: &Pusher, news: &News, receipt: &str) -> Result<(), Failure> {
        tracing::info!(message.id = %news.id, notice = news.notice, devices = self.taken, "pushes sent");
        if let Some(why) = self.later {
            if let Some(seconds) = self.after_seconds {
                pusher.hide(receipt, i64::from(seconds)).await?;
            }
            return Err(Failure::Again(why));
        }
        self.refused.map_or(Ok(()), |why| Err(Failure::Poison(why)))
    }
}

impl Pusher {
    /// Records how the push to one device went.
    async fn note(
        &self,
        news: &News,
        device: &Device,
        answer: PushOutcome,
        now: Timestamp,
        told: &mut Told,
    ) -> Result<(), Failure> {
        match answer {
            PushOutcome::Accepted => {
                self.store.device_rung(news.id, &device.id(), now).await?;
                told.taken += 1;
            }
            PushOutcome::Gone => {
                self.store.device_ended(news.reader, device, now).await?;
                tracing::info!(message.id = %news.id, device = %device.id(), "device deleted");
            }
            PushOutcome::RetryLater { why, after_seconds } => {
                told.later = Some(why);
                told.after_seconds = told.after_seconds.max(after_seconds);
            }
            PushOutcome::Rejected { why } => {
                tracing::error!(
                    message.id = %news.id,
                    service = device.endpoint.origin(),
                    error.message = %why,
                    "push refused"
                );
                told.refused = Some(why);
            }
        }
        Ok(())
    }

    /// Sets this delivery's visibility timeout.
    async fn hide(&self, receipt: &str, seconds: i64) -> Result<(), Failure> {
        let seconds = i32::try_from(seconds.clamp(1, LONGEST_HIDDEN)).unwrap_or(i32::MAX);
        self.sqs
            .change_message_visibility()
            .queue_url(&self.queue)
            .receipt_handle(receipt)
            .visibility_timeout(seconds)
            .send()
            .await
            .map_err(|error| Failure::Again(platform::why(&error)))?;
        Ok(())
    }
}
