//! The mailbox.

use aws_sdk_dynamodb::{operation::put_item::PutItemError, types::Put};
use house::{
    id::{MessageId, VisitorId},
    letter::Letter,
};

use crate::{
    Store, StoreError, Versioned,
    item::{from_item, string},
    key,
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
        let put = put_once(self, reader, letter, &asked_by.to_string())?;
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(put.item().clone()))
            .set_condition_expression(put.condition_expression().map(ToOwned::to_owned))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(error.into()),
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
