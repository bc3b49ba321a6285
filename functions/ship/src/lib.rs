//! Sends a handed-over order on its way: the reader is told.

use std::sync::Arc;

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::{
    order::Order,
    task::{Message, Task},
};
use post::{Failure, advance};
use store::Store;

/// What shipping needs.
pub struct Shipper {
    store: Store,
    clock: Clock,
}

impl Open for Shipper {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { store: Store::open(cloud)?, clock: cloud.clock.clone() })
    }
}

/// Handles one message of the queue `ship`.
pub async fn handle(shipper: Arc<Shipper>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Ship {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    advance(&shipper.store, message.id, shipper.clock.now(), Order::shipped).await
}
