//! Letters that the owner writes without being asked: at most one a reader a day.

use domain::{
    base::{
        calendar,
        id::{MessageId, VisitorId},
    },
    order::{
        letter::Letter,
        message::{Message, Task},
    },
};
use jiff::SignedDuration;

use crate::{
    Commit, Condition, Store, StoreError, WriteError,
    item::{number, string},
    key,
    letters::put_once,
    messages,
    table::Write,
};

/// For how long it is kept that the owner wrote: longer than the day that it guards.
const KEPT: SignedDuration = SignedDuration::from_hours(48);

/// A letter that was written on the same day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WroteBefore {
    /// The code of the call that wrote it.
    pub code: String,
}

impl Store {
    /// Whether the owner wrote to a reader on the day of this letter without being asked. One read.
    pub async fn wrote_before(
        &self,
        reader: VisitorId,
        letter: &Letter,
    ) -> Result<Option<WroteBefore>, StoreError> {
        let item = self.item(&key::wrote(reader, calendar::today(letter.at)), None).await?;
        let code = |item: crate::item::Item| item.get("code")?.as_s().ok().cloned();
        Ok(item.map(|item| WroteBefore { code: code(item).unwrap_or_default() }))
    }

    /// Puts a letter of the owner into a reader's mailbox, and asks for the reader to be told.
    /// `code` is the code of the owner's call. [`Condition::Letter`] fails if there was one on the
    /// same day. One transaction.
    pub async fn write_unasked(
        &self,
        reader: VisitorId,
        letter: &Letter,
        code: &str,
    ) -> Result<(), WriteError> {
        let day = calendar::today(letter.at);
        let name = format!("owner#unasked#{day}");
        let until = letter.at.saturating_add(KEPT).unwrap_or(letter.at);
        let mut wrote = key::wrote(reader, day).attributes();
        wrote.insert("kind".to_owned(), string("wrote"));
        wrote.insert("code".to_owned(), string(code));
        wrote.insert("expires".to_owned(), number(until.as_second()));
        let message = Message {
            id: MessageId::of_answer(reader, &name),
            task: Task::Answered,
            at: letter.at,
        };
        let mut commit = Commit::default();
        commit.add(Condition::Letter, Ok(Write::put_new(wrote)));
        commit.add(Condition::Letter, put_once(reader, letter, &name));
        commit.add(Condition::Letter, messages::message_put(&message, reader));
        self.commit(commit).await
    }
}
