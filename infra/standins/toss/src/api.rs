//! The server API: authentication, idempotency, faults, and the six calls.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Response, StatusCode, header};
use jiff::civil::DateTime;

use crate::codes::{self, Code};
use crate::faults::{self, Fault, Met, On};
use crate::world::{Begun, Call, Reply};
use crate::{Shared, webhook};

/// Marks a response that is never sent: the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HangUp;

type World = State<Arc<Shared>>;

/// The six paths.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/payments/confirm", post(confirm))
        .route("/v1/payments/orders/{order_id}", get(query_order))
        .route("/v1/payments/{payment_key}", get(query_key))
        .route("/v1/payments/{payment_key}/cancel", post(cancel))
        .route("/v1/virtual-accounts", post(virtual_account))
        .route("/v1/transactions", get(transactions))
}

async fn confirm(State(shared): World, headers: HeaderMap, body: Bytes) -> Response<Body> {
    change(&shared, &headers, "/v1/payments/confirm", Call::Confirm(body.into())).await
}

async fn virtual_account(State(shared): World, headers: HeaderMap, body: Bytes) -> Response<Body> {
    change(&shared, &headers, "/v1/virtual-accounts", Call::VirtualAccount(body.into())).await
}

async fn cancel(
    State(shared): World,
    Path(payment_key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = format!("/v1/payments/{payment_key}/cancel");
    change(&shared, &headers, &path, Call::Cancel(payment_key, body.into())).await
}

async fn query_key(
    State(shared): World,
    Path(payment_key): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let order_id = shared.world().order_of(&Call::Cancel(payment_key.clone(), Vec::new()));
    query(&shared, &headers, order_id.as_deref(), |world| world.payment(&payment_key)).await
}

async fn query_order(
    State(shared): World,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    query(&shared, &headers, Some(&order_id), |world| world.payment_of_order(&order_id)).await
}

/// A stretch of the record: Korea's clock without a zone, both ends included.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Stretch {
    start_date: DateTime,
    end_date: DateTime,
    starting_after: Option<String>,
    limit: Option<usize>,
}

async fn transactions(
    State(shared): World,
    headers: HeaderMap,
    stretch: Result<Query<Stretch>, axum::extract::rejection::QueryRejection>,
) -> Response<Body> {
    query(&shared, &headers, None, |world| {
        let Query(stretch) = stretch.map_err(|_| &codes::INVALID_REQUEST)?;
        let limit = stretch.limit.unwrap_or(100);
        if limit == 0 || limit > 10_000 || stretch.start_date > stretch.end_date {
            return Err(&codes::INVALID_REQUEST);
        }
        Ok(world.transactions(
            stretch.start_date,
            stretch.end_date,
            stretch.starting_after.as_deref(),
            limit,
        ))
    })
    .await
}

/// A call that reads.
async fn query(
    shared: &Shared,
    headers: &HeaderMap,
    order_id: Option<&str>,
    read: impl FnOnce(&mut crate::world::World) -> Result<serde_json::Value, &'static Code>,
) -> Response<Body> {
    if let Err(code) = admit(shared, headers) {
        return answer(shared, headers, Reply::error(code));
    }
    let (met, reply) = {
        let mut world = shared.world();
        let met = faults::take(&mut world.rules, On::Query, order_id);
        let reply = match read(&mut world) {
            Ok(body) => Reply { status: 200, body },
            Err(code) => Reply::error(code),
        };
        (met, reply)
    };
    spoil(shared, headers, met.wire, reply).await
}

/// A call that changes something.
async fn change(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    path: &str,
    call: Call,
) -> Response<Body> {
    if let Err(code) = admit(shared, headers) {
        return answer(shared, headers, Reply::error(code));
    }
    let scope = match scope(shared, headers, path) {
        Ok(scope) => scope,
        Err(code) => return answer(shared, headers, Reply::error(code)),
    };
    // Declared before the flight: what is late has landed before the call counts as ended.
    let _call = shared.call();
    let (begun, met, last) = {
        let mut world = shared.world();
        let begun = world.begin(scope.as_deref());
        let order_id = world.order_of(&call);
        let met = match begun {
            Begun::InFlight => Met::default(),
            _ => faults::take(&mut world.rules, call.on(), order_id.as_deref()),
        };
        (begun, met, world.deliveries.len() as u64)
    };
    let mut flight = Flight {
        shared: Arc::clone(shared),
        call: Some(call),
        scope,
        webhook: met.webhook.clone(),
    };
    let reply = match (begun, &met.wire) {
        (Begun::InFlight, _) => {
            flight.call = None;
            Reply::error(&codes::IDEMPOTENT_REQUEST_PROCESSING)
        }
        (Begun::Again(reply), _) => {
            flight.call = None;
            reply
        }
        (Begun::Fresh, Some(Fault::ErrorBefore)) => {
            flight.fail(&codes::FAILED_INTERNAL_SYSTEM_PROCESSING)
        }
        (Begun::Fresh, Some(Fault::Answer { code })) => {
            flight.fail(codes::find(code).unwrap_or(&codes::COMMON_ERROR))
        }
        (Begun::Fresh, Some(Fault::Late)) => {
            shared.client_gone().await;
            flight.land()
        }
        (Begun::Fresh, _) => flight.land(),
    };
    shared.wake.notify_one();
    if met.webhook == Some(Fault::WebhookFirst) {
        for id in shared.webhooks_after(last) {
            webhook::send(shared, &id).await;
        }
    }
    spoil(shared, headers, met.wire, reply).await
}

/// A call on its way. Dropped before it has landed (the client is gone), it lands all the same:
/// that is what makes the late fault late.
struct Flight {
    shared: Arc<Shared>,
    call: Option<Call>,
    scope: Option<String>,
    webhook: Option<Fault>,
}

impl Flight {
    fn land(&mut self) -> Reply {
        match self.call.take() {
            Some(call) => {
                self.shared.world().perform(&call, self.scope.as_deref(), self.webhook.as_ref())
            }
            None => Reply::error(&codes::COMMON_ERROR),
        }
    }

    fn fail(&mut self, code: &'static Code) -> Reply {
        match self.call.take() {
            Some(call) => self.shared.world().refuse(
                &call,
                self.scope.as_deref(),
                code,
                self.webhook.as_ref(),
            ),
            None => Reply::error(code),
        }
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if self.call.is_some() {
            self.land();
            self.shared.wake.notify_one();
        }
    }
}

/// Answers, or does to the answer what the fault wants.
async fn spoil(
    shared: &Shared,
    headers: &HeaderMap,
    fault: Option<Fault>,
    reply: Reply,
) -> Response<Body> {
    match fault {
        Some(Fault::ReplyLost) => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(HangUp);
            response
        }
        Some(Fault::Slow) => {
            shared.client_gone().await;
            answer(shared, headers, reply)
        }
        Some(Fault::ErrorAfter | Fault::ErrorBefore) => {
            answer(shared, headers, Reply::error(&codes::FAILED_INTERNAL_SYSTEM_PROCESSING))
        }
        Some(Fault::InFlight) => {
            answer(shared, headers, Reply::error(&codes::IDEMPOTENT_REQUEST_PROCESSING))
        }
        Some(Fault::Answer { code }) => answer(
            shared,
            headers,
            Reply::error(codes::find(&code).unwrap_or(&codes::COMMON_ERROR)),
        ),
        _ => answer(shared, headers, reply),
    }
}

fn answer(shared: &Shared, headers: &HeaderMap, mut reply: Reply) -> Response<Body> {
    let english = text(headers, header::ACCEPT_LANGUAGE.as_str())
        .is_some_and(|value| value.starts_with("en"));
    let code = reply.body.get("code").and_then(|code| code.as_str()).and_then(codes::find);
    if let (true, Some(code)) = (english, code) {
        reply.body = serde_json::json!({"code": code.code, "message": code.english});
    }
    let mut response = Response::new(Body::from(reply.body.to_string()));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_TYPE,
        header::HeaderValue::from_static("application/json;charset=UTF-8"),
    );
    if let Ok(trace) = header::HeaderValue::try_from(shared.trace()) {
        headers.insert("x-tosspayments-trace-id", trace);
    }
    response
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}

/// Lets a call in: the Basic header with its colon, our secret key, and no error asked for.
fn admit(shared: &Shared, headers: &HeaderMap) -> Result<(), &'static Code> {
    let value = text(headers, header::AUTHORIZATION.as_str()).ok_or(&codes::UNAUTHORIZED_KEY)?;
    let encoded = value.strip_prefix("Basic ").ok_or(&codes::INCORRECT_BASIC_AUTH_FORMAT)?;
    let decoded = STANDARD.decode(encoded).map_err(|_| &codes::INCORRECT_BASIC_AUTH_FORMAT)?;
    let decoded = String::from_utf8(decoded).map_err(|_| &codes::INCORRECT_BASIC_AUTH_FORMAT)?;
    let key = decoded.strip_suffix(':').ok_or(&codes::INCORRECT_BASIC_AUTH_FORMAT)?;
    if key == shared.options.client_key {
        return Err(&codes::INVALID_API_KEY);
    }
    if key != shared.options.secret_key {
        return Err(&codes::UNAUTHORIZED_KEY);
    }
    match text(headers, "tosspayments-test-code") {
        // A live key cannot ask for errors.
        Some(code) if !key.starts_with("live_") => {
            Err(codes::find(code).unwrap_or(&codes::INVALID_REQUEST))
        }
        _ => Ok(()),
    }
}

/// What an idempotency key counts in: key, API key, method and path. Not the body.
fn scope(
    shared: &Shared,
    headers: &HeaderMap,
    path: &str,
) -> Result<Option<String>, &'static Code> {
    let Some(key) = headers.get("idempotency-key") else { return Ok(None) };
    let key = key.to_str().map_err(|_| &codes::INVALID_IDEMPOTENCY_KEY)?;
    if key.chars().count() > 300 {
        return Err(&codes::INVALID_IDEMPOTENCY_KEY);
    }
    Ok(Some(format!("{} POST {path} {key}", shared.options.secret_key)))
}
