//! An answer of an emulated service, before it becomes the SDK's response.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::http::{HttpError, StatusCode};
use aws_smithy_types::body::SdkBody;
use serde_json::Value as Json;

use crate::queue::uuid;

/// Status, headers and body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    /// A JSON answer of the AWS JSON protocols.
    pub(crate) fn json(status: u16, body: &Json) -> Self {
        Self::new(status, "application/x-amz-json-1.0", body.to_string())
    }

    /// An XML answer of the query protocol.
    pub(crate) fn xml(status: u16, body: String) -> Self {
        Self::new(status, "text/xml", body)
    }

    fn new(status: u16, kind: &str, body: String) -> Self {
        Self {
            status,
            headers: vec![("content-type", kind.to_owned()), ("x-amzn-requestid", uuid())],
            body,
        }
    }

    /// Adds a header.
    pub(crate) fn with(mut self, name: &'static str, value: String) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl TryFrom<Answer> for HttpResponse {
    type Error = HttpError;

    fn try_from(answer: Answer) -> Result<Self, HttpError> {
        let mut response =
            Self::new(StatusCode::try_from(answer.status)?, SdkBody::from(answer.body));
        for (name, value) in answer.headers {
            response.headers_mut().try_insert(name, value)?;
        }
        Ok(response)
    }
}
