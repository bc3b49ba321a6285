//! Rate limit for wrong guesses.
//!
//! Two are free; after that N + 1 wrong guesses take at least N² minutes, but no wait is longer than
//! five minutes. At full speed, wrong guesses are accepted at 0:00, 0:00, 0:00, 1:00, 4:00, 9:00,
//! 14:00, 19:00 …
//!
//! The size of the record is bounded: the last [`WINDOW`] times and the last [`REMEMBERED`]
//! fingerprints.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// Wrong guesses that never wait.
pub const FREE: u32 = 2;

/// The longest wait.
pub const LONGEST_WAIT: SignedDuration = SignedDuration::from_mins(5);

/// Wrong guesses that count: the oldest of them was at most N² = 256 minutes ago, older ones are
/// forgotten.
pub const WINDOW: usize = 16;

/// Wrong guesses that are recognized when repeated, which is not counted. At one new guess in five
/// minutes, these are hours of guessing.
pub const REMEMBERED: usize = 48;

/// What is stored of a visitor's wrong guesses at one riddle.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Guesses {
    /// Wrong guesses since the count was last cleared, including the free ones.
    counted: u32,
    /// The times of those after the free ones, oldest first; the last [`WINDOW`] of them.
    times: Vec<Timestamp>,
    /// Fingerprints of wrong guesses, oldest first. Not cleared with the count, so a repeated guess
    /// is never counted.
    seen: Vec<u64>,
}

/// What follows a wrong guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// At least two more may follow at once.
    Free,
    /// One more may follow at once; if it is wrong too, a wait starts. The reply warns of it.
    LastBeforeWait,
    /// The next wrong guess is accepted from this instant on.
    Waits(Timestamp),
}

impl Guesses {
    /// Until when a new wrong guess at `now` is refused; `None` if it is accepted.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        let last = *self.times.last()?;
        let mut until = last;
        for (minutes, time) in (1_i64..).map(|n| n * n).zip(self.times.iter().rev()) {
            until = until.max(later(*time, SignedDuration::from_mins(minutes)));
        }
        // Bounded by `now` too, in case an earlier time is from a clock that was ahead.
        let until = until.min(later(last, LONGEST_WAIT)).min(later(now, LONGEST_WAIT));
        (until > now).then_some(until)
    }

    /// Whether this guess was wrong before.
    pub fn contains(&self, fingerprint: u64) -> bool {
        self.seen.contains(&fingerprint)
    }

    /// Counts a wrong guess at `now`. Call only if [`Self::waits_until`] and [`Self::contains`] do not
    /// apply.
    pub fn count(&mut self, fingerprint: u64, now: Timestamp) -> Next {
        push_bounded(&mut self.seen, fingerprint, REMEMBERED);
        self.note_time(now);
        if let Some(until) = self.waits_until(now) {
            return Next::Waits(until);
        }
        let mut one_more = self.clone();
        one_more.note_time(now);
        if one_more.waits_until(now).is_some() { Next::LastBeforeWait } else { Next::Free }
    }

    /// Clears the count: after a half-way answer, an opened hint or an erratum.
    pub fn clear(&mut self) {
        self.counted = 0;
        self.times.clear();
    }

    fn note_time(&mut self, now: Timestamp) {
        self.counted = self.counted.saturating_add(1);
        if self.counted > FREE {
            push_bounded(&mut self.times, now, WINDOW);
        }
    }
}

fn push_bounded<T>(list: &mut Vec<T>, item: T, most: usize) {
    list.push(item);
    let surplus = list.len().saturating_sub(most);
    list.drain(..surplus);
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

/// A 64-bit fingerprint that is the same on every machine and in every release (FNV-1a, then mixed
/// so that every bit of the result depends on every byte).
pub fn fingerprint(parts: &[&str]) -> u64 {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for part in parts {
        // 0xFF never occurs in UTF-8, so ["a", "bc"] and ["ab", "c"] differ.
        for byte in part.bytes().chain([0xFF]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash = (hash ^ (hash >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    /// A slow and literal form of the rule over the whole history.
    fn reference_wait(history: &[i64]) -> i64 {
        let counted = history.get(2..).unwrap_or_default();
        let counted = &counted[counted.len().saturating_sub(WINDOW)..];
        let Some(last) = counted.last() else { return i64::MIN };
        let mut next = *last;
        loop {
            // N + 1 wrong guesses, including the next, take at least N² minutes.
            let too_many = (1..=WINDOW).any(|n| {
                let start = next - i64::try_from(n * n).unwrap() * 60;
                counted.iter().filter(|time| **time > start).count() >= n
            });
            if !too_many || next >= last + 300 {
                return next;
            }
            next += 1;
        }
    }

    #[test]
    fn the_earliest_wrong_guesses_are_at_0_0_0_1_4_9_14() {
        let mut guesses = Guesses::default();
        let mut now = 0;
        let mut accepted = Vec::new();
        for guess in 0..9 {
            if let Some(until) = guesses.waits_until(at(now)) {
                now = until.as_second() - at(0).as_second();
            }
            assert_eq!(guesses.waits_until(at(now)), None);
            guesses.count(guess, at(now));
            accepted.push(now / 60);
        }
        assert_eq!(accepted, [0, 0, 0, 1, 4, 9, 14, 19, 24]);
    }

    #[test]
    fn a_warning_comes_one_guess_before_the_wait() {
        let mut guesses = Guesses::default();
        assert_eq!(guesses.count(1, at(0)), Next::Free);
        assert_eq!(guesses.count(2, at(0)), Next::LastBeforeWait);
        assert_eq!(guesses.count(3, at(0)), Next::Waits(at(60)));
        assert_eq!(guesses.waits_until(at(59)), Some(at(60)));
        assert_eq!(guesses.waits_until(at(60)), None);
    }

    #[test]
    fn a_cleared_count_starts_over_and_repeats_are_still_recognized() {
        let mut guesses = Guesses::default();
        for guess in 0..5 {
            guesses.count(guess, at(0));
        }
        guesses.clear();
        assert_eq!(guesses.waits_until(at(0)), None);
        assert!(guesses.contains(4));
        assert_eq!(guesses.count(9, at(0)), Next::Free);
    }

    #[test]
    fn a_clock_that_was_ahead_locks_nobody_out() {
        let mut guesses = Guesses::default();
        for guess in 0..5 {
            guesses.count(guess, at(86_400 * 365));
        }
        assert_eq!(guesses.waits_until(at(0)), Some(at(300)));
        let mut at_the_end = Guesses::default();
        for guess in 0..5 {
            at_the_end.count(guess, Timestamp::MAX);
        }
        assert_eq!(at_the_end.waits_until(Timestamp::MAX), None);
    }

    #[test]
    fn fingerprints_never_change() {
        // Stored in visits, and it chooses the riddle of a visitor.
        assert_eq!(
            fingerprint(&["study", "01JD0000000000000000000000"]),
            9_364_929_450_153_874_717
        );
    }

    proptest! {
        #[test]
        fn the_limiter_is_the_rule(gaps in prop::collection::vec(0_i64..600, 1..40)) {
            let mut guesses = Guesses::default();
            let mut history = Vec::new();
            let mut now = 0;
            for (n, gap) in gaps.into_iter().enumerate() {
                now += gap;
                let expected = reference_wait(&history);
                let until = guesses.waits_until(at(now)).map(|t| t.as_second() - at(0).as_second());
                prop_assert_eq!(until, (expected > now).then_some(expected));
                if until.is_none() {
                    guesses.count(n as u64, at(now));
                    history.push(now);
                }
            }
        }

        #[test]
        fn the_record_stays_small(guesses in prop::collection::vec((any::<u64>(), 0_i64..100_000), 0..300)) {
            let mut record = Guesses::default();
            for (fingerprint, time) in guesses {
                record.count(fingerprint, at(time));
            }
            prop_assert!(record.times.len() <= WINDOW && record.seen.len() <= REMEMBERED);
        }
    }
}
