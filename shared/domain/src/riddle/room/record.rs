//! What is stored of one visitor in one room, and the state of the door that follows from it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::riddle::{content::Height, guess::Guesses, hint};

/// What is stored of a visitor in a room. Its size is bounded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// When the reader first saw the room.
    pub entered_at: Timestamp,
    /// The shelf that the visitor chose their riddle from.
    #[serde(rename = "shelf", default, skip_serializing_if = "is_default")]
    height: Height,
    /// The other shelves that they looked at, each with a riddle of its own.
    #[serde(rename = "shelves", default, skip_serializing_if = "Vec::is_empty")]
    looked_at: Vec<Height>,
    /// When and how the door was opened, if that is stored. A door that opens by itself may not be
    /// stored yet: use [`RoomRecord::door`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Opening>,
    /// Wrong guesses and the waits between them.
    #[serde(default, skip_serializing_if = "is_default")]
    pub guesses: Guesses,
    /// All wrong guesses ever counted here, never cleared; hints become ready by it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub wrong: u32,
    /// Indices of half-way answers already given: each clears the count once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) heard: Vec<u8>,
    /// Hints (0 to 2) that were opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) hints: Vec<u8>,
    /// Hints that a half-way answer made needless.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) needless: Vec<u8>,
    /// The last wrong answer that was counted, shortened, for the owner's figures:
    /// `riddle: answer`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) last_wrong: Option<String>,
    /// When the riddle was solved after the door was open: by who left by the plain door and came
    /// back for its line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    solved_later: Option<Timestamp>,
    /// Seconds after which the door opens by itself, if not the usual 25 minutes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    opens_after: Option<u32>,
}

/// When and how a door was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// When.
    pub at: Timestamp,
    /// How.
    pub by: By,
}

/// How a door was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// The riddle was solved.
    Riddle,
    /// The plain door.
    Plain,
    /// The time after which it opens by itself had passed.
    Itself,
}

/// The state of a door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// Closed.
    Closed,
    /// Open.
    Open(Opening),
}

impl RoomRecord {
    /// The record of a visitor who enters the room.
    pub fn entered(now: Timestamp) -> Self {
        Self {
            entered_at: now,
            height: Height::default(),
            looked_at: Vec::new(),
            opened: None,
            guesses: Guesses::default(),
            wrong: 0,
            heard: Vec::new(),
            hints: Vec::new(),
            needless: Vec::new(),
            last_wrong: None,
            solved_later: None,
            opens_after: None,
        }
    }

    /// The record with another time, in seconds, after which the door opens by itself.
    #[must_use]
    pub fn opening_after(mut self, seconds: u32) -> Self {
        self.opens_after = Some(seconds);
        self
    }

    /// The shelf that the visitor's riddle stands on.
    pub const fn height(&self) -> Height {
        self.height
    }

    /// The shelves of which the visitor has seen a riddle.
    pub fn heights_seen(&self) -> impl Iterator<Item = Height> {
        self.looked_at.iter().copied().chain([self.height])
    }

    /// The record of somebody who asks for a riddle from another shelf. What was typed, opened and
    /// counted for the other riddle does not hold for the new one; a solved room keeps its riddle.
    #[must_use]
    pub fn choosing_from(&self, height: Height) -> Self {
        if self.is_solved() || self.height == height {
            return self.clone();
        }
        let mut looked_at = self.looked_at.clone();
        if !looked_at.contains(&self.height) {
            looked_at.push(self.height);
        }
        Self {
            height,
            looked_at,
            opened: self.opened,
            wrong: self.wrong,
            last_wrong: self.last_wrong.clone(),
            opens_after: self.opens_after,
            guesses: self.guesses.clone(),
            // Otherwise two shelves would clear the count as often as one likes.
            heard: self.heard.clone(),
            ..Self::entered(self.entered_at)
        }
    }

    /// The state of the door at `now`.
    pub fn door(&self, now: Timestamp) -> Door {
        let by_itself_at = self.opens_by_itself_at();
        match self.opened {
            Some(opening) => Door::Open(opening),
            None if now >= by_itself_at => Door::Open(Opening { at: by_itself_at, by: By::Itself }),
            None => Door::Closed,
        }
    }

    /// Whether the riddle was solved, before the door opened or after.
    pub fn is_solved(&self) -> bool {
        self.opened.is_some_and(|opening| opening.by == By::Riddle) || self.solved_later.is_some()
    }

    /// When the door opens by itself, if nothing else opens it.
    pub fn opens_by_itself_at(&self) -> Timestamp {
        match self.opens_after {
            None => hint::opens_by_itself_at(self.entered_at),
            Some(seconds) => {
                let after = SignedDuration::from_secs(i64::from(seconds));
                self.entered_at.checked_add(after).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// How many hints were opened.
    pub fn hints_opened(&self) -> usize {
        self.hints.len()
    }

    /// The last wrong answer that was counted: `riddle: answer`.
    pub fn last_wrong(&self) -> Option<&str> {
        self.last_wrong.as_deref()
    }

    /// Until when a new wrong guess is refused; the page shows the clock time.
    pub fn waits_until(&self, now: Timestamp) -> Option<Timestamp> {
        self.guesses.waits_until(now)
    }

    /// The record after the plain door was taken. An open door keeps its opening.
    #[must_use]
    pub fn open_plain(&self, now: Timestamp) -> Self {
        self.opened_by(By::Plain, now)
    }

    /// The record with the count of wrong guesses cleared.
    #[must_use]
    pub fn with_count_cleared(&self) -> Self {
        let mut record = self.clone();
        record.guesses.clear();
        record
    }

    /// The record after a wrong answer that counts for hints and figures, but not towards a wait.
    #[must_use]
    pub fn with_wrong_answer(&self) -> Self {
        Self { wrong: self.wrong.saturating_add(1), ..self.clone() }
    }

    /// The record of somebody who solved the riddle while the door was open.
    #[must_use]
    pub fn solved_later(&self, now: Timestamp) -> Self {
        Self { solved_later: Some(now), ..self.clone() }
    }

    /// The record with its door open. An open door keeps its opening.
    #[must_use]
    pub fn opened_by(&self, by: By, now: Timestamp) -> Self {
        let opening = match self.door(now) {
            Door::Open(opening) => opening,
            Door::Closed => Opening { at: now, by },
        };
        Self { opened: Some(opening), ..self.clone() }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Inserts a number into a set that is stored as a sorted list.
pub(super) fn insert(list: &mut Vec<u8>, number: usize) {
    if let Ok(number) = u8::try_from(number)
        && !list.contains(&number)
    {
        list.push(number);
        list.sort_unstable();
    }
}
