//! The pages of the window: one order, the list of orders, and none.

use domain::{
    order::{
        Order, State,
        bank_transfer::VirtualAccount,
        letter::acts,
        message::Notice,
        refund::{Progress, Refund},
    },
    walk::visit::Visit,
};
use jiff::Timestamp;
use maud::{Markup, html};
use web::{Access, Drawing, Page, Request, address, say};

use crate::{Part, steps, words};

fn frame(request: &Request, body: Markup) -> Page {
    Page::new("window", say!(request, "창", "The window")).drawing(Drawing::Window).body(body)
}

pub(crate) fn no_order(request: &Request, onward: &str) -> Page {
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        p.keeper { (words::dark(request)) }
        p { (say!(request, "아직 주문하신 책이 없습니다.", "You have not ordered a book yet.")) }
        p { a.door data-onward href=(onward) {
            (say!(request, "서 계신 곳으로", "To where you stand"))
        } }
    };
    frame(request, body).drawing(Drawing::DarkWindow)
}

pub(crate) fn list(request: &Request, orders: &[Order], part: &Part<'_>) -> Page {
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        p { (say!(
            request,
            "주문하신 책들입니다. 최근 것이 위에 있습니다.",
            "Your orders, the latest first."
        )) }
        ul.letters { @for order in orders.iter().rev() {
            li data-order=(order.id) data-state=(order.state.name()) {
                a href=(format!("/window/{}", order.id)) { (steps::line(request, order)) }
            }
        } }
        @if orders.is_empty() {
            p { (say!(
                request,
                "이 자리에는 남아 있는 주문이 없습니다. 결제하지 않은 주문은 {days}일 뒤에 지워집니다.",
                "No order is left here. Orders that were not paid are deleted after {days} days.",
                days = Visit::KEPT_DAYS
            )) }
        }
        @if let Some(next) = part.next {
            p { a.door.quiet data-more href=(format!("/window?after={next}")) {
                (say!(request, "더 보기", "Older orders"))
            } }
        }
        @if part.later {
            p { a href="/window" { (say!(request, "최근 주문으로", "To the latest orders")) } }
        }
        @if part.cut {
            p.plain {
                (say!(
                    request,
                    "여기에는 최근 주문 {count}건까지 보입니다. 그전 주문은 번호로 찾으실 수 있습니다:",
                    "The latest {count} orders are listed here. Earlier ones are found by their number:",
                    count = Visit::ORDERS
                )) " "
                a href="/find" { (say!(request, "주문 찾기", "Find an order")) }
            }
        }
    };
    frame(request, body)
}

/// One order. `early` if the reader reported the arrival of a book that is not on its way.
pub(crate) fn order(
    request: &Request,
    order: &Order,
    told: &[(Timestamp, Notice)],
    access: Access,
    early: bool,
) -> Page {
    let (poem, plain) = words::state(request, order);
    let not_priced = order.state != State::Priced;
    let own = access == Access::Own;
    let body = html! {
        h1 { (say!(request, "창", "The window")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            p.keeper { (poem) }
            p { strong { (plain) } }
            @if order.transfer_is_reversed() {
                p role="status" { (words::transfer::reversed(request)) }
            }
            @if let Some(reason) = &order.called_off {
                p role="status" { (acts::called_off_for(reason.reveal(), request.language)) }
            }
            @if early { p role="status" { (words::not_on_its_way(request)) } }
            @if own && order.state == State::Priced && order.awaits_transfer().is_none() {
                p { a.door data-onward href=(format!("/pay/{}", order.id)) {
                    (say!(request, "결제하러 가기", "On to the payment"))
                } }
            }
            @if let (State::Priced, Some(account)) = (order.state, order.awaits_transfer()) {
                (transfer(request, order, account, access))
            }
            (facts(request, order, access))
            (steps::timeline(request, order, told))
            @if order.wants_account() {
                p { a.door href=(format!("/cancel/{}?to=account", order.id)) {
                    (say!(request, "돌려받으실 계좌 적기", "Name the account for your money"))
                } }
            }
            @if order.state == State::Shipped { (arrival_form(request, order)) }
            (cancel_link(request, order))
        }
        @if own { (onward(request, not_priced)) } @else { (found(request)) }
    };
    let page = frame(request, body);
    // The doorkeeper says that its lamp went out.
    if order.state == State::Cancelled { page.drawing(Drawing::DarkWindow) } else { page }
}

/// What the reader may do beside the order.
fn onward(request: &Request, not_priced: bool) -> Markup {
    html! {
        p { a.door.quiet data-onward[not_priced] href="/mailbox" {
            (say!(request, "편지함 열기", "Open the mailbox"))
        } }
        @if not_priced {
            p.plain { (words::news(request)) }
            p.plain { a href="/letter" { (say!(
                request,
                "한 권 더 청하기: 새 편지 쓰기",
                "Another book: write a new letter"
            )) } }
            p.plain { a href="/poem" { (say!(
                request,
                "걸음의 시: 빈 줄 채우기, 나누기",
                "The poem of your walk: fill its lines, share it"
            )) } }
            p.plain { (words::elsewhere(request)) " "
                a href="/bookmark" { (say!(request, "책갈피", "Bookmark")) } " · "
                a href="/find" { (say!(request, "주문 찾기", "Find an order")) }
            }
        }
    }
}

/// To somebody who found the order: how long it stays open here, and how the rest is reached.
fn found(request: &Request) -> Markup {
    html! {
        p.plain data-found { (words::found(request)) " "
            a href="/bookmark" { (say!(request, "책갈피", "Bookmark")) }
        }
    }
}

fn cancel_link(request: &Request, order: &Order) -> Markup {
    let text = match order.state {
        _ if order.may_be_cancelled() => say!(request, "주문 취소", "Cancel this order"),
        State::Shipped | State::Delivered if order.withdrawal().is_none() => {
            say!(request, "책 돌려보내기", "Send the book back")
        }
        State::Shipped | State::Delivered => {
            say!(request, "돌려보내시는 책", "The book on its way back")
        }
        _ => return html! {},
    };
    html! { p.plain { a href=(format!("/cancel/{}", order.id)) { (text) } } }
}

/// The account of a bank transfer that is awaited, the amount and the deadline.
fn transfer(request: &Request, order: &Order, account: &VirtualAccount, access: Access) -> Markup {
    let over = account.due <= request.now;
    let holder = account.holder.reveal();
    html! {
        dl.facts id="deposit" {
            (fact(&say!(request, "은행", "Bank"), &html! { (account.bank.name(request.language)) }))
            (fact(
                &say!(request, "계좌 번호", "Account number"),
                &html! { (account.number.reveal()) },
            ))
            @if !holder.is_empty() {
                (fact(&say!(request, "예금주", "Account holder"), &html! { (holder) }))
            }
            (fact(
                &say!(request, "입금하실 금액", "To be paid"),
                &html! { (request.won(order.total)) },
            ))
            (fact(&say!(request, "기한", "Until"), &html! {
                time datetime=(account.due) { (request.clock(account.due)) }
            }))
        }
        @if access == Access::Own { form method="post" action=(format!("/pay/{}", order.id)) data-onward {
            @if over {
                p { (words::transfer::overdue(request)) }
                button { (say!(request, "확인하고 다시 결제하기", "Check, and pay again")) }
            } @else {
                p.hint { (words::transfer::awaited(request)) }
                button { (say!(request, "입금했는지 확인하기", "Check for the deposit")) }
            }
        } }
    }
}

/// The form that reports the arrival. Answering it is optional.
fn arrival_form(request: &Request, order: &Order) -> Markup {
    html! {
        form id="arrived" method="post" action=(format!("/window/{}", order.id)) {
            p.plain { (words::ask_arrival(request)) }
            button.quiet { (say!(request, "받았습니다", "It has arrived")) }
        }
    }
}

fn fact(name: &str, value: &Markup) -> Markup {
    html! { div { dt { (name) } dd { (value) } } }
}

fn facts(request: &Request, order: &Order, access: Access) -> Markup {
    html! {
        dl.facts {
            (fact(&say!(request, "주문 번호", "Order"), &html! {
                (order.id)
                @if let Some(number) = order.number { " · " (number.short()) " (" (number) ")" }
            }))
            (fact(&say!(request, "결제 금액", "Paid"), &paid(request, order)))
            @for refund in order.refunds.iter()
                .filter(|refund| refund.progress != Progress::Superseded) {
                (refund_fact(request, refund))
            }
            @if !over(order.state) {
                (fact(
                    &say!(request, "늦어도 이날까지 부칩니다", "Posted by"),
                    &html! { (request.date(order.promised)) },
                ))
            }
            @if !over(order.state) {
                (fact(&say!(request, "받으실 곳", "Goes to"), &goes_to(request, order, access)))
            }
            (fact(&say!(request, "마지막 소식", "Last news"), &html! {
                time datetime=(order.changed_at) { (request.clock(order.changed_at)) }
            }))
            @if let (Some(parcel), State::Shipped | State::Delivered)
                = (order.parcel(), order.state) {
                (fact(&say!(request, "운송장", "Parcel"), &html! {
                    (parcel.carrier.title_in(request.language)) " "
                    @if let (Some(number), Some(page)) = (&parcel.number, parcel.tracking_page()) {
                        a href=(page) rel="noreferrer" { (number) }
                    }
                }))
            }
        }
    }
}

/// The address. Who found the order by its number and a telephone does not learn it.
fn goes_to(request: &Request, order: &Order, access: Access) -> Markup {
    html! {
        @match access {
            Access::Own => (address::lines(&order.address)),
            Access::Found => (say!(request, "주문하실 때 적으신 곳", "As it was given with the order")),
        }
        @if order.may_be_readdressed() {
            " · " a href=(format!("/address/{}", order.id)) {
                (say!(request, "고치기", "correct it"))
            }
        }
    }
}

fn paid(request: &Request, order: &Order) -> Markup {
    let paid = order.paid_at().is_some();
    html! {
        @if order.transfer_is_reversed() {
            (say!(request, "은행이 입금을 되돌림", "the bank took the deposit back"))
        } @else if paid {
            (request.won(order.total))
        } @else {
            (say!(request, "결제 전입니다", "not yet"))
        }
        @if paid && !order.transfer_is_reversed() {
            " · " a href=(format!("/receipt/{}", order.id)) { (say!(request, "영수증", "receipt")) }
        }
    }
}

fn refund_fact(request: &Request, refund: &Refund) -> Markup {
    let when = words::refund_progress(request, refund);
    fact(
        &words::refund_title(request, refund),
        &html! {
            (request.won(refund.amount)) " · " (when)
        },
    )
}

/// Whether no book will be posted any more.
const fn over(state: State) -> bool {
    matches!(state, State::Cancelled | State::RefundDue | State::Refunded)
}
