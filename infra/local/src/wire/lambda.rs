//! Lambda's `Invoke` for functions that call functions.

use serde_json::{Value as Json, json};

use super::Call;
use crate::answer::Answer;
use crate::gateway::MAX_EVENT;
use crate::host::Host;

/// Answers `Invoke`. The called function runs in a task of its own: it goes on if the caller dies.
pub(super) async fn answer(host: Option<&Host>, call: &Call) -> Answer {
    let Some(host) = host else {
        return refusal(503, "ServiceException", "The system is starting or stopping");
    };
    let name = call.function();
    // As on Lambda, the name is the deployed one; the short name is this project's own.
    let lambda = host.world.functions.find(&name).filter(|lambda| lambda.deployed_name == name);
    let Some(lambda) = lambda else {
        let arn = host.world.names.function_arn(&name);
        return refusal(404, "ResourceNotFoundException", &format!("Function not found: {arn}"));
    };
    if !call.waits() {
        let what = "the local run answers RequestResponse only to functions";
        return refusal(400, "InvalidParameterValueException", what);
    }
    if call.body().len() > MAX_EVENT {
        let what =
            format!("Request must be smaller than {MAX_EVENT} bytes for the Invoke operation");
        return refusal(413, "RequestTooLargeException", &what);
    }
    let event: Json = match serde_json::from_slice(call.body()) {
        Ok(event) => event,
        Err(error) => {
            let what = format!("Could not parse request body into json: {error}");
            return refusal(400, "InvalidRequestContentException", &what);
        }
    };
    let answer =
        |body: &Json| Answer::json(200, body).with("x-amz-executed-version", "$LATEST".into());
    match host.invoke(lambda.name.clone(), event, None).await {
        Ok(body) => answer(&body),
        Err(failure) => answer(&failure.payload()).with("x-amz-function-error", "Unhandled".into()),
    }
}

/// An error of Lambda's REST protocol.
pub(super) fn refusal(status: u16, code: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "Type": "User", "Message": message }))
        .with("x-amzn-errortype", code.to_owned())
}
