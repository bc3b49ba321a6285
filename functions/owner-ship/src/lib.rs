//! 부치기: records carrier and tracking number of posted parcels, and which parcels have arrived.
//!
//! What a carrier gives back, as a file or pasted, is read into parcels first.
//!
//! A wrong number is rejected before anything is written; an unusual one needs a reason. The period
//! for a withdrawal counts from the day on which the arrival is recorded, here or by the reader.

mod back;
mod command;
mod sheet;
mod words;

use std::sync::Arc;

use admin::{
    AdminError, AdminState, Answer, Call, Line, OrderName, Problem, fields::ORDER_EXAMPLE,
};
use domain::{
    base::{id::OrderId, text::Language},
    order::{Clue, FoundBy, Order, TransitionError},
};
use serde_json::Value;
use store::{Commit, Decision, Updated, Versioned};

use command::{Command, DELIVERED, Job, PARCELS, Row};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    if back::asks(&call) {
        return back::handle(&state, &call).await;
    }
    let job = match Job::read(&call) {
        Ok(job) => job,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    answer.unread(&job.parcels);
    answer.unread(&job.arrivals);
    let mut before: Vec<&Command> = Vec::new();
    for (place, row) in &job.parcels.read {
        let at =
            At { row: format!("{PARCELS}[{place}]"), field: ".order", example: command::example() };
        let command = &row.command;
        // A dry run looks at the table as it is, so what the call says twice is seen here.
        let line = if before.iter().any(|earlier| earlier.order() == command.order()) {
            at.problem(words::said_twice(command))
        } else if let Some(earlier) = before.iter().find(|earlier| {
            let number = &command.parcel().number;
            number.is_some() && earlier.parcel().number == *number
        }) {
            at.number(command, words::one_number_for_two(earlier.order(), command))
        } else {
            before.push(command);
            parcel(&state, &call, row, &at).await?
        };
        answer.row(PARCELS, *place, line);
    }
    for (place, id) in &job.arrivals.read {
        let row = format!("{DELIVERED}[{place}]");
        let at = At { row, field: "", example: ORDER_EXAMPLE.into() };
        answer.row(DELIVERED, *place, arrival(&state, &call, *id, &at).await?);
    }
    Ok(answer.closed(&call, words::RECORD, words::NOT_DONE, words::DONE))
}

/// Records a parcel or its new number.
async fn parcel(
    state: &AdminState,
    call: &Call,
    Row { command, seen }: &Row,
    at: &At,
) -> Result<Line, AdminError> {
    let Some(id) = state.order_named(command.order()).await? else {
        return Ok(at.line(Updated::NotFound));
    };
    let updated = state
        .store
        .update_order(id, |order| async move {
            let command = &command.known_as(&order.value);
            let known = order.value.parcel().map(|known| known.line(Language::Ko));
            let mut step = match command.step(order.value.clone(), call.now) {
                Ok(step) => step,
                Err(refused) => {
                    return Ok::<_, AdminError>(Decision::Keep(at.problem(match refused {
                        TransitionError::OtherParcel => {
                            words::other_parcel(&known.unwrap_or_default())
                        }
                        TransitionError::NoSuchTransition { from, .. } => {
                            words::wrong_state(command, from)
                        }
                    })));
                }
            };
            if step.messages.is_empty() {
                return Ok(Decision::Keep(Line::Did(words::recorded_before(command))));
            }
            if seen.is_some_and(|seen| seen != order.version) {
                return Ok(Decision::Keep(at.overtaken(words::CHANGED_MEANWHILE)));
            }
            if let Some(other) = other_with(state, command, id).await? {
                let why = words::number_of_another(other, command);
                return Ok(Decision::Keep(at.number(command, why)));
            }
            // A number that was wrong stays a clue: it may be on a receipt of the carrier.
            let clue = clue(state, command);
            step.order.found_by.extend(clue.map(FoundBy::Parcel));
            let corrected = order.value.outdated_print().filter(|_| order.value.parcel().is_none());
            let line = call
                .line(words::would_record(command, corrected), words::recorded(command, corrected));
            Ok(call.decide(Commit::of(&order, &step), line))
        })
        .await?;
    Ok(at.line(updated))
}

/// The digest by which the order is found by its tracking number.
fn clue(state: &AdminState, command: &Command) -> Option<String> {
    let number = command.parcel().number.as_ref()?;
    Some(state.keys.keys().clue(&Clue::parcel(number)))
}

/// Another order that was posted under the same number, unless the owner gave a reason for the
/// number. At most three reads.
async fn other_with(
    state: &AdminState,
    command: &Command,
    id: OrderId,
) -> Result<Option<OrderName>, AdminError> {
    let Some(clue) = clue(state, command).filter(|_| command.parcel().insisted.is_none()) else {
        return Ok(None);
    };
    for other in state.store.found(&clue, 2).await?.into_iter().filter(|other| *other != id) {
        if let Some(order) = state.store.order(other).await?
            && order.value.parcel().is_some_and(|parcel| parcel.number == command.parcel().number)
        {
            return Ok(Some(OrderName::Id(other).known_as(&order.value)));
        }
    }
    Ok(None)
}

/// Records that a parcel has arrived.
async fn arrival(
    state: &AdminState,
    call: &Call,
    name: OrderName,
    at: &At,
) -> Result<Line, AdminError> {
    let Some(id) = state.order_named(name).await? else {
        return Ok(at.line(Updated::NotFound));
    };
    let updated = state
        .store
        .update_order(id, |order: Versioned<Order>| async move {
            let name = name.known_as(&order.value);
            if order.value.arrived().is_some() {
                return Ok::<_, AdminError>(Decision::Keep(Line::Did(words::arrived_before(name))));
            }
            let Ok(arrived) = order.value.clone().arrives(call.now) else {
                return Ok(Decision::Keep(at.problem(words::not_posted(order.value.state))));
            };
            let line = call.line(words::would_arrive(name), words::arrived(name));
            Ok(call.decide(Commit::order(&order, arrived), line))
        })
        .await?;
    Ok(at.line(updated))
}

/// The place of a line, for its problems.
struct At {
    row: String,
    field: &'static str,
    example: Value,
}

impl At {
    fn problem(&self, expected: impl Into<String>) -> Line {
        Line::Not(self.of_the_order(expected))
    }

    fn of_the_order(&self, expected: impl Into<String>) -> Problem {
        Problem::new(format!("{}{}", self.row, self.field), expected, self.example.clone())
    }

    /// A problem with the tracking number.
    fn number(&self, command: &Command, expected: String) -> Line {
        let example = command.parcel().carrier.example();
        let problem = Problem::new(format!("{}.number", self.row), expected, example);
        Line::Not(problem.of(format!("{}의 운송장 번호", command.order())))
    }

    fn overtaken(&self, expected: &str) -> Line {
        Line::Not(self.of_the_order(expected).overtaken())
    }

    fn line(&self, updated: Updated<Line>) -> Line {
        Line::of(updated, |why| self.problem(why))
    }
}
