//! 돌려주기: refunds by the owner's decision.
//!
//! Without fields the function lists the refunds that are not done and the books on their way back.
//! An amount with a reason is refunded by the same pipeline as every refund. A refund that the
//! provider refused can be recorded as made by hand, a book as returned, a reversed bank transfer
//! as settled. Never more than the shop holds of the order's money goes back, and repeating a call
//! refunds once.

mod apply;
mod codes;
mod command;
mod list;
mod plans;
mod returned;

use std::{future::ready, sync::Arc};

use admin::{AdminError, AdminState, Answer, Call};

use command::Command;

/// Handles a call.
pub async fn handle(state: Arc<AdminState>, call: Call) -> Result<Answer, AdminError> {
    let (state, call) = (&*state, &call);
    match Command::read(call) {
        Err(problems) => Ok(Answer::problems(problems)),
        Ok(Command::List) => list::show(state, call).await,
        Ok(Command::CameBack(returned)) => returned::record(state, call, &returned).await,
        Ok(Command::Refund(refund)) => {
            let done_before = || plans::refunded_before(&refund);
            let plan = |order| ready(Ok(plans::refund(&order, &refund, call.now)));
            apply::once(state, call, refund.order, done_before, plan).await
        }
        Ok(Command::ByHand(refund, day)) => {
            let done_before = || plans::refunded_before(&refund);
            let plan = |order| ready(Ok(plans::by_hand(&order, &refund, day, call.now)));
            apply::once(state, call, refund.order, done_before, plan).await
        }
        Ok(Command::Settle { order: id, how }) => {
            let plan = |order| ready(Ok(plans::settle(&order, &how, call.now)));
            apply::once(state, call, id, || plans::settled_before(id), plan).await
        }
    }
}
