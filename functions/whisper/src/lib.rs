//! 속삭임: one half of a verse came by the bell, the other half is on the page. The rules are in
//! `domain::walk::whisper`.

mod view;

use std::sync::Arc;

use domain::{
    base::format::clock_from,
    riddle::{
        content::RoomSet,
        room::{By, Door, RoomRecord},
    },
    walk::{
        visit::Visit,
        whisper::{self, Attempt, Whisper},
    },
};
use store::{Commit, Decision, StoreError, Updated, Versioned, WriteError};
use web::{AppState, Method, Refusal, Reply, Request, StatusCode, Walk, Words, riddle, say};

/// The doorkeeper's reply and its status.
#[derive(Default)]
struct FormFeedback {
    reply: Option<Words>,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
}

/// Serves `/whisper`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.session()?).await?;
    let record = riddle::entered(&rooms, &visit.value, whisper::ROOM, &request)?;
    if request.method == Method::Get {
        let feedback = FormFeedback::default();
        return Ok(view::page(&rooms, &visit.value, &record, &request, &feedback)?.into());
    }
    if record.is_solved() {
        return Ok(Reply::see("/whisper"));
    }
    match request.form.typed("door") {
        "again" => again(&app, &rooms, visit, &record, &request).await,
        "plain" | "riddle" => submit(&app, &rooms, visit, &request).await,
        _ => Ok(Reply::see("/whisper")),
    }
}

/// Sends another whisper. After a lost race, such as a second click, the page shows the current
/// one.
async fn again(
    app: &AppState,
    rooms: &RoomSet,
    visit: Versioned<Visit>,
    record: &RoomRecord,
    request: &Request,
) -> Result<Reply, Refusal> {
    let next = match Whisper::next(visit.value.whisper.as_ref(), visit.value.id, request.now) {
        Ok(next) => next,
        Err(too_soon) => {
            let feedback = FormFeedback {
                reply: Some(say!(
                    request,
                    "숨을 고르고 {clock}에 다시 속삭이리다.",
                    "Let me draw breath. I shall whisper again at {clock}.",
                    clock = clock_from(too_soon.from)
                )),
                wait_seconds: Some(too_soon.from.duration_since(request.now).as_secs()),
                ..FormFeedback::default()
            };
            return Ok(view::page(rooms, &visit.value, record, request, &feedback)?.into());
        }
    };
    let mut asked = visit.value.clone();
    asked.whisper = Some(next.clone());
    let commit = Commit::visit(&visit, asked).with_whisper(&next, request.language);
    match app.store.commit(commit).await {
        Ok(()) | Err(WriteError::ConditionFailed(_) | WriteError::Store(StoreError::Contended)) => {
            Ok(Reply::see("/whisper"))
        }
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

async fn submit(
    app: &AppState,
    rooms: &RoomSet,
    visit: Versioned<Visit>,
    request: &Request,
) -> Result<Reply, Refusal> {
    let id = visit.value.id;
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let record = riddle::entered(rooms, &visit.value, whisper::ROOM, request)?;
            let (after, reply) = decide(rooms, &visit.value, &record, request)?;
            Ok::<_, Refusal>(match after {
                Some(after) => Decision::write(Commit::visit(&visit, after), reply),
                None => Decision::Keep(reply),
            })
        })
        .await?;
    match updated {
        Updated::Done(reply) => return Ok(reply),
        Updated::NotFound => return Err(Refusal::NoSession),
        Updated::DoneBefore | Updated::GaveUp => {}
    }
    let visit = app.store.visit(id).await?.ok_or(Refusal::NoSession)?;
    let record = riddle::entered(rooms, &visit.value, whisper::ROOM, request)?;
    let busy = say!(
        request,
        "여러 목소리가 한꺼번에 들렸소. 한 번만 다시 해 주시오.",
        "Many voices at once. Once more, please."
    );
    let feedback = FormFeedback {
        reply: Some(busy),
        status: Some(StatusCode::CONFLICT),
        ..FormFeedback::default()
    };
    Ok(view::page(rooms, &visit.value, &record, request, &feedback)?.into())
}

/// What the form does to the visit, if anything, and the reply to send once it is written.
fn decide(
    rooms: &RoomSet,
    visit: &Visit,
    record: &RoomRecord,
    request: &Request,
) -> Result<(Option<Visit>, Reply), Refusal> {
    if record.is_solved() {
        return Ok((None, Reply::see("/whisper")));
    }
    let open = record.door(request.now) != Door::Closed;
    if request.form.typed("door") == "plain" {
        let opened = visit.clone().with_room(whisper::ROOM, record.open_plain(request.now));
        return Ok((Some(opened), Reply::see(riddle::onward(rooms, whisper::ROOM))));
    }
    let judge = |whisper: &Whisper| match request.form.get(view::PART) {
        Some(part) => whisper.join(part, request.now),
        None => whisper.judge(request.form.typed("answer"), request.now),
    };
    let heard = visit.whisper.as_ref().map_or(Attempt::Faded, judge);
    let (after, status) = match heard {
        Attempt::Joined { latin_keys } => {
            let opened = record.opened_by(By::Riddle, request.now);
            // Who left by the plain door still takes the line along.
            let record = if open { opened.solved_later(request.now) } else { opened };
            let opened = visit.clone().with_room(whisper::ROOM, record);
            let path = if latin_keys { "/whisper?latin=1" } else { "/whisper" };
            return Ok((Some(opened), Reply::see(path)));
        }
        // While the door is open nothing is counted.
        Attempt::Wrong { .. } if open => (None, None),
        Attempt::Wrong { .. } => {
            let mut missed = visit.clone().with_room(whisper::ROOM, record.with_wrong_answer());
            missed.whisper = missed.whisper.map(Whisper::with_wrong_attempt);
            (Some(missed), None)
        }
        Attempt::TooLong => (None, Some(StatusCode::UNPROCESSABLE_ENTITY)),
        Attempt::Faded | Attempt::Almost | Attempt::Empty => (None, None),
    };
    let feedback = FormFeedback {
        reply: Some(view::reply(rooms, heard, request)),
        status,
        ..FormFeedback::default()
    };
    let shown = after.as_ref().unwrap_or(visit);
    let page = view::page(rooms, shown, record, request, &feedback)?;
    Ok((after, page.into()))
}
