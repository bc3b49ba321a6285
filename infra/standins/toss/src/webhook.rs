//! Webhooks: Toss's headers, 200 within ten seconds or again after 1, 4, 16, 64, 256, 1024 and 4096
//! minutes, on the stand-in's clock.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Uri, header};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::Shared;
use crate::clock::{Clock, korean, later};
use crate::journal::Change;

/// The minutes before each retry.
const BACK_OFF: [i64; 7] = [1, 4, 16, 64, 256, 1024, 4096];

/// How far a webhook has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Progress {
    /// To be sent at this time.
    Due(Timestamp),
    /// Kept until it is sent by hand.
    Held,
    /// Answered with 200.
    Delivered,
    /// The last retry failed.
    GivenUp,
}

/// One try.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When, by the stand-in's clock.
    pub at: Timestamp,
    /// The answer's status; none = no answer in time.
    pub status: Option<u16>,
}

/// One webhook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivery {
    /// Counts the webhooks: the order in which they came about.
    pub seq: u64,
    /// `tosspayments-webhook-transmission-id`, the same for every try.
    pub id: String,
    /// The order it is about.
    pub order_id: String,
    /// `PAYMENT_STATUS_CHANGED` or `DEPOSIT_CALLBACK`.
    pub event: String,
    /// Where it goes.
    pub url: String,
    /// What is sent.
    pub body: String,
    /// How many times it still has to arrive.
    pub copies: u32,
    /// `tosspayments-webhook-transmission-retried-count` of the next try.
    pub retried: u32,
    /// How far it has come.
    pub progress: Progress,
    /// Every try so far.
    pub attempts: Vec<Attempt>,
    /// Whether a try is under way.
    #[serde(skip)]
    pub(crate) sending: bool,
}

impl Delivery {
    /// When it is to be sent by itself.
    pub(crate) fn due(&self) -> Option<Timestamp> {
        match self.progress {
            Progress::Due(at) if !self.sending => Some(at),
            _ => None,
        }
    }

    fn tried(&mut self, now: Timestamp, status: Option<u16>) {
        self.attempts.push(Attempt { at: now, status });
        if status == Some(200) {
            self.copies = self.copies.saturating_sub(1);
            self.progress = if self.copies > 0 { Progress::Due(now) } else { Progress::Delivered };
            return;
        }
        let pause = usize::try_from(self.retried).ok().and_then(|retried| BACK_OFF.get(retried));
        self.progress = match pause {
            Some(minutes) => Progress::Due(later(now, SignedDuration::from_mins(*minutes))),
            None => Progress::GivenUp,
        };
        self.retried += 1;
    }
}

/// Sends a webhook now, whatever its progress, and waits for what becomes of it; false = there is
/// no such webhook, or it is being sent already.
pub(crate) async fn send(shared: &Arc<Shared>, id: &str) -> bool {
    // A task of its own: whoever waits for it may be a handler that is dropped with its client.
    tokio::spawn(deliver(Arc::clone(shared), id.to_owned())).await.unwrap_or(false)
}

async fn deliver(shared: Arc<Shared>, id: String) -> bool {
    let (delivery, now) = {
        let mut world = shared.world();
        let now = world.now();
        match world.deliveries.get_mut(&id) {
            Some(delivery) if !delivery.sending => {
                delivery.sending = true;
                (delivery.clone(), now)
            }
            _ => return false,
        }
    };
    let status = post(&delivery, shared.options.webhook_patience, now).await;
    {
        let mut world = shared.world();
        let now = world.now();
        let mut delivery = Delivery { sending: false, ..delivery };
        delivery.tried(now, status);
        world.put(Change::Delivery(delivery));
        world.commit();
    }
    shared.tried.notify_waiters();
    shared.wake.notify_one();
    true
}

async fn post(delivery: &Delivery, patience: Duration, now: Timestamp) -> Option<u16> {
    let uri: Uri = delivery.url.parse().ok()?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header("tosspayments-webhook-transmission-id", &delivery.id)
        .header("tosspayments-webhook-transmission-time", korean(now))
        .header("tosspayments-webhook-transmission-retried-count", delivery.retried)
        .body(delivery.body.clone())
        .ok()?;
    let exchange = async {
        let client: Client<_, String> = Client::builder(TokioExecutor::new()).build_http();
        let response = client.request(request).await.ok()?;
        let status = response.status().as_u16();
        response.into_body().collect().await.ok()?;
        Some(status)
    };
    tokio::time::timeout(patience, exchange).await.ok().flatten()
}

/// Lets what happens by itself happen: payments expire, webhooks go out. Ends with the stand-in.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut sending = JoinSet::new();
    loop {
        let pause = {
            let mut world = shared.world();
            world.tick();
            let now = world.now();
            let due = world
                .deliveries
                .values()
                .filter(|delivery| delivery.due().is_some_and(|at| at <= now));
            for id in due.map(|delivery| delivery.id.clone()) {
                sending.spawn(deliver(Arc::clone(&shared), id));
            }
            let ahead = world.next_event().filter(|at| *at > now).map(|at| at.duration_since(now));
            match (world.clock, ahead) {
                // A stopped clock and an empty calendar wait for a push.
                (Clock::Stopped(_), _) | (_, None) => None,
                (Clock::Running(_), Some(ahead)) => Some(ahead.unsigned_abs()),
            }
        };
        while sending.try_join_next().is_some() {}
        tokio::select! {
            () = shared.wake.notified() => {}
            () = async { match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => std::future::pending().await,
            } } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_that_is_not_answered_with_200_comes_again_seven_times_and_then_no_more() {
        let start: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let mut delivery = Delivery {
            seq: 1,
            id: "whtrans_1".to_owned(),
            order_id: "order-1".to_owned(),
            event: "PAYMENT_STATUS_CHANGED".to_owned(),
            url: String::new(),
            body: String::new(),
            copies: 1,
            retried: 0,
            progress: Progress::Due(start),
            attempts: Vec::new(),
            sending: false,
        };
        let mut now = start;
        for status in [None, Some(500), Some(201), Some(204), Some(302), Some(404), None] {
            delivery.tried(now, status);
            let Progress::Due(next) = delivery.progress else { panic!("{:?}", delivery.progress) };
            now = next;
        }
        let minutes = now.duration_since(start).as_mins();
        assert_eq!(minutes, 1 + 4 + 16 + 64 + 256 + 1024 + 4096);
        delivery.tried(now, Some(503));
        assert_eq!(delivery.progress, Progress::GivenUp);
    }
}
