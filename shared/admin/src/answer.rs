//! The answer to the owner.

use serde::Serialize;
use serde_json::{Map, Value};
use store::Updated;

use crate::Call;

/// A mistake in one field of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// The field with its place: `parcels[0].number`.
    pub field: String,
    /// What is wrong and what was expected, in Korean.
    pub expected: String,
    /// A correct example.
    pub example: Value,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(
        field: impl Into<String>,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Self {
        Self { field: field.into(), expected: expected.into(), example: example.into() }
    }
}

/// The result for one line of a call. Lines are independent: a bad one does not stop the others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// A dry run: this would be done.
    Would(String),
    /// This is done, by this call or by an earlier one.
    Did(String),
    /// Nothing was done.
    Not(Problem),
}

impl Line {
    /// The result of an update of an order; `problem` says what is wrong with the line.
    pub fn of(updated: Updated<Self>, problem: impl Fn(&str) -> Self) -> Self {
        match updated {
            Updated::Done(line) => line,
            Updated::NotFound => problem("이런 주문은 없습니다"),
            Updated::DoneBefore | Updated::GaveUp => {
                problem("다른 손이 이 주문을 바꾸고 있습니다. 한 번 더 불러 주세요")
            }
        }
    }
}

/// An answer.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Answer {
    /// 200, or 400 if there are problems.
    pub status: u16,
    /// What was done.
    pub did: Vec<String>,
    /// What a confirmed call would do.
    pub would_do: Vec<String>,
    /// What the owner can do next.
    pub next: Vec<String>,
    /// The owner's mistakes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// The call that does what `would_do` says, ready to paste.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub call: Option<Value>,
    /// The same content as a web page: a signed link, valid for a few hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Calls of other functions that come next, ready to paste, by the function's name.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub calls: Map<String, Value>,
    /// The data that the owner asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Value>,
}

impl Answer {
    /// An answer without problems, still empty.
    pub fn ok() -> Self {
        Self { status: 200, ..Self::default() }
    }

    /// The answer to a call that was rejected as a whole.
    pub fn problems(problems: Vec<Problem>) -> Self {
        Self {
            status: 400,
            next: vec![
                "problems에 적힌 칸을 고쳐 다시 불러 주세요. 아무것도 바뀌지 않았습니다.".into(),
            ],
            problems,
            ..Self::default()
        }
    }

    /// The answer to a call that was rejected for one problem.
    pub fn problem(problem: Problem) -> Self {
        Self::problems(vec![problem])
    }

    /// An answer with one line: this was done, now or earlier.
    pub fn done(what: impl Into<String>) -> Self {
        Self { did: vec![what.into()], ..Self::ok() }
    }

    /// Adds the result for one line.
    pub fn line(&mut self, line: Line) {
        match line {
            Line::Would(what) => self.would_do.push(what),
            Line::Did(what) => self.did.push(what),
            Line::Not(problem) => self.problems.push(problem),
        }
    }

    /// Adds a line that reads the same before and after the write.
    pub fn say(&mut self, call: &Call, line: String) {
        if call.confirmed { self.did.push(line) } else { self.would_do.push(line) }
    }

    /// Adds how to confirm the dry run, and the confirmed call.
    #[must_use]
    pub fn to_confirm(mut self, call: &Call) -> Self {
        self.next.push(call.how_to_confirm());
        self.call = Some(call.to_confirm());
        self
    }

    /// Closes an answer made of lines: adds `not_done` if a line has a problem, and `done` if nothing
    /// is left to confirm.
    #[must_use]
    pub fn closed(mut self, call: &Call, not_done: &str, done: &str) -> Self {
        if !self.problems.is_empty() {
            self.status = 400;
            self.next.push(not_done.to_owned());
        }
        if !self.would_do.is_empty() {
            return self.to_confirm(call);
        }
        if !self.did.is_empty() {
            self.next.push(done.to_owned());
        }
        self
    }
}
