//! Marks a handed-over order shipped and asks for the reader to be told.

use std::sync::Arc;

use domain::order::{
    Order,
    message::{Message, Task},
};
use messaging::{Failure, advance};
use platform::{Clock, Init, InitError, Platform};
use store::Store;

/// What shipping needs.
pub struct Shipper {
    store: Store,
    clock: Clock,
}

impl Init for Shipper {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, clock: platform.clock.clone() })
    }
}

/// Handles one message of the queue `ship`.
pub async fn handle(shipper: Arc<Shipper>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Ship {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    advance(&shipper.store, message.id, shipper.clock.now(), Order::shipped).await
}
