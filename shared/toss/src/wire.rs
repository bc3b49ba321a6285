//! Sends one call over HTTP, with a time limit and a size limit for the answer.

use std::sync::OnceLock;
use std::time::Duration;

use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Limited};
use http_client::Trust;

use crate::{Doubt, IdempotencyKey};

/// The size limit of an answer, far above any answer of Toss.
const LONGEST_ANSWER: usize = 1 << 20;

/// The shortest time in which an answer can be expected. A call with less is not sent.
const SHORTEST: Duration = Duration::from_millis(500);

type Http = http_client::Client<String>;

/// How much time the caller has left; `None` where that is unknown.
pub(crate) type Remaining = fn() -> Option<Duration>;

/// An answer of any status.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// `X-TossPayments-Trace-Id`.
    pub(crate) trace: Option<String>,
    /// The raw body.
    pub(crate) body: Vec<u8>,
}

/// One call, with the time limit for the whole answer.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) key: Option<&'a IdempotencyKey>,
    pub(crate) limit: Duration,
}

/// The HTTP connection to Toss: address, `Authorization` header and client.
pub(crate) struct Wire {
    base: String,
    authorization: HeaderValue,
    connect_limit: Duration,
    pub(crate) remaining: Remaining,
    http: OnceLock<Http>,
}

impl Wire {
    /// `base` has no trailing slash.
    pub(crate) fn new(
        base: String,
        mut authorization: HeaderValue,
        connect_limit: Duration,
    ) -> Self {
        authorization.set_sensitive(true);
        Self { base, authorization, connect_limit, remaining: || None, http: OnceLock::new() }
    }

    /// Sends a call and reads the whole answer.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Doubt> {
        let limit = self.limit(call.limit)?;
        let http = self.http()?;
        let uri: Uri =
            format!("{}{}", self.base, call.path).parse().map_err(|_| Doubt::Unreachable)?;
        let mut request = Request::builder()
            .method(call.method)
            .uri(uri)
            .header(header::AUTHORIZATION, self.authorization.clone())
            .header(header::ACCEPT, "application/json");
        if !call.body.is_empty() {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        if let Some(key) = call.key {
            request = request.header("idempotency-key", key.as_str());
        }
        let request = request.body(call.body).map_err(|_| Doubt::Unreachable)?;
        tokio::time::timeout(limit, exchange(http, request)).await.unwrap_or(Err(Doubt::Late))
    }

    /// The time limit of a call: its own, or less if the caller has to end before.
    fn limit(&self, own: Duration) -> Result<Duration, Doubt> {
        let left = (self.remaining)().map(|left| left.saturating_sub(crate::Client::MARGIN));
        match left {
            Some(left) if left < SHORTEST => Err(Doubt::NoTime),
            Some(left) => Ok(own.min(left)),
            None => Ok(own),
        }
    }

    /// The HTTP client, made at the first call: reading the trusted certificates takes
    /// milliseconds, which a page without a call should not wait for.
    fn http(&self) -> Result<&Http, Doubt> {
        if let Some(http) = self.http.get() {
            return Ok(http);
        }
        let trust = if self.base.starts_with("https:") { Trust::System } else { Trust::Nothing };
        let http = http_client::client(trust, self.connect_limit).ok_or(Doubt::Unreachable)?;
        Ok(self.http.get_or_init(|| http))
    }
}

async fn exchange(http: &Http, request: Request<String>) -> Result<Answer, Doubt> {
    let response = http
        .request(request)
        .await
        .map_err(|error| if error.is_connect() { Doubt::Unreachable } else { Doubt::Broken })?;
    let status = response.status().as_u16();
    let trace = response
        .headers()
        .get("x-tosspayments-trace-id")
        .and_then(|value| value.to_str().ok())
        .map(|value| value.chars().take(100).collect());
    let body = Limited::new(response.into_body(), LONGEST_ANSWER)
        .collect()
        .await
        .map_err(|_| Doubt::Broken)?
        .to_bytes()
        .to_vec();
    Ok(Answer { status, trace, body })
}
