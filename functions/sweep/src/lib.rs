//! Runs every five minutes: sends outbox messages again that were not handled in time, and asks the
//! provider about payments that were never answered. It also counts the dead letters, and keeps the
//! content version of a new program, before the next program replaces it.
//!
//! What is due is put off before anything is done about it, each time for longer. So what fails for
//! ever, or ends the run, neither stands before the others in the next run nor comes back in each.

mod dead;

use std::{collections::HashMap, pin::Pin, sync::Arc, time::Duration};

use domain::{
    base::id::{OrderId, VisitorId},
    order::Order,
};
use futures_util::{StreamExt as _, stream};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{Queues, Run, Sending, on_event};
use payments::{ConfirmOutcome, LookupOutcome, PaymentError, Payments, Told};
use platform::{
    Clock, Init, InitError, Platform,
    metrics::{self, Metric},
};
use serde::Serialize;
use serde_json::Value;
use store::{Claim, Store, Versioned, handled_by_nobody_after};

use dead::DeadLetters;

/// Messages read at once. A run goes on with the next until none is due.
const MESSAGES: i32 = 100;

/// Looks that webhooks left, in one run at most.
const LOOKS: i32 = 20;

/// Payments read in one run at most.
const PAYMENTS_READ: i32 = 300;

/// Payments that are asked about in one run at most: the provider's limit for test keys is a
/// hundred calls a minute.
const PAYMENTS: usize = 90;

/// Questions under way at the same time.
const AT_ONCE: usize = 8;

/// No message or question is begun with less time left: the longest question asks, is not answered,
/// looks, and records.
const LEAST_TIME: Duration = Duration::from_secs(9);

struct Sweeper {
    store: Store,
    queues: Queues,
    dead: DeadLetters,
    payments: Payments,
    clock: Clock,
}

impl Init for Sweeper {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            queues: Queues::open(platform)?,
            dead: DeadLetters::open(platform)?,
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
    /// Messages that SQS did not take; they are sent later.
    pub messages_not_sent: usize,
    /// Messages that were sent again too often and wait for the owner.
    pub messages_given_up: usize,
    /// Payments that turned out paid.
    pub payments_paid: usize,
    /// Payments that turned out refused.
    pub payments_refused: usize,
    /// Payments of orders that were cancelled: not taken, or to be refunded.
    pub payments_cancelled: usize,
    /// Payments that are still unknown.
    pub payments_unknown: usize,
    /// Payments that were due and not asked about, because another run had changed the order, or
    /// the time was up; they stay due.
    pub payments_left: usize,
    /// Looks at payments that webhooks left to this run.
    pub looks: usize,
    /// Messages in the queues of dead letters.
    pub dead_letters: u64,
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
    // Messages first: they need no third party. An error of one part does not stop the others.
    let sent = messages(sweeper, &mut swept).await;
    let looked = looks(sweeper, &mut swept).await;
    let asked = payments(sweeper, &mut swept).await;
    swept.dead_letters = sweeper.dead.count().await;
    // Not urgent: visitors walk the content in the program, and the next run tries again.
    match sweeper.store.keep_built_in().await {
        Ok(kept) => swept.rooms_kept = kept,
        Err(error) => {
            tracing::error!(error.message = %error, "content version of the program is not kept");
        }
    }
    if let Ok(unknown @ 1..) = u64::try_from(swept.payments_unknown) {
        metrics::count(Metric::UnknownPayments, unknown);
    }
    tracing::info!(
        messages.sent = swept.messages_sent,
        messages.not_sent = swept.messages_not_sent,
        messages.given_up = swept.messages_given_up,
        payments.paid = swept.payments_paid,
        payments.refused = swept.payments_refused,
        payments.cancelled = swept.payments_cancelled,
        payments.unknown = swept.payments_unknown,
        payments.left = swept.payments_left,
        looks = swept.looks,
        dead_letters = swept.dead_letters,
        rooms.kept = swept.rooms_kept,
        "swept"
    );
    sent.and(looked).and(asked).map(|()| swept)
}

/// Whether there is time to begin something.
fn has_time() -> bool {
    platform::deadline::remaining().is_none_or(|left| left >= LEAST_TIME)
}

/// Looks at the orders of which webhooks told more than was looked at.
async fn looks(sweeper: &Sweeper, swept: &mut Swept) -> Result<(), Error> {
    let now = sweeper.clock.now();
    for look in sweeper.store.looks_due(now, LOOKS).await? {
        let until = handled_by_nobody_after(now);
        if !has_time() || !sweeper.store.put_look_off(&look, until).await? {
            continue;
        }
        swept.looks += 1;
        let told = Told { name: &look.name, key: None, secret: None, later: true };
        match Box::pin(sweeper.payments.look(look.order, told, now)).await {
            Ok(LookupOutcome::NoAnswer) | Err(PaymentError::Busy) => {}
            Ok(_) => sweeper.store.looked(&look, until).await?,
            Err(error) => {
                tracing::error!(order = %look.order, error.message = %error, "payment cannot be looked up");
            }
        }
    }
    Ok(())
}

async fn payments(sweeper: &Sweeper, swept: &mut Swept) -> Result<(), Error> {
    let now = sweeper.clock.now();
    let due = taking_turns(sweeper.store.questions_due(now, PAYMENTS_READ).await?);
    let questions = due.into_iter().take(PAYMENTS).map(|order| {
        // Boxed: avoids the type-depth limit.
        Box::pin(ask(sweeper, order, now)) as Pin<Box<dyn Future<Output = _> + Send + '_>>
    });
    let mut answers = stream::iter(questions).buffer_unordered(AT_ONCE);
    while let Some((id, answer)) = answers.next().await {
        match answer {
            Ok(None) => swept.payments_left += 1,
            Ok(Some(ConfirmOutcome::Paid(_))) => swept.payments_paid += 1,
            Ok(Some(
                ConfirmOutcome::Refused(..)
                | ConfirmOutcome::NoPlace(_)
                | ConfirmOutcome::TooManyUnpaid(..)
                | ConfirmOutcome::NoSuchOrder,
            )) => {
                swept.payments_refused += 1;
            }
            Ok(Some(ConfirmOutcome::Cancelled(_))) => swept.payments_cancelled += 1,
            Ok(Some(
                ConfirmOutcome::Unknown(_)
                | ConfirmOutcome::Underway(_)
                | ConfirmOutcome::AwaitsTransfer(_)
                | ConfirmOutcome::Tampered(_),
            )) => swept.payments_unknown += 1,
            // An error of one order does not stop the others.
            Err(error) => {
                swept.payments_unknown += 1;
                tracing::error!(order = %id, error.message = %error, "payment cannot be looked up");
            }
        }
    }
    Ok(())
}

/// Asks what became of one payment. The index shows an order as it was: it is read, and put off, in
/// one write that fails if it has changed since. `None`: it was not asked about.
async fn ask(
    sweeper: &Sweeper,
    shown: Versioned<Order>,
    now: Timestamp,
) -> (OrderId, Result<Option<ConfirmOutcome>, PaymentError>) {
    let id = shown.value.id;
    if !has_time() {
        return (id, Ok(None));
    }
    let next = shown.value.next_question(now);
    let answer = match sweeper.store.ask_next_at(&shown, next).await {
        Ok(Some(order)) => Box::pin(sweeper.payments.ask_again(order, now)).await.map(Some),
        Ok(None) => Ok(None),
        Err(error) => Err(error.into()),
    };
    (id, answer)
}

/// The first order of each visitor, then the second of each, and so on: a visitor with many orders
/// does not keep the others waiting.
fn taking_turns(due: Vec<Versioned<Order>>) -> Vec<Versioned<Order>> {
    let mut turns: HashMap<VisitorId, usize> = HashMap::new();
    let mut due: Vec<(usize, Versioned<Order>)> = due
        .into_iter()
        .map(|order| {
            let turn = turns.entry(order.value.visitor).or_default();
            *turn += 1;
            (*turn, order)
        })
        .collect();
    // Stable: within a turn the longest due stays first.
    due.sort_by_key(|(turn, _)| *turn);
    due.into_iter().map(|(_, order)| order).collect()
}

async fn messages(sweeper: &Sweeper, swept: &mut Swept) -> Result<(), Error> {
    let now = sweeper.clock.now();
    let mut oldest = None;
    while has_time() {
        let due = sweeper.store.unhandled(now, MESSAGES).await?;
        let Some(first) = due.first() else { break };
        // The first of the first read is the oldest.
        oldest.get_or_insert(first.due_for_seconds(now));
        // Put off first: a receiver that puts its message off itself comes later. The index may show
        // what another run, or this one a moment ago, has put off already.
        let mut ours = Vec::new();
        let mut taken = 0;
        let found = due.len();
        for unhandled in due {
            match sweeper.store.claim(&unhandled, now).await? {
                Claim::Send => ours.push(unhandled.message),
                Claim::GivenUp => {
                    swept.messages_given_up += 1;
                    let id = unhandled.message.id;
                    tracing::error!(message.id = %id, "message given up; it waits for the owner");
                }
                Claim::Taken => taken += 1,
            }
        }
        if taken == found {
            break;
        }
        let not_sent = sweeper.queues.send(&ours, Sending::Again).await;
        for failure in &not_sent {
            tracing::error!(message.id = %failure.id, error.message = %failure.why, "message not sent");
        }
        swept.messages_not_sent += not_sent.len();
        swept.messages_sent += ours.len().saturating_sub(not_sent.len());
    }
    if let Some(seconds) = oldest {
        metrics::count(Metric::OldestUnhandled, seconds);
    }
    Ok(())
}
