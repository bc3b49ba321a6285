//! 서재: one of several literary riddles, the visitor's own.

use std::sync::Arc;

use maud::html;
use web::{
    Drawing, Refusal, Reply, Request, Site,
    riddle::{self, Look},
};

const LOOK: Look = Look { room: "study", drawing: Drawing::Bookshelf, script: None, device: |_| html! {} };

/// Serves `/study`.
pub async fn handle(site: Arc<Site>, request: Request) -> Result<Reply, Refusal> {
    riddle::serve(site, request, LOOK).await
}
