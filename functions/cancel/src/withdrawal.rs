//! Returning a book that has arrived. The reader gives the reason, and the day of arrival if it was
//! not recorded. The page shows each refund before the click. No money moves until the owner
//! confirms that the book is back (`owner-refund`); three working days count from that day.

mod view;

use domain::{
    base::calendar,
    order::{
        Order,
        withdrawal::{NotWithdrawn, ReturnReason},
    },
};
use jiff::civil::Date;
use store::{Commit, Decision, Versioned};
use web::{Problem, Reply, Request, StatusCode, say};

use crate::{Change, keep};

pub(crate) use view::page;

/// Records the withdrawal.
pub(crate) fn withdraw(request: &Request, order: &Versioned<Order>) -> Decision<(Change, Reply)> {
    let see = Reply::see(format!("/cancel/{}", order.value.id));
    let again = |problems: &[Problem]| {
        keep(page(request, &order.value, problems).status(StatusCode::UNPROCESSABLE_ENTITY))
    };
    // A second click, or another tab.
    if order.value.withdrawal().is_some() {
        return keep(see);
    }
    let (reason, received) = match read(request, &order.value) {
        Ok(read) => read,
        Err(problems) => return again(&problems),
    };
    match order.value.clone().withdrawn(reason, received, request.now) {
        Ok(withdrawn) => {
            let commit = Commit::order(order, withdrawn);
            Decision::write(commit, (Change::Withdrawn(reason), see))
        }
        Err(why) => again(&[not_withdrawn(request, &order.value, why)]),
    }
}

fn read(request: &Request, order: &Order) -> Result<(ReturnReason, Date), Vec<Problem>> {
    let mut problems = Vec::new();
    let reason: Option<ReturnReason> = request.form.typed("reason").parse().ok();
    if reason.is_none() {
        let message =
            say!(request, "둘 가운데 하나를 골라 주십시오.", "Please choose one of the two.");
        problems.push(Problem { field: "reason", message });
    }
    let received = order.arrived().or_else(|| day(request.form.typed("received")));
    if received.is_none() {
        problems.push(received_problem(request));
    }
    match (reason, received) {
        (Some(reason), Some(received)) => Ok((reason, received)),
        _ => Err(problems),
    }
}

/// A date as people write it: 2026-11-25, 2026.11.25 or 2026/11/25.
fn day(typed: &str) -> Option<Date> {
    let plain: String =
        typed.trim().chars().map(|c| if matches!(c, '.' | '/') { '-' } else { c }).collect();
    plain.trim_end_matches('-').replace(' ', "").parse().ok()
}

fn received_problem(request: &Request) -> Problem {
    let today = calendar::today(request.now);
    let message = say!(
        request,
        "책을 받으신 날을 {today}처럼 적어 주십시오. 결제하신 날부터 오늘 사이의 날입니다.",
        "Please write the day on which the book came like {today}: between your payment and today."
    );
    Problem { field: "received", message }
}

fn not_withdrawn(request: &Request, order: &Order, why: NotWithdrawn) -> Problem {
    // The page has no field for a day that was recorded.
    let field = if order.arrived().is_some() { "reason" } else { "received" };
    match why {
        NotWithdrawn::TooLate(until) => Problem {
            field,
            message: say!(
                request,
                "그날 받으셨다면 {until}까지 반품하실 수 있었습니다. 책이 상했거나 약속과 다르면 받으신 날부터 3개월 안에 반품하실 수 있으니, 그 사유를 골라 주십시오.",
                "A book that came on that day could be sent back until {until}. If it is damaged or not as agreed you have 3 months: please choose that reason.",
                until = request.date(until)
            ),
        },
        NotWithdrawn::Received | NotWithdrawn::Refused(_) => {
            Problem { field, ..received_problem(request) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_date_formats_are_accepted() {
        for typed in ["2026-11-25", "2026.11.25", "2026. 11. 25.", " 2026/11/25 "] {
            assert_eq!(day(typed), Some(jiff::civil::date(2026, 11, 25)), "{typed}");
        }
        for typed in ["", "어제", "2026-13-01", "25-11-2026"] {
            assert_eq!(day(typed), None, "{typed}");
        }
    }
}
