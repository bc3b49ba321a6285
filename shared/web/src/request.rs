//! A request as a step sees it: read once, at the edge.

use domain::base::{id::VisitorId, text::Language};
use jiff::Timestamp;
use lambda_http::{Body, RequestExt, http};
use signing::{InvalidSignature, SigningKey};

use crate::{Refusal, form::Form};

/// Longest body of a form, in bytes. The longest letter, percent-encoded, is 36 KB.
const LONGEST_BODY: usize = 64 * 1024;

/// What a request wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// To see.
    Get,
    /// To do.
    Post,
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    /// What it wants.
    pub method: Method,
    /// The path.
    pub path: String,
    /// The fields of the query string.
    pub query: Form,
    /// The fields of the form; empty for a GET.
    pub form: Form,
    /// When it arrived.
    pub now: Timestamp,
    /// The language to answer in.
    pub language: Language,
    /// Whether the language was chosen by this very request, and is to be remembered.
    pub(crate) language_chosen: bool,
    /// Scheme and host under which the reader sees the shop: `https://example.kr`.
    pub origin: String,
    /// Whether the reader's side of the connection is TLS.
    pub(crate) tls: bool,
    session: Option<Result<VisitorId, InvalidSignature>>,
    parameters: Vec<(String, String)>,
}

impl Request {
    /// Reads a request.
    pub(crate) fn read(
        request: &lambda_http::Request,
        key: &SigningKey,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let mut read = Self::bare(request, now)?;
        let name = session_cookie(read.tls);
        read.session = cookie(request.headers(), name).map(|value| key.verify_session(&value, now));
        match *request.method() {
            // API Gateway hands HEAD through to the same route; it is answered like GET, without
            // the body.
            http::Method::GET | http::Method::HEAD => {}
            http::Method::POST => {
                read.method = Method::Post;
                same_origin(request.headers(), &read.origin)?;
                let body = match request.body() {
                    Body::Text(text) => text.as_bytes(),
                    Body::Binary(bytes) => bytes,
                    _ => &[],
                };
                if body.len() > LONGEST_BODY {
                    return Err(Refusal::TooLarge);
                }
                read.form = Form::parse(body).map_err(|_| Refusal::NotText)?;
            }
            _ => return Err(Refusal::MethodNotAllowed),
        }
        Ok(read)
    }

    /// What can be read of any request, good or bad: enough to answer it in the right language.
    fn bare(request: &lambda_http::Request, now: Timestamp) -> Result<Self, Refusal> {
        let headers = request.headers();
        let query = Form::parse(request.uri().query().unwrap_or_default().as_bytes())
            .map_err(|_| Refusal::NotText)?;
        let chosen = query.get("lang").and_then(Language::from_tag);
        let remembered = cookie(headers, LANGUAGE_COOKIE);
        let accepted =
            headers.get(http::header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let tls = headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https");
        let host = headers
            .get(http::header::HOST)
            .and_then(|host| host.to_str().ok())
            .unwrap_or("localhost");
        Ok(Self {
            method: Method::Get,
            path: request.raw_http_path().to_owned(),
            query,
            form: Form::default(),
            now,
            language: chosen.unwrap_or_else(|| Language::choose(remembered.as_deref(), accepted)),
            language_chosen: chosen.is_some(),
            origin: format!("{}://{host}", if tls { "https" } else { "http" }),
            tls,
            session: None,
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

    /// The language of a request that could not be read.
    pub(crate) fn language_of(request: &lambda_http::Request) -> Language {
        let accepted = request
            .headers()
            .get(http::header::ACCEPT_LANGUAGE)
            .and_then(|value| value.to_str().ok());
        Language::choose(cookie(request.headers(), LANGUAGE_COOKIE).as_deref(), accepted)
    }

    /// Who is asking. Without a session, or with a bad one, the way leads to the door.
    pub fn visitor(&self) -> Result<VisitorId, Refusal> {
        match self.session {
            Some(Ok(visitor)) => Ok(visitor),
            Some(Err(why)) => Err(Refusal::BadSession(why)),
            None => Err(Refusal::NoSession),
        }
    }

    /// Who is asking, if the house knows them.
    pub fn known(&self) -> Option<VisitorId> {
        self.session.and_then(Result::ok)
    }

    /// A part of the path that the route names, like `{order}`.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Name of the cookie that remembers the language.
pub(crate) const LANGUAGE_COOKIE: &str = "lang";

/// Name of the session cookie.
pub(crate) const fn session_cookie(tls: bool) -> &'static str {
    if tls { "__Host-sid" } else { "sid" }
}

/// A form is taken only from the shop's own pages (OWASP ASVS 5.0, 3.5.1): browsers say where a
/// request comes from in `Sec-Fetch-Site`, older ones in `Origin`. What says neither is no
/// browser, and carries no cookie it did not mean to send.
fn same_origin(headers: &http::HeaderMap, origin: &str) -> Result<(), Refusal> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let own = match (text("sec-fetch-site"), text("origin")) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(from)) => from == origin,
        (None, None) => true,
    };
    if own { Ok(()) } else { Err(Refusal::ForeignForm) }
}

fn cookie(headers: &http::HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(known, _)| *known == name)
        .map(|(_, value)| value.to_owned())
}
