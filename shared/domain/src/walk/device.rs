//! Devices that can receive pushes: the subscription that a browser creates (W3C Push API).
//!
//! The endpoint of a subscription is a URL from a request that the shop then calls. To prevent
//! server-side request forgery, only the known push services are accepted, and the endpoint is checked
//! again before each call.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{base::text::Language, riddle::guess::fingerprint};

/// Bytes of a point on P-256, uncompressed.
const POINT: usize = 65;
/// Bytes of the secret that browser and shop share.
const AUTH: usize = 16;
/// The first byte of an uncompressed point (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// The push services that the shop calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Host>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    /// A host, with HTTPS on the default port.
    Named(String),
    /// Every subdomain of a name, with HTTPS on the default port.
    Below(String),
    /// An origin, for a stand-in.
    Origin(String),
}

/// Why a subscription is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotADevice {
    /// The endpoint is not the URL of a known push service.
    #[error("the endpoint is not one of a push service that is called")]
    Endpoint,
    /// The key is not a point on P-256.
    #[error("p256dh is no uncompressed point of 65 bytes in base64url")]
    Key,
    /// The shared secret has another length.
    #[error("auth is not 16 bytes in base64url")]
    Auth,
}

/// The endpoint of a device. It is a capability to send pushes, so its `Debug` output shows only the
/// origin.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoint(String);

/// The id of a device among its visitor's: a fingerprint of the endpoint, so that registering a device
/// twice has no effect.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(String);

/// A registered device.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// The endpoint for its pushes.
    pub endpoint: Endpoint,
    /// The public key for encrypting a push: an uncompressed point in base64url.
    p256dh: String,
    /// The secret that it shares with the shop, in base64url.
    auth: String,
    /// The language of its pushes.
    pub language: Language,
    /// When it was registered.
    pub since: Timestamp,
}

impl Hosts {
    /// Parses a comma-separated list. `example.com` is a host, `.example.com` stands for its
    /// subdomains, and an entry with a scheme is an origin.
    pub fn parse(list: &str) -> Self {
        let host = |entry: &str| {
            if entry.contains("://") {
                Host::Origin(entry.trim_end_matches('/').to_owned())
            } else if entry.starts_with('.') {
                Host::Below(entry.to_owned())
            } else {
                Host::Named(entry.to_owned())
            }
        };
        Self(list.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(host).collect())
    }

    /// Whether all of them are origins with plain HTTP, as stand-ins have.
    pub fn are_all_plain(&self) -> bool {
        self.0
            .iter()
            .all(|host| matches!(host, Host::Origin(origin) if origin.starts_with("http:")))
    }

    /// Whether this endpoint may be called.
    pub fn allow(&self, endpoint: &Endpoint) -> bool {
        let Some((origin, host)) = endpoint.origin_and_host() else { return false };
        self.0.iter().any(|known| match known {
            Host::Named(name) => host == Some(name),
            // `.notify.windows.com` without a label before it is not a host.
            Host::Below(name) => {
                host.is_some_and(|host| host.len() > name.len() && host.ends_with(name.as_str()))
            }
            Host::Origin(known) => origin == known,
        })
    }
}

impl Endpoint {
    /// Longest endpoint, in bytes. Most have about 200; Microsoft's have about 500.
    pub const LONGEST: usize = 1_000;

    fn parse(text: &str, hosts: &Hosts) -> Option<Self> {
        let plain =
            |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\' | b'<' | b'>');
        if text.len() > Self::LONGEST || !text.bytes().all(plain) {
            return None;
        }
        let endpoint = Self(text.to_owned());
        hosts.allow(&endpoint).then_some(endpoint)
    }

    /// The URL.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: the audience of the VAPID signature (RFC 8292).
    pub fn origin(&self) -> &str {
        self.origin_and_host().map_or("", |(origin, _)| origin)
    }

    /// The origin, and the host if the origin uses HTTPS on the default port. `None` for a URL with a
    /// user name, without a host, or with characters that host names do not have.
    fn origin_and_host(&self) -> Option<(&str, Option<&str>)> {
        let (scheme, rest) = self.0.split_once("://")?;
        let end = rest.find(['/', '?', '#'])?;
        let authority = rest.get(..end)?;
        let of_a_host = |byte: u8| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-')
        };
        let (host, port) =
            authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let good = !host.is_empty()
            && host.bytes().all(of_a_host)
            && port.is_none_or(|port| {
                !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit())
            })
            && matches!(scheme, "https" | "http");
        let origin = self.0.get(..scheme.len().saturating_add(3).saturating_add(end))?;
        good.then_some((origin, (scheme == "https" && port.is_none()).then_some(host)))
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "‹{}›", self.origin())
    }
}

impl DeviceId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for DeviceId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Device {
    /// How long after registration a device receives pushes, in seconds: as long as a session.
    pub const KEPT_SECONDS: i64 = 180 * 24 * 60 * 60;

    /// Reads the fields of a browser's subscription.
    pub fn read(
        (endpoint, p256dh, auth): (&str, &str, &str),
        hosts: &Hosts,
        language: Language,
        now: Timestamp,
    ) -> Result<Self, NotADevice> {
        let endpoint = Endpoint::parse(endpoint, hosts).ok_or(NotADevice::Endpoint)?;
        let point = decoded(p256dh)
            .filter(|point| point.len() == POINT && point.first() == Some(&UNCOMPRESSED));
        point.ok_or(NotADevice::Key)?;
        decoded(auth).filter(|auth| auth.len() == AUTH).ok_or(NotADevice::Auth)?;
        Ok(Self {
            endpoint,
            p256dh: bare(p256dh).to_owned(),
            auth: bare(auth).to_owned(),
            language,
            since: now,
        })
    }

    /// The id among the visitor's devices.
    pub fn id(&self) -> DeviceId {
        DeviceId(format!("{:016x}", fingerprint(&["device", self.endpoint.reveal()])))
    }

    /// The public key as an uncompressed point.
    pub fn key(&self) -> Vec<u8> {
        decoded(&self.p256dh).unwrap_or_default()
    }

    /// The secret that it shares with the shop.
    pub fn auth(&self) -> Vec<u8> {
        decoded(&self.auth).unwrap_or_default()
    }

    /// Until when it receives pushes, in seconds since 1970.
    pub fn until_second(&self) -> i64 {
        self.since.as_second().saturating_add(Self::KEPT_SECONDS)
    }

    /// Whether it still receives pushes at `now`.
    pub fn is_rung(&self, now: Timestamp) -> bool {
        now.as_second() < self.until_second()
    }

    /// The browsers that use its push service: nothing else about the device is known.
    pub fn service(&self) -> &'static str {
        let origin = self.endpoint.origin();
        match origin {
            _ if origin.ends_with("googleapis.com") => "Chrome · Samsung Internet",
            _ if origin.ends_with("mozilla.com") => "Firefox",
            _ if origin.ends_with("apple.com") => "Safari",
            _ if origin.ends_with("windows.com") => "Edge",
            _ => "Web Push",
        }
    }
}

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Device")
            .field("id", &self.id())
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}

/// Browsers omit the base64 padding; some libraries do not.
fn bare(text: &str) -> &str {
    text.trim_end_matches('=')
}

fn decoded(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(bare(text)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HOSTS: &str = "fcm.googleapis.com, updates.push.services.mozilla.com,web.push.apple.com,.notify.windows.com";
    // RFC 8291, section 5.
    const KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    fn read(endpoint: &str, key: &str, auth: &str) -> Result<Device, NotADevice> {
        Device::read(
            (endpoint, key, auth),
            &Hosts::parse(HOSTS),
            Language::Ko,
            Timestamp::UNIX_EPOCH,
        )
    }

    #[test]
    fn only_the_push_services_of_the_list_are_called() {
        for good in [
            "https://fcm.googleapis.com/fcm/send/abc:def-_",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QF",
            "https://wns2-par02p.notify.windows.com/w/?token=BQYAAA%2b%3d",
        ] {
            assert!(read(good, KEY, AUTH).is_ok(), "{good}");
        }
        for bad in [
            "",
            "fcm.googleapis.com/x",
            "http://fcm.googleapis.com/x",
            "https://fcm.googleapis.com",
            "https://fcm.googleapis.com:8443/x",
            "https://fcm.googleapis.com@169.254.169.254/x",
            "https://169.254.169.254/latest/meta-data",
            "https://evilfcm.googleapis.com/x",
            "https://fcm.googleapis.com.evil.example/x",
            "https://fcm.googleapis.com\\.evil.example/x",
            "https://.notify.windows.com/x",
            "https://notify.windows.com/x",
            "https://FCM.googleapis.com/x",
            "https://fcm.googleapis.com/a b",
            "https://fcm.googleapis.com/가",
            "https://localhost/x",
            "http://127.0.0.1:9011/push/x",
        ] {
            assert_eq!(read(bad, KEY, AUTH), Err(NotADevice::Endpoint), "{bad}");
        }
        let long = format!("https://fcm.googleapis.com/{}", "a".repeat(Endpoint::LONGEST));
        assert_eq!(read(&long, KEY, AUTH), Err(NotADevice::Endpoint));
    }

    #[test]
    fn a_stand_in_is_accepted_only_if_its_origin_is_on_the_list() {
        let hosts = Hosts::parse(&format!("{HOSTS},http://127.0.0.1:9011"));
        let read = |endpoint: &str| {
            Device::read((endpoint, KEY, AUTH), &hosts, Language::En, Timestamp::UNIX_EPOCH)
        };
        let device = read("http://127.0.0.1:9011/push/x").unwrap();
        assert_eq!(device.endpoint.origin(), "http://127.0.0.1:9011");
        assert!(read("http://127.0.0.1:9012/push/x").is_err());
        assert!(read("http://127.0.0.1/push/x").is_err());
        assert!(Hosts::parse("").0.is_empty());
    }

    #[test]
    fn malformed_keys_are_refused_by_field() {
        let endpoint = "https://web.push.apple.com/x";
        assert!(
            read(endpoint, &format!("{KEY}="), &format!("{AUTH}==")).is_ok(),
            "padding is accepted"
        );
        for key in ["", "AAAA", &KEY[..80], &KEY.replace('B', "C"), "+/+/", &"A".repeat(87)] {
            assert_eq!(read(endpoint, key, AUTH), Err(NotADevice::Key), "{key}");
        }
        for auth in ["", "AAAA", "BTBZMqHH6r4Tts7J_aSIggAA", "별"] {
            assert_eq!(read(endpoint, KEY, auth), Err(NotADevice::Auth), "{auth}");
        }
    }

    #[test]
    fn a_device_has_one_id_and_debug_hides_its_endpoint() {
        let (one, other) = (
            read("https://web.push.apple.com/canary", KEY, AUTH).unwrap(),
            read("https://web.push.apple.com/y", KEY, AUTH).unwrap(),
        );
        assert_eq!(one.id(), one.clone().id());
        assert_ne!(one.id(), other.id());
        assert_eq!((one.key().len(), one.auth().len(), one.service()), (65, 16, "Safari"));
        let shown = format!("{one:?}");
        assert!(
            !shown.contains("canary") && !shown.contains(KEY) && !shown.contains(AUTH),
            "{shown}"
        );
    }

    proptest! {
        #[test]
        fn no_text_panics(endpoint in ".{0,60}", key in ".{0,60}", auth in ".{0,40}") {
            let _ = read(&endpoint, &key, &auth);
            let _ = read(&format!("https://{endpoint}"), &key, &auth);
        }
    }
}
