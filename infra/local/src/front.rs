//! The socket: Lambda's invoke path, and the HTTP API on every other path.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{ConnectInfo, State};
use http::{HeaderMap, HeaderValue, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::gateway::{MAX_BODY, MAX_EVENT, Request, Response, message};
use crate::host::Host;
use crate::queue::QueueError;

/// The path that `cargo lambda invoke` and `aws lambda invoke` call.
const INVOKE: &str = "/2015-03-31/functions/";

/// The largest event Lambda accepts for an asynchronous invocation.
const MAX_LATER: usize = 1024 * 1024;

/// Serves until `stop`, then finishes the open requests.
pub(crate) async fn serve(listener: TcpListener, host: Arc<Host>, mut stop: watch::Receiver<bool>) {
    let app = axum::Router::new()
        .fallback(answer)
        .layer(axum::middleware::from_fn(loopback::only))
        .with_state(host)
        .into_make_service_with_connect_info::<SocketAddr>();
    let stopped = async move { drop(stop.wait_for(|stop| *stop).await) };
    if let Err(error) = axum::serve(listener, app).with_graceful_shutdown(stopped).await {
        tracing::error!("the HTTP server stopped: {error}");
    }
}

async fn answer(
    State(host): State<Arc<Host>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    request: http::Request<Body>,
) -> http::Response<Body> {
    let (parts, body) = request.into_parts();
    let response = match to_bytes(body, MAX_BODY).await {
        // The body is too long, or the client closed the connection and reads no answer.
        Err(_) => message(StatusCode::PAYLOAD_TOO_LARGE, "Request Entity Too Large"),
        Ok(body) => {
            match parts
                .uri
                .path()
                .strip_prefix(INVOKE)
                .and_then(|rest| rest.strip_suffix("/invocations"))
            {
                Some(name) => invoke(&host, name, &parts.method, &parts.headers, &body).await,
                None => host.request(Request::from_parts(parts, body), from.ip()).await,
            }
        }
    };
    response.map(Body::from)
}

/// Lambda's `Invoke`.
async fn invoke(
    host: &Host,
    name: &str,
    method: &Method,
    headers: &HeaderMap,
    body: &Bytes,
) -> Response {
    let name = percent_decode_str(name).decode_utf8_lossy();
    let Some(lambda) = host.world.functions.find(&name) else {
        let arn = host.world.names.function_arn(&name);
        return refuse(
            StatusCode::NOT_FOUND,
            "ResourceNotFoundException",
            &format!("Function not found: {arn}"),
        );
    };
    // Only programs invoke. A page, even one of the shop, has no reason to.
    if loopback::is_of_a_page(headers) {
        return refuse(
            StatusCode::FORBIDDEN,
            "AccessDeniedException",
            "A page cannot invoke a function",
        );
    }
    if method != Method::POST {
        return refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "InvalidRequestContentException",
            "Invoke requires POST",
        );
    }
    let kind = headers
        .get("x-amz-invocation-type")
        .and_then(|v| v.to_str().ok())
        .unwrap_or("RequestResponse");
    let limit = if kind == "Event" { MAX_LATER } else { MAX_EVENT };
    if body.len() > limit {
        let what = format!("Request must be smaller than {limit} bytes for the Invoke operation");
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "RequestTooLargeException", &what);
    }
    let event: Json =
        match serde_json::from_slice(if body.is_empty() { b"{}" } else { body.as_ref() }) {
            Ok(event) => event,
            Err(error) => {
                let what = format!("Could not parse request body into json: {error}");
                return refuse(StatusCode::BAD_REQUEST, "InvalidRequestContentException", &what);
            }
        };
    match kind {
        "RequestResponse" => {
            let name = lambda.name.clone();
            match host.invoke(name, event, None).await {
                Ok(answer) => payload(StatusCode::OK, &answer),
                Err(failure) => {
                    let mut response = payload(StatusCode::OK, &failure.payload());
                    response
                        .headers_mut()
                        .insert("x-amz-function-error", HeaderValue::from_static("Unhandled"));
                    response
                }
            }
        }
        "Event" => match host.world.later.put(&lambda.name, &event) {
            Ok(()) => empty(StatusCode::ACCEPTED),
            Err(error) => later_fault(&error),
        },
        "DryRun" => empty(StatusCode::NO_CONTENT),
        other => {
            let what = format!("{other} is not one of RequestResponse, Event, DryRun");
            refuse(StatusCode::BAD_REQUEST, "InvalidParameterValueException", &what)
        }
    }
}

fn later_fault(error: &QueueError) -> Response {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "ServiceException", &error.to_string())
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

fn payload(status: StatusCode, body: &Json) -> Response {
    let mut response = Response::new(body.to_string().into());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert("x-amz-executed-version", HeaderValue::from_static("$LATEST"));
    response
}

fn refuse(status: StatusCode, code: &'static str, message: &str) -> Response {
    let mut response = payload(
        status,
        &json!({ "Type": "User", "Code": code, "Message": message, "message": message }),
    );
    let headers = response.headers_mut();
    headers.remove("x-amz-executed-version");
    headers.insert("x-amzn-errortype", HeaderValue::from_static(code));
    response
}
