//! Keeps other sites out of the servers of a developer's machine: the local run and the stand-ins.
//!
//! A server that listens on loopback only is still reached by every page that the developer's
//! browser shows. Two rules stop that:
//!
//! - The host has to be a name of this machine. A site that lets its own name point to 127.0.0.1
//!   (DNS rebinding) would otherwise read what the server answers.
//! - A request that a page of another site sent is refused: browsers name the page's origin.

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};

/// An axum middleware that refuses requests from other sites with 403.
pub async fn only(request: Request, next: Next) -> Response {
    match refused(request.headers()) {
        Some(why) => forbidden(why),
        None => next.run(request).await,
    }
}

/// Why a request with these headers is refused, if it is.
///
/// ```
/// use http::{HeaderMap, HeaderValue, header};
///
/// let mut headers = HeaderMap::new();
/// headers.insert(header::HOST, HeaderValue::from_static("localhost:9000"));
/// assert_eq!(loopback::refused(&headers), None);
/// headers.insert(header::ORIGIN, HeaderValue::from_static("https://evil.example"));
/// assert!(loopback::refused(&headers).is_some());
/// ```
pub fn refused(headers: &HeaderMap) -> Option<&'static str> {
    let text = |name: header::HeaderName| headers.get(name).map(|value| value.to_str());
    match text(header::HOST) {
        Some(Ok(host)) if is_loopback(host) => {}
        _ => return Some("This server answers only to localhost, 127.0.0.1 and [::1]."),
    }
    match text(header::ORIGIN) {
        // A form of the shop's pages has the origin `null`, as they tell no other site where they
        // are.
        None | Some(Ok("null")) => None,
        Some(Ok(origin)) if is_own_origin(origin) => None,
        Some(_) => Some("A page of another site sent this request."),
    }
}

/// Whether a browser sent the request because of a page, of whatever site. Programs do not say where
/// a request comes from.
pub fn is_of_a_page(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    headers.contains_key(header::ORIGIN) || site.is_some_and(|site| site != b"none")
}

fn is_own_origin(origin: &str) -> bool {
    origin.split_once("://").is_some_and(|(_, host)| is_loopback(host))
}

/// Whether a host, with or without a port, is a name of this machine (RFC 6761 for `localhost`).
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.to_ascii_lowercase();
    matches!(name.as_str(), "localhost" | "127.0.0.1" | "[::1]") || name.ends_with(".localhost")
}

fn forbidden(why: &'static str) -> Response<Body> {
    (StatusCode::FORBIDDEN, format!("{why}\n")).into_response()
}

#[cfg(test)]
mod tests {
    use axum::{Router, middleware, routing::post};
    use tower::ServiceExt as _;

    use super::*;

    fn with(host: Option<&str>, origin: Option<&str>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in [(header::HOST, host), (header::ORIGIN, origin)] {
            if let Some(value) = value {
                headers.insert(name, HeaderValue::from_str(value).unwrap_or(header_of_nothing()));
            }
        }
        headers
    }

    fn header_of_nothing() -> HeaderValue {
        HeaderValue::from_static("")
    }

    #[test]
    fn only_names_of_this_machine_are_answered() {
        for own in ["localhost", "LOCALHOST:9000", "127.0.0.1:9010", "[::1]:9000", "a.localhost:1"]
        {
            assert_eq!(refused(&with(Some(own), None)), None, "{own}");
        }
        for other in [
            "evil.example",
            "evil.example:9000",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "192.168.0.7:9000",
            "0.0.0.0:9000",
            "",
        ] {
            assert!(refused(&with(Some(other), None)).is_some(), "{other}");
        }
        assert!(refused(&with(None, None)).is_some());
    }

    #[test]
    fn pages_of_other_sites_are_refused() {
        for own in ["http://localhost:9000", "http://127.0.0.1:9010", "http://[::1]:9000", "null"] {
            assert_eq!(refused(&with(Some("localhost:9000"), Some(own))), None, "{own}");
        }
        for other in ["https://evil.example", "http://localhost.evil.example:9000", "evil"] {
            assert!(refused(&with(Some("localhost:9000"), Some(other))).is_some(), "{other}");
        }
    }

    #[tokio::test]
    async fn what_is_refused_does_not_reach_the_routes() {
        let app =
            Router::new().route("/", post(|| async { "done" })).layer(middleware::from_fn(only));
        for (host, origin, status) in [
            ("localhost:9000", None, StatusCode::OK),
            ("localhost:9000", Some("https://evil.example"), StatusCode::FORBIDDEN),
            ("evil.example:9000", None, StatusCode::FORBIDDEN),
        ] {
            let mut request = Request::post("/").body(Body::empty()).unwrap_or_default();
            *request.headers_mut() = with(Some(host), origin);
            let answer = app.clone().oneshot(request).await;
            assert_eq!(answer.map(|answer| answer.status()), Ok(status), "{host} {origin:?}");
        }
    }
}
