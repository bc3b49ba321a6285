//! Prepares a chosen order for packing: it gets its short number (목-07) and the code of its last
//! room, and is listed for the owner.
//! Nothing is packed here; `owner-pack` records what the owner packed.

use std::sync::Arc;

use domain::{
    base::calendar,
    order::{
        LastCode, ShortNumber,
        message::{Message, Task},
    },
};
use messaging::{Failure, advance_by};
use platform::{Clock, Init, InitError, Platform, Random};
use store::{Commit, Store};

/// What preparing needs.
pub struct Preparer {
    store: Store,
    clock: Clock,
    random: Random,
}

impl Init for Preparer {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let (clock, random) = (platform.clock.clone(), platform.random.clone());
        Ok(Self { store: Store::open(platform)?, clock, random })
    }
}

/// Handles one message of the queue `pack`.
pub async fn handle(preparer: Arc<Preparer>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Pack {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    let now = preparer.clock.now();
    let (store, preparer, today) = (&preparer.store, &preparer, calendar::today(now));
    advance_by(store, message.id, now, |order| async move {
        if !order.value.is_to_be_prepared() {
            return Ok(None);
        }
        // Another order may take the number meanwhile: then the write fails, and both are read
        // again.
        let number = ShortNumber::after(store.last_number(today).await?, today);
        // Nobody but the slip tells the code of the last room.
        let last_code = LastCode::new(preparer.random.next_u128());
        let step = order.value.clone().prepared(number, last_code, now).ok();
        Ok(step.map(|step| Commit::of(&order, &step).numbered(number)))
    })
    .await
}
