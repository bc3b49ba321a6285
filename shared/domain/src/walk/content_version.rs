//! Which house a visitor walks: versions, what was accepted after the fact, and errata.
//!
//! A visitor finishes on the version they entered. The version that new visitors enter stands in
//! the house's head, one small item that is read with every walk. A version may change riddles,
//! texts, hints, replies and minutes; its rooms are those of the program, because a room is a
//! function with a page of its own.

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

/// Changes of the current version that are remembered.
const HISTORY: usize = 20;

/// What a ticket to the preview of a version is for.
pub fn preview_page(version: &str) -> String {
    format!("/?preview={version}")
}

/// The head of the house: what there is to know before a version is read.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Head {
    /// The versions that were current, oldest first; the last one is. Empty while it is the
    /// program's own.
    #[serde(default)]
    pub history: Vec<Loaded>,
    /// Answers accepted after the fact, in every version that has the riddle.
    #[serde(default)]
    pub accepted: Vec<Accepted>,
    /// The program's own version that was last put beside the others, for the programs after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept: Option<String>,
}

/// A version that became current.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loaded {
    /// The version.
    pub version: String,
    /// Since when.
    pub at: Timestamp,
}

/// An answer accepted after the fact.
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
    /// The version that new visitors enter; `None` for the program's own.
    pub fn current(&self) -> Option<&str> {
        self.history.last().map(|loaded| loaded.version.as_str())
    }

    /// The version that was current before, if there was one.
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

    /// The head with one more answer; accepted twice, it is there once.
    #[must_use]
    pub fn accepting(mut self, accepted: Accepted) -> Self {
        if !self.accepted.contains(&accepted) {
            self.accepted.push(accepted);
        }
        self
    }
}

impl RoomSet {
    /// The house with the answers that were accepted after the fact. An answer that its riddle
    /// lists as half-way or near is that no more.
    #[must_use]
    pub fn accepting(&self, accepted: &[Accepted]) -> Self {
        let mut house = self.clone();
        for Accepted { room, riddle, answer } in accepted {
            let Ok(answer) = Answer::read(answer) else { continue };
            house.change_riddle(room, riddle, |riddle| {
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
        house
    }
}

/// Where somebody stands with a wrong answer before a riddle's closed door: those whom an erratum
/// may concern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Missed<'a> {
    /// The room.
    pub room: &'a str,
    /// The riddle.
    pub riddle: &'a str,
    /// When they came in.
    pub entered_at: Timestamp,
}

impl Missed<'_> {
    /// Since when somebody who still stands before a closed door came in: a door opens by itself.
    pub fn since(now: Timestamp) -> Timestamp {
        now.checked_sub(OPENS_BY_ITSELF).unwrap_or(Timestamp::MIN)
    }
}

/// What an erratum does for one visitor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErratumEffect {
    /// Their count is cleared.
    Pardoned,
    /// They had said what is right now: their door is open.
    Opened,
}

impl Visit {
    /// Where this visitor missed last, while that door was not opened.
    pub fn missed(&self) -> Option<Missed<'_>> {
        let (room, record) = self.latest_room()?;
        let (riddle, _) = record.last_wrong()?.split_once(": ")?;
        record.opened.is_none().then_some(Missed { room, riddle, entered_at: record.entered_at })
    }

    /// The walk after an erratum about a riddle. `None` for whom it does not concern: their door is
    /// open, or they miss nothing there.
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
        let said = right_now.is_some_and(|answer| record.has_said(riddle, answer));
        let (record, amends) = match right_now {
            Some(_) if said => {
                (record.with_count_cleared().opened_by(By::Riddle, now), ErratumEffect::Opened)
            }
            Some(_) => return None,
            // Who was pardoned already is not told twice.
            None if record.with_count_cleared() == *record => return None,
            None => (record.with_count_cleared(), ErratumEffect::Pardoned),
        };
        Some((self.clone().with_room(room, record), amends))
    }
}

impl RoomRecord {
    /// Whether this answer was said here, in any form in which it would be right, and was wrong.
    fn has_said(&self, riddle: &str, answer: &Answer) -> bool {
        answer.forms_said().any(|form| self.guesses.contains(fingerprint(&[riddle, &form])))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{id::VisitorId, text::Language},
        riddle::room::Verdict,
    };

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + minute * 60).unwrap()
    }

    /// Somebody in the study who has said something.
    fn in_the_study(said: &str) -> (Visit, String) {
        let house = RoomSet::built_in().unwrap();
        let visit = Visit::begin(VisitorId::new(1, 2), house, Language::Ko, at(0));
        let record = visit.room(house, "knock", at(0)).unwrap().open_plain(at(0));
        let visit = visit.with_room("knock", record);
        let puzzle = house.puzzle("study", &visit.id.to_string()).unwrap();
        let record = visit.room(house, "study", at(1)).unwrap();
        let record = puzzle.guess(&record, said, at(1)).record;
        (visit.with_room("study", record), puzzle.riddle.id.clone())
    }

    #[test]
    fn an_answer_accepted_after_the_fact_opens() {
        let (visit, riddle) = in_the_study("코끼리");
        let house = RoomSet::built_in().unwrap();
        let accepted = Accepted { room: "study".into(), riddle, answer: "코끼리".into() };
        let amended = house.accepting(std::slice::from_ref(&accepted));
        let id = visit.id.to_string();
        let fresh = RoomRecord::entered(at(2));
        let verdict = |house: &RoomSet| {
            house.puzzle("study", &id).unwrap().guess(&fresh, "코끼리", at(2)).verdict
        };
        assert!(matches!(verdict(house), Verdict::Wrong(_)));
        assert_eq!(verdict(&amended), Verdict::Opened { latin_keys: false });
        let head = Head::default().accepting(accepted.clone()).accepting(accepted);
        assert_eq!(head.accepted.len(), 1);
    }

    #[test]
    fn who_had_said_it_finds_the_door_open_and_nobody_else() {
        let (visit, riddle) = in_the_study("코끼리");
        let said = |answer: &str| {
            let answer = Answer::read(answer).unwrap();
            visit.amended("study", &riddle, Some(&answer), at(3)).map(|(_, amends)| amends)
        };
        assert_eq!((said("코끼리"), said("기린")), (Some(ErratumEffect::Opened), None));
        let (after, amends) = visit.amended("study", &riddle, None, at(3)).unwrap();
        assert_eq!(amends, ErratumEffect::Pardoned);
        assert!(after.missed().is_some());
        assert!(visit.amended("study", "another", None, at(3)).is_none());
        // After 25 minutes the door is open in any case.
        assert!(visit.amended("study", &riddle, None, at(25)).is_none());
        assert!(Missed::since(at(25)) >= visit.missed().unwrap().entered_at);
    }

    #[test]
    fn an_answer_was_said_whatever_keys_said_it() {
        let answer = Answer::read("쌀밥 한 그릇").unwrap();
        for (typed, opens) in [
            ("쌀밥 한 그릇", true),
            ("쌀밥 한 그릇이오", false),
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
                amended.map(|(_, amends)| amends),
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
