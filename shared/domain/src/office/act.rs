//! The line that is kept of an act of the owner: who did what, and whether it was finished.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::base::calendar;

/// A confirmed call of an owner's function. It names orders by number and readers by pen name, and
/// holds no recipient, address or telephone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// When it began.
    pub at: Timestamp,
    /// The function that was called.
    pub function: String,
    /// The code that confirmed the call.
    pub code: String,
    /// The device it came from, or the console.
    pub by: String,
    /// What was done. `None` while it is under way: an act that began and never ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub did: Option<Vec<String>>,
    /// The calls that take the act back, as the texts of JSON objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<String>,
}

impl Act {
    /// For how long a line is kept.
    pub const KEPT: SignedDuration = SignedDuration::from_hours(2 * 365 * 24);

    /// The name under which it is found.
    pub fn name(&self) -> ActName {
        ActName { at: self.at, code: self.code.clone() }
    }
}

/// The name of an act: when it began, and its code. Written `2026-11-26T00:12:31.004Z-a1b2c3d4`.
///
/// ```
/// use domain::office::ActName;
///
/// let name: ActName = "2026-11-26T00:12:31.004Z-a1b2c3d4".parse().unwrap();
/// assert_eq!(name.to_string(), "2026-11-26T00:12:31.004Z-a1b2c3d4");
/// assert_eq!(name.day().to_string(), "2026-11-26");
/// assert!("yesterday".parse::<ActName>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActName {
    /// When the act began.
    pub at: Timestamp,
    /// The code that confirmed the call.
    pub code: String,
}

/// A text that is no act's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not the name of an act")]
pub struct NotAnActName;

impl ActName {
    /// The day on which the act began, in Korea.
    pub fn day(&self) -> jiff::civil::Date {
        calendar::today(self.at)
    }
}

impl fmt::Display for ActName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.3}-{}", self.at, self.code)
    }
}

impl FromStr for ActName {
    type Err = NotAnActName;

    fn from_str(text: &str) -> Result<Self, NotAnActName> {
        let (at, code) = text.rsplit_once('-').ok_or(NotAnActName)?;
        let fits =
            !code.is_empty() && code.len() <= 64 && code.bytes().all(|b| b.is_ascii_hexdigit());
        let at = at.parse().map_err(|_| NotAnActName)?;
        if fits { Ok(Self { at, code: code.to_owned() }) } else { Err(NotAnActName) }
    }
}
