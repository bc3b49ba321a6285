//! Chooses a book for a paid order: the owner's score leads, the order's own seed breaks ties. The copy, "never the same work twice", the order's new
//! state and the message that follows are one transaction.

use std::sync::Arc;

use cloud::{CannotOpen, Clock, Cloud, Open};
use house::{
    choose::{Book, Choice, Proposal, propose},
    id::MessageId,
    order::{Order, State, Want},
    task::{Message, Task},
};
use post::Failure;
use store::{Change, Guard, Lost, Store, Versioned};

/// Books looked at in one read: the most loved of the range with a free copy.
const LOOKED_AT: i32 = 40;

/// Reads for a reader who has had every book of the first. Bounded, because the shelf is not.
const PAGES: usize = 5;

/// How often a copy that somebody else took is replaced by the next best.
const ROUNDS: usize = 8;

/// What choosing needs.
pub struct Chooser {
    store: Store,
    clock: Clock,
}

impl Open for Chooser {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { store: Store::open(cloud)?, clock: cloud.clock.clone() })
    }
}

/// Handles one message of the queue `choose`.
pub async fn handle(chooser: Arc<Chooser>, message: Message) -> Result<(), Failure> {
    if message.task != Task::Choose {
        return Err(Failure::Poison("the message asks for something else".into()));
    }
    for _ in 0..ROUNDS {
        let order = chooser.store.order(message.id.order).await?;
        let order = order.ok_or_else(|| Failure::Poison("there is no such order".into()))?;
        match order.value.state {
            State::Paid | State::Choosing => {}
            // It was chosen, cancelled or refunded: a duplicate, or a message that came too late.
            _ => {
                chooser.store.handled(message.id, chooser.clock.now()).await?;
                return Ok(());
            }
        }
        match chooser.choose(order, message.id).await {
            Ok(()) | Err(Lost::Race(Guard::Message)) => return Ok(()),
            // The copy is gone, the work was sent meanwhile, or somebody else moved the order: look again.
            Err(Lost::Race(_) | Lost::Conflict) => {}
            Err(Lost::Store(error)) => return Err(error.into()),
        }
    }
    Err(Failure::Again("every copy looked at was taken by others".into()))
}

impl Chooser {
    async fn choose(&self, order: Versioned<Order>, asked_by: MessageId) -> Result<(), Lost> {
        let now = self.clock.now();
        let range = order.value.price.range;
        let sent_before = self.store.sent_before(order.value.visitor, &order.value.address).await?;
        let mut after = None;
        let mut pages = 0;
        // The most loved first; further down only for a reader who has had everything above.
        let (books, best) = loop {
            let page = self.store.shelf(range, after.as_deref(), LOOKED_AT).await?;
            let books: Vec<&Book> = page.books.iter().map(|book| &book.value).collect();
            let best = propose(books, order.value.id, range, |work| sent_before.contains(work)).best;
            let best: Vec<(Book, Proposal)> =
                best.into_iter().map(|(book, proposal)| (book.clone(), proposal)).collect();
            pages += 1;
            if !best.is_empty() {
                break (page.books, best);
            }
            match page.next {
                Some(next) if pages < PAGES => after = Some(next),
                _ => return self.wants_a_book(order, asked_by).await,
            }
        };
        let Some((chosen, proposal)) = best.first() else {
            return self.wants_a_book(order, asked_by).await;
        };
        let choice = Choice {
            isbn: chosen.isbn.clone(),
            work: chosen.work.clone(),
            copy: chosen.taken.saturating_add(1),
            list_price: chosen.list_price,
            reason: proposal.reason.clone(),
            proposals: best.iter().map(|(_, proposal)| proposal.clone()).collect(),
        };
        let read_at = books.iter().find(|book| book.value.isbn == chosen.isbn).map_or(0, |book| book.version);
        let copy = Versioned { value: chosen.clone(), version: read_at };
        // Paid, on the desk, chosen: with the owner's `choosing = auto` the desk is passed in the same breath.
        let on_desk = order.value.clone().choosing(None, now).and_then(|order| order.chosen(choice, now));
        let Ok(step) = on_desk else { return Err(Lost::Race(Guard::Order)) };
        self.store
            .commit(Change {
                seen: order.version,
                step: &step,
                handled: Some(asked_by),
                copy: Some(&copy),
                paid: false,
            })
            .await
    }

    /// No book is left that could be sent: the order lies on the owner's desk with that reason, and the message waits until `sweep` sends it
    /// again, when there may be new books.
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
