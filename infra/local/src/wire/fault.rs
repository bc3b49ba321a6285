//! Calls that break on purpose.

use serde_json::{Value as Json, json};

use super::call::Call;
use super::{Service, error};
use crate::answer::Answer;

/// How a call breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breakage {
    /// Nothing was done, and the client's patience is at its end.
    Timeout,
    /// Nothing was done, and the service says so: HTTP 500.
    Error500,
    /// Nothing was done: too many requests.
    Throttle,
    /// Nothing was done: another transaction holds the item. A transaction is cancelled with the
    /// reason `TransactionConflict`, a single write with `TransactionConflictException`.
    Conflict,
    /// A batch read is answered without its last key, which is named as unprocessed.
    Unprocessed,
    /// It was done, but the connection broke before the reply.
    LostReply,
    /// Nothing was done, and no answer ever comes.
    Hang,
    /// Nothing was done, and the function that called dies: its work is dropped where it stands, no
    /// code of it runs any more.
    Crash,
    /// It was done, and the function that called dies before the reply.
    CrashAfter,
    /// Nothing is done until [`go_on`](super::Wire::go_on); then it is done. Meanwhile others may
    /// be faster.
    Pause,
}

impl Breakage {
    pub(super) fn answer(self, call: &Call) -> Option<Answer> {
        let service = call.service;
        match self {
            Self::Timeout
            | Self::LostReply
            | Self::Hang
            | Self::Crash
            | Self::CrashAfter
            | Self::Unprocessed
            | Self::Pause => None,
            Self::Conflict => Some(conflict(call)),
            Self::Error500 => {
                let code = match service {
                    Service::Sns => "InternalError",
                    Service::Lambda => "ServiceException",
                    _ => "InternalServerError",
                };
                Some(error(service, 500, code, "Internal server error (on purpose)"))
            }
            Self::Throttle => {
                let (status, code) = match service {
                    Service::Dynamodb => (400, "ProvisionedThroughputExceededException"),
                    Service::Sqs => (403, "RequestThrottled"),
                    Service::Sns => (400, "Throttling"),
                    Service::Ssm => (400, "ThrottlingException"),
                    Service::Lambda => (429, "TooManyRequestsException"),
                };
                Some(error(service, status, code, "Rate exceeded (on purpose)"))
            }
        }
    }
}

/// DynamoDB's answer to a write that met a transaction on the same item.
fn conflict(call: &Call) -> Answer {
    let message = "Transaction is ongoing for the item (on purpose)";
    let Some(writes) = call.json().pointer("/TransactItems").and_then(Json::as_array).cloned()
    else {
        return error(call.service, 400, "TransactionConflictException", message);
    };
    // The first write met the other transaction; the others are innocent.
    let reasons: Vec<Json> = (0..writes.len())
        .map(|at| match at {
            0 => json!({ "Code": "TransactionConflict", "Message": message }),
            _ => json!({ "Code": "None" }),
        })
        .collect();
    Answer::json(
        400,
        &json!({
            "__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException",
            "Message": "Transaction cancelled, please refer cancellation reasons for specific reasons",
            "CancellationReasons": reasons,
        }),
    )
}

/// A plan to break calls: which, from the how-manyth on, how many, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    service: Service,
    operation: Option<String>,
    caller: Option<String>,
    skip: usize,
    left: usize,
    breakage: Breakage,
}

impl Fault {
    /// Breaks the next call of an operation. (An SDK client with retries survives one; see
    /// [`Fault::times`].)
    pub fn on(service: Service, operation: &str, breakage: Breakage) -> Self {
        Self {
            service,
            operation: Some(operation.to_owned()),
            caller: None,
            skip: 0,
            left: 1,
            breakage,
        }
    }

    /// Breaks the next call of a service, whatever it is.
    pub fn on_any(service: Service, breakage: Breakage) -> Self {
        Self { service, operation: None, caller: None, skip: 0, left: 1, breakage }
    }

    /// Only for calls of this function (short name).
    #[must_use]
    pub fn of(mut self, function: &str) -> Self {
        self.caller = Some(function.to_owned());
        self
    }

    /// Lets calls through before it breaks: `nth(1)` is the next, `nth(2)` the one after.
    #[must_use]
    pub fn nth(mut self, nth: usize) -> Self {
        self.skip = nth.saturating_sub(1);
        self
    }

    /// Breaks so many calls in a row: enough of them outlast a client's retries.
    #[must_use]
    pub fn times(mut self, times: usize) -> Self {
        self.left = times;
        self
    }

    /// Breaks every call until [`heal`](super::Wire::heal).
    #[must_use]
    pub fn for_good(self) -> Self {
        self.times(usize::MAX)
    }

    pub(super) fn strikes(&mut self, caller: &str, call: &Call) -> Option<Breakage> {
        let meant = self.service == call.service
            && self.operation.as_ref().is_none_or(|o| *o == call.operation)
            && self.caller.as_ref().is_none_or(|c| c == caller);
        if !meant || self.left == 0 {
            return None;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        if self.left != usize::MAX {
            self.left -= 1;
        }
        Some(self.breakage)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left == 0
    }

    pub(super) fn pauses(&self) -> bool {
        self.breakage == Breakage::Pause
    }
}
