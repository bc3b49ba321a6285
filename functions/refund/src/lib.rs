//! Gives money back: one refund of one order, by the till. What the provider will not do is parked for the owner; what nobody knows yet leaves the
//! message unhandled, so that the queue, and after it `sweep`, brings it again.

use std::{future::Future, pin::Pin, sync::Arc};

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::task::{Message, Task};
use post::Failure;
use till::{Refunding, Till};

/// What giving back needs.
pub struct Refunder {
    till: Till,
    clock: Clock,
}

impl Open for Refunder {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { till: Till::open(cloud).await?, clock: cloud.clock.clone() })
    }
}

/// Handles one message of the queue `refund`.
pub async fn handle(refunder: Arc<Refunder>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Refund {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    // Boxed, because the types of what is awaited here nest deeper than the compiler likes.
    let refunding: Pin<Box<dyn Future<Output = _> + Send>> =
        Box::pin(refunder.till.refund(message.id, refunder.clock.now()));
    match refunding.await {
        Ok(Refunding::Done | Refunding::Parked | Refunding::Anew | Refunding::DoneBefore) => Ok(()),
        Ok(Refunding::NoSuchRefund) => Err(Failure::Poison("the order knows no such refund".into())),
        Ok(Refunding::Unknown(why)) => Err(Failure::Again(why)),
        Err(error) => Err(Failure::Again(error.to_string())),
    }
}
