//! Sending the book back once it has come. The reader says why, and when it came if nobody noted
//! that day before; the page says before the click what goes back, to the won, and by when. No
//! money moves before the book is back: the owner says so (`owner-refund`), and from that day three
//! working days are counted.

use domain::{
    base::{calendar, money::Won},
    order::{
        Order, State, letter,
        withdrawal::{NotWithdrawn, ReturnReason, Withdrawal},
    },
};
use jiff::civil::Date;
use maud::{Markup, html};
use store::{Lost, Versioned};
use web::{
    AppState, Page, Problem, Refusal, Reply, Request, StatusCode,
    field::{self, Field},
    say,
};

use crate::{frame, won};

/// Takes the reader's word. None if somebody changed the order meanwhile: look again.
pub(crate) async fn withdraw(
    app: &AppState,
    request: &Request,
    order: &Versioned<Order>,
) -> Result<Option<Reply>, Refusal> {
    let here = format!("/cancel/{}", order.value.id);
    let again = |problems: &[Problem]| {
        Some(page(request, &order.value, problems).status(StatusCode::UNPROCESSABLE_ENTITY).into())
    };
    // The second click of one hand, or another tab.
    if order.value.withdrawal.is_some() {
        return Ok(Some(Reply::see(here)));
    }
    let (reason, received) = match read(request, &order.value) {
        Ok(read) => read,
        Err(problems) => return Ok(again(&problems)),
    };
    let withdrawn = match order.value.clone().withdrawn(reason, received, request.now) {
        Ok(withdrawn) => withdrawn,
        Err(why) => return Ok(again(&[not_withdrawn(request, &order.value, why)])),
    };
    match app.store.save_order(&order.with(withdrawn), None).await {
        Ok(()) => {
            tracing::info!(order = %order.value.id, reason = reason.name(), "order withdrawn");
            Ok(Some(Reply::see(here)))
        }
        Err(Lost::Race(_) | Lost::Conflict) => Ok(None),
        Err(Lost::Store(error)) => Err(error.into()),
    }
}

fn read(request: &Request, order: &Order) -> Result<(ReturnReason, Date), Vec<Problem>> {
    let mut problems = Vec::new();
    let reason: Option<ReturnReason> = request.form.typed("reason").parse().ok();
    if reason.is_none() {
        let say = say!(request, "둘 가운데 하나를 골라 주십시오.", "Please choose one of the two.")
            .to_owned();
        problems.push(Problem { field: "reason", say });
    }
    let received = order.arrived.or_else(|| day(request.form.typed("received")));
    if received.is_none() {
        problems.push(received_problem(request));
    }
    match (reason, received) {
        (Some(reason), Some(received)) => Ok((reason, received)),
        _ => Err(problems),
    }
}

/// A day as people write it: 2026-11-25, 2026.11.25 or 2026/11/25.
fn day(typed: &str) -> Option<Date> {
    let plain: String =
        typed.trim().chars().map(|c| if matches!(c, '.' | '/') { '-' } else { c }).collect();
    plain.trim_end_matches('-').replace(' ', "").parse().ok()
}

fn received_problem(request: &Request) -> Problem {
    let today = calendar::today(request.now);
    Problem {
        field: "received",
        say: say!(
            request,
            format!(
                "책을 받으신 날을 {today}처럼 적어 주십시오. 결제하신 날부터 오늘 사이의 날입니다."
            ),
            format!(
                "Please write the day on which the book came like {today}: between your payment and today."
            )
        ),
    }
}

fn not_withdrawn(request: &Request, order: &Order, why: NotWithdrawn) -> Problem {
    // The field that the page has: a day that was noted is not asked for.
    let field = if order.arrived.is_some() { "reason" } else { "received" };
    match why {
        NotWithdrawn::TooLate(until) => {
            let until = letter::date(until, request.language);
            Problem {
                field,
                say: say!(
                    request,
                    format!(
                        "그날 받으셨다면 {until}까지 무를 수 있었습니다. 책이 상했거나 약속과 다르면 받으신 날부터 3개월 안에 무를 수 있으니, 그 까닭을 골라 주십시오."
                    ),
                    format!(
                        "A book that came on that day could be sent back until {until}. If it is damaged or not as agreed you have 3 months: please choose that reason."
                    )
                ),
            }
        }
        NotWithdrawn::Received | NotWithdrawn::Refused(_) => {
            Problem { field, ..received_problem(request) }
        }
    }
}

/// The form, or what becomes of a book that is on its way back.
pub(crate) fn page(request: &Request, order: &Order, problems: &[Problem]) -> Page {
    let body = html! {
        h1 { (say!(request, "돌려보내기", "Send it back")) }
        section data-order=(order.id) data-state=(order.state.name()) {
            @match &order.withdrawal {
                Some(withdrawal) => (on_its_way(request, order, withdrawal)),
                None => (asking(request, order, problems)),
            }
        }
        p { a.door.quiet href=(format!("/window/{}", order.id)) data-onward[order.withdrawal.is_some()] {
            @if order.withdrawal.is_some() { (say!(request, "창으로 보기", "See it from the window")) }
            @else { (say!(request, "그대로 두기", "Leave it as it is")) }
        } }
        p.plain { a href="/notice#withdrawal" { (say!(request, "취소와 환불의 약속", "Withdrawal and refunds")) } }
    };
    frame(request, body)
}

fn asking(request: &Request, order: &Order, problems: &[Problem]) -> Markup {
    let problem = problems.iter().find(|problem| problem.field == "reason");
    let today = calendar::today(request.now);
    let hint = say!(request, format!("보기: {today}"), format!("Like {today}"));
    html! {
        (field::summary(problems, request.language))
        @if order.state == State::Shipped {
            p { (say!(
                request,
                "책은 길 위에 있거나 이미 닿았습니다. 길 위의 책은 불러 세울 수 없으니, 받으신 다음에 여기서 돌려보내 주십시오. 포장은 뜯으셔도 되고 뜯지 않으셔도 됩니다.",
                "The book is on the road or has come already. We cannot call it back on the road: once you have it, send it back here, opened or not."
            )) }
        }
        @if let Some(arrived) = order.arrived { p { (days(request, arrived)) } }
        (amounts(request, order))
        p { (say!(
            request,
            "보내 주시면 가게가 택배를 보내 책을 찾아옵니다. 책이 가게에 닿은 날부터 영업일 3일 안에 내신 방법으로 돌려드립니다. 책을 내주시기 전에는 아무것도 바뀌지 않습니다.",
            "Send this form and the shop sends a carrier for the book. Your money goes back the way it came within 3 working days of the book's return. Until you hand the book over nothing changes."
        )) }
        @if order.by_bank_transfer() { p { (say!(
            request,
            "계좌로 입금하셨으므로, 책이 닿으면 돌려받으실 계좌를 편지로 여쭙습니다.",
            "As you paid by a deposit, a letter will ask for the account it goes back to once the book is here."
        )) } }
        form method="post" action=(format!("/cancel/{}", order.id)) data-onward {
            fieldset id="reason" aria-describedby=[problem.map(|_| "reason-problem")] {
                legend { (say!(request, "까닭", "Reason")) }
                @for reason in ReturnReason::ALL {
                    @let id = format!("reason-{}", reason.name());
                    label.tick for=(id) {
                        input id=(id) type="radio" name="reason" value=(reason.name()) checked[request.form.typed("reason") == reason.name()];
                        span { (because(request, reason)) }
                    }
                }
                @if let Some(problem) = problem { p.problem id="reason-problem" { (problem.say) } }
            }
            @if order.arrived.is_none() { (Field::text("received", say!(request, "책을 받으신 날", "The day the book came")).mode("numeric")
                .hint(&hint)
                .value(request.form.typed("received")).markup(problems)) }
            button { (say!(request, "책 돌려보내기", "Send the book back")) }
        }
    }
}

/// From which day the days count, and until when.
fn days(request: &Request, arrived: Date) -> String {
    let [came, mind, damaged] =
        [arrived, ReturnReason::MindChanged.until(arrived), ReturnReason::Damaged.until(arrived)]
            .map(|day| letter::date(day, request.language));
    say!(
        request,
        format!(
            "{came}에 닿은 책입니다. 마음이 바뀌셨다면 {mind}까지, 책이 상했거나 약속과 다르면 {damaged}까지 돌려보내실 수 있습니다. 받으신 날이 다르면 아래 전자우편으로 알려 주십시오."
        ),
        format!(
            "The book came on {came}. You can send it back until {mind} if you changed your mind, until {damaged} if it is damaged or not as agreed. If it came on another day, please write to the address below."
        )
    )
}

fn because(request: &Request, reason: ReturnReason) -> String {
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
    .to_owned()
}

/// What goes back for each reason, to the won, before the click.
fn amounts(request: &Request, order: &Order) -> Markup {
    let gone = order.total.saturating_sub(order.refundable());
    html! {
        table.sum {
            thead { tr {
                th scope="col" { span.hint { (say!(request, "까닭에 따라", "By the reason")) } }
                th scope="col" { (say!(request, "마음이 바뀜", "Changed my mind")) }
                th scope="col" { (say!(request, "상했거나 다름", "Damaged, not as agreed")) }
            } }
            tbody {
                (row(request, say!(request, "내신 값", "You paid"), |_| order.total))
                @if gone > Won::ZERO {
                    (row(request, say!(request, "이미 돌려드린 돈", "Given back before"), |_| gone))
                }
                (row(request, say!(request, "돌아오는 우송료 (뺍니다)", "The way back (taken off)"), ReturnReason::postage))
            }
            tfoot { (row(request, say!(request, "돌려드리는 돈", "Goes back"), |reason| order.back_for(reason))) }
        }
    }
}

fn row(request: &Request, title: &str, amount: impl Fn(ReturnReason) -> Won) -> Markup {
    html! {
        tr {
            th scope="row" { (title) }
            @for reason in ReturnReason::ALL { td { (won(request, amount(reason))) } }
        }
    }
}

/// It is agreed; the book is awaited.
fn on_its_way(request: &Request, order: &Order, withdrawal: &Withdrawal) -> Markup {
    let back = order.refundable().saturating_sub(withdrawal.postage);
    let asked = letter::clock(withdrawal.asked_at, request.language);
    html! {
        div role="status" {
            p { (say!(
                request,
                format!("{asked}에 돌려보내겠다고 하셨습니다."),
                format!("You asked to send it back {asked}.")
            )) }
            p { (match withdrawal.postage {
                Won::ZERO => say!(
                    request,
                    format!("책이 가게에 닿은 날부터 영업일 3일 안에 {back}원을 모두 돌려드립니다. 우송료는 가게가 냅니다."),
                    format!("Within 3 working days of the book's return ₩{back}, all of it, goes back to you. The shop bears the postage.")
                ),
                postage => say!(
                    request,
                    format!("책이 가게에 닿은 날부터 영업일 3일 안에, 돌아오는 우송료 {postage}원을 뺀 {back}원을 돌려드립니다."),
                    format!("Within 3 working days of the book's return ₩{back} goes back to you; ₩{postage} for the way back are taken off.")
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_as_people_write_it() {
        for typed in ["2026-11-25", "2026.11.25", "2026. 11. 25.", " 2026/11/25 "] {
            assert_eq!(day(typed), Some(jiff::civil::date(2026, 11, 25)), "{typed}");
        }
        for typed in ["", "어제", "2026-13-01", "25-11-2026"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }
}
