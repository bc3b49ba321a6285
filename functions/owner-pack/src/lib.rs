//! 포장: records which orders the owner packed, and which parcels the owner unpacked because their
//! orders were cancelled. Without a list it shows what is to be packed and unpacked.
//!
//! A packed book that is unpacked goes back to the shelf only if the owner says that it is as new.

mod command;
mod view;
mod words;

use std::sync::Arc;

use admin::{AdminError, AdminState, Answer, Call, Line, Problem, packing_call};
use domain::{
    base::calendar,
    order::{CopyCondition, Order, desk::OwnerTask},
};
use store::{Commit, Decision, Updated, Versioned};

use command::{Command, Job};

/// Most orders that are listed.
const MOST: i32 = 100;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let jobs = match Command::read(&call) {
        Ok(Command::List) => return list(&state, &call).await,
        Ok(Command::Record(jobs)) => jobs,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    for job in &jobs {
        answer.line(record(&state, &call, job).await?);
    }
    Ok(answer.closed(&call, words::NOT_DONE, words::DONE))
}

/// Shows the orders that are to be packed or unpacked, and the calls that record it.
async fn list(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let waiting = state.store.desk(MOST).await?;
    let with = |task: OwnerTask| -> Vec<&Order> {
        let orders = waiting.orders.iter().map(|order| &order.value);
        orders.filter(|order| order.owner_task(today) == task).collect()
    };
    let (to_pack, to_unpack) = (with(OwnerTask::Pack), with(OwnerTask::Unpack));
    let books = state.store.books(&view::isbns(&to_pack, &to_unpack)).await?;
    let mut answer = Answer::ok();
    answer.next.extend(words::waiting(to_pack.len(), to_unpack.len()));
    answer.call = packing_call(&to_pack, &to_unpack);
    answer.shows =
        to_pack.iter().chain(&to_unpack).map(|order| view::order(order, &books, today)).collect();
    Ok(answer)
}

/// Records one order.
async fn record(state: &AdminState, call: &Call, job: &Job) -> Result<Line, AdminError> {
    let Some(id) = state.order_named(job.order()).await? else {
        return Ok(job.line(Updated::NotFound));
    };
    let updated = state
        .store
        .update_order(id, |order| async move {
            match job {
                Job::Pack { .. } => Ok(pack(call, job, &order)),
                Job::Unpack { copy, .. } => unpack(state, call, job, *copy, &order).await,
            }
        })
        .await?;
    Ok(job.line(updated))
}

fn pack(call: &Call, job: &Job, order: &Versioned<Order>) -> Decision<Line> {
    let name = job.order();
    let Ok(step) = order.value.clone().packed(call.now) else {
        return Decision::Keep(job.problem(words::not_to_be_packed(order.value.state)));
    };
    if step.messages.is_empty() {
        return Decision::Keep(Line::Did(words::packed_before(name)));
    }
    let line = call.line(words::would_pack(name), words::packed(name));
    call.decide(Commit::of(order, &step), line)
}

async fn unpack(
    state: &AdminState,
    call: &Call,
    job: &Job,
    copy: CopyCondition,
    order: &Versioned<Order>,
) -> Result<Decision<Line>, AdminError> {
    let name = job.order();
    let Ok(unpacked) = order.value.clone().unpacked(copy, call.now) else {
        return Ok(Decision::Keep(job.problem(words::nothing_to_unpack(order.value.state))));
    };
    if unpacked == order.value {
        return Ok(Decision::Keep(Line::Did(words::unpacked_before(name))));
    }
    let line = call.line(words::would_unpack(name, copy), words::unpacked(name, copy));
    let commit = Commit::order(order, unpacked);
    Ok(match state.store.chosen_book(&order.value).await? {
        Some(book) => call.decide(commit.unpacking(&book), line),
        None => call.decide(commit, line),
    })
}

impl Job {
    fn line(&self, updated: Updated<Line>) -> Line {
        Line::of(updated, |why| self.problem(why))
    }

    fn problem(&self, expected: impl Into<String>) -> Line {
        Line::Not(Problem::new(self.at(), expected, self.order().to_string()))
    }
}
