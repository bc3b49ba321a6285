//! Proofs that something was done once: an owner's call for an order, a webhook transmission; and
//! what an order gives back: its place, its copy, the note of its work.

use domain::{
    base::{id::OrderId, price::PriceRange},
    catalog::selection::{Book, Choice},
    order::{CopyCondition, Order, Unpack},
};
use jiff::Timestamp;

use crate::{
    Condition, OrderCommit, Store, StoreError, Versioned, books, choosing, drafts, item::string,
    key, places, table::Write,
};

/// Row of the proof that a webhook transmission was handled.
const HEARD: &str = "heard";

impl Store {
    /// Whether the owner's call with this code was done for this order. One read.
    pub async fn was_done(&self, code: &str, order: OrderId) -> Result<bool, StoreError> {
        self.is_there(&key::done(code, &order.to_string())).await
    }

    /// Whether this webhook transmission was handled. One read.
    pub async fn was_heard(&self, transmission: &str) -> Result<bool, StoreError> {
        self.is_there(&key::done(transmission, HEARD)).await
    }

    /// Records that a webhook transmission was handled, for ten days: longer than it is repeated.
    pub async fn heard(&self, transmission: &str, now: Timestamp) -> Result<(), StoreError> {
        self.write(books::done_put(transmission, HEARD, now)).await.map(drop)
    }

    async fn is_there(&self, key: &key::Key) -> Result<bool, StoreError> {
        Ok(self.item(key, Some("pk")).await?.is_some())
    }
}

impl OrderCommit {
    /// Moves to the order's new address what was noted at its address `before`: that the chosen
    /// book (`book`) was sent there. [`Condition::Sent`] fails if the new address has had the work.
    /// The counter offers the new address for the next order.
    #[must_use]
    pub fn readdressing(mut self, before: &Order, book: Option<&Book>) -> Self {
        let (old, new) = (key::address(before), key::address(&self.order));
        if let (Some(book), Some(choice)) = (book, &self.order.choice)
            && old != new
        {
            let item = choosing::sent_item(&new, book, self.order.id, self.order.changed_at);
            self.commit.add(Condition::Sent, Ok(unsent(old, choice, self.order.id)));
            self.commit.add(Condition::Sent, Ok(Write::put_new(item)));
        }
        let last = drafts::last_address_put(&self.order);
        self.with(Condition::Draft, last)
    }

    /// Gives up what the order has before it is handed over: its place, or the copy taken for it
    /// (`book` as it was read), with the note that this reader and this address have had the work.
    /// The copy of a packed order goes back to the shelf once the owner has unpacked it:
    /// [`OrderCommit::unpacking`].
    #[must_use]
    pub fn giving_up(self, book: Option<&Versioned<Book>>) -> Self {
        let (Some(book), Some(_)) = (book, &self.order.choice) else {
            let write = places::release(&self.order);
            return self.with(Condition::Stock, Ok(write));
        };
        let commit = self.unsent();
        if commit.order.unpack.is_some() { commit } else { commit.shelving(book) }
    }

    /// Takes the choice of `before` back: the work may be sent to this reader and this address again,
    /// and the order has a place for its next copy. The copy goes back to the shelf if it is as new;
    /// otherwise it is out of the stock. `book` as it was read.
    #[must_use]
    pub fn choosing_anew(
        mut self,
        before: &Choice,
        book: Option<&Versioned<Book>>,
        copy: CopyCondition,
    ) -> Self {
        for partition in [key::visitor(self.order.visitor), key::address(&self.order)] {
            let write = unsent(partition, before, self.order.id);
            self.commit.add(Condition::Sent, Ok(write));
        }
        let range = self.order.price.range;
        let back = book.filter(|_| copy == CopyCondition::Good).map(|book| {
            let value = book.value.clone().with_copy_back(before.copy);
            self.commit.add(Condition::Book, books::book_put(&book.with(value)));
            PriceRange::of(book.value.list_price).unwrap_or(range)
        });
        // The owner may have changed the book's price, and its range with it, since it was chosen.
        if let Some(other) = back.filter(|other| *other != range) {
            self.commit.add(Condition::Stock, Ok(places::return_copy(other)));
        }
        let write = places::hold_anew(&self.order, back == Some(range));
        self.with(Condition::Stock, write)
    }

    /// Frees the work of an order whose parcel never reached its reader, so that it can be sent to
    /// this reader and this address again.
    #[must_use]
    pub fn unsent(mut self) -> Self {
        if let Some(choice) = self.order.choice.clone() {
            for partition in [key::visitor(self.order.visitor), key::address(&self.order)] {
                let write = unsent(partition, &choice, self.order.id);
                self.commit.add(Condition::Sent, Ok(write));
            }
        }
        self
    }

    /// Puts the copy of an unpacked order back on the shelf, if it is as new.
    #[must_use]
    pub fn unpacking(self, book: &Versioned<Book>) -> Self {
        match self.order.unpack {
            Some(Unpack::Done { copy: CopyCondition::Good, .. }) => self.shelving(book),
            _ => self,
        }
    }

    /// Puts the copy of the order back on the shelf, under its own number.
    #[must_use]
    pub fn shelving(mut self, book: &Versioned<Book>) -> Self {
        if let Some(choice) = &self.order.choice {
            let back = book.value.clone().with_copy_back(choice.copy);
            let range = PriceRange::of(book.value.list_price).unwrap_or(self.order.price.range);
            self.commit.add(Condition::Book, books::book_put(&book.with(back)));
            self.commit.add(Condition::Stock, Ok(places::return_copy(range)));
        }
        self
    }
}

/// Deletes the note that a partition has had the work, if this order made it.
fn unsent(partition: String, choice: &Choice, order: OrderId) -> Write {
    Write::delete(&key::sent(partition, &choice.work))
        .only_if("attribute_not_exists(pk) OR #order = :order")
        .name("#order", "order")
        .value(":order", string(order.to_string()))
}
