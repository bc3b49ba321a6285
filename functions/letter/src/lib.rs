//! 편지: a letter to the owner about anything but the wished-for book. It is free text and is never
//! judged.

mod view;

use std::sync::Arc;

use domain::{
    order::letter::Letter,
    riddle::content::RoomSet,
    walk::visit::{Place, Visit},
};
use store::{Lost, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Walk};

/// How often a lost race is run again.
const ROUNDS: usize = 4;

/// Serves `/letter`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.visitor()?).await?.ok_or(Refusal::NoSession)?;
    match visit.value.place(&rooms, request.now) {
        place @ (Place::Room(_) | Place::Guestbook) => {
            Err(Refusal::OutOfOrder { onward: place.path() })
        }
        _ => match request.method {
            Method::Get => Ok(view::page(&rooms, &request, &visit.value, &[])?.into()),
            Method::Post => send(&app, &rooms, &request, visit).await,
        },
    }
}

/// Sends the letter. Idempotent: a second click finds it sent.
async fn send(
    app: &AppState,
    rooms: &RoomSet,
    request: &Request,
    mut visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    if visit.value.letter_at.is_some() {
        return Ok(Reply::see("/counter"));
    }
    let letter = match Letter::to_the_owner(request.form.typed("letter"), request.now) {
        Ok(letter) => letter,
        Err(why) => {
            let problem = Problem { field: "letter", message: view::not_a_letter(&why, request) };
            let page = view::page(rooms, request, &visit.value, &[problem])?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    for _ in 0..ROUNDS {
        let written = visit.with(visit.value.clone().wrote(request.now));
        match app.store.save_visit_with_letter(&written, &letter, "reader").await {
            Ok(()) => return Ok(Reply::see("/counter")),
            Err(Lost::Store(error)) => return Err(error.into()),
            // A second click, or another tab in another room.
            Err(Lost::Race(_) | Lost::Conflict) => {
                visit = app.store.visit(visit.value.id).await?.ok_or(Refusal::NoSession)?;
                if visit.value.letter_at.is_some() {
                    return Ok(Reply::see("/counter"));
                }
            }
        }
    }
    Err(Lost::Conflict.into())
}
