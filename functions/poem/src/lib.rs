//! 시: the poem that the house made of a walk. Its reader sees it with the places that are still open;
//! whoever has its address sees it as it was shared, as a page and as a picture.
//!
//! The shared page reads nothing: what the rooms gave is in its address, which the shop has signed.

mod picture;
mod view;

use std::sync::Arc;

use domain::walk::{keepsake, shared_poem::SharedPoem};
use web::{AppState, Method, Refusal, Reply, Request, Walk, riddle};

/// Serves `/poem`, `/poem/{poem}` and `/poem/{poem}/picture`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let Some(address) = request.parameter("poem") else { return own(&app, &request).await };
    let poem = app.keys().verify_shared_poem(address).map_err(|_| Refusal::NotFound)?;
    let keepsakes = poem.keepsakes(riddle::built_in()?);
    if request.path.ends_with("/picture") {
        return Ok(Reply::Picture(picture::of(&keepsakes, &poem.pen_name, request.language)));
    }
    Ok(view::shared(&request, address, &keepsakes, &poem.pen_name).into())
}

/// The visitor's own poem.
async fn own(app: &AppState, request: &Request) -> Result<Reply, Refusal> {
    let Walk { visit, rooms } = app.walk(request.session()?).await?;
    let visit = &visit.value;
    let keepsakes = keepsake::keepsakes(visit, &rooms, request.now);
    let pen_name = visit.reader.as_ref().map(|reader| reader.pen_name.reveal().as_str());
    // It is shared with a name below it.
    let address = pen_name
        .filter(|_| keepsake::has_a_line(&keepsakes))
        .map(|pen_name| app.keys().shared_poem(&SharedPoem::of(&keepsakes, pen_name)));
    let onward = visit.stands(&rooms, request.now).path();
    Ok(view::own(request, &rooms, visit, &keepsakes, address.as_deref(), &onward).into())
}
