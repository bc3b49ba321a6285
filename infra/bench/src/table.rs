//! The table as it was: what a request wrote is undone, so that the next request meets what the
//! first met.

use std::collections::BTreeMap;

use dynoxide::Database;
use local::System;
use serde_json::{Value, json};

use crate::{About as _, Outcome, trouble};

/// Every item by its keys.
pub(crate) type Snapshot = BTreeMap<(String, String), Value>;

/// The one table of the system.
pub(crate) struct Table<'a> {
    database: &'a Database,
    name: &'a str,
}

impl<'a> Table<'a> {
    /// The table of the template.
    pub(crate) fn of(system: &'a System) -> Outcome<Self> {
        match system.template().tables.get("Table") {
            Some(table) => Ok(Self { database: system.database(), name: &table.name }),
            None => trouble("The template has no table."),
        }
    }

    /// Every item, as DynamoDB writes it.
    pub(crate) fn items(&self) -> Outcome<Snapshot> {
        let (mut items, mut start) = (Snapshot::new(), Value::Null);
        loop {
            let mut scan = json!({ "TableName": self.name });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let page = self
                .database
                .scan(serde_json::from_value(scan).about("a scan")?)
                .about("a scan")?;
            let mut page = serde_json::to_value(page).about("a scan")?;
            for item in page["Items"].as_array_mut().into_iter().flatten() {
                let key = |name: &str| item[name]["S"].as_str().unwrap_or_default().to_owned();
                items.insert((key("pk"), key("sk")), item.take());
            }
            start = page["LastEvaluatedKey"].take();
            if start.is_null() {
                return Ok(items);
            }
        }
    }

    /// Makes the table what it was.
    pub(crate) fn restore(&self, was: &Snapshot) -> Outcome<()> {
        let is = self.items()?;
        for (pk, sk) in is.keys().filter(|key| !was.contains_key(*key)) {
            let delete =
                json!({ "TableName": self.name, "Key": { "pk": { "S": pk }, "sk": { "S": sk } } });
            self.database
                .delete_item(serde_json::from_value(delete).about("a delete")?)
                .about("a delete")?;
        }
        for (_, item) in was.iter().filter(|(key, item)| is.get(*key) != Some(item)) {
            let put = json!({ "TableName": self.name, "Item": item });
            self.database.put_item(serde_json::from_value(put).about("a put")?).about("a put")?;
        }
        Ok(())
    }

    /// The message of an order that asks for this and that nobody handled yet.
    pub(crate) fn unhandled(&self, order: &str, task: &str) -> Outcome<Value> {
        let partition = format!("ORDER#{order}");
        let asks = |item: &Value| item["task"]["S"] == task && item["waiting"]["S"] == "message";
        let found =
            self.items()?.into_iter().find(|((pk, _), item)| *pk == partition && asks(item));
        found.map_or_else(|| trouble(format!("No message asks to {task}.")), |(_, item)| Ok(item))
    }
}
