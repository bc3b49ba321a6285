//! Methods whose page is taken apart: lines woven together, spaces moved, words taken out of a line,
//! first lines parted from their last ones, a word known by its entry in a dictionary alone.

use serde::Deserialize;

use super::{
    Form,
    method::{Out, first, on_the_page, only},
    raw::{ByLanguage, RawRiddle},
    reveal::{bare_word_at, nth_passage},
    said,
};
use crate::base::text::{Language, Text};

/// A line and a word in it, both counted from 1.
pub(super) type At = (usize, usize);

/// Two poems whose lines are shown in turn, and the word that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Woven {
    /// Which of the passages of the form `strand`, counted from 1.
    pub(super) strand: usize,
    /// Line and word in it.
    pub(super) at: ByLanguage<At>,
}

/// A verse that is shown with its spaces moved, and the word that is asked for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Respaced {
    /// The passage of the form `lines` as it is shown.
    shown: Text,
    /// Line and word in the verse as it is printed.
    pub(super) at: ByLanguage<At>,
}

/// The two strands in turn; the second passage shows its source alone.
pub(super) fn woven(riddle: &RawRiddle, woven: &Woven, page: &mut [Text]) -> Result<Out, Text> {
    let strands: Vec<usize> = riddle
        .page
        .iter()
        .enumerate()
        .filter_map(|(at, passage)| (passage.form == Form::Strand).then_some(at))
        .collect();
    let &[one, two] = strands.as_slice() else {
        return Err(said!(
            "쪽에 strand 꼴의 글이 꼭 둘 있어야 합니다",
            "the page needs exactly two passages in the form strand"
        ));
    };
    let (Some(first), Some(second)) = (page.get(one).cloned(), page.get(two).cloned()) else {
        return Err(Text::default());
    };
    let in_turn = |language| {
        let lines = |text: &str| -> Vec<String> {
            text.lines().filter(|l| !l.trim().is_empty()).map(str::to_owned).collect()
        };
        let (one, two) = (lines(first.in_language(language)), lines(second.in_language(language)));
        let longest = one.len().max(two.len());
        let turn = |at: usize| [one.get(at).cloned(), two.get(at).cloned()];
        (0..longest).flat_map(turn).flatten().collect::<Vec<_>>().join("\n")
    };
    let together = Text::of(in_turn);
    for (at, text) in page.iter_mut().enumerate() {
        if at == one {
            *text = together.clone();
        } else if at == two {
            *text = Text::default();
        }
    }
    let word = |language| {
        let strand = nth_passage(riddle, Form::Strand, woven.strand);
        let text = strand.map(|passage| passage.text.in_language(language)).unwrap_or_default();
        bare_word_at(text, *woven.at.get(language)).map(str::to_owned).ok_or_else(nowhere)
    };
    Ok(Out::Word(Text::new(word(Language::Ko)?, word(Language::En)?)))
}

/// The verse with its spaces moved: the same letters in the same lines.
pub(super) fn respaced(
    riddle: &RawRiddle,
    respaced: &Respaced,
    page: &mut [Text],
) -> Result<Out, Text> {
    let printed = &only(riddle, Form::Lines)?.text;
    let bare = |line: &str| line.split_whitespace().collect::<String>();
    for language in Language::ALL {
        let lines =
            |text: &Text| -> Vec<String> { text.in_language(language).lines().map(bare).collect() };
        let spaces = |text: &Text| text.in_language(language).trim().to_owned();
        if lines(printed) != lines(&respaced.shown) || spaces(printed) == spaces(&respaced.shown) {
            let tag = language.tag();
            return Err(said!(
                "shown({tag})은 쪽의 글에서 띄어쓰기만 달라야 합니다",
                "shown ({tag}) has to differ from the page in its spaces alone"
            ));
        }
    }
    for (text, passage) in page.iter_mut().zip(&riddle.page) {
        if passage.form == Form::Lines {
            *text = respaced.shown.clone();
        }
    }
    let word = |language| {
        let text = printed.in_language(language);
        bare_word_at(text, *respaced.at.get(language)).map(str::to_owned).ok_or_else(nowhere)
    };
    Ok(Out::Word(Text::new(word(Language::Ko)?, word(Language::En)?)))
}

/// The marks of a line without its words, and its last word. No other line of the page has the same.
pub(super) fn punctuation(riddle: &RawRiddle, line: &Text) -> Result<(Text, Out), Text> {
    for language in Language::ALL {
        let marks = marks_of(line.in_language(language));
        let lines = riddle.page.iter().flat_map(|p| p.text.in_language(language).lines());
        let same = lines.filter(|other| marks_of(other) == marks).count();
        if marks.is_empty() || same != 1 {
            let tag = language.tag();
            return Err(said!(
                "쪽({tag})에서 문장 부호 {marks:?}의 줄이 꼭 하나여야 하는데 {same}개입니다",
                "the marks {marks:?} have to be those of one line of the page ({tag}), not of {same}"
            ));
        }
    }
    let last = |language| {
        let words = line.in_language(language).split_whitespace();
        let last = words.last().unwrap_or_default();
        last.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()
    };
    let marks = Text::of(|language| marks_of(line.in_language(language)));
    Ok((marks, Out::Word(Text::of(last))))
}

/// The letters of the last lines, in the order of the first lines that they belong to.
pub(super) fn ends(riddle: &RawRiddle, order: &ByLanguage<Vec<usize>>) -> Result<Out, Text> {
    let firsts = only(riddle, Form::Numbered)?;
    let lasts = only(riddle, Form::Lines)?;
    let one = |language| -> Result<String, Text> {
        let order = order.get(language);
        let count = |text: &Text| text.in_language(language).lines().count();
        let mut sorted = order.clone();
        sorted.sort_unstable();
        let each_once = sorted.iter().copied().eq(1..=count(&lasts.text));
        if !each_once || count(&firsts.text) != order.len() {
            return Err(said!(
                "ends는 끝줄을 하나씩 모두 가리켜야 합니다",
                "ends has to name each last line once"
            ));
        }
        let lines: Vec<&str> = lasts.text.in_language(language).lines().collect();
        let letter = |at: &usize| first(lines.get(at.checked_sub(1)?)?);
        Ok(order.iter().filter_map(letter).collect())
    };
    Ok(Out::Word(Text::new(one(Language::Ko)?, one(Language::En)?)))
}

/// A word that stands once in the verses of the page, beside what a dictionary says of it.
pub(super) fn entry(riddle: &RawRiddle, word: &Text) -> Result<Out, Text> {
    on_the_page(riddle, word)?;
    for language in Language::ALL {
        let word = word.in_language(language).to_lowercase();
        let told = riddle.page.iter().filter(|passage| passage.form == Form::Prose);
        if told.into_iter().any(|p| p.text.in_language(language).to_lowercase().contains(&word)) {
            let tag = language.tag();
            return Err(said!(
                "뜻풀이({tag})에 낱말이 그대로 있습니다: {word}",
                "the entry ({tag}) has the word itself: {word}"
            ));
        }
    }
    Ok(Out::Word(word.clone()))
}

/// The punctuation of a line, with a gap where words stand.
fn marks_of(line: &str) -> String {
    let marks = line.chars().filter(|c| !c.is_alphanumeric() && !c.is_whitespace());
    marks.map(String::from).collect::<Vec<_>>().join(" ")
}

fn nowhere() -> Text {
    said!("가리키는 낱말이 쪽에 없습니다", "the place that is named has no word on the page")
}
