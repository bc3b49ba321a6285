//! Tells the reader: first into the mailbox, which is the truth, then out by SNS. Nobody is woken
//! at night for it: the letter lies there at once, the ringing waits until eight in the morning.

use std::sync::Arc;

use domain::{
    base::calendar,
    order::{
        Order, State,
        letter::Letter,
        message::{Message, Notice, Task},
    },
    walk::whisper,
};
use messaging::{Failure, Topic};
use platform::{Clock, Init, InitError, Platform};
use store::Store;

/// What ringing needs.
pub struct Notifier {
    store: Store,
    topic: Topic,
    clock: Clock,
}

impl Init for Notifier {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            topic: Topic::open(platform)?,
            clock: platform.clock.clone(),
        })
    }
}

/// Handles one message of the queue `ring`.
///
/// The letter is the same item however often the message comes. The message is marked handled after
/// the ringing, so that a crash in between rings twice rather than never.
pub async fn handle(notifier: Arc<Notifier>, message: Message) -> Result<(), Failure> {
    let notice = match &message.task {
        Task::Notify { notice } => *notice,
        Task::Whisper { half } => return whisper(&notifier, &message, half).await,
        Task::Answered => return answered(&notifier, &message).await,
        _ => return Err(Failure::Poison("the message asks for something else".into())),
    };
    let (order, handled) = notifier.store.order_and_whether_handled(message.id).await?;
    let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?.value;
    if handled {
        return Ok(());
    }
    if overtaken(notice, &order) {
        notifier.store.handled(message.id, notifier.clock.now()).await?;
        return Ok(());
    }
    let letter = Letter::about(&order, notice, message.id, message.at);
    notifier.store.put_letter(order.visitor, &letter, message.id).await?;
    let now = notifier.clock.now();
    let morning = calendar::not_in_the_night(now);
    if morning > now {
        notifier.store.put_off(message.id, morning).await?;
        return Ok(());
    }
    notifier
        .topic
        .publish(&message, notice, &order)
        .await
        .map_err(|why| Failure::Again(why.to_string()))?;
    notifier.store.handled(message.id, now).await?;
    tracing::info!(order = %message.id.order, notice = ?notice, "reader told");
    Ok(())
}

/// Whispers to a visitor who pulled the bell and waits: at once, at any hour, since they asked for
/// it. The letter lies in the mailbox already; a whisper that nobody could use any more is not
/// sent.
async fn whisper(notifier: &Notifier, message: &Message, half: &str) -> Result<(), Failure> {
    let now = notifier.clock.now();
    let faded = now.duration_since(message.at) >= whisper::GOOD_FOR;
    if notifier.store.is_handled(message.id).await? {
        return Ok(());
    }
    if !faded {
        let sent = notifier.topic.whisper(message, half).await;
        sent.map_err(|why| Failure::Again(why.to_string()))?;
    }
    notifier.store.handled(message.id, now).await?;
    tracing::info!(message.id = %message.id, faded, "whispered");
    Ok(())
}

/// Tells a reader that the owner has answered: by day, as any news that was not asked for.
async fn answered(notifier: &Notifier, message: &Message) -> Result<(), Failure> {
    let now = notifier.clock.now();
    let morning = calendar::not_in_the_night(now);
    if morning > now {
        notifier.store.put_off(message.id, morning).await?;
        return Ok(());
    }
    if notifier.store.is_handled(message.id).await? {
        return Ok(());
    }
    notifier.topic.answered(message).await.map_err(|why| Failure::Again(why.to_string()))?;
    notifier.store.handled(message.id, now).await?;
    tracing::info!(message.id = %message.id, "reader told of an answer");
    Ok(())
}

/// News that is news no more: of a book that will not come, because the reader cancelled before it
/// was told; of a wait that is over.
fn overtaken(notice: Notice, order: &Order) -> bool {
    match notice {
        Notice::Later => order.state != State::Choosing,
        Notice::Chosen | Notice::Packed => {
            matches!(order.state, State::RefundDue | State::Refunded | State::Cancelled)
        }
        // The deposit came, or is not awaited any more; the account was named.
        Notice::BankTransfer => order.awaits_transfer().is_none(),
        Notice::BankDetails => !order.wants_account(),
        Notice::Paid
        | Notice::Shipped
        | Notice::Renumbered
        | Notice::Cancelled
        | Notice::Refunded
        | Notice::Reversed => false,
    }
}
