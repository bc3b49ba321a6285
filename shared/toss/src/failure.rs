//! What an answer that is not a payment means for the order (the module documentation of the crate
//! has the table).

use std::fmt;

use serde::Deserialize;

use crate::wire::Answer;

/// An error answer of Toss: `{code, message}` and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The HTTP status.
    pub status: u16,
    /// Toss's code, for example `REJECT_CARD_COMPANY`.
    pub code: String,
    /// Toss's sentence for the reader, in Korean.
    pub message: String,
    /// `X-TossPayments-Trace-Id`: what Toss's support asks for. For the log.
    pub trace: Option<String>,
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

/// Why nobody knows what became of a call.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Doubt {
    /// No connection came about: the call was never sent. For a first call under its key this means
    /// that nothing happened.
    #[error("toss could not be reached")]
    Unreachable,
    /// No answer within the time we wait.
    #[error("toss did not answer in time")]
    Late,
    /// The connection broke before the whole answer was here.
    #[error("the connection to toss broke")]
    Broken,
    /// An answer that is neither a payment nor an error of Toss.
    #[error("an answer with status {status} that cannot be read (trace {})", trace.as_deref().unwrap_or("none"))]
    Unreadable {
        /// The HTTP status.
        status: u16,
        /// `X-TossPayments-Trace-Id`, for the log.
        trace: Option<String>,
    },
    /// Toss answered that it does not know, is busy, or has done something already.
    #[error("{0}")]
    Answered(Rejection),
}

/// Which of the two kinds of "not there" a [`Failure::SessionGone`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// `NOT_FOUND_PAYMENT_SESSION`: the ten minutes are over. Ask once by order id, then call it
    /// failed.
    Expired,
    /// `NOT_FOUND_PAYMENT`: may be transient just after a confirm. Conclude only from 404s repeated
    /// over time.
    NotFound,
}

/// Why a confirm, a query or an order for a virtual account brought no payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Toss said no and no money moved: the payment failed, a new attempt is allowed.
    #[error("refused: {0}")]
    Refused(Rejection),
    /// Nobody knows yet: **never failed**. Ask by order id, now and later.
    #[error("unknown: {0}")]
    Unknown(Doubt),
    /// The payment is not there (any more).
    #[error("session gone: {0}")]
    SessionGone(Rejection, Gone),
    /// A wrong key or a malformed call: alarm.
    #[error("our fault: {0}")]
    OurFault(Rejection),
}

/// Why a cancel brought no payment.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancelFailure {
    /// It is cancelled or refunded already: success, if the balance of a query agrees.
    #[error("already done: {0}")]
    AlreadyDone(Rejection),
    /// Toss will not do this: a person has to look.
    #[error("refused: {0}")]
    Refused(Rejection),
    /// Too soon after the last cancel of this payment: the same again, later.
    #[error("later: {0}")]
    Later(Rejection),
    /// Nobody knows yet: ask, then the same key again.
    #[error("unknown: {0}")]
    Unknown(Doubt),
    /// A wrong key or a malformed call: alarm.
    #[error("our fault: {0}")]
    OurFault(Rejection),
}

/// Both shapes of an error body: `{code, message}` and, on v2-style endpoints, `{error: {code,
/// message}}`.
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

/// The error in an answer, or the doubt that an answer without one leaves.
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

/// Statuses that say nothing about the money whatever the code: in flight, too many calls, every
/// 5xx, and answers that are neither a payment nor an error.
fn says_nothing(status: u16) -> bool {
    !(400..500).contains(&status) || matches!(status, 408 | 409 | 425 | 429)
}

/// Codes that say that the call or its key is wrong, in any call.
fn is_ours(code: &str) -> bool {
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
        if says_nothing(rejection.status) {
            return Self::Unknown(Doubt::Answered(rejection));
        }
        match rejection.code.as_str() {
            "NOT_FOUND_PAYMENT_SESSION" => Self::SessionGone(rejection, Gone::Expired),
            "NOT_FOUND_PAYMENT" => Self::SessionGone(rejection, Gone::NotFound),
            code if is_ours(code) => Self::OurFault(rejection),
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
            // we do not know.
            _ => Self::Unknown(Doubt::Answered(rejection)),
        }
    }

    /// The code of Toss behind it, if there is one. For the log and the reader's sentence.
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
        if says_nothing(rejection.status) {
            return Self::Unknown(Doubt::Answered(rejection));
        }
        match rejection.code.as_str() {
            "ALREADY_CANCELED_PAYMENT" | "ALREADY_REFUND_PAYMENT" => Self::AlreadyDone(rejection),
            "FORBIDDEN_CONSECUTIVE_REQUEST" => Self::Later(rejection),
            code if is_ours(code) => Self::OurFault(rejection),
            "NOT_MATCHES_REFUNDABLE_AMOUNT"
            | "NOT_CANCELABLE_AMOUNT"
            | "NOT_CANCELABLE_PAYMENT"
            | "EXCEED_MAX_REFUND_DUE"
            | "NOT_ALLOWED_PARTIAL_REFUND"
            | "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT" => Self::Refused(rejection),
            code if code.starts_with("INVALID_REFUND_ACCOUNT_") => Self::Refused(rejection),
            // FAILED_REFUND_PROCESS and its like come as 5xx; NOT_FOUND_PAYMENT may be transient.
            _ => Self::Unknown(Doubt::Answered(rejection)),
        }
    }

    /// The code of Toss behind it, if there is one. For the log.
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
mod tests {
    use super::*;

    fn answer(status: u16, code: &str) -> Answer {
        Answer {
            status,
            trace: Some("trace-1".to_owned()),
            body: format!(r#"{{"code":"{code}","message":"말","field-of-tomorrow":1}}"#)
                .into_bytes(),
        }
    }

    const CONFIRM_REFUSED: &[(u16, &str)] = &[
        (400, "INVALID_CARD_NUMBER"),
        (400, "INVALID_STOPPED_CARD"),
        (400, "INVALID_CARD_EXPIRATION"),
        (400, "INVALID_REJECT_CARD"),
        (400, "INVALID_CARD_LOST_OR_STOLEN"),
        (400, "EXCEED_MAX_AMOUNT"),
        (400, "EXCEED_MAX_CARD_INSTALLMENT_PLAN"),
        (400, "EXCEED_MAX_DAILY_PAYMENT_COUNT"),
        (403, "EXCEED_MAX_ONE_DAY_AMOUNT"),
        (400, "BELOW_MINIMUM_AMOUNT"),
        (403, "REJECT_CARD_PAYMENT"),
        (403, "REJECT_CARD_COMPANY"),
        (403, "REJECT_ACCOUNT_PAYMENT"),
        (403, "REJECT_TOSSPAY_INVALID_ACCOUNT"),
        (403, "EXCEED_MAX_AUTH_COUNT"),
        (403, "FDS_ERROR"),
        (403, "INVALID_PASSWORD"),
        (403, "NOT_AVAILABLE_BANK"),
    ];

    const UNKNOWN: &[(u16, &str)] = &[
        (500, "FAILED_INTERNAL_SYSTEM_PROCESSING"),
        (500, "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING"),
        (500, "UNKNOWN_PAYMENT_ERROR"),
        (502, "ANYTHING"),
        // A 5xx is unknown even when it names a refusal.
        (503, "REJECT_CARD_COMPANY"),
        (409, "IDEMPOTENT_REQUEST_PROCESSING"),
        (400, "ALREADY_PROCESSED_PAYMENT"),
        (400, "PROVIDER_ERROR"),
        (400, "CARD_PROCESSING_ERROR"),
        (429, "TOO_MANY_REQUESTS"),
        (400, "A_CODE_OF_TOMORROW"),
        (302, "A_CODE_OF_TOMORROW"),
    ];

    const OUR_FAULT: &[(u16, &str)] = &[
        (401, "UNAUTHORIZED_KEY"),
        (400, "INVALID_API_KEY"),
        (403, "INCORRECT_BASIC_AUTH_FORMAT"),
        (403, "FORBIDDEN_REQUEST"),
        (400, "INVALID_REQUEST"),
        (400, "INVALID_IDEMPOTENCY_KEY"),
        (400, "NOT_SUPPORTED_WIDGET_KEY"),
    ];

    #[test]
    fn a_refused_card_is_refused() {
        for (status, code) in CONFIRM_REFUSED {
            let failure = Failure::from_answer(&answer(*status, code));
            assert!(matches!(&failure, Failure::Refused(r) if r.code == *code), "{failure:?}");
        }
    }

    #[test]
    fn what_nobody_knows_is_never_called_failed() {
        for (status, code) in UNKNOWN {
            let failure = Failure::from_answer(&answer(*status, code));
            assert!(
                matches!(&failure, Failure::Unknown(Doubt::Answered(r)) if r.code == *code),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn a_session_that_is_gone_is_told_from_a_payment_that_is_not_there_yet() {
        let expired = Failure::from_answer(&answer(404, "NOT_FOUND_PAYMENT_SESSION"));
        assert!(matches!(expired, Failure::SessionGone(_, Gone::Expired)), "{expired:?}");
        let not_found = Failure::from_answer(&answer(404, "NOT_FOUND_PAYMENT"));
        assert!(matches!(not_found, Failure::SessionGone(_, Gone::NotFound)), "{not_found:?}");
    }

    #[test]
    fn a_wrong_key_is_our_fault_and_not_the_cards() {
        for (status, code) in OUR_FAULT {
            let failure = Failure::from_answer(&answer(*status, code));
            assert!(matches!(&failure, Failure::OurFault(r) if r.code == *code), "{failure:?}");
            let cancel = CancelFailure::from_answer(&answer(*status, code));
            assert!(matches!(&cancel, CancelFailure::OurFault(r) if r.code == *code), "{cancel:?}");
        }
    }

    #[test]
    fn a_cancel_that_was_done_before_is_done() {
        for code in ["ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT"] {
            let failure = CancelFailure::from_answer(&answer(400, code));
            assert!(matches!(failure, CancelFailure::AlreadyDone(_)), "{failure:?}");
        }
    }

    #[test]
    fn a_cancel_that_toss_will_not_do_waits_for_a_person() {
        for (status, code) in [
            (400, "NOT_MATCHES_REFUNDABLE_AMOUNT"),
            (400, "INVALID_REFUND_ACCOUNT_INFO"),
            (400, "INVALID_REFUND_ACCOUNT_NUMBER"),
            (403, "NOT_CANCELABLE_AMOUNT"),
            (403, "NOT_CANCELABLE_PAYMENT"),
            (403, "EXCEED_MAX_REFUND_DUE"),
            (403, "NOT_ALLOWED_PARTIAL_REFUND"),
            (403, "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT"),
        ] {
            let failure = CancelFailure::from_answer(&answer(status, code));
            assert!(matches!(&failure, CancelFailure::Refused(r) if r.code == code), "{failure:?}");
        }
        let later = CancelFailure::from_answer(&answer(403, "FORBIDDEN_CONSECUTIVE_REQUEST"));
        assert!(matches!(later, CancelFailure::Later(_)), "{later:?}");
    }

    #[test]
    fn a_cancel_nobody_knows_about_is_asked_about() {
        for (status, code) in [
            (500, "FAILED_REFUND_PROCESS"),
            (500, "FAILED_PARTIAL_REFUND"),
            (500, "FAILED_METHOD_HANDLING_CANCEL"),
            (500, "COMMON_ERROR"),
            (409, "IDEMPOTENT_REQUEST_PROCESSING"),
            (429, "TOO_MANY_REQUESTS"),
            (404, "NOT_FOUND_PAYMENT"),
            (400, "A_CODE_OF_TOMORROW"),
        ] {
            let failure = CancelFailure::from_answer(&answer(status, code));
            assert!(
                matches!(&failure, CancelFailure::Unknown(Doubt::Answered(r)) if r.code == code),
                "{failure:?}"
            );
        }
    }

    #[test]
    fn an_answer_without_a_code_is_a_doubt() {
        for body in ["", "<html>502 Bad Gateway</html>", "{}", "[]", r#"{"code":7}"#] {
            let answer = Answer { status: 400, trace: None, body: body.as_bytes().to_vec() };
            let failure = Failure::from_answer(&answer);
            assert!(
                matches!(failure, Failure::Unknown(Doubt::Unreadable { status: 400, .. })),
                "{body}: {failure:?}"
            );
        }
    }

    #[test]
    fn the_error_body_of_a_v2_endpoint_is_read_too() {
        let body =
            br#"{"version":"2022-11-16","traceId":"t","error":{"code":"REJECT_CARD_COMPANY","message":"m"}}"#;
        let failure =
            Failure::from_answer(&Answer { status: 403, trace: None, body: body.to_vec() });
        assert!(
            matches!(&failure, Failure::Refused(r) if r.code == "REJECT_CARD_COMPANY"),
            "{failure:?}"
        );
    }

    #[test]
    fn the_trace_of_toss_is_kept_for_the_log() {
        let failure = Failure::from_answer(&answer(403, "REJECT_CARD_COMPANY"));
        assert_eq!(failure.to_string(), "refused: 403 REJECT_CARD_COMPANY (trace trace-1)");
        assert_eq!(failure.code(), Some("REJECT_CARD_COMPANY"));
    }
}
