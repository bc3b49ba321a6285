//! The call: how many letters are shown, or what is done with which.

use admin::{
    Call, Fields, Problem, Rows,
    fields::{self, ISBN_EXAMPLE},
};
use domain::{
    catalog::isbn::Isbn,
    order::letter::{Letter, NotALetter},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use store::LetterId;

/// How many letters are shown if the call does not say.
const USUAL: u64 = 20;

/// Most letters in one call.
const MOST: usize = 50;

/// Most books noted with one letter.
const MOST_OWNED: usize = 20;

/// Longest note on how a complaint was handled, in characters.
const LONGEST_COMPLAINT: usize = 500;

/// What a letter's name looks like.
pub(crate) const LETTER_EXAMPLE: &str =
    "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader";

/// A call, read.
pub(crate) enum Command {
    /// Show the oldest unread letters, at most so many.
    Show(u64),
    /// Mark letters as read, answer them, note owned books.
    Handle(Rows<Handled>),
}

/// What is done with one letter.
pub(crate) struct Handled {
    pub(crate) letter: LetterId,
    /// The answer; `None` only marks the letter as read.
    pub(crate) answer: Option<Letter>,
    /// How a complaint or dispute was handled, if the letter is kept as its record.
    pub(crate) complaint: Option<String>,
    /// Books that the reader has.
    pub(crate) owned: Vec<Isbn>,
}

impl Command {
    pub(crate) fn read(call: &Call) -> Result<Self, Vec<Problem>> {
        call.read_fields(|fields| {
            let example = json!({ "letters": [{ "letter": LETTER_EXAMPLE, "answer": "" }] });
            fields.known(&["letters", "limit"], &example);
            fields.checked()?;
            if fields.given("letters").is_none() {
                return fields.limit(USUAL, MOST.try_into().unwrap_or(u64::MAX)).map(Self::Show);
            }
            let expected = format!("편지를 1통에서 {MOST}통까지 대괄호 안에 적습니다");
            let list = fields::list_of(1..=MOST);
            let letters = fields.required("letters", list, expected, example_letters())?;
            let letters = fields.rows("letters", letters, |entry, _| handled(entry, call.now));
            Some(Self::Handle(letters))
        })
    }
}

fn handled(entry: &mut Fields<'_, '_>, now: Timestamp) -> Option<Handled> {
    entry.known(&["letter", "answer", "owned", "complaint"], &example_letters());
    let expected = "목록에 있는 편지의 이름을 그대로 적습니다";
    let letter = |value: &Value| value.as_str()?.parse().ok();
    let letter = entry.required("letter", letter, expected, LETTER_EXAMPLE)?;
    let expected = "답장을 따옴표 안에 적습니다";
    let answer = match entry.given("answer") {
        None => None,
        Some(_) => {
            entry.required("answer", Value::as_str, expected, "편지 고맙습니다.").map(Some)?
        }
    };
    let answer = match answer.map(|text| Letter::from_the_owner(text, now)) {
        None | Some(Err(NotALetter::Empty)) => None,
        Some(Ok(answer)) => Some(answer),
        Some(Err(NotALetter::TooLong)) => {
            let expected = format!("답장은 {}글자까지 적습니다", Letter::LONGEST);
            entry.problem("answer", expected, "편지 고맙습니다.");
            return None;
        }
    };
    let expected = format!("어떻게 처리했는지 {LONGEST_COMPLAINT}글자까지 적습니다");
    let complaint = fields::text(1..=LONGEST_COMPLAINT);
    let complaint = entry.optional("complaint", complaint, expected, "새 책을 다시 보냈습니다");
    let expected =
        format!("독자가 가지고 있다는 책의 ISBN을 {MOST_OWNED}개까지 대괄호 안에 적습니다");
    let owned = |value: &Value| -> Option<Vec<Isbn>> {
        fields::list_of(0..=MOST_OWNED)(value)?.iter().map(fields::isbn).collect()
    };
    let owned = entry.optional("owned", owned, expected, json!([ISBN_EXAMPLE]));
    Some(Handled { letter, answer, complaint, owned: owned.unwrap_or_default() })
}

fn example_letters() -> Value {
    json!([{ "letter": LETTER_EXAMPLE, "answer": "편지 고맙습니다." }])
}
