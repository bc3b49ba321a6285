//! Marks a chosen order packed. From then on it lies on the owner's desk until the parcel is handed
//! over.

use std::sync::Arc;

use domain::order::{
    Order,
    message::{Message, Task},
};
use messaging::{Failure, advance};
use platform::{Clock, Init, InitError, Platform};
use store::Store;

/// What packing needs.
pub struct Packer {
    store: Store,
    clock: Clock,
}

impl Init for Packer {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, clock: platform.clock.clone() })
    }
}

/// Handles one message of the queue `pack`.
pub async fn handle(packer: Arc<Packer>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Pack {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    advance(&packer.store, message.id, packer.clock.now(), Order::packed).await
}
