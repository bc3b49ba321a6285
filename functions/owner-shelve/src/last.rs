//! The last room of editions: what the owner says about a book, and the places in it that parcels ask
//! for. A row with neither shows what is written.

use admin::{
    AdminError, AdminState, Answer, Call, Fields, Problem, Show,
    fields::{self, ISBN_EXAMPLE},
};
use domain::{
    base::free_text,
    catalog::isbn::Isbn,
    riddle::last_room::{LastRoom, NoPlace, Place},
};
use serde_json::{Value, json};
use store::{Commit, Decision, Updated};

/// The field of a call about last rooms.
pub(crate) const FIELD: &str = "last";

/// Most editions in one call.
const MOST: usize = 50;

/// What one row asks for.
#[derive(Debug)]
struct Row {
    isbn: Isbn,
    words: Option<String>,
    places: Option<Vec<Place>>,
}

/// Handles a call with the field [`FIELD`].
pub(crate) async fn handle(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let rows = match call.read_fields(rows) {
        Ok(rows) => rows,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    for (place, row) in rows.iter().enumerate() {
        match write(state, call, row, place).await? {
            Ok(Said::Line(line)) => answer.say(call, line),
            Ok(Said::Shown(show)) => answer.shows.push(show),
            Err(problem) => answer.problems.push(problem),
        }
    }
    if !answer.would_do.is_empty() {
        answer = answer.to_confirm(call, "이대로 적기");
    }
    if !answer.problems.is_empty() {
        answer.status = 400;
    }
    Ok(answer)
}

/// What a row led to.
enum Said {
    Line(String),
    Shown(Show),
}

async fn write(
    state: &AdminState,
    call: &Call,
    row: &Row,
    at: usize,
) -> Result<Result<Said, Problem>, AdminError> {
    let field = |name: &str| format!("{FIELD}[{at}].{name}");
    let updated = state
        .store
        .transact(|_| async move {
            let (book, read) = state.store.last_room(&row.isbn).await?;
            let Some(book) = book else {
                let expected = "서가에 없는 책입니다";
                let problem = Problem::new(field("isbn"), expected, ISBN_EXAMPLE);
                return Ok(Decision::Keep(Err(problem)));
            };
            if row.words.is_none() && row.places.is_none() {
                return Ok(Decision::Keep(Ok(Said::Shown(shown(&book.title, &read.value)))));
            }
            let places = row.places.as_deref().unwrap_or_default();
            for (number, place) in places.iter().enumerate() {
                if let Err(why) = place.check(book.pages) {
                    let field = format!("{}[{number}].{}", field("places"), named(why));
                    let problem = Problem::new(field, expected(why), example());
                    return Ok(Decision::Keep(Err(problem)));
                }
            }
            let changed = LastRoom {
                words: row.words.clone().unwrap_or_else(|| read.value.words.clone()),
                places: row.places.clone().unwrap_or_else(|| read.value.places.clone()),
            };
            let (words, places) = (free_text::length(&changed.words), changed.places.len());
            let does = if call.confirmed { "적었습니다" } else { "적습니다" };
            let line =
                format!("「{}」: 마지막 방에 말 {words}자, 자리 {places}곳을 {does}", book.title);
            let commit = Commit::last_room(&row.isbn, &read, changed);
            Ok::<_, AdminError>(call.decide(commit, Ok(Said::Line(line))))
        })
        .await?;
    if let Updated::Done(said) = updated {
        return Ok(said);
    }
    let expected = "다른 손이 이 책을 바꾸고 있습니다. 같은 내용으로 한 번 더 불러 주세요";
    Ok(Err(Problem::new(field("isbn"), expected, Value::Null)))
}

fn rows(fields: &mut Fields<'_, '_>) -> Option<Vec<Row>> {
    fields.known(&[FIELD], &json!({ "last": [example()] }));
    let expected = format!("책을 1줄에서 {MOST}줄까지 대괄호 안에 적습니다");
    let given = fields.required(FIELD, fields::list_of(1..=MOST), expected, json!([example()]))?;
    let rows = fields.entries(FIELD, given, |fields, _| row(fields));
    fields.checked()?;
    Some(rows)
}

fn row(row: &mut Fields<'_, '_>) -> Option<Row> {
    row.known(&["isbn", "words", "places"], &example());
    let isbn = row.isbn("isbn", "책의 ISBN을 적습니다");
    let longest = LastRoom::LONGEST_WORDS;
    let words = |value: &Value| {
        let text = free_text::tidy(value.as_str()?);
        (free_text::length(&text) <= longest).then_some(text)
    };
    let expected =
        format!("책을 두고 하실 말을 {longest}자까지 적습니다. 지우려면 \"\"를 적습니다");
    let words = row.optional("words", words, expected, "이 책을 두 번 읽은 까닭은 …");
    let most = LastRoom::PLACES;
    let expected = format!("책 속의 자리를 {most}곳까지 대괄호 안에 적습니다");
    let list = |value: &Value| {
        let list = fields::list_of(0..=most)(value)?;
        list.iter().map(|place| serde_json::from_value(place.clone()).ok()).collect()
    };
    let places: Option<Vec<Place>> =
        row.optional("places", list, expected, json!([place_example()]));
    row.checked()?;
    Some(Row { isbn: isbn?, words, places })
}

fn example() -> Value {
    json!({ "isbn": ISBN_EXAMPLE, "words": "이 책을 두 번 읽은 까닭은 …", "places": [place_example()] })
}

fn place_example() -> Value {
    json!({ "page": 112, "line": 7, "word": 3, "answer": "바람이", "near": ["창밖에", "분다"] })
}

fn shown(title: &str, room: &LastRoom) -> Show {
    let places = json!(room.places);
    let data = json!({ "words": room.words, "places": places });
    Show::new("last", format!("「{title}」의 마지막 방"), data)
}

const fn named(why: NoPlace) -> &'static str {
    match why {
        NoPlace::Page { .. } => "page",
        NoPlace::Line => "line",
        NoPlace::Word => "word",
        NoPlace::Answer => "answer",
        NoPlace::Near => "near",
    }
}

fn expected(why: NoPlace) -> String {
    match why {
        NoPlace::Page { pages } => format!("이 책은 {pages}쪽까지 있습니다"),
        NoPlace::Line => format!("줄은 1에서 {}까지입니다", Place::LINES),
        NoPlace::Word => format!("낱말은 1에서 {}째까지입니다", Place::WORDS),
        NoPlace::Answer => "글자나 숫자가 있는 낱말을 적습니다".to_owned(),
        NoPlace::Near => {
            format!("앞뒤의 낱말을 {}개까지 적습니다. 답과 같은 낱말은 적지 않습니다", Place::NEAR)
        }
    }
}
