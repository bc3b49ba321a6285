//! What a way out does to an order.

use admin::{Call, OrderName};
use domain::{
    base::{calendar, sensitive::Sensitive},
    catalog::selection::Book,
    order::{
        CopyCondition, Order, OwnerNote, State, Step,
        refund::RefundReason,
        withdrawal::{NotWithdrawn, ReturnReason},
    },
};
use jiff::{Timestamp, civil::Date};
use store::{Commit, OrderCommit, Versioned};

use crate::{
    command::{Accident, Then, Way},
    words,
};

/// What is to be done.
pub(crate) enum Plan {
    /// To write this; the line says what it does.
    Take { commit: Box<OrderCommit>, line: String },
    /// Nothing: it was done before. The line says so.
    DoneBefore(String),
    /// Nothing: the state does not allow it.
    Refused { field: &'static str, why: String },
}

impl Plan {
    fn take(commit: OrderCommit, line: String) -> Self {
        Self::Take { commit: Box::new(commit), line }
    }
}

/// The plan for a way out of the order as it was read, with its chosen book.
pub(crate) fn plan(
    way: &Way,
    name: OrderName,
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    call: &Call,
) -> Plan {
    let now = call.now;
    match way {
        Way::Note { text } => note(name, order, text, call),
        Way::Cancel { reason } => cancel(name, order, book, reason, now),
        Way::ChooseAnew { copy, times } => choose_anew(name, order, book, (*copy, *times), now),
        Way::InThePost { accident, then: Then::Again { times } } => {
            again(name, order, book, (*accident, *times), now)
        }
        Way::InThePost { accident, then: Then::Refund } => {
            refund(name, order, book, *accident, now)
        }
        Way::ReturnFor { reason, received } => return_for(name, order, *reason, *received, now),
        Way::ArrivalTakenBack => match order.value.clone().arrival_taken_back(now) {
            Ok(on_its_way) => {
                Plan::take(Commit::order(order, on_its_way), words::arrival_taken_back(name))
            }
            Err(_) => refused("arrival_taken_back", &order.value),
        },
    }
}

fn note(name: OrderName, order: &Versioned<Order>, text: &str, call: &Call) -> Plan {
    let (by, text) = (call.by.to_string(), Sensitive::new(text.to_owned()));
    match order.value.clone().noted(OwnerNote { at: call.now, by, text }) {
        Some(noted) => Plan::take(Commit::order(order, noted), words::noted(name)),
        None => Plan::Refused { field: "note", why: words::too_many_notes() },
    }
}

fn refused(field: &'static str, order: &Order) -> Plan {
    Plan::Refused { field, why: words::refused(order) }
}

fn cancel(
    name: OrderName,
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    reason: &str,
    now: Timestamp,
) -> Plan {
    let Ok(step) = order.value.clone().called_off(reason, now) else {
        return match order.value.called_off {
            Some(_) => Plan::DoneBefore(words::done_before(name)),
            None => refused("cancel", &order.value),
        };
    };
    let line = words::cancelled(name, &step.order, reason);
    Plan::take(Commit::of(order, &step).giving_up(book), line)
}

/// How often the choice was made anew.
fn times_before(order: &Order) -> u32 {
    order.anew.map_or(0, |anew| anew.times)
}

fn choose_anew(
    name: OrderName,
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    (copy, times): (CopyCondition, u32),
    now: Timestamp,
) -> Plan {
    let line = words::chosen_anew(name, &order.value, copy);
    let step = order.value.clone().chosen_anew(now).ok();
    anew(("choose_anew", name), order, book, (copy, times), step.map(|step| (step, line)))
}

fn again(
    name: OrderName,
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    (accident, times): (Accident, u32),
    now: Timestamp,
) -> Plan {
    let (lost, copy) = match accident {
        Accident::Lost => (true, CopyCondition::Lost),
        Accident::Undeliverable(copy) => (false, copy),
    };
    let step = order.value.clone().sent_again(lost, now).ok();
    let step = step.map(|step| {
        let line = words::sent_again(name, &step.order, copy);
        (step, line)
    });
    anew(("in_the_post", name), order, book, (copy, times), step)
}

/// The choice is made anew, for the `times`th time. A call that is repeated does not take the next
/// choice back.
fn anew(
    (field, name): (&'static str, OrderName),
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    (copy, times): (CopyCondition, u32),
    step: Option<(Step, String)>,
) -> Plan {
    let before = times_before(&order.value);
    if times <= before {
        return Plan::DoneBefore(match step {
            Some(_) => words::once_more(name, before),
            None => words::done_before(name),
        });
    }
    match (step, &order.value.choice) {
        (Some((step, line)), Some(choice)) if times == before + 1 => {
            Plan::take(Commit::of(order, &step).choosing_anew(choice, book, copy), line)
        }
        (Some(_), _) => Plan::Refused { field, why: words::wrong_times(before) },
        (None, _) => refused(field, &order.value),
    }
}

fn refund(
    name: OrderName,
    order: &Versioned<Order>,
    book: Option<&Versioned<Book>>,
    accident: Accident,
    now: Timestamp,
) -> Plan {
    let why = match accident {
        Accident::Lost => RefundReason::LostInPost,
        Accident::Undeliverable(_) => RefundReason::Withdrawn,
    };
    let step = match accident {
        _ if !order.value.may_have_an_accident() => None,
        Accident::Lost => order.value.clone().lost_in_post(now).ok(),
        Accident::Undeliverable(_) => order.value.clone().came_back(calendar::today(now), now).ok(),
    };
    let Some(step) = step else {
        let over = matches!(order.value.state, State::RefundDue | State::Refunded);
        let done = over && order.value.refunds.iter().any(|refund| refund.why == why);
        return if done {
            Plan::DoneBefore(words::done_before(name))
        } else {
            refused("in_the_post", &order.value)
        };
    };
    let copy = match accident {
        Accident::Lost => CopyCondition::Lost,
        Accident::Undeliverable(copy) => copy,
    };
    let line = words::refunded(name, &step.order, copy);
    let commit = Commit::of(order, &step).unsent();
    match book.filter(|_| copy == CopyCondition::Good) {
        Some(book) => Plan::take(commit.shelving(book), line),
        None => Plan::take(commit, line),
    }
}

fn return_for(
    name: OrderName,
    order: &Versioned<Order>,
    reason: ReturnReason,
    received: Option<Date>,
    now: Timestamp,
) -> Plan {
    if order.value.withdrawal().is_some() {
        return Plan::DoneBefore(words::done_before(name));
    }
    match order.value.clone().return_noted(reason, received, now) {
        Ok(step) => {
            let line = words::return_noted(name, &step.order, reason);
            Plan::take(Commit::of(order, &step), line)
        }
        Err(NotWithdrawn::Refused(_)) => refused("return_for", &order.value),
        Err(NotWithdrawn::Received) => {
            Plan::Refused { field: "return_for.received", why: words::RECEIVED.to_owned() }
        }
        Err(NotWithdrawn::TooLate(last)) => {
            Plan::Refused { field: "return_for.received", why: words::too_late(last) }
        }
    }
}
