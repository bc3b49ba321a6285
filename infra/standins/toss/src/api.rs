//! The server API: authentication, idempotency, faults, and the six endpoints.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, Query, State};
use axum::routing::{get, post};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Response, StatusCode, header};
use jiff::civil::DateTime;

use crate::codes::{self, Code};
use crate::faults::{self, CallFaults, Fault, On};
use crate::idempotency::{KeyState, Reply};
use crate::provider::{Answer, Call, Provider};
use crate::server::CutConnection;
use crate::shared::Shared;
use crate::webhook;

type AppState = State<Arc<Shared>>;

/// The six endpoints.
pub(crate) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/payments/confirm", post(confirm))
        .route("/v1/payments/orders/{order_id}", get(query_order))
        .route("/v1/payments/{payment_key}", get(query_key))
        .route("/v1/payments/{payment_key}/cancel", post(cancel))
        .route("/v1/virtual-accounts", post(virtual_account))
        .route("/v1/transactions", get(transactions))
}

async fn confirm(State(shared): AppState, headers: HeaderMap, body: Bytes) -> Response<Body> {
    change(&shared, &headers, "/v1/payments/confirm", Call::Confirm(body.into())).await
}

async fn virtual_account(
    State(shared): AppState,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    change(&shared, &headers, "/v1/virtual-accounts", Call::VirtualAccount(body.into())).await
}

async fn cancel(
    State(shared): AppState,
    Path(payment_key): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response<Body> {
    let path = format!("/v1/payments/{payment_key}/cancel");
    change(&shared, &headers, &path, Call::Cancel(payment_key, body.into())).await
}

async fn query_key(
    State(shared): AppState,
    Path(payment_key): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    let order_id = shared.provider().order_of(&Call::Cancel(payment_key.clone(), Vec::new()));
    query(&shared, &headers, order_id.as_deref(), |provider| provider.payment(&payment_key)).await
}

async fn query_order(
    State(shared): AppState,
    Path(order_id): Path<String>,
    headers: HeaderMap,
) -> Response<Body> {
    query(&shared, &headers, Some(&order_id), |provider| provider.payment_of_order(&order_id)).await
}

/// The query for transactions: times in Korea without an offset, both inclusive.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct TransactionQuery {
    start_date: DateTime,
    end_date: DateTime,
    starting_after: Option<String>,
    limit: Option<usize>,
}

async fn transactions(
    State(shared): AppState,
    headers: HeaderMap,
    parameters: Result<Query<TransactionQuery>, axum::extract::rejection::QueryRejection>,
) -> Response<Body> {
    query(&shared, &headers, None, |provider| {
        let Query(parameters) = parameters.map_err(|_| &codes::INVALID_REQUEST)?;
        let limit = parameters.limit.unwrap_or(100);
        if limit == 0 || limit > 10_000 || parameters.start_date > parameters.end_date {
            return Err(&codes::INVALID_REQUEST);
        }
        Ok(provider.transactions(
            parameters.start_date,
            parameters.end_date,
            parameters.starting_after.as_deref(),
            limit,
        ))
    })
    .await
}

/// Answers a call that reads.
async fn query(
    shared: &Shared,
    headers: &HeaderMap,
    order_id: Option<&str>,
    read: impl FnOnce(&mut Provider) -> Answer,
) -> Response<Body> {
    if let Err(code) = authenticate(shared, headers) {
        return answer(shared, headers, Reply::error(code));
    }
    let (faults, reply) = {
        let mut provider = shared.provider();
        let faults = faults::take(&mut provider.rules, On::Query, order_id);
        let reply = match read(&mut provider) {
            Ok(body) => Reply { status: 200, body },
            Err(code) => Reply::error(code),
        };
        (faults, reply)
    };
    send(shared, headers, faults.reply, reply).await
}

/// Answers a call that changes something.
async fn change(
    shared: &Arc<Shared>,
    headers: &HeaderMap,
    path: &str,
    call: Call,
) -> Response<Body> {
    if let Err(code) = authenticate(shared, headers) {
        return answer(shared, headers, Reply::error(code));
    }
    let scope = match scope(shared, headers, path) {
        Ok(scope) => scope,
        Err(code) => return answer(shared, headers, Reply::error(code)),
    };
    // Declared before the pending call, so that it is dropped later: a late call is performed
    // before it counts as ended.
    let _guard = shared.count_call();
    let (key_state, faults, webhooks_before) = {
        let mut provider = shared.provider();
        let key_state = provider.begin(scope.as_deref());
        let order_id = provider.order_of(&call);
        let faults = match key_state {
            KeyState::InFlight => CallFaults::default(),
            _ => faults::take(&mut provider.rules, call.on(), order_id.as_deref()),
        };
        (key_state, faults, provider.deliveries.len() as u64)
    };
    let mut pending = PendingCall {
        shared: Arc::clone(shared),
        call: Some(call),
        scope,
        webhook: faults.webhook.clone(),
    };
    let reply = match (key_state, &faults.reply) {
        (KeyState::InFlight, _) => {
            pending.call = None;
            Reply::error(&codes::IDEMPOTENT_REQUEST_PROCESSING)
        }
        (KeyState::Answered(reply), _) => {
            pending.call = None;
            reply
        }
        (KeyState::Fresh, Some(Fault::ErrorBefore)) => {
            pending.refuse(&codes::FAILED_INTERNAL_SYSTEM_PROCESSING)
        }
        (KeyState::Fresh, Some(Fault::Answer { code })) => {
            pending.refuse(codes::find(code).unwrap_or(&codes::COMMON_ERROR))
        }
        (KeyState::Fresh, Some(Fault::AnswerKept { code })) => {
            pending.refuse_for_good(codes::find(code).unwrap_or(&codes::COMMON_ERROR))
        }
        (KeyState::Fresh, Some(Fault::Late)) => {
            shared.hold_call().await;
            pending.perform()
        }
        (KeyState::Fresh, _) => pending.perform(),
    };
    shared.wake.notify_one();
    if faults.webhook == Some(Fault::WebhookFirst) {
        webhook::send_after(shared, webhooks_before).await;
    }
    send(shared, headers, faults.reply, reply).await
}

/// A call that is not performed yet. Dropping it (when the client is gone) performs it, which is
/// what [`Fault::Late`] means.
struct PendingCall {
    shared: Arc<Shared>,
    call: Option<Call>,
    scope: Option<String>,
    webhook: Option<Fault>,
}

impl PendingCall {
    fn perform(&mut self) -> Reply {
        match self.call.take() {
            Some(call) => {
                self.shared.provider().perform(&call, self.scope.as_deref(), self.webhook.as_ref())
            }
            None => Reply::error(&codes::COMMON_ERROR),
        }
    }

    /// Refuses the call, and keeps the answer for its key.
    fn refuse_for_good(&mut self, code: &'static Code) -> Reply {
        self.call = None;
        self.shared.provider().keep_error(self.scope.as_deref(), code)
    }

    fn refuse(&mut self, code: &'static Code) -> Reply {
        match self.call.take() {
            Some(call) => self.shared.provider().refuse(
                &call,
                self.scope.as_deref(),
                code,
                self.webhook.as_ref(),
            ),
            None => Reply::error(code),
        }
    }
}

impl Drop for PendingCall {
    fn drop(&mut self) {
        if self.call.is_some() {
            self.perform();
            self.shared.wake.notify_one();
        }
    }
}

/// Sends the reply, or what the fault makes of it.
async fn send(
    shared: &Shared,
    headers: &HeaderMap,
    fault: Option<Fault>,
    reply: Reply,
) -> Response<Body> {
    match fault {
        Some(Fault::ReplyLost) => {
            let mut response = Response::new(Body::empty());
            response.extensions_mut().insert(CutConnection);
            response
        }
        Some(Fault::Slow) => {
            shared.hold_call().await;
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

/// Counts the call, and checks the Basic header and the secret key. A `TossPayments-Test-Code` header requests an error.
fn authenticate(shared: &Shared, headers: &HeaderMap) -> Result<(), &'static Code> {
    shared.api_calls.fetch_add(1, Ordering::Relaxed);
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
        // A live key cannot request errors.
        Some(code) if !key.starts_with("live_") => {
            Err(codes::find(code).unwrap_or(&codes::INVALID_REQUEST))
        }
        _ => Ok(()),
    }
}

/// The idempotency key with what Toss compares it by: API key, method and path, not the body.
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
