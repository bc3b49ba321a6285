//! The stand-in's own clock: the computer's, moved or stopped as a test needs it.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp, tz::Offset};
use serde::{Deserialize, Serialize};

/// What time it is in the stand-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// Runs with the computer's clock, this many milliseconds ahead of it.
    Running(i64),
    /// Stands still until it is moved.
    Stopped(Timestamp),
}

impl Default for Clock {
    fn default() -> Self {
        Self::Running(0)
    }
}

impl Clock {
    /// Now, in the stand-in.
    pub fn now(&self) -> Timestamp {
        match *self {
            Self::Running(ahead) => later(Timestamp::now(), SignedDuration::from_millis(ahead)),
            Self::Stopped(at) => at,
        }
    }

    /// The same clock, moved on (or back) by `by`.
    #[must_use]
    pub fn moved(self, by: SignedDuration) -> Self {
        match self {
            Self::Running(ahead) => Self::Running(
                ahead.saturating_add(i64::try_from(by.as_millis()).unwrap_or(i64::MAX)),
            ),
            Self::Stopped(at) => Self::Stopped(later(at, by)),
        }
    }

    /// The same kind of clock, showing `now`.
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

/// `at` plus `by`, held at the ends of time.
pub(crate) fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.checked_add(by).unwrap_or(if by.is_negative() { Timestamp::MIN } else { Timestamp::MAX })
}

/// What the clock on the wall in Korea shows, to the second, as Toss writes it in a day's record.
pub(crate) fn on_the_wall(at: Timestamp) -> DateTime {
    let clock = Offset::constant(9).to_datetime(at);
    clock.with().subsec_nanosecond(0).build().unwrap_or(clock)
}

/// A moment as Toss writes it in a payment: `2026-11-22T19:00:00+09:00`.
pub(crate) fn korean(at: Timestamp) -> String {
    Offset::constant(9).to_datetime(at).strftime("%Y-%m-%dT%H:%M:%S+09:00").to_string()
}

/// A moment as Toss writes it in a webhook: Korean time, microseconds, no zone.
pub(crate) fn korean_without_zone(at: Timestamp) -> String {
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
    fn moments_are_written_as_toss_writes_them() {
        let at: Timestamp = "2026-11-22T10:00:00.123456789Z".parse().unwrap();
        assert_eq!(korean(at), "2026-11-22T19:00:00+09:00");
        assert_eq!(korean_without_zone(at), "2026-11-22T19:00:00.123456");
    }
}
