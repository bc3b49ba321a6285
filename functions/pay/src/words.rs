//! The longer texts of the payment, and the meaning of the provider's codes (payments reference
//! §5). The provider's own message is never shown, because it comes from the address and anybody could
//! have written it.

use domain::order::{Order, RefusalCode};
use web::{Request, Words, say};

pub(crate) fn held(request: &Request, order: &Order) -> Words {
    say!(
        request,
        "{until}까지 서가에 자리를 잡아 두었습니다. 늦으시더라도 자리가 남아 있으면 그대로 결제하실 수 있습니다.",
        "A place on the shelf is held for you until {until}. If you are later and a place is left, you can still pay.",
        until = request.clock(order.held_until)
    )
}

pub(crate) fn posted(request: &Request, order: &Order) -> Words {
    say!(
        request,
        "{date}까지 부칩니다. 택배사에 맡기기 전까지는 언제든 취소하실 수 있고, 보낸 책의 정가가 더 낮으면 차액을 돌려드립니다.",
        "Posted by {date}. You can cancel until it is handed to the carrier, and the difference goes back to you if the book costs less.",
        date = request.date(order.promised)
    )
}

/// Why a payment was declined.
pub(crate) fn reason(request: &Request, code: &RefusalCode) -> Words {
    match code {
        RefusalCode::Provider(code) => provider_reason(request, code),
        RefusalCode::InvalidRequest => say!(
            request,
            "저희 쪽의 잘못으로 결제를 끝내지 못했습니다. 카드에는 문제가 없습니다.",
            "We could not finish the payment, by our own fault. Nothing is wrong with your card."
        ),
        RefusalCode::SessionExpired => session_expired(request),
        RefusalCode::TransferExpired => say!(
            request,
            "기한까지 입금이 없어 계좌를 닫았습니다.",
            "No deposit came in time, so the account is closed."
        ),
        RefusalCode::NoCopyLeft => say!(
            request,
            "계좌를 여는 사이에 이 가격대의 책이 모두 나가, 계좌를 닫았습니다. 책이 들어오면 다시 결제하실 수 있습니다.",
            "While your account was being opened, every book in this range was taken, so we closed it. You can pay when new books have come."
        ),
        RefusalCode::TooManyTransfers => say!(
            request,
            "이 가격대에서 입금을 기다릴 수 있는 자리가 지금은 다 찼습니다. 카드로 결제하시면 바로 이어집니다. 무통장입금은 잠시 뒤에 다시 하실 수 있습니다.",
            "As many orders of this range await a bank transfer as we can hold. You can pay by card at once, or by transfer a little later."
        ),
        RefusalCode::AccountClosed => say!(
            request,
            "입금을 기다리던 계좌가 닫혔습니다.",
            "The account for your deposit is closed."
        ),
        RefusalCode::NotAsked | RefusalCode::TransferReversed => not_taken(request),
    }
}

/// Why a payment was declined, by the provider's code. A code in the address of the failure page is
/// read here too, so it cannot show a text about the shop's own reasons.
pub(crate) fn provider_reason(request: &Request, code: &str) -> Words {
    match code {
        "INVALID_CARD_NUMBER" => {
            say!(request, "카드 번호가 맞지 않습니다.", "The card number is not right.")
        }
        "INVALID_CARD_EXPIRATION" => {
            say!(
                request,
                "카드의 유효기간이 맞지 않습니다.",
                "The card’s expiry date is not right."
            )
        }
        "INVALID_STOPPED_CARD" => {
            say!(request, "사용이 정지된 카드입니다.", "This card has been suspended.")
        }
        "INVALID_CARD_LOST_OR_STOLEN" => say!(
            request,
            "잃어버렸거나 도난당했다고 신고된 카드입니다.",
            "This card was reported lost or stolen."
        ),
        "INVALID_REJECT_CARD" | "REJECT_CARD_COMPANY" => say!(
            request,
            "카드사가 결제를 받아 주지 않았습니다. 이유는 카드사에 문의해 주십시오.",
            "The card company did not take the payment; it can tell you why."
        ),
        "REJECT_CARD_PAYMENT" => {
            say!(
                request,
                "카드의 한도나 잔액이 모자랍니다.",
                "The card’s limit or balance is not enough."
            )
        }
        "REJECT_ACCOUNT_PAYMENT" => {
            say!(request, "계좌의 잔액이 모자랍니다.", "The account does not hold enough.")
        }
        "REJECT_TOSSPAY_INVALID_ACCOUNT" => say!(
            request,
            "고르신 계좌가 출금 계좌로 등록되어 있지 않습니다.",
            "The account you chose is not registered for withdrawals."
        ),
        "EXCEED_MAX_CARD_INSTALLMENT_PLAN" => say!(
            request,
            "이 카드로는 그만큼 나누어 낼 수 없습니다. 할부 달수를 줄여 주십시오.",
            "This card cannot be paid in so many instalments. Please choose fewer."
        ),
        "EXCEED_MAX_AUTH_COUNT" => say!(
            request,
            "인증을 너무 여러 번 하셨습니다. 카드사에 알아보시거나 다른 카드로 치러 주십시오.",
            "Too many tries to authenticate. Please ask your card company, or use another card."
        ),
        "BELOW_MINIMUM_AMOUNT" => say!(
            request,
            "이 결제 수단으로 결제하기에는 금액이 적습니다.",
            "The amount is too small to be paid this way."
        ),
        "FDS_ERROR" => say!(
            request,
            "결제사가 위험한 거래로 보아 막았습니다. 다른 방법으로 치러 주십시오.",
            "The provider took this for a risky payment and stopped it. Please pay another way."
        ),
        "INVALID_PASSWORD" => {
            say!(request, "결제 비밀번호가 맞지 않습니다.", "The payment password is not right.")
        }
        "NOT_AVAILABLE_BANK" => {
            say!(
                request,
                "지금은 은행이 쉬는 시간입니다.",
                "The bank does not take payments at this hour."
            )
        }
        "EXPIRED" | "NOT_FOUND_PAYMENT_SESSION" => session_expired(request),
        code if code.starts_with("EXCEED_MAX") => {
            say!(request, "결제 한도를 넘었습니다.", "A payment limit was exceeded.")
        }
        _ => not_taken(request),
    }
}

fn session_expired(request: &Request) -> Words {
    say!(
        request,
        "결제창에서 시간이 오래 지나 결제가 끝나지 않았습니다.",
        "Too much time passed in the payment window, so the payment was not finished."
    )
}

fn not_taken(request: &Request) -> Words {
    say!(
        request,
        "카드사나 은행이 결제를 받아 주지 않았습니다.",
        "The card company or bank did not take the payment."
    )
}
