//! Why a call of an AWS service failed, in one line fit for a log.

use std::error::Error;

use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

/// The service's code and sentence, or what kept the call from being answered. Never the request or
/// the raw answer: a table's answer can hold the item, and the item an address.
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
