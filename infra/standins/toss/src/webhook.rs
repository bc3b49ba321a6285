//! Sends webhooks with Toss's headers, and runs what happens without a request: payments expire,
//! webhooks become due.

use std::sync::Arc;
use std::time::Duration;

use http::{Method, Request, Uri, header};
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use jiff::Timestamp;
use tokio::task::JoinSet;

use crate::clock::{Clock, iso_korea};
use crate::delivery::Delivery;
use crate::journal::Change;
use crate::shared::Shared;

/// Sends a webhook now, whatever its progress, and waits for the answer. Returns `false` if there
/// is no such webhook or an attempt is in progress.
pub(crate) async fn send(shared: &Arc<Shared>, id: &str) -> bool {
    // A separate task, because a handler is dropped with its client's connection.
    tokio::spawn(deliver(Arc::clone(shared), id.to_owned())).await.unwrap_or(false)
}

/// Sends the webhooks after the first `count`, one after the other: [`Fault::WebhookFirst`].
///
/// [`Fault::WebhookFirst`]: crate::Fault::WebhookFirst
pub(crate) async fn send_after(shared: &Arc<Shared>, count: u64) {
    for delivery in shared.webhooks().into_iter().filter(|delivery| delivery.seq > count) {
        send(shared, &delivery.id).await;
    }
}

async fn deliver(shared: Arc<Shared>, id: String) -> bool {
    let (delivery, now) = {
        let mut provider = shared.provider();
        let now = provider.now();
        match provider.deliveries.get_mut(&id) {
            Some(delivery) if !delivery.sending => {
                delivery.sending = true;
                (delivery.clone(), now)
            }
            _ => return false,
        }
    };
    let status = post(&delivery, shared.options.webhook_limit, now).await;
    {
        let mut provider = shared.provider();
        let now = provider.now();
        let mut delivery = Delivery { sending: false, ..delivery };
        delivery.attempted(now, status);
        provider.apply(Change::Delivery(delivery));
        provider.commit();
    }
    shared.attempted.notify_waiters();
    shared.wake.notify_one();
    true
}

async fn post(delivery: &Delivery, limit: Duration, now: Timestamp) -> Option<u16> {
    let uri: Uri = delivery.url.parse().ok()?;
    let request = Request::builder()
        .method(Method::POST)
        .uri(uri)
        .header(header::CONTENT_TYPE, "application/json; charset=utf-8")
        .header("tosspayments-webhook-transmission-id", &delivery.id)
        .header("tosspayments-webhook-transmission-time", iso_korea(now))
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
    tokio::time::timeout(limit, exchange).await.ok().flatten()
}

/// Expires payments and sends due webhooks, until the stand-in ends.
pub(crate) async fn run(shared: Arc<Shared>) {
    let mut sending = JoinSet::new();
    loop {
        let pause = {
            let mut provider = shared.provider();
            provider.expire_payments();
            let now = provider.now();
            let due = provider
                .deliveries
                .values()
                .filter(|delivery| delivery.due().is_some_and(|at| at <= now));
            for id in due.map(|delivery| delivery.id.clone()) {
                sending.spawn(deliver(Arc::clone(&shared), id));
            }
            let ahead =
                provider.next_event().filter(|at| *at > now).map(|at| at.duration_since(now));
            match (provider.clock, ahead) {
                // A stopped clock, or nothing scheduled: only a notification wakes the loop.
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
