//! One step of an order because a message asked for it, committed with the message marked handled.

use std::future::Future;

use domain::{
    base::id::MessageId,
    order::{Order, Step, TransitionError},
};
use jiff::Timestamp;
use store::{Commit, Decision, OrderCommit, Store, Updated, Versioned};

use crate::Failure;

/// Takes the step that the message asks for. If the order is past the step, or will never take it,
/// the message is late or a duplicate: it is marked handled and nothing else changes.
pub async fn advance(
    store: &Store,
    asked_by: MessageId,
    now: Timestamp,
    step: impl Fn(Order, Timestamp) -> Result<Step, TransitionError> + Send + Sync,
) -> Result<(), Failure> {
    advance_by(store, asked_by, now, |order| {
        let taken = step(order.value.clone(), now);
        async move { Ok(taken.ok().map(|step| Commit::of(&order, &step))) }
    })
    .await
}

/// The same for a step that reads something else first, or writes more than the order and its
/// messages. `None`: the order will never take the step.
pub async fn advance_by<F>(
    store: &Store,
    asked_by: MessageId,
    now: Timestamp,
    step: impl Fn(Versioned<Order>) -> F + Send + Sync,
) -> Result<(), Failure>
where
    F: Future<Output = Result<Option<OrderCommit>, Failure>> + Send,
{
    let updated = store
        .update_order(asked_by.order, |order| {
            let taken = step(order);
            async move {
                let Some(commit) = taken.await? else {
                    store.handled(asked_by, now).await?;
                    return Ok(Decision::Keep(()));
                };
                Ok::<_, Failure>(Decision::write(commit.handled(asked_by), ()))
            }
        })
        .await?;
    match updated {
        Updated::Done(()) | Updated::DoneBefore => Ok(()),
        Updated::NotFound => Err(Failure::Poison("there is no such order".into())),
        Updated::GaveUp => Err(Failure::Again("other writers keep changing the order".into())),
    }
}
