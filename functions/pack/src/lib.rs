//! Prepares a chosen order for the post: from here on it lies on the owner's desk until the parcel is handed over.

use std::sync::Arc;

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::{
    order::Order,
    task::{Message, Task},
};
use post::{Failure, advance};
use store::Store;

/// What packing needs.
pub struct Packer {
    store: Store,
    clock: Clock,
}

impl Open for Packer {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { store: Store::open(cloud)?, clock: cloud.clock.clone() })
    }
}

/// Handles one message of the queue `pack`.
pub async fn handle(packer: Arc<Packer>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Pack {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    advance(&packer.store, message.id, packer.clock.now(), Order::packed).await
}
