//! Several writes that happen together or not at all: the only place that speaks
//! `TransactWriteItems`.

use aws_sdk_dynamodb::{
    operation::transact_write_items::TransactWriteItemsError,
    types::{Delete, Put, TransactWriteItem, Update},
};
use thiserror::Error;

use crate::{Store, StoreError};

/// Which condition of a write was not met.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The visit was changed meanwhile.
    Visit,
    /// The order was changed meanwhile.
    Order,
    /// The places of the range were changed meanwhile.
    Stock,
    /// The copy is gone, or the book was changed meanwhile.
    Book,
    /// This reader, or this address, has had the work.
    Sent,
    /// The message was handled before: this is a duplicate.
    Message,
    /// The letter lies there already.
    Letter,
    /// The row of the drawer's call was done before.
    Done,
    /// The taste was changed meanwhile.
    Taste,
    /// The house was changed meanwhile, or the version lies there already.
    RoomSet,
    /// The bookmark is another visitor's.
    Bookmark,
    /// This device has tried enough bookmarks for now. (A device that is hung at the bell has no
    /// condition that could fail.)
    Device,
    /// The bookmarks that begin so have been tried often enough for now.
    Beginning,
}

/// A change that did not happen.
#[derive(Debug, Error)]
pub enum Lost {
    /// Somebody was faster, or it was done before.
    #[error("the condition on {0:?} was not met")]
    Race(Guard),
    /// Two transactions met on one item; the same may be tried again as it is.
    #[error("two transactions met")]
    Conflict,
    /// The table's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Writes to be done together.
#[derive(Debug, Default)]
pub(crate) struct Transaction {
    writes: Vec<(Guard, TransactWriteItem)>,
}

impl Transaction {
    pub(crate) fn put(&mut self, guard: Guard, put: Put) {
        self.writes.push((guard, TransactWriteItem::builder().put(put).build()));
    }

    pub(crate) fn update(&mut self, guard: Guard, update: Update) {
        self.writes.push((guard, TransactWriteItem::builder().update(update).build()));
    }

    pub(crate) fn delete(&mut self, guard: Guard, delete: Delete) {
        self.writes.push((guard, TransactWriteItem::builder().delete(delete).build()));
    }

    /// Does all or none.
    pub(crate) async fn commit(self, store: &Store) -> Result<(), Lost> {
        let (guards, writes): (Vec<_>, Vec<_>) = self.writes.into_iter().unzip();
        let Err(error) =
            store.client.transact_write_items().set_transact_items(Some(writes)).send().await
        else {
            return Ok(());
        };
        if let Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) =
            error.as_service_error()
        {
            let reasons = cancelled.cancellation_reasons();
            let code =
                |at: usize| reasons.get(at).and_then(|reason| reason.code()).unwrap_or_default();
            // The message first: a duplicate is a duplicate, whatever else has changed since.
            let mut failed: Vec<Guard> = guards
                .iter()
                .enumerate()
                .filter(|(at, _)| code(*at) == "ConditionalCheckFailed")
                .map(|(_, guard)| *guard)
                .collect();
            failed.sort_by_key(|guard| *guard != Guard::Message);
            if let Some(guard) = failed.first() {
                return Err(Lost::Race(*guard));
            }
            if (0..reasons.len()).any(|at| code(at) == "TransactionConflict") {
                return Err(Lost::Conflict);
            }
        }
        Err(Lost::Store(error.into()))
    }
}
