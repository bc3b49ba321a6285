//! 편지: a letter to the owner about anything but the wished-for book. It is free text and is never
//! judged.

mod view;

use std::sync::Arc;

use domain::{
    order::letter::Letter,
    riddle::content::RoomSet,
    walk::{
        draft::{Draft, DraftForm},
        visit::{Position, Visit},
    },
};
use store::{Commit, Decision, Updated, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Walk, draft};

/// Serves `/letter`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let (Walk { visit, rooms }, draft) =
        app.walk_and_draft(request.session()?, DraftForm::Letter, request.now).await?;
    match visit.value.position(&rooms, request.now) {
        place @ (Position::Room(_) | Position::Guestbook) => {
            Err(Refusal::OutOfOrder { onward: place.path() })
        }
        _ => match request.method {
            Method::Get => {
                let request = request.filled_with(draft.as_ref().map(|draft| &draft.fields));
                Ok(view::page(&rooms, &request, &visit.value, draft.as_ref(), &[])?.into())
            }
            // What was sent has no draft any more.
            Method::Post if draft::is_kept(&request) && visit.value.letter_at.is_some() => {
                Ok(draft::kept(&request))
            }
            Method::Post if draft::is_kept(&request) => {
                let visit = &visit.value;
                let page =
                    |problems: &[_]| view::page(&rooms, &request, visit, draft.as_ref(), problems);
                app.keep_draft(DraftForm::Letter, &request, visit, page).await
            }
            Method::Post => send(&app, &rooms, &request, visit, draft.as_ref()).await,
        },
    }
}

/// Sends the letter. Idempotent: a second click finds it sent.
async fn send(
    app: &AppState,
    rooms: &RoomSet,
    request: &Request,
    visit: Versioned<Visit>,
    draft: Option<&Draft>,
) -> Result<Reply, Refusal> {
    if visit.value.letter_at.is_some() {
        return Ok(Reply::see("/counter"));
    }
    let letter = match Letter::to_the_owner(request.form.typed("letter"), request.now) {
        Ok(letter) => letter,
        Err(why) => {
            let problem = Problem { field: "letter", message: view::not_a_letter(why, request) };
            let draft = app.save_refused(DraftForm::Letter, request, &visit.value).await;
            let page = view::page(rooms, request, &visit.value, draft.as_ref(), &[problem])?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let (letter, now) = (&letter, request.now);
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            if visit.value.letter_at.is_some() {
                return Ok(Decision::Keep(()));
            }
            // Two letters may be written in one instant, an order apart.
            let name = match visit.value.orders.len() {
                0 => "reader".to_owned(),
                orders => format!("reader{orders}"),
            };
            let written = visit.value.clone().wrote(now);
            let commit = Commit::visit(&visit, written).with_letter(letter, &name);
            let commit = commit.without_draft(DraftForm::Letter, draft);
            Ok::<_, Refusal>(Decision::write(commit, ()))
        })
        .await?;
    match updated {
        Updated::Done(()) | Updated::DoneBefore => Ok(Reply::see("/counter")),
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Err(Refusal::gave_up("the visit")),
    }
}
