//! The page `/office`.

mod view;

use std::sync::Arc;

use web::{AppState, Method, Refusal, Reply, Request};

/// Serves `/office`.
#[expect(clippy::unused_async, reason = "every page is called the same way")]
pub async fn handle(_app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    Ok(view::page(&request).into())
}
