//! One call over HTTP: connect, send, wait no longer than agreed, read a bounded answer.

use std::sync::OnceLock;
use std::time::Duration;

use http::{HeaderValue, Method, Request, Uri, header};
use http_body_util::{BodyExt, Limited};
use http_client::Trust;

use crate::{Doubt, IdempotencyKey};

/// No answer of Toss comes near this; a longer one is not an answer of Toss.
const LONGEST_ANSWER: usize = 1 << 20;

type Http = http_client::Client<String>;

/// What came back, whatever it says.
pub(crate) struct Answer {
    /// The HTTP status.
    pub(crate) status: u16,
    /// `X-TossPayments-Trace-Id`.
    pub(crate) trace: Option<String>,
    /// The body as it came.
    pub(crate) body: Vec<u8>,
}

/// One call: what to send and how long to wait for the whole answer.
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) body: String,
    pub(crate) key: Option<&'a IdempotencyKey>,
    pub(crate) limit: Duration,
}

/// The way to Toss: the address, the `Authorization` header and the connections.
pub(crate) struct Wire {
    base: String,
    authorization: HeaderValue,
    connect_limit: Duration,
    http: OnceLock<Http>,
}

impl Wire {
    /// `base` has no slash at its end.
    pub(crate) fn new(
        base: String,
        mut authorization: HeaderValue,
        connect_limit: Duration,
    ) -> Self {
        authorization.set_sensitive(true);
        Self { base, authorization, connect_limit, http: OnceLock::new() }
    }

    /// Sends one call and waits for its whole answer.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Answer, Doubt> {
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
        tokio::time::timeout(call.limit, exchange(http, request)).await.unwrap_or(Err(Doubt::Late))
    }

    /// The HTTP client, made at the first call: reading the trusted certificates takes milliseconds
    /// that a page without a call does not have to wait for.
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
