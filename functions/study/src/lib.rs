//! 서재: one of several literary riddles, the visitor's own.

use std::sync::Arc;

use maud::html;
use web::{
    AppState, Drawing, Refusal, Reply, Request,
    riddle::{self, Look},
};

const LOOK: Look =
    Look { room: "study", drawing: Drawing::Bookshelf, script: None, device: |_| html! {} };

/// Serves `/study`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    riddle::serve(app, request, LOOK).await
}
