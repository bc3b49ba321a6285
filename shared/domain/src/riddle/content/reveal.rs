//! The page of a solved riddle: whole, with what was found inked.

use std::ops::Range;

use super::{
    Form,
    method::{Method, Spines},
    raw::{RawPassage, RawRiddle},
};
use crate::base::text::Language;

/// A passage of a solved riddle, in both languages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revealed {
    ko: Vec<Piece>,
    en: Vec<Piece>,
}

/// A piece of a revealed passage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// The words.
    pub text: String,
    /// Whether they were to be found.
    pub inked: bool,
}

impl Revealed {
    /// The pieces in one language, in their order.
    pub fn in_language(&self, language: Language) -> &[Piece] {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }
}

/// The passages of a riddle as its solved room shows them. `key` is what another room gave.
pub(super) fn revealed(riddle: &RawRiddle, key: Option<&[usize]>) -> Vec<Revealed> {
    let mut spines = 0;
    let passages = riddle.page.iter().map(|passage| {
        spines += usize::from(matches!(passage.form, Form::Spine | Form::Strand));
        let one = |language| pieces(riddle, passage, language, key, spines);
        Revealed { ko: one(Language::Ko), en: one(Language::En) }
    });
    passages.collect()
}

fn pieces(
    riddle: &RawRiddle,
    passage: &RawPassage,
    language: Language,
    key: Option<&[usize]>,
    spine: usize,
) -> Vec<Piece> {
    let text = passage.text.in_language(language);
    let first = riddle.answers.get(language).first().map_or("", String::as_str);
    let found = match &riddle.method {
        // The line is what the room gives; English pages have it in English.
        Method::Rhythm(_) => {
            let line = riddle.gives.as_ref().map_or("", |gives| gives.in_language(language));
            first_occurrence(text, line).into_iter().collect()
        }
        Method::BookCipher(pairs) if passage.form == Form::Numbered => pairs
            .get(language)
            .iter()
            .filter_map(|(line, place)| {
                let line = lines(text).nth(line.checked_sub(1)?)?;
                let letters = match language {
                    Language::Ko => letters(text, line),
                    Language::En => firsts(text, line),
                };
                letters.into_iter().nth(place.checked_sub(1)?)
            })
            .collect(),
        Method::Cloze(word) => {
            return with_the_gap_filled(text, word.in_language(language));
        }
        Method::Acrostic if passage.form == Form::Lines => {
            lines(text).filter_map(|line| letters(text, line).into_iter().next()).collect()
        }
        Method::Initials => {
            first.split_whitespace().filter_map(|word| first_occurrence(text, word)).collect()
        }
        Method::Mirror if passage.form == Form::Mirror => {
            first_occurrence(text, first).into_iter().collect()
        }
        Method::Count(what) => occurrences(text, what.in_language(language)),
        Method::Shelf(spines) if passage.form == Form::Spine => {
            let at = key.and_then(|key| spines.place(key)).filter(|at| at.book == spine);
            at.and_then(|at| word_at(text, at.line, at.word)).into_iter().collect()
        }
        Method::Woven(woven) if passage.form == Form::Strand && woven.strand == spine => {
            let (line, word) = *woven.at.get(language);
            word_at(text, line, word).into_iter().collect()
        }
        Method::Respaced(moved) if passage.form == Form::Lines => {
            let (line, word) = *moved.at.get(language);
            word_at(text, line, word).into_iter().collect()
        }
        Method::Punctuation(line) => {
            first_occurrence(text, line.in_language(language)).into_iter().collect()
        }
        Method::Ends(_) if passage.form == Form::Lines => {
            lines(text).filter_map(|line| letters(text, line).into_iter().next()).collect()
        }
        Method::Entry(word) if passage.form != Form::Prose => {
            first_occurrence(text, word.in_language(language)).into_iter().collect()
        }
        _ => Vec::new(),
    };
    cut(text, found)
}

/// The word that a key points at in the passages with a spine.
pub(super) fn word_on_the_shelf<'a>(
    riddle: &'a RawRiddle,
    spines: &Spines,
    key: &[usize],
    language: Language,
) -> Option<&'a str> {
    let at = spines.place(key)?;
    let book = nth_passage(riddle, Form::Spine, at.book)?;
    bare_word_at(book.text.in_language(language), (at.line, at.word))
}

/// A passage among those of its form, counted from 1.
pub(super) fn nth_passage(riddle: &RawRiddle, form: Form, number: usize) -> Option<&RawPassage> {
    riddle.page.iter().filter(|passage| passage.form == form).nth(number.checked_sub(1)?)
}

/// The word in a line, both counted from 1, without the marks around it.
pub(super) fn bare_word_at(text: &str, (line, word): (usize, usize)) -> Option<&str> {
    text.get(word_at(text, line, word)?)
}

/// The word in a line, both counted from 1; empty lines do not count.
fn word_at(text: &str, line: usize, word: usize) -> Option<Range<usize>> {
    let line = lines(text).nth(line.checked_sub(1)?)?;
    let found = text.get(line.clone())?.split_whitespace().nth(word.checked_sub(1)?)?;
    let bare = found.trim_matches(|c: char| !c.is_alphanumeric());
    let start = position(text, bare)?;
    Some(start..start + bare.len())
}

/// Where a part of a text begins in it.
fn position(text: &str, part: &str) -> Option<usize> {
    (part.as_ptr() as usize).checked_sub(text.as_ptr() as usize)
}

/// The lines that are not empty.
fn lines(text: &str) -> impl Iterator<Item = Range<usize>> {
    text.lines()
        .filter(|line| !line.trim().is_empty())
        .filter_map(|line| position(text, line).map(|start| start..start + line.len()))
}

/// Each letter and number of a line.
fn letters(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let start = line.start;
    let letters = text.get(line).unwrap_or_default().char_indices();
    let letters = letters.filter(|(_, c)| c.is_alphanumeric());
    letters.map(|(at, c)| start + at..start + at + c.len_utf8()).collect()
}

/// The first letter of each word of a line.
fn firsts(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let words = text.get(line).unwrap_or_default().split_whitespace();
    let words = words.filter_map(|word| {
        let start = position(text, word)?;
        letters(text, start..start + word.len()).into_iter().next()
    });
    words.collect()
}

fn first_occurrence(text: &str, what: &str) -> Option<Range<usize>> {
    occurrences(text, what).into_iter().next()
}

/// Every occurrence, regardless of case and of how the lines are broken.
fn occurrences(text: &str, what: &str) -> Vec<Range<usize>> {
    let what: Vec<char> = folded(what).map(|(_, c)| c).collect();
    let text: Vec<(usize, char)> = folded(text).collect();
    if what.is_empty() {
        return Vec::new();
    }
    let at =
        text.windows(what.len()).filter(|window| window.iter().map(|(_, letter)| letter).eq(&what));
    at.filter_map(|window| {
        let ((start, _), (end, last)) = (window.first()?, window.last()?);
        Some(*start..end + last.len_utf8())
    })
    .collect()
}

/// The letters with their places, without spaces; a capital that is as long in small is small.
fn folded(text: &str) -> impl Iterator<Item = (usize, char)> {
    let letters = text.char_indices().filter(|(_, c)| !c.is_whitespace());
    letters.map(|(at, c)| {
        let small = c.to_lowercase().next().filter(|small| small.len_utf8() == c.len_utf8());
        (at, small.unwrap_or(c))
    })
}

/// The text in pieces; overlapping ranges are inked once.
fn cut(text: &str, mut found: Vec<Range<usize>>) -> Vec<Piece> {
    found.sort_unstable_by_key(|range| range.start);
    let mut pieces = Vec::new();
    let mut at = 0;
    for range in found.into_iter().filter(|range| !range.is_empty()) {
        let start = range.start.max(at);
        push(&mut pieces, text.get(at..start), false);
        push(&mut pieces, text.get(start..range.end), true);
        at = range.end.max(at);
    }
    push(&mut pieces, text.get(at..), false);
    pieces
}

fn with_the_gap_filled(text: &str, word: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for (index, part) in text.split("{gap}").enumerate() {
        push(&mut pieces, (index > 0).then_some(word), true);
        push(&mut pieces, Some(part), false);
    }
    pieces
}

fn push(pieces: &mut Vec<Piece>, text: Option<&str>, inked: bool) {
    if let Some(text) = text.filter(|text| !text.is_empty()) {
        pieces.push(Piece { text: text.to_owned(), inked });
    }
}
