//! 문: the front page with the whole price, where a walk begins. It also answers every unknown path.

mod view;

use std::sync::Arc;

use domain::{
    base::id::VisitorId,
    riddle::content::RoomSet,
    walk::{content_version::preview_page, session::Session, visit::Visit},
};
use store::{Commit, Versioned, WriteError};
use web::{AppState, Arrival, Method, Refusal, Reply, Request};

/// Serves `/` and every unknown path.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if let Some(to) = without_trailing_slash(&request) {
        return Ok(Reply::Moved { to });
    }
    if request.path != "/" {
        return Err(Refusal::NotFound);
    }
    if let Some(version) = preview(&app, &request)? {
        let rooms = app.content_version(version).await?;
        return match request.method {
            Method::Get => Ok(view::page(&request, &rooms, None, Some(version))?.into()),
            Method::Post => begin(&app, &request, &rooms, true).await,
        };
    }
    let Arrival { visit, rooms, newest } = app.arrival(request.known()).await?;
    match (request.method, visit) {
        (Method::Get, visit) => {
            let visit = visit.as_ref().map(|visit| &visit.value);
            Ok(view::page(&request, &rooms, visit, None)?.into())
        }
        (Method::Post, Some(visit)) if request.form.typed("walk") == "again" => {
            walk_again(&app, &request, &visit, &rooms, &newest).await
        }
        // A second click, or a visitor who returns: the walk they have goes on.
        (Method::Post, Some(visit)) => {
            Ok(Reply::see(visit.value.stands(&rooms, request.now).path()))
        }
        (Method::Post, None) => begin(&app, &request, &rooms, false).await,
    }
}

/// Begins another walk of a reader who has ordered. Idempotent: a second click finds it under way,
/// and after a lost race the visitor is led to where they stand.
async fn walk_again(
    app: &AppState,
    request: &Request,
    visit: &Versioned<Visit>,
    rooms: &RoomSet,
    newest: &RoomSet,
) -> Result<Reply, Refusal> {
    let Some(again) = visit.value.walking_again(rooms, newest, request.now) else {
        return Ok(Reply::see(visit.value.stands(rooms, request.now).path()));
    };
    let path = again.stands(newest, request.now).path();
    match app.store.commit(Commit::visit(visit, again)).await {
        Ok(()) => Ok(Reply::see(path)),
        Err(WriteError::ConditionFailed(_)) => Ok(Reply::see("/")),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

/// The address of a path that ends in a slash. Two slashes at the beginning would lead to another
/// site.
fn without_trailing_slash(request: &Request) -> Option<String> {
    let path = request.path.strip_suffix('/').filter(|path| !path.is_empty())?;
    let own = !path.ends_with('/') && !path.starts_with("//") && !path.contains('\\');
    let query = request.query.query();
    own.then(|| if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") })
}

/// The content version that the owner's signed link previews.
///
/// # Errors
///
/// [`Refusal::NotFound`] if the link's ticket is invalid.
fn preview<'a>(app: &AppState, request: &'a Request) -> Result<Option<&'a str>, Refusal> {
    let Some(version) = request.query.get("preview") else { return Ok(None) };
    match app.ticket(request, &preview_page(version)) {
        Ok(_) => Ok(Some(version)),
        Err(_) => Err(Refusal::NotFound),
    }
}

async fn begin(
    app: &AppState,
    request: &Request,
    rooms: &RoomSet,
    preview: bool,
) -> Result<Reply, Refusal> {
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let visitor = VisitorId::new(milliseconds, app.random.next_u128());
    let visit = Visit::begin(visitor, rooms, request.language, request.now);
    let visit = if preview { visit.as_preview() } else { visit };
    let path = visit.position(rooms, request.now).path();
    let commit = Commit::visit(&Versioned::new(visit.clone()), visit);
    match app.store.commit(commit).await {
        // The id is random, so an item under it was written by this request and the reply was lost.
        Ok(()) | Err(WriteError::ConditionFailed(_)) => {}
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    Ok(Reply::see_as(path, Session::first(visitor)))
}
