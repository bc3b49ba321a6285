//! RFC 8030: one push to one device.

use std::{sync::OnceLock, time::Duration};

use domain::walk::device::{Device, Hosts};
use http::{HeaderMap, Request, header};
use http_body_util::Full;
use http_client::Trust;
use jiff::Timestamp;

use crate::{Cannot, Vapid, encrypt};

/// The longest text that is pushed, in bytes: what Mozilla's bridge to Android leaves of a record,
/// rounded down.
pub const LONGEST_TEXT: usize = 2_000;

/// How long a push service may take over one push.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long a connection may take.
const CONNECT: Duration = Duration::from_secs(2);

type Http = http_client::Client<Full<bytes::Bytes>>;

/// How much a device may spend on a push: a telephone that sleeps is woken by a high one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Urgency {
    /// Somebody waits for it.
    High,
    /// News.
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

/// What is pushed.
#[derive(Debug, Clone)]
pub struct Message<'a> {
    /// What the page's worker reads.
    pub text: &'a str,
    /// For how many seconds the push service keeps it for a device that is off.
    pub keep_seconds: u32,
    /// How urgent it is.
    pub urgency: Urgency,
}

/// What became of a push. See the crate's comment for what each means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rung {
    /// The push service has it.
    Taken,
    /// The device is no more.
    Gone,
    /// It may be taken the next time.
    Later {
        /// What happened.
        why: String,
        /// Not before this many seconds, if the push service said so.
        after_seconds: Option<u32>,
    },
    /// It will never be taken as it is.
    Refused {
        /// What happened.
        why: String,
    },
}

/// A way to the push services. Cheap to make; reads the trusted certificates at the first push.
#[derive(Debug)]
pub struct Client {
    vapid: Vapid,
    hosts: Hosts,
    http: OnceLock<Http>,
}

impl Client {
    /// A client that signs with this key and calls these hosts alone.
    pub const fn new(vapid: Vapid, hosts: Hosts) -> Self {
        Self { vapid, hosts, http: OnceLock::new() }
    }

    /// The public half of the key.
    pub fn public_key(&self) -> String {
        self.vapid.public_key()
    }

    /// Sends one push. The address is held against the list once more: what was taken once may not
    /// be called for ever.
    pub async fn ring(&self, device: &Device, message: &Message<'_>, now: Timestamp) -> Rung {
        if !self.hosts.allow(&device.endpoint) {
            return Rung::Gone;
        }
        let request = match self.request(device, message, now) {
            Ok(request) => request,
            Err(rung) => return rung,
        };
        let Some(http) = self.http() else { return ours("no certificates to trust, or no TLS") };
        match tokio::time::timeout(PATIENCE, http.request(request)).await {
            // No redirect is followed: it would lead past the list.
            Ok(Ok(response)) => answered(response.status().as_u16(), response.headers()),
            Ok(Err(error)) => {
                let what = if error.is_connect() { "can not be reached" } else { "broke off" };
                later(format!("{:?} {what}", device.endpoint), None)
            }
            Err(_) => later(format!("{:?} did not answer in time", device.endpoint), None),
        }
    }

    fn request(
        &self,
        device: &Device,
        message: &Message<'_>,
        now: Timestamp,
    ) -> Result<Request<Full<bytes::Bytes>>, Rung> {
        if message.text.len() > LONGEST_TEXT {
            return Err(ours("the text is longer than a push may be"));
        }
        let body = encrypt(device, message.text.as_bytes()).map_err(|why| match why {
            Cannot::DeviceKey => Rung::Gone,
            Cannot::Ours => ours(&why.to_string()),
        })?;
        let authorization = self.vapid.authorization(device.endpoint.origin(), now);
        let authorization = authorization.ok_or_else(|| ours("nothing could be signed"))?;
        Request::post(device.endpoint.reveal())
            .header(header::AUTHORIZATION, authorization)
            .header(header::CONTENT_ENCODING, "aes128gcm")
            .header(header::CONTENT_TYPE, "application/octet-stream")
            .header("ttl", message.keep_seconds)
            .header("urgency", message.urgency.name())
            .body(Full::from(body))
            // An address that HTTP can not carry can not be rung, now or ever.
            .map_err(|_| Rung::Gone)
    }

    fn http(&self) -> Option<&Http> {
        if let Some(http) = self.http.get() {
            return Some(http);
        }
        // Every host is a stand-in on plain HTTP, or none is.
        let trust = if self.hosts.are_all_plain() { Trust::Nobody } else { Trust::System };
        let http = http_client::client(trust, CONNECT)?;
        Some(self.http.get_or_init(|| http))
    }
}

fn answered(status: u16, headers: &HeaderMap) -> Rung {
    let why = format!("the push service answered {status}");
    match status {
        200..=299 => Rung::Taken,
        404 | 410 => Rung::Gone,
        408 | 429 | 500.. => {
            // A number of seconds; a date, which is allowed too, counts as nothing said.
            let after = headers
                .get(header::RETRY_AFTER)
                .and_then(|value| value.to_str().ok()?.trim().parse().ok());
            later(why, after)
        }
        _ => Rung::Refused { why },
    }
}

const fn later(why: String, after_seconds: Option<u32>) -> Rung {
    Rung::Later { why, after_seconds }
}

fn ours(why: &str) -> Rung {
    Rung::Refused { why: why.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_is_one_of_four() {
        let said = |status, after: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(after.map(|after| (header::RETRY_AFTER, after.parse().unwrap())));
            answered(status, &headers)
        };
        for status in [200, 201, 202] {
            assert_eq!(said(status, None), Rung::Taken);
        }
        for status in [404, 410] {
            assert_eq!(said(status, None), Rung::Gone);
        }
        for status in [429, 500, 502, 503] {
            assert!(
                matches!(said(status, Some("120")), Rung::Later { after_seconds: Some(120), .. }),
                "{status}"
            );
            assert!(
                matches!(said(status, None), Rung::Later { after_seconds: None, .. }),
                "{status}"
            );
        }
        let date = said(429, Some("Sun, 22 Nov 2026 19:00:00 GMT"));
        assert!(matches!(date, Rung::Later { after_seconds: None, .. }));
        for status in [301, 307, 400, 401, 403, 413] {
            assert!(matches!(said(status, None), Rung::Refused { .. }), "{status}");
        }
    }
}
