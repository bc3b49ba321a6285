//! Letters that the owner began and did not send. They lie in the owner's table, which no page of the
//! shop reads, under a digest of what they answer.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::{
    OfficeTable, StoreError,
    item::{number, string},
    key::Key,
    office::OFFICE,
    table::Write,
};

/// For how long a draft is kept: 30 days.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

const PREFIX: &str = "DRAFT#letter#";

/// The drafts of letters, each under the digest of what it answers.
#[derive(Debug, Clone, Default)]
pub struct LetterDrafts(BTreeMap<String, String>);

impl LetterDrafts {
    /// The draft of the answer to this letter, or of a letter about this order.
    pub fn of(&self, what: &str) -> Option<&str> {
        self.0.get(&OfficeTable::digest(what)).map(String::as_str)
    }
}

fn draft(what: &str) -> Key {
    Key { pk: OFFICE.into(), sk: format!("{PREFIX}{}", OfficeTable::digest(what)) }
}

impl OfficeTable {
    /// The drafts of letters, at most 200. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn letter_drafts(&self) -> Result<LetterDrafts, StoreError> {
        let items = self.begin_with(OFFICE, PREFIX, true).await?;
        let draft = |item: crate::item::Item| {
            let digest = item.get("sk")?.as_s().ok()?.strip_prefix(PREFIX)?.to_owned();
            Some((digest, item.get("text")?.as_s().ok()?.clone()))
        };
        Ok(LetterDrafts(items.into_iter().filter_map(draft).collect()))
    }

    /// Keeps what was written; the last one stands. An empty text removes the draft. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn keep_letter_draft(
        &self,
        what: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let key = draft(what);
        if text.trim().is_empty() {
            return self.0.write(Write::delete(&key)).await.map(drop);
        }
        let end = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let mut item = key.attributes();
        item.insert("kind".to_owned(), string("office-letter"));
        item.insert("text".to_owned(), string(text));
        item.insert("expires".to_owned(), number(end.as_second()));
        self.0.write(Write::put(item)).await.map(drop)
    }
}
