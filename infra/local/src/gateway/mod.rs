//! API Gateway's HTTP API, payload format 2.0: requests to events, answers to responses.

mod event;
mod respond;
mod route;

use axum::body::Bytes;

pub(crate) use event::{Arrival, event};
pub(crate) use respond::respond;
pub(crate) use route::Router;

/// A request with its whole body.
pub type Request = http::Request<Bytes>;

/// A response with its whole body.
pub type Response = http::Response<Bytes>;

/// The largest request body of an HTTP API.
pub const MAX_BODY: usize = 10 * 1024 * 1024;

/// The largest request line and headers together.
pub const MAX_HEAD: usize = 10_240;

/// The largest event, and the largest answer, of a synchronous invocation.
pub const MAX_EVENT: usize = 6 * 1024 * 1024;

/// The longest an HTTP API waits for a function.
pub(crate) const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);

/// A message of API Gateway's own, as JSON.
pub(crate) fn message(status: http::StatusCode, message: &str) -> Response {
    let body = serde_json::json!({ "message": message }).to_string();
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}

/// Whether the request line and headers are longer than API Gateway takes.
pub(crate) fn head_too_long(request: &Request) -> bool {
    let line = request.method().as_str().len()
        + request.uri().path_and_query().map_or(0, |p| p.as_str().len())
        + 11;
    let headers: usize =
        request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    line + headers > MAX_HEAD
}
