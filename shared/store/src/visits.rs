//! The walk of a visitor.

use aws_sdk_dynamodb::{
    error::SdkError,
    types::{Put, ReturnValuesOnConditionCheckFailure::AllOld},
};
use domain::{
    base::{id::VisitorId, text::Language},
    order::letter::Letter,
    walk::{device::Device, visit::Visit, whisper::Whisper},
};

use crate::{
    Guard, Lost, Store, StoreError, Versioned, houses,
    item::{Item, from_item, number, string, to_item},
    key::{self, Key},
    letters,
    transaction::Transaction,
};

const KIND: &str = "visit";

/// A visit that was not saved.
#[derive(Debug, thiserror::Error)]
pub enum Stale {
    /// It was changed meanwhile; this is how it lies now.
    #[error("the visit was changed meanwhile")]
    ChangedTo(Box<Versioned<Visit>>),
    /// The table's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Store {
    /// A visitor's walk. One read.
    pub async fn visit(&self, id: VisitorId) -> Result<Option<Versioned<Visit>>, StoreError> {
        self.read(&key::visit(id)).await
    }

    /// Saves a walk over the version that was read (or begins it). One write; if it was changed
    /// meanwhile, the answer carries what lies there now, so that the caller can try again without
    /// reading.
    pub async fn save_visit(&self, visit: &Versioned<Visit>) -> Result<(), Stale> {
        let key = key::visit(visit.value.id);
        let request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(visit_item(&key, visit)?))
            .return_values_on_condition_check_failure(AllOld);
        let request = if visit.version == 0 {
            request.condition_expression("attribute_not_exists(pk)")
        } else {
            request
                .condition_expression("#version = :seen")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":seen", number(visit.version))
        };
        let Err(error) = request.send().await else { return Ok(()) };
        match changed_to(&error) {
            Some(item) => Err(Stale::ChangedTo(Box::new(from_item(item)?))),
            None => Err(StoreError::from(error).into()),
        }
    }

    /// Saves a walk and puts a letter of the visitor's into the mailbox. One write.
    pub async fn save_visit_with_letter(
        &self,
        visit: &Versioned<Visit>,
        letter: &Letter,
        name: &str,
    ) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Visit, self.visit_put(visit)?);
        transaction.put(Guard::Letter, letters::put_once(self, visit.value.id, letter, name)?);
        transaction.commit(self).await
    }

    /// Saves a walk with the latest whisper in it: its letter into the mailbox, its message into
    /// the outbox, and the device that it goes to, if one is hung with it. One write.
    pub async fn save_visit_with_whisper(
        &self,
        visit: &Versioned<Visit>,
        whisper: &Whisper,
        language: Language,
        device: Option<&Device>,
    ) -> Result<(), Lost> {
        let visitor = visit.value.id;
        let mut transaction = Transaction::default();
        transaction.put(Guard::Visit, self.visit_put(visit)?);
        if let Some(device) = device {
            transaction.put(Guard::Device, self.device_put(visitor, device)?);
        }
        let letter = letters::put_once(self, visitor, &whisper.letter(language), "whisper")?;
        transaction.put(Guard::Letter, letter);
        let message = self.message_put(&whisper.message(visitor, language), visitor)?;
        transaction.put(Guard::Message, message);
        transaction.commit(self).await
    }

    /// The write of a visit as part of a transaction.
    pub(crate) fn visit_put(&self, visit: &Versioned<Visit>) -> Result<Put, StoreError> {
        self.item_put(visit_item(&key::visit(visit.value.id), visit)?, visit.version)
    }

    /// Reads one record, consistently.
    pub(crate) async fn read<T: serde::de::DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<Versioned<T>>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .consistent_read(true)
            .send()
            .await?;
        answer.item.map(from_item).transpose()
    }

    /// The write of any record, on the condition that the table still holds the version read.
    pub(crate) fn versioned_put<T: serde::Serialize>(
        &self,
        key: &Key,
        kind: &str,
        record: &Versioned<T>,
    ) -> Result<Put, StoreError> {
        self.item_put(to_item(key, kind, record)?, record.version)
    }

    /// The write of an item, on the condition that the table still holds `seen`.
    pub(crate) fn item_put(&self, item: Item, seen: u64) -> Result<Put, StoreError> {
        let put = Put::builder().table_name(&self.table).set_item(Some(item));
        let put = if seen == 0 {
            put.condition_expression("attribute_not_exists(pk)")
        } else {
            put.condition_expression("#version = :seen")
                .expression_attribute_names("#version", "version")
                .expression_attribute_values(":seen", number(seen))
        };
        put.build().map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// Makes a write by itself that otherwise belongs to a transaction. Whether it was made: that
    /// its condition did not hold is no error.
    pub(crate) async fn write(&self, put: Put) -> Result<bool, StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(put.table_name())
            .set_item(Some(put.item().clone()))
            .set_condition_expression(put.condition_expression().map(ToOwned::to_owned))
            .set_expression_attribute_names(put.expression_attribute_names().cloned())
            .set_expression_attribute_values(put.expression_attribute_values().cloned())
            .send()
            .await;
        crate::held(sent)
    }
}

/// The item of a visit. After a wrong answer before a closed door it also lies in the index `due`,
/// where an erratum finds those it concerns.
fn visit_item(key: &Key, visit: &Versioned<Visit>) -> Result<Item, StoreError> {
    let mut item = to_item(key, KIND, visit)?;
    if let Some((waiting, due)) = houses::waits(&visit.value) {
        item.insert("waiting".to_owned(), string(waiting));
        item.insert("due".to_owned(), string(due));
    }
    Ok(item)
}

fn changed_to<R>(
    error: &SdkError<aws_sdk_dynamodb::operation::put_item::PutItemError, R>,
) -> Option<Item> {
    use aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException;
    match error.as_service_error() {
        Some(ConditionalCheckFailedException(failed)) => failed.item().cloned(),
        _ => None,
    }
}
