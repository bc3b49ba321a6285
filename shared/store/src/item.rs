//! Converts records to items and back.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;
use serde::{Serialize, de::DeserializeOwned};

use crate::{StoreError, key::Key};

/// An item as the SDK sees it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// Attributes that the store adds to an item beside the record's own. They are computed for each
/// write.
const DERIVED: [&str; 11] = [
    "pk", "sk", "kind", "version", "expires", "held_ms", "waiting", "due", "shelf", "rank",
    "reader",
];

/// A record and the version it was read at. It can be written back only while the table still holds
/// that version.
#[derive(Clone, PartialEq)]
pub struct Versioned<T> {
    /// The record.
    pub value: T,
    /// The version read; 0 for a record the table does not hold yet.
    pub version: u64,
    /// Attributes of the item that `T` does not have, written back as they were. During a rolling
    /// deployment a newer function may have added them.
    carried: Item,
}

impl<T> Versioned<T> {
    /// A record the table does not hold yet.
    pub fn new(value: T) -> Self {
        Self { value, version: 0, carried: Item::new() }
    }

    /// Another value, to be written over the version read.
    pub fn with<U>(&self, value: U) -> Versioned<U> {
        Versioned { value, version: self.version, carried: self.carried.clone() }
    }
}

impl<T: fmt::Debug> fmt::Debug for Versioned<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Names only: the values are unknown and may be personal.
        f.debug_struct("Versioned")
            .field("value", &self.value)
            .field("version", &self.version)
            .field("carried", &self.carried.keys())
            .finish()
    }
}

/// The item for a record: its fields, its key, its kind and the next version, and what the item had
/// besides when it was read.
pub(crate) fn to_item<T: Serialize>(
    key: &Key,
    kind: &str,
    record: &Versioned<T>,
) -> Result<Item, StoreError> {
    let own: Item = serde_dynamo::to_item(&record.value).map_err(|why| unserialised(&why))?;
    let mut item = record.carried.clone();
    item.extend(own);
    item.extend(key.attributes());
    item.insert("kind".to_owned(), string(kind));
    item.insert("version".to_owned(), number(record.version.saturating_add(1)));
    Ok(item)
}

/// The record of an item.
///
/// An attribute belongs to the record if writing the record back unchanged would write it: so a
/// field that is skipped when it is empty is the record's own while it is there, and goes when it
/// is emptied. Everything else but [`DERIVED`] is carried along. This holds for whole attributes,
/// not for fields inside a map: a new field of a nested record has to be optional to its old
/// readers.
pub(crate) fn from_item<T: Serialize + DeserializeOwned>(
    mut item: Item,
) -> Result<Versioned<T>, StoreError> {
    let text = |name: &str| {
        item.get(name).and_then(|value| value.as_s().ok()).cloned().unwrap_or_default()
    };
    let key = Key { pk: text("pk"), sk: text("sk") };
    let version = item
        .get("version")
        .and_then(|value| value.as_n().ok())
        .and_then(|digits| digits.parse().ok())
        .unwrap_or_default();
    let value: T = serde_dynamo::from_item(item.clone()).map_err(|why| corrupt(&key, &why))?;
    let own: Item = serde_dynamo::to_item(&value).map_err(|why| unserialised(&why))?;
    item.retain(|name, _| !own.contains_key(name) && !DERIVED.contains(&name.as_str()));
    Ok(Versioned { value, version, carried: item })
}

/// Reads all items of an answer, without their versions.
pub(crate) fn values<T: DeserializeOwned>(
    items: impl IntoIterator<Item = Item>,
) -> Result<Vec<T>, StoreError> {
    let value = |item: Item| {
        let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
        let key = Key { pk: text("pk").unwrap_or_default(), sk: text("sk").unwrap_or_default() };
        serde_dynamo::from_item(item).map_err(|why| corrupt(&key, &why))
    };
    items.into_iter().map(value).collect()
}

/// The attribute for a value.
pub(crate) fn attribute(value: impl Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value).map_err(|why| unserialised(&why))
}

/// A text attribute.
pub(crate) fn string(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

/// A number attribute.
pub(crate) fn number(number: impl Into<i128>) -> AttributeValue {
    AttributeValue::N(number.into().to_string())
}

fn unserialised(why: &serde_dynamo::Error) -> StoreError {
    StoreError::Request(why.to_string())
}

fn corrupt(key: &Key, why: &serde_dynamo::Error) -> StoreError {
    StoreError::Corrupt { key: key.to_string(), why: why.to_string() }
}
