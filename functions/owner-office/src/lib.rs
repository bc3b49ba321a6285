//! The owner's function `owner-office`.

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call};
use serde_json::json;

/// Answers a call without fields; any field is a problem.
#[expect(clippy::unused_async, reason = "every owner's function is called the same way")]
pub async fn handle(_state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let command = call.read_fields(|fields| {
        fields.known(&[], &json!({}));
        Some(())
    });
    Ok(match command {
        Ok(()) => Answer::done("아무것도 바뀌지 않았습니다."),
        Err(problems) => Answer::problems(problems),
    })
}
