//! 취향: what the owner loves, the mood of the day and the season, what is never sent, who chooses,
//! and whether orders are taken, each with its days.
//!
//! A changed taste changes the order of the books on the shelf. They are placed anew page by page
//! while orders go on: as far as one call gets, and then by a schedule that calls with `place`.

mod command;
mod place;
mod words;

use std::sync::Arc;

use admin::{AS_SHOWN, AdminError, AdminState, Answer, Call, Problem, fields::ISBN_EXAMPLE};
use domain::{
    base::calendar,
    catalog::{isbn::Isbn, taste::Mood},
    order::counter::Counter,
};
use jiff::civil::Date;
use serde_json::Value;
use store::{Commit, Decision, Updated};

use command::{BookChange, Changes, Command, TasteChange, Which};

/// Handles a call of the owner or of the schedule.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    match Command::read(&call, today) {
        Err(problems) => Ok(Answer::problems(problems)),
        Ok(Command::Show) => show(&state, today).await,
        Ok(Command::Place) => {
            let placing = place::go_on(&state, call.now).await?;
            Ok(Answer::done(words::placing(&placing)))
        }
        Ok(Command::Change(changes)) => change(&state, &call, &changes, today).await,
    }
}

async fn show(state: &AdminState, today: Date) -> Result<Answer, AdminError> {
    let (taste, placing) = state.store.taste().await?;
    let counter = state.store.counter().await?.value;
    let placed = placing.value.is_done(today, taste.version);
    let mut answer = Answer::ok();
    answer.shows.push(words::taste(&taste.value, counter, placed, today));
    words::how_to_change(&mut answer);
    Ok(answer)
}

async fn change(
    state: &AdminState,
    call: &Call,
    changes: &Changes,
    today: Date,
) -> Result<Answer, AdminError> {
    let mut answer = Answer::ok();
    let mut problems = Vec::new();
    let mood = state.store.taste().await?.0.value.mood(today);
    for (place, book) in changes.books.iter().enumerate() {
        match change_book(state, book, &mood, call).await? {
            Ok(line) => answer.say(call, line),
            Err(why) => {
                problems.push(Problem::new(format!("books[{place}].isbn"), why, ISBN_EXAMPLE));
            }
        }
    }
    if let Some(counter) = &changes.counter {
        match change_counter(state, counter, call).await? {
            Ok(line) => answer.say(call, line),
            Err(problem) => problems.push(problem),
        }
    }
    let changes_taste = !changes.taste.is_empty();
    if changes_taste {
        match change_taste(state, &changes.taste, call).await? {
            Ok(()) => {
                for line in words::taste_change(&changes.taste) {
                    answer.say(call, line);
                }
            }
            Err(problem) => problems.push(problem),
        }
    }
    if call.confirmed {
        if changes_taste {
            answer.did.push(words::placing(&place::go_on(state, call.now).await?));
        }
        let next = if changes_taste || !changes.books.is_empty() {
            words::FROM_NOW_ON
        } else {
            "owner-desk로 남은 일을 볼 수 있습니다."
        };
        answer.next.push(next.into());
    } else {
        answer = answer.to_confirm(call, AS_SHOWN);
    }
    if !problems.is_empty() {
        answer.status = 400;
        answer.next.push("problems에 적힌 것은 하지 않았습니다.".into());
        answer.problems = problems;
    }
    Ok(answer)
}

/// Changes a work, in all its editions. Repeating it changes nothing.
async fn change_book(
    state: &AdminState,
    change: &BookChange,
    mood: &Mood,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let editions = match &change.which {
        Which::Edition(isbn) => {
            let Some(book) = state.store.books(std::slice::from_ref(isbn)).await?.remove(isbn)
            else {
                return Ok(Err(words::NO_SUCH_BOOK.into()));
            };
            let mut editions = state.store.editions(&book.value.work).await?;
            editions.retain(|other| other != isbn);
            editions.insert(0, isbn.clone());
            editions
        }
        Which::Work(work) => state.store.editions(work).await?,
    };
    let mut line = None;
    for isbn in &editions {
        match change_edition(state, isbn, change, mood, call).await? {
            Ok(said) => line = line.or(Some(said)),
            Err(why) => return Ok(Err(why)),
        }
    }
    let others = editions.len().saturating_sub(1);
    let others = if others > 0 { format!(" (다른 판 {others}종도)") } else { String::new() };
    Ok(line.map(|line| line + &others).ok_or_else(|| words::NO_SUCH_WORK.into()))
}

async fn change_edition(
    state: &AdminState,
    isbn: &Isbn,
    change: &BookChange,
    mood: &Mood,
    call: &Call,
) -> Result<Result<String, String>, AdminError> {
    let day = calendar::today(call.now);
    let updated = state
        .store
        .update_book(isbn, |book| async move {
            let after = change.apply_to(book.value.clone()).placed(day, mood);
            let line = words::book(&after);
            Ok::<_, AdminError>(if after == book.value {
                Decision::Keep(line)
            } else {
                call.decide(Commit::book(&book, after), line)
            })
        })
        .await?;
    Ok(match updated {
        Updated::Done(line) => Ok(line),
        Updated::NotFound => Err(words::NO_SUCH_BOOK.into()),
        Updated::DoneBefore | Updated::GaveUp => Err(words::BUSY_BOOK.into()),
    })
}

async fn change_counter(
    state: &AdminState,
    after: &Counter,
    call: &Call,
) -> Result<Result<String, Problem>, AdminError> {
    let updated = state
        .store
        .update_counter(|counter| async move {
            Ok::<_, AdminError>(if *after == counter.value {
                Decision::Keep(())
            } else {
                call.decide(Commit::counter(&counter, after.clone()), ())
            })
        })
        .await?;
    Ok(match updated {
        Updated::Done(()) => Ok(words::counter_change(after, call.confirmed)),
        _ => Err(Problem::new("shop", words::BUSY_COUNTER, Value::Null)),
    })
}

async fn change_taste(
    state: &AdminState,
    change: &TasteChange,
    call: &Call,
) -> Result<Result<(), Problem>, AdminError> {
    let today = calendar::today(call.now);
    let updated = state
        .store
        .update_taste(|taste| async move {
            let after = change.apply_to(taste.value.clone(), today);
            Ok::<_, AdminError>(if after == taste.value {
                Decision::Keep(())
            } else {
                call.decide(Commit::taste(&taste, after), ())
            })
        })
        .await?;
    Ok(match updated {
        Updated::Done(()) => Ok(()),
        _ => Err(Problem::new("(전체)", words::BUSY_TASTE, Value::Null)),
    })
}
