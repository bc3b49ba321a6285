//! 편지함: every letter, including the twin of every push, and the devices that get pushes. The
//! mailbox is complete; pushes only point to it. Devices are added and removed at `bell`.
//!
//! A letter of the owner has a page of its own, where its reader replies to it.

mod reply;
mod view;

use std::sync::Arc;

use platform::{Init, InitError, Platform};
use web::{AppState, HandlerState, Method, Refusal, Reply, Request};

/// Letters on the page, newest first.
const SHOWN: u16 = 100;

/// What the mailbox needs.
pub struct MailboxState {
    app: AppState,
    /// Whether pushes are configured.
    pushes: bool,
}

impl Init for MailboxState {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let pushes = platform.environment.optional("PUSH_PUBLIC").is_some();
        Ok(Self { app: AppState::init(platform).await?, pushes })
    }
}

impl HandlerState for MailboxState {
    fn app(&self) -> &AppState {
        &self.app
    }
}

/// Serves `/mailbox` and `/mailbox/{letter}`.
pub async fn handle(state: Arc<MailboxState>, request: Request) -> Result<Reply, Refusal> {
    if let Some(letter) = request.parameter("letter") {
        return reply::serve(&state.app, &request, letter).await;
    }
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let session = request.session()?;
    let mailbox = state.app.store.mailbox(session.visitor, request.now, SHOWN).await?;
    if mailbox.epoch != session.epoch {
        return Err(Refusal::SessionEnded);
    }
    Ok(view::page(&request, &mailbox, state.pushes).into())
}
