//! How a riddle's answer follows from its page.
//!
//! The content names the method and its data. What the page shows (the gap, the mirrored line, the
//! cipher's numbers) is made from them, and so is the answer, which must be among the accepted
//! ones. A page therefore cannot contradict its answer, in either language.

use serde::Deserialize;
use unicode_normalization::UnicodeNormalization as _;

use super::{
    Form, Kind,
    loose::{self, Respaced, Woven},
    raw::{ByLanguage, RawPassage, RawRiddle},
    reveal::word_on_the_shelf,
    said,
};
use crate::{
    base::text::{Language, Text},
    riddle::rhythm::{Pattern, written_feet},
};

/// A method as the content names it.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Method {
    /// A Korean line of the page, its feet separated by `/`.
    Rhythm(String),
    /// Pairs of line and place on the page's `numbered` passage; `{cipher}` in `ask` shows them.
    /// The place is a syllable in Korean and a word, of which the first letter counts, in English.
    BookCipher(ByLanguage<Vec<(usize, usize)>>),
    /// The missing word; `{gap}` on the page shows where.
    Cloze(Text),
    /// The first letters of the page's `lines`.
    Acrostic,
    /// `{clue}` in `ask` shows the consonants of the first answer, whose words occur on the page.
    Initials,
    /// The words of the first answer occur in the page's `mirror` line.
    Mirror,
    /// What to count on the page.
    Count(Text),
    /// What each number of the key says; `{key}` in `ask` shows the numbers.
    Shelf(Spines),
    /// The lines of the two passages of the form `strand` are shown in turn.
    Woven(Woven),
    /// The passage of the form `lines` is shown with its spaces moved.
    Respaced(Respaced),
    /// A line of the page, of which `{marks}` in `ask` shows the punctuation; its last word.
    Punctuation(Text),
    /// For each line of the `numbered` passage, which of the `lines` ends its poem; their letters.
    Ends(ByLanguage<Vec<usize>>),
    /// The word that a dictionary's entry on the page is about.
    Entry(Text),
}

/// How the numbers of a key point at a word among the passages with a spine.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Spines {
    /// The room that gives the numbers.
    pub(super) key: String,
    /// What the numbers say, in their order.
    pub(super) says: Vec<Says>,
    /// The accepted words for each key.
    pub(super) found: Vec<Found>,
}

/// What a number of a key counts.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Says {
    Book,
    Line,
    Word,
}

/// The accepted words for one key.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Found {
    pub(super) key: Vec<usize>,
    pub(super) answers: ByLanguage<Vec<String>>,
}

/// A place on the shelf, each part counted from 1.
pub(super) struct Place {
    pub(super) book: usize,
    pub(super) line: usize,
    pub(super) word: usize,
}

impl Spines {
    /// Where a key points; `None` if it does not say book, line and word.
    pub(super) fn place(&self, key: &[usize]) -> Option<Place> {
        let said = |what| {
            let at = self.says.iter().position(|says| *says == what)?;
            key.get(at).copied()
        };
        let (book, line, word) = (said(Says::Book)?, said(Says::Line)?, said(Says::Word)?);
        Some(Place { book, line, word })
    }
}

/// What a method derives from a riddle.
pub(super) struct Made {
    pub(super) kind: Kind,
    pub(super) ask: Text,
    /// The words of the passages as they are shown.
    pub(super) page: Vec<Text>,
    pub(super) out: Out,
}

/// The answer that follows from the page.
pub(super) enum Out {
    /// A word, or a number in digits.
    Word(Text),
    /// A rhythm.
    Rhythm(Pattern),
}

/// Derives question, page and answer. `key` is what another room gave. The error is a clause in both
/// languages.
pub(super) fn make(riddle: &RawRiddle, key: Option<&[usize]>) -> Result<Made, Text> {
    let mut ask = riddle.ask.clone();
    let mut page: Vec<Text> = riddle.page.iter().map(|passage| passage.text.clone()).collect();
    let (kind, out) = match &riddle.method {
        Method::Rhythm(line) => (Kind::Rhythm, Out::Rhythm(pattern(riddle, line)?)),
        Method::BookCipher(pairs) => {
            ask = fill(&ask, "cipher", &Text::of(|language| show(pairs.get(language))))?;
            let numbered = only(riddle, Form::Numbered)?;
            let ko = look_up(&numbered.text.ko, &pairs.ko, |line| letters(line).collect())?;
            let en = look_up(&numbered.text.en, &pairs.en, |line| {
                line.split_whitespace().filter_map(first).collect()
            })?;
            (Kind::BookCipher, Out::Word(Text { ko, en }))
        }
        Method::Cloze(word) => {
            on_the_page(riddle, word)?;
            page = with_gap(&page, word)?;
            (Kind::Cloze, Out::Word(word.clone()))
        }
        Method::Acrostic => {
            let lines = only(riddle, Form::Lines)?;
            let firsts =
                |language| lines.text.in_language(language).lines().filter_map(first).collect();
            (Kind::Acrostic, Out::Word(Text::of(firsts)))
        }
        Method::Initials => {
            let word = first_answer(riddle)?;
            on_the_page(riddle, &word)?;
            ask =
                fill(&ask, "clue", &Text { ko: initials(&word.ko), en: without_vowels(&word.en) })?;
            (Kind::Initials, Out::Word(word))
        }
        Method::Mirror => {
            let word = first_answer(riddle)?;
            only(riddle, Form::Mirror)?;
            on_the_page(riddle, &word)?;
            for (words, passage) in
                page.iter_mut().zip(&riddle.page).filter(|(_, p)| p.form == Form::Mirror)
            {
                *words = Text::of(|language| mirrored(passage.text.in_language(language)));
            }
            (Kind::Mirror, Out::Word(word))
        }
        Method::Count(what) => {
            let count =
                |language| occurrences(riddle, language, what.in_language(language)).to_string();
            (Kind::Count, Out::Word(Text::of(count)))
        }
        Method::Woven(woven) => (Kind::Woven, loose::woven(riddle, woven, &mut page)?),
        Method::Respaced(moved) => (Kind::Respaced, loose::respaced(riddle, moved, &mut page)?),
        Method::Punctuation(line) => {
            on_the_page(riddle, line)?;
            let (marks, out) = loose::punctuation(riddle, line)?;
            ask = fill(&ask, "marks", &marks)?;
            (Kind::Punctuation, out)
        }
        Method::Ends(order) => (Kind::Ends, loose::ends(riddle, order)?),
        Method::Entry(word) => (Kind::Entry, loose::entry(riddle, word)?),
        Method::Shelf(shelf) => {
            let key = key.unwrap_or_default();
            let shown = written_feet(key);
            ask = fill(&ask, "key", &Text::new(shown.clone(), shown.clone()))?;
            let word = |language| {
                word_on_the_shelf(riddle, shelf, key, language).map(str::to_owned).ok_or_else(
                    || {
                        said!(
                            "수 {shown}, 서가의 어느 낱말도 가리키지 않습니다",
                            "the key {shown} points at no word on the shelf"
                        )
                    },
                )
            };
            (Kind::Shelf, Out::Word(Text::new(word(Language::Ko)?, word(Language::En)?)))
        }
    };
    Ok(Made { kind, ask, page, out })
}

/// Counts the feet in the line itself, so that the rhythm is the verse's.
fn pattern(riddle: &RawRiddle, line: &str) -> Result<Pattern, Text> {
    let plain = letters(line).collect::<String>();
    if !riddle
        .page
        .iter()
        .any(|passage| letters(&passage.text.ko).collect::<String>().contains(&plain))
    {
        return Err(said!(
            "가락의 줄 {line:?}, 쪽에 그런 줄이 없습니다",
            "the rhythm's line {line:?} is not on the page"
        ));
    }
    let feet: Vec<usize> = line.split('/').map(|foot| letters(foot).count()).collect();
    Pattern::of_feet(&feet).ok_or_else(|| {
        said!(
            "가락의 줄이 두드리기에 너무 짧거나 깁니다: {line:?}",
            "the rhythm's line {line:?} is too short or too long to knock"
        )
    })
}

/// The only passage in this form.
pub(super) fn only(riddle: &RawRiddle, form: Form) -> Result<&RawPassage, Text> {
    let mut passages = riddle.page.iter().filter(|passage| passage.form == form);
    if let (Some(passage), None) = (passages.next(), passages.next()) {
        return Ok(passage);
    }
    let form = format!("{form:?}").to_lowercase();
    Err(said!(
        "쪽에 {form} 꼴의 글이 꼭 하나 있어야 합니다",
        "the page needs exactly one passage in the form {form}"
    ))
}

fn look_up(
    text: &str,
    pairs: &[(usize, usize)],
    places: impl Fn(&str) -> Vec<char>,
) -> Result<String, Text> {
    let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let one = |(line, place): &(usize, usize)| {
        let line_text =
            line.checked_sub(1).and_then(|index| lines.get(index)).copied().unwrap_or_default();
        let letter = place.checked_sub(1).and_then(|index| places(line_text).get(index).copied());
        letter.ok_or_else(|| {
            said!(
                "암호 {line}–{place}, 가리키는 글자가 쪽에 없습니다",
                "the cipher's {line}–{place} points at nothing on the page"
            )
        })
    };
    pairs.iter().map(one).collect()
}

fn show(pairs: &[(usize, usize)]) -> String {
    pairs.iter().map(|(line, place)| format!("{line}–{place}")).collect::<Vec<_>>().join("  ")
}

/// Replaces `{gap}`: one ring for each missing syllable, or one line for the missing word.
fn with_gap(page: &[Text], word: &Text) -> Result<Vec<Text>, Text> {
    let gap = Text { ko: "○".repeat(letters(&word.ko).count()), en: "______".to_owned() };
    for language in Language::ALL {
        if page
            .iter()
            .map(|text| text.in_language(language).matches("{gap}").count())
            .sum::<usize>()
            != 1
        {
            let tag = language.tag();
            return Err(said!(
                "쪽({tag})에 {{gap}} 자리가 꼭 하나 있어야 합니다",
                "the page ({tag}) needs exactly one {{gap}}"
            ));
        }
    }
    Ok(page
        .iter()
        .map(|text| Text::of(|l| text.in_language(l).replace("{gap}", gap.in_language(l))))
        .collect())
}

fn fill(ask: &Text, slot: &str, value: &Text) -> Result<Text, Text> {
    let slot = format!("{{{slot}}}");
    match Language::ALL.into_iter().find(|language| !ask.in_language(*language).contains(&slot)) {
        Some(language) => {
            let tag = language.tag();
            Err(said!("ask({tag})에 {slot} 자리가 있어야 합니다", "ask ({tag}) needs {slot}"))
        }
        None => Ok(Text::of(|language| {
            ask.in_language(language).replace(&slot, value.in_language(language))
        })),
    }
}

fn first_answer(riddle: &RawRiddle) -> Result<Text, Text> {
    let first = |answers: &Vec<String>| {
        answers.first().cloned().ok_or_else(|| {
            said!("수수께끼를 만들 답이 없습니다", "there is no answer to make the riddle from")
        })
    };
    Ok(Text { ko: first(&riddle.answers.ko)?, en: first(&riddle.answers.en)? })
}

/// Checks that every word of the answer is on the page, so that a riddle asks for no prior
/// knowledge.
pub(super) fn on_the_page(riddle: &RawRiddle, answer: &Text) -> Result<(), Text> {
    for language in Language::ALL {
        let mut words = answer.in_language(language).split_whitespace();
        if let Some(word) = words.find(|word| occurrences(riddle, language, word) == 0) {
            let tag = language.tag();
            return Err(said!(
                "답의 낱말 {word:?}, 쪽({tag})에 없습니다",
                "{word:?} is in the answer and not on the page ({tag})"
            ));
        }
    }
    Ok(())
}

fn occurrences(riddle: &RawRiddle, language: Language, what: &str) -> usize {
    let what = what.to_lowercase();
    riddle
        .page
        .iter()
        .map(|passage| passage.text.in_language(language).to_lowercase().matches(&what).count())
        .sum()
}

fn letters(text: &str) -> impl Iterator<Item = char> {
    text.nfc().filter(|c| c.is_alphanumeric())
}

pub(super) fn first(text: &str) -> Option<char> {
    letters(text).next()
}

/// ㅂ ㅎㄴ ㅂ
fn initials(text: &str) -> String {
    const INITIALS: [char; 19] = [
        'ㄱ', 'ㄲ', 'ㄴ', 'ㄷ', 'ㄸ', 'ㄹ', 'ㅁ', 'ㅂ', 'ㅃ', 'ㅅ', 'ㅆ', 'ㅇ', 'ㅈ', 'ㅉ', 'ㅊ',
        'ㅋ', 'ㅌ', 'ㅍ', 'ㅎ',
    ];
    let initial = |c: char| match c {
        '가'..='힣' => INITIALS.get((c as usize - '가' as usize) / 588).copied().unwrap_or(c),
        _ => c,
    };
    text.nfc().map(initial).collect()
}

/// Nght f Cntng Strs
fn without_vowels(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c.to_ascii_lowercase(), 'a' | 'e' | 'i' | 'o' | 'u'))
        .collect()
}

fn mirrored(text: &str) -> String {
    let lines: Vec<String> = text
        .lines()
        .map(|line| line.nfc().collect::<Vec<_>>().into_iter().rev().collect())
        .collect();
    lines.join("\n")
}
