//! Chooses a book for a paid order: the owner's taste leads, the reader's letter tilts. The copy,
//! "never the same work twice", the order's new state, what was considered and the message that
//! follows are one transaction. When the owner chooses, the three proposals go to the desk instead.

use std::{sync::Arc, time::Duration};

use domain::{
    base::{calendar, id::MessageId},
    catalog::{
        selection::Choice,
        taste::{Choosing, Taste},
    },
    order::{
        Order, State, Want,
        message::{Message, Task},
    },
};
use messaging::Failure;
use platform::{Clock, Init, InitError, Platform, Random};
use store::{Change, Guard, Lost, ReaderContext, Selection, Store, Versioned};

/// How often a copy that somebody else took is replaced by the next best.
const ROUNDS: u32 = 8;

/// What choosing needs.
pub struct Chooser {
    store: Store,
    clock: Clock,
    random: Random,
}

impl Init for Chooser {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            clock: platform.clock.clone(),
            random: platform.random.clone(),
        })
    }
}

/// Handles one message of the queue `choose`.
pub async fn handle(chooser: Arc<Chooser>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Choose {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    let mut known = None;
    for round in 0..ROUNDS {
        let (order, taste) = chooser.store.order_and_taste(message.id.order).await?;
        let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?;
        match (order.value.state, order.value.want) {
            (State::Paid, _) | (State::Choosing, None | Some(Want::Book)) => {}
            // It lies on the owner's desk, or was chosen, cancelled or refunded: a duplicate, or a
            // message that came too late.
            _ => {
                chooser.store.handled(message.id, chooser.clock.now()).await?;
                return Ok(());
            }
        }
        let reader = match known {
            Some(known) => known,
            None => chooser.store.known(&order.value).await?,
        };
        match chooser.choose(order, &reader, &taste, message.id).await {
            Ok(()) | Err(Lost::Race(Guard::Message)) => return Ok(()),
            // The reader got that work meanwhile, by another order.
            Err(Lost::Race(Guard::Sent)) => known = None,
            // The copy is gone, the work was sent meanwhile, or somebody else moved the order: look
            // again.
            Err(Lost::Race(_) | Lost::Conflict) => {
                known = Some(reader);
                chooser.stand_aside(round).await;
            }
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Failure::Again("every copy looked at was taken by others".into()))
}

impl Chooser {
    /// A pause drawn by lot before the next look, longer each time: those who wanted the same copy
    /// would otherwise meet again at the next.
    async fn stand_aside(&self, round: u32) {
        let longest = 40_u128 << round.min(4);
        let pause = u64::try_from(self.random.next_u128() % longest).unwrap_or_default();
        tokio::time::sleep(Duration::from_millis(pause)).await;
    }

    async fn choose(
        &self,
        order: Versioned<Order>,
        known: &ReaderContext,
        taste: &Taste,
        asked_by: MessageId,
    ) -> Result<(), Lost> {
        let now = self.clock.now();
        let pondered = self.store.select(&order.value, known, taste, now).await?;
        if pondered.considered.best.is_empty() {
            return self.wants_a_book(order, asked_by).await;
        }
        match taste.choosing(calendar::today(now)) {
            Choosing::Auto => self.take_the_best(order, &pondered, asked_by).await,
            Choosing::Owner => {
                let proposals = pondered.considered.best.clone();
                let Ok(on_desk) = order.value.clone().proposed(proposals, now) else {
                    return Err(Lost::Race(Guard::Order));
                };
                self.store
                    .put_on_desk(&order.with(on_desk), &pondered.considered, Some(asked_by))
                    .await
            }
        }
    }

    async fn take_the_best(
        &self,
        order: Versioned<Order>,
        pondered: &Selection,
        asked_by: MessageId,
    ) -> Result<(), Lost> {
        let best = pondered.considered.best.first();
        let copy = best.and_then(|best| pondered.copy(&best.isbn));
        let (Some(best), Some(copy)) = (best, copy) else { return Err(Lost::Race(Guard::Book)) };
        let choice = Choice::of(&copy.value, best.reason.clone(), pondered.considered.best.clone());
        let Ok(step) = order.value.clone().picked(choice, self.clock.now()) else {
            return Err(Lost::Race(Guard::Order));
        };
        let change = Change {
            seen: order.version,
            step: &step,
            handled: Some(asked_by),
            copy: Some(&copy),
            paid: false,
        };
        self.store.commit_choice(&change, &pondered.considered).await
    }

    /// No book is left that could be sent: the order lies on the owner's desk with that reason, and
    /// the message waits until `sweep` sends it again, when there may be new books.
    async fn wants_a_book(&self, order: Versioned<Order>, asked_by: MessageId) -> Result<(), Lost> {
        let now = self.clock.now();
        if order.value.want != Some(Want::Book) {
            let Ok(waiting) = order.value.clone().choosing(Some(Want::Book), now) else {
                return Err(Lost::Race(Guard::Order));
            };
            self.store.save_order(&order.with(waiting), None).await?;
        }
        self.store.put_off(asked_by, store::handled_by_nobody_after(now)).await?;
        Ok(())
    }
}
