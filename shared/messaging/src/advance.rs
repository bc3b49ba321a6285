//! One step of an order because a message asked for it, committed with the message marked handled.

use domain::{
    base::id::MessageId,
    order::{Order, Step, TransitionError},
};
use jiff::Timestamp;
use store::{Commit, Decision, Store, Updated};

use crate::Failure;

/// Takes the step that the message asks for. If the order is past the step, or will never take it,
/// the message is late or a duplicate: it is marked handled and nothing else changes.
pub async fn advance(
    store: &Store,
    asked_by: MessageId,
    now: Timestamp,
    step: impl Fn(Order, Timestamp) -> Result<Step, TransitionError> + Send,
) -> Result<(), Failure> {
    let updated = store
        .update_order(asked_by.order, |order| {
            let taken = step(order.value.clone(), now);
            async move {
                let Ok(step) = taken else {
                    store.handled(asked_by, now).await?;
                    return Ok(Decision::Keep(()));
                };
                let commit = Commit::of(&order, &step).handled(asked_by);
                Ok::<_, Failure>(Decision::write(commit, ()))
            }
        })
        .await?;
    match updated {
        Updated::Done(()) | Updated::DoneBefore => Ok(()),
        Updated::NotFound => Err(Failure::Poison("there is no such order".into())),
        Updated::GaveUp => Err(Failure::Again("other writers keep changing the order".into())),
    }
}
