//! 부치기: records carrier and tracking number of posted parcels, and which parcels have arrived.
//!
//! A wrong number is rejected before anything is written; an unusual one needs a reason. The period
//! for a withdrawal counts from the day on which the arrival is recorded, here or by the reader.

mod command;
mod words;

use std::sync::Arc;

use admin::{
    AdminError, AdminState, Answer, Call, Line, OrderName, Problem, fields::ORDER_EXAMPLE,
};
use domain::order::{Clue, FoundBy, Order, TransitionError};
use serde_json::Value;
use store::{Commit, Decision, Updated, Versioned};

use command::{Command, DELIVERED, Job, PARCELS, Row};

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let job = match Job::read(&call) {
        Ok(job) => job,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    answer.unread(&job.parcels);
    answer.unread(&job.arrivals);
    let mut before: Vec<&Command> = Vec::new();
    for (place, row) in &job.parcels.read {
        let at = At { field: format!("{PARCELS}[{place}].order"), example: command::example() };
        let command = &row.command;
        // A dry run looks at the table as it is, so what the call says twice is seen here.
        let line = if before.iter().any(|earlier| earlier.order() == command.order()) {
            at.problem(words::said_twice(command))
        } else if let Some(earlier) =
            before.iter().find(|other| other.parcel().number == command.parcel().number)
        {
            Line::Not(
                Problem::new(
                    format!("{PARCELS}[{place}].number"),
                    words::one_number_for_two(earlier, command),
                    command.parcel().carrier.example(),
                )
                .of(format!("{}의 운송장 번호", command.order())),
            )
        } else {
            before.push(command);
            parcel(&state, &call, row, &at).await?
        };
        answer.row(PARCELS, *place, line);
    }
    for (place, id) in &job.arrivals.read {
        let at = At { field: format!("{DELIVERED}[{place}]"), example: ORDER_EXAMPLE.into() };
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
            let known = order.value.parcel().map(|known| known.number.clone());
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
            // A number that was wrong stays a clue: it may be on a receipt of the carrier.
            let parcel = Clue::parcel(&command.parcel().number);
            step.order.found_by.push(FoundBy::Parcel(state.keys.keys().clue(&parcel)));
            let corrected = order.value.readdressed_at.filter(|_| order.value.parcel().is_none());
            let line = call
                .line(words::would_record(command, corrected), words::recorded(command, corrected));
            Ok(call.decide(Commit::of(&order, &step), line))
        })
        .await?;
    Ok(at.line(updated))
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

/// The field of a line, for its problems.
struct At {
    field: String,
    example: Value,
}

impl At {
    fn problem(&self, expected: impl Into<String>) -> Line {
        Line::Not(Problem::new(self.field.clone(), expected, self.example.clone()))
    }

    fn overtaken(&self, expected: &str) -> Line {
        let problem = Problem::new(self.field.clone(), expected, self.example.clone());
        Line::Not(problem.overtaken())
    }

    fn line(&self, updated: Updated<Line>) -> Line {
        Line::of(updated, |why| self.problem(why))
    }
}
