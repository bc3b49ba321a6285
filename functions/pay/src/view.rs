//! The pages of the payment. Each says what happened, what it means for the reader's money, and
//! what to do next.

use domain::order::{
    Order, PaymentKey, RefusalCode, bank_transfer::VirtualAccount, unpaid::TooManyUnpaid,
};
use maud::{Markup, html};
use web::{Drawing, Page, Request, Script, StatusCode, Words, address, say, unpaid};

use crate::{Provider, words};

/// Opens the provider's payment page by its script (payments reference §1) instead of by the plain
/// form.
const SCRIPT: &str = include_str!("pay.js");

/// Submits the form that confirms the payment, once for each payment key.
const SUBMIT_ONCE: &str = include_str!("submit-once.js");

fn frame(request: &Request, body: Markup) -> Page {
    Page::new("pay", say!(request, "값", "The price")).body(body)
}

fn sum(request: &Request, order: &Order) -> Markup {
    let rows = [
        (
            say!(request, "책값 (가장 높은 정가)", "The book (upper end of the range)"),
            order.price.book,
        ),
        (say!(request, "책 고르는 삯", "Choosing fee"), order.price.service),
        (say!(request, "배송비", "Postage"), order.price.postage),
    ];
    html! {
        table.sum {
            tbody { @for (title, amount) in rows {
                tr { th scope="row" { (title) } td { (request.won(amount)) } }
            } }
            tfoot { tr {
                th scope="row" { (say!(request, "모두", "Total")) }
                td { (request.won(order.total)) }
            } }
        }
    }
}

/// The page from which the reader goes to the provider.
pub(crate) fn paying(request: &Request, order: &Order, provider: &Provider) -> Page {
    let form = html! {
        (hidden(request, order, provider))
        (methods(request))
        (pay_button(request, order))
    };
    let body = html! {
        h1 { (say!(request, "값", "The price")) }
        p data-order=(order.id) data-state=(order.state.name()) { (words::held(request, order)) }
        (sum(request, order))
        p.plain { (words::posted(request, order)) }
        p.plain id="goes-to" {
            (say!(request, "받으실 곳:", "Goes to:")) " " (address::lines(&order.address)) " "
            a href=(format!("/address/{}", order.id)) { (say!(request, "고치기", "Correct it")) }
        }
        @match &provider.plain_window_url {
            Some(url) => form id="paying" method="get" action=(url) data-onward { (form) },
            None => form id="paying" data-onward {
                (form)
                noscript { p.problem { (say!(
                    request,
                    "결제창은 스크립트가 있어야 열립니다. 브라우저에서 스크립트를 켜고 이 화면을 다시 열어 주십시오.",
                    "The payment window needs script. Please switch script on in your browser and open this page again."
                )) } }
            },
        }
        p.problem id="trouble" role="alert" hidden { (say!(
            request,
            "결제창을 열지 못했습니다. 돈은 빠져나가지 않았습니다. 잠시 뒤에 다시 눌러 주십시오.",
            "The payment window did not open. No money has moved. Please press again in a moment."
        )) }
    };
    let page = frame(request, body)
        .drawing(Drawing::Counter)
        .script(Script::Provider { url: provider.script_url.clone() })
        .script(Script::Inline(SCRIPT));
    match &provider.plain_window_url {
        Some(url) => page.form_to(url),
        None => page,
    }
}

/// The parameters of the provider's payment page. It wants a customer key that cannot be guessed;
/// the order's id is one, and identifies no person.
fn hidden(request: &Request, order: &Order, provider: &Provider) -> Markup {
    let id = order.at_the_provider();
    let back = |outcome: &str| format!("{}/pay/{}/{outcome}", request.origin, order.id);
    let fields = [
        ("amount", order.total.0.to_string()),
        ("taxFreeAmount", order.tax_free.0.to_string()),
        ("orderId", id.clone()),
        ("orderName", "공간문학 책 한 권".to_owned()),
        ("successUrl", back("success")),
        ("failUrl", back("fail")),
        ("customerKey", id),
        ("clientKey", provider.client_key.clone()),
        ("validHours", VirtualAccount::HOURS.to_string()),
    ];
    html! { @for (name, value) in fields { input type="hidden" name=(name) value=(value); } }
}

/// The choice between card and bank transfer. The values are the provider's names.
fn methods(request: &Request) -> Markup {
    html! {
        fieldset {
            legend { (say!(request, "결제 수단", "How to pay")) }
            label.tick for="by-card" {
                input id="by-card" type="radio" name="method" value="CARD" checked;
                span { (say!(request, "카드", "Card")) }
            }
            label.tick for="by-deposit" {
                input id="by-deposit" type="radio" name="method" value="VIRTUAL_ACCOUNT";
                span {
                    (say!(
                        request,
                        "무통장입금 (가상계좌)",
                        "Bank transfer (an account for this order)"
                    ))
                    span.hint { (say!(
                        request,
                        " 계좌를 하나 열어 드립니다. {hours}시간 안에 입금하시면 되고, 그때까지 자리를 잡아 둡니다.",
                        " We open an account for you. Pay into it within {hours} hours; until then your place is held.",
                        hours = VirtualAccount::HOURS
                    )) }
                }
            }
        }
    }
}

fn pay_button(request: &Request, order: &Order) -> Markup {
    html! { button {
        (say!(request, "{total}원 결제하기", "Pay ₩{total}", total = order.total))
    } }
}

/// Back from the provider: the form that confirms the payment.
pub(crate) fn confirming(request: &Request, order: &Order, payment_key: &PaymentKey) -> Page {
    let action = format!("/pay/{}", order.id);
    let body = html! {
        h1 { (say!(request, "마지막 한 걸음", "One last step")) }
        p data-order=(order.id) data-state=(order.state.name()) { (say!(
            request,
            "결제사에서 돌아오셨습니다. 아직 돈은 빠져나가지 않았습니다. 아래를 누르시면 결제가 끝납니다.",
            "You are back from the payment provider. No money has moved yet. Press below to finish."
        )) }
        (sum(request, order))
        form method="post" action=(action) data-onward data-once=(payment_key) {
            input type="hidden" name="payment_key" value=(payment_key);
            input type="hidden" name="amount" value=(order.total.0);
            (pay_button(request, order))
        }
    };
    frame(request, body).script(Script::Inline(SUBMIT_ONCE))
}

/// It is not known yet whether the money was taken.
pub(crate) fn underway(request: &Request, order: &Order) -> Page {
    let body = html! {
        h1 { (say!(request, "결제를 확인하고 있습니다", "We are checking your payment")) }
        p data-order=(order.id) data-state=(order.state.name()) role="status" { (say!(
            request,
            "결제사의 답이 늦어지고 있습니다. 다시 결제하지 마십시오. 돈이 빠져나갔다면 주문은 반드시 이어지고, 빠져나가지 않았다면 다시 결제하실 수 있게 됩니다. 저희가 몇 분마다 확인하고 있습니다.",
            "The provider is slow to answer. Please do not pay again. If the money was taken, your order goes on; if not, you will be able to pay again. We check every few minutes."
        )) }
        form method="post" action=(format!("/pay/{}", order.id)) data-onward {
            button { (say!(request, "지금 다시 확인하기", "Check again now")) }
        }
    };
    frame(request, body).status(StatusCode::ACCEPTED)
}

/// The provider declined the payment.
pub(crate) fn declined(request: &Request, order: &Order, code: &RefusalCode) -> Page {
    let reason = words::reason(request, code);
    not_paid(request, order, &reason).status(StatusCode::PAYMENT_REQUIRED)
}

/// The provider sent the reader back without a payment.
pub(crate) fn failed(request: &Request, order: &Order, code: &str) -> Page {
    let reason = match code {
        "PAY_PROCESS_CANCELED" | "USER_CANCEL" | "" => {
            say!(request, "결제를 그만두셨습니다.", "You stopped the payment.")
        }
        code => words::provider_reason(request, code),
    };
    not_paid(request, order, &reason)
}

fn not_paid(request: &Request, order: &Order, reason: &Words) -> Page {
    let body = html! {
        h1 { (say!(request, "결제가 끝나지 않았습니다", "The payment was not finished")) }
        p role="alert" data-order=(order.id) data-state=(order.state.name()) {
            (reason) " "
            (say!(
                request,
                "돈은 빠져나가지 않았습니다. 주문은 그대로 있습니다.",
                "No money has moved. Your order is still here."
            ))
        }
        p { a.door data-onward href=(format!("/pay/{}", order.id)) {
            (say!(request, "다시 결제하기", "Try again"))
        } }
    };
    frame(request, body)
}

/// The parameters do not match the order.
pub(crate) fn mismatch(request: &Request, order: &Order) -> Page {
    let body = html! {
        h1 { (say!(request, "결제 정보가 일치하지 않습니다", "The payment details do not match")) }
        p role="alert" data-order=(order.id) data-state=(order.state.name()) { (say!(
            request,
            "돌아온 주소의 금액이나 주문이 저희 장부와 다릅니다. 결제를 요청하지 않았고, 돈은 빠져나가지 않았습니다.",
            "The amount or the order in the address is not the one in our books. We did not ask for any payment, and no money has moved."
        )) }
        p { a.door data-onward href=(format!("/pay/{}", order.id)) {
            (say!(request, "처음부터 다시 결제하기", "Pay again from the start"))
        } }
    };
    frame(request, body).status(StatusCode::BAD_REQUEST)
}

/// The order's place expired, and no other is free.
pub(crate) fn no_place(request: &Request, order: &Order) -> Page {
    let body = html! {
        h1 { (say!(request, "자리가 다 찼습니다", "No place is left")) }
        p role="alert" data-order=(order.id) data-state=(order.state.name()) { (say!(
            request,
            "잡아 두었던 시간이 지나는 사이에 이 가격대의 책이 모두 나갔습니다. 결제를 요청하지 않았고, 돈은 빠져나가지 않았습니다. 새 책이 들어오면 같은 주문으로 다시 결제하실 수 있습니다.",
            "While the time we held for you ran out, every book in this range was taken. We did not ask for any payment, and no money has moved. When new books arrive, you can pay for this very order."
        )) }
        p { a.door.quiet data-onward href=(format!("/pay/{}", order.id)) {
            (say!(request, "다시 해 보기", "Try again"))
        } }
    };
    frame(request, body).status(StatusCode::CONFLICT)
}

/// The order's place expired, and others are held without a payment.
pub(crate) fn too_many(request: &Request, order: &Order, too_many: &TooManyUnpaid) -> Page {
    let body = html! {
        h1 { (say!(request, "자리를 다시 잡지 못했습니다", "Your place could not be held again")) }
        (unpaid::too_many(request, too_many))
        p data-order=(order.id) data-state=(order.state.name()) { (say!(
            request,
            "결제를 요청하지 않았고, 돈은 빠져나가지 않았습니다. 주문은 그대로 있습니다.",
            "We did not ask for any payment, and no money has moved. Your order is still here."
        )) }
        p { a.door.quiet data-onward href=(format!("/pay/{}", order.id)) {
            (say!(request, "다시 해 보기", "Try again"))
        } }
    };
    frame(request, body).status(StatusCode::CONFLICT)
}
