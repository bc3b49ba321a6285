//! Calls another function and waits for its answer: the office's way to the owner's functions.
//!
//! One attempt a call: a call that acts may have been done although its answer was lost, so whoever
//! called decides what to do next.

use std::time::Duration;

use aws_sdk_lambda::Client;
use aws_sdk_lambda::operation::invoke::InvokeError as SdkInvokeError;
use aws_sdk_lambda::primitives::Blob;
use aws_smithy_types::{retry::RetryConfig, timeout::TimeoutConfig};
use platform::Platform;
use serde_json::Value;
use thiserror::Error;

/// How long a call may take: more than the 20 s of an owner's function, less than the 27 s of the
/// office (template.yaml).
const PATIENCE: Duration = Duration::from_secs(24);

/// Calls functions of this stack.
#[derive(Debug, Clone)]
pub struct Invoker {
    client: Client,
    prefix: String,
}

/// Why a call has no answer.
#[derive(Debug, Error)]
pub enum InvokeError {
    /// Too many calls at once. Nothing was done.
    #[error("Lambda refused the call for now: {0}")]
    Throttled(String),
    /// The role of the caller does not allow it. Nothing was done.
    #[error("the role does not allow the call: {0}")]
    NotAllowed(String),
    /// The function ended with an error, a panic or its timeout. It may have acted before.
    #[error("the function ended with {0}")]
    Failed(String),
    /// No answer came, or none that can be read. The function may have acted.
    #[error("no answer came: {0}")]
    NoAnswer(String),
}

impl Invoker {
    /// Calls functions whose deployed names begin with `FUNCTION_PREFIX`; without one, by their short
    /// names, as `cargo lambda watch` knows them. A local run that serves Lambda at an address of its
    /// own names it in `AWS_ENDPOINT_URL_LAMBDA`.
    pub fn open(platform: &Platform) -> Self {
        let prefix = platform.environment.optional("FUNCTION_PREFIX").unwrap_or_default();
        let patience = PATIENCE * platform.slack;
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(Duration::from_secs(1) * platform.slack)
            .operation_attempt_timeout(patience)
            .operation_timeout(patience)
            .build();
        let mut config = aws_sdk_lambda::Config::from(&platform.sdk)
            .to_builder()
            .timeout_config(timeouts)
            .retry_config(RetryConfig::disabled());
        if let Some(endpoint) = platform.environment.optional("AWS_ENDPOINT_URL_LAMBDA") {
            config = config.endpoint_url(endpoint);
        }
        Self { client: Client::from_conf(config.build()), prefix: prefix.to_owned() }
    }

    /// Calls a function by its short name and waits for its answer.
    pub async fn invoke(&self, function: &str, call: &Value) -> Result<Value, InvokeError> {
        let sent = self
            .client
            .invoke()
            .function_name(format!("{}{function}", self.prefix))
            .payload(Blob::new(call.to_string()))
            .send()
            .await;
        let answer = sent.map_err(|error| {
            let why = platform::why(&error);
            match error.as_service_error() {
                Some(SdkInvokeError::TooManyRequestsException(_)) => InvokeError::Throttled(why),
                Some(error) if error.meta().code() == Some("AccessDeniedException") => {
                    InvokeError::NotAllowed(why)
                }
                _ => InvokeError::NoAnswer(why),
            }
        })?;
        let payload = answer.payload().map(AsRef::as_ref).unwrap_or_default();
        let payload: Value = serde_json::from_slice(payload)
            .map_err(|error| InvokeError::NoAnswer(error.to_string()))?;
        match answer.function_error() {
            None => Ok(payload),
            Some(_) => Err(InvokeError::Failed(failure(&payload))),
        }
    }
}

/// The type of a function's error and its message, as Lambda answers them.
fn failure(payload: &Value) -> String {
    let text = |name: &str| payload.get(name).and_then(Value::as_str).unwrap_or_default();
    format!("{}: {}", text("errorType"), text("errorMessage"))
}
