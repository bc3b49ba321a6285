//! A riddle: its page, its solution, its hints and replies.

use strum::IntoStaticStr;

use super::{Piece, Revealed, Stands};
use crate::{
    base::text::{Language, Text},
    riddle::{
        answer::{Answer, Judgement, judge},
        hint::HINTS,
        rhythm::Pattern,
    },
};

/// A riddle as the page shows it, and its solution.
#[derive(Clone, Debug)]
pub struct Riddle {
    /// Unique in its room, but for riddles of one file that differ in their key.
    pub id: String,
    /// What another room gave, if the riddle is solved with them.
    pub key: Option<Key>,
    /// How high it stands: how difficult it is.
    pub height: Height,
    /// At which time it stands in its room.
    pub stands: Stands,
    /// How many minutes it usually takes; its hints come by them.
    pub minutes: u32,
    /// The kind, for the form and for the owner's figures.
    pub kind: Kind,
    /// The doorkeeper's question.
    pub ask: Text,
    /// The label of the answer's field: what to type, and in which form.
    pub label: Text,
    /// The passages that the riddle is solved from.
    pub page: Vec<Passage>,
    /// The same passages whole, with what was found inked, for the solved room.
    pub revealed: Vec<Revealed>,
    /// What opens the door.
    pub solution: Solution,
    /// Half-way answers. They are not counted and clear the count of wrong guesses.
    pub keep_going: Vec<Listed>,
    /// Wrong answers with a reply of their own. They are counted.
    pub near: Vec<Listed>,
    /// Three hints: where to look, how, and nearly the answer.
    pub hints: [Hint; HINTS],
    /// The doorkeeper's reply to the right answer.
    pub solved: Text,
    /// The line that who solves it takes along ([`keepsake`](crate::walk::keepsake)). Versions that
    /// were stored before there were keepsakes have none.
    pub gives: Option<Text>,
}

/// What another room gave.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The room: one in which a rhythm is knocked.
    pub room: String,
    /// The feet of the verse that was knocked.
    pub numbers: Vec<usize>,
}

/// The kinds of riddles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, IntoStaticStr)]
#[strum(serialize_all = "kebab-case")]
pub enum Kind {
    /// Knock the rhythm of a line.
    Rhythm,
    /// Numbers point at syllables (Korean) or words (English) of a numbered page.
    BookCipher,
    /// A word is missing that occurs elsewhere on the page.
    Cloze,
    /// The first letters of the lines.
    Acrostic,
    /// The initial consonants of the syllables (초성); in English the words without their vowels.
    Initials,
    /// A mirrored line.
    Mirror,
    /// Count something on the page.
    Count,
    /// Find a word in one of several books by the numbers that another room gave.
    Shelf,
    /// Part two poems whose lines stand in turn.
    Woven,
    /// Put the spaces of a verse back.
    Respaced,
    /// Find the line that a row of punctuation marks is left of.
    Punctuation,
    /// Give first lines their last ones back.
    Ends,
    /// Find the word of a dictionary's entry.
    Entry,
}

/// How high a riddle stands. A visitor may ask for another height; the middle is open at first.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Hash,
    serde::Serialize,
    serde::Deserialize,
    IntoStaticStr,
    strum::EnumString,
    strum::VariantArray,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Height {
    /// 손 닿는 칸: solved in a minute or two.
    Low,
    /// 까치발 칸.
    #[default]
    Middle,
    /// 사다리 칸: more than one step.
    High,
}

impl Height {
    /// From the lowest to the highest.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// The name in content, forms and records: `middle`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What opens a riddle's door.
#[derive(Clone, Debug)]
pub enum Solution {
    /// Any of these answers, in either language of the page.
    Word(Vec<Answer>),
    /// The rhythm of a verse.
    Rhythm(Pattern),
}

/// Answers that are not the solution, with the doorkeeper's reply.
#[derive(Clone, Debug)]
pub struct Listed {
    /// The answers.
    pub answers: Vec<Answer>,
    /// The reply.
    pub reply: Text,
    /// Hints (0 to 2) that tell a visitor who gave this answer nothing new.
    pub needless: Vec<u8>,
}

/// A hint. Its title is visible before it is opened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What the hint is about.
    pub title: Text,
    /// The hint itself.
    pub text: Text,
}

/// A passage on a riddle's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// How it is set.
    pub form: Form,
    /// The words as the page shows them: with the gap, or mirrored.
    pub text: Text,
    /// Author, title, first publication; `None` for the shop's own words.
    pub source: Option<Text>,
    /// What stands on the spine of a closed book.
    pub spine: Option<Text>,
}

/// How a passage is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// Lines of verse; empty lines separate the stanzas.
    Verse,
    /// Running prose.
    Prose,
    /// Verse whose lines are numbered on the page from 1, empty lines not counted.
    Numbered,
    /// Separate lines from different places.
    Lines,
    /// One line, written backwards.
    Mirror,
    /// A short passage in a book that is opened on purpose; its lines are not numbered.
    Spine,
    /// One of two poems whose lines are shown in turn.
    Strand,
}

impl Riddle {
    /// The line that it gives, with the source of the passage in which it stands or, where a source
    /// stands below several passages, of the next one that has one.
    pub fn given(&self) -> Option<(&Text, &Text)> {
        let line = self.gives.as_ref()?;
        let bare = |text: &str| text.split_whitespace().collect::<String>();
        let whole = |pieces: &[Piece]| {
            bare(&pieces.iter().map(|piece| piece.text.as_str()).collect::<String>())
        };
        let stands =
            |page: &Revealed| whole(page.in_language(Language::Ko)).contains(&bare(&line.ko));
        let at = self.revealed.iter().position(stands)?;
        let source = self.page.iter().skip(at).find_map(|passage| passage.source.as_ref());
        Some((line, source.or_else(|| self.page.iter().rev().find_map(|p| p.source.as_ref()))?))
    }

    /// Judges a typed word; a riddle whose solution is a rhythm accepts none.
    pub fn judge(&self, typed: &Answer) -> Judgement {
        let accepted = match &self.solution {
            Solution::Word(accepted) => accepted.as_slice(),
            Solution::Rhythm(_) => &[],
        };
        judge(typed, accepted, &slices(&self.keep_going), &slices(&self.near))
    }
}

impl Passage {
    /// The lines in one language, as the page sets them; an empty one separates two stanzas.
    pub fn lines(&self, language: Language) -> impl Iterator<Item = &str> {
        self.text.in_language(language).lines()
    }
}

impl Kind {
    /// The name in marks and figures: `book-cipher`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

fn slices(list: &[Listed]) -> Vec<&[Answer]> {
    list.iter().map(|listed| listed.answers.as_slice()).collect()
}
