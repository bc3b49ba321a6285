//! Classifies the answers that are not a payment by what they mean for the order. The crate
//! documentation has the table.

use std::fmt;

use serde::Deserialize;

use crate::wire::Answer;

/// An error answer of Toss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// Toss's code, for example `REJECT_CARD_COMPANY`.
    pub code: String,
    /// Toss's message for the reader, in Korean.
    pub message: String,
    /// `X-TossPayments-Trace-Id`, which Toss's support asks for. For the log.
    pub trace: Option<String>,
}

impl Rejection {
    /// Whether the account that the money goes back to is to blame.
    pub fn is_about_the_account(&self) -> bool {
        self.code.starts_with("INVALID_REFUND_ACCOUNT_")
            || matches!(self.code.as_str(), "INVALID_BANK" | "FORBIDDEN_BANK_REFUND_REQUEST")
    }

    /// Whether the first call with the same key has not ended, or calls come too fast: the next one
    /// may be answered.
    pub fn is_in_flight(&self) -> bool {
        matches!(self.status, 408 | 409 | 425 | 429)
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} (trace {})",
            self.status,
            self.code,
            self.trace.as_deref().unwrap_or("none")
        )
    }
}

/// Why the outcome of a call is unknown.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// No connection was made, so the call was not sent. For the first call with its key this means
    /// that nothing happened.
    #[error("toss is unreachable")]
    Unreachable,
    /// The caller is ended before an answer could come, so the call was not sent.
    #[error("there is no time left for a call to toss")]
    NoTime,
    /// No answer came within the time limit.
    #[error("toss did not answer in time")]
    Late,
    /// The connection broke before the answer was complete.
    #[error("the connection to toss broke")]
    Broken,
    /// The answer is neither a payment nor an error of Toss.
    #[error(
        "an answer with status {status} that cannot be read (trace {})",
        trace.as_deref().unwrap_or("none")
    )]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// `X-TossPayments-Trace-Id`, for the log.
        trace: Option<String>,
    },
    /// Toss answered that it does not know, is busy, or has performed the call already.
    #[error("{0}")]
    Answered(Rejection),
}

/// The two kinds of a [`Failure::SessionGone`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// `NOT_FOUND_PAYMENT_SESSION`: the ten minutes are over. Query once by order id, then treat
    /// the payment as failed.
    Expired,
    /// `NOT_FOUND_PAYMENT`: can be transient just after a confirm. Only repeated 404s over time
    /// mean that there is no payment.
    NotFound,
}

/// Why a confirm, a query or a request for a virtual account returned no payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Toss refused and no money moved: the payment failed, a new attempt is allowed.
    #[error("refused: {0}")]
    Refused(Rejection),
    /// The outcome is unknown: **do not treat as failed**. Query by order id, now and later.
    #[error("unknown: {0}")]
    Unknown(Doubt),
    /// The payment does not exist, or no longer does.
    #[error("session gone: {0}")]
    SessionGone(Rejection, Gone),
    /// A wrong key or a malformed call: alarm.
    #[error("our fault: {0}")]
    OurFault(Rejection),
}

/// Why a cancel returned no payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelFailure {
    /// Cancelled or refunded already: success, if the balance of a query agrees.
    #[error("already done: {0}")]
    AlreadyDone(Rejection),
    /// Toss refuses this cancel: a person has to decide.
    #[error("refused: {0}")]
    Refused(Rejection),
    /// Too soon after the last cancel of this payment: retry later with the same key.
    #[error("later: {0}")]
    Later(Rejection),
    /// The outcome is unknown: query, then retry with the same key.
    #[error("unknown: {0}")]
    Unknown(Doubt),
    /// A wrong key or a malformed call: alarm.
    #[error("our fault: {0}")]
    OurFault(Rejection),
}

/// Both forms of an error body: `{code, message}` and, on v2 endpoints, `{error: {code, message}}`.
#[derive(Deserialize)]
struct ErrorBody {
    code: Option<String>,
    message: Option<String>,
    error: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    code: String,
    #[serde(default)]
    message: String,
}

/// Reads the error in an answer; an answer without one is [`Doubt::Unreadable`].
fn rejection(answer: &Answer) -> Result<Rejection, Doubt> {
    let unreadable = || Doubt::Unreadable { status: answer.status, trace: answer.trace.clone() };
    let body: ErrorBody = serde_json::from_slice(&answer.body).map_err(|_| unreadable())?;
    let (code, message) = match body {
        ErrorBody { code: Some(code), message, .. } => (code, message.unwrap_or_default()),
        ErrorBody { error: Some(inner), .. } => (inner.code, inner.message),
        ErrorBody { .. } => return Err(unreadable()),
    };
    Ok(Rejection { status: answer.status, code, message, trace: answer.trace.clone() })
}

/// Statuses that leave the outcome unknown whatever the code: in flight, too many calls, every 5xx,
/// and answers that are neither a payment nor an error.
fn is_inconclusive(status: u16) -> bool {
    !(400..500).contains(&status) || matches!(status, 408 | 409 | 425 | 429)
}

/// Codes of any call for an invalid key or a malformed request.
fn is_our_fault(code: &str) -> bool {
    matches!(
        code,
        "UNAUTHORIZED_KEY"
            | "INVALID_API_KEY"
            | "INCORRECT_BASIC_AUTH_FORMAT"
            | "FORBIDDEN_REQUEST"
            | "INVALID_REQUEST"
            | "INVALID_IDEMPOTENCY_KEY"
            | "NOT_SUPPORTED_WIDGET_KEY"
    )
}

impl Failure {
    /// Classifies an answer that is not a payment.
    pub(crate) fn from_answer(answer: &Answer) -> Self {
        let rejection = match rejection(answer) {
            Ok(rejection) => rejection,
            Err(doubt) => return Self::Unknown(doubt),
        };
        if is_inconclusive(rejection.status) {
            return Self::Unknown(Doubt::Answered(rejection));
        }
        match rejection.code.as_str() {
            "NOT_FOUND_PAYMENT_SESSION" => Self::SessionGone(rejection, Gone::Expired),
            "NOT_FOUND_PAYMENT" => Self::SessionGone(rejection, Gone::NotFound),
            code if is_our_fault(code) => Self::OurFault(rejection),
            "INVALID_CARD_NUMBER"
            | "INVALID_STOPPED_CARD"
            | "INVALID_CARD_EXPIRATION"
            | "INVALID_REJECT_CARD"
            | "INVALID_CARD_LOST_OR_STOLEN"
            | "BELOW_MINIMUM_AMOUNT"
            | "REJECT_CARD_PAYMENT"
            | "REJECT_CARD_COMPANY"
            | "REJECT_ACCOUNT_PAYMENT"
            | "REJECT_TOSSPAY_INVALID_ACCOUNT"
            | "FDS_ERROR"
            | "INVALID_PASSWORD"
            | "NOT_AVAILABLE_BANK" => Self::Refused(rejection),
            code if code.starts_with("EXCEED_MAX_") => Self::Refused(rejection),
            // ALREADY_PROCESSED_PAYMENT, PROVIDER_ERROR, CARD_PROCESSING_ERROR and every code that
            // is not listed.
            _ => Self::Unknown(Doubt::Answered(rejection)),
        }
    }

    /// Toss's code, if there is one. For the log and the message to the reader.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(r)
            | Self::SessionGone(r, _)
            | Self::OurFault(r)
            | Self::Unknown(Doubt::Answered(r)) => Some(&r.code),
            Self::Unknown(_) => None,
        }
    }
}

impl CancelFailure {
    /// Classifies an answer to a cancel that is not a payment.
    pub(crate) fn from_answer(answer: &Answer) -> Self {
        let rejection = match rejection(answer) {
            Ok(rejection) => rejection,
            Err(doubt) => return Self::Unknown(doubt),
        };
        if is_inconclusive(rejection.status) {
            return Self::Unknown(Doubt::Answered(rejection));
        }
        match rejection.code.as_str() {
            "ALREADY_CANCELED_PAYMENT" | "ALREADY_REFUND_PAYMENT" => Self::AlreadyDone(rejection),
            "FORBIDDEN_CONSECUTIVE_REQUEST" => Self::Later(rejection),
            // Of any other call it says that the shop's key is wrong; of a cancel, that this payment
            // may not be cancelled.
            "FORBIDDEN_REQUEST" => Self::Refused(rejection),
            code if is_our_fault(code) => Self::OurFault(rejection),
            "NOT_MATCHES_REFUNDABLE_AMOUNT"
            | "REFUND_REJECTED"
            | "INVALID_BANK"
            | "FORBIDDEN_BANK_REFUND_REQUEST"
            | "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT"
            | "EXCEED_CANCEL_LIMIT"
            | "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER"
            | "NOT_CANCELABLE_AMOUNT"
            | "NOT_CANCELABLE_PAYMENT"
            | "EXCEED_MAX_REFUND_DUE"
            | "NOT_ALLOWED_PARTIAL_REFUND"
            | "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT" => Self::Refused(rejection),
            code if code.starts_with("INVALID_REFUND_ACCOUNT_") => Self::Refused(rejection),
            // FAILED_REFUND_PROCESS and similar codes come as 5xx; NOT_FOUND_PAYMENT can be
            // transient.
            _ => Self::Unknown(Doubt::Answered(rejection)),
        }
    }

    /// Toss's code, if there is one. For the log.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::AlreadyDone(r)
            | Self::Refused(r)
            | Self::Later(r)
            | Self::OurFault(r)
            | Self::Unknown(Doubt::Answered(r)) => Some(&r.code),
            Self::Unknown(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
