//! The one clock of a local system. It runs with the machine's or stands still, and either can be
//! moved on.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that tests move. Clones share the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    /// Where a standing clock stands; `None` follows the machine's.
    stands_at: Option<Timestamp>,
    /// How far it was moved on, in milliseconds.
    moved: Arc<AtomicI64>,
}

impl Clock {
    /// Follows the machine's clock.
    pub fn system() -> Self {
        Self { stands_at: None, moved: Arc::default() }
    }

    /// Stands at a time until it is moved.
    pub fn standing(at: Timestamp) -> Self {
        Self { stands_at: Some(at), moved: Arc::default() }
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let base = self.stands_at.unwrap_or_else(Timestamp::now).as_millisecond();
        let now = base.saturating_add(self.moved.load(Ordering::SeqCst));
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
    }

    /// Whether time passes by itself.
    pub fn runs(&self) -> bool {
        self.stands_at.is_none()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        let by = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        self.moved.fetch_add(by, Ordering::SeqCst);
    }

    /// The time as epoch milliseconds.
    pub(crate) fn millis(&self) -> i64 {
        self.now().as_millisecond()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_standing_clock_moves_only_when_it_is_moved() {
        let start: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
        let clock = Clock::standing(start);
        let twin = clock.clone();
        clock.advance(SignedDuration::from_mins(3));
        assert_eq!(twin.now().to_string(), "2026-08-01T00:03:00Z");
        assert!(!clock.runs() && Clock::system().runs());
    }
}
