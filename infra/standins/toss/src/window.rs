//! The payment window: a page that a person can use, with and without script, and the ways back to
//! the shop.

use std::fmt::Write as _;

use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;
use url::Url;

use crate::codes::Code;
use crate::record::{Method, Record};

/// What a browser asks the window for: the fields of `requestPayment`, flat.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(crate) struct Query {
    method: String,
    amount: String,
    order_id: String,
    order_name: String,
    success_url: String,
    fail_url: String,
    customer_key: String,
    client_key: String,
    valid_hours: String,
}

/// A [`Query`] that can be paid.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    pub(crate) amount: u64,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) success_url: String,
    pub(crate) fail_url: String,
    /// How long a virtual account is open.
    pub(crate) valid_hours: Option<i64>,
}

/// What a person does in the window.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Choice {
    /// Pays.
    Approve(Method),
    /// Has the card refused.
    Refuse,
    /// Turns back.
    Cancel,
}

/// What is wrong with a [`Query`]: the field, and what it should be.
pub(crate) type Wrong = (&'static str, &'static str);

impl Query {
    /// The payment that is asked for, or the field that is wrong.
    pub(crate) fn check(&self, client_key: &str) -> Result<(Asked, Method), Wrong> {
        let method =
            Method::parse(&self.method).ok_or(("method", "CARD, TRANSFER, VIRTUAL_ACCOUNT, …"))?;
        let amount: u64 = self.amount.parse().map_err(|_| ("amount", "a whole number of won"))?;
        if amount < method.least() {
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
        let asked = Asked {
            amount,
            order_id: self.order_id.clone(),
            order_name: self.order_name.clone(),
            success_url: self.success_url.clone(),
            fail_url: self.fail_url.clone(),
            valid_hours,
        };
        Ok((asked, method))
    }
}

/// Whether Toss takes this as an order id.
pub(crate) fn is_order_id(text: &str) -> bool {
    (6..=64).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'='))
}

/// Whether Toss takes this as an order name.
pub(crate) fn is_order_name(text: &str) -> bool {
    (1..=100).contains(&text.chars().count())
}

fn is_web_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// `address` with a query added; the address was checked when the window opened.
fn with_query(address: &str, pairs: &[(&str, &str)]) -> String {
    match Url::parse(address) {
        Ok(mut url) => {
            url.query_pairs_mut().extend_pairs(pairs);
            url.into()
        }
        Err(_) => address.to_owned(),
    }
}

/// Back to the shop: approved.
pub(crate) fn approved(record: &Record) -> String {
    with_query(
        &record.success_url,
        &[
            ("paymentType", "NORMAL"),
            ("amount", &record.amount.to_string()),
            ("orderId", &record.order_id),
            ("paymentKey", &record.payment_key),
        ],
    )
}

/// Back to the shop: nothing to confirm. Without the order when the reader turned back.
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

/// A page of the stand-in.
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

/// The payment page.
pub(crate) fn payment_page(record: &Record) -> Markup {
    let way = |choice: &str| format!("/window/{}/{choice}", record.payment_key);
    let sum = won(record.amount);
    // What the shop asked for stays the choice, unless the person wants the other of the two.
    let at_once = if record.method == Method::VirtualAccount { "CARD" } else { "" };
    page(
        "연습용 결제창",
        false,
        &html! {
            h1 { "연습용 결제창" span lang="en" { "Practice payment window" } }
            p class="note" {
                "진짜 돈은 오가지 않습니다. 토스페이먼츠를 대신하는 개발용 화면입니다."
                span lang="en" { "No real money moves. This page stands in for Toss Payments during development." }
            }
            table {
                tr { th scope="row" { "주문" span lang="en" { "Order" } } td { (record.order_name) } }
                tr { th scope="row" { "주문 번호" span lang="en" { "Order number" } } td { (record.order_id) } }
                tr { th scope="row" { "금액" span lang="en" { "Amount" } } td class="sum" { (sum) "원" } }
            }
            form method="post" action=(way("approve")) {
                input type="hidden" name="method" value=(at_once);
                button class="act" type="submit" formaction=(way("approve")) data-pay="approve" {
                    (sum) "원 결제하기" span lang="en" { "Pay " (sum) " won" }
                }
            }
            form method="post" action=(way("approve")) {
                input type="hidden" name="method" value="VIRTUAL_ACCOUNT";
                button type="submit" formaction=(way("approve")) data-pay="account" {
                    "가상계좌 받기 (나중에 입금)" span lang="en" { "Open a virtual account (paid into later)" }
                }
            }
            form method="post" action=(way("refuse")) {
                button type="submit" formaction=(way("refuse")) data-pay="refuse" {
                    "카드사가 거절하게 하기" span lang="en" { "Have the card refused" }
                }
            }
            form method="post" action=(way("cancel")) {
                button type="submit" formaction=(way("cancel")) data-pay="cancel" {
                    "취소하고 돌아가기" span lang="en" { "Cancel and go back" }
                }
            }
            p {
                "이 창을 그냥 닫아도 됩니다. 그러면 아무 일도 일어나지 않습니다."
                span lang="en" { "You may also just close this page: then nothing happens." }
            }
        },
    )
}

/// The page for a window that cannot open: for the developer.
pub(crate) fn wrong_page((field, wanted): Wrong) -> Markup {
    page(
        "연습용 결제창을 열 수 없습니다",
        false,
        &html! {
            h1 { "연습용 결제창을 열 수 없습니다" span lang="en" { "The practice payment window cannot open" } }
            p class="note" {
                "가게가 보낸 값이 맞지 않습니다. 결제는 시작되지 않았습니다."
                span lang="en" { "The shop sent a wrong value. No payment was begun." }
            }
            table {
                tr { th scope="row" { "값" span lang="en" { "Field" } } td { code { (field) } } }
                tr { th scope="row" { "맞는 꼴" span lang="en" { "Should be" } } td { (wanted) } }
            }
        },
    )
}

/// The page for a payment that this stand-in does not know.
pub(crate) fn unknown_page() -> Markup {
    page(
        "모르는 결제입니다",
        false,
        &html! {
            h1 { "모르는 결제입니다" span lang="en" { "This payment is not known here" } }
            p class="note" {
                "가게로 돌아가서 결제를 다시 시작해 주세요. 돈은 빠져나가지 않았습니다."
                span lang="en" { "Go back to the shop and begin the payment again. No money has moved." }
            }
        },
    )
}

/// The receipt that a payment's `receipt.url` shows.
pub(crate) fn receipt_page(record: &Record) -> Markup {
    page(
        "연습용 영수증",
        false,
        &html! {
            h1 { "연습용 영수증" span lang="en" { "Practice receipt" } }
            p class="note" {
                "진짜 돈은 오가지 않았습니다." span lang="en" { "No real money has moved." }
            }
            table {
                tr { th scope="row" { "주문" span lang="en" { "Order" } } td { (record.order_name) } }
                tr { th scope="row" { "주문 번호" span lang="en" { "Order number" } } td { (record.order_id) } }
                tr { th scope="row" { "결제 수단" span lang="en" { "Paid by" } } td { (record.method.korean()) } }
                tr { th scope="row" { "결제 금액" span lang="en" { "Paid" } } td { (won(record.amount)) "원" } }
                @for cancel in &record.cancels {
                    tr { th scope="row" { "돌려드린 금액" span lang="en" { "Given back" } } td { "−" (won(cancel.amount)) "원" } }
                }
                tr { th scope="row" { "남은 금액" span lang="en" { "Balance" } } td class="sum" { (won(record.balance())) "원" } }
            }
        },
    )
}

impl Choice {
    /// The choice by its name in the address; `method` is what the form says.
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
    fn won_are_written_in_groups_of_three() {
        for (amount, text) in
            [(0, "0"), (999, "999"), (1_000, "1,000"), (21_000, "21,000"), (1_234_567, "1,234,567")]
        {
            assert_eq!(won(amount), text);
        }
    }

    #[test]
    fn the_way_back_keeps_the_query_of_the_shops_address() {
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
    fn only_web_addresses_are_ways_back() {
        assert!(is_web_address("http://127.0.0.1:9000/pay/1/success"));
        for address in ["", "/pay", "javascript:alert(1)", "data:text/html,a", "http://"] {
            assert!(!is_web_address(address), "{address}");
        }
    }
}
