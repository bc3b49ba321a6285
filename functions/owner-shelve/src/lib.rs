//! 책 들이기: takes books into stock. Rows are read one by one, a bad one is named and leaves its neighbours alone, and the same call twice stocks once.

mod row;

use std::{collections::HashMap, sync::Arc};

use drawer::{Answer, Call, Desk, Problem, Stuck};
use house::{calendar, choose::Book, isbn::Isbn, price::PriceRange, taste::Mood};
use serde_json::{Value, json};
use store::{Lost, Shelved, Versioned};

use row::Row;

/// Most rows in one call: one read of the table.
const MOST: usize = 100;

/// How often a lost race for one book is run again.
const ROUNDS: usize = 4;

/// Opens the drawer.
pub async fn handle(desk: Arc<Desk>, call: Call) -> Result<Answer, Stuck> {
    let rows = match call.fields.get("books").and_then(Value::as_array) {
        Some(rows) if !rows.is_empty() && rows.len() <= MOST => rows,
        _ => {
            let expected =
                format!("들일 책을 1권에서 {MOST}권까지 대괄호 안에 적습니다. 더 많으면 나누어 불러 주세요");
            return Ok(Answer::problems(vec![Problem::new("books", expected, json!([row::example()]))]));
        }
    };
    let mut problems = Vec::new();
    let mut read: Vec<(usize, Row)> = Vec::new();
    for (place, value) in rows.iter().enumerate() {
        match Row::read(value, place) {
            Ok(row) if read.iter().any(|(_, known)| known.isbn == row.isbn) => problems.push(Problem::new(
                format!("books[{place}].isbn"),
                "같은 ISBN이 위에도 있습니다. 한 줄로 합쳐 주세요",
                Value::Null,
            )),
            Ok(row) => read.push((place, row)),
            Err(mut wrong) => problems.append(&mut wrong),
        }
    }
    let mood = desk.store.taste().await?.0.value.mood(calendar::today(call.now));
    let isbns: Vec<Isbn> = read.iter().map(|(_, row)| row.isbn.clone()).collect();
    let known = desk.store.books(&isbns).await?;
    let mut answer = Answer::well();
    for (place, row) in &read {
        match one(&desk, &call, row, &known, &mood).await? {
            One::Would(what) => answer.would_do.push(what),
            One::Did(what) => answer.did.push(what),
            One::Not(problem) => {
                problems.push(Problem { field: format!("books[{place}].{}", problem.field), ..problem });
            }
        }
    }
    if !answer.would_do.is_empty() {
        answer.next.push(format!("맞으면 confirm에 \"{}\"을(를) 적어 다시 부르세요.", call.code));
        if call.fields.len() == 1 && rows.len() <= 5 {
            answer.call = Some(call.to_confirm());
        }
    } else if !answer.did.is_empty() {
        answer.next.push("서가는 /shelf에서 볼 수 있습니다. 책을 기다리던 주문은 저절로 이어집니다.".into());
    }
    if !problems.is_empty() {
        answer.status = 400;
        answer.next.push("problems에 적힌 줄은 하지 않았습니다. 고친 줄만 다시 부르셔도 됩니다.".into());
        answer.problems = problems;
    }
    Ok(answer)
}

enum One {
    Would(String),
    Did(String),
    Not(Problem),
}

async fn one(
    desk: &Desk,
    call: &Call,
    row: &Row,
    known: &HashMap<Isbn, Versioned<Book>>,
    mood: &Mood,
) -> Result<One, Stuck> {
    let mut before = known.get(&row.isbn).cloned();
    for _ in 0..ROUNDS {
        let after = match row.onto(before.as_ref().map(|book| &book.value)) {
            Ok(book) => book.placed(calendar::today(call.now), mood),
            Err(problem) => return Ok(One::Not(problem)),
        };
        let what = format!(
            "「{}」 {}권 (정가 {}원, 남는 책 {}권)",
            after.title,
            row.copies,
            after.list_price,
            after.free()
        );
        if !call.confirmed {
            return Ok(One::Would(format!("{what}: 서가에 꽂습니다")));
        }
        let book = match &before {
            Some(before) => before.with(after),
            None => Versioned::new(after),
        };
        match desk.store.shelve(&book, row.copies, &call.code, call.now).await {
            Ok(Shelved::Done) => return Ok(One::Did(format!("{what}: 서가에 꽂았습니다"))),
            Ok(Shelved::DoneBefore) => {
                return Ok(One::Did(format!(
                    "「{}」: 오늘 같은 부름으로 이미 꽂았습니다. 두 번 하지 않았습니다",
                    row.title
                )));
            }
            Err(Lost::Race(_) | Lost::Conflict) => {
                before = desk.store.books(std::slice::from_ref(&row.isbn)).await?.remove(&row.isbn);
            }
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(One::Not(Problem::new("isbn", "다른 손이 이 책을 바꾸고 있습니다. 한 번 더 불러 주세요", Value::Null)))
}

/// The range a price lies in, or the problem with it.
fn range(list_price: house::money::Won) -> Result<PriceRange, Problem> {
    PriceRange::of(list_price).ok_or_else(|| {
        Problem::new(
            "list_price",
            format!(
                "정가는 1원에서 {}원 사이여야 합니다. 이 가게의 값의 폭이 거기까지입니다",
                PriceRange::Heavy.up_to()
            ),
            15_000,
        )
    })
}
