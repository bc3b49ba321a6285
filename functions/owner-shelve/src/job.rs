//! The call: what comes in, what is corrected, what is withdrawn.

use std::collections::HashSet;

use admin::{AdminError, AdminState, Call, GOES_ON, Problem, strangers};
use domain::{base::id::WorkId, catalog::isbn::Isbn};
use serde_json::{Value, json};

use crate::{
    row::{self, Row},
    sheet,
};

/// Most rows in one call.
pub(crate) const MOST: usize = 5_000;

/// Most withdrawals in one call.
const MOST_WITHDRAWN: usize = 100;

/// What one row asks for.
#[derive(Debug, Clone)]
pub(crate) enum Command {
    /// Copies come in.
    Comes(Row),
    /// Facts are corrected.
    Corrects(Row),
    /// Copies go: so many, or all that are free.
    Goes { at: String, isbn: Isbn, copies: Option<u32> },
}

impl Command {
    pub(crate) fn isbn(&self) -> &Isbn {
        match self {
            Self::Comes(row) | Self::Corrects(row) => &row.isbn,
            Self::Goes { isbn, .. } => isbn,
        }
    }

    pub(crate) fn at(&self) -> &str {
        match self {
            Self::Comes(row) | Self::Corrects(row) => &row.at,
            Self::Goes { at, .. } => at,
        }
    }
}

/// The call, read.
#[derive(Debug, Default)]
pub(crate) struct Job {
    /// The rows that are right, each with its number, counted from 1.
    pub(crate) rows: Vec<(usize, Command)>,
    /// What is wrong with the others.
    pub(crate) problems: Vec<Problem>,
    /// How many rows the call has.
    pub(crate) length: usize,
    /// The first row to do.
    pub(crate) from: usize,
    /// The books that it speaks of.
    known: HashSet<Isbn>,
}

impl Job {
    /// Reads a call; a problem with the whole of it is the error. A work that is withdrawn is
    /// looked up: one read each.
    pub(crate) async fn read(
        desk: &AdminState,
        call: &Call,
    ) -> Result<Result<Self, Vec<Problem>>, AdminError> {
        let fields = &call.fields;
        let whole = json!({ "books": [row::example()] });
        let strange =
            strangers(fields, "", &["books", "csv", "correct", "withdraw", GOES_ON], &whole);
        if !strange.is_empty() {
            return Ok(Err(strange));
        }
        let mut job = Self { from: 1, ..Self::default() };
        if let Some(from) = fields.get(GOES_ON).filter(|from| !from.is_null()) {
            match from.as_u64().and_then(|from| usize::try_from(from).ok()).filter(|from| *from > 0)
            {
                Some(from) => job.from = from,
                None => {
                    return Ok(Err(vec![Problem::new(
                        GOES_ON,
                        "이어서 할 행의 번호를 적습니다",
                        1_201,
                    )]));
                }
            }
        }
        let said: Vec<&str> = ["books", "csv", "correct", "withdraw"]
            .into_iter()
            .filter(|field| fields.get(*field).is_some_and(|value| !value.is_null()))
            .collect();
        let read = match said.as_slice() {
            ["csv"] => sheet(fields.get("csv")).map(|rows| job.rows(rows, true)),
            ["correct"] => {
                listed(fields.get("correct"), "correct", MOST).map(|rows| job.rows(rows, false))
            }
            ["withdraw"] => match listed(fields.get("withdraw"), "withdraw", MOST_WITHDRAWN) {
                Ok(rows) => {
                    job.withdrawals(desk, rows).await?;
                    Ok(())
                }
                Err(problem) => Err(problem),
            },
            [] | ["books"] => {
                listed(fields.get("books"), "books", MOST).map(|rows| job.rows(rows, true))
            }
            _ => Err(Problem::new(
                said.last().copied().unwrap_or("books"),
                "books, csv, correct, withdraw 가운데 하나만 적습니다. 따로따로 불러 주세요",
                Value::Null,
            )),
        };
        Ok(read.map(|()| job).map_err(|problem| vec![problem]))
    }

    fn rows(&mut self, rows: Vec<(String, Value)>, comes_in: bool) {
        self.length = rows.len();
        for (number, (at, value)) in (1..).zip(rows) {
            match Row::read(&value, &at, comes_in) {
                Ok(row) => self.add(
                    number,
                    if comes_in { Command::Comes(row) } else { Command::Corrects(row) },
                ),
                Err(wrong) => self.problems.extend(wrong),
            }
        }
    }

    async fn withdrawals(
        &mut self,
        desk: &AdminState,
        rows: Vec<(String, Value)>,
    ) -> Result<(), AdminError> {
        self.length = rows.len();
        let example = json!({ "isbn": "9788936434120", "copies": 1 });
        for (number, (at, value)) in (1..).zip(rows) {
            let field = |name: &str| format!("{at}.{name}");
            if let Some(fields) = value.as_object() {
                let strange = strangers(fields, &field(""), &["isbn", "work", "copies"], &example);
                if !strange.is_empty() {
                    self.problems.extend(strange);
                    continue;
                }
            }
            let isbn: Option<Isbn> =
                value.get("isbn").and_then(Value::as_str).and_then(|isbn| isbn.parse().ok());
            let work = value.get("work").and_then(Value::as_str);
            let work = work.and_then(|work| WorkId::try_from(work.to_owned()).ok());
            let copies = match value.get("copies") {
                None | Some(Value::Null) => Some(None),
                Some(copies) => copies
                    .as_u64()
                    .and_then(|copies| u32::try_from(copies).ok())
                    .filter(|copies| *copies > 0)
                    .map(Some),
            };
            match (isbn, work, copies) {
                (_, _, None) => {
                    let expected =
                        "거둘 권수를 숫자로 적거나, 지웁니다(그러면 남은 책을 모두 거둡니다)";
                    self.problems.push(Problem::new(field("copies"), expected, 1));
                }
                (Some(isbn), None, Some(copies)) => {
                    self.add(number, Command::Goes { at, isbn, copies });
                }
                (None, Some(work), Some(None)) => {
                    let editions = desk.store.editions(&work).await?;
                    if editions.is_empty() {
                        self.problems.push(Problem::new(
                            field("work"),
                            "서가에 없는 작품입니다",
                            "human-acts",
                        ));
                    }
                    for isbn in editions {
                        self.add(number, Command::Goes { at: at.clone(), isbn, copies: None });
                    }
                }
                (None, Some(_), Some(Some(_))) => {
                    let expected = "작품을 거두면 모든 판의 남은 책을 거둡니다. 몇 권만 거두려면 isbn을 적습니다";
                    self.problems.push(Problem::new(field("copies"), expected, Value::Null));
                }
                _ => {
                    let expected = "거둘 책의 ISBN이나 작품의 이름(work) 가운데 하나를 적습니다";
                    self.problems.push(Problem::new(field("isbn"), expected, "9788936434120"));
                }
            }
        }
        Ok(())
    }

    fn add(&mut self, number: usize, wish: Command) {
        if self.known.insert(wish.isbn().clone()) {
            self.rows.push((number, wish));
        } else {
            let field = format!("{}.isbn", wish.at());
            self.problems.push(Problem::new(
                field,
                "같은 ISBN이 위에도 있습니다. 한 줄로 합쳐 주세요",
                Value::Null,
            ));
        }
    }
}

/// The rows of a list, each with its place.
fn listed(
    value: Option<&Value>,
    field: &str,
    most: usize,
) -> Result<Vec<(String, Value)>, Problem> {
    match value.and_then(Value::as_array) {
        Some(rows) if !rows.is_empty() && rows.len() <= most => Ok(rows
            .iter()
            .enumerate()
            .map(|(place, row)| (format!("{field}[{place}]"), row.clone()))
            .collect()),
        _ => {
            let example = match field {
                "correct" => json!([{ "isbn": "9788936434120", "list_price": 16_000 }]),
                "withdraw" => json!([{ "isbn": "9788936434120", "copies": 1 }]),
                _ => json!([row::example()]),
            };
            Err(Problem::new(
                field,
                format!("책을 1줄에서 {most}줄까지 대괄호 안에 적습니다"),
                example,
            ))
        }
    }
}

fn sheet(value: Option<&Value>) -> Result<Vec<(String, Value)>, Problem> {
    let wrong = |expected: String| Problem::new("csv", expected, sheet::EXAMPLE);
    let text = value
        .and_then(Value::as_str)
        .ok_or_else(|| wrong("CSV를 따옴표 안에 한 글로 적습니다".into()))?;
    let rows = sheet::rows(text)?;
    if rows.is_empty() || rows.len() > MOST {
        return Err(wrong(format!(
            "책은 1줄에서 {MOST}줄까지입니다. 더 많으면 나누어 불러 주세요"
        )));
    }
    Ok(rows)
}
