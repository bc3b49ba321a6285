//! 편지: the readers' letters that the owner has not read, the oldest first. The owner marks them as
//! read, answers them (the answer goes into the reader's mailbox), and notes which books a reader
//! has, so that these are never sent. With `write` the owner writes to a reader who did not ask.

mod command;
mod write;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, NextCall, Problem, Show};
use domain::{
    base::{format, id::WorkId, text::Language},
    order::letter::{Author, Letter, question},
};
use serde_json::{Value, json};
use store::{Records, WriteError};

use command::{Command, Handled, LETTER_EXAMPLE};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if call.fields.contains_key(write::FIELD) {
        return write::handle(&state, &call).await;
    }
    let records =
        Records::open(&state.platform).map_err(|why| AdminError::InitError(why.into()))?;
    let letters = match Command::read(&call) {
        Ok(Command::Handle(letters)) => letters,
        Ok(Command::Show(limit)) => return show(&state, limit).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    answer.unread(&letters);
    for (place, letter) in &letters.read {
        let line = match one(&state, &records, letter, &call).await? {
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
            let name = match names.get(&id.reader) {
                Some(name) => format!("{name} 님"),
                None => "이름을 적지 않은 분".to_owned(),
            };
            let title = if letter.question { format!("문의 · {name}") } else { name };
            let data = json!({ "letter": id.to_string(), "at": at });
            let before = threads.get(&id.to_string()).map(Vec::as_slice).unwrap_or_default();
            let to = letter.answer_to.as_ref().map(|to| to.reveal().clone());
            let mut show = Show::new("letter", title, data).fact("쓴 때", at);
            show = show.fact_if("답할 곳", to);
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
            let read = if letter.answer_to.is_some() {
                // There is no mailbox: the owner writes or calls.
                "답했음"
            } else {
                show.calls.push(call(json!({ "letter": id, "answer": "" })));
                "읽음"
            };
            show.calls.push(NextCall { why: read.into(), ..call(json!({ "letter": id })) });
            if letter.question {
                let kept = call(json!({ "letter": id, "complaint": "" }));
                show.calls.push(NextCall {
                    why: "불만·다툼의 기록으로 남기기".into(), ..kept
                });
            }
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
    records: &Records,
    handled: &Handled,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let known = state.store.letter(&handled.letter).await?;
    let Some(known) = known.filter(|letter| letter.author == Author::Reader) else {
        return Ok(Err("이런 편지는 없습니다".into()));
    };
    if known.answer_to.is_some() && handled.answer.is_some() {
        return Ok(Err("이 문의를 보낸 분에게는 편지함이 없습니다. ‘답할 곳’으로 답하시고 answer 없이 불러 주세요".into()));
    }
    let of = format!("{} 편지", format::date_time(known.at, Language::Ko));
    let also = also(handled);
    if !call.confirmed {
        let does = match (&handled.answer, &known.answer_to) {
            (Some(_), _) => "답장을 편지함에 넣습니다.",
            (None, Some(_)) => "답한 것으로 적습니다. 30일 뒤에 답할 곳과 함께 지웁니다.",
            (None, None) => "읽은 것으로 적습니다.",
        };
        return Ok(Ok(format!("{of}: {does}{also}")));
    }
    note_owned(state, handled, call).await?;
    if let Some(how) = &handled.complaint {
        records.keep_complaint(&handled.letter, &known, how, call.now).await?;
    }
    let (written, done) = match (&handled.answer, &known.answer_to) {
        (Some(answer), _) => (
            state.store.answer_letter(&handled.letter, answer).await,
            "답장을 편지함에 넣었습니다.",
        ),
        (None, Some(_)) => (
            state.store.question_answered(&handled.letter, call.now).await,
            "답한 것으로 적었습니다. 30일 뒤에 답할 곳과 함께 지웁니다.",
        ),
        (None, None) => {
            (state.store.letter_read(&handled.letter, call.now).await, "읽은 것으로 적었습니다.")
        }
    };
    match written {
        Ok(()) => Ok(Ok(format!("{of}: {done}{also}"))),
        Err(WriteError::ConditionFailed(_)) => {
            Ok(Ok(format!("{of}: 이미 답했습니다. 두 번 하지 않았습니다.{also}")))
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

/// What is done beside the answer.
fn also(handled: &Handled) -> String {
    let owned = match handled.owned.len() {
        0 => String::new(),
        books => format!(" 가지고 있다는 책 {books}권은 보내지 않습니다."),
    };
    let complaint = match handled.complaint {
        None => String::new(),
        Some(_) => format!(
            " 불만·다툼의 기록은 따로 {}년 동안 남습니다(전자상거래법 시행령 제6조).",
            question::COMPLAINT_YEARS
        ),
    };
    owned + &complaint
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
