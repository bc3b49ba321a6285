//! The payment provider's webhook. Its calls are unsigned, so a call is only a hint which order to
//! look up: the provider is asked, and the answer is settled by the same transitions as when the
//! reader comes back.
//!
//! Answers: 200 for a call that was handled, handled before or does not concern us; 400 for a body
//! that cannot be read; 403 for a bank transfer whose secret does not match; 405 for anything but
//! POST; 503 if the provider or the table does not answer, so that the call is repeated.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc};

use domain::{
    base::id::OrderId,
    order::{PaymentKey, bank_transfer::order_named},
};
use lambda_http::{Body, Request, Response, Service, http::StatusCode, service_fn};
use payments::{ConfirmOutcome, LookupOutcome, PaymentError, Payments, Told};
use platform::{Clock, Init, InitError, LazyState, Platform};
use serde::Deserialize;
use store::Store;

/// Longest body that is read, in bytes. A payment has about three thousand.
const LONGEST_BODY: usize = 64 * 1024;

/// The header with the id of a transmission, which is the same on every repetition.
const TRANSMISSION: &str = "tosspayments-webhook-transmission-id";

/// Longest transmission id that is accepted.
const LONGEST_ID: usize = 200;

struct Webhook {
    store: Store,
    payments: Payments,
    clock: Clock,
}

impl Init for Webhook {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            payments: Payments::init(platform).await?,
            clock: platform.clock.clone(),
        })
    }
}

/// A call's body: `PAYMENT_STATUS_CHANGED` wraps a payment, `DEPOSIT_CALLBACK` is flat. Other
/// fields are ignored.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Payload {
    event_type: Option<String>,
    data: Option<Data>,
    order_id: Option<String>,
    secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Data {
    order_id: Option<String>,
    payment_key: Option<String>,
}

/// What a call concerns.
#[derive(Debug, PartialEq, Eq)]
enum Hint {
    /// A payment of this order has changed; with its key, if the call carries one.
    Changed(String, Option<PaymentKey>),
    /// A bank transfer for this order came or was reversed; with the secret that proves it.
    Deposit(String, String),
    /// Nothing of ours.
    Nothing,
}

/// A request being answered. Boxed: avoids the type-depth limit.
type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// The webhook as a service from request to answer.
pub fn function(
    platform: Platform,
) -> impl Service<Request, Response = Response<Body>, Error = Infallible, Future = Answering>
+ Clone
+ Send
+ 'static {
    let clock = platform.clock.clone();
    let opened = Arc::new(LazyState::<Webhook>::new(platform));
    service_fn(move |request: Request| {
        let (opened, clock) = (Arc::clone(&opened), clock.clone());
        let invocation = gateway::invocation(&request);
        let work = async move {
            match opened.get().await {
                Ok(webhook) => Box::pin(answer(&webhook, &request)).await,
                Err(why) => {
                    tracing::error!(error.message = %why, "function cannot start");
                    StatusCode::SERVICE_UNAVAILABLE
                }
            }
        };
        Box::pin(async move { Ok(gateway::plain(invocation.run(&clock, work).await)) }) as Answering
    })
}

async fn answer(webhook: &Webhook, request: &Request) -> StatusCode {
    if request.method().as_str() != "POST" {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let (Some(hint), Some(transmission)) = (read(body(request)), transmission(request)) else {
        return StatusCode::BAD_REQUEST;
    };
    let (name, key, secret) = match &hint {
        Hint::Changed(name, key) => (name, key.as_ref(), None),
        Hint::Deposit(name, secret) => (name, None, Some(secret.as_str())),
        Hint::Nothing => return StatusCode::OK,
    };
    // The provider account may serve another shop.
    let Some(id) = order_named(name) else { return StatusCode::OK };
    let told = Told { name, key, secret, later: false };
    match Box::pin(look(webhook, id, told, transmission)).await {
        Ok(status) => status,
        Err(why) => {
            tracing::error!(order = %id, error.message = %why, "request failed");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Looks the order up unless this transmission was handled before. That it was handled is recorded
/// last, so that a failed look-up is repeated.
async fn look(
    webhook: &Webhook,
    order: OrderId,
    told: Told<'_>,
    transmission: &str,
) -> Result<StatusCode, PaymentError> {
    if webhook.store.was_heard(transmission).await? {
        return Ok(StatusCode::OK);
    }
    let now = webhook.clock.now();
    let looked = match Box::pin(webhook.payments.look(order, told, now)).await {
        // Other writers change the order all the time. It is looked at when they have done.
        Err(PaymentError::Busy) => {
            webhook.store.look_later(order, told.name, now).await?;
            LookupOutcome::Later
        }
        looked => looked?,
    };
    match looked {
        LookupOutcome::Later => {
            // One note waits for the sweep, however many come: they leave no record each.
            tracing::info!(order = %order, "webhook left to the sweep");
            return Ok(StatusCode::OK);
        }
        LookupOutcome::NoSuchOrder => return Ok(StatusCode::OK),
        LookupOutcome::NoAnswer => return Ok(StatusCode::SERVICE_UNAVAILABLE),
        LookupOutcome::WrongSecret => {
            tracing::warn!(order = %order, "the webhook’s deposit secret does not match");
            return Ok(StatusCode::FORBIDDEN);
        }
        LookupOutcome::Settled(outcome) => {
            tracing::info!(order = %order, outcome = known(&outcome), "webhook handled");
        }
    }
    webhook.store.heard(transmission, now).await?;
    Ok(StatusCode::OK)
}

const fn known(outcome: &ConfirmOutcome) -> &'static str {
    match outcome {
        ConfirmOutcome::Paid(_) => "paid",
        ConfirmOutcome::Refused(..) => "refused",
        ConfirmOutcome::Cancelled(_) => "cancelled",
        ConfirmOutcome::AwaitsTransfer(_) => "awaits a transfer",
        _ => "unknown",
    }
}

fn body(request: &Request) -> &[u8] {
    match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    }
}

fn transmission(request: &Request) -> Option<&str> {
    let name = request.headers().get(TRANSMISSION)?.to_str().ok()?;
    (!name.is_empty() && name.len() <= LONGEST_ID).then_some(name)
}

/// What a body concerns; `None` if it cannot be read.
fn read(body: &[u8]) -> Option<Hint> {
    if body.len() > LONGEST_BODY {
        return None;
    }
    let payload: Payload = serde_json::from_slice(body).ok()?;
    Some(match (payload.event_type.as_deref(), payload.data, payload.order_id, payload.secret) {
        (Some("PAYMENT_STATUS_CHANGED"), Some(Data { order_id: Some(order), payment_key }), ..) => {
            // A key that is none makes the whole call unreadable.
            Hint::Changed(order, payment_key.map(|key| key.parse()).transpose().ok()?)
        }
        (Some("PAYMENT_STATUS_CHANGED"), ..) => return None,
        (None | Some("DEPOSIT_CALLBACK"), _, Some(order), Some(secret)) => {
            Hint::Deposit(order, secret)
        }
        (Some(_), ..) => Hint::Nothing,
        (None, ..) => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_a_hint_or_nothing_or_unreadable() {
        let keyed = br#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"A","paymentKey":"tgen_1"}}"#;
        let key = "tgen_1".parse().unwrap();
        assert_eq!(read(keyed), Some(Hint::Changed("A".into(), Some(key))));
        let changed = br#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"orderId":"A","status":"DONE","of_tomorrow":[1]}}"#;
        assert_eq!(read(changed), Some(Hint::Changed("A".into(), None)));
        let deposit =
            br#"{"createdAt":"x","secret":"ps_1","status":"DONE","transactionKey":"t","orderId":"A"}"#;
        assert_eq!(read(deposit), Some(Hint::Deposit("A".into(), "ps_1".into())));
        assert_eq!(read(br#"{"eventType":"payout.changed","data":{"id":1}}"#), Some(Hint::Nothing));
        for unreadable in [
            &b""[..],
            b"[]",
            b"null",
            b"{}",
            b"\xff",
            br#"{"eventType":"PAYMENT_STATUS_CHANGED"}"#,
            br#"{"orderId":"A"}"#,
            br#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"A","paymentKey":""}}"#,
            br#"{"eventType":"PAYMENT_STATUS_CHANGED","data":{"orderId":"A","paymentKey":"\u0000"}}"#,
        ] {
            assert_eq!(read(unreadable), None);
        }
        assert_eq!(read(&vec![b' '; LONGEST_BODY + 1]), None);
    }
}
