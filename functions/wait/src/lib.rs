//! 기다림: a poem to read, and one line of it to keep. The door opens when the poem has been read at reading speed; the plain
//! door opens at any time.
//!
//! A GET reads the walk and writes nothing: the clock decides whether the door is open. Without
//! script the page shows the time and, when it is loaded again, the open door. The script opens the
//! door at that time and scrolls the poem on request.

mod view;

use std::sync::Arc;

use domain::{
    riddle::{content::RoomSet, room::Door},
    walk::{keepsake::KeptLine, visit::Visit, wait},
};
use store::{Commit, Decision, Updated, Versioned};
use web::{AppState, Method, Refusal, Reply, Request, Walk, riddle};

/// Serves `/wait`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.session()?).await?;
    let record = riddle::entered(&rooms, &visit.value, wait::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(view::page(&rooms, &visit.value, &record, &request)?.into());
    }
    if let Some(line) = view::line_to_keep(&request, &visit.value) {
        return keep(&app, &rooms, &request, visit, &line).await;
    }
    if request.form.typed("door") != "plain" {
        return Ok(Reply::see("/wait"));
    }
    let (rooms, request) = (&*rooms, &request);
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let record = riddle::entered(rooms, &visit.value, wait::ROOM, request)?;
            if record.door(request.now) != Door::Closed {
                return Ok(Decision::Keep(()));
            }
            let opened = record.open_plain(request.now);
            let opened = visit.value.clone().with_room(wait::ROOM, opened);
            Ok::<_, Refusal>(Decision::write(Commit::visit(&visit, opened), ()))
        })
        .await?;
    match updated {
        Updated::Done(()) | Updated::DoneBefore => {
            Ok(Reply::see(riddle::onward(rooms, wait::ROOM)))
        }
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Ok(Reply::see("/wait")),
    }
}

/// Keeps a line of the poem. The last one that is kept stands.
async fn keep(
    app: &AppState,
    rooms: &RoomSet,
    request: &Request,
    visit: Versioned<Visit>,
    line: &KeptLine,
) -> Result<Reply, Refusal> {
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            // The room may have been left out of its order.
            riddle::entered(rooms, &visit.value, wait::ROOM, request)?;
            if visit.value.kept.as_ref() == Some(line) {
                return Ok(Decision::Keep(()));
            }
            let kept = visit.value.clone().keeping(line.clone());
            Ok::<_, Refusal>(Decision::write(Commit::visit(&visit, kept), ()))
        })
        .await?;
    match updated {
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::Done(()) | Updated::DoneBefore | Updated::GaveUp => {
            Ok(Reply::see("/wait#keeping"))
        }
    }
}
