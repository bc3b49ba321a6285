//! RFC 8030: sends one push message to one device.

use std::{sync::OnceLock, time::Duration};

use domain::walk::device::{Device, Hosts};
use http::{HeaderMap, Request, header};
use http_body_util::Full;
use http_client::Trust;
use jiff::Timestamp;

use crate::{EncryptError, Vapid, encrypt};

/// The longest text of a push message, in bytes: what Mozilla's bridge to Android leaves of a
/// record, rounded down.
pub const LONGEST_TEXT: usize = 2_000;

/// The time limit for one request to a push service.
const REQUEST_LIMIT: Duration = Duration::from_secs(4);
/// The time limit for a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(2);

type Http = http_client::Client<Full<bytes::Bytes>>;

/// How urgent a message is; a push service saves a device's battery by it (RFC 8030, section 5.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// The reader waits for it. Wakes a sleeping telephone.
    High,
    /// Anything else.
    Normal,
}

impl Urgency {
    const fn name(self) -> &'static str {
        match self {
            Self::High => "high",
            Self::Normal => "normal",
        }
    }
}

/// A push message.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// The payload, which the page's service worker reads.
    pub text: &'a str,
    /// How long the push service keeps it for a device that is offline, in seconds (`TTL`).
    pub keep_seconds: u32,
    /// The urgency.
    pub urgency: Urgency,
}

/// The outcome of a push. The crate documentation says what the caller does with each.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushOutcome {
    /// The push service has accepted the message.
    Accepted,
    /// The subscription has ended.
    Gone,
    /// The push service may accept the message later.
    RetryLater {
        /// The reason, for the log.
        why: String,
        /// The delay that the push service asks for, if any (`Retry-After`), in seconds.
        after_seconds: Option<u32>,
    },
    /// The push service will never accept this message.
    Rejected {
        /// The reason, for the log.
        why: String,
    },
}

/// A client for the push services. Cheap to make; reads the trusted certificates at the first push.
#[derive(Debug)]
pub struct Client {
    vapid: Vapid,
    hosts: Hosts,
    http: OnceLock<Http>,
}

impl Client {
    /// A client that signs with `vapid` and sends only to `hosts`.
    pub const fn new(vapid: Vapid, hosts: Hosts) -> Self {
        Self { vapid, hosts, http: OnceLock::new() }
    }

    /// The public key that devices subscribe with.
    pub fn public_key(&self) -> String {
        self.vapid.public_key()
    }

    /// Sends one message. Checks the endpoint against the list of hosts again, because the list can
    /// have changed since the device subscribed.
    pub async fn send(
        &self,
        device: &Device,
        message: &Message<'_>,
        now: Timestamp,
    ) -> PushOutcome {
        if !self.hosts.allow(&device.endpoint) {
            return PushOutcome::Gone;
        }
        let request = match self.request(device, message, now) {
            Ok(request) => request,
            Err(outcome) => return outcome,
        };
        let Some(http) = self.http() else {
            return rejected("TLS is not available, or no root certificate can be read");
        };
        match tokio::time::timeout(REQUEST_LIMIT, http.request(request)).await {
            // Redirects are not followed: they could leave the list of hosts.
            Ok(Ok(response)) => outcome_of(response.status().as_u16(), response.headers()),
            Ok(Err(error)) => {
                let what =
                    if error.is_connect() { "is unreachable" } else { "broke the connection" };
                retry_later(format!("{:?} {what}", device.endpoint), None)
            }
            Err(_) => retry_later(format!("{:?} did not answer in time", device.endpoint), None),
        }
    }

    fn request(
        &self,
        device: &Device,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<Request<Full<bytes::Bytes>>, PushOutcome> {
        if message.text.len() > LONGEST_TEXT {
            return Err(rejected("the text is longer than a push message can be"));
        }
        let body = encrypt(device, message.text.as_bytes()).map_err(|why| match why {
            EncryptError::DeviceKey => PushOutcome::Gone,
            EncryptError::Other => rejected(&why.to_string()),
        })?;
        let authorization = self.vapid.authorization(device.endpoint.origin(), now);
        let authorization =
            authorization.ok_or_else(|| rejected("the message could not be signed"))?;
        Request::post(device.endpoint.reveal())
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.keep_seconds)
            .header("urgency", message.urgency.name())
            .body(Full::from(body))
            // An endpoint that is not a valid URI can never be reached.
            .map_err(|_| PushOutcome::Gone)
    }

    fn http(&self) -> Option<&Http> {
        if let Some(http) = self.http.get() {
            return Some(http);
        }
        // Either all hosts are stand-ins on plain HTTP or none is.
        let trust = if self.hosts.are_all_plain() { Trust::Nothing } else { Trust::System };
        let http = http_client::client(trust, CONNECT_LIMIT)?;
        Some(self.http.get_or_init(|| http))
    }
}

fn outcome_of(status: u16, headers: &HeaderMap) -> PushOutcome {
    let why = format!("the push service answered {status}");
    match status {
        200..=299 => PushOutcome::Accepted,
        404 | 410 => PushOutcome::Gone,
        408 | 429 | 500.. => {
            // Read as seconds. A date, which the header also allows, is ignored.
            let after = headers
                .get(header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.trim().parse().ok());
            retry_later(why, after)
        }
        _ => PushOutcome::Rejected { why },
    }
}

const fn retry_later(why: String, after_seconds: Option<u32>) -> PushOutcome {
    PushOutcome::RetryLater { why, after_seconds }
}

fn rejected(why: &str) -> PushOutcome {
    PushOutcome::Rejected { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_status_has_one_of_four_outcomes() {
        let outcome = |status, after: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(after.map(|after| (header::RETRY_AFTER, after.parse().unwrap())));
            outcome_of(status, &headers)
        };
        for status in [200, 201, 202] {
            assert_eq!(outcome(status, None), PushOutcome::Accepted);
        }
        for status in [404, 410] {
            assert_eq!(outcome(status, None), PushOutcome::Gone);
        }
        for status in [429, 500, 502, 503] {
            assert!(
                matches!(
                    outcome(status, Some("120")),
                    PushOutcome::RetryLater { after_seconds: Some(120), .. }
                ),
                "{status}"
            );
            assert!(
                matches!(
                    outcome(status, None),
                    PushOutcome::RetryLater { after_seconds: None, .. }
                ),
                "{status}"
            );
        }
        let date = outcome(429, Some("Sun, 22 Nov 2026 19:00:00 GMT"));
        assert!(matches!(date, PushOutcome::RetryLater { after_seconds: None, .. }));
        for status in [301, 307, 400, 401, 403, 413] {
            assert!(matches!(outcome(status, None), PushOutcome::Rejected { .. }), "{status}");
        }
    }
}
