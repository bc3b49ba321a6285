//! The reason for a failed AWS call, in one line for the log.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// Returns the service's error code and message, or the chain of causes if no answer came.
///
/// Leaves out the request and the raw answer: an answer of DynamoDB can contain the item, and the
/// item an address.
pub fn why<E, R>(error: &SdkError<E, R>) -> String
where
    E: ProvideErrorMetadata + Error + 'static,
    R: std::fmt::Debug,
{
    if let SdkError::ServiceError(answer) = error {
        let answer = answer.err();
        return format!(
            "{}: {}",
            answer.code().unwrap_or("no code"),
            answer.message().unwrap_or("no message")
        );
    }
    let mut sentence = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        sentence = format!("{sentence}: {cause}");
        source = cause.source();
    }
    sentence
}
