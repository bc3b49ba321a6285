//! 서재: a riddle room. Each visitor gets one of several literary riddles from the shelf that they
//! choose.

use std::sync::Arc;

use maud::html;
use web::{
    AppState, Drawing, Refusal, Reply, Request,
    riddle::{self, RiddlePage},
};

const PAGE: RiddlePage = RiddlePage {
    room: "study",
    drawing: Drawing::Bookshelf,
    script: None,
    tool: |_| html! {},
    hint: |_| html! {},
};

/// Serves `/study`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    riddle::serve(app, request, PAGE).await
}
