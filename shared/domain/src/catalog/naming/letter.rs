//! A letter, read for names.

use std::ops::Range;

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization as _;

use super::{
    Names,
    words::{DECLINING, FOLLOWING, PARTICLES},
};

/// From this many wide characters on, one of them may differ: readers write 난쟁이 for 난장이.
const WIDE_WITH_A_SLIP: usize = 6;

/// A letter or number of a text.
#[derive(Debug, Clone, Copy)]
struct Sign {
    letter: char,
    /// Its place in the folded text.
    at: usize,
    /// Something other than a letter or number stands before it, or nothing.
    first: bool,
    /// More than a space stands before it: punctuation, a quotation mark, a line break.
    apart: bool,
}

/// A text without the differences that do not matter, and its letters and numbers.
#[derive(Debug, Clone)]
pub struct Reading {
    folded: Vec<char>,
    signs: Vec<Sign>,
    /// It speaks of owning, having read or not wanting.
    declines: bool,
}

/// The letters and numbers of a name, and how long it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Name {
    signs: Vec<char>,
    /// How many are Hangul, Chinese characters or kana.
    wide: usize,
}

impl Name {
    /// The name of that text; `None` if it has neither letter nor number.
    pub(super) fn of(text: &str) -> Option<Self> {
        let signs: Vec<char> = folded(text).chars().collect();
        let wide = signs.iter().filter(|sign| is_wide(**sign)).count();
        (!signs.is_empty()).then_some(Self { signs, wide })
    }

    /// Its length: a wide character counts two, another one.
    pub(super) fn size(&self) -> usize {
        self.signs.len() + self.wide
    }
}

impl Reading {
    /// Reads a letter.
    pub fn of(text: &str) -> Self {
        let folded = fold(text);
        let mut signs: Vec<Sign> = Vec::new();
        let (mut first, mut apart) = (true, true);
        for (at, sign) in folded.iter().copied().enumerate() {
            if counts(sign) {
                signs.push(Sign { letter: sign, at, first, apart });
                (first, apart) = (false, false);
            } else {
                first = true;
                apart |= sign == '\n' || !sign.is_whitespace();
            }
        }
        let run: String = signs.iter().map(|sign| sign.letter).collect();
        let declines = DECLINING.iter().any(|words| run.contains(words));
        Self { folded, signs, declines }
    }

    /// Whether the letter has one of a book's titles.
    pub fn has_title(&self, names: &Names) -> bool {
        names.titles.iter().any(|name| self.places(name).next().is_some())
    }

    /// Whether the letter has one of a book's authors.
    pub fn has_author(&self, names: &Names) -> bool {
        names.authors.iter().any(|name| self.places(name).next().is_some())
    }

    /// The letter with every name of these books made blank; `None` if it has none of them.
    pub fn without<'a>(&self, books: impl IntoIterator<Item = &'a Names>) -> Option<String> {
        let mut left = self.folded.clone();
        let mut any = false;
        for name in books.into_iter().flat_map(|names| names.titles.iter().chain(&names.authors)) {
            for place in self.places(name) {
                any = true;
                for sign in self.signs.get(place).unwrap_or_default() {
                    if let Some(blank) = left.get_mut(sign.at) {
                        *blank = ' ';
                    }
                }
            }
        }
        any.then(|| left.into_iter().collect())
    }

    /// Where the letter has the name.
    fn places(&self, name: &Name) -> impl Iterator<Item = Range<usize>> {
        let slips = usize::from(name.wide >= WIDE_WITH_A_SLIP);
        let places = self.signs.windows(name.signs.len()).enumerate();
        places.filter_map(move |(from, window)| {
            let differ = window.iter().zip(&name.signs).filter(|(sign, own)| sign.letter != **own);
            if differ.take(slips + 1).count() > slips {
                return None;
            }
            let place = from..from + window.len();
            self.stands_alone(&place, name).then_some(place)
        })
    }

    /// Whether what surrounds the name lets it be one, by its length:
    ///
    /// | Hangul | Latin, figures | |
    /// |---|---|---|
    /// | 4 and more | | anywhere |
    /// | 3 | | from the beginning of a word, or within one word |
    /// | 2 | 3 and more | from the beginning of a word to its end, or to a particle; within a word if something is said of it |
    /// | 1 | 1, 2 | from the beginning of a word to a particle or a mark; a mere space does not end it |
    ///
    /// In a letter that speaks of owning or declining, the first three count anywhere, and the
    /// fourth within a word too.
    fn stands_alone(&self, place: &Range<usize>, name: &Name) -> bool {
        let (from, to) = (place.start, place.end);
        let goes_on = || self.goes_on(to, 0);
        match (name.size(), name.wide) {
            (0..=2, 0) if self.declines => self.begins(from) || self.begins(to),
            (0..=2, _) if self.declines => {
                self.is_apart(to)
                    || self.changes_script(to)
                    || self.begins(from) && self.ends(to)
                    || goes_on()
            }
            (0..=2, _) => self.begins(from) && (self.is_apart(to) || goes_on()),
            (3.., _) if self.declines => true,
            (8.., 1..) => true,
            (6.., 2..) => self.begins(from) || self.is_one_word(place),
            _ if self.begins(from) => self.begins(to) || goes_on(),
            _ => self.is_one_word(place) && self.is_followed(to),
        }
    }

    fn get(&self, at: usize) -> Option<Sign> {
        self.signs.get(at).copied()
    }

    /// A word begins there, or Latin letters after Hangul and the like.
    fn begins(&self, at: usize) -> bool {
        self.ends(at) || self.changes_script(at)
    }

    /// The word before ends there.
    fn ends(&self, at: usize) -> bool {
        self.get(at).is_none_or(|sign| sign.first)
    }

    /// More than a space ends the word before.
    fn is_apart(&self, at: usize) -> bool {
        self.get(at).is_none_or(|sign| sign.apart)
    }

    fn changes_script(&self, at: usize) -> bool {
        let before = at.checked_sub(1).and_then(|before| self.get(before));
        before
            .zip(self.get(at))
            .is_some_and(|(one, two)| is_wide(one.letter) != is_wide(two.letter))
    }

    fn is_one_word(&self, place: &Range<usize>) -> bool {
        let inner = self.signs.get(place.start + 1..place.end).unwrap_or_default();
        inner.iter().all(|sign| !sign.first)
    }

    /// One of the words that follow a book's name when somebody speaks of it, with or without a space.
    fn is_followed(&self, at: usize) -> bool {
        FOLLOWING.iter().any(|word| self.has(at, word))
    }

    /// Particles follow to the end of the word, or one of the words that follow a book's name.
    fn goes_on(&self, at: usize, particles: usize) -> bool {
        if particles > 0 && self.begins(at) || self.is_followed(at) {
            return true;
        }
        !self.begins(at)
            && particles < 4
            && PARTICLES.iter().any(|particle| {
                self.has(at, particle) && self.goes_on(at + particle.chars().count(), particles + 1)
            })
    }

    fn has(&self, at: usize, word: &str) -> bool {
        let signs = self.signs.get(at..).unwrap_or_default();
        let mut signs = signs.iter().map(|sign| sign.letter);
        word.chars().all(|own| signs.next() == Some(own))
    }
}

/// The letters and numbers of a text, as names are compared: without case, accents, widths, blanks
/// and punctuation, whether Hangul is composed or not.
///
/// ```
/// use domain::catalog::naming::folded;
///
/// assert_eq!(folded("여름, 그곳"), "여름그곳");
/// assert_eq!(folded("Ｔｈｅ Café"), "thecafe");
/// ```
pub fn folded(text: &str) -> String {
    fold(text).into_iter().filter(|c| counts(*c)).collect()
}

/// Without case, accents, widths and invisible characters; Hangul composed.
fn fold(text: &str) -> Vec<char> {
    let seen = |c: &char| {
        !matches!(
            get_general_category(*c),
            GeneralCategory::Format
                | GeneralCategory::NonspacingMark
                | GeneralCategory::EnclosingMark
        )
    };
    text.nfkd().filter(seen).nfc().flat_map(char::to_lowercase).filter(seen).collect()
}

/// A letter or number. Loose jamo are none: ㅋㅋ and ㅠㅠ end a word.
fn counts(c: char) -> bool {
    c.is_alphanumeric() && !matches!(c, '\u{1100}'..='\u{11FF}')
}

fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{D7FF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}
