//! The line that is kept of every act: written before it is done and again with what was done, so that
//! an act that was broken off can be seen.

use std::{future::Future, sync::Arc};

use domain::office::Act;

use crate::{AdminError, AdminState, Answer, Call, UNDO};

/// Handles a call. A confirmed one leaves a line in the owner's table. Two writes.
pub(crate) async fn kept<H, F>(
    state: Arc<AdminState>,
    call: Call,
    handle: H,
) -> Result<Answer, AdminError>
where
    H: Fn(Arc<AdminState>, Call) -> F,
    F: Future<Output = Result<Answer, AdminError>>,
{
    if !call.confirmed {
        return handle(state, call).await;
    }
    let mut act = Act {
        at: call.now,
        function: call.function.to_owned(),
        code: call.code.clone(),
        by: call.by.to_string(),
        did: None,
        undo: Vec::new(),
    };
    // Without the line nothing is done: an act that nobody can find again is worse than a second try.
    state.office.keep_act(&act).await?;
    let mut answer = handle(Arc::clone(&state), call).await?;
    act.did = Some(answer.did.clone());
    let undo = answer.calls.iter().filter(|call| call.why == UNDO);
    act.undo = undo.filter_map(|call| serde_json::to_string(call).ok()).collect();
    tracing::info!(act = %act.name(), by = act.by, lines = answer.did.len(), "owner's act done");
    match state.office.keep_act(&act).await {
        Ok(()) => answer.act = Some(act.name().to_string()),
        // It is done. The line stays as begun, which the owner's pages show.
        Err(why) => tracing::error!(error.message = %why, "the line of an act was not finished"),
    }
    Ok(answer)
}
