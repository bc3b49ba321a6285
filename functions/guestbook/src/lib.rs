//! 방명록: a pen name and the consents. They make a visitor a reader. The poem that the house made of
//! the walk stands here, and goes to the mailbox with the name below it.

mod view;

use std::sync::Arc;

use domain::{
    riddle::content::RoomSet,
    walk::{
        draft::{Draft, DraftForm},
        keepsake,
        visit::{Position, Reader, Visit},
    },
};
use store::{Commit, Decision, Updated, Versioned};
use web::{AppState, Method, Problem, Refusal, Reply, Request, StatusCode, Walk, draft};

/// Serves `/guestbook`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let (Walk { visit, rooms }, draft) =
        app.walk_and_draft(request.session()?, DraftForm::Guestbook, request.now).await?;
    if let Some(room) = visit.value.closed_room(&rooms, request.now) {
        return Err(Refusal::OutOfOrder { onward: Position::Room(room).path() });
    }
    match request.method {
        Method::Get => {
            let request = request.filled_with(draft.as_ref().map(|draft| &draft.fields));
            Ok(view::page(&rooms, &request, &visit.value, draft.as_ref(), &[])?.into())
        }
        // What was sent has no draft any more.
        Method::Post if draft::is_kept(&request) && visit.value.reader.is_some() => {
            Ok(draft::kept(&request))
        }
        Method::Post if draft::is_kept(&request) => {
            let visit = &visit.value;
            let page =
                |problems: &[_]| view::page(&rooms, &request, visit, draft.as_ref(), problems);
            app.keep_draft(DraftForm::Guestbook, &request, visit, page).await
        }
        Method::Post if visit.value.reader.is_some() => Ok(Reply::see("/letter")),
        Method::Post => sign(&app, &rooms, &request, visit, draft.as_ref()).await,
    }
}

/// Signs the guestbook. Idempotent: what was signed first stands.
async fn sign(
    app: &AppState,
    rooms: &RoomSet,
    request: &Request,
    visit: Versioned<Visit>,
    draft: Option<&Draft>,
) -> Result<Reply, Refusal> {
    let reader = match read(request) {
        Ok(reader) => reader,
        Err(problems) => {
            let draft = app.save_refused(DraftForm::Guestbook, request, &visit.value).await;
            let page = view::page(rooms, request, &visit.value, draft.as_ref(), &problems)?;
            return Ok(page.status(StatusCode::UNPROCESSABLE_ENTITY).into());
        }
    };
    let reader = &reader;
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            if visit.value.reader.is_some() {
                return Ok(Decision::Keep(()));
            }
            let signed = visit.value.clone().signed(reader.clone());
            let keepsakes = keepsake::keepsakes(&signed, rooms, request.now);
            let name = reader.pen_name.reveal();
            let letter = keepsake::letter(&keepsakes, name, request.language, request.now);
            let commit = Commit::visit(&visit, signed).without_draft(DraftForm::Guestbook, draft);
            let commit =
                letter.iter().fold(commit, |commit, letter| commit.with_letter(letter, "poem"));
            Ok::<_, Refusal>(Decision::write(commit, ()))
        })
        .await?;
    match updated {
        Updated::Done(()) | Updated::DoneBefore => Ok(Reply::see("/letter")),
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Err(Refusal::gave_up("the visit")),
    }
}

fn read(request: &Request) -> Result<Reader, Vec<Problem>> {
    let form = &request.form;
    let reader = Reader::sign(form.typed("pen_name"), form.ticked("news"), request.now)
        .map_err(|why| Problem { field: "pen_name", message: view::not_a_name(why, request) });
    let consents: Vec<Problem> =
        view::consents(request).into_iter().filter(|consent| !form.ticked(consent.field)).collect();
    match reader {
        Ok(reader) if consents.is_empty() => Ok(reader),
        reader => Err(reader.err().into_iter().chain(consents).collect()),
    }
}
