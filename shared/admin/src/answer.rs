//! The answer to the owner.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use store::Updated;

use crate::{Call, File, Rows, Show};

/// A mistake in one field of the call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The field with its place: `parcels[0].number`.
    pub field: String,
    /// Which field that is, in the owner's words: `목-05의 운송장 번호`.
    #[serde(default, rename = "where", skip_serializing_if = "Option::is_none")]
    pub whose: Option<String>,
    /// What is wrong and what was expected, in Korean.
    pub expected: String,
    /// A correct example.
    #[serde(default)]
    pub example: Value,
    /// Whether nothing is wrong with the field and somebody else was faster.
    #[serde(skip)]
    overtaken: bool,
}

impl Problem {
    /// A problem with `field`.
    pub fn new(
        field: impl Into<String>,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Self {
        let (field, expected, example) = (field.into(), expected.into(), example.into());
        Self { field, whose: None, expected, example, overtaken: false }
    }

    /// Names the field in the owner's words.
    #[must_use]
    pub fn of(mut self, whose: impl Into<String>) -> Self {
        self.whose = Some(whose.into());
        self
    }

    /// Says that somebody else was faster: what the call rests on is not so any more.
    #[must_use]
    pub fn overtaken(mut self) -> Self {
        self.overtaken = true;
        self
    }
}

/// What a button says that does what a dry run has shown.
pub const AS_SHOWN: &str = "이대로 하기";

/// What a button says that takes an act back.
pub const UNDO: &str = "되돌리기";

/// A call that the owner can make next, ready to send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextCall {
    /// What it does, in a few words: the label of a button.
    pub why: String,
    /// The function's name: `owner-ship`.
    pub function: String,
    /// The call.
    pub call: Value,
}

/// How to go on with a call that is too long to send back: the same call with these fields added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Again {
    /// What it does, in a few words: the label of a button.
    pub why: String,
    /// The fields: the code that confirms the call, the row from which it goes on.
    pub add: Map<String, Value>,
}

impl Again {
    /// The call that goes on with the one that was sent.
    pub fn of(&self, sent: &Value) -> Value {
        let mut call = sent.clone();
        if let Some(fields) = call.as_object_mut() {
            fields.extend(self.add.clone());
        }
        call
    }
}

/// A row of a call: the name of its list, and its place there.
pub type RowPlace = (String, usize);

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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    /// 200; 400 if there are problems; 409 if every problem is that somebody else was faster.
    pub status: u16,
    /// What was done.
    pub did: Vec<String>,
    /// What a confirmed call would do.
    pub would_do: Vec<String>,
    /// What the owner can do next.
    pub next: Vec<String>,
    /// How many orders, letters or other things of this kind wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left: Option<u64>,
    /// The owner's mistakes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Problem>,
    /// Calls that come next, ready to send. Of a dry run, the first is the call that does what
    /// `would_do` says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<NextCall>,
    /// How to go on with the call that was sent, if it is too long to stand among `calls`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub again: Option<Again>,
    /// Where the owner's pages show the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// The data that the owner asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub shows: Vec<Show>,
    /// Files to save.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
    /// The name of the line that was kept of a confirmed call.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<String>,
    /// The rows that cannot be done. The call to confirm leaves them out.
    #[serde(skip)]
    refused: Vec<RowPlace>,
}

impl Answer {
    /// An answer without problems, still empty.
    pub fn ok() -> Self {
        Self { status: 200, ..Self::default() }
    }

    /// The answer to a call that was rejected as a whole.
    pub fn problems(problems: Vec<Problem>) -> Self {
        let next = "problems에 적힌 칸을 고쳐 다시 불러 주세요. 아무것도 바뀌지 않았습니다.".into();
        let mut answer = Self { next: vec![next], problems, ..Self::ok() };
        answer.status = answer.status_of_problems();
        answer
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

    /// Adds the result for one row of the call. A row that cannot be done is left out of the call to
    /// confirm.
    pub fn row(&mut self, list: &str, place: usize, line: Line) {
        if matches!(line, Line::Not(_)) {
            self.refused.push((list.to_owned(), place));
        }
        self.line(line);
    }

    /// Adds the rows that could not be read.
    pub fn unread<T>(&mut self, rows: &Rows<T>) {
        self.problems.extend(rows.problems.iter().cloned());
        self.refused.extend(rows.unread.iter().map(|place| (rows.list.clone(), *place)));
    }

    /// Says how many wait.
    pub fn left(&mut self, count: usize) {
        self.left = u64::try_from(count).ok();
    }

    /// Shows a record of the owner's data.
    pub fn record(&mut self, data: Value) {
        self.shows.push(Show::record(data));
    }

    /// Adds a call that the owner can make next.
    pub fn offer(&mut self, why: impl Into<String>, function: &str, call: Value) {
        self.calls.push(NextCall { why: why.into(), function: function.to_owned(), call });
    }

    /// Adds how to confirm the dry run, and the call that does it, without the rows that cannot be
    /// done. `why` says what it does.
    #[must_use]
    pub fn to_confirm(mut self, call: &Call, why: impl Into<String>) -> Self {
        let rest = call.without(&self.refused);
        self.next.push(rest.how_to_confirm());
        let (function, call) = (rest.function.to_owned(), rest.to_confirm());
        self.calls.insert(0, NextCall { why: why.into(), function, call });
        self
    }

    /// Closes an answer made of lines: adds `not_done` if a line has a problem, and `done` if nothing
    /// is left to confirm. `why` says what the call to confirm does.
    #[must_use]
    pub fn closed(mut self, call: &Call, why: &str, not_done: &str, done: &str) -> Self {
        if !self.problems.is_empty() {
            self.status = self.status_of_problems();
            self.next.push(not_done.to_owned());
        }
        if !self.would_do.is_empty() {
            return self.to_confirm(call, why);
        }
        if !self.did.is_empty() {
            self.next.push(done.to_owned());
        }
        self
    }

    fn status_of_problems(&self) -> u16 {
        if self.problems.iter().all(|problem| problem.overtaken) { 409 } else { 400 }
    }
}
