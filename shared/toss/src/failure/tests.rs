//! Every code of Toss and its class.

use super::*;

fn answer(status: u16, code: &str) -> Answer {
    Answer {
        status,
        trace: Some("trace-1".to_owned()),
        body: format!(r#"{{"code":"{code}","message":"말","field-of-tomorrow":1}}"#).into_bytes(),
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
fn an_unknown_outcome_is_never_a_failure() {
    for (status, code) in UNKNOWN {
        let failure = Failure::from_answer(&answer(*status, code));
        assert!(
            matches!(&failure, Failure::Unknown(Doubt::Answered(r)) if r.code == *code),
            "{failure:?}"
        );
    }
}

#[test]
fn an_expired_session_differs_from_a_payment_that_does_not_exist_yet() {
    let expired = Failure::from_answer(&answer(404, "NOT_FOUND_PAYMENT_SESSION"));
    assert!(matches!(expired, Failure::SessionGone(_, Gone::Expired)), "{expired:?}");
    let not_found = Failure::from_answer(&answer(404, "NOT_FOUND_PAYMENT"));
    assert!(matches!(not_found, Failure::SessionGone(_, Gone::NotFound)), "{not_found:?}");
}

#[test]
fn an_invalid_key_is_our_fault() {
    for (status, code) in OUR_FAULT {
        let failure = Failure::from_answer(&answer(*status, code));
        assert!(matches!(&failure, Failure::OurFault(r) if r.code == *code), "{failure:?}");
        let cancel = CancelFailure::from_answer(&answer(*status, code));
        // A payment that may not be cancelled is not the key's fault.
        let refused = *code == "FORBIDDEN_REQUEST" && matches!(&cancel, CancelFailure::Refused(_));
        let ours = matches!(&cancel, CancelFailure::OurFault(r) if r.code == *code);
        assert!(ours || refused, "{cancel:?}");
    }
}

#[test]
fn a_repeated_cancel_is_already_done() {
    for code in ["ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT"] {
        let failure = CancelFailure::from_answer(&answer(400, code));
        assert!(matches!(failure, CancelFailure::AlreadyDone(_)), "{failure:?}");
    }
}

#[test]
fn a_refused_cancel_is_refused_and_a_hurried_one_is_for_later() {
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
fn a_cancel_with_an_unknown_outcome_is_unknown() {
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
fn an_answer_without_a_code_is_unreadable() {
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
fn the_error_body_of_a_v2_endpoint_is_read() {
    let body =
        br#"{"version":"2022-11-16","traceId":"t","error":{"code":"REJECT_CARD_COMPANY","message":"m"}}"#;
    let failure = Failure::from_answer(&Answer { status: 403, trace: None, body: body.to_vec() });
    assert!(
        matches!(&failure, Failure::Refused(r) if r.code == "REJECT_CARD_COMPANY"),
        "{failure:?}"
    );
}

#[test]
fn the_trace_id_is_kept_for_the_log() {
    let failure = Failure::from_answer(&answer(403, "REJECT_CARD_COMPANY"));
    assert_eq!(failure.to_string(), "refused: 403 REJECT_CARD_COMPANY (trace trace-1)");
    assert_eq!(failure.code(), Some("REJECT_CARD_COMPANY"));
}
