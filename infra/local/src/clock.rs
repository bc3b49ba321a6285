//! The clock of a local system. It follows the machine's clock or stands still, and both kinds can
//! be advanced.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that tests can advance. Clones share the same time.
#[derive(Debug, Clone)]
pub struct Clock {
    /// The start of a standing clock; `None` follows the machine's.
    stands_at: Option<Timestamp>,
    /// How far it was advanced, in milliseconds.
    moved: Arc<AtomicI64>,
}

impl Clock {
    /// Follows the machine's clock.
    pub fn system() -> Self {
        Self { stands_at: None, moved: Arc::default() }
    }

    /// Stands at a time until it is advanced.
    pub fn standing(at: Timestamp) -> Self {
        Self { stands_at: Some(at), moved: Arc::default() }
    }

    /// The time, to the millisecond.
    pub fn now(&self) -> Timestamp {
        let base = self.stands_at.unwrap_or_else(Timestamp::now).as_millisecond();
        let now = base.saturating_add(self.moved.load(Ordering::SeqCst));
        Timestamp::from_millisecond(now).unwrap_or(Timestamp::MAX)
    }

    /// Whether it follows the machine's clock.
    pub fn runs(&self) -> bool {
        self.stands_at.is_none()
    }

    /// Advances the clock.
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
    fn a_standing_clock_changes_only_when_advanced() {
        let start: Timestamp = "2026-08-01T00:00:00Z".parse().unwrap();
        let clock = Clock::standing(start);
        let twin = clock.clone();
        clock.advance(SignedDuration::from_mins(3));
        assert_eq!(twin.now().to_string(), "2026-08-01T00:03:00Z");
        assert!(!clock.runs() && Clock::system().runs());
    }
}
