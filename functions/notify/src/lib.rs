//! Tells the reader: a letter into the mailbox first, then a notice by SNS. The letter is put there
//! at once; at night the notice is put off until eight in the morning.

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

/// What a notice needs.
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

/// Handles one message of the queue `notify`.
///
/// The letter is the same item however often the message comes. The message is marked handled after
/// the notice is published, so that a crash in between publishes twice rather than never.
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
    if is_outdated(&message, notice, &order) {
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

/// Publishes a whisper to a visitor who waits for it: at once and at any hour, because they asked
/// for it. Its letter is in the mailbox already. One that is no longer valid is not published.
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

/// Publishes that the owner has answered: by day, like every notice that was not asked for.
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
    tracing::info!(message.id = %message.id, "answer announced");
    Ok(())
}

/// Whether a notice is no longer true: the order was cancelled, or its wait is over.
fn is_outdated(message: &Message, notice: Notice, order: &Order) -> bool {
    let before = order.is_of_an_earlier_attempt(message.id.sequence);
    match notice {
        Notice::Later => order.state != State::Choosing,
        Notice::Chosen | Notice::Packed => {
            before || matches!(order.state, State::RefundDue | State::Refunded | State::Cancelled)
        }
        Notice::BankTransfer => order.awaits_transfer().is_none(),
        Notice::BankDetails => !order.wants_account(),
        Notice::Shipped | Notice::Renumbered => before,
        Notice::Again => {
            matches!(order.state, State::RefundDue | State::Refunded | State::Cancelled)
        }
        Notice::Return => order.withdrawal().is_none(),
        Notice::Paid | Notice::Cancelled | Notice::Refunded | Notice::Reversed => false,
    }
}
