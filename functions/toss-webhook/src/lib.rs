//! Hears what the payment provider says by itself. Its calls are unsigned, so what they say is a
//! hint about which order to look at and nothing more: the till asks the provider and settles what
//! it finds, by the same guarded transitions as when the reader comes back.
//!
//! Answers: 200 for what was heard, heard before or means nothing to us; 400 for what can not be
//! read; 403 for a deposit whose secret is wrong; 405 for anything but POST; 503 when the provider
//! or the table does not answer, so that the provider says it again.

use std::{convert::Infallible, future::Future, pin::Pin, sync::Arc};

use domain::{base::id::OrderId, order::bank_transfer::order_named};
use lambda_http::{Body, Request, Response, Service, http::StatusCode, service_fn};
use payments::{ConfirmOutcome, LookupOutcome, Payments};
use platform::{Clock, Init, InitError, LazyState, Platform};
use serde::Deserialize;
use store::Store;

/// Longest body that is read, in bytes. A payment is about three thousand.
const LONGEST_BODY: usize = 64 * 1024;

/// The name of a transmission. The same on every repetition.
const TRANSMISSION: &str = "tosspayments-webhook-transmission-id";

/// Longest name of a transmission that is remembered.
const LONGEST_NAME: usize = 200;

struct Ear {
    store: Store,
    payments: Payments,
    clock: Clock,
}

impl Init for Ear {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            payments: Payments::init(platform).await?,
            clock: platform.clock.clone(),
        })
    }
}

/// What may be said: `PAYMENT_STATUS_CHANGED` wraps a payment, `DEPOSIT_CALLBACK` is flat.
/// Everything else in it is left aside.
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
}

/// Which order to look at.
#[derive(Debug, PartialEq, Eq)]
enum Hint {
    /// A payment of this order has changed.
    Changed(String),
    /// Somebody paid into the account of this order, or the bank took it back; the secret proves
    /// it.
    Deposit(String, String),
    /// Something that is none of ours.
    Nothing,
}

/// A request being answered. Boxed, because the types of what it awaits nest deeper than the
/// compiler likes.
type Answering = Pin<Box<dyn Future<Output = Result<Response<Body>, Infallible>> + Send>>;

/// The ear as a service from request to answer.
pub fn function(
    platform: Platform,
) -> impl Service<Request, Response = Response<Body>, Error = Infallible, Future = Answering>
+ Clone
+ Send
+ 'static {
    let opened = Arc::new(LazyState::<Ear>::new(platform));
    service_fn(move |request: Request| {
        let opened = Arc::clone(&opened);
        Box::pin(async move {
            let status = match opened.get().await {
                Ok(ear) => answer(&ear, &request).await,
                Err(why) => {
                    tracing::error!(step = "toss-webhook", error.message = %why, "function can not serve");
                    StatusCode::SERVICE_UNAVAILABLE
                }
            };
            let mut response = Response::new(Body::Empty);
            *response.status_mut() = status;
            Ok(response)
        }) as Answering
    })
}

async fn answer(ear: &Ear, request: &Request) -> StatusCode {
    if request.method().as_str() != "POST" {
        return StatusCode::METHOD_NOT_ALLOWED;
    }
    let (Some(hint), Some(transmission)) = (read(body(request)), transmission(request)) else {
        return StatusCode::BAD_REQUEST;
    };
    let (order, secret) = match &hint {
        Hint::Changed(order) => (order, None),
        Hint::Deposit(order, secret) => (order, Some(secret.as_str())),
        Hint::Nothing => return StatusCode::OK,
    };
    // An order of another shop under the same account is none of ours.
    let Some(id) = order_named(order) else { return StatusCode::OK };
    match hear(ear, (id, order), secret, transmission).await {
        Ok(status) => status,
        Err(why) => {
            tracing::error!(step = "toss-webhook", order = %id, error.message = %why, "request failed");
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

/// Looks at the order unless this very transmission was heard before. That it was heard is written
/// down last: a look that failed is repeated.
async fn hear(
    ear: &Ear,
    (order, name): (OrderId, &str),
    secret: Option<&str>,
    transmission: &str,
) -> Result<StatusCode, payments::PaymentError> {
    if ear.store.was_heard(transmission).await? {
        return Ok(StatusCode::OK);
    }
    let now = ear.clock.now();
    match ear.payments.look(order, name, secret, now).await? {
        LookupOutcome::NoSuchOrder => return Ok(StatusCode::OK),
        LookupOutcome::NoAnswer => return Ok(StatusCode::SERVICE_UNAVAILABLE),
        LookupOutcome::WrongSecret => {
            tracing::warn!(step = "toss-webhook", order = %order, "a deposit was told of with a wrong secret");
            return Ok(StatusCode::FORBIDDEN);
        }
        LookupOutcome::Settled(outcome) => {
            tracing::info!(step = "toss-webhook", order = %order, outcome = known(&outcome), "heard");
        }
    }
    ear.store.heard(transmission, now).await?;
    Ok(StatusCode::OK)
}

const fn known(outcome: &ConfirmOutcome) -> &'static str {
    match outcome {
        ConfirmOutcome::Paid(_) => "paid",
        ConfirmOutcome::Refused(..) => "refused",
        ConfirmOutcome::Cancelled(_) => "cancelled",
        ConfirmOutcome::AwaitsTransfer(_) => "waits for a deposit",
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
    (!name.is_empty() && name.len() <= LONGEST_NAME).then_some(name)
}

/// What a body says; none if it can not be read.
fn read(body: &[u8]) -> Option<Hint> {
    if body.len() > LONGEST_BODY {
        return None;
    }
    let said: Payload = serde_json::from_slice(body).ok()?;
    Some(match (said.event_type.as_deref(), said.data, said.order_id, said.secret) {
        (Some("PAYMENT_STATUS_CHANGED"), Some(Data { order_id: Some(order) }), ..) => {
            Hint::Changed(order)
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
    fn a_body_is_a_hint_nothing_or_unreadable() {
        let changed = br#"{"eventType":"PAYMENT_STATUS_CHANGED","createdAt":"x","data":{"orderId":"A","status":"DONE","of_tomorrow":[1]}}"#;
        assert_eq!(read(changed), Some(Hint::Changed("A".into())));
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
        ] {
            assert_eq!(read(unreadable), None);
        }
        assert_eq!(read(&vec![b' '; LONGEST_BODY + 1]), None);
    }
}
