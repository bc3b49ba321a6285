//! 편지: the readers' letters that the owner has not read, the oldest first. The owner marks them as
//! read, answers them (the answer goes into the reader's mailbox), and notes which books a reader
//! has, so that these are never sent.

mod command;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, NextCall, Problem, Show};
use domain::{
    base::{format, id::WorkId, text::Language},
    order::letter::{Author, Letter},
};
use serde_json::{Value, json};
use store::WriteError;

use command::{Command, Handled, LETTER_EXAMPLE};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let letters = match Command::read(&call) {
        Ok(Command::Handle(letters)) => letters,
        Ok(Command::Show(limit)) => return show(&state, limit).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    answer.unread(&letters);
    for (place, letter) in &letters.read {
        let line = match one(&state, letter, &call).await? {
            Ok(line) => call.line(line.clone(), line),
            Err(why) => {
                let field = format!("letters[{place}].letter");
                Line::Not(Problem::new(field, why, LETTER_EXAMPLE))
            }
        };
        if let (false, Some(written)) = (call.confirmed, &letter.answer) {
            let preview = Show::new("preview", "이렇게 전합니다", Value::Null);
            answer.shows.push(preview.text(Some(written.text.reveal().clone())));
        }
        answer.row("letters", *place, line);
    }
    Ok(answer.closed(
        &call,
        "이대로 보내기",
        "problems에 적힌 편지는 그대로 두었습니다.",
        "남은 편지는 {}로 다시 불러 보실 수 있습니다.",
    ))
}

async fn show(state: &AdminState, limit: u64) -> Result<Answer, AdminError> {
    let unread = state.store.unread_letters(i32::try_from(limit).unwrap_or(i32::MAX)).await?;
    let mut answer = Answer::ok();
    if unread.letters.is_empty() {
        answer.next.push("읽지 않은 편지가 없습니다.".into());
        return Ok(answer);
    }
    answer.next.push(
        "answer에 답장을 적거나 지우고 보내세요. 답장이 없으면 읽은 것으로만 적습니다(shows의 calls에 적어 두었습니다). \
         가지고 있다는 책이 있으면 owned에 ISBN을 적어 두세요. 보내지 않습니다."
            .into(),
    );
    if unread.more {
        answer.next.push(format!("더 있습니다. {limit}통까지만 보였습니다."));
    }
    answer.left(unread.letters.len());
    let names = state.store.pen_names(unread.letters.iter().map(|(id, _)| id.reader)).await?;
    let threads = state.store.threads(&unread.letters).await?;
    answer.shows = unread
        .letters
        .iter()
        .map(|(id, letter)| {
            let at = format::date_time(letter.at, Language::Ko);
            let title = match names.get(&id.reader) {
                Some(name) => format!("{name} 님"),
                None => "이름을 적지 않은 분".to_owned(),
            };
            let data = json!({ "letter": id.to_string(), "at": at });
            let before = threads.get(&id.to_string()).map(Vec::as_slice).unwrap_or_default();
            let mut show = Show::new("letter", title, data).fact("쓴 때", at);
            show = before
                .iter()
                .fold(show, |show, letter| show.fact(before_it(letter), whole(letter)));
            show = show.text(Some(letter.text.reveal()));
            let call = |letter: Value| NextCall {
                why: "답장 미리 보기".into(),
                function: "owner-letters".into(),
                call: json!({ "letters": [letter] }),
            };
            let id = id.to_string();
            show.calls.push(call(json!({ "letter": id, "answer": "" })));
            show.calls.push(NextCall { why: "읽음".into(), ..call(json!({ "letter": id })) });
            show
        })
        .collect();
    Ok(answer)
}

/// What a letter is that went before a reply.
fn before_it(letter: &Letter) -> &'static str {
    match letter.author {
        Author::Owner => "답하신 주인장의 편지",
        _ => "그전에 온 편지",
    }
}

fn whole(letter: &Letter) -> String {
    format!("{}\n{}", format::date_time(letter.at, Language::Ko), letter.text.reveal())
}

/// Handles one letter and returns its line, or why it cannot be handled.
async fn one(
    state: &AdminState,
    handled: &Handled,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let known = state.store.letter(&handled.letter).await?;
    let Some(known) = known.filter(|letter| letter.author == Author::Reader) else {
        return Ok(Err("이런 편지는 없습니다".into()));
    };
    let of = format!("{} 편지", format::date_time(known.at, Language::Ko));
    let owned = if handled.owned.is_empty() {
        String::new()
    } else {
        format!(" 가지고 있다는 책 {}권은 보내지 않습니다.", handled.owned.len())
    };
    if !call.confirmed {
        let does = if handled.answer.is_some() {
            "답장을 편지함에 넣습니다."
        } else {
            "읽은 것으로 적습니다."
        };
        return Ok(Ok(format!("{of}: {does}{owned}")));
    }
    note_owned(state, handled, call).await?;
    let Some(answer) = &handled.answer else {
        state.store.letter_read(&handled.letter, call.now).await?;
        return Ok(Ok(format!("{of}: 읽은 것으로 적었습니다.{owned}")));
    };
    match state.store.answer_letter(&handled.letter, answer).await {
        Ok(()) => Ok(Ok(format!("{of}: 답장을 편지함에 넣었습니다.{owned}"))),
        Err(WriteError::ConditionFailed(_)) => {
            Ok(Ok(format!("{of}: 이미 답장했습니다. 두 번 하지 않았습니다.{owned}")))
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

/// Notes the books that the reader has, by their works. A book that the shop does not know is noted
/// by its ISBN, which is the usual name of a work.
async fn note_owned(state: &AdminState, handled: &Handled, call: &Call) -> Result<(), AdminError> {
    let books = state.store.books(&handled.owned).await?;
    for isbn in &handled.owned {
        let work = match books.get(isbn) {
            Some(book) => Some(book.value.work.clone()),
            None => WorkId::try_from(isbn.as_str().to_owned()).ok(),
        };
        if let Some(work) = work {
            state.store.owns(handled.letter.reader, &work, call.now).await?;
        }
    }
    Ok(())
}
