//! Recognizes the service and operation of a request.

use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use serde_json::Value as Json;

/// The services of a local run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// DynamoDB.
    Dynamodb,
    /// SQS.
    Sqs,
    /// SNS.
    Sns,
    /// Systems Manager's Parameter Store.
    Ssm,
    /// Lambda, with the one operation `Invoke`.
    Lambda,
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Dynamodb => "dynamodb",
            Self::Sqs => "sqs",
            Self::Sns => "sns",
            Self::Ssm => "ssm",
            Self::Lambda => "lambda",
        })
    }
}

/// A recognized request.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) service: Service,
    pub(crate) operation: String,
    pub(super) request: HttpRequest,
}

impl Call {
    /// Recognizes a request: the JSON protocols name the operation in `X-Amz-Target`, the query
    /// protocol in `Action`, and Lambda's REST protocol has a path for each. `Err` has the URI of a
    /// request to another service.
    pub(super) fn read(request: HttpRequest) -> Result<Self, String> {
        if invoked(request.uri()).is_some() {
            return Ok(Self { service: Service::Lambda, operation: "Invoke".into(), request });
        }
        let named = |target: &str| {
            let (service, operation) = target.split_once('.')?;
            let service = match service {
                "DynamoDB_20120810" | "DynamoDBStreams_20120810" => Service::Dynamodb,
                "AmazonSQS" => Service::Sqs,
                "AmazonSSM" => Service::Ssm,
                _ => return None,
            };
            Some((service, operation.to_owned()))
        };
        let found = match request.headers().get("x-amz-target") {
            Some(target) => named(target),
            None => url::form_urlencoded::parse(request.body().bytes().unwrap_or_default())
                .find(|(key, _)| key == "Action")
                .map(|(_, action)| (Service::Sns, action.into_owned())),
        };
        match found {
            Some((service, operation)) => Ok(Self { service, operation, request }),
            None => Err(request.uri().to_owned()),
        }
    }

    /// The SDK's id of the operation, which is the same for every retry.
    pub(super) fn invocation(&self) -> Option<&str> {
        self.request.headers().get("amz-sdk-invocation-id")
    }

    /// The name of the function that a call of Lambda invokes.
    pub(crate) fn function(&self) -> String {
        invoked(self.request.uri()).unwrap_or_default()
    }

    /// Whether a call of Lambda waits for the answer.
    pub(super) fn waits(&self) -> bool {
        let kind = self.request.headers().get("x-amz-invocation-type");
        kind.is_none_or(|kind| kind == "RequestResponse")
    }

    /// The request's body. The SDK's calls to these services are never streams.
    pub(crate) fn body(&self) -> &[u8] {
        self.request.body().bytes().unwrap_or_default()
    }

    /// The body of a JSON-protocol call.
    pub(super) fn json(&self) -> Json {
        serde_json::from_slice(self.body()).unwrap_or_default()
    }

    /// Puts another body in.
    pub(super) fn rewrite(&mut self, body: &Json) {
        let text = body.to_string();
        self.request.headers_mut().insert("content-length", text.len().to_string());
        *self.request.body_mut() = SdkBody::from(text);
    }

    /// The fields of a query-protocol call, in order.
    pub(crate) fn form(&self) -> Vec<(String, String)> {
        url::form_urlencoded::parse(self.body()).into_owned().collect()
    }

    /// Whether a DynamoDB call may write, so that the stream may have a new record.
    pub(super) fn changes_table(&self) -> bool {
        let reads = ["Get", "Query", "Scan", "BatchGet", "TransactGet", "Describe", "List"];
        !reads.iter().any(|read| self.operation.starts_with(read))
    }
}

/// The function whose path a URI names, `/2015-03-31/functions/{name}/invocations`.
fn invoked(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("/2015-03-31/functions/")?;
    let name = rest.split('?').next()?.strip_suffix("/invocations")?;
    Some(percent_encoding::percent_decode_str(name).decode_utf8_lossy().into_owned())
}
