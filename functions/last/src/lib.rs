//! 마지막 방: the room in the parcel. The slip's code leads here, a place in the very book in hand asks
//! for a word, and the word opens what the owner says about the book. The plain door does as well.
//!
//! Nothing is written: whether the room is open is in the address that the form leads to. The page
//! shows no order and no address; the poem of the walk only on its reader's own device.

mod view;

use std::sync::Arc;

use domain::{
    order::{LastCode, State},
    riddle::last_room::Heard,
    walk::keepsake,
};
use store::BehindTheCode;
use web::{AppState, Method, Refusal, Reply, Request, StatusCode, Walk, path_segment, riddle};

/// Serves `/last` and `/last/{code}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    let Some(typed) = request.parameter("code") else { return ask_for_the_code(&request) };
    let Ok(code) = typed.parse::<LastCode>() else { return Err(Refusal::NotFound) };
    let behind = app.store.behind_the_code(&code).await?.ok_or(Refusal::NotFound)?;
    if !has_the_book(behind.order.state) {
        return Ok(view::over(&request).status(StatusCode::GONE).into());
    }
    if request.method == Method::Post {
        return submit(&request, &code, &behind);
    }
    let word = request.query.typed("word");
    let by_the_word = matches!(behind.room.hear(code.as_str(), word), Heard::Opened { .. });
    if !by_the_word && request.query.typed("door") != "plain" {
        return Ok(view::closed(&request, &code, &behind.room, None, replies()?).into());
    }
    let poem = poem(&app, &request, &behind).await?;
    Ok(view::open(&request, &behind, by_the_word.then_some(word), poem.as_ref(), replies()?).into())
}

/// The form for a code that is copied from the slip.
fn ask_for_the_code(request: &Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    Ok(match request.query.get("code").map(str::parse::<LastCode>) {
        Some(Ok(code)) => Reply::see(format!("/last/{code}")),
        Some(Err(_)) => view::code(request, true).status(StatusCode::UNPROCESSABLE_ENTITY).into(),
        None => view::code(request, false).into(),
    })
}

/// What a form leads to. Wrong words are not counted.
fn submit(request: &Request, code: &LastCode, behind: &BehindTheCode) -> Result<Reply, Refusal> {
    let here = format!("/last/{code}");
    if request.form.typed("door") == "plain" {
        return Ok(Reply::see(format!("{here}?door=plain")));
    }
    let typed = request.form.typed("answer");
    Ok(match behind.room.hear(code.as_str(), typed) {
        Heard::Opened { latin_keys } => {
            let latin = if latin_keys { "&latin=1" } else { "" };
            Reply::see(format!("{here}?word={}{latin}", path_segment(typed)))
        }
        heard => {
            let page = view::closed(request, code, &behind.room, Some(heard), replies()?);
            if heard == Heard::TooLong {
                page.status(StatusCode::UNPROCESSABLE_ENTITY).into()
            } else {
                page.into()
            }
        }
    })
}

/// Whether the book of an order in this state is with its reader, or on its way there.
const fn has_the_book(state: State) -> bool {
    matches!(state, State::Chosen | State::Packed | State::Shipped | State::Delivered)
}

/// The poem of the walk that led to the order, if this is its reader's device.
async fn poem(
    app: &AppState,
    request: &Request,
    behind: &BehindTheCode,
) -> Result<Option<view::Poem>, Refusal> {
    let Ok(session) = request.session() else { return Ok(None) };
    if session.visitor != behind.order.visitor {
        return Ok(None);
    }
    let Walk { visit, rooms } = match app.walk(session).await {
        // The session was ended, or the visit deleted.
        Err(Refusal::NoSession | Refusal::SessionEnded) => return Ok(None),
        walk => walk?,
    };
    let keepsakes = visit.value.keepsakes_of(behind.order.id, &rooms, request.now);
    let pen_name = visit.value.reader.as_ref().map(|reader| reader.pen_name.reveal().clone());
    Ok(pen_name
        .filter(|_| keepsake::has_a_line(&keepsakes))
        .map(|pen_name| view::Poem { keepsakes, pen_name }))
}

/// The doorkeeper's common replies.
fn replies() -> Result<&'static domain::riddle::content::Replies, Refusal> {
    Ok(riddle::built_in()?.replies())
}
