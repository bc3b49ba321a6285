//! The event of payload format 2.0, field by field as API Gateway sends it.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use http::header::{CONTENT_TYPE, COOKIE, HOST, USER_AGENT};
use jiff::Timestamp;
use serde_json::{Map, Value as Json, json};

use super::Request;
use super::route::{Found, decode};
use crate::function::trace;
use crate::queue::uuid;
use crate::template::Names;

/// Time and origin of a request.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The system's time.
    pub(crate) at: Timestamp,
    /// The client's address.
    pub(crate) from: String,
    /// The port of this server, for `X-Forwarded-Port`.
    pub(crate) port: u16,
}

/// Hop-by-hop headers, which a function does not receive.
const HOP: [&str; 6] =
    ["connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"];

/// The event for a request that found its route.
pub(crate) fn event(request: &Request, found: &Found, arrival: &Arrival, names: &Names) -> Json {
    let path = raw_path(request.uri().path());
    let query = request.uri().query().unwrap_or_default();
    let host = header(request.headers(), HOST.as_str()).unwrap_or_default();
    let domain = host.rsplit_once(':').map_or(host.as_str(), |(name, _)| name);
    let mut event = json!({
        "version": "2.0",
        "routeKey": found.key,
        "rawPath": path,
        "rawQueryString": query,
        "headers": headers(request.headers(), arrival),
        "requestContext": {
            "accountId": names.account,
            "apiId": "local",
            "domainName": domain,
            "domainPrefix": domain.split('.').next().unwrap_or_default(),
            "http": {
                "method": request.method().as_str(),
                "path": path,
                "protocol": format!("{:?}", request.version()),
                "sourceIp": arrival.from,
                "userAgent": header(request.headers(), USER_AGENT.as_str()).unwrap_or_default(),
            },
            "requestId": uuid(),
            "routeKey": found.key,
            "stage": "$default",
            "time": arrival.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string(),
            "timeEpoch": arrival.at.as_millisecond(),
        },
        "isBase64Encoded": false,
    });
    let Some(map) = event.as_object_mut() else { return event };
    let cookies = cookies(request.headers());
    if !cookies.is_empty() {
        map.insert("cookies".into(), cookies.into());
    }
    if !query.is_empty() {
        map.insert("queryStringParameters".into(), parameters(query));
    }
    if !found.parameters.is_empty() {
        let parameters: Map<String, Json> = found
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), Json::from(value.as_str())))
            .collect();
        map.insert("pathParameters".into(), Json::Object(parameters));
    }
    if !request.body().is_empty() {
        let as_text = is_text(header(request.headers(), CONTENT_TYPE.as_str()).as_deref());
        let body = if as_text {
            String::from_utf8_lossy(request.body()).into_owned()
        } else {
            STANDARD.encode(request.body())
        };
        map.insert("body".into(), body.into());
        map.insert("isBase64Encoded".into(), (!as_text).into());
    }
    event
}

/// HTTP APIs decode the path and cut it at an encoded question mark.
fn raw_path(path: &str) -> String {
    let path = decode(path);
    path.split('?').next().unwrap_or_default().to_owned()
}

/// Whether an HTTP API passes a body of this content type as text. It passes others in base64.
fn is_text(kind: Option<&str>) -> bool {
    let kind =
        kind.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind.starts_with("text/")
        || matches!(
            kind.as_str(),
            "application/json" | "application/xml" | "application/javascript"
        )
}

/// Lower-case names, values of one name joined by commas, without hop-by-hop headers and cookies
/// (which are a list of their own).
fn headers(headers: &HeaderMap, arrival: &Arrival) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = BTreeMap::new();
    for name in headers.keys().map(http::HeaderName::as_str) {
        if name != COOKIE.as_str() && !HOP.contains(&name) {
            out.extend(header(headers, name).map(|value| (name.to_owned(), value)));
        }
    }
    let hops =
        out.remove("x-forwarded-for").map_or_else(String::new, |before| format!("{before}, "));
    out.insert("x-forwarded-for".into(), format!("{hops}{}", arrival.from));
    out.insert("x-forwarded-proto".into(), "http".into());
    out.insert("x-forwarded-port".into(), arrival.port.to_string());
    out.entry("x-amzn-trace-id".into()).or_insert_with(|| trace(arrival.at.as_millisecond()));
    out
}

fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    let values: Vec<_> =
        headers.get_all(name).iter().map(|v| String::from_utf8_lossy(v.as_bytes())).collect();
    (!values.is_empty()).then(|| values.join(","))
}

fn cookies(headers: &HeaderMap) -> Vec<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|value| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            value.split(';').map(|cookie| cookie.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|cookie| !cookie.is_empty())
        .collect()
}

/// Decoded; values of one key joined by commas.
fn parameters(query: &str) -> Json {
    let mut out = Map::new();
    for (key, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match out.get_mut(key.as_ref()) {
            Some(Json::String(before)) => {
                before.push(',');
                before.push_str(&value);
            }
            _ => {
                out.insert(key.into_owned(), value.into_owned().into());
            }
        }
    }
    Json::Object(out)
}
