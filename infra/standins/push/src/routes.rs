//! The HTTP routes: the push service, and the control API under `/_standin/`.

use std::sync::Arc;

use axum::{
    Router,
    body::Bytes,
    extract::{DefaultBodyLimit, Json, Path, State},
    response::{IntoResponse, Response},
    routing::{delete, get, post},
};
use http::{HeaderMap, HeaderName, StatusCode, header};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::json;

use crate::{Fault, LARGEST_BODY, Push, Shared, decrypt, signature};

type AppState = State<Arc<Shared>>;

pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/push/{device}", post(push))
        .route("/_standin/devices", post(subscribe))
        .route("/_standin/devices/{device}", delete(end_subscription))
        .route("/_standin/pushes", get(pushes))
        .route("/_standin/faults", post(add_fault).delete(clear_faults))
        .layer(DefaultBodyLimit::max(1 << 20))
        .layer(axum::middleware::from_fn(loopback::only))
        .with_state(shared)
}

fn error(status: StatusCode, why: impl Into<String>) -> Response {
    (status, Json(json!({ "code": status.as_u16(), "message": why.into() }))).into_response()
}

async fn push(
    State(shared): AppState,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let endpoint = shared.endpoint(&name);
    let mut service = shared.service();
    service.requests += 1;
    let applies = |fault: &&mut Fault| {
        fault.times > 0 && fault.endpoint.as_ref().is_none_or(|only| *only == endpoint)
    };
    let fault = service.faults.iter_mut().find(applies).map(|fault| {
        fault.times -= 1;
        fault.clone()
    });
    let failure = fault.map(|fault| {
        let status =
            StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = error(status, "a requested fault");
        answer
            .headers_mut()
            .extend(fault.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into())));
        (answer, fault.taken)
    });
    if let Some((answer, false)) = failure {
        return answer;
    }
    let now = service.now.unwrap_or_else(Timestamp::now);
    let Some(device) = service.devices.iter_mut().find(|known| known.name == name) else {
        return error(StatusCode::NOT_FOUND, "there is no such device");
    };
    if device.gone {
        return error(StatusCode::GONE, "the subscription has ended");
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(authorization) = text(header::AUTHORIZATION) else {
        return error(StatusCode::UNAUTHORIZED, "there is no Authorization header");
    };
    let key = match signature::signed_by(authorization, &shared.url, now) {
        Ok(key) => key,
        Err(why) => return error(StatusCode::FORBIDDEN, why),
    };
    if *device.server_key.get_or_insert_with(|| key.clone()) != key {
        return error(StatusCode::FORBIDDEN, "the device subscribed with another key");
    }
    let Some(ttl) = text(HeaderName::from_static("ttl")).and_then(|ttl| ttl.parse().ok()) else {
        return error(StatusCode::BAD_REQUEST, "the TTL header is missing or invalid");
    };
    let urgency = text(HeaderName::from_static("urgency"));
    if urgency.is_some_and(|urgency| !["very-low", "low", "normal", "high"].contains(&urgency)) {
        return error(StatusCode::BAD_REQUEST, "the Urgency header is invalid");
    }
    if text(header::CONTENT_ENCODING) != Some("aes128gcm") {
        return error(StatusCode::BAD_REQUEST, "Content-Encoding is not aes128gcm");
    }
    if body.len() > LARGEST_BODY {
        return error(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 4096 bytes");
    }
    let decrypted = decrypt(&device.keys, &body).map_err(|why| why.to_string());
    let decrypted = decrypted
        .and_then(|text| String::from_utf8(text).map_err(|_| "the text is not UTF-8".to_owned()));
    let text = match decrypted {
        Ok(text) => text,
        Err(why) => return error(StatusCode::BAD_REQUEST, why),
    };
    let urgency = urgency.map(ToOwned::to_owned);
    service.pushes.push(Push { endpoint, text, ttl, urgency, bytes: body.len(), at: now });
    let location = format!("{}/message/{}", shared.url, service.pushes.len());
    match failure {
        Some((answer, _)) => answer,
        None => (StatusCode::CREATED, [(header::LOCATION, location)]).into_response(),
    }
}

/// The options of `PushManager.subscribe()`.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct SubscribeOptions {
    application_server_key: Option<String>,
}

async fn subscribe(State(shared): AppState, body: Bytes) -> Response {
    let options: SubscribeOptions = if body.is_empty() {
        SubscribeOptions::default()
    } else {
        match serde_json::from_slice(&body) {
            Ok(options) => options,
            Err(why) => return error(StatusCode::BAD_REQUEST, why.to_string()),
        }
    };
    match shared.device(options.application_server_key) {
        Some(subscription) => (StatusCode::CREATED, Json(subscription)).into_response(),
        None => {
            error(StatusCode::INTERNAL_SERVER_ERROR, "the operating system provided no randomness")
        }
    }
}

async fn end_subscription(State(shared): AppState, Path(device): Path<String>) -> StatusCode {
    if shared.end(&device) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn pushes(State(shared): AppState) -> Response {
    Json(shared.service().pushes.clone()).into_response()
}

async fn add_fault(State(shared): AppState, Json(fault): Json<Fault>) -> StatusCode {
    shared.service().faults.push(fault);
    StatusCode::NO_CONTENT
}

async fn clear_faults(State(shared): AppState) -> StatusCode {
    shared.service().faults.clear();
    StatusCode::NO_CONTENT
}
