//! Gives money back: one refund of one order, by the till. What the provider will not do is parked
//! for the owner; what nobody knows yet leaves the message unhandled, so that the queue, and after
//! it `sweep`, brings it again.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::order::message::{Message, Task};
use messaging::Failure;
use payments::{Payments, RefundOutcome};
use platform::{Clock, Init, InitError, Platform};

/// What giving back needs.
pub struct Refunder {
    payments: Payments,
    clock: Clock,
}

impl Init for Refunder {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { payments: Payments::init(platform).await?, clock: platform.clock.clone() })
    }
}

/// Handles one message of the queue `refund`.
pub async fn handle(refunder: Arc<Refunder>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Refund {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    // Boxed, because the types of what is awaited here nest deeper than the compiler likes.
    let refunding: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(refunder.payments.refund(message.id, refunder.clock.now()));
    match refunding.await {
        Ok(
            RefundOutcome::Done
            | RefundOutcome::NeedsOwner
            | RefundOutcome::Anew
            | RefundOutcome::DoneBefore,
        ) => Ok(()),
        Ok(RefundOutcome::NoSuchRefund) => {
            Err(Failure::Poison("the order knows no such refund".into()))
        }
        Ok(RefundOutcome::Unknown(why)) => Err(Failure::Again(why)),
        Err(error) => Err(Failure::Again(error.to_string())),
    }
}
