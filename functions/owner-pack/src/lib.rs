//! 포장: records for which orders the owner printed slip and label, which the owner packed, and
//! which parcels the owner unpacked because their orders were cancelled. Without a list it shows
//! what is to be packed and unpacked, in the order of a walk along the shelves; with `print`, what
//! is printed for the parcels; with `file`, the file with which a carrier takes them.
//!
//! A packed book that is unpacked goes back to the shelf only if the owner says that it is as new.

mod carrier_file;
mod command;
mod print;
mod view;
mod words;

use std::{collections::HashMap, sync::Arc};

use admin::{AdminError, AdminState, Answer, Call, Line, Problem, UNDO, packing_call};
use domain::{
    base::calendar,
    catalog::{isbn::Isbn, selection::Book},
    order::{CopyCondition, Order, desk::OwnerTask},
};
use jiff::Timestamp;
use serde_json::json;
use store::{Commit, Decision, Updated, Versioned};

use command::{Command, Job, Lists, UNPRINTED};

/// Most orders that are listed.
const MOST: i32 = 100;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let (lists, unpacked, copy) = match Command::read(&call) {
        Ok(Command::List) => return list(&state, &call).await,
        Ok(Command::Print(orders)) => return print::print(&state, &call, &orders).await,
        Ok(Command::File(carrier)) => return carrier_file::file(&state, &call, carrier).await,
        Ok(Command::Record(lists)) => {
            let Lists { printed, unprinted, packed, unpacked, copy } = *lists;
            let print = (printed, Job::Print as fn(_) -> _);
            ([print, (unprinted, Job::Unprint), (packed, Job::Pack)], unpacked, copy)
        }
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let mut answer = Answer::ok();
    let mut jobs = Vec::new();
    for (list, job) in lists {
        answer.unread(&list);
        jobs.extend(list.read.into_iter().map(|(place, order)| (place, job(order))));
    }
    answer.unread(&unpacked);
    let unpacked = unpacked.read.into_iter();
    jobs.extend(unpacked.filter_map(|(place, order)| Some((place, Job::Unpack(order, copy?)))));
    let mut printed = Vec::new();
    for (place, job) in jobs {
        let line = record(&state, &call, job, place).await?;
        if let (Job::Print(order), Line::Did(_)) = (job, &line) {
            printed.push(order.in_full());
        }
        answer.row(job.list(), place, line);
    }
    if !printed.is_empty() {
        answer.offer(UNDO, "owner-pack", json!({ UNPRINTED: printed }));
    }
    Ok(answer.closed(&call, words::RECORD, words::NOT_DONE, words::DONE))
}

/// Sorts orders as a walk along the shelves fetches their books; those of one spot, and those whose
/// books have none, in the order of their numbers.
fn sort_by_spot(orders: &mut [&Order], books: &HashMap<Isbn, Versioned<Book>>) {
    orders.sort_by_cached_key(|order| {
        let book = order.choice.as_ref().and_then(|choice| books.get(&choice.isbn));
        let spot = book.map_or((true, None), |book| book.value.along_the_shelves());
        (spot, order.number, order.id)
    });
}

/// Shows the orders that are to be packed or unpacked, and the calls that record it.
async fn list(state: &AdminState, call: &Call) -> Result<Answer, AdminError> {
    let today = calendar::today(call.now);
    let waiting = state.store.desk(MOST).await?;
    let with = |task: OwnerTask| -> Vec<&Order> {
        let orders = waiting.orders.iter().map(|order| &order.value);
        orders.filter(|order| order.owner_task(today) == task).collect()
    };
    let (mut to_pack, mut to_unpack) = (with(OwnerTask::Pack), with(OwnerTask::Unpack));
    let books = to_pack.iter().chain(&to_unpack).copied();
    let books = state.store.books(&view::isbns(books)).await?;
    for orders in [&mut to_pack, &mut to_unpack] {
        sort_by_spot(orders, &books);
    }
    let shown = || to_pack.iter().chain(&to_unpack);
    let names = state.store.pen_names(shown().map(|order| order.visitor)).await?;
    let mut answer = Answer::ok();
    answer.left(to_pack.len());
    answer.next.extend(words::waiting(to_pack.len(), to_unpack.len()));
    if let Some(call) = packing_call(&to_pack, &to_unpack) {
        answer.offer("모두 포장했습니다", "owner-pack", call);
    }
    answer.shows = shown()
        .map(|order| {
            let name = names.get(&order.visitor).map(String::as_str);
            view::order(order, &books, name, today)
        })
        .collect();
    Ok(answer)
}

/// Records one order.
async fn record(
    state: &AdminState,
    call: &Call,
    job: Job,
    place: usize,
) -> Result<Line, AdminError> {
    let at = At { job, place };
    let Some(id) = state.order_named(job.order()).await? else {
        return Ok(at.line(Updated::NotFound));
    };
    let updated = state
        .store
        .update_order(id, |order| async move {
            match job {
                Job::Print(_) => Ok(note_print(call, at, &order, Some(call.now))),
                Job::Unprint(_) => Ok(note_print(call, at, &order, None)),
                Job::Pack(_) => Ok(pack(call, at, &order)),
                Job::Unpack(_, copy) => unpack(state, call, at, copy, &order).await,
            }
        })
        .await?;
    Ok(at.line(updated))
}

fn note_print(
    call: &Call,
    at: At,
    order: &Versioned<Order>,
    printed: Option<Timestamp>,
) -> Decision<Line> {
    let name = at.job.order().known_as(&order.value);
    let Some(after) = order.value.clone().printed(printed) else {
        return Decision::Keep(at.problem(words::nothing_to_print(order.value.state)));
    };
    let noted = printed.is_some();
    let line = call.line(words::would_print(name, noted), words::printed(name, noted));
    call.decide(Commit::order(order, after), line)
}

fn pack(call: &Call, at: At, order: &Versioned<Order>) -> Decision<Line> {
    let name = at.job.order().known_as(&order.value);
    let Ok(step) = order.value.clone().packed(call.now) else {
        return Decision::Keep(at.problem(words::not_to_be_packed(order.value.state)));
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
    at: At,
    copy: CopyCondition,
    order: &Versioned<Order>,
) -> Result<Decision<Line>, AdminError> {
    let name = at.job.order().known_as(&order.value);
    let Ok(unpacked) = order.value.clone().unpacked(copy, call.now) else {
        return Ok(Decision::Keep(at.problem(words::nothing_to_unpack(order.value.state))));
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

/// A job and its place in its list.
#[derive(Clone, Copy)]
struct At {
    job: Job,
    place: usize,
}

impl At {
    fn line(self, updated: Updated<Line>) -> Line {
        Line::of(updated, |why| self.problem(why))
    }

    fn problem(self, expected: impl Into<String>) -> Line {
        let order = self.job.order().to_string();
        let field = format!("{}[{}]", self.job.list(), self.place);
        Line::Not(Problem::new(field, expected, order.as_str()).of(order))
    }
}
