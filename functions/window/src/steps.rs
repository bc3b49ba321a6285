//! The steps of an order: what happened, when, and what comes next.

use domain::{
    base::format,
    order::{Event, Order, State, message::Notice, parcel::Parcel, withdrawal::ReturnReason},
};
use jiff::{Timestamp, civil::Date};
use maud::{Markup, html};
use web::{Request, Words, say};

/// When a step was. Of the arrival only the day is known.
#[derive(Clone, Copy)]
enum When {
    At(Timestamp),
    On(Date),
}

/// The steps of an order, oldest first.
pub(crate) fn timeline(request: &Request, order: &Order, told: &[(Timestamp, Notice)]) -> Markup {
    let next = next(request, order);
    html! {
        section id="steps" {
            h2 { (say!(request, "지나온 걸음", "The way so far")) }
            ol.steps {
                @for (when, what) in steps(request, order, told) {
                    li {
                        @match when {
                            When::At(at) => time datetime=(at) { (request.clock(at)) },
                            When::On(day) => time datetime=(day) { (request.date(day)) },
                        }
                        " " (what)
                    }
                }
                @if let Some(next) = next {
                    li.next { (say!(request, "다음", "Next")) ": " (next) }
                }
            }
        }
    }
}

fn steps(request: &Request, order: &Order, told: &[(Timestamp, Notice)]) -> Vec<(When, Words)> {
    let events = order.events(told);
    let posted = events.iter().rposition(|(_, event)| {
        matches!(event, Event::Told(Notice::Shipped | Notice::Renumbered | Notice::Again))
    });
    let mut steps: Vec<(When, Words)> =
        events.iter().map(|(at, event)| (When::At(*at), title(request, order, *event))).collect();
    if let Some(day) = order.arrived() {
        // It has a day and no time; it follows the parcel's way.
        let place = posted.map_or(steps.len(), |posted| posted.saturating_add(1));
        let arrived = say!(request, "책이 닿았습니다", "The book arrived");
        steps.insert(place.min(steps.len()), (When::On(day), arrived));
    }
    steps
}

fn title(request: &Request, order: &Order, event: Event) -> Words {
    match event {
        Event::Ordered => say!(request, "주문하셨습니다", "You ordered"),
        Event::Readdressed => {
            say!(request, "받으실 곳을 고치셨습니다", "You corrected the address")
        }
        Event::ReturnAsked => {
            say!(request, "책을 돌려보내겠다고 하셨습니다", "You asked to send the book back")
        }
        Event::Told(Notice::Shipped) if is_by_hand(order) => {
            say!(request, "주인장이 책을 전하러 나섰습니다", "The owner set out with the book")
        }
        Event::Told(notice) => told(request, notice),
    }
}

fn told(request: &Request, notice: Notice) -> Words {
    match notice {
        Notice::Paid => say!(request, "결제가 끝났습니다", "Your payment was complete"),
        Notice::Chosen => say!(request, "책을 골랐습니다", "The book was chosen"),
        Notice::Packed => say!(request, "책을 포장했습니다", "The book was packed"),
        Notice::Shipped => {
            say!(request, "책을 택배사에 맡겼습니다", "The book was handed to the carrier")
        }
        Notice::Renumbered => {
            say!(request, "운송장 번호를 바로잡았습니다", "The tracking number was corrected")
        }
        Notice::Cancelled => say!(request, "주문이 취소되었습니다", "The order was cancelled"),
        Notice::Refunded => say!(request, "돈을 돌려드렸습니다", "Money went back to you"),
        Notice::Later => {
            say!(request, "책 고르기를 하루 미뤘습니다", "The choice was put off by a day")
        }
        Notice::BankTransfer => {
            say!(
                request,
                "입금하실 계좌를 알려 드렸습니다",
                "An account was opened for your transfer"
            )
        }
        Notice::BankDetails => say!(
            request,
            "돌려받으실 계좌를 여쭈었습니다",
            "You were asked for an account for your refund"
        ),
        Notice::Reversed => {
            say!(request, "은행이 입금을 되돌렸습니다", "The bank took your deposit back")
        }
        Notice::Again => {
            say!(request, "책을 다시 보내기로 했습니다", "A book was to be sent again")
        }
        Notice::Return => {
            say!(request, "책을 돌려받기로 했습니다", "The return of the book was noted")
        }
    }
}

fn is_by_hand(order: &Order) -> bool {
    order.parcel().is_some_and(Parcel::is_by_hand)
}

/// What comes next, if anything does by itself or by the reader's act.
fn next(request: &Request, order: &Order) -> Option<Words> {
    let by = request.date(order.promised);
    Some(match order.state {
        State::Priced => match order.awaits_transfer() {
            Some(account) => say!(
                request,
                "{due}까지 입금",
                "your transfer, until {due}",
                due = request.clock(account.due)
            ),
            None => say!(request, "결제", "your payment"),
        },
        State::Paid | State::Choosing => say!(
            request,
            "책을 고르고 포장해 {by}까지 부칩니다",
            "the book is chosen, packed and posted by {by}"
        ),
        State::Chosen => {
            say!(request, "포장해 {by}까지 부칩니다", "it is packed and posted by {by}")
        }
        State::Packed if is_by_hand(order) => {
            say!(request, "주인장이 책을 전합니다", "the owner brings the book")
        }
        State::Packed if order.shipment.is_some() => {
            say!(request, "운송장 번호를 알려 드립니다", "the tracking number is sent to you")
        }
        State::Packed => say!(request, "{by}까지 부칩니다", "it is posted by {by}"),
        State::Shipped if order.withdrawal().is_none() => {
            say!(request, "책이 닿습니다", "the book arrives")
        }
        State::Shipped | State::Delivered if order.withdrawal().is_some() => say!(
            request,
            "책이 가게에 닿으면 영업일 3일 안에 돈을 돌려드립니다",
            "your money goes back within 3 working days of the book’s return"
        ),
        State::Delivered => {
            let until = request.date(order.until(ReturnReason::MindChanged)?);
            say!(
                request,
                "{until}까지 이유 없이 반품하실 수 있습니다",
                "you can send it back without a reason until {until}"
            )
        }
        State::RefundDue => {
            let by = request.date(order.refund_by().filter(|_| !order.wants_account())?);
            say!(request, "{by}까지 돈을 돌려드립니다", "your money goes back by {by}")
        }
        State::Shipped | State::Cancelled | State::Refunded => return None,
    })
}

/// An order in one line: its short number, its day, its state and its sum.
pub(crate) fn line(request: &Request, order: &Order) -> Words {
    let day = request.date(domain::base::calendar::today(order.at));
    let number = order.number.map(|number| format!("{} · ", number.short())).unwrap_or_default();
    let sum = format::won(order.total, request.language);
    format!("{number}{day} · {} · {sum}", state(request, order)).into()
}

/// The state in a word or two.
fn state(request: &Request, order: &Order) -> Words {
    match order.state {
        State::Priced => say!(request, "결제 전", "not paid"),
        State::Paid => say!(request, "결제함", "paid"),
        State::Choosing => say!(request, "책을 고르는 중", "being chosen"),
        State::Chosen => say!(request, "포장 전", "to be packed"),
        State::Packed if is_by_hand(order) => say!(request, "전하는 중", "with the owner"),
        State::Packed if order.shipment.is_some() => {
            say!(request, "택배사에 맡김", "with the carrier")
        }
        State::Packed => say!(request, "포장함", "packed"),
        State::Shipped | State::Delivered if order.withdrawal().is_some() => {
            say!(request, "반품하시는 중", "on its way back")
        }
        State::Shipped => say!(request, "배송 중", "on its way"),
        State::Delivered => say!(request, "도착", "arrived"),
        State::Cancelled => say!(request, "취소", "cancelled"),
        State::RefundDue => say!(request, "환불 예정", "refund due"),
        State::Refunded => say!(request, "환불함", "refunded"),
    }
}
