//! The page `/skeleton-page`.

mod view;

use std::sync::Arc;

use web::{AppState, Method, Refusal, Reply, Request};

/// Serves `/skeleton-page`.
#[expect(clippy::unused_async, reason = "every page is called the same way")]
pub async fn handle(_app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    Ok(view::page(&request).into())
}
