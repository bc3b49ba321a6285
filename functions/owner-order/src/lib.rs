//! 주문: shows one order with what can be done about it now, and takes a way out of its state: a
//! cancellation, a new choice, an accident in the post, a return for a reader who called, a day of
//! receipt noted by mistake. Keeps what the owner writes down about it. Finds orders by telephone,
//! name, tracking number or their own number.
//!
//! A way is taken once, however often its call is repeated. A way that the state does not allow is
//! answered with those that it does.

mod command;
mod find;
mod plan;
mod view;
mod words;

use std::sync::Arc;

use admin::{AS_SHOWN, AdminError, AdminState, Answer, Call, Line, OrderName, Problem};
use domain::base::id::OrderId;
use store::{Decision, Updated};

use command::{Command, Way};
use plan::Plan;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let (state, call) = (&*state, &call);
    let (name, way) = match Command::read(call) {
        Ok(Command::Order { name, way }) => (name, way),
        Ok(Command::Find(typed)) => return find::find(state, call, &typed).await,
        Err(problems) => return Ok(Answer::problems(problems)),
    };
    let Some(id) = state.order_named(name).await? else { return Ok(no_order(name)) };
    match way {
        Some(way) => take(state, call, name, id, &way).await,
        None => show(state, name, id).await,
    }
}

fn no_order(name: OrderName) -> Answer {
    Answer::problem(Problem::new("order", words::NO_ORDER, name.to_string()))
}

async fn show(state: &AdminState, name: OrderName, id: OrderId) -> Result<Answer, AdminError> {
    let Some(order) = state.store.order(id).await? else { return Ok(no_order(name)) };
    let book = state.store.chosen_book(&order.value).await?;
    let mut answer = Answer::ok();
    let name = state.store.pen_names([order.value.visitor]).await?.remove(&order.value.visitor);
    let book = book.as_ref().map(|book| &book.value);
    answer.shows.push(view::order(&order.value, book, name.as_deref()));
    let told = state.store.history(&order.value).await?;
    answer.shows.push(view::history(&order.value, &told));
    answer.shows.extend(view::notes(&order.value));
    answer.next.push(words::ways(&order.value));
    Ok(answer)
}

/// Takes a way out, or says what taking it would do.
async fn take(
    state: &AdminState,
    call: &Call,
    name: OrderName,
    id: OrderId,
    way: &Way,
) -> Result<Answer, AdminError> {
    let once = way.is_remembered();
    if once && call.confirmed && state.store.was_done(&call.code, id).await? {
        return Ok(Answer::done(words::done_before(name)));
    }
    let updated = state
        .store
        .update_order(id, |order| async move {
            let book = if way.moves_the_copy() {
                state.store.chosen_book(&order.value).await?
            } else {
                None
            };
            let name = name.known_as(&order.value);
            Ok::<_, AdminError>(match plan::plan(way, name, &order, book.as_ref(), call) {
                Plan::Take { commit, line } => {
                    let commit = if once { commit.once(&call.code) } else { *commit };
                    call.decide(commit, call.line(line.clone(), line))
                }
                Plan::DoneBefore(line) => Decision::Keep(Line::Did(line)),
                Plan::Refused { field, why } => {
                    Decision::Keep(Line::Not(Problem::new(field, why, name.to_string())))
                }
            })
        })
        .await?;
    let mut answer = Answer::ok();
    answer.line(match updated {
        Updated::DoneBefore => Line::Did(words::done_before(name)),
        other => Line::of(other, |why| Line::Not(Problem::new("order", why, name.to_string()))),
    });
    Ok(answer.closed(call, AS_SHOWN, words::NOT_DONE, words::DONE))
}
