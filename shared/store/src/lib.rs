//! The one DynamoDB table. Access patterns stand in ARCHITECTURE.md; the keys in [`key`]; one
//! module per aggregate says what can be read and what can be changed. Every change is conditional
//! on what was read, and what belongs together is one transaction.
//!
//! Errors: [`StoreError`] is ours (5xx, tried again); a lost race is [`Lost`] and belongs to the
//! caller, who reads again or tells the reader. Nothing here knows about HTTP.

mod accounts;
mod bookmarks;
mod books;
mod choosing;
mod desk;
mod devices;
mod export;
mod giving;
mod houses;
mod item;
mod key;
mod letters;
mod messages;
mod notes;
mod orders;
mod stuck;
mod taste;
mod transaction;
mod visits;

use std::fmt;

use aws_sdk_dynamodb::{
    Client,
    error::{ProvideErrorMetadata, SdkError},
};
use platform::{Misconfigured, Platform};
use thiserror::Error;

pub use bookmarks::Found;
pub use books::{BookPage, Rewrite};
pub use choosing::{OneBook, ReaderContext, Selection};
pub use desk::{Due, OnDesk};
pub use devices::Mailbox;
pub use export::PaidOn;
pub use houses::Content;
pub use item::Versioned;
pub use letters::{LetterId, Unread};
pub use messages::handled_by_nobody_after;
pub use orders::{AskRefused, AtTheCounter, Change, NewOrder};
pub use taste::Placing;
pub use transaction::{Guard, Lost};
pub use visits::Stale;

/// The table did not do what was asked, and it is not the caller's fault.
#[derive(Debug, Error)]
pub enum StoreError {
    /// DynamoDB refused or did not answer.
    #[error("DynamoDB: {0}")]
    Unavailable(String),
    /// An item does not have the shape this version of the code writes.
    #[error("the item {key} can not be read: {why}")]
    Corrupt {
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    fn from(error: SdkError<E, R>) -> Self {
        Self::Unavailable(platform::why(&error))
    }
}

/// Whether a conditional write was made. That its condition did not hold is an answer, and no
/// error.
pub(crate) fn held<T, E, R>(sent: Result<T, SdkError<E, R>>) -> Result<bool, StoreError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    match sent {
        Ok(_) => Ok(true),
        Err(error) if error.code() == Some("ConditionalCheckFailedException") => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// The table.
#[derive(Debug, Clone)]
pub struct Store {
    client: Client,
    table: String,
}

impl Store {
    /// Name of the index of books on the shelf.
    pub const SHELF: &str = "shelf";
    /// Name of the index of what waits, by due time.
    pub const DUE: &str = "due";

    /// The table named in `TABLE_NAME`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let table = platform.environment.required("TABLE_NAME")?.to_owned();
        Ok(Self { client: Client::new(&platform.sdk), table })
    }
}
