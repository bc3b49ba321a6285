//! From records to items and back.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, key::Key};

/// An item as the SDK sees it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// A record and the version it was read at. It can be written back only while the table still holds
/// that version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// The version read; 0 for a record the table does not hold yet.
    pub version: u64,
}

impl<T> Versioned<T> {
    /// A record the table does not hold yet.
    pub const fn new(value: T) -> Self {
        Self { value, version: 0 }
    }

    /// Another value, to be written over the version read.
    pub fn with<U>(&self, value: U) -> Versioned<U> {
        Versioned { value, version: self.version }
    }
}

/// The item for a record: its fields, its key, its kind and the next version.
pub(crate) fn to_item<T: Serialize>(
    key: &Key,
    kind: &str,
    record: &Versioned<T>,
) -> Result<Item, StoreError> {
    let mut item: Item = serde_dynamo::to_item(&record.value).map_err(|why| corrupt(key, &why))?;
    item.extend(key.attributes());
    item.insert("kind".to_owned(), string(kind));
    item.insert("version".to_owned(), number(record.version.saturating_add(1)));
    Ok(item)
}

/// The record of an item. Attributes it does not know are left aside.
pub(crate) fn from_item<T: DeserializeOwned>(item: Item) -> Result<Versioned<T>, StoreError> {
    let text = |name: &str| {
        item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
    };
    let key = Key { pk: text("pk"), sk: text("sk") };
    let version = item
        .get("version")
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default();
    let value = serde_dynamo::from_item(item).map_err(|why| corrupt(&key, &why))?;
    Ok(Versioned { value, version })
}

/// Reads all items of an answer, without their versions.
pub(crate) fn values<T: DeserializeOwned>(
    items: impl IntoIterator<Item = Item>,
) -> Result<Vec<T>, StoreError> {
    items.into_iter().map(|item| Ok(from_item(item)?.value)).collect()
}

/// A text attribute.
pub(crate) fn string(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(crate) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

fn corrupt(key: &Key, why: &serde_dynamo::Error) -> StoreError {
    StoreError::Corrupt { key: key.to_string(), why: why.to_string() }
}
