//! What it answers: the push service's wire, and the desk at which a test or a person sees what
//! arrived.

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

use crate::{Fault, LARGEST, Push, Shared, decrypt, signature};

type World = State<Arc<Shared>>;

pub(crate) fn routes(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/push/{device}", post(push))
        .route("/_standin/devices", post(make))
        .route("/_standin/devices/{device}", delete(end))
        .route("/_standin/pushes", get(pushes))
        .route("/_standin/faults", post(fault).delete(no_faults))
        .layer(DefaultBodyLimit::max(1 << 20))
        .with_state(shared)
}

fn refused(status: StatusCode, why: impl Into<String>) -> Response {
    (status, Json(json!({ "code": status.as_u16(), "message": why.into() }))).into_response()
}

async fn push(
    State(shared): World,
    Path(device): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let endpoint = shared.endpoint(&device);
    let mut world = shared.world();
    world.asked += 1;
    let meets = |fault: &&mut Fault| {
        fault.times > 0 && fault.endpoint.as_ref().is_none_or(|only| *only == endpoint)
    };
    let met = world.faults.iter_mut().find(meets).map(|fault| {
        fault.times -= 1;
        fault.clone()
    });
    let fails = met.map(|fault| {
        let status =
            StatusCode::from_u16(fault.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut answer = refused(status, "a fault that was asked for");
        answer
            .headers_mut()
            .extend(fault.retry_after.map(|seconds| (header::RETRY_AFTER, seconds.into())));
        (answer, fault.taken)
    });
    if let Some((answer, false)) = fails {
        return answer;
    }
    let now = world.now.unwrap_or_else(Timestamp::now);
    let Some(held) = world.devices.iter_mut().find(|held| held.name == device) else {
        return refused(StatusCode::NOT_FOUND, "there is no such device");
    };
    if held.gone {
        return refused(StatusCode::GONE, "the device is no more");
    }
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let Some(authorization) = text(header::AUTHORIZATION) else {
        return refused(StatusCode::UNAUTHORIZED, "nobody signed");
    };
    let key = match signature::signed_by(authorization, &shared.url, now) {
        Ok(key) => key,
        Err(why) => return refused(StatusCode::FORBIDDEN, why),
    };
    if *held.belongs_to.get_or_insert_with(|| key.clone()) != key {
        return refused(StatusCode::FORBIDDEN, "the device was made for another key");
    }
    let Some(ttl) = text(HeaderName::from_static("ttl")).and_then(|ttl| ttl.parse().ok()) else {
        return refused(StatusCode::BAD_REQUEST, "there is no TTL");
    };
    let urgency = text(HeaderName::from_static("urgency"));
    if urgency.is_some_and(|urgency| !["very-low", "low", "normal", "high"].contains(&urgency)) {
        return refused(StatusCode::BAD_REQUEST, "there is no such Urgency");
    }
    if text(header::CONTENT_ENCODING) != Some("aes128gcm") {
        return refused(StatusCode::BAD_REQUEST, "Content-Encoding is not aes128gcm");
    }
    if body.len() > LARGEST {
        return refused(StatusCode::PAYLOAD_TOO_LARGE, "the body is longer than 4096 bytes");
    }
    let read = decrypt(&held.keys, &body).map_err(|why| why.to_string());
    let read =
        read.and_then(|text| String::from_utf8(text).map_err(|_| "it is not UTF-8".to_owned()));
    let text = match read {
        Ok(text) => text,
        Err(why) => return refused(StatusCode::BAD_REQUEST, why),
    };
    let urgency = urgency.map(ToOwned::to_owned);
    world.pushes.push(Push { endpoint, text, ttl, urgency, bytes: body.len(), at: now });
    let location = format!("{}/message/{}", shared.url, world.pushes.len());
    match fails {
        Some((answer, _)) => answer,
        None => (StatusCode::CREATED, [(header::LOCATION, location)]).into_response(),
    }
}

/// For whom a device is made.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Asked {
    application_server_key: Option<String>,
}

async fn make(State(shared): World, body: Bytes) -> Response {
    let asked: Asked = if body.is_empty() {
        Asked::default()
    } else {
        match serde_json::from_slice(&body) {
            Ok(asked) => asked,
            Err(why) => return refused(StatusCode::BAD_REQUEST, why.to_string()),
        }
    };
    match shared.device(asked.application_server_key) {
        Some(subscription) => (StatusCode::CREATED, Json(subscription)).into_response(),
        None => refused(StatusCode::INTERNAL_SERVER_ERROR, "this machine gives no randomness"),
    }
}

async fn end(State(shared): World, Path(device): Path<String>) -> StatusCode {
    if shared.end(&device) { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND }
}

async fn pushes(State(shared): World) -> Response {
    Json(shared.world().pushes.clone()).into_response()
}

async fn fault(State(shared): World, Json(fault): Json<Fault>) -> StatusCode {
    shared.world().faults.push(fault);
    StatusCode::NO_CONTENT
}

async fn no_faults(State(shared): World) -> StatusCode {
    shared.world().faults.clear();
    StatusCode::NO_CONTENT
}
