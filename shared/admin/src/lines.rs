//! Calls that take many lines: each is tried by itself, and a bad one leaves its neighbours alone.

use domain::base::korean::Particle;
use serde_json::{Map, Value};

use crate::{Answer, Call, Problem};

/// What became of one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// It would be done.
    Would(String),
    /// It is done, now or by an earlier call.
    Did(String),
    /// It was not done.
    Not(Problem),
}

impl Call {
    /// The answer to a call with fields that this drawer does not have; none if it knows them all.
    pub fn strange(&self, known: &[&str], example: &Value) -> Option<Answer> {
        let problems = strangers(&self.fields, "", known, example);
        (!problems.is_empty()).then(|| Answer::problems(problems))
    }

    /// What the owner is told after a dry run.
    pub fn asks(&self) -> String {
        format!("맞으면 {} 다시 부르세요(call에 적어 두었습니다).", self.to_write())
    }

    /// Where the code goes, as the beginning of a sentence: `confirm에 "0a1b2c3d"를 적어`.
    pub fn to_write(&self) -> String {
        let code = Particle::Object.attach(&format!("\"{}\"", self.code));
        format!("confirm에 {code} 적어")
    }
}

impl Answer {
    /// Takes in what became of one line.
    pub fn line(&mut self, line: Line) {
        match line {
            Line::Would(what) => self.would_do.push(what),
            Line::Did(what) => self.did.push(what),
            Line::Not(problem) => self.problems.push(problem),
        }
    }

    /// Closes an answer whose lines are all in: the call that does what would be done, ready to
    /// paste; `undone` is said if a line was not done, `done` when nothing is left to do.
    #[must_use]
    pub fn closed(mut self, call: &Call, undone: &str, done: &str) -> Self {
        if !self.problems.is_empty() {
            self.status = 400;
            self.next.push(undone.to_owned());
        }
        if !self.would_do.is_empty() {
            self.next.push(call.asks());
            self.call = Some(call.to_confirm());
        } else if !self.did.is_empty() {
            self.next.push(done.to_owned());
        }
        self
    }
}

/// Fields that nobody knows: more likely a typing error than a wish. `at` is the place of the
/// object, with its dot; empty for the call itself.
pub fn strangers(
    fields: &Map<String, Value>,
    at: &str,
    known: &[&str],
    example: &Value,
) -> Vec<Problem> {
    fields
        .keys()
        .filter(|field| !known.contains(&field.as_str()))
        .map(|field| {
            let expected = format!("모르는 칸입니다. 여기에 적을 수 있는 칸: {}", known.join(", "));
            Problem::new(format!("{at}{field}"), expected, example.clone())
        })
        .collect()
}
