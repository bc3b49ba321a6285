//! The mailbox.

use aws_sdk_dynamodb::types::Put;
use house::{
    id::{MessageId, VisitorId},
    letter::Letter,
};

use crate::{
    Guard, Lost, Store, StoreError, Versioned,
    item::{from_item, string},
    key,
    transaction::Transaction,
};

const KIND: &str = "letter";

impl Store {
    /// A reader's letters, newest first, at most `limit`. One read.
    pub async fn mailbox(&self, reader: VisitorId, limit: i32) -> Result<Vec<Letter>, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .key_condition_expression("pk = :reader AND begins_with(sk, :letter)")
            .expression_attribute_values(":reader", string(key::visitor(reader)))
            .expression_attribute_values(":letter", string(key::LETTER))
            .scan_index_forward(false)
            .consistent_read(true)
            .limit(limit)
            .send()
            .await?;
        answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(|item| from_item(item).map(|letter: Versioned<Letter>| letter.value))
            .collect()
    }

    /// Puts the house's letter that a message asked for into the mailbox. The same message twice is the same letter.
    pub async fn put_letter(
        &self,
        reader: VisitorId,
        letter: &Letter,
        asked_by: MessageId,
    ) -> Result<(), StoreError> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Letter, put_once(self, reader, letter, &asked_by.to_string())?);
        match transaction.commit(self).await {
            Ok(()) | Err(Lost::Race(_)) => Ok(()),
            Err(Lost::Store(error)) => Err(error),
            Err(Lost::Conflict) => Err(StoreError::Unavailable("two transactions met on a letter".into())),
        }
    }
}

/// The write of a letter that is not there yet.
pub(crate) fn put_once(
    store: &Store,
    reader: VisitorId,
    letter: &Letter,
    name: &str,
) -> Result<Put, StoreError> {
    store.versioned_put(&key::letter(reader, letter.at, name), KIND, &Versioned::new(letter.clone()))
}
