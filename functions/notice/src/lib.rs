//! 알림: price, terms, privacy, withdrawal and contact. It needs no session, and no riddle stands
//! before it.

mod text;
mod view;

use std::sync::Arc;

use web::{AppState, Method, Refusal, Reply, Request};

/// Serves `/notice`.
#[expect(clippy::unused_async, reason = "handlers are asynchronous")]
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    match request.method {
        Method::Get => Ok(view::page(&request, &app.shop).into()),
        Method::Post => Err(Refusal::MethodNotAllowed),
    }
}
