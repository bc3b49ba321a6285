//! The only place that calls DynamoDB for items by key: reads, single writes, transactions.

use std::{collections::HashMap, pin::Pin};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::{
    error::{BuildError, ProvideErrorMetadata, SdkError},
    operation::{put_item::PutItemError, transact_write_items::TransactWriteItemsError},
    types::{
        AttributeValue, Delete, KeysAndAttributes, Put, ReturnValue,
        ReturnValuesOnConditionCheckFailure::AllOld, TransactWriteItem, Update,
    },
};
use serde::{Serialize, de::DeserializeOwned};

use crate::{
    Condition, Store, StoreError, Versioned, WriteError,
    item::{Item, from_item, number, string},
    key::Key,
    retry::{Backoff, Refusal as _, is_cancelled_for_now},
};

/// Most keys in one call of BatchGetItem.
pub(crate) const BATCH: usize = 100;

/// One write, as a call of its own or as part of a transaction.
#[derive(Debug, Clone)]
pub(crate) struct Write {
    what: What,
    condition: Option<String>,
    names: HashMap<String, String>,
    values: Item,
}

#[derive(Debug, Clone)]
enum What {
    Put(Item),
    Update(Item, String),
    Delete(Item),
}

/// The answer to a single write.
#[derive(Debug)]
pub(crate) enum Written {
    /// It was made. Of an update: the item afterwards.
    Done(Option<Item>),
    /// Its condition failed. The item as it is.
    Refused(Option<Item>),
}

impl Write {
    /// Replaces the item, or creates it.
    pub(crate) fn put(item: Item) -> Self {
        Self::new(What::Put(item))
    }

    /// Creates the item if the table does not hold it.
    pub(crate) fn put_new(item: Item) -> Self {
        Self::put(item).only_if("attribute_not_exists(pk)")
    }

    /// Replaces the item if the table holds the version `seen`; 0 creates it.
    pub(crate) fn put_over(item: Item, seen: u64) -> Self {
        if seen == 0 {
            return Self::put_new(item);
        }
        Self::put(item)
            .only_if("#version = :seen")
            .name("#version", "version")
            .value(":seen", number(seen))
    }

    /// Changes attributes of the item.
    pub(crate) fn update(key: &Key, expression: impl Into<String>) -> Self {
        Self::new(What::Update(key.attributes(), expression.into()))
    }

    /// Deletes the item.
    pub(crate) fn delete(key: &Key) -> Self {
        Self::new(What::Delete(key.attributes()))
    }

    fn new(what: What) -> Self {
        Self { what, condition: None, names: HashMap::new(), values: HashMap::new() }
    }

    pub(crate) fn only_if(mut self, condition: impl Into<String>) -> Self {
        self.condition = Some(condition.into());
        self
    }

    pub(crate) fn name(mut self, placeholder: impl Into<String>, name: impl Into<String>) -> Self {
        self.names.insert(placeholder.into(), name.into());
        self
    }

    pub(crate) fn value(mut self, placeholder: impl Into<String>, value: AttributeValue) -> Self {
        self.values.insert(placeholder.into(), value);
        self
    }

    fn in_transaction(self, table: &str) -> Result<TransactWriteItem, BuildError> {
        let names = Some(self.names).filter(|names| !names.is_empty());
        let values = Some(self.values).filter(|values| !values.is_empty());
        let item = TransactWriteItem::builder();
        Ok(match self.what {
            What::Put(put) => item.put(
                Put::builder()
                    .table_name(table)
                    .set_item(Some(put))
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            What::Update(key, expression) => item.update(
                Update::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .update_expression(expression)
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
            What::Delete(key) => item.delete(
                Delete::builder()
                    .table_name(table)
                    .set_key(Some(key))
                    .set_condition_expression(self.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .build()?,
            ),
        }
        .build())
    }
}

impl Store {
    pub(crate) fn backoff(&self) -> Backoff {
        Backoff::new(&self.random, self.slack)
    }

    /// Everything in a partition, consistently, in the order of its sort keys. One read for each
    /// megabyte.
    pub(crate) async fn partition(&self, partition: String) -> Result<Vec<Item>, StoreError> {
        let (mut items, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :partition")
                .expression_attribute_values(":partition", string(&partition))
                .consistent_read(true)
                .set_exclusive_start_key(from.take());
            let answer = erased(query.send()).await?;
            items.extend(answer.items.unwrap_or_default());
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(items);
            }
        }
    }

    /// Reads one record, consistently.
    pub(crate) async fn read<T: Serialize + DeserializeOwned>(
        &self,
        key: &Key,
    ) -> Result<Option<Versioned<T>>, StoreError> {
        self.item(key, None).await?.map(from_item).transpose()
    }

    /// Reads one record, consistently; its default if the table does not hold it.
    pub(crate) async fn read_or_default<T: Serialize + DeserializeOwned + Default>(
        &self,
        key: &Key,
    ) -> Result<Versioned<T>, StoreError> {
        Ok(self.read(key).await?.unwrap_or_else(|| Versioned::new(T::default())))
    }

    /// Reads one item, consistently; with `only`, nothing but that attribute of it.
    pub(crate) async fn item(
        &self,
        key: &Key,
        only: Option<&str>,
    ) -> Result<Option<Item>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .set_key(Some(key.attributes()))
            .set_projection_expression(only.map(ToOwned::to_owned))
            .consistent_read(true);
        let mut backoff = self.backoff();
        loop {
            match erased(request.clone().send()).await {
                Ok(answer) => return Ok(answer.item),
                Err(error) if error.is_for_now() && backoff.pause().await => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Reads several items in one call, consistently, and asks again for those that DynamoDB left
    /// out. The answer is keyed by the key's text.
    pub(crate) async fn read_many(
        &self,
        keys: impl IntoIterator<Item = Key>,
    ) -> Result<HashMap<String, Item>, StoreError> {
        let keys: Vec<_> = keys.into_iter().map(|key| key.attributes()).collect();
        let mut wanted =
            KeysAndAttributes::builder().set_keys(Some(keys)).consistent_read(true).build()?;
        let mut found = HashMap::new();
        let mut backoff = self.backoff();
        loop {
            let request = self.client.batch_get_item().request_items(&self.table, wanted.clone());
            let sent = erased(request.send()).await;
            match sent {
                Ok(answer) => {
                    let items = answer.responses.unwrap_or_default().remove(&self.table);
                    found.extend(items.into_iter().flatten().filter_map(|item| {
                        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
                        let key = Key { pk: text("pk")?, sk: text("sk")? };
                        Some((key.to_string(), item))
                    }));
                    let left = answer.unprocessed_keys.unwrap_or_default().remove(&self.table);
                    let Some(left) = left else { return Ok(found) };
                    wanted = left;
                    if !backoff.pause().await {
                        return Err(StoreError::Contended);
                    }
                }
                Err(error) if error.is_for_now() && backoff.pause().await => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Makes one write by itself. `false`: its condition failed.
    pub(crate) async fn write(&self, write: Write) -> Result<bool, StoreError> {
        Ok(matches!(self.write_and_return(write).await?, Written::Done(_)))
    }

    /// Makes one write by itself and gives the item back: of an update as it is afterwards, of a
    /// failed condition as it is.
    pub(crate) async fn write_and_return(&self, write: Write) -> Result<Written, StoreError> {
        self.write_within(write, &mut self.backoff()).await
    }

    pub(crate) async fn write_within(
        &self,
        write: Write,
        backoff: &mut Backoff,
    ) -> Result<Written, StoreError> {
        let names = Some(write.names).filter(|names| !names.is_empty());
        let values = Some(write.values).filter(|values| !values.is_empty());
        match write.what {
            What::Put(item) => {
                let request = self
                    .client
                    .put_item()
                    .table_name(&self.table)
                    .set_item(Some(item))
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values_on_condition_check_failure(AllOld);
                loop {
                    let Err(error) = erased(request.clone().send()).await else {
                        return Ok(Written::Done(None));
                    };
                    match error.as_service_error() {
                        Some(PutItemError::ConditionalCheckFailedException(failed)) => {
                            return Ok(Written::Refused(failed.item().cloned()));
                        }
                        _ => again_or(error, backoff).await?,
                    }
                }
            }
            What::Update(key, expression) => {
                let request = self
                    .client
                    .update_item()
                    .table_name(&self.table)
                    .set_key(Some(key))
                    .update_expression(expression)
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values)
                    .return_values(ReturnValue::AllNew)
                    .return_values_on_condition_check_failure(AllOld);
                loop {
                    let error = match erased(request.clone().send()).await {
                        Ok(answer) => return Ok(Written::Done(answer.attributes)),
                        Err(error) => error,
                    };
                    match error.as_service_error() {
                        Some(UpdateItemError::ConditionalCheckFailedException(failed)) => {
                            return Ok(Written::Refused(failed.item().cloned()));
                        }
                        _ => again_or(error, backoff).await?,
                    }
                }
            }
            What::Delete(key) => {
                let request = self
                    .client
                    .delete_item()
                    .table_name(&self.table)
                    .set_key(Some(key))
                    .set_condition_expression(write.condition)
                    .set_expression_attribute_names(names)
                    .set_expression_attribute_values(values);
                loop {
                    match erased(request.clone().send()).await {
                        Ok(_) => return Ok(Written::Done(None)),
                        Err(error) if error.code() == Some("ConditionalCheckFailedException") => {
                            return Ok(Written::Refused(None));
                        }
                        Err(error) => again_or(error, backoff).await?,
                    }
                }
            }
        }
    }

    /// Makes all writes or none.
    pub(crate) async fn write_all(
        &self,
        writes: Vec<(Condition, Write)>,
        backoff: &mut Backoff,
    ) -> Result<(), WriteError> {
        let mut conditions = Vec::with_capacity(writes.len());
        let mut items = Vec::with_capacity(writes.len());
        for (condition, write) in writes {
            conditions.push(condition);
            items.push(write.in_transaction(&self.table).map_err(StoreError::from)?);
        }
        let request = self.client.transact_write_items().set_transact_items(Some(items));
        loop {
            let Err(error) = erased(request.clone().send()).await else {
                return Ok(());
            };
            let service = error.as_service_error();
            if let Some(failed) = service.and_then(|error| failed(error, &conditions)) {
                return Err(WriteError::ConditionFailed(failed));
            }
            if service.is_some_and(is_cancelled_for_now) {
                if !backoff.pause().await {
                    return Err(StoreError::Contended.into());
                }
            } else {
                again_or(error, backoff).await?;
            }
        }
    }
}

/// Type-erases a call: the SDK's futures nest so deep that callers
/// would meet the type-depth limit.
pub(crate) fn erased<'a, T>(
    future: impl Future<Output = T> + Send + 'a,
) -> Pin<Box<dyn Future<Output = T> + Send + 'a>> {
    Box::pin(future)
}

/// Pauses before the same request is sent again, or gives the error back.
async fn again_or<E, R>(error: SdkError<E, R>, backoff: &mut Backoff) -> Result<(), StoreError>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
    R: std::fmt::Debug,
{
    if !error.is_for_now() {
        return Err(error.into());
    }
    if backoff.pause().await { Ok(()) } else { Err(StoreError::Contended) }
}

/// Which condition cancelled a transaction. Those that say "done before" come first: a duplicate is
/// a duplicate, whatever else has changed since.
fn failed(error: &TransactWriteItemsError, conditions: &[Condition]) -> Option<Condition> {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return None;
    };
    let reasons = cancelled.cancellation_reasons().iter().zip(conditions);
    let failed = reasons.filter(|(reason, _)| reason.code() == Some("ConditionalCheckFailed"));
    failed.map(|(_, condition)| *condition).min_by_key(|condition| !condition.is_done_before())
}
