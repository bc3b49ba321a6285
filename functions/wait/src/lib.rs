//! 기다림: a poem to read. The door opens when the poem has been read at reading speed; the plain
//! door opens at any time.
//!
//! A GET reads the walk and writes nothing: the clock decides whether the door is open. Without
//! script the page shows the time and, when it is loaded again, the open door. The script opens the
//! door at that time and scrolls the poem on request.

mod view;

use std::sync::Arc;

use domain::{riddle::room::Door, walk::wait};
use store::Stale;
use web::{AppState, Method, Refusal, Reply, Request, Walk, riddle};

/// Serves `/wait`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    let record = riddle::entered(&rooms, &visit.value, wait::ROOM, &request)?;
    if request.method == Method::Get {
        return Ok(view::page(&rooms, &visit.value, &record, &request)?.into());
    }
    if request.form.typed("door") != "plain" {
        return Ok(Reply::see("/wait"));
    }
    if record.door(request.now) == Door::Closed {
        let opened = visit.value.clone().with_room(wait::ROOM, record.open_plain(request.now));
        match app.store.save_visit(&visit.with(opened)).await {
            Ok(()) => {}
            // Another tab was faster, or this write succeeded and its answer was lost.
            Err(Stale::ChangedTo(current)) => {
                let record = riddle::entered(&rooms, &current.value, wait::ROOM, &request)?;
                if record.door(request.now) == Door::Closed {
                    return Ok(Reply::see("/wait"));
                }
            }
            Err(Stale::Store(error)) => return Err(error.into()),
        }
    }
    Ok(Reply::see(riddle::onward(&rooms, wait::ROOM)))
}
