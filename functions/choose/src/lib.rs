//! Chooses a book for a paid order: the owner's taste leads, the reader's letter tilts. One
//! transaction takes the copy, notes that reader and address have had the work, makes the order
//! `chosen`, keeps what was considered, sends the messages that follow and marks this one handled.
//! If the owner chooses, or the letter names the best book, the three proposals go to the desk
//! instead.

use std::sync::Arc;

use domain::{
    base::calendar,
    catalog::{
        selection::{Choice, Outcome, Proposal},
        taste::Taste,
    },
    order::{
        BlockedOn, Order, State,
        message::{Message, Task},
    },
};
use messaging::Failure;
use platform::{Clock, Init, InitError, Platform};
use store::{Commit, Decision, OrderCommit, Selection, Store, Updated, Versioned};

/// What choosing needs.
pub struct Chooser {
    store: Store,
    clock: Clock,
}

impl Init for Chooser {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, clock: platform.clock.clone() })
    }
}

/// The result of handling the message.
enum Chosen {
    /// It is answered.
    Answered,
    /// No book can be sent yet.
    WantsABook,
}

/// Handles one message of the queue `choose`.
pub async fn handle(chooser: Arc<Chooser>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Choose {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    let (chooser, message) = (&*chooser, &message);
    // A copy that another order took, or a work that the reader got meanwhile, is looked for anew.
    let updated = chooser.store.transact(|_| chooser.decide(message)).await?;
    match updated {
        Updated::Done(Chosen::Answered) | Updated::DoneBefore => Ok(()),
        // The message waits until `sweep` sends it again, when there may be new books.
        Updated::Done(Chosen::WantsABook) => {
            let due = store::handled_by_nobody_after(chooser.clock.now());
            Ok(chooser.store.put_off(message.id, due).await?)
        }
        Updated::NotFound => Err(Failure::Poison("there is no such order".into())),
        Updated::GaveUp => {
            Err(Failure::Again("every copy looked at was taken by another order".into()))
        }
    }
}

impl Chooser {
    async fn decide(&self, message: &Message) -> Result<Decision<Chosen>, Failure> {
        let (order, taste) = self.store.order_and_taste(message.id.order).await?;
        let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?;
        match (order.value.state, order.value.blocked_on) {
            (State::Paid, _) | (State::Choosing, None | Some(BlockedOn::Stock)) => {}
            // It lies on the owner's desk, or was chosen, cancelled or refunded: a duplicate, or a
            // late message.
            _ => {
                self.store.handled(message.id, self.clock.now()).await?;
                return Ok(Decision::Keep(Chosen::Answered));
            }
        }
        self.choose(&order, &taste, message).await
    }

    async fn choose(
        &self,
        order: &Versioned<Order>,
        taste: &Taste,
        message: &Message,
    ) -> Result<Decision<Chosen>, Failure> {
        let now = self.clock.now();
        let reader = self.store.known(&order.value).await?;
        if order.value.state == State::Paid {
            self.store.paid_for(&order.value, &reader).await?;
        }
        let selection = self.store.select(&order.value, &reader, taste, now).await?;
        let commit = match selection.considered.outcome(taste.choosing(calendar::today(now))) {
            Outcome::OutOfBooks if order.value.blocked_on == Some(BlockedOn::Stock) => {
                return Ok(Decision::Keep(Chosen::WantsABook));
            }
            Outcome::OutOfBooks => {
                let waiting =
                    order.value.clone().choosing(Some(BlockedOn::Stock), now).map_err(moved)?;
                return Ok(Decision::write(Commit::order(order, waiting), Chosen::WantsABook));
            }
            Outcome::Take(best) => self.take(best, order, &selection)?,
            Outcome::Desk => {
                let proposals = selection.considered.best.clone();
                let on_desk = order.value.clone().proposed(proposals, now).map_err(moved)?;
                Commit::order(order, on_desk)
            }
        };
        let commit = commit.considering(&selection.considered).handled(message.id);
        Ok(Decision::write(commit, Chosen::Answered))
    }

    fn take(
        &self,
        best: &Proposal,
        order: &Versioned<Order>,
        selection: &Selection,
    ) -> Result<OrderCommit, Failure> {
        let Some(copy) = selection.copy(&best.isbn) else {
            return Err(Failure::Again("the book proposed was not among those read".into()));
        };
        let choice = Choice::of(&copy.value, best.reason.clone());
        let step = order.value.clone().picked(choice, self.clock.now()).map_err(moved)?;
        Ok(Commit::of(order, &step).taking(&copy))
    }
}

/// The order's state was checked before, so this is a fault of ours; the queue tries again.
fn moved(refused: impl std::fmt::Display) -> Failure {
    Failure::Again(refused.to_string())
}
