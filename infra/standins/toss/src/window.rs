//! The payment window: the request of a browser, the pages, and the redirects to the shop.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use url::Url;

use crate::codes::Code;
use crate::payment::{Method, Payment};

/// The query with which a browser opens the window: the fields of `requestPayment`, flat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct WindowQuery {
    method: String,
    amount: String,
    tax_free_amount: String,
    order_id: String,
    order_name: String,
    success_url: String,
    fail_url: String,
    customer_key: String,
    client_key: String,
    valid_hours: String,
}

/// A valid [`WindowQuery`].
#[derive(Clone, Debug, Default)]
pub(crate) struct WindowRequest {
    pub(crate) amount: u64,
    /// The part of it without VAT.
    pub(crate) tax_free: u64,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) success_url: String,
    pub(crate) fail_url: String,
    /// How long a virtual account is open, in hours.
    pub(crate) valid_hours: Option<i64>,
}

/// A person's choice in the window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    /// Pays with this method.
    Approve(Method),
    /// Has the card refused.
    Refuse,
    /// Cancels and returns to the shop.
    Cancel,
}

/// An invalid field of a [`WindowQuery`], and what it should be.
pub(crate) type FieldError = (&'static str, &'static str);

impl WindowQuery {
    /// Checks every field.
    pub(crate) fn check(&self, client_key: &str) -> Result<(WindowRequest, Method), FieldError> {
        let method =
            Method::parse(&self.method).ok_or(("method", "CARD, TRANSFER, VIRTUAL_ACCOUNT, …"))?;
        let amount: u64 = self.amount.parse().map_err(|_| ("amount", "a whole number of won"))?;
        if amount < method.minimum() {
            return Err(("amount", "at least 100 won by card, 200 won by account"));
        }
        if self.client_key != client_key {
            return Err(("clientKey", "the client key of this stand-in"));
        }
        if !is_order_id(&self.order_id) {
            return Err(("orderId", "6 to 64 of A-Z a-z 0-9 - _ ="));
        }
        if !is_order_name(&self.order_name) {
            return Err(("orderName", "1 to 100 characters"));
        }
        if !(2..=50).contains(&self.customer_key.chars().count()) {
            return Err(("customerKey", "2 to 50 characters"));
        }
        if !is_web_address(&self.success_url) {
            return Err(("successUrl", "an http or https address"));
        }
        if !is_web_address(&self.fail_url) {
            return Err(("failUrl", "an http or https address"));
        }
        let valid_hours = match self.valid_hours.as_str() {
            "" => None,
            hours => {
                let hours: Option<i64> =
                    hours.parse().ok().filter(|hours| (1..=720).contains(hours));
                Some(hours.ok_or(("virtualAccount.validHours", "1 to 720 hours"))?)
            }
        };
        let tax_free = match self.tax_free_amount.as_str() {
            "" => 0,
            part => {
                let part: Option<u64> = part.parse().ok().filter(|part| *part <= amount);
                part.ok_or(("taxFreeAmount", "a whole number of won, at most the amount"))?
            }
        };
        let request = WindowRequest {
            amount,
            tax_free,
            order_id: self.order_id.clone(),
            order_name: self.order_name.clone(),
            success_url: self.success_url.clone(),
            fail_url: self.fail_url.clone(),
            valid_hours,
        };
        Ok((request, method))
    }
}

/// Whether this is a valid order id for Toss.
pub(crate) fn is_order_id(text: &str) -> bool {
    (6..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
}

/// Whether this is a valid order name for Toss.
pub(crate) fn is_order_name(text: &str) -> bool {
    (1..=100).contains(&text.chars().count())
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// Adds parameters to an address, which was checked when the window opened.
fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    match Url::parse(address) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.into()
        }
        Err(_) => address.to_owned(),
    }
}

/// The success address of an approved payment.
pub(crate) fn approved(payment: &Payment) -> String {
    with_query(
        &payment.success_url,
        &[
            ("paymentType", "NORMAL"),
            ("amount", &payment.amount.to_string()),
            ("orderId", &payment.order_id),
            ("paymentKey", &payment.payment_key),
        ],
    )
}

/// The fail address. Toss leaves the order id out if the reader cancelled.
pub(crate) fn failed(fail_url: &str, code: &Code, order_id: Option<&str>) -> String {
    let mut pairs = vec![("code", code.code), ("message", code.korean)];
    pairs.extend(order_id.map(|order_id| ("orderId", order_id)));
    with_query(fail_url, &pairs)
}

/// 21000 as `21,000`.
pub(crate) fn won(amount: u64) -> String {
    let digits = amount.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        let _ = write!(text, "{digit}");
    }
    text
}

/// The frame of every page.
pub(crate) fn page(title: &str, wide: bool, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="ko" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="robots" content="noindex";
                title { (title) }
                style { (PreEscaped(include_str!("window.css"))) }
            }
            body data-step="toss" { main class=[wide.then_some("wide")] { (content) } }
        }
    }
}

/// The heading of a table's row, in both languages.
fn heading(korean: &str, english: &str) -> Markup {
    html! { th scope="row" { (korean) span lang="en" { (english) } } }
}

/// The payment page.
pub(crate) fn payment_page(payment: &Payment) -> Markup {
    let action = |choice: &str| format!("/window/{}/{choice}", payment.payment_key);
    let sum = won(payment.amount);
    // An empty method keeps the one that the shop requested.
    let method_to_pay_now = if payment.method == Method::VirtualAccount { "CARD" } else { "" };
    page(
        "연습용 결제창",
        false,
        &html! {
            h1 { "연습용 결제창" span lang="en" { "Practice payment window" } }
            p class="note" {
                "진짜 돈은 오가지 않습니다. 토스페이먼츠를 대신하는 개발용 화면입니다."
                span lang="en" {
                    "No real money moves. This page stands in for Toss Payments during development."
                }
            }
            table {
                tr { (heading("주문", "Order")) td { (payment.order_name) } }
                tr { (heading("주문 번호", "Order number")) td { (payment.order_id) } }
                tr { (heading("금액", "Amount")) td class="sum" { (sum) "원" } }
            }
            form method="post" action=(action("approve")) {
                input type="hidden" name="method" value=(method_to_pay_now);
                button class="act" type="submit" formaction=(action("approve")) data-pay="approve" {
                    (sum) "원 결제하기" span lang="en" { "Pay " (sum) " won" }
                }
            }
            form method="post" action=(action("approve")) {
                input type="hidden" name="method" value="VIRTUAL_ACCOUNT";
                button type="submit" formaction=(action("approve")) data-pay="account" {
                    "가상계좌 받기 (나중에 입금)" span lang="en" { "Open a virtual account (paid into later)" }
                }
            }
            form method="post" action=(action("refuse")) {
                button type="submit" formaction=(action("refuse")) data-pay="refuse" {
                    "카드사가 거절하게 하기" span lang="en" { "Have the card refused" }
                }
            }
            form method="post" action=(action("cancel")) {
                button type="submit" formaction=(action("cancel")) data-pay="cancel" {
                    "취소하고 돌아가기" span lang="en" { "Cancel and go back" }
                }
            }
            p {
                "이 창을 그냥 닫아도 됩니다. 그러면 아무 일도 일어나지 않습니다."
                span lang="en" { "You can also close this page; nothing happens then." }
            }
        },
    )
}

/// The page for an invalid request, addressed to the developer.
pub(crate) fn invalid_page((field, expected): FieldError) -> Markup {
    page(
        "연습용 결제창을 열 수 없습니다",
        false,
        &html! {
            h1 { "연습용 결제창을 열 수 없습니다" span lang="en" { "The practice payment window cannot open" } }
            p class="note" {
                "가게가 보낸 값이 맞지 않습니다. 결제는 시작되지 않았습니다."
                span lang="en" { "The shop sent an invalid value. No payment was started." }
            }
            table {
                tr { (heading("값", "Field")) td { code { (field) } } }
                tr { (heading("맞는 꼴", "Should be")) td { (expected) } }
            }
        },
    )
}

/// The page for an unknown payment.
pub(crate) fn unknown_page() -> Markup {
    page(
        "모르는 결제입니다",
        false,
        &html! {
            h1 { "모르는 결제입니다" span lang="en" { "Unknown payment" } }
            p class="note" {
                "가게로 돌아가서 결제를 다시 시작해 주세요. 돈은 빠져나가지 않았습니다."
                span lang="en" {
                    "Go back to the shop and start the payment again. No money was taken."
                }
            }
        },
    )
}

/// The page at a payment's `receipt.url`.
pub(crate) fn receipt_page(payment: &Payment) -> Markup {
    page(
        "연습용 영수증",
        false,
        &html! {
            h1 { "연습용 영수증" span lang="en" { "Practice receipt" } }
            p class="note" {
                "진짜 돈은 오가지 않았습니다." span lang="en" { "No real money has moved." }
            }
            table {
                tr { (heading("주문", "Order")) td { (payment.order_name) } }
                tr { (heading("주문 번호", "Order number")) td { (payment.order_id) } }
                tr { (heading("결제 수단", "Paid by")) td { (payment.method.korean()) } }
                tr { (heading("결제 금액", "Paid")) td { (won(payment.amount)) "원" } }
                @for cancel in &payment.cancels {
                    tr { (heading("돌려드린 금액", "Refunded")) td { "−" (won(cancel.amount)) "원" } }
                }
                tr { (heading("남은 금액", "Balance")) td class="sum" { (won(payment.balance())) "원" } }
            }
        },
    )
}

impl Choice {
    /// Reads a choice from the last segment of the address; `method` is that of the form.
    pub(crate) fn parse(name: &str, method: Method) -> Option<Self> {
        match name {
            "approve" => Some(Self::Approve(method)),
            "refuse" => Some(Self::Refuse),
            "cancel" => Some(Self::Cancel),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes;

    #[test]
    fn won_are_grouped_by_thousands() {
        for (amount, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (21_000, "21,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(won(amount), text);
        }
    }

    #[test]
    fn the_redirect_keeps_the_query_of_the_shops_address() {
        let back =
            failed("https://shop.example/pay/1/fail?attempt=2", &codes::PAY_PROCESS_CANCELED, None);
        assert!(
            back.starts_with(
                "https://shop.example/pay/1/fail?attempt=2&code=PAY_PROCESS_CANCELED&message="
            ),
            "{back}"
        );
        assert!(!back.contains("orderId"));
    }

    #[test]
    fn only_web_addresses_are_accepted() {
        assert!(is_web_address("http://127.0.0.1:9000/pay/1/success"));
        for address in ["", "/pay", "javascript:alert(1)", "data:text/html,a", "http://"] {
            assert!(!is_web_address(address), "{address}");
        }
    }
}
