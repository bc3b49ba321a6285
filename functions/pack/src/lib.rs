//! Prepares a chosen order for packing: it gets its short number (목-07) and is listed for the owner.
//! Nothing is packed here; `owner-pack` records what the owner packed.

use std::sync::Arc;

use domain::{
    base::calendar,
    order::{
        ShortNumber,
        message::{Message, Task},
    },
};
use messaging::{Failure, advance_by};
use platform::{Clock, Init, InitError, Platform};
use store::{Commit, Store};

/// What preparing needs.
pub struct Preparer {
    store: Store,
    clock: Clock,
}

impl Init for Preparer {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, clock: platform.clock.clone() })
    }
}

/// Handles one message of the queue `pack`.
pub async fn handle(preparer: Arc<Preparer>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Pack {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    let now = preparer.clock.now();
    let (store, today) = (&preparer.store, calendar::today(now));
    advance_by(store, message.id, now, |order| async move {
        if !order.value.is_to_be_prepared() {
            return Ok(None);
        }
        // Another order may take the number meanwhile: then the write fails, and both are read
        // again.
        let number = ShortNumber::after(store.last_number(today).await?, today);
        let step = order.value.clone().prepared(number, now).ok();
        Ok(step.map(|step| Commit::of(&order, &step).numbered(number)))
    })
    .await
}
