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

    /// Checks a place against an edition of so many pages.
    ///
    /// # Errors
    /// [`NoPlace`].
    ///
    /// ```
    /// use domain::riddle::last_room::{NoPlace, Place};
    ///
    /// let place = Place { page: 112, line: 7, word: 3, answer: "바람".to_owned() };
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
        Answer::read(&self.answer).map(drop).map_err(|_| NoPlace::Answer)
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
        match judge(&typed, &accepted, &[], &[]) {
            Judgement::Right { latin_keys } => Heard::Opened { latin_keys },
            Judgement::Almost => Heard::Almost,
            Judgement::KeepGoing(_) | Judgement::Listed(_) | Judgement::Wrong => Heard::Another,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(answer: &str) -> Place {
        Place { page: 112, line: 7, word: 3, answer: answer.to_owned() }
    }

    #[test]
    fn a_word_is_heard_as_an_answer_is() {
        let room = LastRoom { words: String::new(), places: vec![place("바람이")] };
        for (typed, heard) in [
            ("바람이", Heard::Opened { latin_keys: false }),
            (" 바람 이. ", Heard::Opened { latin_keys: false }),
            ("qkfkadl", Heard::Opened { latin_keys: true }),
            ("바람", Heard::Another),
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
