//! The error codes of Toss Payments: status, code, Korean message, English message.

/// An error of Toss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// The HTTP status.
    pub status: u16,
    /// The code.
    pub code: &'static str,
    /// The message in Korean.
    pub korean: &'static str,
    /// The message in English (`Accept-Language: en-US`).
    pub english: &'static str,
}

impl Code {
    /// Whether this refuses a confirm because of the card, the account or a limit.
    pub(crate) fn refuses(&self) -> bool {
        const WORDS: [&str; 9] = [
            "INVALID_CARD_",
            "INVALID_STOPPED_CARD",
            "INVALID_REJECT_CARD",
            "INVALID_PASSWORD",
            "EXCEED_MAX_",
            "BELOW_MINIMUM_AMOUNT",
            "REJECT_",
            "FDS_ERROR",
            "NOT_AVAILABLE_BANK",
        ];
        self.code != "EXCEED_MAX_REFUND_DUE" && WORDS.iter().any(|word| self.code.starts_with(word))
    }
}

/// The entry of a code, if Toss documents it.
pub fn find(code: &str) -> Option<&'static Code> {
    ALL.iter().find(|entry| entry.code == code)
}

macro_rules! codes {
    ($($status:literal $name:ident $korean:literal $english:literal)*) => {
        $(pub(crate) const $name: Code =
            Code { status: $status, code: stringify!($name), korean: $korean, english: $english };)*
        /// Every code that the stand-in knows.
        pub const ALL: &[Code] = &[$($name),*];
    };
}

codes! {
    // Confirm: refused because of the card, the account or a limit.
    400 INVALID_CARD_NUMBER "카드번호를 다시 확인해주세요." "Please check your card number again."
    400 INVALID_STOPPED_CARD "정지된 카드 입니다." "This is a suspended card."
    400 INVALID_CARD_EXPIRATION "카드 정보를 다시 확인해주세요. (유효기간)" "Please check the card expiration date again."
    400 INVALID_REJECT_CARD "카드 사용이 거절되었습니다. 카드사 문의가 필요합니다." "Refer to card issuer/decline."
    400 INVALID_CARD_LOST_OR_STOLEN "분실 혹은 도난 카드입니다." "Lost or stolen card."
    400 EXCEED_MAX_AMOUNT "거래금액 한도를 초과했습니다." "Exceeds the transaction limit."
    400 EXCEED_MAX_CARD_INSTALLMENT_PLAN "설정 가능한 최대 할부 개월 수를 초과했습니다." "Maximum number of installment months exceeded."
    400 EXCEED_MAX_DAILY_PAYMENT_COUNT "하루 결제 가능 횟수를 초과했습니다." "Daily payment count exceeded."
    400 EXCEED_MAX_PAYMENT_AMOUNT "하루 결제 가능 금액을 초과했습니다." "Daily payment amount exceeded."
    400 BELOW_MINIMUM_AMOUNT "신용카드는 결제금액이 100원 이상, 계좌는 200원이상부터 결제가 가능합니다." "Payment can be made from 100 won by credit card and from 200 won by account."
    403 REJECT_CARD_PAYMENT "한도초과 혹은 잔액부족으로 결제에 실패했습니다." "Payment failed due to insufficient balance or an exceeded limit."
    403 REJECT_CARD_COMPANY "결제 승인이 거절되었습니다." "Payment confirm is rejected."
    403 REJECT_ACCOUNT_PAYMENT "잔액부족으로 결제에 실패했습니다." "Payment declined due to insufficient balance."
    403 REJECT_TOSSPAY_INVALID_ACCOUNT "선택하신 출금 계좌가 출금이체 등록이 되어 있지 않아요. 계좌를 다시 등록해 주세요." "The selected account is not registered for withdrawal."
    403 EXCEED_MAX_AUTH_COUNT "최대 인증 횟수를 초과했습니다. 카드사로 문의해주세요." "Maximum authentication attempts exceeded."
    403 EXCEED_MAX_ONE_DAY_AMOUNT "일일 한도를 초과했습니다." "Daily limit exceeded."
    403 FDS_ERROR "위험거래가 감지되어 결제가 제한됩니다." "Payment is limited because a risky transaction was detected."
    403 INVALID_PASSWORD "결제 비밀번호가 일치하지 않습니다." "The payment password does not match."
    403 NOT_AVAILABLE_BANK "은행 서비스 시간이 아닙니다." "Not available hours of the bank."

    // Confirm: the outcome is unknown.
    400 ALREADY_PROCESSED_PAYMENT "이미 처리된 결제 입니다." "This is a payment that has already been processed."
    400 PROVIDER_ERROR "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요." "This is temporary error. Please try again in a few minutes."
    400 CARD_PROCESSING_ERROR "카드사에서 오류가 발생했습니다." "Error was occurred at card company."
    400 DUPLICATED_ORDER_ID "이미 승인 및 취소가 진행된 중복된 주문번호 입니다. 다른 주문번호로 진행해주세요." "This order id has already been approved or canceled. Please use another one."
    409 IDEMPOTENT_REQUEST_PROCESSING "이전 멱등 요청이 처리중입니다." "The previous idempotent request is being processed."
    429 TOO_MANY_REQUESTS "요청이 너무 많습니다. 잠시 후 다시 시도해주세요." "Too many requests. Please try again in a few minutes."
    500 FAILED_INTERNAL_SYSTEM_PROCESSING "내부 시스템 처리 작업이 실패했습니다. 잠시 후 다시 시도해주세요." "Internal system processing operation has failed. Please try again in a few minutes."
    500 FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING "결제가 완료되지 않았어요. 다시 시도해주세요." "Payment has not been completed. Please try again."
    500 UNKNOWN_PAYMENT_ERROR "결제에 실패했어요. 같은 문제가 반복된다면 은행이나 카드사로 문의해주세요." "Payment failed. If the same problem occurs, please contact your bank or card company."

    // The session or the payment does not exist.
    404 NOT_FOUND_PAYMENT "존재하지 않는 결제 정보 입니다." "Not found payment."
    404 NOT_FOUND_PAYMENT_SESSION "결제 시간이 만료되어 결제 진행 데이터가 존재하지 않습니다." "Payment session does not exist because the session time has expired."

    // Errors of the caller.
    401 UNAUTHORIZED_KEY "인증되지 않은 시크릿 키 혹은 클라이언트 키 입니다." "Unauthorized secretKey or clientKey."
    400 INVALID_API_KEY "잘못된 시크릿키 연동 정보 입니다." "Incorrect secret key."
    400 INVALID_CLIENT_KEY "잘못된 클라이언트 연동 정보 입니다." "Incorrect client key."
    403 INCORRECT_BASIC_AUTH_FORMAT "잘못된 요청입니다. ':' 를 포함해 인코딩해주세요." "The request is wrong. Please encode including ':'."
    403 FORBIDDEN_REQUEST "허용되지 않은 요청입니다." "Not allowed request."
    400 INVALID_REQUEST "잘못된 요청입니다." "The bad request."
    400 INVALID_IDEMPOTENCY_KEY "멱등키는 300자 이하여야 합니다." "The idempotency key must be 300 characters or less."
    404 NOT_FOUND "존재하지 않는 정보 입니다." "Not found."

    // Cancel.
    400 ALREADY_CANCELED_PAYMENT "이미 취소된 결제 입니다." "This is already a canceled payment."
    400 ALREADY_REFUND_PAYMENT "이미 환불된 결제입니다." "The payment has already been refunded."
    400 NOT_MATCHES_REFUNDABLE_AMOUNT "잔액 결과가 일치하지 않습니다." "The refundable amount does not match."
    400 INVALID_REFUND_ACCOUNT_INFO "환불 계좌번호와 예금주명이 일치하지 않습니다." "The refund account number and the account holder do not match."
    400 INVALID_REFUND_ACCOUNT_NUMBER "잘못된 환불 계좌번호입니다." "Invalid refund account number."
    403 NOT_CANCELABLE_AMOUNT "취소 할 수 없는 금액 입니다." "Amount cannot be canceled."
    403 NOT_CANCELABLE_PAYMENT "취소 할 수 없는 결제 입니다." "Payment cannot be canceled."
    400 REFUND_REJECTED "환불이 거절됐습니다. 결제사에 문의 부탁드립니다." "The refund is rejected. Please contact the payment provider."
    400 INVALID_BANK "유효하지 않은 은행입니다." "The bank is not valid."
    403 FORBIDDEN_BANK_REFUND_REQUEST "고객 계좌가 입금이 되지 않는 상태입니다." "The customer's account takes no deposits."
    403 EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT "즉시할인금액보다 적은 금액은 부분취소가 불가능합니다." "An amount below the instant discount cannot be cancelled in part."
    403 EXCEED_CANCEL_LIMIT "취소 횟수를 초과했습니다." "The number of cancels is exceeded."
    403 NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER "휴면 처리된 회원의 결제는 취소할 수 없습니다." "The payment of a dormant member cannot be canceled."
    403 EXCEED_MAX_REFUND_DUE "환불 가능한 기간이 지났습니다." "The refundable period has passed."
    403 NOT_ALLOWED_PARTIAL_REFUND "에스크로 주문, 현금 카드 결제 등의 이유로 부분 환불이 불가합니다." "Partial refund is not available."
    403 NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT "입금 대기중인 결제는 부분 환불이 불가합니다." "A payment waiting for its deposit cannot be refunded in part."
    403 FORBIDDEN_CONSECUTIVE_REQUEST "반복적인 요청은 허용되지 않습니다. 잠시 후 다시 시도해주세요." "Repetitive requests are not allowed. Please try again in a few minutes."
    500 FAILED_REFUND_PROCESS "은행 응답시간 지연이나 일시적인 오류로 환불요청에 실패했습니다." "The refund request failed due to a delay or a temporary error of the bank."
    500 FAILED_PARTIAL_REFUND "은행 점검, 해약 계좌 등의 사유로 부분 환불이 실패했습니다." "The partial refund failed."
    500 FAILED_METHOD_HANDLING_CANCEL "취소 중 결제 시 사용한 결제 수단 처리과정에서 일시적인 오류가 발생했습니다." "A temporary error occurred with the payment method during the cancel."
    500 COMMON_ERROR "일시적인 오류가 발생했습니다. 잠시 후 다시 시도해주세요." "A temporary error occurred. Please try again in a few minutes."

    // Codes in the window's redirect to the fail address.
    400 PAY_PROCESS_CANCELED "사용자에 의해 결제가 취소되었습니다." "The payment was canceled by the user."
    400 PAY_PROCESS_ABORTED "결제 진행 중 승인에 실패하여 결제가 중단되었습니다." "The payment was aborted."
}
