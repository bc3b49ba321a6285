//! One step of an order because a message asked for it: read, step, commit with the message marked
//! handled.

use domain::{
    base::id::MessageId,
    order::{Order, Refused, Step},
};
use jiff::Timestamp;
use store::{Change, Guard, Lost, Store};

use crate::Failure;

/// How often a lost race is run again before the queue does.
const ROUNDS: usize = 4;

/// Takes the step that the message asks for. An order that is past the step, or will never take it,
/// makes the message a late or a second one: it is marked handled and nothing changes.
pub async fn advance(
    store: &Store,
    asked_by: MessageId,
    now: Timestamp,
    step: impl Fn(Order, Timestamp) -> Result<Step, Refused> + Send,
) -> Result<(), Failure> {
    for _ in 0..ROUNDS {
        let order = store.order(asked_by.order).await?;
        let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?;
        let Ok(step) = step(order.value, now) else {
            store.handled(asked_by, now).await?;
            return Ok(());
        };
        let change = Change {
            seen: order.version,
            step: &step,
            handled: Some(asked_by),
            copy: None,
            paid: false,
        };
        match store.commit(change).await.map_err(Lost::from) {
            Ok(()) | Err(Lost::Race(Guard::Message)) => return Ok(()),
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Failure::Again("the order is being changed by others".into()))
}
