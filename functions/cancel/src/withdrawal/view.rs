//! The page of a withdrawal: the form, or the state of a return that was announced.

use domain::{
    base::{calendar, money::Won},
    order::{
        Order, State,
        withdrawal::{ReturnReason, Withdrawal},
    },
};
use jiff::civil::Date;
use maud::{Markup, html};
use web::{
    Page, Problem, Request, Words,
    field::{self, Field},
    say,
};

use crate::view::{frame, withdrawal_terms};

pub(crate) fn page(request: &Request, order: &Order, problems: &[Problem]) -> Page {
    let announced = order.withdrawal().is_some();
    let body = html! {
        h1 { (say!(request, "돌려보내기", "Send it back")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            @match order.withdrawal() {
                Some(withdrawal) => (on_its_way(request, order, withdrawal)),
                None => (form(request, order, problems)),
            }
        }
        p { a.door.quiet href=(format!("/window/{}", order.id)) data-onward[announced] {
            @if announced { (say!(request, "주문 상태 보기", "See the order")) }
            @else { (say!(request, "그대로 두기", "Leave it as it is")) }
        } }
        (withdrawal_terms(request))
    };
    frame(request, body)
}

fn form(request: &Request, order: &Order, problems: &[Problem]) -> Markup {
    let today = calendar::today(request.now);
    html! {
        (field::summary(problems, request.language))
        @if order.state == State::Shipped {
            p { (say!(
                request,
                "책은 길 위에 있거나 이미 닿았습니다. 길 위의 책은 불러 세울 수 없으니, 받으신 다음에 여기서 돌려보내 주십시오. 포장은 뜯으셔도 되고 뜯지 않으셔도 됩니다.",
                "The book is on the road or has come already. We cannot call it back on the road: once you have it, send it back here, opened or not."
            )) }
        }
        @if let Some(arrived) = order.arrived() { p { (periods(request, arrived)) } }
        (amounts(request, order))
        p { (say!(
            request,
            "아래를 누르시면 택배 기사님이 책을 찾으러 갑니다. 책이 가게에 닿은 날부터 영업일 3일 안에 결제하신 수단으로 돌려드립니다. 책을 내주시기 전에는 아무것도 바뀌지 않습니다.",
            "Send this form and the shop sends a carrier for the book. Your money goes back the way it came within 3 working days of the book’s return. Until you hand the book over nothing changes."
        )) }
        @if order.by_bank_transfer() { p { (say!(
            request,
            "계좌로 입금하셨으므로, 책이 닿으면 돌려받으실 계좌를 편지로 여쭙습니다.",
            "As you paid by a deposit, a letter will ask for the account it goes back to once the book is here."
        )) } }
        form method="post" action=(format!("/cancel/{}", order.id)) data-onward {
            (reasons(request, problems))
            @if order.arrived().is_none() {
                (Field::text("received", say!(request, "책을 받으신 날", "The day the book came"))
                    .mode("numeric")
                    .hint(say!(request, "보기: {today}", "Like {today}"))
                    .value(request.form.typed("received"))
                    .markup(problems))
            }
            button { (say!(request, "책 돌려보내기", "Send the book back")) }
        }
    }
}

fn reasons(request: &Request, problems: &[Problem]) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == "reason");
    html! {
        fieldset id="reason" aria-describedby=[problem.map(|_| "reason-problem")] {
            legend { (say!(request, "까닭", "Reason")) }
            @for reason in ReturnReason::ALL {
                @let id = format!("reason-{}", reason.name());
                label.tick for=(id) {
                    input id=(id) type="radio" name="reason" value=(reason.name())
                        checked[request.form.typed("reason") == reason.name()];
                    span { (reason_title(request, reason)) }
                }
            }
            @if let Some(problem) = problem { p.problem id="reason-problem" { (problem.message) } }
        }
    }
}

/// Until when the book can be returned, by reason.
fn periods(request: &Request, arrived: Date) -> Words {
    say!(
        request,
        "{came}에 닿은 책입니다. 마음이 바뀌셨다면 {mind}까지, 책이 상했거나 약속과 다르면 {damaged}까지 돌려보내실 수 있습니다. 받으신 날이 다르면 아래 전자우편으로 알려 주십시오.",
        "The book came on {came}. You can send it back until {mind} if you changed your mind, until {damaged} if it is damaged or not as agreed. If it came on another day, please write to the address below.",
        came = request.date(arrived),
        mind = request.date(ReturnReason::MindChanged.until(arrived)),
        damaged = request.date(ReturnReason::Damaged.until(arrived))
    )
}

fn reason_title(request: &Request, reason: ReturnReason) -> Words {
    match reason {
        ReturnReason::MindChanged => say!(
            request,
            "마음이 바뀌었습니다 (받으신 날부터 7일 안, 까닭은 묻지 않습니다)",
            "I changed my mind (within 7 days of receipt; nobody asks why)"
        ),
        ReturnReason::Damaged => say!(
            request,
            "책이 상했거나 약속과 다릅니다 (받으신 날부터 3개월 안)",
            "The book is damaged or not as agreed (within 3 months of receipt)"
        ),
    }
}

/// What is refunded for each reason.
fn amounts(request: &Request, order: &Order) -> Markup {
    let refunded = order.total.saturating_sub(order.refundable());
    html! {
        table.sum {
            thead { tr {
                th scope="col" { span.hint { (say!(request, "까닭에 따라", "By the reason")) } }
                th scope="col" { (say!(request, "마음이 바뀜", "Changed my mind")) }
                th scope="col" { (say!(request, "상했거나 다름", "Damaged, not as agreed")) }
            } }
            tbody {
                (row(request, &say!(request, "결제 금액", "You paid"), |_| order.total))
                @if refunded > Won::ZERO {
                    (row(
                        request,
                        &say!(request, "이미 돌려드린 돈", "Given back before"),
                        |_| refunded,
                    ))
                }
                (row(
                    request,
                    &say!(request, "반품 배송비 (뺍니다)", "Return postage (deducted)"),
                    ReturnReason::postage,
                ))
            }
            tfoot { (row(
                request,
                &say!(request, "돌려드리는 돈", "Goes back"),
                |reason| order.back_for(reason),
            )) }
        }
    }
}

fn row(request: &Request, title: &str, amount: impl Fn(ReturnReason) -> Won) -> Markup {
    html! {
        tr {
            th scope="row" { (title) }
            @for reason in ReturnReason::ALL { td { (request.won(amount(reason))) } }
        }
    }
}

/// The return was announced, and the book is not back yet.
fn on_its_way(request: &Request, order: &Order, withdrawal: &Withdrawal) -> Markup {
    let back = order.refundable().saturating_sub(withdrawal.postage);
    html! {
        div role="status" {
            p { (say!(
                request,
                "{asked}에 돌려보내겠다고 하셨습니다.",
                "You asked to send it back {asked}.",
                asked = request.clock(withdrawal.asked_at)
            )) }
            p { (match withdrawal.postage {
                Won::ZERO => say!(
                    request,
                    "책이 가게에 닿은 날부터 영업일 3일 안에 {back}원을 모두 돌려드립니다. 배송비는 가게가 냅니다.",
                    "Within 3 working days of the book’s return ₩{back}, all of it, goes back to you. The shop bears the postage."
                ),
                postage => say!(
                    request,
                    "책이 가게에 닿은 날부터 영업일 3일 안에, 반품 배송비 {postage}원을 뺀 {back}원을 돌려드립니다.",
                    "Within 3 working days of the book’s return ₩{back} goes back to you; ₩{postage} for the way back are taken off."
                ),
            }) }
            p { (say!(
                request,
                "주인장이 책을 찾아갈 택배를 보냅니다. 책이 젖지 않게만 싸 주십시오. 받으셨던 상자가 아니어도 됩니다. 마음이 다시 바뀌시면 내주지 않으시면 그만입니다.",
                "The owner sends a carrier for the book. Wrap it so that it stays dry; it need not be the box it came in. If you change your mind again, simply keep it."
            )) }
        }
    }
}
