//! Every error code of the payments reference (§5): what the reader sees in both languages, and the
//! state of order and money afterwards. The stand-in answers with the code.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::base::text::Language;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Pay, Shop, Walker, book};

/// Refused: code, and the reason that the reader sees in Korean and English.
const REFUSED: [(&str, &str, &str); 20] = [
    ("INVALID_CARD_NUMBER", "카드 번호가 맞지 않습니다.", "The card number is not right."),
    ("INVALID_STOPPED_CARD", "사용이 정지된 카드입니다.", "This card has been suspended."),
    (
        "INVALID_CARD_EXPIRATION",
        "카드의 유효기간이 맞지 않습니다.",
        "The card’s expiry date is not right.",
    ),
    (
        "INVALID_REJECT_CARD",
        "이유는 카드사에 문의해 주십시오.",
        "The card company did not take the payment; it can tell you why.",
    ),
    (
        "INVALID_CARD_LOST_OR_STOLEN",
        "도난당했다고 신고된 카드입니다.",
        "This card was reported lost or stolen.",
    ),
    ("EXCEED_MAX_AMOUNT", "결제 한도를 넘었습니다.", "A payment limit was exceeded."),
    ("EXCEED_MAX_CARD_INSTALLMENT_PLAN", "할부 달수를 줄여 주십시오.", "Please choose fewer."),
    ("EXCEED_MAX_DAILY_PAYMENT_COUNT", "결제 한도를 넘었습니다.", "A payment limit was exceeded."),
    ("EXCEED_MAX_PAYMENT_AMOUNT", "결제 한도를 넘었습니다.", "A payment limit was exceeded."),
    ("EXCEED_MAX_ONE_DAY_AMOUNT", "결제 한도를 넘었습니다.", "A payment limit was exceeded."),
    (
        "BELOW_MINIMUM_AMOUNT",
        "이 결제 수단으로 결제하기에는 금액이 적습니다.",
        "The amount is too small to be paid this way.",
    ),
    (
        "REJECT_CARD_PAYMENT",
        "카드의 한도나 잔액이 모자랍니다.",
        "The card’s limit or balance is not enough.",
    ),
    (
        "REJECT_CARD_COMPANY",
        "이유는 카드사에 문의해 주십시오.",
        "The card company did not take the payment; it can tell you why.",
    ),
    ("REJECT_ACCOUNT_PAYMENT", "계좌의 잔액이 모자랍니다.", "The account does not hold enough."),
    (
        "REJECT_TOSSPAY_INVALID_ACCOUNT",
        "출금 계좌로 등록되어 있지 않습니다.",
        "is not registered for withdrawals.",
    ),
    ("EXCEED_MAX_AUTH_COUNT", "인증을 너무 여러 번 하셨습니다.", "Too many tries to authenticate."),
    (
        "FDS_ERROR",
        "결제사가 위험한 거래로 보아 막았습니다.",
        "took this for a risky payment and stopped it.",
    ),
    ("INVALID_PASSWORD", "결제 비밀번호가 맞지 않습니다.", "The payment password is not right."),
    (
        "NOT_AVAILABLE_BANK",
        "지금은 은행이 쉬는 시간입니다.",
        "The bank does not take payments at this hour.",
    ),
    // The session is over, and Toss knows no payment of the order.
    (
        "NOT_FOUND_PAYMENT_SESSION",
        "결제창에서 시간이 오래 지나",
        "Too much time passed in the payment window",
    ),
];

/// Our own errors: the page does not blame the card.
const OURS: [&str; 5] = [
    "UNAUTHORIZED_KEY",
    "INVALID_API_KEY",
    "INCORRECT_BASIC_AUTH_FORMAT",
    "FORBIDDEN_REQUEST",
    "INVALID_REQUEST",
];

/// The outcome is unknown until Toss is queried.
const UNKNOWN: [&str; 9] = [
    "FAILED_INTERNAL_SYSTEM_PROCESSING",
    "FAILED_PAYMENT_INTERNAL_SYSTEM_PROCESSING",
    "UNKNOWN_PAYMENT_ERROR",
    "IDEMPOTENT_REQUEST_PROCESSING",
    "ALREADY_PROCESSED_PAYMENT",
    "PROVIDER_ERROR",
    "CARD_PROCESSING_ERROR",
    "TOO_MANY_REQUESTS",
    // May be transient just after a confirm.
    "NOT_FOUND_PAYMENT",
];

/// Toss refuses the refund.
const CANCEL_REFUSED: [&str; 8] = [
    "NOT_MATCHES_REFUNDABLE_AMOUNT",
    "INVALID_REFUND_ACCOUNT_INFO",
    "INVALID_REFUND_ACCOUNT_NUMBER",
    "NOT_CANCELABLE_AMOUNT",
    "NOT_CANCELABLE_PAYMENT",
    "EXCEED_MAX_REFUND_DUE",
    "NOT_ALLOWED_PARTIAL_REFUND",
    "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT",
];

/// Toss claims an earlier refund that its own record does not show.
const CANCEL_DONE: [&str; 2] = ["ALREADY_CANCELED_PAYMENT", "ALREADY_REFUND_PAYMENT"];

/// The outcome of the refund is unknown.
const CANCEL_UNKNOWN: [&str; 5] = [
    "FORBIDDEN_CONSECUTIVE_REQUEST",
    "FAILED_REFUND_PROCESS",
    "FAILED_PARTIAL_REFUND",
    "FAILED_METHOD_HANDLING_CANCEL",
    "COMMON_ERROR",
];

fn answers(shop: &Shop, on: On, code: &str) {
    let known = toss_standin::codes::find(code).is_some();
    assert!(known, "the stand-in does not speak {code}");
    shop.standin().fault(Rule::once(on, Fault::Answer { code: code.to_owned() }));
}

/// A shop with enough books, and a reader at the paying page.
async fn before_the_payment(language: Language, price: u64) -> (Shop, Walker, String) {
    let books: Vec<_> = (1..=20).map(|title| book(title, price, 3, 2)).collect();
    let shop = Shop::with_books(&books).await;
    let mut reader = shop.visitor().reading(language);
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (shop, reader, order)
}

fn told(reader: &Walker, ko: &str, en: &str, code: &str) {
    let wanted = if reader.language() == Language::Ko { ko } else { en };
    assert!(reader.here().says(wanted), "{code}: `{wanted}` is not in {:?}", reader.here());
}

#[tokio::test]
async fn a_refused_payment_says_why_and_that_no_money_has_moved() {
    for language in Language::ALL {
        let (shop, mut reader, order) = before_the_payment(language, 17_000).await;
        let ours = OURS
            .map(|code| (code, "카드에는 문제가 없습니다.", "Nothing is wrong with your card."));
        for (code, ko, en) in REFUSED.into_iter().chain(ours) {
            reader.go(&format!("/pay/{order}")).await;
            answers(&shop, On::Confirm, code);
            reader.pay(Pay::Approve).await;
            assert_eq!(reader.here().status.as_u16(), 402, "{code}: {:?}", reader.here());
            told(&reader, ko, en, code);
            told(
                &reader,
                "돈은 빠져나가지 않았습니다. 주문은 그대로 있습니다.",
                "No money has moved. Your order is still here.",
                code,
            );
            assert_eq!(
                (shop.state(&order).as_str(), shop.ledger(&order).charges),
                ("priced", 0),
                "{code}"
            );
        }
        reader.onward().await;
        reader.pay(Pay::Approve).await;
        assert_eq!(reader.here().order().1, "paid", "after all of that another attempt is allowed");
        assert_eq!(shop.ledger(&order).charges, 1);
    }
}

#[tokio::test]
async fn an_unknown_payment_is_never_called_failed() {
    for language in Language::ALL {
        let (shop, mut reader, mut order) = before_the_payment(language, 17_000).await;
        for code in UNKNOWN {
            answers(&shop, On::Confirm, code);
            reader.pay(Pay::Approve).await;
            assert_eq!(reader.here().status.as_u16(), 202, "{code}: {:?}", reader.here());
            told(&reader, "다시 결제하지 마십시오.", "Please do not pay again.", code);
            told(
                &reader,
                "저희가 몇 분마다 확인하고 있습니다.",
                "We check every few minutes.",
                code,
            );
            // A failure reported by another tab does not change that.
            reader.go(&format!("/pay/{order}/fail?code=PAY_PROCESS_CANCELED")).await;
            told(&reader, "다시 결제하지 마십시오.", "Please do not pay again.", code);
            reader.onward().await;
            assert_eq!(reader.here().order(), (order.clone(), "paid".to_owned()), "{code}");
            assert_eq!(shop.ledger(&order).charges, 1, "{code}");
            shop.minutes_pass(1).await;
            order = reader.order_again("middle").await;
        }
    }
}

#[tokio::test]
async fn codes_of_the_payment_page_are_explained_in_the_shops_words() {
    for language in Language::ALL {
        let (_shop, mut reader, order) = before_the_payment(language, 17_000).await;
        for (code, ko, en) in REFUSED.into_iter().chain([
            ("PAY_PROCESS_CANCELED", "결제를 그만두셨습니다.", "You stopped the payment."),
            ("USER_CANCEL", "결제를 그만두셨습니다.", "You stopped the payment."),
            (
                "PAY_PROCESS_ABORTED",
                "카드사나 은행이 결제를 받아 주지 않았습니다.",
                "The card company or bank did not take the payment.",
            ),
            (
                "A_CODE_OF_TOMORROW",
                "카드사나 은행이 결제를 받아 주지 않았습니다.",
                "The card company or bank did not take the payment.",
            ),
        ]) {
            reader.go(&format!("/pay/{order}/fail?code={code}&message=x")).await;
            told(&reader, ko, en, code);
        }
    }
}

#[tokio::test]
async fn a_refund_that_toss_refuses_goes_to_the_owner() {
    for language in Language::ALL {
        let (shop, mut reader, mut order) = before_the_payment(language, 15_000).await;
        let mut parcels = 0;
        for code in CANCEL_REFUSED.into_iter().chain(CANCEL_DONE) {
            reader.pay(Pay::Approve).await;
            answers(&shop, On::Cancel, code);
            shop.settle().await;
            // The difference is promised with the parcel.
            parcels += 1;
            shop.owner_ships(&order, &format!("1234567890{parcels:02}")).await;
            shop.settle().await;
            reader.go(&format!("/window/{order}")).await;
            told(
                &reader,
                "결제사를 거쳐 돌려드릴 수 없어, 주인장이 다른 길을 찾아 알려 드립니다",
                "it cannot go back through the provider; the owner will find another way and tell you",
                code,
            );
            assert_eq!(shop.ledger(&order).refunded, 0, "{code}");
            let desk = shop.owner("owner-refund", serde_json::json!({})).await;
            assert!(desk["shows"].to_string().contains(code), "{code}: {desk:#}");
            shop.minutes_pass(1).await;
            order = reader.order_again("middle").await;
        }
    }
}

#[tokio::test]
async fn an_unknown_refund_is_repeated_and_its_day_is_shown() {
    for language in Language::ALL {
        let (shop, mut reader, mut order) = before_the_payment(language, 15_000).await;
        let mut parcels = 0;
        for code in CANCEL_UNKNOWN {
            reader.pay(Pay::Approve).await;
            answers(&shop, On::Cancel, code);
            shop.settle().await;
            // The difference is promised with the parcel.
            parcels += 1;
            shop.owner_ships(&order, &format!("1234567890{parcels:02}")).await;
            shop.settle().await;
            reader.go(&format!("/window/{order}")).await;
            told(&reader, "돌려드릴 차액", "Difference to go back", code);
            assert_eq!(shop.ledger(&order).refunded, 0, "{code}");
            shop.minutes_pass(30).await;
            reader.reload().await;
            told(&reader, "돌려드린 차액", "Difference given back", code);
            assert_eq!(shop.ledger(&order).refunded, 2_000, "{code}");
            order = reader.order_again("middle").await;
        }
    }
}
