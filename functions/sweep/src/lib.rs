//! Runs every five minutes: sends outbox messages again that were not handled in time, and asks the
//! provider about payments that were never answered. It also keeps the content version of a new
//! program, before the next program replaces it.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{Queues, Run, on_event};
use payments::{ConfirmOutcome, Payments};
use platform::{Clock, Init, InitError, Platform};
use serde::Serialize;
use serde_json::Value;
use store::{Store, handled_by_nobody_after};

/// Messages, and payments, in one run at most. The rest waits for the next.
const AT_ONCE: i32 = 100;

struct Sweeper {
    store: Store,
    queues: Queues,
    payments: Payments,
    clock: Clock,
}

impl Init for Sweeper {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            queues: Queues::open(platform)?,
            payments: Payments::init(platform).await?,
            clock: platform.clock.clone(),
        })
    }
}

/// What a run found.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Swept {
    /// Messages sent again.
    pub messages_sent: usize,
    /// Messages that SQS did not take; they stay due.
    pub messages_not_sent: usize,
    /// Payments that turned out paid.
    pub payments_paid: usize,
    /// Payments that turned out refused.
    pub payments_refused: usize,
    /// Payments of orders that were cancelled: not taken, or to be refunded.
    pub payments_cancelled: usize,
    /// Payments that are still unknown.
    pub payments_unknown: usize,
    /// Whether the program's content version was not kept before.
    pub rooms_kept: bool,
}

/// The sweeper as a service from a scheduled event to its findings.
pub fn function(
    platform: Platform,
) -> impl Service<LambdaEvent<Value>, Response = Swept, Error = Error, Future = Run<Swept>>
+ Clone
+ Send
+ 'static {
    on_event(platform, |sweeper: Arc<Sweeper>, _: Value| async move { sweep(&sweeper).await })
}

async fn sweep(sweeper: &Sweeper) -> Result<Swept, Error> {
    let mut swept = Swept::default();
    payments(sweeper, &mut swept).await?;
    messages(sweeper, &mut swept).await?;
    // Not urgent: visitors walk the content in the program, and the next run tries again.
    match sweeper.store.keep_built_in().await {
        Ok(kept) => swept.rooms_kept = kept,
        Err(error) => {
            tracing::error!(error.message = %error, "content version of the program is not kept");
        }
    }
    tracing::info!(
        messages.sent = swept.messages_sent,
        messages.not_sent = swept.messages_not_sent,
        payments.paid = swept.payments_paid,
        payments.refused = swept.payments_refused,
        payments.cancelled = swept.payments_cancelled,
        payments.unknown = swept.payments_unknown,
        rooms.kept = swept.rooms_kept,
        "swept"
    );
    Ok(swept)
}

async fn payments(sweeper: &Sweeper, swept: &mut Swept) -> Result<(), Error> {
    let now = sweeper.clock.now();
    for order in sweeper.store.unanswered_payments(now, AT_ONCE).await? {
        let id = order.value.id;
        // An error of one order does not stop the others.
        match Box::pin(sweeper.payments.ask_again(order, now)).await {
            Ok(ConfirmOutcome::Paid(_)) => swept.payments_paid += 1,
            Ok(
                ConfirmOutcome::Refused(..)
                | ConfirmOutcome::NoPlace(_)
                | ConfirmOutcome::NoSuchOrder,
            ) => {
                swept.payments_refused += 1;
            }
            Ok(ConfirmOutcome::Cancelled(_)) => swept.payments_cancelled += 1,
            Ok(
                ConfirmOutcome::Unknown(_)
                | ConfirmOutcome::Underway(_)
                | ConfirmOutcome::AwaitsTransfer(_)
                | ConfirmOutcome::Tampered(_),
            ) => swept.payments_unknown += 1,
            Err(error) => {
                swept.payments_unknown += 1;
                tracing::error!(order = %id, error.message = %error, "payment cannot be looked up");
            }
        }
    }
    Ok(())
}

async fn messages(sweeper: &Sweeper, swept: &mut Swept) -> Result<(), Error> {
    let now = sweeper.clock.now();
    let due = sweeper.store.unhandled(now, AT_ONCE).await?;
    let not_sent = sweeper.queues.send(&due).await;
    for message in due {
        match not_sent.iter().find(|failure| failure.id == message.id) {
            None => {
                sweeper.store.put_off(message.id, handled_by_nobody_after(now)).await?;
                swept.messages_sent += 1;
            }
            Some(failure) => {
                tracing::error!(message.id = %failure.id, error.message = %failure.why, "message not sent");
                swept.messages_not_sent += 1;
            }
        }
    }
    Ok(())
}
