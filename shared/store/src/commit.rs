//! What is written together or not at all, and the builder that puts it together.

use domain::{
    base::{id::MessageId, text::Language},
    catalog::selection::{Book, Considered},
    order::{
        Order, Step,
        ledger::entries,
        letter::Letter,
        stock::{NewReservation, Reservation, Slot, Stock},
    },
    walk::{
        device::{Device, DeviceId},
        draft::{Draft, DraftForm},
        visit::Visit,
        whisper::Whisper,
    },
};
use thiserror::Error;

use crate::{
    Store, StoreError, Versioned, bookmarks, books, choosing, devices, drafts, export, found, key,
    last_rooms, ledger, letters, messages,
    moved::Moved,
    orders, places,
    retry::Backoff,
    table::{Write, Written},
    visits,
};

/// Which condition of a write failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The visit is as it was read.
    Visit,
    /// The order is as it was read.
    Order,
    /// The range has a place for the order.
    Stock,
    /// What the order's visitor, address and telephone hold without a payment is as it was read.
    Unpaid,
    /// The book is as it was read.
    Book,
    /// Neither this reader nor this address has had the work.
    Sent,
    /// The short number, or the code of the last room, is new.
    Number,
    /// The message is not marked handled.
    Unhandled,
    /// The outbox does not hold the message.
    Outbox,
    /// The mailbox does not hold the letter, or the letter was neither answered nor replied to.
    Letter,
    /// The call with this code was not done.
    Once,
    /// The row of the owner's call was not done.
    Row,
    /// The taste, or another setting of the shop, is as it was read.
    Taste,
    /// The head is as it was read, or the content version is new.
    RoomSet,
    /// The bookmark is nobody else's.
    Bookmark,
    /// This device has not used up its tries of bookmarks.
    Device,
    /// The key of the office was not used, and its device is new.
    OfficeKey,
    /// The device for pushes is as it was read.
    Registered,
    /// The bookmarks that begin so, or the order with this number, have not been tried too often.
    Beginning,
    /// Orders have not been looked for with this telephone too often.
    Telephone,
    /// Not too many questions were asked: from this device, with this address, in all.
    Questions,
    /// Nothing: the last draft that is saved stands.
    Draft,
}

impl Condition {
    /// Whether its failure says that the same request was carried out before. Repeating it would
    /// not help.
    pub(crate) fn is_done_before(self) -> bool {
        matches!(self, Self::Unhandled | Self::Once)
    }
}

/// A write that was not made.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Another writer was faster, or it was done before.
    #[error("the condition on {0:?} failed")]
    ConditionFailed(Condition),
    /// The table's fault, or ours.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes that are made together or not at all.
#[derive(Debug, Default)]
pub struct Commit {
    writes: Vec<(Condition, Write)>,
    /// Why a write could not be built; the commit fails with it.
    wrong: Option<StoreError>,
    /// The step of an order in it.
    moved: Option<Moved>,
    /// A lone write by a plain call, which costs half of a transaction and shows the item that won.
    plain: bool,
}

impl Commit {
    /// A step of an order: the order as it is after it, and its messages.
    pub fn of(read: &Versioned<Order>, step: &Step) -> OrderCommit {
        let mut commit = Self::order(read, step.order.clone());
        for message in &step.messages {
            let message = messages::message_put(message, step.order.visitor);
            commit.commit.add(Condition::Order, message);
        }
        commit
    }

    /// An order that took no step that anybody is told of.
    pub fn order(read: &Versioned<Order>, changed: Order) -> OrderCommit {
        let mut commit = Self::default();
        let after = read.with(changed);
        commit.add(Condition::Order, orders::order_put(&after));
        let (before, now) = (Some(&read.value), &after.value);
        let entries = entries(before, now);
        commit.moved = Some(Moved::between(before, now, &entries));
        for write in ledger::writes(&entries) {
            commit.add(Condition::Order, write);
        }
        for write in found::writes(before, now) {
            commit.add(Condition::Order, Ok(write));
        }
        if let Some(write) = last_rooms::write(before, now) {
            commit.add(Condition::Number, Ok(write));
        }
        OrderCommit { commit, order: after.value }
    }

    /// A new order with its place, and the visit in which it was placed. The counter's draft ends,
    /// if there is one, and the address is kept for the next order.
    pub fn new_order(
        visit: &Versioned<Visit>,
        placed: Visit,
        order: &Order,
        at: &NewReservation,
        draft: Option<&Draft>,
    ) -> Self {
        let mut commit = Self::default();
        commit.add(Condition::Visit, visits::visit_put(&visit.with(placed)));
        commit.add(Condition::Order, orders::order_put(&Versioned::new(order.clone())));
        commit.moved = Some(Moved::between(None, order, &[]));
        let hold = Reservation::Until(at.until);
        commit.add(Condition::Stock, places::hold(order, &hold, &at.slot, None));
        if draft.is_some() {
            let gone = drafts::draft_gone(order.visitor, DraftForm::Counter);
            commit.add(Condition::Draft, Ok(gone));
        }
        commit.add(Condition::Draft, drafts::last_address_put(order));
        commit
    }

    /// A visit.
    pub fn visit(read: &Versioned<Visit>, changed: Visit) -> VisitCommit {
        let mut commit = Self { plain: true, ..Self::default() };
        let raised = changed.epoch != read.value.epoch;
        let after = read.with(changed);
        commit.add(Condition::Visit, visits::visit_put(&after));
        if raised {
            commit.add(Condition::Visit, devices::epoch_put(&after.value));
        }
        VisitCommit { commit, visit: after.value }
    }

    /// A book: other facts, the same copies.
    pub fn book(read: &Versioned<Book>, changed: Book) -> Self {
        let mut commit = Self::default();
        commit.add(Condition::Book, books::book_put(&read.with(changed)));
        commit
    }

    pub(crate) fn one(condition: Condition, write: Result<Write, StoreError>) -> Self {
        let mut commit = Self::default();
        commit.add(condition, write);
        commit
    }

    /// A lone write by a plain call.
    pub(crate) fn plainly(condition: Condition, write: Result<Write, StoreError>) -> Self {
        Self { plain: true, ..Self::one(condition, write) }
    }

    pub(crate) fn add(&mut self, condition: Condition, write: Result<Write, StoreError>) {
        match write {
            Ok(write) => self.writes.push((condition, write)),
            Err(wrong) => self.wrong = Some(wrong),
        }
    }

    /// Writes it. `Refused` is the answer of a plain call whose condition failed.
    pub(crate) async fn write(
        mut self,
        store: &Store,
        backoff: &mut Backoff,
    ) -> Result<Written, WriteError> {
        if let Some(wrong) = self.wrong {
            return Err(wrong.into());
        }
        if self.plain
            && self.writes.len() == 1
            && let Some((_, write)) = self.writes.pop()
        {
            return Ok(store.write_within(write, backoff).await?);
        }
        store.write_all(self.writes, backoff).await?;
        if let Some(moved) = &self.moved {
            moved.log();
        }
        Ok(Written::Done(None))
    }
}

/// A change of an order, and what belongs to it.
#[derive(Debug)]
pub struct OrderCommit {
    pub(crate) commit: Commit,
    /// The order after it.
    pub(crate) order: Order,
}

impl OrderCommit {
    /// Marks the message handled that asked for it. A duplicate of the message is
    /// [`Updated::DoneBefore`](crate::Updated::DoneBefore).
    #[must_use]
    pub fn handled(mut self, message: MessageId) -> Self {
        if let Some(moved) = &mut self.commit.moved {
            moved.asked_by(message);
        }
        let write = messages::mark_handled(message, self.order.changed_at);
        self.with(Condition::Unhandled, Ok(write))
    }

    /// Marks the owner's call with this code done for the order. A duplicate of the call is
    /// [`Updated::DoneBefore`](crate::Updated::DoneBefore).
    #[must_use]
    pub fn once(self, code: &str) -> Self {
        let write = books::done_put(code, &self.order.id.to_string(), self.order.changed_at);
        self.with(Condition::Once, Ok(write))
    }

    /// Notes the order under the day on which it was paid.
    #[must_use]
    pub fn paid(self) -> Self {
        let write = export::paid_put(&self.order);
        self.with(Condition::Order, Ok(write))
    }

    /// Holds a place for the order. [`Condition::Stock`] fails if `room` is gone.
    #[must_use]
    pub fn holding(self, hold: &Reservation, room: &Slot) -> Self {
        let write = places::hold(&self.order, hold, room, None);
        self.with(Condition::Stock, write)
    }

    /// Holds a place while the order awaits its transfer. [`Condition::Stock`] fails if the places
    /// of the range are not as they were read: how many orders await transfers was counted there.
    #[must_use]
    pub fn holding_for_transfer(self, room: &Slot, seen: &Versioned<Stock>) -> Self {
        let hold = Reservation::Until(self.order.held_until);
        let write = places::hold(&self.order, &hold, room, Some(seen.version));
        self.with(Condition::Stock, write)
    }

    /// Takes a copy of `book` as it was read, and the order's place with it; notes that this reader
    /// and this address have had the work.
    #[must_use]
    pub fn taking(mut self, book: &Versioned<Book>) -> Self {
        let taken = book.value.clone().without_next_copy();
        self.commit.add(Condition::Book, books::book_put(&book.with(taken)));
        self.commit.add(Condition::Stock, Ok(places::take_copy(&self.order)));
        for partition in [key::visitor(self.order.visitor), key::address(&self.order)] {
            let item =
                choosing::sent_item(&partition, &book.value, self.order.id, self.order.changed_at);
            self.commit.add(Condition::Sent, Ok(Write::put_new(item)));
        }
        self
    }

    /// Puts a letter about the order into its reader's mailbox.
    #[must_use]
    pub fn with_letter(self, letter: &Letter, name: &str) -> Self {
        let write = letters::put_once(self.order.visitor, letter, name);
        self.with(Condition::Letter, write)
    }

    /// Keeps what was considered beside the order. Newer proposals replace older ones.
    #[must_use]
    pub fn considering(self, considered: &Considered) -> Self {
        let write = choosing::considered_put(self.order.id, considered);
        self.with(Condition::Order, write)
    }

    pub(crate) fn with(mut self, condition: Condition, write: Result<Write, StoreError>) -> Self {
        self.commit.add(condition, write);
        self
    }
}

impl From<OrderCommit> for Commit {
    fn from(commit: OrderCommit) -> Self {
        commit.commit
    }
}

/// A change of a visit, and what belongs to it.
#[derive(Debug)]
pub struct VisitCommit {
    commit: Commit,
    /// The visit after it.
    visit: Visit,
}

impl VisitCommit {
    /// Whether the visit does not end by itself, because an order was paid.
    pub(crate) fn is_kept(&self) -> bool {
        self.visit.paid
    }

    /// Puts a letter into the visitor's mailbox. [`Condition::Letter`] fails if it lies there.
    #[must_use]
    pub fn with_letter(self, letter: &Letter, name: &str) -> Self {
        let write = letters::put_once(self.visit.id, letter, name);
        self.with(Condition::Letter, write)
    }

    /// Sends the visit's latest whisper: its letter into the mailbox, its message into the outbox.
    #[must_use]
    pub fn with_whisper(self, whisper: &Whisper, language: Language) -> Self {
        let message =
            messages::message_put(&whisper.message(self.visit.id, language), self.visit.id);
        self.with_letter(&whisper.letter(language), "whisper").with(Condition::Outbox, message)
    }

    /// Ends the draft of a form: what was typed is sent. Nothing is written without a draft. One
    /// that is saved meanwhile is older than what the form shows next, and ends by itself.
    #[must_use]
    pub fn without_draft(self, form: DraftForm, draft: Option<&Draft>) -> Self {
        if draft.is_none() {
            return self;
        }
        let write = drafts::draft_gone(self.visit.id, form);
        self.with(Condition::Draft, Ok(write))
    }

    /// Registers a device for pushes.
    #[must_use]
    pub fn with_device(self, device: &Device) -> Self {
        let write = devices::device_put(self.visit.id, device);
        self.with(Condition::Device, write)
    }

    /// Removes a device.
    #[must_use]
    pub fn without_device(self, device: &DeviceId) -> Self {
        let write = devices::device_gone(self.visit.id, device);
        self.with(Condition::Device, Ok(write))
    }

    /// Keeps the visit's bookmark, and removes the one with the mark `before`.
    #[must_use]
    pub fn with_bookmark(mut self, before: Option<&str>) -> Self {
        if let Some(kept) = &self.visit.bookmark {
            let write = bookmarks::bookmark_put(self.visit.id, kept);
            self.commit.add(Condition::Bookmark, write);
        }
        if let Some(mark) = before {
            self.commit.add(Condition::Bookmark, Ok(Write::delete(&key::bookmark(mark))));
        }
        self
    }

    pub(crate) fn with(mut self, condition: Condition, write: Result<Write, StoreError>) -> Self {
        self.commit.add(condition, write);
        self
    }
}

impl From<VisitCommit> for Commit {
    fn from(commit: VisitCommit) -> Self {
        commit.commit
    }
}
