//! A room with a riddle: what a visitor does at its two doors, and its page. `knock` and `study`
//! differ only in their [`RiddlePage`].
//!
//! A GET reads the walk once and writes nothing: a visitor is in a room from the instant the door
//! before it opened. A POST reads once and writes once, on the version that was read. After a lost
//! race the same form is judged again on the current visit, which costs the visitor no guess.

mod view;

use std::sync::Arc;

use domain::{
    base::{format::clock_from, text::Language},
    riddle::{
        content::{Height, Room, RoomSet},
        room::{HintRefused, Puzzle, RoomRecord, Verdict},
    },
    walk::visit::Visit,
};
use lambda_http::http::StatusCode;
use maud::Markup;
use store::{Commit, Decision, Updated, Versioned};

use crate::{AppState, Drawing, Method, Refusal, Reply, Request, Walk, Words, say};

pub use view::{leaf, plain_door, way_on};

/// What distinguishes one riddle room's page from another's.
#[derive(Debug, Clone, Copy)]
pub struct RiddlePage {
    /// The room's id, which is also its function's name and its path.
    pub room: &'static str,
    /// The drawing.
    pub drawing: Drawing,
    /// A script for the answer's field, such as tapping.
    pub script: Option<&'static str>,
    /// Markup below the question that the script needs.
    pub tool: fn(Language) -> Markup,
    /// What is said below the field.
    pub hint: fn(Language) -> Markup,
}

/// What a form led to, shown on the page again.
#[derive(Default)]
struct FormFeedback<'a> {
    typed: &'a str,
    reply: Option<Words>,
    /// Whether the answer is marked as invalid.
    problem: bool,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
}

/// A visitor in a room: what both the decision and the page are made from.
#[derive(Clone, Copy)]
struct Scene<'a> {
    rooms: &'a RoomSet,
    visit: &'a Visit,
    puzzle: Puzzle<'a>,
    request: &'a Request,
    design: RiddlePage,
}

/// Serves the room.
pub async fn serve(
    app: Arc<AppState>,
    request: Request,
    design: RiddlePage,
) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.session()?).await?;
    match request.method {
        Method::Get => {
            let (scene, record) = enter(&rooms, &visit.value, &request, design)?;
            let latin = request.query.ticked("latin").then(|| {
                scene.puzzle.replies.latin_keys.in_language(request.language).to_owned().into()
            });
            let feedback = FormFeedback { reply: latin, ..FormFeedback::default() };
            Ok(view::page(scene, &record, &feedback).into())
        }
        Method::Post => submit(&app, &rooms, visit, &request, design).await,
    }
}

/// The rooms that are built into the program.
pub fn built_in() -> Result<&'static RoomSet, Refusal> {
    RoomSet::built_in().map_err(|error| Refusal::Ours(error.to_string()))
}

/// A room of the content, for pages without a riddle.
pub fn room<'a>(rooms: &'a RoomSet, id: &str) -> Result<&'a Room, Refusal> {
    rooms.room(id).ok_or_else(|| Refusal::Ours(format!("the content has no room {id}")))
}

/// The visitor's record of a room.
///
/// # Errors
///
/// [`Refusal::OutOfOrder`] while a door before it is closed.
pub fn entered(
    rooms: &RoomSet,
    visit: &Visit,
    room: &str,
    request: &Request,
) -> Result<RoomRecord, Refusal> {
    visit
        .room(rooms, room, request.now)
        .ok_or_else(|| Refusal::OutOfOrder { onward: visit.stands(rooms, request.now).path() })
}

/// The path of the step after a room.
pub fn onward(rooms: &RoomSet, room: &str) -> String {
    rooms.next_after(room).map_or_else(|| "/guestbook".to_owned(), |next| format!("/{}", next.id))
}

fn enter<'a>(
    rooms: &'a RoomSet,
    visit: &'a Visit,
    request: &'a Request,
    design: RiddlePage,
) -> Result<(Scene<'a>, RoomRecord), Refusal> {
    let record = entered(rooms, visit, design.room, request)?;
    let puzzle = rooms
        .puzzle(design.room, &visit.walker(), record.height())
        .ok_or_else(|| Refusal::Ours(format!("the content has no riddle room {}", design.room)))?;
    Ok((Scene { rooms, visit, puzzle, request, design }, record))
}

async fn submit(
    app: &AppState,
    rooms: &RoomSet,
    visit: Versioned<Visit>,
    request: &Request,
    design: RiddlePage,
) -> Result<Reply, Refusal> {
    let id = visit.value.id;
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let (scene, record) = enter(rooms, &visit.value, request, design)?;
            let (after, reply) = decide(scene, &record);
            if after == record {
                return Ok(Decision::Keep(reply));
            }
            let changed = visit.value.clone().with_room(design.room, after);
            Ok::<_, Refusal>(Decision::write(Commit::visit(&visit, changed), reply))
        })
        .await?;
    match updated {
        Updated::Done(reply) => return Ok(reply),
        Updated::NotFound => return Err(Refusal::NoSession),
        Updated::DoneBefore | Updated::GaveUp => {}
    }
    let visit = app.store.visit(id).await?.ok_or(Refusal::NoSession)?;
    let (scene, record) = enter(rooms, &visit.value, request, design)?;
    let busy = say!(
        request,
        "여러 손이 한꺼번에 문을 두드렸구려. 한 번만 다시 해 주시오.",
        "Many hands knocked at once. Once more, please."
    );
    let feedback = FormFeedback {
        typed: request.form.typed("answer"),
        reply: Some(busy),
        status: Some(StatusCode::CONFLICT),
        ..FormFeedback::default()
    };
    Ok(view::page(scene, &record, &feedback).into())
}

/// What the form does to the record, and the reply to send once the record is written.
fn decide(scene: Scene<'_>, record: &RoomRecord) -> (RoomRecord, Reply) {
    let (request, room) = (scene.request, scene.design.room);
    let unchanged =
        |feedback: &FormFeedback<'_>| (record.clone(), view::page(scene, record, feedback).into());
    match request.form.typed("door") {
        "plain" => (record.open_plain(request.now), Reply::see(onward(scene.rooms, room))),
        "riddle" if request.form.get("answer").is_none() => unchanged(&FormFeedback {
            reply: Some(say!(
                request,
                "답을 적는 칸이 함께 오지 않았습니다. 다시 적어 주십시오.",
                "The answer’s field did not come along. Please write it again."
            )),
            problem: true,
            status: Some(StatusCode::BAD_REQUEST),
            ..FormFeedback::default()
        }),
        "riddle" => guess(scene, record),
        "hint" => {
            let index = request.form.typed("hint").parse().unwrap_or(usize::MAX);
            match scene.puzzle.open_hint(record, index, request.now) {
                Ok(after) => (after, Reply::see(format!("/{room}#hints"))),
                Err(refused) => unchanged(&FormFeedback {
                    reply: Some(hint_refused(refused, request)),
                    status: Some(StatusCode::CONFLICT),
                    ..FormFeedback::default()
                }),
            }
        }
        "shelf" if let Ok(shelf) = request.form.typed("shelf").parse::<Height>() => {
            (record.choosing_from(shelf), Reply::see(format!("/{room}")))
        }
        _ => unchanged(&FormFeedback {
            reply: Some(say!(
                request,
                "이 방에는 두 문뿐입니다. 아래에서 골라 주십시오.",
                "This room has two doors. Please choose one below."
            )),
            status: Some(StatusCode::BAD_REQUEST),
            ..FormFeedback::default()
        }),
    }
}

fn guess(scene: Scene<'_>, record: &RoomRecord) -> (RoomRecord, Reply) {
    let (request, path) = (scene.request, format!("/{}", scene.design.room));
    let typed = request.form.typed("answer");
    let outcome = scene.puzzle.guess(record, typed, request.now);
    let (status, wait_seconds) = match outcome.verdict {
        Verdict::Opened { latin_keys } => {
            let path = if latin_keys { format!("{path}?latin=1") } else { path };
            return (outcome.record, Reply::see(path));
        }
        Verdict::AlreadyOpen(_) => return (outcome.record, Reply::see(path)),
        Verdict::Wait { until } => (None, Some(until.duration_since(request.now).as_secs())),
        Verdict::TooLong => (Some(StatusCode::UNPROCESSABLE_ENTITY), None),
        _ => (None, None),
    };
    let reply = Some(outcome.reply.in_language(request.language).to_owned().into());
    let feedback = FormFeedback { typed, reply, problem: true, status, wait_seconds };
    let page = view::page(scene, &outcome.record, &feedback);
    (outcome.record, page.into())
}

fn hint_refused(refused: HintRefused, request: &Request) -> Words {
    match refused {
        HintRefused::NotYet { from, .. } => say!(
            request,
            "그 귀띔은 {from}부터 열 수 있소.",
            "That hint opens at {from}.",
            from = clock_from(from)
        ),
        HintRefused::NoSuchHint => say!(request, "그런 귀띔은 없소.", "There is no such hint."),
    }
}
