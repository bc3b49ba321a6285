//! Tells the reader: first into the mailbox, which is the truth, then out by SNS. Nobody is woken at night for it: the letter lies there at once, the
//! ringing waits until eight in the morning.

use std::sync::Arc;

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::{
    calendar,
    letter::Letter,
    task::{Message, Task},
};
use post::{Failure, Topic};
use store::Store;

/// What ringing needs.
pub struct Ringer {
    store: Store,
    topic: Topic,
    clock: Clock,
}

impl Open for Ringer {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { store: Store::open(cloud)?, topic: Topic::open(cloud)?, clock: cloud.clock.clone() })
    }
}

/// Handles one message of the queue `ring`.
///
/// The letter is the same item however often the message comes. The message is marked handled after the ringing, so that a crash in between rings
/// twice rather than never.
pub async fn handle(ringer: Arc<Ringer>, message: Message) -> Result<(), Failure> {
    let Task::Ring { notice } = message.task else {
        return Err(Failure::Poison("the message asks for something else".into()));
    };
    let order = ringer.store.order(message.id.order).await?;
    let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?.value;
    ringer.store.put_letter(order.visitor, &Letter::about(&order, notice, message.at), message.id).await?;
    let now = ringer.clock.now();
    let morning = calendar::not_in_the_night(now);
    if morning > now {
        ringer.store.put_off(message.id, morning).await?;
        return Ok(());
    }
    if ringer.store.is_handled(message.id).await? {
        return Ok(());
    }
    ringer
        .topic
        .publish(message.id, notice, order.language)
        .await
        .map_err(|why| Failure::Again(why.to_string()))?;
    ringer.store.handled(message.id, now).await?;
    tracing::info!(order = %message.id.order, notice = ?notice, "reader told");
    Ok(())
}
