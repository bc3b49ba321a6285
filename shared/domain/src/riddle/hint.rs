//! When a hint may be opened, and when the door opens by itself. Both are counted from entering the
//! room. The hints of a riddle that is solved quickly come sooner.

use jiff::{SignedDuration, Timestamp};

/// The hints of a riddle: where to look, how, and nearly the answer.
pub const HINTS: usize = 3;

/// When each hint may be opened: after this time, or after this many wrong guesses.
const READY: [(SignedDuration, Option<u32>); HINTS] = [
    (SignedDuration::from_mins(3), Some(3)),
    (SignedDuration::from_mins(8), Some(6)),
    (SignedDuration::from_mins(15), None),
];

/// The time after which the door opens by itself.
pub const OPENS_BY_ITSELF: SignedDuration = SignedDuration::from_mins(25);

/// The minutes of a riddle whose hints come as late as [`READY`] says: three times the first.
const FULL_MINUTES: u32 = 9;

/// The state of a hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HintState {
    /// It may not be opened yet.
    NotYet {
        /// From when on it may be opened.
        from: Timestamp,
        /// After how many more wrong guesses it may be opened; `None` if they do not count for it.
        wrong_left: Option<u32>,
    },
    /// It may be opened.
    Ready,
    /// It was opened.
    Opened,
    /// A half-way answer shows that it tells the visitor nothing new ("이미 아신 것"). It may be opened.
    Needless,
}

/// The state of hint `index` (0 to 2) for a visitor who entered at `entered_at` and guessed wrongly
/// `wrong` times; `None` for a hint that does not exist. The first hint comes after a third of the
/// riddle's own `minutes`, at the latest after 3, and the others in proportion.
pub fn state(
    index: usize,
    minutes: u32,
    entered_at: Timestamp,
    wrong: u32,
    opened: bool,
    needless: bool,
    now: Timestamp,
) -> Option<HintState> {
    let (after, wrong_needed) = *READY.get(index)?;
    let after = after * i32::try_from(minutes.min(FULL_MINUTES)).unwrap_or(1)
        / i32::try_from(FULL_MINUTES).unwrap_or(1);
    let from = entered_at.checked_add(after).unwrap_or(Timestamp::MAX);
    let wrong_left = wrong_needed.map(|needed| needed.saturating_sub(wrong));
    Some(if opened {
        HintState::Opened
    } else if needless {
        HintState::Needless
    } else if now >= from || wrong_left == Some(0) {
        HintState::Ready
    } else {
        HintState::NotYet { from, wrong_left }
    })
}

/// When the door of a room entered at `entered_at` opens by itself.
pub fn opens_by_itself_at(entered_at: Timestamp) -> Timestamp {
    entered_at.checked_add(OPENS_BY_ITSELF).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn after(minutes: i64, seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minutes * 60 + seconds).unwrap()
    }

    fn ready(index: usize, wrong: u32, now: Timestamp) -> bool {
        state(index, 30, after(0, 0), wrong, false, false, now) == Some(HintState::Ready)
    }

    #[test]
    fn hints_of_a_quick_riddle_come_sooner_in_the_same_proportion() {
        let ready = |index, minutes, now| {
            state(index, minutes, after(0, 0), 0, false, false, now) == Some(HintState::Ready)
        };
        for (index, seconds) in [(0, 60), (1, 160), (2, 300)] {
            assert!(!ready(index, 3, after(0, seconds - 1)), "{index}");
            assert!(ready(index, 3, after(0, seconds)), "{index}");
        }
        assert!(ready(0, 9, after(3, 0)) && !ready(0, 9, after(2, 59)));
    }

    #[test]
    fn hints_become_ready_with_time() {
        for (index, minutes) in [(0, 3), (1, 8), (2, 15)] {
            assert!(!ready(index, 0, after(minutes - 1, 59)));
            assert!(ready(index, 0, after(minutes, 0)));
        }
        assert_eq!(opens_by_itself_at(after(0, 0)), after(25, 0));
    }

    #[test]
    fn the_first_two_become_ready_with_wrong_guesses_too() {
        assert!(!ready(0, 2, after(0, 0)));
        assert!(ready(0, 3, after(0, 0)));
        assert!(!ready(1, 5, after(0, 0)));
        assert!(ready(1, 6, after(0, 0)));
        assert!(!ready(2, 1000, after(0, 0)));
    }

    #[test]
    fn a_hint_that_is_not_ready_says_when() {
        let not_yet = state(1, 9, after(0, 0), 4, false, false, after(1, 0));
        assert_eq!(not_yet, Some(HintState::NotYet { from: after(8, 0), wrong_left: Some(2) }));
        assert_eq!(
            state(2, 9, after(0, 0), 4, false, false, after(1, 0)),
            Some(HintState::NotYet { from: after(15, 0), wrong_left: None })
        );
    }

    #[test]
    fn an_opened_hint_stays_open_and_a_needless_one_says_so() {
        assert_eq!(state(2, 9, after(0, 0), 0, true, true, after(0, 0)), Some(HintState::Opened));
        assert_eq!(
            state(0, 9, after(0, 0), 0, false, true, after(9, 0)),
            Some(HintState::Needless)
        );
        assert_eq!(state(3, 9, after(0, 0), 0, false, false, after(99, 0)), None);
    }
}
