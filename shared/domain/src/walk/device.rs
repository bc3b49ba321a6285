//! A device that the house can ring: what a browser gives to whoever may send it a push (W3C Push
//! API), read at the edge.
//!
//! The address of a subscription is an address that a stranger chose and that the house then calls.
//! So only the push services of the browsers that exist are taken, by name, and it is asked again
//! before each call.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{base::text::Language, riddle::guess::fingerprint};

/// Bytes of a point on P-256, uncompressed.
const POINT: usize = 65;
/// Bytes of the secret that browser and house share.
const AUTH: usize = 16;
/// What the uncompressed form of a point begins with (SEC 1, 2.3.3).
const UNCOMPRESSED: u8 = 4;

/// The hosts of push services that the house calls.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hosts(Vec<Host>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Host {
    /// Behind TLS at the usual port.
    Named(String),
    /// Every host below a name.
    Below(String),
    /// A whole origin, of a stand-in.
    Origin(String),
}

/// Why a subscription is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotADevice {
    /// The address is none, or none of a push service that the house calls.
    #[error("the endpoint is not one of a push service that is called")]
    Endpoint,
    /// The key is no point on P-256.
    #[error("p256dh is no uncompressed point of 65 bytes in base64url")]
    Key,
    /// The shared secret has another length.
    #[error("auth is not 16 bytes in base64url")]
    Auth,
}

/// Where the pushes of one device go. Whoever has it can ask its push service to take some, so its
/// `Debug` shows the service alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Endpoint(String);

/// A device's name among those of its visitor: a fingerprint of its endpoint, so that hanging one
/// twice hangs one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct DeviceId(String);

/// A device that may be rung.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Where its pushes go.
    pub endpoint: Endpoint,
    /// Its public key, for which a push is encrypted: base64url of a point.
    p256dh: String,
    /// The secret it shares with the house: base64url.
    auth: String,
    /// The language in which it was hung.
    pub language: Language,
    /// When it was hung.
    pub since: Timestamp,
}

impl Hosts {
    /// Reads the list: hosts separated by commas, a dot before those of which every host below
    /// counts. An entry with a scheme is an origin of its own.
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

    /// Whether all of them are origins on plain HTTP: stand-ins, for which nobody has to be
    /// trusted.
    pub fn are_all_plain(&self) -> bool {
        self.0
            .iter()
            .all(|host| matches!(host, Host::Origin(origin) if origin.starts_with("http:")))
    }

    /// Whether a device with this address may be called.
    pub fn allow(&self, endpoint: &Endpoint) -> bool {
        let Some((origin, host)) = endpoint.origin_and_host() else { return false };
        self.0.iter().any(|known| match known {
            Host::Named(name) => host == Some(name),
            // A label of its own in front: `.notify.windows.com` alone is no host.
            Host::Below(name) => {
                host.is_some_and(|host| host.len() > name.len() && host.ends_with(name.as_str()))
            }
            Host::Origin(known) => origin == known,
        })
    }
}

impl Endpoint {
    /// Longest address that is taken, in bytes. Those in use have some two hundred; Microsoft's the
    /// most, some five hundred.
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

    /// The address itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Scheme, host and port: the audience of the house's signature (RFC 8292).
    pub fn origin(&self) -> &str {
        self.origin_and_host().map_or("", |(origin, _)| origin)
    }

    /// The origin, and the host if the origin is one behind TLS at the usual port. A user name, an
    /// empty host or a letter that no host has is none.
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
    /// The name as text.
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
    /// For how long a device is rung after it was hung, in seconds: as long as a session lasts.
    pub const KEPT_SECONDS: i64 = 180 * 24 * 60 * 60;

    /// Reads what a browser's subscription has, as the page's form brings it.
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

    /// Its name among the visitor's devices.
    pub fn id(&self) -> DeviceId {
        DeviceId(format!("{:016x}", fingerprint(&["device", self.endpoint.reveal()])))
    }

    /// Its public key, the uncompressed point.
    pub fn key(&self) -> Vec<u8> {
        decoded(&self.p256dh).unwrap_or_default()
    }

    /// The secret it shares with the house.
    pub fn auth(&self) -> Vec<u8> {
        decoded(&self.auth).unwrap_or_default()
    }

    /// Until when it is rung, in seconds since 1970.
    pub fn until_second(&self) -> i64 {
        self.since.as_second().saturating_add(Self::KEPT_SECONDS)
    }

    /// Whether it is still rung at `now`.
    pub fn is_rung(&self, now: Timestamp) -> bool {
        now.as_second() < self.until_second()
    }

    /// Whose push service rings it: all that can be said of which device it is.
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

/// Browsers leave the padding out; libraries do not.
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
    fn a_stand_in_is_taken_only_where_its_origin_is_on_the_list() {
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
    fn keys_of_another_length_or_form_are_told_apart() {
        let endpoint = "https://web.push.apple.com/x";
        assert!(
            read(endpoint, &format!("{KEY}="), &format!("{AUTH}==")).is_ok(),
            "padding is no fault"
        );
        for key in ["", "AAAA", &KEY[..80], &KEY.replace('B', "C"), "+/+/", &"A".repeat(87)] {
            assert_eq!(read(endpoint, key, AUTH), Err(NotADevice::Key), "{key}");
        }
        for auth in ["", "AAAA", "BTBZMqHH6r4Tts7J_aSIggAA", "별"] {
            assert_eq!(read(endpoint, KEY, auth), Err(NotADevice::Auth), "{auth}");
        }
    }

    #[test]
    fn a_device_has_one_name_and_shows_nothing_of_its_address() {
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
        fn no_text_makes_it_fall(endpoint in ".{0,60}", key in ".{0,60}", auth in ".{0,40}") {
            let _ = read(&endpoint, &key, &auth);
            let _ = read(&format!("https://{endpoint}"), &key, &auth);
        }
    }
}
