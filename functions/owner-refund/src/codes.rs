//! What the provider's codes of refunds mean, in Korean, and what the owner can do. The codes are
//! those of its API reference for cancelling a payment.

/// The meaning of a code, and the next step.
pub(crate) fn meaning(code: &str) -> &'static str {
    match code {
        "EXCEED_MAX_REFUND_DUE" => {
            "환불할 수 있는 기간이 지났습니다. 통장에서 보내고 by_hand로 적으십시오"
        }
        "NOT_CANCELABLE_AMOUNT" | "NOT_MATCHES_REFUNDABLE_AMOUNT" => {
            "결제사에 남은 돈보다 많습니다. 결제사 화면에서 이미 돌려준 것이 있는지 보십시오"
        }
        "NOT_CANCELABLE_PAYMENT" | "FORBIDDEN_REQUEST" => {
            "결제사가 취소할 수 없는 결제라고 합니다. 통장에서 보내고 by_hand로 적거나 결제사에 물어보십시오"
        }
        "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER" => {
            "결제한 분이 간편결제의 휴면 회원입니다. 휴면을 푸시게 하거나 통장에서 보내십시오"
        }
        "NOT_ALLOWED_PARTIAL_REFUND" => {
            "이 결제는 일부만 돌려줄 수 없습니다. 통장에서 보내고 by_hand로 적으십시오"
        }
        "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT" => "결제사에는 아직 입금되지 않은 결제입니다",
        "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT" => {
            "즉시 할인된 결제라 할인액보다 적은 돈은 돌려줄 수 없습니다. 통장에서 보내십시오"
        }
        "EXCEED_CANCEL_LIMIT" => {
            "취소할 수 있는 횟수를 넘었습니다. 통장에서 보내고 by_hand로 적으십시오"
        }
        "REFUND_REJECTED" => "결제사가 환불을 거절했습니다. 까닭을 결제사에 물어보십시오",
        "ALREADY_CANCELED_PAYMENT" | "ALREADY_REFUND_PAYMENT" => {
            "결제사에서는 이미 취소된 결제입니다. 돈이 돌아갔는지 보고 by_hand로 적으십시오"
        }
        "NO_PAYMENT" => "이 주문에는 결제 기록이 없습니다. 개발자에게 알리십시오",
        "NO_ANSWER" => {
            "결제사가 취소 요청에 끝내 답하지 않았습니다. 물어보면 돌려준 적이 없다고 합니다. 결제사 화면에서 먼저 확인하십시오"
        }
        "UNAUTHORIZED_KEY" | "INVALID_API_KEY" | "INCORRECT_BASIC_AUTH_FORMAT" => {
            "가게의 결제사 열쇠가 맞지 않습니다. 열쇠를 고친 뒤 다시 돌려드리십시오"
        }
        "INVALID_REQUEST" | "INVALID_IDEMPOTENCY_KEY" => {
            "가게가 보낸 요청을 결제사가 알아듣지 못했습니다. 개발자에게 알리십시오"
        }
        code if code.starts_with("INVALID_REFUND_ACCOUNT_")
            || matches!(code, "INVALID_BANK" | "FORBIDDEN_BANK_REFUND_REQUEST") =>
        {
            "받으실 계좌로 보낼 수 없습니다. 읽는 분께 계좌를 다시 여쭈십시오"
        }
        _ => {
            "결제사가 같은 답만 되풀이했습니다. 결제사 화면에서 확인하고, 다시 돌려드리거나 by_hand로 적으십시오"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_that_stops_a_refund_has_a_meaning_of_its_own() {
        let unknown = meaning("SOMETHING_NEW");
        for code in [
            "REFUND_REJECTED",
            "INVALID_BANK",
            "FORBIDDEN_BANK_REFUND_REQUEST",
            "EXCEED_CANCEL_AMOUNT_DISCOUNT_AMOUNT",
            "EXCEED_CANCEL_LIMIT",
            "NOT_CANCELABLE_PAYMENT_FOR_DORMANT_USER",
            "FORBIDDEN_REQUEST",
            "NO_ANSWER",
        ] {
            assert_ne!(meaning(code), unknown, "{code}");
        }
    }
}
