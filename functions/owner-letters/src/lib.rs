//! 편지: readers' letters that the owner has not read, the oldest first. The owner marks them read,
//! answers (the answer lies in the reader's mailbox), and notes which books a reader says they
//! have, so that these are never sent.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Problem, strangers};
use domain::{
    base::{id::WorkId, text::Language},
    catalog::isbn::Isbn,
    order::letter::{self, Letter, NotALetter},
};
use serde_json::{Map, Value, json};
use store::{LetterId, Lost};

/// Shown if the call does not say.
const USUAL: u64 = 20;
/// Most letters in one call.
const MOST: u64 = 50;
/// Most books noted with one letter.
const MOST_OWNED: usize = 20;

/// What a letter's name looks like.
const LETTER: &str = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader";

/// What the owner does with one letter.
struct Line {
    letter: LetterId,
    answer: Option<Letter>,
    owned: Vec<Isbn>,
}

/// Opens the drawer.
pub async fn handle(desk: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if let Some(strange) = call
        .strange(&["letters", "limit"], &json!({ "letters": [{ "letter": LETTER, "answer": "" }] }))
    {
        return Ok(strange);
    }
    if call.fields.get("letters").is_none_or(Value::is_null) {
        return show(&desk, &call).await;
    }
    let lines = match read(&call) {
        Ok(lines) => lines,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::well();
    let mut problems = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        match one(&desk, line, &call).await? {
            Ok(said) if call.confirmed => answer.did.push(said),
            Ok(said) => answer.would_do.push(said),
            Err(why) => {
                problems.push(Problem::new(format!("letters[{place}].letter"), why, LETTER));
            }
        }
    }
    if !problems.is_empty() {
        answer.status = 400;
        answer.problems = problems;
    }
    if call.confirmed {
        answer.next.push("남은 편지는 {}로 다시 불러 보실 수 있습니다.".into());
    } else if !answer.would_do.is_empty() {
        answer.next.push(call.asks());
        answer.call = Some(call.to_confirm());
    }
    Ok(answer)
}

async fn show(desk: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let limit = match call.fields.get("limit") {
        None | Some(Value::Null) => Some(USUAL),
        Some(limit) => limit.as_u64().filter(|limit| (1..=MOST).contains(limit)),
    };
    let Some(limit) = limit else {
        let expected = format!("1에서 {MOST} 사이의 수를 적습니다");
        return Ok(Answer::problems(vec![Problem::new("limit", expected, USUAL)]));
    };
    let unread = desk.store.unread_letters(i32::try_from(limit).unwrap_or(i32::MAX)).await?;
    let mut answer = Answer::well();
    if unread.letters.is_empty() {
        answer.next.push("읽지 않은 편지가 없습니다.".into());
        return Ok(answer);
    }
    if let Some((first, _)) = unread.letters.first() {
        answer.next.push("answer에 답장을 적거나 지우고 보내세요. 답장이 없으면 읽은 것으로만 적습니다(call에 첫 편지를 적어 두었습니다). 가지고 있다는 책이 있으면 owned에 ISBN을 적어 두세요. 보내지 않습니다.".into());
        answer.call = Some(json!({ "letters": [{ "letter": first.to_string(), "answer": "" }] }));
    }
    if unread.more {
        answer.next.push(format!("더 있습니다. {limit}통까지만 보였습니다."));
    }
    answer.shows = unread
        .letters
        .iter()
        .map(|(id, letter)| {
            json!({
                "letter": id.to_string(),
                "at": letter::clock(letter.at, Language::Ko),
                "text": letter.text.reveal(),
            })
        })
        .collect();
    Ok(answer)
}

/// Does one line; gives what is said of it, or why it can not be done.
async fn one(
    desk: &AdminState,
    line: &Line,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let known = desk.store.letter(&line.letter).await?;
    let Some(known) = known.filter(|letter| letter.author == letter::Author::Reader) else {
        return Ok(Err("이런 편지는 없습니다".into()));
    };
    let of = format!("{} 편지", letter::clock(known.at, Language::Ko));
    let owned = if line.owned.is_empty() {
        String::new()
    } else {
        format!(" 가지고 있다는 책 {}권은 보내지 않습니다.", line.owned.len())
    };
    if !call.confirmed {
        let does = if line.answer.is_some() {
            "답장을 편지함에 넣습니다."
        } else {
            "읽은 것으로 적습니다."
        };
        return Ok(Ok(format!("{of}: {does}{owned}")));
    }
    own(desk, line, call).await?;
    let Some(answer) = &line.answer else {
        desk.store.letter_read(&line.letter, call.now).await?;
        return Ok(Ok(format!("{of}: 읽은 것으로 적었습니다.{owned}")));
    };
    match desk.store.answer_letter(&line.letter, answer).await.map_err(Lost::from) {
        Ok(()) => Ok(Ok(format!("{of}: 답장을 편지함에 넣었습니다.{owned}"))),
        Err(Lost::Race(_)) => {
            Ok(Ok(format!("{of}: 이미 답장했습니다. 두 번 하지 않았습니다.{owned}")))
        }
        Err(lost) => Err(lost.into()),
    }
}

/// Notes the books that the reader says they have: the works of those the shop knows, and the ISBN
/// itself for the rest, which is a work's usual name.
async fn own(desk: &AdminState, line: &Line, call: &Call) -> Result<(), AdminError> {
    let books = desk.store.books(&line.owned).await?;
    for isbn in &line.owned {
        let work = match books.get(isbn) {
            Some(book) => Some(book.value.work.clone()),
            None => WorkId::try_from(isbn.as_str().to_owned()).ok(),
        };
        if let Some(work) = work {
            desk.store.owns(line.letter.reader, &work, call.now).await?;
        }
    }
    Ok(())
}

fn read(call: &Call) -> Result<Vec<Line>, Vec<Problem>> {
    let example = || json!([{ "letter": LETTER, "answer": "편지 고맙습니다." }]);
    let letters = match call.fields.get("letters").and_then(Value::as_array) {
        Some(letters)
            if !letters.is_empty() && u64::try_from(letters.len()).is_ok_and(|n| n <= MOST) =>
        {
            letters
        }
        _ => {
            let expected = format!("편지를 1통에서 {MOST}통까지 대괄호 안에 적습니다");
            return Err(vec![Problem::new("letters", expected, example())]);
        }
    };
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for (place, value) in letters.iter().enumerate() {
        let empty = Map::new();
        let fields = value.as_object().unwrap_or(&empty);
        let known = ["letter", "answer", "owned"];
        problems.extend(strangers(fields, &format!("letters[{place}]."), &known, &example()));
        match line(fields, call) {
            Ok(line) => lines.push(line),
            Err(problem) => {
                problems.push(Problem {
                    field: format!("letters[{place}].{}", problem.field),
                    ..problem
                });
            }
        }
    }
    if problems.is_empty() { Ok(lines) } else { Err(problems) }
}

fn line(value: &Map<String, Value>, call: &Call) -> Result<Line, Problem> {
    let letter = value.get("letter").and_then(Value::as_str).and_then(|id| id.parse().ok());
    let letter = letter.ok_or_else(|| {
        Problem::new("letter", "목록에 있는 편지의 이름을 그대로 적습니다", LETTER)
    })?;
    let answer = match value.get("answer") {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => match Letter::from_the_owner(text, call.now) {
            Ok(letter) => Some(letter),
            Err(NotALetter::Empty) => None,
            Err(NotALetter::TooLong) => {
                let expected = format!("답장은 {}글자까지 적습니다", Letter::LONGEST);
                return Err(Problem::new("answer", expected, "편지 고맙습니다."));
            }
        },
        Some(_) => {
            return Err(Problem::new("answer", "답장을 따옴표 안에 적습니다", "편지 고맙습니다."));
        }
    };
    let owned = match value.get("owned") {
        None | Some(Value::Null) => Some(Vec::new()),
        Some(owned) => {
            owned.as_array().filter(|owned| owned.len() <= MOST_OWNED).and_then(|owned| {
                owned.iter().map(|isbn| isbn.as_str().and_then(|isbn| isbn.parse().ok())).collect()
            })
        }
    };
    let owned = owned.ok_or_else(|| {
        let expected =
            format!("독자가 가지고 있다는 책의 ISBN을 {MOST_OWNED}개까지 대괄호 안에 적습니다");
        Problem::new("owned", expected, json!(["9788936434120"]))
    })?;
    Ok(Line { letter, answer, owned })
}
