//! Carries out one refund of one order. A refund that the provider refuses goes to the owner's
//! desk; one whose outcome is unknown leaves the message unhandled, so that the queue, and after it
//! `sweep`, delivers it again.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::order::message::{Message, Task};
use messaging::Failure;
use payments::{Payments, RefundOutcome};
use platform::{Clock, Init, InitError, Platform};

/// What a refund needs.
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
    // Boxed: avoids the type-depth limit.
    let refunding: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(refunder.payments.refund(message.id, refunder.clock.now()));
    match refunding.await {
        Ok(
            RefundOutcome::Done
            | RefundOutcome::Requested
            | RefundOutcome::NeedsOwner
            | RefundOutcome::Anew
            | RefundOutcome::DoneBefore,
        ) => Ok(()),
        Ok(RefundOutcome::NoSuchRefund) => {
            Err(Failure::Poison("the order has no such refund".into()))
        }
        Ok(RefundOutcome::Unknown(why)) => Err(Failure::Again(why)),
        Err(error) => Err(Failure::Again(error.to_string())),
    }
}
