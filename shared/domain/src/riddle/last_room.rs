//! 마지막 방: the room in the parcel. The slip has a code; behind it a place in the very book in hand
//! (쪽–줄–낱말) asks for a word, and the word opens what the owner says about the book.
//!
//! The owner writes words and places for an edition. An edition without places has a gentler room:
//! any word opens it.

use serde::{Deserialize, Serialize};

use crate::riddle::{
    answer::{Answer, Judgement, Unreadable, judge},
    guess::fingerprint,
};

/// What the owner wrote for the last room of an edition.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastRoom {
    /// The owner's words about the book, shown to who opens the room. Empty if there are none.
    #[serde(default)]
    pub words: String,
    /// Places in the edition; a parcel asks for one of them.
    #[serde(default)]
    pub places: Vec<Place>,
}

/// A word in an edition, by where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// The page, as it is printed.
    pub page: u32,
    /// The line on the page, counted from 1 without the running head.
    pub line: u32,
    /// The word in the line, counted from 1.
    pub word: u32,
    /// The word.
    pub answer: String,
    /// The words around it, each of which is told from a wrong one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub near: Vec<String>,
}

/// Why a place cannot be in an edition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoPlace {
    /// The edition has fewer pages.
    #[error("the edition has {pages} pages")]
    Page {
        /// How many it has.
        pages: u32,
    },
    /// Not a line of a page.
    #[error("a line is between 1 and {}", Place::LINES)]
    Line,
    /// Not a word of a line.
    #[error("a word is between 1 and {}", Place::WORDS)]
    Word,
    /// Nothing that can be typed.
    #[error("the answer has no letter and no number, or is too long")]
    Answer,
    /// A word around it that cannot be typed, or is the answer itself, or too many of them.
    #[error("the words around it are at most {}, and none is the answer", Place::NEAR)]
    Near,
}

/// How a word was judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Heard {
    /// The room opens.
    Opened {
        /// It was typed with the Latin keyboard on.
        latin_keys: bool,
    },
    /// One key away.
    Almost,
    /// The word without its particle, or with one more.
    Stem,
    /// A word that stands around it.
    Near,
    /// No letter and no number in it.
    Empty,
    /// Longer than a word can be.
    TooLong,
    /// Another word.
    Another,
}

impl Place {
    /// The most lines of a page.
    pub const LINES: u32 = 40;
    /// The most words of a line.
    pub const WORDS: u32 = 20;
    /// The most words around it.
    pub const NEAR: usize = 6;

    /// Checks a place against an edition of so many pages.
    ///
    /// # Errors
    /// [`NoPlace`].
    ///
    /// ```
    /// use domain::riddle::last_room::{NoPlace, Place};
    ///
    /// let answer = "바람".to_owned();
    /// let place = Place { page: 112, line: 7, word: 3, answer, near: Vec::new() };
    /// assert_eq!(place.check(240), Ok(()));
    /// assert_eq!(place.check(100), Err(NoPlace::Page { pages: 100 }));
    /// ```
    pub fn check(&self, pages: u32) -> Result<(), NoPlace> {
        if !(1..=pages).contains(&self.page) {
            return Err(NoPlace::Page { pages });
        }
        if !(1..=Self::LINES).contains(&self.line) {
            return Err(NoPlace::Line);
        }
        if !(1..=Self::WORDS).contains(&self.word) {
            return Err(NoPlace::Word);
        }
        let answer = Answer::read(&self.answer).map_err(|_| NoPlace::Answer)?;
        let near = self.near_answers();
        let readable = near.len() == self.near.len() && near.len() <= Self::NEAR;
        if readable && !near.contains(&answer) { Ok(()) } else { Err(NoPlace::Near) }
    }

    fn near_answers(&self) -> Vec<Answer> {
        self.near.iter().filter_map(|word| Answer::read(word).ok()).collect()
    }
}

impl LastRoom {
    /// The most places of an edition.
    pub const PLACES: usize = 3;
    /// The longest words, in characters.
    pub const LONGEST_WORDS: usize = 2_000;

    /// The place that a parcel asks for, always the same for its code.
    pub fn place(&self, code: &str) -> Option<&Place> {
        let count = u64::try_from(self.places.len()).ok().filter(|count| *count > 0)?;
        let turn = fingerprint(&["last", code]) % count;
        self.places.get(usize::try_from(turn).ok()?)
    }

    /// Judges a word that was typed for the place of a code. Nothing is counted.
    pub fn hear(&self, code: &str, typed: &str) -> Heard {
        let typed = match Answer::read(typed) {
            Ok(typed) => typed,
            Err(Unreadable::Empty) => return Heard::Empty,
            Err(Unreadable::TooLong) => return Heard::TooLong,
        };
        // Without a place there is no word to find: whatever the reader writes opens the room.
        let Some(place) = self.place(code) else { return Heard::Opened { latin_keys: false } };
        let accepted: Vec<Answer> = Answer::read(&place.answer).into_iter().collect();
        let near = place.near_answers();
        match judge(&typed, &accepted, &[near.as_slice()], &[]) {
            Judgement::Right { latin_keys } => Heard::Opened { latin_keys },
            Judgement::Almost => Heard::Almost,
            Judgement::KeepGoing(_) | Judgement::Listed(_) => Heard::Near,
            Judgement::Wrong if accepted.iter().any(|answer| same_stem(&typed, answer)) => {
                Heard::Stem
            }
            Judgement::Wrong => Heard::Another,
        }
    }
}

/// Whether one of two words is the other with a particle behind it: at least a syllable stands
/// before it, and it has at most three.
fn same_stem(typed: &Answer, answer: &Answer) -> bool {
    /// The keys of a short syllable, and of three long ones.
    const STEM: usize = 3;
    const PARTICLE: usize = 9;
    let (typed, answer) = (typed.form(), answer.form());
    let (short, long) =
        if typed.len() < answer.len() { (&typed, &answer) } else { (&answer, &typed) };
    let behind = long.chars().count().saturating_sub(short.chars().count());
    short.chars().count() >= STEM && behind <= PARTICLE && long.starts_with(short.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(answer: &str) -> Place {
        Place { page: 112, line: 7, word: 3, answer: answer.to_owned(), near: Vec::new() }
    }

    #[test]
    fn the_words_around_it_are_told_from_wrong_ones() {
        let near = ["창밖에".to_owned(), "분다".to_owned()].into();
        let room =
            LastRoom { words: String::new(), places: vec![Place { near, ..place("바람이") }] };
        for (typed, heard) in [
            ("창밖에", Heard::Near),
            ("분다", Heard::Near),
            ("바람이", Heard::Opened { latin_keys: false }),
            ("바람", Heard::Stem),
            ("바람이라면", Heard::Stem),
            ("바", Heard::Another),
            ("바다", Heard::Another),
        ] {
            assert_eq!(room.hear("K7QXPM3A", typed), heard, "{typed}");
        }
        let near = |near: &[&str]| Place {
            near: near.iter().map(|word| (*word).to_owned()).collect(),
            ..place("바람이")
        };
        assert_eq!(near(&["창밖에"]).check(200), Ok(()));
        for wrong in [&["!"][..], &["바람이"], &["가"; 7]] {
            assert_eq!(near(wrong).check(200), Err(NoPlace::Near), "{wrong:?}");
        }
        let stored = r#"{"page":1,"line":1,"word":1,"answer":"말"}"#;
        let place: Place = serde_json::from_str(stored).unwrap();
        assert_eq!(serde_json::to_string(&place).unwrap(), stored);
    }

    #[test]
    fn a_word_is_heard_as_an_answer_is() {
        let room = LastRoom { words: String::new(), places: vec![place("바람이")] };
        for (typed, heard) in [
            ("바람이", Heard::Opened { latin_keys: false }),
            (" 바람 이. ", Heard::Opened { latin_keys: false }),
            ("qkfkadl", Heard::Opened { latin_keys: true }),
            ("바람", Heard::Stem),
            ("바람아", Heard::Almost),
            ("…", Heard::Empty),
            (&"가".repeat(300), Heard::TooLong),
        ] {
            assert_eq!(room.hear("K7QXPM3A", typed), heard, "{typed}");
        }
    }

    #[test]
    fn without_a_place_any_word_opens_the_room_and_none_does_not() {
        let room = LastRoom::default();
        assert_eq!(room.hear("K7QXPM3A", "아무 말"), Heard::Opened { latin_keys: false });
        assert_eq!(room.hear("K7QXPM3A", " "), Heard::Empty);
    }

    #[test]
    fn parcels_ask_for_every_place_and_each_for_one() {
        let places = vec![place("하나"), place("둘"), place("셋")];
        let room = LastRoom { words: String::new(), places };
        let asked = |n: usize| room.place(&format!("CODE{n:04}")).unwrap().answer.clone();
        assert!((0..100).all(|n| asked(n) == asked(n)));
        let met: std::collections::BTreeSet<_> = (0..100).map(asked).collect();
        assert_eq!(met.len(), 3);
    }

    #[test]
    fn a_place_has_to_be_in_the_book() {
        let wrong = |place: Place| place.check(200).unwrap_err();
        assert_eq!(wrong(Place { page: 0, ..place("말") }), NoPlace::Page { pages: 200 });
        assert_eq!(wrong(Place { line: 41, ..place("말") }), NoPlace::Line);
        assert_eq!(wrong(Place { word: 0, ..place("말") }), NoPlace::Word);
        assert_eq!(wrong(place("!?")), NoPlace::Answer);
        assert_eq!(place("말").check(200), Ok(()));
    }
}
