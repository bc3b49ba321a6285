//! The interface before [`Commit`], for callers that are not moved yet.
#![allow(missing_docs, non_upper_case_globals)]

use domain::{
    base::{id::MessageId, text::Language},
    catalog::{
        selection::{Book, Considered},
        taste::Taste,
    },
    order::{
        Order, Step,
        counter::Counter,
        letter::Letter,
        stock::{Hold, Room, Taken},
    },
    walk::{
        content_version::Head,
        device::{Device, DeviceId},
        visit::Visit,
        whisper::Whisper,
    },
};
use jiff::Timestamp;
use thiserror::Error;

use crate::{
    Commit, Condition, OrderCommit, Rewrite, Store, StoreError, Versioned, WriteError,
    item::from_item, table::Written,
};

pub use crate::Condition as Guard;

impl Condition {
    pub const Message: Self = Self::Unhandled;
    pub const Done: Self = Self::Once;
}

#[derive(Debug, Error)]
pub enum Lost {
    #[error("the condition on {0:?} failed")]
    Race(Condition),
    #[error("two transactions met")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<WriteError> for Lost {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::ConditionFailed(condition) => Self::Race(condition),
            WriteError::Store(StoreError::Contended) => Self::Conflict,
            WriteError::Store(error) => Self::Store(error),
        }
    }
}

#[derive(Debug, Error)]
pub enum Stale {
    #[error("the visit was changed meanwhile")]
    ChangedTo(Box<Versioned<Visit>>),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Debug)]
pub struct NewOrder<'a> {
    pub visit: &'a Versioned<Visit>,
    pub order: &'a Order,
    pub stock_version: u64,
    pub place: &'a Taken,
}

#[derive(Debug)]
pub struct Change<'a> {
    pub seen: u64,
    pub step: &'a Step,
    pub handled: Option<MessageId>,
    pub copy: Option<&'a Versioned<Book>>,
    pub paid: bool,
}

impl Change<'_> {
    fn commit(&self) -> OrderCommit {
        let read = Versioned::at(self.step.order.clone(), self.seen);
        let mut commit = Commit::of(&read, self.step);
        if let Some(id) = self.handled {
            commit = commit.handled(id);
        }
        if let Some(copy) = self.copy {
            commit = commit.taking(copy);
        }
        if self.paid {
            commit = commit.paid();
            if self.step.order.state == domain::order::State::Paid {
                commit = commit.holding(&Hold::Paid, &Room::Own);
            }
        }
        commit
    }
}

impl From<Change<'_>> for Commit {
    fn from(change: Change<'_>) -> Self {
        change.commit().into()
    }
}

impl Store {
    pub async fn save_visit(&self, visit: &Versioned<Visit>) -> Result<(), Stale> {
        let commit: Commit = Commit::visit(visit, visit.value.clone()).into();
        match commit.write(self, &mut self.backoff()).await {
            Ok(Written::Done(_)) => Ok(()),
            Ok(Written::Refused(Some(item))) => Err(Stale::ChangedTo(Box::new(from_item(item)?))),
            Ok(Written::Refused(None)) | Err(WriteError::ConditionFailed(_)) => {
                Err(StoreError::Unavailable("the visit is gone".into()).into())
            }
            Err(WriteError::Store(error)) => Err(error.into()),
        }
    }

    pub async fn save_visit_with_letter(
        &self,
        visit: &Versioned<Visit>,
        letter: &Letter,
        name: &str,
    ) -> Result<(), Lost> {
        Ok(self.commit(Commit::visit(visit, visit.value.clone()).with_letter(letter, name)).await?)
    }

    pub async fn save_visit_with_whisper(
        &self,
        visit: &Versioned<Visit>,
        whisper: &Whisper,
        language: Language,
        device: Option<&Device>,
    ) -> Result<(), Lost> {
        let mut commit = Commit::visit(visit, visit.value.clone()).with_whisper(whisper, language);
        if let Some(device) = device {
            commit = commit.with_device(device);
        }
        Ok(self.commit(commit).await?)
    }

    pub async fn save_visit_with_device(
        &self,
        visit: &Versioned<Visit>,
        device: &Device,
        gone: Option<&DeviceId>,
    ) -> Result<(), Lost> {
        let mut commit = Commit::visit(visit, visit.value.clone()).with_device(device);
        if let Some(gone) = gone {
            commit = commit.without_device(gone);
        }
        Ok(self.commit(commit).await?)
    }

    pub async fn save_visit_without_device(
        &self,
        visit: &Versioned<Visit>,
        device: &DeviceId,
    ) -> Result<(), Lost> {
        Ok(self.commit(Commit::visit(visit, visit.value.clone()).without_device(device)).await?)
    }

    pub async fn save_visit_with_bookmark(
        &self,
        visit: &Versioned<Visit>,
        before: Option<&str>,
    ) -> Result<(), Lost> {
        Ok(self.commit(Commit::visit(visit, visit.value.clone()).with_bookmark(before)).await?)
    }

    pub async fn place_order(&self, new: NewOrder<'_>) -> Result<(), Lost> {
        let placed = new.visit.value.clone();
        Ok(self.commit(Commit::new_order(new.visit, placed, new.order, new.place)).await?)
    }

    pub async fn save_order(
        &self,
        order: &Versioned<Order>,
        handled: Option<MessageId>,
    ) -> Result<(), Lost> {
        let mut commit = Commit::order(order, order.value.clone());
        if let Some(id) = handled {
            commit = commit.handled(id);
        }
        Ok(self.commit(commit).await?)
    }

    pub async fn hold_again(&self, order: &Versioned<Order>, place: &Taken) -> Result<(), Lost> {
        let commit = Commit::order(order, order.value.clone());
        Ok(self.commit(commit.holding(&Hold::Until(place.until), &place.room)).await?)
    }

    pub async fn commit_with_a_place(&self, change: Change<'_>, room: &Room) -> Result<(), Lost> {
        let change = Change { paid: false, ..change };
        Ok(self.commit(change.commit().holding(&Hold::Paid, room).paid()).await?)
    }

    pub async fn commit_account(
        &self,
        change: Change<'_>,
        room: Option<&Room>,
    ) -> Result<(), Lost> {
        let hold = Hold::Until(change.step.order.held_until);
        Ok(self.commit(change.commit().holding(&hold, room.unwrap_or(&Room::Own))).await?)
    }

    pub async fn commit_choice(
        &self,
        change: &Change<'_>,
        considered: &Considered,
    ) -> Result<(), Lost> {
        Ok(self.commit(change.commit().considering(considered)).await?)
    }

    pub async fn put_on_desk(
        &self,
        order: &Versioned<Order>,
        considered: &Considered,
        handled: Option<MessageId>,
    ) -> Result<(), Lost> {
        let mut commit = Commit::order(order, order.value.clone()).considering(considered);
        if let Some(id) = handled {
            commit = commit.handled(id);
        }
        Ok(self.commit(commit).await?)
    }

    pub async fn give_up(
        &self,
        seen: u64,
        step: &Step,
        copy: Option<&Versioned<Book>>,
    ) -> Result<(), Lost> {
        let change = Change { seen, step, handled: None, copy: None, paid: false };
        Ok(self.commit(change.commit().giving_up(copy)).await?)
    }

    pub async fn commit_once(&self, change: &Change<'_>, code: &str) -> Result<(), Lost> {
        Ok(self.commit(change.commit().once(code)).await?)
    }

    pub async fn take_back(
        &self,
        change: &Change<'_>,
        code: &str,
        copy: Option<&Versioned<Book>>,
    ) -> Result<(), Lost> {
        let mut commit = change.commit().once(code);
        if let Some(copy) = copy {
            commit = commit.shelving(copy);
        }
        Ok(self.commit(commit).await?)
    }

    pub async fn rewrite(&self, books: &[Rewrite], code: &str, now: Timestamp) -> Result<(), Lost> {
        Ok(self.commit(Self::rewriting(books, code, now)).await?)
    }

    pub async fn save_head(&self, head: &Versioned<Head>) -> Result<(), Lost> {
        Ok(self.commit(Commit::head(head, head.value.clone())).await?)
    }

    pub async fn save_taste(&self, taste: &Versioned<Taste>) -> Result<(), Lost> {
        Ok(self.commit(Commit::taste(taste, taste.value.clone())).await?)
    }

    pub async fn save_counter(&self, counter: &Versioned<Counter>) -> Result<(), Lost> {
        Ok(self.commit(Commit::counter(counter, counter.value.clone())).await?)
    }

    pub async fn save_book(&self, book: &Versioned<Book>) -> Result<(), Lost> {
        Ok(self.commit(Commit::book(book, book.value.clone())).await?)
    }
}
