//! Tells the reader: first into the mailbox, which is the truth, then out by SNS. Nobody is woken at night for it: the letter lies there at once, the
//! ringing waits until eight in the morning.

use std::sync::Arc;

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::{
    calendar,
    letter::Letter,
    order::{Order, State},
    task::{Message, Notice, Task},
    whisper,
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
    let notice = match &message.task {
        Task::Ring { notice } => *notice,
        Task::Whisper { half } => return whisper(&ringer, &message, half).await,
        Task::Answered => return answered(&ringer, &message).await,
        _ => return Err(Failure::Poison("the message asks for something else".into())),
    };
    let (order, handled) = ringer.store.order_and_whether_handled(message.id).await?;
    let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?.value;
    if handled {
        return Ok(());
    }
    if overtaken(notice, &order) {
        ringer.store.handled(message.id, ringer.clock.now()).await?;
        return Ok(());
    }
    let letter = Letter::about(&order, notice, message.id, message.at);
    ringer.store.put_letter(order.visitor, &letter, message.id).await?;
    let now = ringer.clock.now();
    let morning = calendar::not_in_the_night(now);
    if morning > now {
        ringer.store.put_off(message.id, morning).await?;
        return Ok(());
    }
    ringer.topic.publish(&message, notice, &order).await.map_err(|why| Failure::Again(why.to_string()))?;
    ringer.store.handled(message.id, now).await?;
    tracing::info!(order = %message.id.order, notice = ?notice, "reader told");
    Ok(())
}

/// Whispers to a visitor who pulled the bell and waits: at once, at any hour, since they asked for it. The letter lies in the mailbox
/// already; a whisper that nobody could use any more is not sent.
async fn whisper(ringer: &Ringer, message: &Message, half: &str) -> Result<(), Failure> {
    let now = ringer.clock.now();
    let faded = now.duration_since(message.at) >= whisper::GOOD_FOR;
    if ringer.store.is_handled(message.id).await? {
        return Ok(());
    }
    if !faded {
        let sent = ringer.topic.whisper(message, half).await;
        sent.map_err(|why| Failure::Again(why.to_string()))?;
    }
    ringer.store.handled(message.id, now).await?;
    tracing::info!(message.id = %message.id, faded, "whispered");
    Ok(())
}

/// Tells a reader that the owner has answered: by day, as any news that was not asked for.
async fn answered(ringer: &Ringer, message: &Message) -> Result<(), Failure> {
    let now = ringer.clock.now();
    let morning = calendar::not_in_the_night(now);
    if morning > now {
        ringer.store.put_off(message.id, morning).await?;
        return Ok(());
    }
    if ringer.store.is_handled(message.id).await? {
        return Ok(());
    }
    ringer.topic.answered(message).await.map_err(|why| Failure::Again(why.to_string()))?;
    ringer.store.handled(message.id, now).await?;
    tracing::info!(message.id = %message.id, "reader told of an answer");
    Ok(())
}

/// News that is news no more: of a book that will not come, because the reader cancelled before it was told; of a wait that is over.
fn overtaken(notice: Notice, order: &Order) -> bool {
    match notice {
        Notice::Later => order.state != State::Choosing,
        Notice::Chosen | Notice::Packed => {
            matches!(order.state, State::RefundDue | State::Refunded | State::Cancelled)
        }
        // The deposit came, or is not awaited any more; the account was named.
        Notice::Deposit => order.awaits_deposit().is_none(),
        Notice::Account => !order.wants_account(),
        Notice::Paid
        | Notice::Shipped
        | Notice::Renumbered
        | Notice::Cancelled
        | Notice::Refunded
        | Notice::Reversed => false,
    }
}
