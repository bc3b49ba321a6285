//! Versions of the content, answers that were accepted later, and errata.
//!
//! A visitor finishes on the version they entered. The version for new visitors is in [`Head`], one
//! small item that is read with every visit. A version may change riddles, texts, hints, replies and
//! minutes; its rooms are those of the program, because a room is a function with a page of its own.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    riddle::{
        answer::Answer,
        content::{RoomSet, Solution},
        guess::fingerprint,
        hint::OPENS_BY_ITSELF,
        room::{By, Door, RoomRecord},
    },
    walk::visit::Visit,
};

/// Changes of the current version that are kept.
const HISTORY: usize = 20;

/// The page that a preview link to a version is signed for.
pub fn preview_page(version: &str) -> String {
    format!("/?preview={version}")
}

/// The current version and the accepted answers: what is needed before a version is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// Every version that was current, oldest first; the last one is current now. Empty if the
    /// built-in content is current.
    #[serde(default)]
    pub history: Vec<Loaded>,
    /// Answers that were accepted later, for every version that has the riddle.
    #[serde(default)]
    pub accepted: Vec<Accepted>,
    /// The built-in version that was last stored beside the others. Visitors can finish on it after
    /// a deployment has replaced the built-in content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

/// A change of the current version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The version that became current.
    pub version: String,
    /// When.
    pub at: Timestamp,
}

/// An answer that was accepted later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accepted {
    /// The room.
    pub room: String,
    /// The riddle.
    pub riddle: String,
    /// The answer, as the owner wrote it.
    pub answer: String,
}

impl Head {
    /// The version for new visitors; `None` for the built-in content.
    pub fn current(&self) -> Option<&str> {
        self.history.last().map(|loaded| loaded.version.as_str())
    }

    /// The version that was current before.
    pub fn before(&self) -> Option<&str> {
        let current = self.current()?;
        self.history
            .iter()
            .rev()
            .map(|loaded| loaded.version.as_str())
            .find(|version| *version != current)
    }

    /// The head with another current version.
    #[must_use]
    pub fn with_current(mut self, version: &str, now: Timestamp) -> Self {
        self.history.push(Loaded { version: version.to_owned(), at: now });
        let surplus = self.history.len().saturating_sub(HISTORY);
        self.history.drain(..surplus);
        self
    }

    /// The head with one more accepted answer. Idempotent.
    #[must_use]
    pub fn accepting(mut self, accepted: Accepted) -> Self {
        if !self.accepted.contains(&accepted) {
            self.accepted.push(accepted);
        }
        self
    }
}

impl RoomSet {
    /// The content with the answers that were accepted later. Each is removed from the riddle's
    /// half-way and near answers.
    #[must_use]
    pub fn accepting(&self, accepted: &[Accepted]) -> Self {
        let mut rooms = self.clone();
        for Accepted { room, riddle, answer } in accepted {
            let Ok(answer) = Answer::read(answer) else { continue };
            rooms.change_riddle(room, riddle, |riddle| {
                for listed in riddle.keep_going.iter_mut().chain(&mut riddle.near) {
                    listed.answers.retain(|other| *other != answer);
                }
                if let Solution::Word(answers) = &mut riddle.solution
                    && !answers.contains(&answer)
                {
                    answers.push(answer.clone());
                }
            });
        }
        rooms
    }
}

/// A visitor whose last counted answer was wrong and whose door is closed: an erratum about the riddle
/// may concern them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed<'a> {
    /// The room.
    pub room: &'a str,
    /// The riddle.
    pub riddle: &'a str,
    /// When they entered the room.
    pub entered_at: Timestamp,
}

impl Missed<'_> {
    /// The earliest entry of a visitor whose door can still be closed, since doors open by themselves.
    pub fn since(now: Timestamp) -> Timestamp {
        now.checked_sub(OPENS_BY_ITSELF).unwrap_or(Timestamp::MIN)
    }
}

/// The effect of an erratum on a visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErratumEffect {
    /// The count of wrong guesses is cleared.
    CountCleared,
    /// The visitor had given the answer that is now accepted: the door is open.
    Opened,
}

impl Visit {
    /// The visitor's last wrong answer, if the door of that room was not opened.
    pub fn missed(&self) -> Option<Missed<'_>> {
        let (room, record) = self.latest_room()?;
        let (riddle, _) = record.last_wrong()?.split_once(": ")?;
        record.opened.is_none().then_some(Missed { room, riddle, entered_at: record.entered_at })
    }

    /// The visit after an erratum about a riddle. `None` if it does not concern the visit: the door is
    /// open, or the last wrong answer was to another riddle. `right_now` is an answer that is now
    /// accepted; without one, the count is cleared.
    pub fn amended(
        &self,
        room: &str,
        riddle: &str,
        right_now: Option<&Answer>,
        now: Timestamp,
    ) -> Option<(Self, ErratumEffect)> {
        let missed =
            self.missed().filter(|missed| missed.room == room && missed.riddle == riddle)?;
        let record = self.kept(missed.room).filter(|record| record.door(now) == Door::Closed)?;
        let given = right_now.is_some_and(|answer| record.was_given(riddle, answer));
        let (record, effect) = match right_now {
            Some(_) if given => {
                (record.with_count_cleared().opened_by(By::Riddle, now), ErratumEffect::Opened)
            }
            Some(_) => return None,
            // Cleared before: nothing to write, and no second letter.
            None if record.with_count_cleared() == *record => return None,
            None => (record.with_count_cleared(), ErratumEffect::CountCleared),
        };
        Some((self.clone().with_room(room, record), effect))
    }
}

impl RoomRecord {
    /// Whether this answer was given here and judged wrong, in any form in which it would be right.
    fn was_given(&self, riddle: &str, answer: &Answer) -> bool {
        answer.accepted_forms().any(|form| self.guesses.contains(fingerprint(&[riddle, &form])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{id::VisitorId, text::Language},
        riddle::{content::Height, room::Verdict},
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
    }

    /// A visit in the study after one guess.
    fn in_the_study(said: &str) -> (Visit, String) {
        let rooms = RoomSet::built_in().unwrap();
        let visit = Visit::begin(VisitorId::new(1, 2), rooms, Language::Ko, at(0));
        let record = visit.room(rooms, "knock", at(0)).unwrap().open_plain(at(0));
        let visit = visit.with_room("knock", record);
        let puzzle = rooms.puzzle("study", &visit.walker(), Height::default()).unwrap();
        let record = visit.room(rooms, "study", at(1)).unwrap();
        let record = puzzle.guess(&record, said, at(1)).record;
        (visit.with_room("study", record), puzzle.riddle.id.clone())
    }

    #[test]
    fn an_answer_that_was_accepted_later_opens_the_door() {
        let (visit, riddle) = in_the_study("코끼리");
        let rooms = RoomSet::built_in().unwrap();
        let accepted = Accepted { room: "study".into(), riddle, answer: "코끼리".into() };
        let amended = rooms.accepting(std::slice::from_ref(&accepted));
        let fresh = RoomRecord::entered(at(2));
        let verdict = |rooms: &RoomSet| {
            rooms
                .puzzle("study", &visit.walker(), Height::default())
                .unwrap()
                .guess(&fresh, "코끼리", at(2))
                .verdict
        };
        assert!(matches!(verdict(rooms), Verdict::Wrong(_)));
        assert_eq!(verdict(&amended), Verdict::Opened { latin_keys: false });
        let head = Head::default().accepting(accepted.clone()).accepting(accepted);
        assert_eq!(head.accepted.len(), 1);
    }

    #[test]
    fn an_erratum_opens_the_door_for_those_who_gave_the_answer() {
        let (visit, riddle) = in_the_study("코끼리");
        let said = |answer: &str| {
            let answer = Answer::read(answer).unwrap();
            visit.amended("study", &riddle, Some(&answer), at(3)).map(|(_, effect)| effect)
        };
        assert_eq!((said("코끼리"), said("기린")), (Some(ErratumEffect::Opened), None));
        let (after, effect) = visit.amended("study", &riddle, None, at(3)).unwrap();
        assert_eq!(effect, ErratumEffect::CountCleared);
        assert!(after.missed().is_some());
        assert!(visit.amended("study", "another", None, at(3)).is_none());
        // After 25 minutes the door is open in any case.
        assert!(visit.amended("study", &riddle, None, at(25)).is_none());
        assert!(Missed::since(at(25)) >= visit.missed().unwrap().entered_at);
    }

    #[test]
    fn a_given_answer_is_found_in_every_spelling() {
        let answer = Answer::read("쌀밥 한 그릇").unwrap();
        for (typed, opens) in [
            ("쌀밥 한 그릇", true),
            ("쌀밥 한 그릇이오", true),
            ("쌀밥 한 그릇이에요", true),
            ("Tkfqkq gks rmfmt", true),
            ("TKFQKQGKSRMFMT", true),
            ("Tkfqkq gks rmfmtdldi", true),
            ("ＴＫＦＱＫＱ gks rmfmt", true),
            ("vkfqkq gks rmfmt", false),
            ("bowl of rice", false),
        ] {
            let (visit, riddle) = in_the_study(typed);
            let amended = visit.amended("study", &riddle, Some(&answer), at(3));
            assert_eq!(
                amended.map(|(_, effect)| effect),
                opens.then_some(ErratumEffect::Opened),
                "{typed}"
            );
        }
    }

    #[test]
    fn a_version_rolls_back_to_the_one_before() {
        let head = Head::default().with_current("a", at(0)).with_current("b", at(1));
        assert_eq!((head.current(), head.before()), (Some("b"), Some("a")));
        let back = head.with_current("a", at(2));
        assert_eq!((back.current(), back.before()), (Some("a"), Some("b")));
        let mut many = Head::default();
        for n in 0..50 {
            many = many.with_current(&n.to_string(), at(n));
        }
        assert_eq!((many.history.len(), many.current()), (HISTORY, Some("49")));
    }
}
