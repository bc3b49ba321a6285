//! 속삭임: half a line of verse comes by the bell, the other half stands in the room. Who joins them
//! is through.
//!
//! The half is good for ten minutes, once, and for five wrong tries; another one may be asked for
//! thirty seconds after the last. It lies in the mailbox at once and stands on the page after a
//! minute: scenery, not security. Nothing here acts; the halves stand in `content/whisper.toml`.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{
    base::{
        format::clock_time,
        id::{MessageId, VisitorId},
        sensitive::Sensitive,
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

/// The room in which it is heard.
pub const ROOM: &str = "whisper";

/// How long a whisper is good.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);
/// How long after one whisper the next may be asked for.
pub const AGAIN_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// How long after it was sent the half stands on the page.
pub const ON_THE_PAGE_AFTER: SignedDuration = SignedDuration::from_secs(60);
/// Wrong tries that a whisper bears.
pub const TRIES: u32 = 5;

/// A verse in two halves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Verse {
    /// Unique among the verses.
    pub id: String,
    /// The half in the room.
    pub page: Text,
    /// The half that comes by the bell.
    pub whispered: Text,
    /// Author, title, first publication.
    pub source: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    verse: Vec<Verse>,
}

/// The verses that are part of the program. The file is compiled in and a test reads it, so there
/// is no broken one to tell of here.
static VERSES: LazyLock<Vec<Verse>> = LazyLock::new(|| {
    toml::from_str(include_str!("../../content/whisper.toml"))
        .map_or_else(|_| Vec::new(), |file: File| file.verse)
});

/// Every verse.
pub fn verses() -> &'static [Verse] {
    &VERSES
}

/// A whisper that was sent to a visitor; the latest alone counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whisper {
    /// The verse.
    pub verse: String,
    /// When it was sent.
    pub sent_at: Timestamp,
    /// Which one it is of this visitor's, from 1; it names the message that carries it.
    pub number: u32,
    /// Wrong tries at it.
    #[serde(default)]
    pub wrong: u32,
}

/// Another whisper was asked for too soon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooSoon {
    /// From when on it may be asked for.
    pub from: Timestamp,
}

/// What became of a try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Attempt {
    /// The halves are joined.
    Joined {
        /// It was typed with the Latin keyboard on.
        latin_keys: bool,
    },
    /// The whisper is no longer good; another has to be asked for. Free.
    Faded,
    /// The half that stands in the room. Free.
    PageHalf,
    /// One key away. Free.
    Almost,
    /// Nothing that counts as an answer. Free.
    Empty,
    /// Longer than an answer can be. Free.
    TooLong,
    /// Wrong, and counted.
    Wrong {
        /// Tries left; 0 when this was the last.
        left: u32,
    },
}

impl Whisper {
    /// The first whisper of a visitor, or the one after `last`: each time another verse, beginning
    /// anywhere.
    ///
    /// # Errors
    /// [`TooSoon`] within [`AGAIN_AFTER`] of the last.
    pub fn next(last: Option<&Self>, visitor: VisitorId, now: Timestamp) -> Result<Self, TooSoon> {
        let from = last.map_or(Timestamp::MIN, Self::again_from);
        // A clock that ran ahead locks nobody out for longer than the rule says.
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

    /// The verse; `None` if the content no longer has it, and then another whisper has to be asked
    /// for.
    pub fn verse(&self) -> Option<&'static Verse> {
        VERSES.iter().find(|verse| verse.id == self.verse)
    }

    /// Until when it is good.
    pub fn good_until(&self) -> Timestamp {
        later(self.sent_at, GOOD_FOR)
    }

    /// From when on the half stands on the page.
    pub fn on_the_page_from(&self) -> Timestamp {
        later(self.sent_at, ON_THE_PAGE_AFTER)
    }

    /// From when on another may be asked for.
    pub fn again_from(&self) -> Timestamp {
        later(self.sent_at, AGAIN_AFTER)
    }

    /// Is it good at `now`?
    pub fn is_good(&self, now: Timestamp) -> bool {
        self.wrong < TRIES && now < self.good_until() && self.verse().is_some()
    }

    /// The message that carries it out by the bell.
    pub fn message(&self, visitor: VisitorId, language: Language) -> Message {
        let half =
            self.verse().map_or("", |verse| verse.whispered.in_language(language)).to_owned();
        Message {
            id: MessageId::of_visitor(visitor, self.number),
            task: Task::Whisper { half },
            at: self.sent_at,
        }
    }

    /// Its twin in the mailbox.
    pub fn letter(&self, language: Language) -> Letter {
        let half = self.verse().map_or("", |verse| verse.whispered.in_language(language));
        let until = clock_time(self.good_until());
        let text = match language {
            Language::Ko => format!(
                "문틈으로 반쪽을 보내오.\n\n…… {half}\n\n나머지 반쪽은 속삭임의 방에 있습니다. {until}까지 이어 주십시오. 그 뒤에는 새로 청하실 수 있습니다."
            ),
            Language::En => format!(
                "Half a line, under the door.\n\n… {half}\n\nThe other half is in the room of the whisper. Join them by {until}; after that you can ask for a new one."
            ),
        };
        Letter {
            at: self.sent_at,
            author: Author::Doorkeeper,
            text: Sensitive::new(text),
            order: None,
            notice: None,
        }
    }

    /// What a try at it is. The caller counts a [`Attempt::Wrong`] with [`Whisper::missed`].
    pub fn hear(&self, typed: &str, now: Timestamp) -> Attempt {
        let Some(verse) = self.verse().filter(|_| self.is_good(now)) else { return Attempt::Faded };
        let typed = match Answer::read(typed) {
            Ok(typed) => typed,
            Err(Unreadable::Empty) => return Attempt::Empty,
            Err(Unreadable::TooLong) => return Attempt::TooLong,
        };
        match judge(&typed, &verse.joined(), &[&verse.halves_on_the_page()], &[]) {
            Judgement::Right { latin_keys } => Attempt::Joined { latin_keys },
            Judgement::KeepGoing(_) => Attempt::PageHalf,
            Judgement::Almost => Attempt::Almost,
            Judgement::Listed(_) | Judgement::Wrong => {
                Attempt::Wrong { left: TRIES.saturating_sub(self.wrong.saturating_add(1)) }
            }
        }
    }

    /// The whisper after a wrong try.
    #[must_use]
    pub fn missed(mut self) -> Self {
        self.wrong = self.wrong.saturating_add(1);
        self
    }
}

impl Verse {
    /// What opens the door: the whispered half, alone or behind the other, in either language.
    fn joined(&self) -> Vec<Answer> {
        let texts = Language::ALL.into_iter().flat_map(|language| {
            let whispered = self.whispered.in_language(language);
            [whispered.to_owned(), format!("{} {whispered}", self.page.in_language(language))]
        });
        texts.filter_map(|text| Answer::read(&text).ok()).collect()
    }

    fn halves_on_the_page(&self) -> Vec<Answer> {
        Language::ALL
            .into_iter()
            .filter_map(|language| Answer::read(self.page.in_language(language)).ok())
            .collect()
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
    fn every_verse_is_whole_and_opened_by_its_half_in_both_languages() {
        let file: File = toml::from_str(include_str!("../../content/whisper.toml")).unwrap();
        assert!(file.verse.len() >= 4);
        for verse in &file.verse {
            let whisper = Whisper { verse: verse.id.clone(), ..whisper() };
            for language in Language::ALL {
                let (page, whispered) =
                    (verse.page.in_language(language), verse.whispered.in_language(language));
                for right in [
                    whispered.to_owned(),
                    format!("{page} {whispered}"),
                    format!("{page}{whispered}."),
                ] {
                    assert_eq!(
                        whisper.hear(&right, at(1)),
                        Attempt::Joined { latin_keys: false },
                        "{right}"
                    );
                }
                assert_eq!(whisper.hear(page, at(1)), Attempt::PageHalf);
                assert!(!verse.source.in_language(language).is_empty());
            }
        }
    }

    #[test]
    fn a_whisper_is_good_for_ten_minutes_and_five_wrong_tries() {
        let mut whisper = whisper();
        assert!(whisper.is_good(at(599)) && !whisper.is_good(at(600)));
        for left in [4, 3, 2, 1, 0] {
            assert_eq!(whisper.hear("딴 말", at(1)), Attempt::Wrong { left });
            whisper = whisper.missed();
        }
        let half = whisper.verse().unwrap().whispered.ko.clone();
        assert_eq!(whisper.hear(&half, at(1)), Attempt::Faded);
    }

    #[test]
    fn another_one_comes_after_thirty_seconds_and_is_another_verse() {
        let first = whisper().missed();
        assert_eq!(Whisper::next(Some(&first), visitor(), at(29)), Err(TooSoon { from: at(30) }));
        let second = Whisper::next(Some(&first), visitor(), at(30)).unwrap();
        assert_ne!(second.verse, first.verse);
        assert_eq!((second.number, second.wrong), (2, 0));
        // A clock that ran ahead.
        assert!(Whisper::next(Some(&second), visitor(), at(0)).is_ok());
    }

    #[test]
    fn what_is_no_try_is_free() {
        let whisper = whisper();
        assert_eq!(whisper.hear(" …! ", at(1)), Attempt::Empty);
        assert_eq!(whisper.hear(&"가".repeat(300), at(1)), Attempt::TooLong);
        assert_eq!(whisper.on_the_page_from(), at(60));
    }
}
