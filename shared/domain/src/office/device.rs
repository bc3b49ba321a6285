//! A device of the owner that is signed in.

use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::{calendar, free_text};

/// The name that the owner gave a device: 1 to 20 characters.
///
/// ```
/// use domain::office::DeviceName;
///
/// assert_eq!(DeviceName::new("  주인장  전화기 ").unwrap().to_string(), "주인장 전화기");
/// assert!(DeviceName::new(" ").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DeviceName(String);

/// A name that is empty or too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a device has a name of 1 to {} characters", DeviceName::LONGEST)]
pub struct NotADeviceName;

impl DeviceName {
    /// Most characters of a name.
    pub const LONGEST: usize = 20;

    /// Reads a name.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn new(typed: &str) -> Result<Self, NotADeviceName> {
        let name = free_text::line(typed);
        let fits = (1..=Self::LONGEST).contains(&free_text::length(&name));
        if fits && !free_text::is_blank(&name) { Ok(Self(name)) } else { Err(NotADeviceName) }
    }
}

impl fmt::Display for DeviceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for DeviceName {
    type Error = NotADeviceName;

    fn try_from(name: String) -> Result<Self, NotADeviceName> {
        Self::new(&name)
    }
}

impl From<DeviceName> for String {
    fn from(name: DeviceName) -> Self {
        name.0
    }
}

/// A device that is signed in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name.
    pub name: DeviceName,
    /// A digest of its secret.
    pub secret: String,
    /// When it was let in.
    pub since: Timestamp,
    /// When it was last seen, noted once a day.
    pub seen: Timestamp,
}

impl Device {
    /// For how long a device stays in without being used.
    pub const IDLE: SignedDuration = SignedDuration::from_hours(30 * 24);

    /// For how long a device stays in at most.
    pub const LONGEST: SignedDuration = SignedDuration::from_hours(90 * 24);

    /// When the device is out at the latest.
    pub fn until(&self) -> Timestamp {
        let end = |since: Timestamp, length| since.saturating_add(length).unwrap_or(Timestamp::MAX);
        end(self.since, Self::LONGEST).min(end(self.seen, Self::IDLE))
    }

    /// Whether the device is still in.
    ///
    /// ```
    /// use domain::office::{Device, DeviceName};
    /// use jiff::{SignedDuration, Timestamp};
    ///
    /// let since: Timestamp = "2026-11-01T00:00:00Z".parse().unwrap();
    /// let name = DeviceName::new("전화기").unwrap();
    /// let device = Device { name, secret: String::new(), since, seen: since };
    /// assert!(device.is_in(since + SignedDuration::from_hours(29 * 24)));
    /// assert!(!device.is_in(since + SignedDuration::from_hours(30 * 24)));
    /// let used = Device { seen: since + SignedDuration::from_hours(89 * 24), ..device };
    /// assert!(!used.is_in(since + SignedDuration::from_hours(90 * 24)));
    /// ```
    pub fn is_in(&self, now: Timestamp) -> bool {
        now < self.until()
    }

    /// Whether the day on which it was seen is to be noted.
    pub fn was_seen_before(&self, now: Timestamp) -> bool {
        calendar::today(self.seen) < calendar::today(now)
    }
}
