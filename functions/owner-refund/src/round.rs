//! What the owner's word does to one order: shown first, done once when it is confirmed, and tried
//! again if somebody else changes the order meanwhile.

use admin::{AdminError, AdminState, Answer, Call};
use domain::{
    base::id::OrderId,
    order::{Order, Step},
};
use jiff::Timestamp;
use store::{Change, Guard, Lost};

use crate::{ROUNDS, busy, no_such_order};

/// What is to be done.
pub(crate) struct Plan {
    /// The step of the order.
    pub(crate) step: Step,
    /// What it would do, before the call is confirmed.
    pub(crate) would: String,
    /// What it did.
    pub(crate) did: String,
    /// What the owner can do afterwards.
    pub(crate) next: Option<String>,
}

/// Takes the step that `plan` makes of the order. `before` says that the same call did it before.
pub(crate) async fn take(
    desk: &AdminState,
    call: &Call,
    order: OrderId,
    before: impl Fn() -> Answer,
    plan: impl Fn(Order, Timestamp) -> Result<Plan, Box<Answer>>,
) -> Result<Answer, AdminError> {
    if call.confirmed && desk.store.was_done(&call.code, order).await? {
        return Ok(before());
    }
    for _ in 0..ROUNDS {
        let Some(read) = desk.store.order(order).await? else {
            return Ok(Answer::problems(vec![no_such_order()]));
        };
        let plan = match plan(read.value, call.now) {
            Ok(plan) => plan,
            // The other of two calls at once was faster.
            Err(_) if call.confirmed && desk.store.was_done(&call.code, order).await? => {
                return Ok(before());
            }
            Err(answer) => return Ok(*answer),
        };
        let mut answer = Answer::well();
        if !call.confirmed {
            answer.would_do.push(plan.would);
            answer.next.push(call.asks());
            answer.call = Some(call.to_confirm());
            return Ok(answer);
        }
        let change =
            Change { seen: read.version, step: &plan.step, handled: None, copy: None, paid: false };
        match desk.store.commit_once(&change, &call.code).await {
            Ok(()) => {
                answer.did.push(plan.did);
                answer.next.extend(plan.next);
                return Ok(answer);
            }
            Err(Lost::Race(Guard::Done)) => return Ok(before()),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(lost) => return Err(lost.into()),
        }
    }
    Ok(Answer::problems(vec![busy(order)]))
}
