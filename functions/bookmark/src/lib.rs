//! 책갈피: six words that continue the walk on another device. The page shows them on the device that
//! walks, and accepts them on any other.
//!
//! A try is counted before the words are looked up, so concurrent tries cannot exceed the limit.
//! Words that cannot be a bookmark are rejected without a try. A walk on this device is left only
//! after the reader confirms it; its own bookmark is offered on the same page.

mod view;

use std::sync::Arc;

use domain::{
    base::id::VisitorId,
    walk::{
        bookmark::{Bookmark, BookmarkRecord},
        session::Session,
        visit::Visit,
    },
};
use store::{Commit, Condition, Decision, StoreError, Updated, Versioned, WriteError};
use web::{AppState, Method, Refusal, Reply, Request, StatusCode, Words};

/// What the page answers to somebody who entered a bookmark.
#[derive(Default)]
struct FormFeedback {
    problem: Option<Words>,
    status: Option<StatusCode>,
    wait_seconds: Option<i64>,
    /// Asks whether the other walk on this device may be left.
    confirm_leaving: bool,
    /// Sets this session: for a device that has none, so that its tries can be counted, or of the
    /// epoch that begins.
    session: Option<Session>,
}

impl FormFeedback {
    fn wrong(problem: Words) -> Self {
        Self {
            problem: Some(problem),
            status: Some(StatusCode::UNPROCESSABLE_ENTITY),
            ..Self::default()
        }
    }
}

/// Serves `/bookmark`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let wish = match request.method {
        Method::Get => "",
        Method::Post => request.form.typed("do"),
    };
    match wish {
        "open" => return open(&app, &request).await,
        "leave" => return Ok(Reply::Leave { path: "/" }),
        _ => {}
    }
    match (request.method, own_visit(&app, request.known()).await?) {
        (Method::Post, Some(visit)) if wish == "others" => others_out(&app, &request, visit).await,
        (Method::Post, Some(visit)) => make(&app, &request, visit).await,
        // A second click on what ended the sessions so far, this one among them: the first click's
        // answer has brought the next.
        (Method::Post, None) if request.known().is_some() => Ok(Reply::see("/bookmark")),
        (_, visit) => {
            let visit = visit.map(|visit| visit.value);
            answer(&app, &request, visit.as_ref(), &FormFeedback::default())
        }
    }
}

async fn own_visit(
    app: &AppState,
    session: Option<Session>,
) -> Result<Option<Versioned<Visit>>, Refusal> {
    let Some(session) = session else { return Ok(None) };
    let visit = app.store.visit(session.visitor).await?;
    Ok(visit.filter(|visit| visit.value.admits(session)))
}

fn answer(
    app: &AppState,
    request: &Request,
    visit: Option<&Visit>,
    feedback: &FormFeedback,
) -> Result<Reply, Refusal> {
    let bookmark = visit.and_then(|visit| valid_bookmark(app, visit, request));
    Ok(view::page(request, visit, bookmark, feedback)?.into())
}

/// The visit's bookmark, if it has not expired.
fn valid_bookmark(app: &AppState, visit: &Visit, request: &Request) -> Option<Bookmark> {
    let kept = visit.bookmark.as_ref().filter(|kept| kept.is_good(request.now))?;
    let bookmark = app.keys().bookmark(visit.id, kept.number);
    // After a change of the secret the words would be others, and open nothing.
    (app.keys().bookmark_digest(bookmark) == kept.mark).then_some(bookmark)
}

/// The visit with a new bookmark. One that had a bookmark ends the sessions that were opened with
/// it, and this device goes on with the next epoch.
fn with_new_bookmark(app: &AppState, visit: Visit, request: &Request) -> Visit {
    let before = visit.bookmark.as_ref();
    let number = BookmarkRecord::next_number(before);
    let bookmark = app.keys().bookmark(visit.id, number);
    let mark = app.keys().bookmark_digest(bookmark);
    let replaces = before.is_some();
    let visit = visit.bookmarked(BookmarkRecord { number, mark, made_at: request.now });
    if replaces { visit.ending_sessions() } else { visit }
}

/// Makes a bookmark, or replaces the one that the form names. Idempotent: a second click finds
/// another number than the form's.
async fn make(
    app: &AppState,
    request: &Request,
    visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    let replaces: u32 = request.form.typed("instead").parse().unwrap_or_default();
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let before = visit.value.bookmark.as_ref();
            if before.is_some_and(|kept| kept.number != replaces)
                && valid_bookmark(app, &visit.value, request).is_some()
            {
                return Ok(Decision::Keep(visit.value));
            }
            let changed = with_new_bookmark(app, visit.value.clone(), request);
            let old_mark = before.map(|kept| kept.mark.as_str());
            let commit = Commit::visit(&visit, changed.clone()).with_bookmark(old_mark);
            Ok::<_, Refusal>(Decision::write(commit, changed))
        })
        .await?;
    match updated {
        Updated::Done(visit) => made(app, request, &visit),
        Updated::DoneBefore => Ok(Reply::see("/bookmark")),
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Err(Refusal::gave_up("the visit")),
    }
}

/// Ends the sessions of all other devices. A bookmark with which they could come back is replaced.
async fn others_out(
    app: &AppState,
    request: &Request,
    visit: Versioned<Visit>,
) -> Result<Reply, Refusal> {
    let updated = app
        .store
        .update_visit_from(visit, |visit| async move {
            let kept = valid_bookmark(app, &visit.value, request).is_some();
            let (changed, old_mark) = if kept {
                let old_mark = visit.value.bookmark.as_ref().map(|kept| kept.mark.clone());
                (with_new_bookmark(app, visit.value.clone(), request), old_mark)
            } else {
                (visit.value.clone().ending_sessions(), None)
            };
            let commit = Commit::visit(&visit, changed.clone());
            let commit = if kept { commit.with_bookmark(old_mark.as_deref()) } else { commit };
            Ok::<_, Refusal>(Decision::write(commit, changed))
        })
        .await?;
    match updated {
        Updated::Done(visit) => Ok(Reply::see_as("/bookmark?out=1", visit.session())),
        Updated::DoneBefore => Ok(Reply::see("/bookmark")),
        Updated::NotFound => Err(Refusal::NoSession),
        Updated::GaveUp => Err(Refusal::gave_up("the visit")),
    }
}

/// Shows the new bookmark. If the reader was asked to confirm leaving this walk and made its
/// bookmark first, the question and the entered words are shown again.
fn made(app: &AppState, request: &Request, visit: &Visit) -> Result<Reply, Refusal> {
    let session = visit.session();
    if request.form.typed("bookmark").is_empty() {
        return Ok(Reply::see_as("/bookmark", session));
    }
    let feedback =
        FormFeedback { confirm_leaving: true, session: Some(session), ..FormFeedback::default() };
    answer(app, request, Some(visit), &feedback)
}

/// Opens the bookmark that was entered: this device continues its walk.
async fn open(app: &AppState, request: &Request) -> Result<Reply, Refusal> {
    let known = request.known();
    let tried = match Bookmark::read(request.form.typed("bookmark")) {
        Ok(tried) => tried,
        Err(why) => {
            let own = own_visit(app, known).await?.map(|visit| visit.value);
            let feedback = FormFeedback::wrong(view::not_a_bookmark(&why, request));
            return answer(app, request, own.as_ref(), &feedback);
        }
    };
    let milliseconds = u64::try_from(request.now.as_millisecond()).unwrap_or_default();
    let known_device = known.map(|session| session.visitor);
    let device =
        known_device.unwrap_or_else(|| VisitorId::new(milliseconds, app.random.next_u128()));
    let session = known.is_none().then_some(Session::first(device));
    match app.store.count_try(device, tried, request.now).await {
        Ok(()) => {}
        Err(WriteError::ConditionFailed(condition)) => {
            let own = own_visit(app, known).await?.map(|visit| visit.value);
            let feedback = FormFeedback {
                session,
                ..view::too_many_tries(condition == Condition::Beginning, request)
            };
            return answer(app, request, own.as_ref(), &feedback);
        }
        Err(WriteError::Store(StoreError::Contended)) => {
            let feedback = FormFeedback {
                status: Some(StatusCode::CONFLICT),
                session,
                ..FormFeedback::wrong(view::busy(request))
            };
            return answer(app, request, None, &feedback);
        }
        Err(WriteError::Store(error)) => return Err(error.into()),
    }
    let mark = app.keys().bookmark_digest(tried);
    let found = app.store.find_bookmark(&mark, known_device, request.now).await?;
    let own = found.own.map(|visit| visit.value);
    let own = own.filter(|own| known.is_some_and(|session| own.admits(session)));
    let Some(visitor) = found.visitor else {
        tracing::info!(event = "bookmark does not fit", "try refused");
        let feedback =
            FormFeedback { session, ..FormFeedback::wrong(view::unknown_bookmark(request)) };
        return answer(app, request, own.as_ref(), &feedback);
    };
    let other_walk = own.as_ref().is_some_and(|own| own.id != visitor);
    if other_walk && !request.form.ticked("leave") {
        let feedback = FormFeedback {
            confirm_leaving: true,
            status: Some(StatusCode::CONFLICT),
            ..FormFeedback::default()
        };
        return answer(app, request, own.as_ref(), &feedback);
    }
    let epoch = app.store.visit(visitor).await?.map_or(0, |visit| visit.value.epoch);
    Ok(Reply::see_as("/bookmark?back=1", Session { visitor, epoch }))
}
