//! The first thing that a function with pages does with an event of API Gateway (payload format
//! 2.0). `lambda_http` builds an address from parts that a stranger has written (Host, path, query)
//! and panics if they make none (<https://github.com/aws/aws-lambda-web-adapter/issues/491>). So the
//! parts are mended before: what makes no address is encoded or left out, one header and one cookie
//! at a time, and an event that is none is answered with 400.
//!
//! Errors: none. Whatever comes is answered.

use std::{convert::Infallible, future::Future};

use lambda_http::{
    Adapter, Body, IntoResponse, Request, RequestExt as _, Response, Service,
    http::{HeaderName, HeaderValue, StatusCode},
    request::{LambdaRequest, RequestContext},
};
use lambda_runtime::{Context, LambdaEvent};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use platform::Invocation;
use serde_json::{Map, Value, json};
use url::Url;

/// What may not stand in a query (RFC 3986 §3.4), but for `%`, which encodes already.
const NOT_IN_A_QUERY: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'<')
    .add(b'>')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// The host of an address if the request names none that makes one.
const NO_HOST: &str = "localhost";

/// Runs a service on Lambda.
///
/// # Errors
///
/// Those of Lambda's runtime.
pub async fn run<S>(service: S) -> Result<(), lambda_runtime::Error>
where
    S: Service<Request, Response = Response<Body>, Error = Infallible> + Clone + Send + 'static,
    S::Future: Send + 'static,
{
    lambda_runtime::run(lambda_runtime::service_fn(move |event: LambdaEvent<Value>| {
        let (event, context) = event.into_parts();
        answer(service.clone(), event, context)
    }))
    .await
}

/// The invocation that a request belongs to.
pub fn invocation(request: &Request) -> Invocation {
    let api_request_id = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) => context.request_id.clone(),
        _ => None,
    };
    let invocation = request.lambda_context_ref().map(Invocation::of).unwrap_or_default();
    Invocation { api_request_id, ..invocation }
}

/// Answers one event, as the deployed function does.
///
/// # Errors
///
/// Those of the service.
pub fn answer<S, R, E>(
    service: S,
    event: Value,
    context: Context,
) -> impl Future<Output = Result<Value, E>> + Send + 'static
where
    S: Service<Request, Response = R, Error = E> + Send + 'static,
    S::Future: Send + 'static,
    R: IntoResponse + Send + 'static,
    E: Send + 'static,
{
    // The adapter is dropped before the await: it is not `Send` for every answer.
    let answering = request(event)
        .map(|request| Adapter::from(service).call(LambdaEvent::new(request, context)));
    async move {
        let Some(answering) = answering else { return Ok(bad_request()) };
        let answered = answering.await?;
        Ok(serde_json::to_value(answered).unwrap_or_else(|_| bad_request()))
    }
}

/// The request of an event; `None` if it is none of API Gateway's.
pub fn request(mut event: Value) -> Option<LambdaRequest> {
    mend(event.as_object_mut()?);
    // `LambdaRequest` deserializes from text only.
    serde_json::from_str(&event.to_string()).ok()
}

fn mend(event: &mut Map<String, Value>) {
    if let Some(headers) = event.get_mut("headers").and_then(Value::as_object_mut) {
        headers.retain(|name, value| {
            let sound = name.parse::<HeaderName>().is_ok()
                && value.as_str().is_some_and(|value| HeaderValue::from_str(value).is_ok());
            sound
                && match name.to_ascii_lowercase().as_str() {
                    "host" => value.as_str().is_some_and(is_host),
                    "x-forwarded-proto" => {
                        value.as_str().is_some_and(|scheme| matches!(scheme, "http" | "https"))
                    }
                    _ => true,
                }
        });
    }
    if let Some(context) = event.get_mut("requestContext").and_then(Value::as_object_mut) {
        let named = context.get("domainName").and_then(Value::as_str).is_some_and(is_host);
        if !named {
            context.insert("domainName".to_owned(), NO_HOST.into());
        }
    }
    // One cookie that cannot stand in a header would take all others with it.
    if let Some(cookies) = event.get_mut("cookies").and_then(Value::as_array_mut) {
        cookies.retain(|cookie| {
            cookie.as_str().is_some_and(|cookie| HeaderValue::from_str(cookie).is_ok())
        });
    }
    if let Some(query) = event.get("rawQueryString").and_then(Value::as_str) {
        let query = utf8_percent_encode(query, NOT_IN_A_QUERY).to_string();
        event.insert("rawQueryString".to_owned(), query.into());
    }
    let path = event.get("rawPath").and_then(Value::as_str).unwrap_or_default();
    if !path.starts_with('/') || !makes_an_address(NO_HOST, path) {
        event.insert("rawPath".to_owned(), "/".into());
    }
}

/// Whether a host, with or without a port, makes an address.
fn is_host(host: &str) -> bool {
    !host.is_empty() && !host.contains(['/', '\\', '?', '#', '@']) && makes_an_address(host, "/")
}

fn makes_an_address(host: &str, path: &str) -> bool {
    Url::parse(&format!("https://{host}{path}"))
        .is_ok_and(|url| url.as_str().parse::<lambda_http::http::Uri>().is_ok())
}

/// Headers of an answer that is for a program and not for a reader.
const PLAIN: [(&str, &str); 6] = [
    ("content-type", "text/plain; charset=utf-8"),
    ("cache-control", "no-store"),
    ("content-security-policy", "default-src 'none'"),
    ("referrer-policy", "strict-origin"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
];

/// An answer without a text, for a program: with the headers of every answer.
pub fn plain(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::Empty);
    *response.status_mut() = status;
    for (name, value) in PLAIN {
        response.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    response
}

/// The answer to an event that is none.
fn bad_request() -> Value {
    json!({
        "statusCode": 400,
        "headers": PLAIN.into_iter().collect::<std::collections::BTreeMap<_, _>>(),
        "body": "읽을 수 없는 요청입니다. / This request cannot be read.",
        "isBase64Encoded": false,
        "cookies": [],
    })
}

#[cfg(test)]
mod tests {
    use lambda_http::{RequestExt, service_fn};
    use proptest::prelude::*;

    use super::*;

    fn event() -> Value {
        json!({
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": "/shelf",
            "rawQueryString": "range=heavy",
            "cookies": ["sid=1"],
            "headers": { "host": "example.kr", "x-forwarded-proto": "https" },
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "example.kr",
                "domainPrefix": "a", "requestId": "r", "routeKey": "$default",
                "stage": "$default", "time": "22/Nov/2026:00:00:00 +0000", "timeEpoch": 0,
                "http": {
                    "method": "GET", "path": "/shelf", "protocol": "HTTP/1.1",
                    "sourceIp": "192.0.2.1", "userAgent": "test"
                }
            },
            "isBase64Encoded": false
        })
    }

    /// What a function sees of an event: host of the address, path, query and cookies.
    async fn seen(event: Value) -> Value {
        let service = service_fn(|request: Request| async move {
            let cookie = request.headers().get("cookie");
            let text = format!(
                "{}|{}|{}|{}",
                request.uri().host().unwrap_or_default(),
                request.raw_http_path(),
                request.uri().query().unwrap_or_default(),
                cookie.map_or_else(String::new, |cookie| {
                    String::from_utf8_lossy(cookie.as_bytes()).into_owned()
                })
            );
            Ok::<_, Infallible>(Response::new(Body::from(text)))
        });
        let Ok(answered) = answer(service, event, Context::default()).await;
        answered
    }

    fn with(pointer: &str, value: impl Into<Value>) -> Value {
        let mut event = event();
        *event.pointer_mut(pointer).unwrap() = value.into();
        event
    }

    #[tokio::test]
    async fn parts_that_make_no_address_are_mended_one_by_one() {
        for (event, wanted) in [
            (event(), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/rawQueryString", "a=\"<b c>\""), "example.kr|/shelf|a=%22%3Cb%20c%3E%22|sid=1"),
            (with("/rawQueryString", "q=가"), "example.kr|/shelf|q=%EA%B0%80|sid=1"),
            (with("/headers/host", ""), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/headers/host", "a b"), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/headers/host", "evil.example:99999"), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/headers/host", "300.300.300.300"), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/headers/x-forwarded-proto", "a b"), "example.kr|/shelf|range=heavy|sid=1"),
            (with("/rawPath", ""), "example.kr|/|range=heavy|sid=1"),
            (with("/rawPath", "evil.example/"), "example.kr|/|range=heavy|sid=1"),
            (
                with("/cookies", json!(["nick=홍길동", "sid=1", "a=\u{1}"])),
                "example.kr|/shelf|range=heavy|nick=홍길동; sid=1",
            ),
        ] {
            let answer = seen(event.clone()).await;
            assert_eq!(
                (&answer["statusCode"], &answer["body"]),
                (&json!(200), &json!(wanted)),
                "{event}"
            );
        }
    }

    #[tokio::test]
    async fn what_is_no_event_of_the_gateway_is_answered_with_400() {
        for event in [json!(null), json!([]), json!({}), json!({ "rawPath": 1 }), json!("x")] {
            assert_eq!(seen(event.clone()).await["statusCode"], 400, "{event}");
        }
    }

    proptest! {
        #[test]
        fn nothing_that_can_be_sent_panics(
            host in "\\PC{0,40}|[\\x00-\\x7f]{0,30}",
            path in "\\PC{0,40}|/[\\x00-\\x7f]{0,30}",
            query in "\\PC{0,60}|[\\x00-\\x7f]{0,60}",
            cookie in "\\PC{0,40}",
            proto in "[\\x00-\\x7f]{0,10}",
        ) {
            let mut event = event();
            event["headers"] = json!({ "host": host, "x-forwarded-proto": proto, "x-a": cookie });
            event["rawPath"] = path.into();
            event["rawQueryString"] = query.into();
            event["cookies"] = json!([cookie, "sid=1"]);
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let answer = runtime.block_on(seen(event));
            prop_assert_eq!(&answer["statusCode"], 200);
            prop_assert!(answer["body"].as_str().unwrap().ends_with("sid=1"));
        }
    }
}
