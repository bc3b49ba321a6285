//! A request, parsed and validated once before the handler runs.

use std::{fmt, sync::Arc};

use domain::{
    base::{id::OrderId, text::Language},
    walk::session::Session,
};
use jiff::Timestamp;
use lambda_http::{Body, RequestExt, http, request::RequestContext};
use signing::{InvalidSignature, Keys};

use crate::{Refusal, form::Form};

/// Longest accepted body in bytes. The longest draft of a letter has 8,000 syllables; decomposed
/// (NFD) and percent-encoded each of them has 27 bytes. API Gateway accepts 10 MB.
const LONGEST_BODY: usize = 256 * 1024;

/// Longest accepted body with files in bytes: in base64 it fills the 6 MB of a request to a function.
const LONGEST_UPLOAD: usize = 6 * 1024 * 1024 / 4 * 3;

/// The method. HEAD counts as GET.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Shows a page.
    Get,
    /// Submits a form.
    Post,
}

/// A parsed request.
#[derive(Debug, Clone)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The fields of the query string.
    pub query: Form,
    /// The fields of the form. Of a GET: what the form is filled with, such as a draft.
    pub form: Form,
    /// A form with files (`multipart/form-data`) as it was sent, for a function that takes files. Its
    /// fields are not in `form` yet.
    pub multipart: Option<Multipart>,
    /// When it arrived.
    pub now: Timestamp,
    /// The language to answer in.
    pub language: Language,
    /// Whether this request chose the language, which is then stored in a cookie.
    pub(crate) language_chosen: bool,
    /// Scheme and host of the shop, such as `https://example.kr`: what links begin with. It is never
    /// taken from what a reader sent.
    pub origin: String,
    /// Whether the reader's connection uses TLS.
    pub(crate) tls: bool,
    session: Option<Result<Session, InvalidSignature>>,
    found: Option<OrderId>,
    /// The cookie of a device of the owner, as it was sent.
    device: Option<String>,
    /// Whether the browser says that one of the shop's own pages sent the request.
    own_page: bool,
    parameters: Vec<(String, String)>,
}

/// A form with files as it was sent.
#[derive(Clone)]
pub struct Multipart {
    /// The header `Content-Type`, which names the boundary of the parts.
    pub content_type: String,
    /// The parts.
    pub body: Arc<[u8]>,
}

/// The parts hold what was typed.
impl fmt::Debug for Multipart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Multipart").field("length", &self.body.len()).finish_non_exhaustive()
    }
}

impl Request {
    /// Parses a request. `uploads`: whether forms may have files.
    pub(crate) fn read(
        request: &lambda_http::Request,
        keys: &Keys,
        page_url: Option<&str>,
        now: Timestamp,
        uploads: bool,
    ) -> Result<Self, Refusal> {
        let mut read = Self::bare(request, page_url, now)?;
        let name = session_cookie(read.tls);
        let sessions = cookies(request.headers(), name);
        read.session = first_verified(sessions.map(|value| keys.verify_session(value, now)));
        let found = cookies(request.headers(), order_cookie(read.tls));
        read.found = first_verified(found.map(|value| keys.verify_order_pass(value, now)))
            .and_then(Result::ok);
        read.device =
            cookies(request.headers(), device_cookie(read.tls)).next().map(ToOwned::to_owned);
        read.own_page = sender(request.headers(), &read.origin) == Some(true);
        match *request.method() {
            // API Gateway passes HEAD to the same route and drops the body of the response.
            http::Method::GET | http::Method::HEAD => {}
            http::Method::POST => {
                read.method = Method::Post;
                same_origin(request.headers(), &read.origin)?;
                let body = match request.body() {
                    Body::Text(text) => text.as_bytes(),
                    Body::Binary(bytes) => bytes,
                    _ => &[],
                };
                let content_type = multipart(request.headers()).filter(|_| uploads);
                let longest = if content_type.is_some() { LONGEST_UPLOAD } else { LONGEST_BODY };
                if body.len() > longest {
                    return Err(Refusal::TooLarge);
                }
                if let Some(content_type) = content_type {
                    let content_type = content_type.to_owned();
                    read.multipart = Some(Multipart { content_type, body: body.into() });
                } else {
                    read.form = Form::parse(body).map_err(|_| Refusal::NotText)?;
                }
            }
            _ => return Err(Refusal::MethodNotAllowed),
        }
        Ok(read)
    }

    /// Everything but session, method and form.
    fn bare(
        request: &lambda_http::Request,
        page_url: Option<&str>,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let headers = request.headers();
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes())
            .map_err(|_| Refusal::NotText)?;
        let chosen = query.get("lang").and_then(Language::from_tag);
        let remembered = remembered_language(headers);
        let accepted =
            headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let tls = tls(headers);
        Ok(Self {
            method: Method::Get,
            path: request.raw_http_path().to_owned(),
            query,
            form: Form::default(),
            multipart: None,
            now,
            language: chosen.unwrap_or_else(|| Language::choose(remembered, accepted)),
            language_chosen: chosen.is_some(),
            origin: page_url.map_or_else(|| own_origin(request, tls), ToOwned::to_owned),
            tls,
            session: None,
            found: None,
            device: None,
            own_page: false,
            parameters: request
                .path_parameters_ref()
                .map(|parameters| {
                    parameters
                        .iter()
                        .map(|(name, value)| (name.to_owned(), value.to_owned()))
                        .collect()
                })
                .unwrap_or_default(),
        })
    }

    /// The language of a request that could not be parsed.
    pub(crate) fn language_of(request: &lambda_http::Request) -> Language {
        let accepted = request
            .headers()
            .get(http::header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Language::choose(remembered_language(request.headers()), accepted)
    }

    /// The session. Whether it was ended is seen where the visit is read
    /// ([`admitted`](crate::admitted)).
    ///
    /// # Errors
    ///
    /// [`Refusal::NoSession`] or [`Refusal::BadSession`].
    pub fn session(&self) -> Result<Session, Refusal> {
        match self.session {
            Some(Ok(session)) => Ok(session),
            Some(Err(why)) => Err(Refusal::BadSession(why)),
            None => Err(Refusal::NoSession),
        }
    }

    /// The session, if there is a valid one.
    pub fn known(&self) -> Option<Session> {
        self.session.and_then(Result::ok)
    }

    /// The order that was found on this device by its number and telephone, if any.
    pub fn found(&self) -> Option<OrderId> {
        self.found
    }

    /// The cookie of a device of the owner, as it was sent.
    pub fn device(&self) -> Option<&str> {
        self.device.as_deref()
    }

    /// Whether the browser says that one of the shop's own pages sent the request. A client that says
    /// nothing is no browser; what acts for the owner does not take its word.
    pub const fn is_from_own_page(&self) -> bool {
        self.own_page
    }

    /// A parameter of the route's path, such as `{order}`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The header `Content-Type` of a form with files.
fn multipart(headers: &http::HeaderMap) -> Option<&str> {
    let kind = headers.get(http::header::CONTENT_TYPE)?.to_str().ok()?;
    let begins = kind.get(..MULTIPART.len())?;
    begins.eq_ignore_ascii_case(MULTIPART).then_some(kind)
}

/// The media type of a form with files.
const MULTIPART: &str = "multipart/form-data";

/// Whether the request came to API Gateway by TLS.
pub(crate) fn tls(headers: &http::HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

/// Where the shop is, if it has no address of its own: the domain at which API Gateway took the
/// request. Without TLS the request came to a developer's machine, and the domain is the header's,
/// which has the port.
fn own_origin(request: &lambda_http::Request, tls: bool) -> String {
    let taken_at = match request.request_context_ref() {
        Some(RequestContext::ApiGatewayV2(context)) if tls => context.domain_name.as_deref(),
        _ => None,
    };
    let header = || request.headers().get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = taken_at.or_else(header).unwrap_or("localhost");
    format!("{}://{host}", if tls { "https" } else { "http" })
}

/// Name of the cookie that remembers the language.
pub(crate) const fn language_cookie(tls: bool) -> &'static str {
    if tls { "__Host-lang" } else { "lang" }
}

/// The language that the browser remembers, under either name: one that was set before the cookie
/// had its prefix holds as well.
fn remembered_language(headers: &http::HeaderMap) -> Option<&str> {
    [true, false].into_iter().find_map(|tls| cookies(headers, language_cookie(tls)).next())
}

/// Name of the session cookie.
pub(crate) const fn session_cookie(tls: bool) -> &'static str {
    if tls { "__Host-sid" } else { "sid" }
}

/// Name of the cookie that opens a found order.
pub(crate) const fn order_cookie(tls: bool) -> &'static str {
    if tls { "__Host-order" } else { "order" }
}

/// Name of the cookie of a device of the owner.
pub(crate) const fn device_cookie(tls: bool) -> &'static str {
    if tls { "__Host-office" } else { "office" }
}

/// Accepts forms from the shop's own pages only (OWASP ASVS 5.0, 3.5.1). Browsers send
/// `Sec-Fetch-Site`, older ones `Origin`. A client that sends neither is not a browser, so no other
/// site can make it send a cookie.
fn same_origin(headers: &http::HeaderMap, origin: &str) -> Result<(), Refusal> {
    if sender(headers, origin).unwrap_or(true) { Ok(()) } else { Err(Refusal::ForeignForm) }
}

/// Whether the shop's own page sent the request; `None` if the client does not say.
fn sender(headers: &http::HeaderMap, origin: &str) -> Option<bool> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => Some(matches!(site, "same-origin" | "none")),
        (None, Some(from)) => Some(from == origin),
        (None, None) => None,
    }
}

/// The values of all cookies with a name. One that cannot be read loses nothing but itself.
fn cookies<'a>(headers: &'a http::HeaderMap, name: &'a str) -> impl Iterator<Item = &'a str> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| std::str::from_utf8(pair).ok()?.trim().split_once('='))
        .filter(move |(known, _)| *known == name)
        .map(|(_, value)| value)
}

/// What the first of several cookies says that verifies, or else the first.
fn first_verified<T, E>(verified: impl Iterator<Item = Result<T, E>>) -> Option<Result<T, E>> {
    let mut first = None;
    for answer in verified {
        if answer.is_ok() {
            return Some(answer);
        }
        first.get_or_insert(answer);
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A request as API Gateway passes it on, with a `Host` of somebody's choice.
    fn request(host: &str, proto: &str) -> lambda_http::Request {
        let event = serde_json::json!({
            "version": "2.0", "routeKey": "$default", "rawPath": "/pay/1", "rawQueryString": "",
            "headers": { "host": host, "x-forwarded-proto": proto },
            "requestContext": {
                "accountId": "1", "apiId": "a", "domainName": "a1.execute-api.example",
                "domainPrefix": "a1", "http": {
                    "method": "GET", "path": "/pay/1", "protocol": "HTTP/1.1",
                    "sourceIp": "203.0.113.7", "userAgent": "x",
                },
                "requestId": "r", "routeKey": "$default", "stage": "$default",
                "time": "22/Nov/2026:09:12:31 +0000", "timeEpoch": 1_795_000_000_000_u64,
            },
            "isBase64Encoded": false,
        });
        lambda_http::request::from_str(&event.to_string()).unwrap()
    }

    fn origin(host: &str, proto: &str, page_url: Option<&str>) -> String {
        Request::bare(&request(host, proto), page_url, Timestamp::UNIX_EPOCH).unwrap().origin
    }

    #[test]
    fn links_begin_with_the_shops_address_and_never_with_the_header_host() {
        let own = Some("https://shop.example.kr");
        for host in ["a1.execute-api.example", "evil.example", "evil.example:443"] {
            assert_eq!(origin(host, "https", own), "https://shop.example.kr", "{host}");
            assert_eq!(origin(host, "https", None), "https://a1.execute-api.example", "{host}");
        }
        // On a developer's machine there is no TLS, and the header has the port.
        assert_eq!(origin("localhost:9000", "http", None), "http://localhost:9000");
    }
}
