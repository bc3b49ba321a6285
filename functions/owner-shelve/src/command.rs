//! The call: books that come in, are corrected, or are withdrawn.

use std::collections::HashSet;

use admin::{
    AdminError, AdminState, Call, FROM_ROW, Fields, Problem,
    fields::{self, ISBN_EXAMPLE},
};
use domain::{base::id::WorkId, catalog::isbn::Isbn};
use serde_json::{Value, json};

use crate::{
    row::{self, Row},
    sheet::{self, Sheet},
};

/// Most rows in one call.
pub(crate) const MOST: usize = 5_000;

/// Most withdrawals in one call.
const MOST_WITHDRAWN: usize = 100;

/// The fields that hold rows. A call has one of them.
const SOURCES: [&str; 5] = ["books", "csv", "file", "correct", "withdraw"];

/// What one row asks for.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    /// Add copies to the stock.
    Add(Row),
    /// Correct the facts of a book.
    Correct(Row),
    /// Withdraw so many copies, or all that are free.
    Withdraw { at: String, isbn: Isbn, copies: Option<u32> },
}

impl Command {
    pub(crate) const fn isbn(&self) -> &Isbn {
        match self {
            Self::Add(row) | Self::Correct(row) => &row.isbn,
            Self::Withdraw { isbn, .. } => isbn,
        }
    }

    /// The row's place in the call.
    pub(crate) fn at(&self) -> &str {
        match self {
            Self::Add(row) | Self::Correct(row) => &row.at,
            Self::Withdraw { at, .. } => at,
        }
    }

    /// A problem with a field of this row.
    pub(crate) fn problem(
        &self,
        field: &str,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Problem {
        Problem::new(format!("{}.{field}", self.at()), expected, example)
    }
}

/// The call, read.
#[derive(Debug, Default)]
pub(crate) struct Job {
    /// The rows without problems, each with its number, counted from 1.
    pub(crate) rows: Vec<(usize, Command)>,
    /// The problems of the other rows.
    pub(crate) problems: Vec<Problem>,
    /// What the owner has to know of a sheet.
    pub(crate) notes: Vec<String>,
    /// How many rows the call has.
    pub(crate) length: usize,
    /// The first row to do.
    pub(crate) from: usize,
    /// The books of the rows so far.
    known: HashSet<Isbn>,
}

/// What the rows of a call ask for.
#[derive(Clone, Copy)]
enum Kind {
    Add,
    Correct,
    Withdraw,
}

/// What one row withdraws.
enum Withdrawal {
    Edition(Isbn, Option<u32>),
    Work(WorkId),
}

impl Job {
    /// Reads a call. The inner error is a problem with the call as a whole. The editions of a work
    /// that is withdrawn take one read each.
    pub(crate) async fn read(
        state: &AdminState,
        call: &Call,
    ) -> Result<Result<Self, Vec<Problem>>, AdminError> {
        let (from, kind, rows, notes) = match call.read_fields(rows) {
            Ok(read) => read,
            Err(problems) => return Ok(Err(problems)),
        };
        let mut job = Self { from, notes, length: rows.len(), ..Self::default() };
        for (number, (at, value)) in (1..).zip(rows) {
            match kind {
                Kind::Add => job.row(number, Row::read(&value, &at, true).map(Command::Add)),
                Kind::Correct => {
                    job.row(number, Row::read(&value, &at, false).map(Command::Correct));
                }
                Kind::Withdraw => match fields::read(&value, &at, withdrawal) {
                    Ok(withdrawal) => job.withdraw(state, number, at, withdrawal).await?,
                    Err(problems) => job.problems.extend(problems),
                },
            }
        }
        Ok(Ok(job))
    }

    fn row(&mut self, number: usize, read: Result<Command, Vec<Problem>>) {
        match read {
            Ok(command) if self.known.insert(command.isbn().clone()) => {
                self.rows.push((number, command));
            }
            Ok(command) => {
                let expected = "같은 ISBN이 위에도 있습니다. 한 줄로 합쳐 주세요";
                self.problems.push(command.problem("isbn", expected, Value::Null));
            }
            Err(problems) => self.problems.extend(problems),
        }
    }

    async fn withdraw(
        &mut self,
        state: &AdminState,
        number: usize,
        at: String,
        withdrawal: Withdrawal,
    ) -> Result<(), AdminError> {
        let (editions, copies) = match withdrawal {
            Withdrawal::Edition(isbn, copies) => (vec![isbn], copies),
            Withdrawal::Work(work) => (state.store.editions(&work).await?, None),
        };
        if editions.is_empty() {
            let (field, expected) = (format!("{at}.work"), "서가에 없는 작품입니다");
            self.problems.push(Problem::new(field, expected, "human-acts"));
        }
        for isbn in editions {
            self.row(number, Ok(Command::Withdraw { at: at.clone(), isbn, copies }));
        }
        Ok(())
    }
}

/// Where to begin, what the rows ask for, the rows, each with its place in the call, and what there
/// is to know of a sheet.
type Rows = (usize, Kind, Vec<(String, Value)>, Vec<String>);

fn rows(fields: &mut Fields<'_, '_>) -> Option<Rows> {
    let known: Vec<&str> = SOURCES.into_iter().chain([FROM_ROW]).collect();
    fields.known(&known, &json!({ "books": [row::example()] }));
    fields.checked()?;
    let from = fields::number(1..=usize::MAX);
    let from = fields.optional(FROM_ROW, from, "이어서 할 행의 번호를 적습니다", 1_201);
    fields.checked()?;
    let given: Vec<&str> =
        SOURCES.into_iter().filter(|source| fields.given(source).is_some()).collect();
    let (kind, rows) = match given.as_slice() {
        ["csv", "file"] => {
            let expected = "붙여 넣은 표와 파일 가운데 하나만 남겨 주십시오";
            fields.problem("file", expected, Value::Null);
            return None;
        }
        [field @ ("csv" | "file")] => {
            let Sheet { rows, notes } = sheet(fields, field)?;
            return Some((from.unwrap_or(1), Kind::Add, rows, notes));
        }
        ["correct"] => {
            let example = json!([{ "isbn": ISBN_EXAMPLE, "list_price": 16_000 }]);
            (Kind::Correct, listed(fields, "correct", MOST, example)?)
        }
        ["withdraw"] => {
            let example = json!([{ "isbn": ISBN_EXAMPLE, "copies": 1 }]);
            (Kind::Withdraw, listed(fields, "withdraw", MOST_WITHDRAWN, example)?)
        }
        [] => {
            let expected =
                format!("책을 1줄에서 {MOST}줄까지 적거나, 표를 붙여 넣거나, 파일을 고릅니다");
            fields.problem("books", expected, json!([row::example()]));
            return None;
        }
        ["books"] => (Kind::Add, listed(fields, "books", MOST, json!([row::example()]))?),
        [.., last] => {
            let expected =
                "books, csv, file, correct, withdraw 가운데 하나만 적습니다. 따로따로 불러 주세요";
            fields.problem(last, expected, Value::Null);
            return None;
        }
    };
    Some((from.unwrap_or(1), kind, rows, Vec::new()))
}

/// The rows of a list, each with its place.
fn listed(
    fields: &mut Fields<'_, '_>,
    name: &str,
    most: usize,
    example: Value,
) -> Option<Vec<(String, Value)>> {
    let expected = format!("책을 1줄에서 {most}줄까지 대괄호 안에 적습니다");
    let rows = fields.required(name, fields::list_of(1..=most), expected, example)?;
    let at = |place: usize| format!("{name}[{place}]");
    Some(rows.iter().enumerate().map(|(place, row)| (at(place), row.clone())).collect())
}

/// The rows of a spreadsheet: pasted as text (`csv`), or a file in base64 (`file`).
fn sheet(fields: &mut Fields<'_, '_>, field: &'static str) -> Option<Sheet> {
    let text = match (field, fields.text(field)) {
        ("file", Some(file)) => {
            spreadsheet::text_of_base64(file).map_err(|refused| refused.to_string())
        }
        (_, Some(text)) => Ok(text.to_owned()),
        (_, None) => Err("CSV를 따옴표 안에 한 글로 적습니다".to_owned()),
    };
    let sheet = match text.and_then(|text| sheet::read(&text)) {
        Ok(sheet) if sheet.rows.is_empty() || sheet.rows.len() > MOST => {
            Err(format!("책은 1줄에서 {MOST}줄까지입니다. 더 많으면 나누어 불러 주세요"))
        }
        read => read,
    };
    sheet.map_err(|expected| fields.problem(field, expected, sheet::EXAMPLE)).ok()
}

fn withdrawal(row: &mut Fields<'_, '_>) -> Option<Withdrawal> {
    row.known(&["isbn", "work", "copies"], &json!({ "isbn": ISBN_EXAMPLE, "copies": 1 }));
    row.checked()?;
    let expected = "거둘 권수를 숫자로 적거나, 지웁니다(그러면 남은 책을 모두 거둡니다)";
    let copies = row.optional("copies", fields::number(1..=u32::MAX), expected, 1);
    row.checked()?;
    let isbn = row.given("isbn").and_then(fields::isbn);
    let work = row.given("work").and_then(fields::work);
    match (isbn, work, copies) {
        (Some(isbn), None, copies) => Some(Withdrawal::Edition(isbn, copies)),
        (None, Some(work), None) => Some(Withdrawal::Work(work)),
        (None, Some(_), Some(_)) => {
            let expected = "작품을 거두면 모든 판의 남은 책을 거둡니다. \
                            몇 권만 거두려면 isbn을 적습니다";
            row.problem("copies", expected, Value::Null);
            None
        }
        _ => {
            let expected = "거둘 책의 ISBN이나 작품의 이름(work) 가운데 하나를 적습니다";
            row.problem("isbn", expected, ISBN_EXAMPLE);
            None
        }
    }
}
