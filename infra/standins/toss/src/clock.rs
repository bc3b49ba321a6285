//! The stand-in's clock: the system clock, shifted or stopped as a test needs it.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};

/// The stand-in's clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Runs this many milliseconds ahead of the system clock.
    Running(i64),
    /// Shows this time until it is moved.
    Stopped(Timestamp),
}

impl Default for Clock {
    fn default() -> Self {
        Self::Running(0)
    }
}

impl Clock {
    /// The current time.
    pub fn now(&self) -> Timestamp {
        match *self {
            Self::Running(ahead) => {
                saturating_add(Timestamp::now(), SignedDuration::from_millis(ahead))
            }
            Self::Stopped(at) => at,
        }
    }

    /// The clock, moved by `by`, which can be negative.
    #[must_use]
    pub fn moved(self, by: SignedDuration) -> Self {
        match self {
            Self::Running(ahead) => Self::Running(
                ahead.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
            ),
            Self::Stopped(at) => Self::Stopped(saturating_add(at, by)),
        }
    }

    /// The clock, running or stopped as before, showing `now`.
    #[must_use]
    pub fn showing(self, now: Timestamp) -> Self {
        match self {
            Self::Running(_) => Self::Running(
                now.duration_since(Timestamp::now()).as_millis().try_into().unwrap_or(0),
            ),
            Self::Stopped(_) => Self::Stopped(now),
        }
    }
}

/// `at` plus `by`, limited to the range of [`Timestamp`].
pub(crate) fn saturating_add(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// The time in Korea, to the second, which a query for transactions compares.
pub(crate) fn korea_datetime(at: Timestamp) -> DateTime {
    let clock = Offset::constant(9).to_datetime(at);
    clock.with().subsec_nanosecond(0).build().unwrap_or(clock)
}

/// A time as Toss writes it in a payment: `2026-11-22T19:00:00+09:00`.
pub(crate) fn iso_korea(at: Timestamp) -> String {
    Offset::constant(9).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
}

/// A time as Toss writes it in a webhook: Korean time, microseconds, no offset.
pub(crate) fn webhook_time(at: Timestamp) -> String {
    Offset::constant(9).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S%.6f").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stopped_clock_moves_only_when_it_is_moved() {
        let at: Timestamp = "2026-11-22T10:00:00Z".parse().unwrap();
        let clock = Clock::Stopped(at);
        assert_eq!(clock.now(), at);
        assert_eq!(
            clock.moved(SignedDuration::from_mins(10)).now(),
            "2026-11-22T10:10:00Z".parse().unwrap()
        );
        assert_eq!(clock.moved(SignedDuration::MAX).now(), Timestamp::MAX);
    }

    #[test]
    fn times_are_written_as_toss_writes_them() {
        let at: Timestamp = "2026-11-22T10:00:00.123456789Z".parse().unwrap();
        assert_eq!(iso_korea(at), "2026-11-22T19:00:00+09:00");
        assert_eq!(webhook_time(at), "2026-11-22T19:00:00.123456");
    }
}
