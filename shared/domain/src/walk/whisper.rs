//! 속삭임: a one-time code. Half a line of verse is sent as a push; on the page stand three halves, one
//! of which continues into it, and the visitor joins the two. Typing either half works as well.
//!
//! A whisper is valid for ten minutes and five wrong tries; a new one can be requested thirty seconds
//! after the last. The half is in the mailbox at once, and on the page after a minute: it is part of
//! the story and protects nothing. The verses are in `content/whisper.toml`.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        format::clock_at,
        id::{MessageId, VisitorId},
        text::{Language, Text},
    },
    order::{
        letter::{Author, Letter},
        message::{Message, Task},
    },
    riddle::{
        answer::{Answer, Judgement, Unreadable, judge},
        guess::fingerprint,
    },
};

/// The room's id.
pub const ROOM: &str = "whisper";

/// How long a whisper is valid.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How long after a whisper the next one can be requested.
pub const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// How many whispers come at that pace. Each is a letter that is kept, so later ones take
/// [`GOOD_FOR`]: at most one at a time is valid then, and 150 a day.
pub const AT_ONCE: u32 = 5;
/// How long after sending the half is shown on the page.
pub const ON_THE_PAGE_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Wrong tries after which a whisper is invalid.
pub const TRIES: u32 = 5;
/// How many halves stand on the page.
pub const HALVES: usize = 3;

/// A verse in two halves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verse {
    /// Unique among the verses.
    pub id: String,
    /// The half on the page.
    pub page: Text,
    /// The half that is sent.
    pub whispered: Text,
    /// Author, title, first publication.
    pub source: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    verse: Vec<Verse>,
}

/// The built-in verses. The file cannot be malformed: a test parses it.
static VERSES: LazyLock<Vec<Verse>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../content/whisper.toml"))
        .map_or_else(|_| Vec::new(), |file: File| file.verse)
});

/// Every verse.
pub fn verses() -> &'static [Verse] {
    &VERSES
}

/// A whisper that was sent to a visitor. Only the latest is valid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whisper {
    /// The id of the verse.
    pub verse: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// The number among the visitor's whispers, from 1; also the sequence of its message.
    pub number: u32,
    /// Wrong tries so far.
    #[serde(default)]
    pub wrong: u32,
}

/// A whisper was requested too soon after the last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSoon {
    /// From when on it can be requested.
    pub from: Timestamp,
}

/// How a typed half was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// Right.
    Joined {
        /// It was typed with the Latin keyboard on.
        latin_keys: bool,
    },
    /// The whisper is no longer valid. Not counted.
    Faded,
    /// One key away. Not counted.
    Almost,
    /// No letter and no number in it. Not counted.
    Empty,
    /// Longer than an answer can be. Not counted.
    TooLong,
    /// Wrong, and counted.
    Wrong {
        /// Tries left; 0 when this was the last.
        left: u32,
    },
}

impl Whisper {
    /// The first whisper of a visitor, or the one after `last`. The verses take turns, from a start
    /// that depends on the visitor.
    ///
    /// # Errors
    /// [`TooSoon`] within [`AGAIN_AFTER`] of the last, and after [`AT_ONCE`] within [`GOOD_FOR`].
    pub fn next(last: Option<&Self>, visitor: VisitorId, now: Timestamp) -> Result<Self, TooSoon> {
        let from = last.map_or(Timestamp::MIN, Self::again_from);
        // If `last` was sent by a clock that was ahead, the visitor does not wait for that clock.
        if now < from && last.is_some_and(|last| now >= last.sent_at) {
            return Err(TooSoon { from });
        }
        let number = last.map_or(1, |last| last.number.saturating_add(1));
        let turn = fingerprint(&[ROOM, &visitor.to_string()]).wrapping_add(u64::from(number));
        let verse = usize::try_from(turn % u64::try_from(VERSES.len().max(1)).unwrap_or(1))
            .unwrap_or_default();
        let verse = VERSES.get(verse).map(|verse| verse.id.clone()).unwrap_or_default();
        Ok(Self { verse, sent_at: now, number, wrong: 0 })
    }

    /// The verse; `None` if the content no longer has it, which makes the whisper invalid.
    pub fn verse(&self) -> Option<&'static Verse> {
        VERSES.iter().find(|verse| verse.id == self.verse)
    }

    /// Until when it is valid, wrong tries aside.
    pub fn good_until(&self) -> Timestamp {
        later(self.sent_at, GOOD_FOR)
    }

    /// From when on the half is shown on the page.
    pub fn on_the_page_from(&self) -> Timestamp {
        later(self.sent_at, ON_THE_PAGE_AFTER)
    }

    /// From when on the next one can be requested.
    pub fn again_from(&self) -> Timestamp {
        later(self.sent_at, if self.number < AT_ONCE { AGAIN_AFTER } else { GOOD_FOR })
    }

    /// Whether it is valid at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.wrong < TRIES && now < self.good_until() && self.verse().is_some()
    }

    /// The message that sends it.
    pub fn message(&self, visitor: VisitorId, language: Language) -> Message {
        let half =
            self.verse().map_or("", |verse| verse.whispered.in_language(language)).to_owned();
        Message {
            id: MessageId::of_visitor(visitor, self.number),
            task: Task::Whisper { half },
            at: self.sent_at,
        }
    }

    /// The letter with the same half for the mailbox.
    pub fn letter(&self, language: Language) -> Letter {
        let half = self.verse().map_or("", |verse| verse.whispered.in_language(language));
        let until = clock_at(self.good_until());
        let text = match language {
            Language::Ko => format!(
                "문틈으로 반쪽을 보내오.\n\n…… {half}\n\n나머지 반쪽은 속삭임의 방에 있습니다. {until}까지 이어 주십시오. 그 뒤에는 새로 청하실 수 있습니다."
            ),
            Language::En => format!(
                "Half a line, under the door.\n\n… {half}\n\nThe other half is in the room of the whisper. Join them by {until}; after that you can ask for a new one."
            ),
        };
        Letter::new(Author::Doorkeeper, text, self.sent_at)
    }

    /// Judges a typed half. The caller counts an [`Attempt::Wrong`] with
    /// [`Whisper::with_wrong_attempt`].
    pub fn judge(&self, typed: &str, now: Timestamp) -> Attempt {
        let Some(verse) = self.verse().filter(|_| self.is_good(now)) else { return Attempt::Faded };
        let typed = match Answer::read(typed) {
            Ok(typed) => typed,
            Err(Unreadable::Empty) => return Attempt::Empty,
            Err(Unreadable::TooLong) => return Attempt::TooLong,
        };
        match judge(&typed, &verse.accepted(), &[], &[]) {
            Judgement::Right { latin_keys } => Attempt::Joined { latin_keys },
            Judgement::Almost => Attempt::Almost,
            Judgement::KeepGoing(_) | Judgement::Listed(_) | Judgement::Wrong => self.missed(),
        }
    }

    /// The halves on the page: that of the whispered verse and two others, in an order that tells
    /// nothing.
    pub fn halves(&self) -> Vec<&'static Verse> {
        let number = self.number.to_string();
        let print = |verse: &&Verse| fingerprint(&[&self.verse, &number, &verse.id]);
        let mut others: Vec<_> = VERSES.iter().filter(|verse| verse.id != self.verse).collect();
        others.sort_unstable_by_key(print);
        others.truncate(HALVES.saturating_sub(1));
        let mut halves: Vec<_> = self.verse().into_iter().chain(others).collect();
        halves.sort_unstable_by_key(|verse| fingerprint(&[&number, &verse.id, &self.verse]));
        halves
    }

    /// Judges a half that was picked among those on the page.
    pub fn join(&self, verse: &str, now: Timestamp) -> Attempt {
        if !self.is_good(now) {
            Attempt::Faded
        } else if verse == self.verse {
            Attempt::Joined { latin_keys: false }
        } else {
            self.missed()
        }
    }

    fn missed(&self) -> Attempt {
        Attempt::Wrong { left: TRIES.saturating_sub(self.wrong.saturating_add(1)) }
    }

    /// The whisper after a wrong try.
    #[must_use]
    pub fn with_wrong_attempt(mut self) -> Self {
        self.wrong = self.wrong.saturating_add(1);
        self
    }
}

impl Verse {
    /// The right answers: either half, alone or together, in either language.
    fn accepted(&self) -> Vec<Answer> {
        let texts = Language::ALL.into_iter().flat_map(|language| {
            let (page, whispered) =
                (self.page.in_language(language), self.whispered.in_language(language));
            [whispered.to_owned(), page.to_owned(), format!("{page} {whispered}")]
        });
        texts.filter_map(|text| Answer::read(&text).ok()).collect()
    }
}

fn later(time: Timestamp, by: SignedDuration) -> Timestamp {
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_second(1_790_000_000 + seconds).unwrap()
    }

    fn visitor() -> VisitorId {
        VisitorId::new(1, 2)
    }

    fn whisper() -> Whisper {
        Whisper::next(None, visitor(), at(0)).unwrap()
    }

    #[test]
    fn after_a_few_whispers_the_next_comes_once_the_last_has_faded() {
        let mut at: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let mut last = Whisper::next(None, VisitorId::new(1, 2), at).unwrap();
        for number in 2..=AT_ONCE {
            at = later(at, AGAIN_AFTER);
            last = Whisper::next(Some(&last), VisitorId::new(1, 2), at).unwrap();
            assert_eq!(last.number, number);
        }
        let soon = Whisper::next(Some(&last), VisitorId::new(1, 2), later(at, AGAIN_AFTER));
        assert_eq!(soon, Err(TooSoon { from: later(at, GOOD_FOR) }));
        assert!(Whisper::next(Some(&last), VisitorId::new(1, 2), later(at, GOOD_FOR)).is_ok());
    }

    #[test]
    fn every_verse_is_complete_and_accepts_its_half_in_both_languages() {
        let file: File = toml::from_str(include_str!("../../content/whisper.toml")).unwrap();
        assert!(file.verse.len() >= 4);
        for verse in &file.verse {
            let whisper = Whisper { verse: verse.id.clone(), ..whisper() };
            for language in Language::ALL {
                let (page, whispered) =
                    (verse.page.in_language(language), verse.whispered.in_language(language));
                for right in [
                    whispered.to_owned(),
                    page.to_owned(),
                    format!("{page} {whispered}"),
                    format!("{page}{whispered}."),
                ] {
                    assert_eq!(
                        whisper.judge(&right, at(1)),
                        Attempt::Joined { latin_keys: false },
                        "{right}"
                    );
                }
                assert!(!verse.source.in_language(language).is_empty());
            }
        }
    }

    #[test]
    fn three_halves_stand_on_the_page_and_one_of_them_joins() {
        let mut places = std::collections::BTreeSet::new();
        let mut last = whisper();
        for _ in 0..40 {
            let halves = last.halves();
            assert_eq!(halves.len(), HALVES);
            let joined = halves
                .iter()
                .filter(|half| last.join(&half.id, at(1)) == Attempt::Joined { latin_keys: false });
            assert_eq!(joined.count(), 1);
            places.insert(halves.iter().position(|half| half.id == last.verse));
            let (number, sent_at) = (last.number + 1, at(0));
            let verse = VERSES[number as usize % VERSES.len()].id.clone();
            last = Whisper { verse, number, sent_at, wrong: 0 };
        }
        assert_eq!(places.len(), HALVES, "it may stand anywhere: {places:?}");
        assert_eq!(last.join(&last.verse, at(600)), Attempt::Faded);
        assert_eq!(last.join("nonsense", at(1)), Attempt::Wrong { left: 4 });
    }

    #[test]
    fn a_whisper_is_valid_for_ten_minutes_and_five_wrong_tries() {
        let mut whisper = whisper();
        assert!(whisper.is_good(at(599)) && !whisper.is_good(at(600)));
        for left in [4, 3, 2, 1, 0] {
            assert_eq!(whisper.judge("딴 말", at(1)), Attempt::Wrong { left });
            whisper = whisper.with_wrong_attempt();
        }
        let half = whisper.verse().unwrap().whispered.ko.clone();
        assert_eq!(whisper.judge(&half, at(1)), Attempt::Faded);
    }

    #[test]
    fn the_next_whisper_comes_after_thirty_seconds_with_another_verse() {
        let first = whisper().with_wrong_attempt();
        assert_eq!(Whisper::next(Some(&first), visitor(), at(29)), Err(TooSoon { from: at(30) }));
        let second = Whisper::next(Some(&first), visitor(), at(30)).unwrap();
        assert_ne!(second.verse, first.verse);
        assert_eq!((second.number, second.wrong), (2, 0));
        // The last one was sent by a clock that was ahead.
        assert!(Whisper::next(Some(&second), visitor(), at(0)).is_ok());
    }

    #[test]
    fn an_unreadable_try_is_not_counted() {
        let whisper = whisper();
        assert_eq!(whisper.judge(" …! ", at(1)), Attempt::Empty);
        assert_eq!(whisper.judge(&"가".repeat(300), at(1)), Attempt::TooLong);
        assert_eq!(whisper.on_the_page_from(), at(60));
    }
}
