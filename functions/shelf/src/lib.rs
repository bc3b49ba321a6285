//! 서가: every book that could be sent, by price range. Each is shown only when the reader opens it.

mod view;

use std::sync::Arc;

use domain::base::price::PriceRange;
use web::{AppState, Method, Refusal, Reply, Request};

/// Books on a page.
const SHOWN: i32 = 48;

/// Serves `/shelf`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let range = match request.query.get("range") {
        None => PriceRange::Middle,
        Some(name) => name.parse().map_err(|_| Refusal::NotFound)?,
    };
    let books = app.store.shelf(range, request.query.get("after"), SHOWN).await?;
    Ok(view::page(&request, range, &books).into())
}
