//! 책갈피: six words that move a session to another device.
//!
//! A bookmark is 48 random bits, written as six of 256 words. The list (`content/bookmark.txt`) has
//! each word in Korean and in English, and both are accepted in either language of the page. Words are
//! normalized like answers, so case, spaces, dashes, full-width letters, invisible characters, loose
//! jamo and the wrong keyboard layout do not matter. No word is a prefix of another, so spaces are
//! optional, and no two words differ by one key, so a typing error does not give another bookmark.

use std::sync::LazyLock;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::text::Language,
    riddle::answer::{Answer, Unreadable},
};

/// Words of a bookmark.
pub const WORDS: usize = 6;

/// How long a bookmark is valid: as long as a session.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(180 * 24);

/// Tries per device in a [`PERIOD`].
pub const TRIES_OF_A_DEVICE: u32 = 5;

/// Tries of all devices together, per first two words, in a [`PERIOD`].
pub const TRIES_OF_A_BEGINNING: u32 = 20;

/// The fixed window in which tries are counted.
pub const PERIOD: SignedDuration = SignedDuration::from_mins(10);

/// The word list. A bookmark stores positions in it, so words must not be moved. A word may be
/// replaced once every bookmark with it has expired.
const LIST: &str = include_str!("../../content/bookmark.txt");

/// A bookmark. It is a credential, so its `Debug` output hides it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Bookmark([u8; WORDS]);

impl std::fmt::Debug for Bookmark {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("‹bookmark›")
    }
}

/// The stored record of a visit's bookmark. The words are not stored: they are derived from the shop's
/// key, the visitor and the number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BookmarkRecord {
    /// Counts the visit's bookmarks, from 1.
    pub number: u32,
    /// The digest that is its key in the table.
    pub mark: String,
    /// When it was created.
    pub made_at: Timestamp,
}

/// A text is not a bookmark. Found without a lookup, so it does not count as a try.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NotABookmark {
    /// No letter and no number in it.
    #[error("there is no letter in it")]
    Empty,
    /// Longer than six words can be.
    #[error("it is too long")]
    TooLong,
    /// A word that is not in the list, as typed.
    #[error("no bookmark has the word {0:?}")]
    Unknown(String),
    /// Not six words.
    #[error("it has {0} words and needs {WORDS}")]
    Words(usize),
}

struct Entry {
    written: [&'static str; 2],
    form: [Answer; 2],
}

static ENTRIES: LazyLock<Vec<Entry>> = LazyLock::new(|| {
    let entry = |line: &'static str| {
        let (ko, en) = line.split_once(' ')?;
        Some(Entry { written: [ko, en], form: [Answer::read(ko).ok()?, Answer::read(en).ok()?] })
    };
    LIST.lines().filter_map(entry).collect()
});

impl BookmarkRecord {
    /// The number of the bookmark after `last`.
    pub fn next_number(last: Option<&Self>) -> u32 {
        last.map_or(0, |last| last.number).saturating_add(1)
    }

    /// Until when it is valid.
    pub fn good_until(&self) -> Timestamp {
        self.made_at.checked_add(GOOD_FOR).unwrap_or(Timestamp::MAX)
    }

    /// Whether it is valid at `now`.
    pub fn is_good(&self, now: Timestamp) -> bool {
        now < self.good_until()
    }
}

impl Bookmark {
    /// The bookmark with these positions in the word list.
    pub const fn new(bytes: [u8; WORDS]) -> Self {
        Self(bytes)
    }

    /// The positions in the word list.
    pub const fn bytes(self) -> [u8; WORDS] {
        self.0
    }

    /// The first two words, for [`TRIES_OF_A_BEGINNING`].
    pub fn beginning(self) -> [u8; 2] {
        let [first, second, ..] = self.0;
        [first, second]
    }

    /// The words.
    pub fn words(self, language: Language) -> String {
        let at = usize::from(language == Language::En);
        let word = |byte: &u8| Some(*ENTRIES.get(usize::from(*byte))?.written.get(at)?);
        self.0.iter().filter_map(word).collect::<Vec<_>>().join(" ")
    }

    /// Reads a typed bookmark.
    pub fn read(typed: &str) -> Result<Self, NotABookmark> {
        let answer = Answer::read(typed).map_err(|why| match why {
            Unreadable::Empty => NotABookmark::Empty,
            Unreadable::TooLong => NotABookmark::TooLong,
        })?;
        let mut counted = None;
        for form in answer.forms() {
            let words = words_of(form);
            match words.as_deref().map(<[u8; WORDS]>::try_from) {
                Some(Ok(bytes)) => return Ok(Self(bytes)),
                Some(Err(_)) => counted = words.map(|words| words.len()),
                None => {}
            }
        }
        // The list is public, so naming the unknown word discloses nothing.
        let unknown = typed.split_whitespace().find(|part| {
            Answer::read(part).is_ok_and(|part| part.forms().all(|form| words_of(form).is_none()))
        });
        Err(match (counted, unknown) {
            (Some(words), _) => NotABookmark::Words(words),
            (None, Some(word)) => NotABookmark::Unknown(word.chars().take(20).collect()),
            (None, None) => NotABookmark::Words(typed.split_whitespace().count()),
        })
    }
}

/// Splits a form into words. The split is unique, because no word is a prefix of another.
fn words_of(mut form: &[char]) -> Option<Vec<u8>> {
    let mut words = Vec::new();
    while !form.is_empty() {
        let (word, rest) = ENTRIES.iter().zip(0_u8..=u8::MAX).find_map(|(entry, byte)| {
            let rest = entry.form.iter().find_map(|word| form.strip_prefix(word.form_keys()))?;
            Some((byte, rest))
        })?;
        words.push(word);
        form = rest;
    }
    Some(words)
}

/// The number of the period that contains `now`, and when the period ends.
pub fn period(now: Timestamp) -> (i64, Timestamp) {
    let number = now.as_second().div_euclid(PERIOD.as_secs());
    let end = number.saturating_add(1).saturating_mul(PERIOD.as_secs());
    (number, Timestamp::from_second(end).unwrap_or(Timestamp::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization as _;

    use super::*;

    #[test]
    fn the_list_has_256_words_that_are_prefix_free_and_more_than_one_key_apart() {
        assert_eq!(ENTRIES.len(), 256);
        assert_eq!(LIST.lines().count(), 256);
        let words: Vec<_> = ENTRIES.iter().flat_map(|entry| &entry.form).collect();
        for (at, word) in words.iter().enumerate() {
            for other in words.iter().skip(at + 1) {
                let (a, b) = (word.form_keys(), other.form_keys());
                assert!(
                    !a.starts_with(b) && !b.starts_with(a),
                    "{} {}",
                    word.written(),
                    other.written()
                );
                assert!(!word.is_nearly(other), "{} {}", word.written(), other.written());
            }
        }
    }

    #[test]
    fn a_bookmark_is_read_in_every_spelling() {
        let bookmark = Bookmark::new([0, 1, 2, 3, 4, 255]);
        let (ko, en) = (bookmark.words(Language::Ko), bookmark.words(Language::En));
        assert_eq!(ko.split(' ').count(), WORDS);
        let zero_width = ko.chars().flat_map(|c| [c, '\u{200B}']).collect::<String>();
        let full_width: String = en
            .chars()
            .map(|c| if c == ' ' { '\u{3000}' } else { char::from_u32(c as u32 + 0xFEE0).unwrap() })
            .collect();
        for typed in [
            ko.clone(),
            en.clone(),
            ko.replace(' ', ""),
            en.replace(' ', "-").to_uppercase(),
            ko.replace(' ', " · "),
            ko.nfd().collect(),
            zero_width,
            full_width,
            format!("  {}\n", en.replace(' ', "\n")),
        ] {
            assert_eq!(Bookmark::read(&typed), Ok(bookmark), "{typed:?}");
        }
        // 하늘 with the Latin keyboard on.
        let half = Bookmark::new([0; WORDS]);
        assert_eq!(half.words(Language::Ko), ["하늘"; WORDS].join(" "));
        assert_eq!(Bookmark::read(&["gksmf"; WORDS].join(" ")), Ok(half));
    }

    #[test]
    fn other_texts_are_refused_by_kind() {
        assert_eq!(Bookmark::read(" - "), Err(NotABookmark::Empty));
        assert_eq!(Bookmark::read("하늘 바람"), Err(NotABookmark::Words(2)));
        assert_eq!(Bookmark::read(&["하늘"; 7].join(" ")), Err(NotABookmark::Words(7)));
        assert_eq!(
            Bookmark::read("하늘 바람 비행기 구름"),
            Err(NotABookmark::Unknown("비행기".into()))
        );
        assert_eq!(Bookmark::read(&"하늘".repeat(500)), Err(NotABookmark::TooLong));
    }

    #[test]
    fn a_bookmark_is_valid_as_long_as_a_session() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let first = BookmarkRecord {
            number: BookmarkRecord::next_number(None),
            mark: String::new(),
            made_at: now,
        };
        assert_eq!((first.number, BookmarkRecord::next_number(Some(&first))), (1, 2));
        assert!(first.is_good(now) && !first.is_good(first.good_until()));
        let (number, end) = period(now);
        assert_eq!((end - now).get_seconds(), 600);
        assert_eq!(period(end).0, number + 1);
    }

    proptest! {
        #[test]
        fn every_bookmark_is_read_back_in_both_languages(bytes: [u8; WORDS], spaced: bool) {
            let bookmark = Bookmark::new(bytes);
            for language in Language::ALL {
                let words = bookmark.words(language);
                let typed = if spaced { words } else { words.replace(' ', "") };
                prop_assert_eq!(Bookmark::read(&typed), Ok(bookmark));
            }
        }

        #[test]
        fn no_text_panics(typed in "\\PC{0,300}") {
            let _ = Bookmark::read(&typed);
        }
    }
}
