//! The one DynamoDB table. `docs/data-model.md` lists the access patterns and [`key`] builds the
//! keys; one module per aggregate says what can be read and written.
//!
//! A record is changed by [`Store::update_order`] and its siblings: they read, decide, write on the
//! condition that nobody was faster, and repeat. What belongs together is one [`Commit`], which is
//! written whole or not at all.
//!
//! Errors: [`StoreError`] is the server's (5xx, retried by a queue). A write that stands alone
//! answers a failed condition with [`WriteError::ConditionFailed`]. Nothing here knows about HTTP.

mod accounts;
mod bookmarks;
mod books;
mod choosing;
mod commit;
mod desk;
mod devices;
mod drafts;
mod earlier;
mod export;
mod found;
mod giving;
mod houses;
mod inventory;
mod item;
mod key;
mod last_rooms;
mod ledger;
mod letter_drafts;
mod letters;
mod looks;
mod messages;
mod moved;
mod notes;
mod numbers;
mod office;
mod orders;
mod parcel_drafts;
mod personal;
mod places;
mod questions;
mod replies;
mod retry;
mod stuck;
mod table;
mod taste;
mod tries;
mod unasked;
mod unpaid;
mod update;
mod visits;

use std::{fmt, time::Duration};

use aws_sdk_dynamodb::{
    Client,
    config::{self, retry::RetryConfig},
    error::{BuildError, ProvideErrorMetadata, SdkError},
};
use platform::{Misconfigured, Platform, Random};
use thiserror::Error;

pub use bookmarks::Found;
pub use books::{BookPage, Rewrite};
pub use choosing::{OneBook, ReaderContext, Selection};
pub use commit::{Commit, Condition, OrderCommit, VisitCommit, WriteError};
pub use desk::OnDesk;
pub use devices::Mailbox;
pub use drafts::VisitAndDraft;
pub use earlier::Earlier;
pub use export::PaidOn;
pub use houses::Content;
pub use item::Versioned;
pub use last_rooms::BehindTheCode;
pub use letter_drafts::LetterDrafts;
pub use letters::{LetterId, Unread};
pub use looks::Look;
pub use messages::{Claim, Unhandled, handled_by_nobody_after};
pub use office::{Deviced, OfficeTable};
pub use orders::{AskRefused, AtTheCounter};
pub use personal::{HadWork, KeptRecord, NotForgotten, Personal, Records};
pub use questions::Asked;
pub use replies::ToReply;
pub use taste::Placing;
pub use unasked::WroteBefore;
pub use unpaid::{Admitted, Unpaid};
pub use update::{Attempt, Decision, Updated};

/// A call to the table that did not succeed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// DynamoDB refused or did not answer.
    #[error("DynamoDB: {0}")]
    Unavailable(String),
    /// Conflicts or throttling outlasted every retry. Nothing was written.
    #[error("DynamoDB: too many writers at once")]
    Contended,
    /// Our code built a wrong request. Retrying does not help.
    #[error("the request to DynamoDB is wrong: {0}")]
    Request(String),
    /// An item does not have the shape this version of the code writes.
    #[error("the item {key} cannot be read: {why}")]
    Corrupt {
        /// The key.
        key: String,
        /// What is wrong.
        why: String,
    },
}

impl From<BuildError> for StoreError {
    fn from(error: BuildError) -> Self {
        Self::Request(error.to_string())
    }
}

impl<E, R> From<SdkError<E, R>> for StoreError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: fmt::Debug,
{
    fn from(error: SdkError<E, R>) -> Self {
        let why = platform::why(&error);
        match error {
            SdkError::ConstructionFailure(_) => Self::Request(why),
            _ if error.code() == Some("ValidationException") => Self::Request(why),
            _ => Self::Unavailable(why),
        }
    }
}

/// The table.
#[derive(Clone)]
pub struct Store {
    client: Client,
    table: String,
    /// For the pauses between retries.
    random: Random,
    /// [`Platform::slack`].
    slack: u32,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("table", &self.table).finish_non_exhaustive()
    }
}

impl Store {
    /// Name of the index of books on the shelf.
    pub const SHELF: &str = "shelf";
    /// Name of the index of what waits, by due time.
    pub const DUE: &str = "due";

    /// The table named in `TABLE_NAME`.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let table = platform.environment.required("TABLE_NAME")?.to_owned();
        // The SDK retries what broke on the way; its pauses fit a table that answers in
        // milliseconds, and leave time for the retries of this crate.
        let retries = RetryConfig::standard()
            .with_max_attempts(3)
            .with_initial_backoff(Duration::from_millis(25))
            .with_max_backoff(Duration::from_millis(100));
        let config = config::Builder::from(&platform.sdk).retry_config(retries).build();
        Ok(Self {
            client: Client::from_conf(config),
            table,
            random: platform.random.clone(),
            slack: platform.slack,
        })
    }
}
