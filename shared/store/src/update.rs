//! Read, decide, write: the one loop that changes a record.
//!
//! A decision is made on a record as it was read and written only while the table still holds that
//! version. If another writer was faster, the record is read and the decision made again, after a
//! pause ([`crate::retry`]). The decision is asynchronous because some ask a third party anew each
//! time.

use std::future::Future;

use domain::{
    base::id::{OrderId, VisitorId},
    catalog::{isbn::Isbn, selection::Book, taste::Taste},
    order::{Order, counter::Counter},
    walk::{content_version::Head, visit::Visit},
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError,
    item::{Item, from_item},
    key::{self, Key},
    retry::Backoff,
    table::Written,
};

/// What is to be done about a record as it was read.
#[derive(Debug)]
pub enum Decision<T> {
    /// Write, and answer this once it is written.
    Write(Box<Commit>, T),
    /// Write nothing, and answer this.
    Keep(T),
}

impl<T> Decision<T> {
    /// Writes `commit`, then answers `answer`.
    pub fn write(commit: impl Into<Commit>, answer: T) -> Self {
        Self::Write(Box::new(commit.into()), answer)
    }
}

/// How an update ended.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub enum Updated<T> {
    /// With the decision's answer.
    Done(T),
    /// The record does not exist.
    NotFound,
    /// The message that asked for it is marked handled, or the owner's call with this code is
    /// marked done: a duplicate. Nothing was written.
    DoneBefore,
    /// Other writers were faster every time. Nothing was written.
    GaveUp,
}

/// The attempts of a [`Store::transact`] so far.
#[derive(Debug, Clone, Default)]
pub struct Attempt {
    /// 0 for the first.
    pub number: u32,
    lost: Vec<Condition>,
}

impl Attempt {
    /// Whether an earlier attempt failed by this condition.
    pub fn has_lost(&self, condition: Condition) -> bool {
        self.lost.contains(&condition)
    }

    /// The condition by which the last attempt failed.
    pub fn last_lost(&self) -> Option<Condition> {
        self.lost.last().copied()
    }
}

/// How one attempt to write ended.
enum Tried {
    Written,
    DoneBefore,
    GaveUp,
    /// Another writer was faster; the item as it is now, if the answer showed it.
    Lost(Condition, Option<Item>),
}

impl Store {
    /// Changes an order.
    pub async fn update_order<T, E, F>(
        &self,
        id: OrderId,
        decide: impl FnMut(Versioned<Order>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update(key::order(id), None, decide).await
    }

    /// Changes an order that was read already.
    pub async fn update_order_from<T, E, F>(
        &self,
        read: Versioned<Order>,
        decide: impl FnMut(Versioned<Order>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update(key::order(read.value.id), Some(read), decide).await
    }

    /// Changes a visit.
    pub async fn update_visit<T, E, F>(
        &self,
        id: VisitorId,
        decide: impl FnMut(Versioned<Visit>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update(key::visit(id), None, decide).await
    }

    /// Changes a visit that was read already.
    pub async fn update_visit_from<T, E, F>(
        &self,
        read: Versioned<Visit>,
        decide: impl FnMut(Versioned<Visit>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update(key::visit(read.value.id), Some(read), decide).await
    }

    /// Changes a book.
    pub async fn update_book<T, E, F>(
        &self,
        isbn: &Isbn,
        decide: impl FnMut(Versioned<Book>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update(key::book(isbn), None, decide).await
    }

    /// Changes the taste. Never [`Updated::NotFound`]: what is not there yet is the default.
    pub async fn update_taste<T, E, F>(
        &self,
        decide: impl FnMut(Versioned<Taste>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update_or_default(key::taste(), decide).await
    }

    /// Changes whether orders are taken. Never [`Updated::NotFound`].
    pub async fn update_counter<T, E, F>(
        &self,
        decide: impl FnMut(Versioned<Counter>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update_or_default(key::counter(), decide).await
    }

    /// Changes the head of the content versions. Never [`Updated::NotFound`].
    pub async fn update_head<T, E, F>(
        &self,
        decide: impl FnMut(Versioned<Head>) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        self.update_or_default(key::head(), decide).await
    }

    /// Makes a decision over several records, which the decision reads itself, anew on each
    /// attempt. Never [`Updated::NotFound`].
    pub async fn transact<T, E, F>(
        &self,
        mut decide: impl FnMut(Attempt) -> F,
    ) -> Result<Updated<T>, E>
    where
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        let mut backoff = self.backoff();
        let mut attempt = Attempt::default();
        loop {
            let (commit, answer) = match decide(attempt.clone()).await? {
                Decision::Write(commit, answer) => (commit, answer),
                Decision::Keep(answer) => return Ok(Updated::Done(answer)),
            };
            match self.attempt(*commit, &mut backoff).await? {
                Tried::Written => return Ok(Updated::Done(answer)),
                Tried::DoneBefore => return Ok(Updated::DoneBefore),
                Tried::GaveUp => return Ok(Updated::GaveUp),
                Tried::Lost(condition, _) => {
                    attempt.number += 1;
                    attempt.lost.push(condition);
                }
            }
        }
    }

    /// Makes a commit once, as it is. For a write that is decided by nothing that was read.
    pub async fn commit(&self, commit: impl Into<Commit>) -> Result<(), WriteError> {
        match commit.into().write(self, &mut self.backoff()).await? {
            Written::Done(_) => Ok(()),
            Written::Refused(_) => Err(WriteError::ConditionFailed(Condition::Visit)),
        }
    }

    async fn update_or_default<R, T, E, F>(
        &self,
        key: Key,
        decide: impl FnMut(Versioned<R>) -> F,
    ) -> Result<Updated<T>, E>
    where
        R: Serialize + DeserializeOwned + Default,
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        let first = self.read_or_default(&key).await?;
        self.update(key, Some(first), decide).await
    }

    async fn update<R, T, E, F>(
        &self,
        key: Key,
        first: Option<Versioned<R>>,
        mut decide: impl FnMut(Versioned<R>) -> F,
    ) -> Result<Updated<T>, E>
    where
        R: Serialize + DeserializeOwned,
        E: From<StoreError>,
        F: Future<Output = Result<Decision<T>, E>>,
    {
        let mut backoff = self.backoff();
        let mut known = first;
        loop {
            let record = match known.take() {
                Some(record) => record,
                None => match self.read(&key).await? {
                    Some(record) => record,
                    None => return Ok(Updated::NotFound),
                },
            };
            let (commit, answer) = match decide(record).await? {
                Decision::Write(commit, answer) => (commit, answer),
                Decision::Keep(answer) => return Ok(Updated::Done(answer)),
            };
            match self.attempt(*commit, &mut backoff).await? {
                Tried::Written => return Ok(Updated::Done(answer)),
                Tried::DoneBefore => return Ok(Updated::DoneBefore),
                Tried::GaveUp => return Ok(Updated::GaveUp),
                Tried::Lost(_, now) => known = now.map(from_item).transpose()?,
            }
        }
    }

    /// Writes, and pauses if another writer was faster.
    async fn attempt(&self, commit: Commit, backoff: &mut Backoff) -> Result<Tried, StoreError> {
        match commit.write(self, backoff).await {
            Ok(Written::Done(_)) => Ok(Tried::Written),
            Ok(Written::Refused(now)) if backoff.pause().await => {
                Ok(Tried::Lost(Condition::Visit, now))
            }
            Err(WriteError::ConditionFailed(condition)) if condition.is_done_before() => {
                Ok(Tried::DoneBefore)
            }
            Err(WriteError::ConditionFailed(condition)) if backoff.pause().await => {
                Ok(Tried::Lost(condition, None))
            }
            Ok(Written::Refused(_))
            | Err(WriteError::ConditionFailed(_) | WriteError::Store(StoreError::Contended)) => {
                Ok(Tried::GaveUp)
            }
            Err(WriteError::Store(error)) => Err(error),
        }
    }
}
