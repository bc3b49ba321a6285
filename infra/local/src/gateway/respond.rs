//! A function's answer as an HTTP response, by the rules of payload format 2.0.

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header::{CONTENT_TYPE, SET_COOKIE};
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::Value as Json;

use super::{MAX_EVENT, Response, message};

/// The response for a function's answer. An invalid answer (bad status, header or base64) becomes
/// `500 Internal Server Error`, as on AWS.
pub(crate) fn respond(answer: &Json) -> Response {
    try_respond(answer).unwrap_or_else(|what| {
        tracing::error!("the function's answer is not an HTTP response: {what}");
        message(StatusCode::INTERNAL_SERVER_ERROR, "Internal Server Error")
    })
}

fn try_respond(answer: &Json) -> Result<Response, String> {
    let Some(status) = answer.get("statusCode") else {
        // An answer without a status is a body: JSON, with 200.
        let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let mut response = Response::new(text.into());
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(response);
    };
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok());
    let status = status
        .and_then(|s| u16::try_from(s).ok())
        .and_then(|s| StatusCode::from_u16(s).ok())
        .ok_or("statusCode is not a status")?;
    let text = answer.get("body").and_then(Json::as_str).unwrap_or_default();
    let body = if answer.get("isBase64Encoded").and_then(Json::as_bool).unwrap_or(false) {
        Bytes::from(STANDARD.decode(text).map_err(|e| format!("the body is not base64: {e}"))?)
    } else {
        Bytes::from(text.to_owned())
    };
    if text.len() > MAX_EVENT {
        return Err(format!("the body has {} bytes, Lambda passes {MAX_EVENT}", text.len()));
    }
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    let mut put = |name: &str, value: &str| -> Result<(), String> {
        let name =
            HeaderName::try_from(name).map_err(|_| format!("`{name}` is not a header name"))?;
        let value = HeaderValue::try_from(value)
            .map_err(|_| format!("the value of `{name}` is not a header value"))?;
        headers.append(name, value);
        Ok(())
    };
    for (name, value) in answer.get("headers").and_then(Json::as_object).into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        put(name, &value)?;
    }
    for cookie in answer.get("cookies").and_then(Json::as_array).into_iter().flatten() {
        put(SET_COOKIE.as_str(), cookie.as_str().unwrap_or_default())?;
    }
    if !headers.contains_key(CONTENT_TYPE) {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain;charset=UTF-8"));
    }
    Ok(response)
}
