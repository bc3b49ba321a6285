//! Reads and restores the table, so that every request of a measurement meets the same items.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, anyhow, bail};
use dynoxide::Database;
use local::System;
use serde_json::{Value, json};

/// Every item, by partition and sort key.
pub(crate) type Snapshot = BTreeMap<(String, String), Value>;

/// The system's table.
pub(crate) struct Table<'a> {
    database: &'a Database,
    name: &'a str,
}

impl<'a> Table<'a> {
    /// Opens the table that the template declares.
    pub(crate) fn of(system: &'a System) -> Result<Self> {
        match system.template().tables.get("Table") {
            Some(table) => Ok(Self { database: system.database(), name: &table.name }),
            None => bail!("the template has no table"),
        }
    }

    /// Every item, in DynamoDB's JSON.
    pub(crate) fn items(&self) -> Result<Snapshot> {
        let (mut items, mut start) = (Snapshot::new(), Value::Null);
        loop {
            let mut scan = json!({ "TableName": self.name });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let page = self
                .database
                .scan(serde_json::from_value(scan).context("the table cannot be read")?)
                .context("the table cannot be read")?;
            let mut page = serde_json::to_value(page).context("the table cannot be read")?;
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

    /// Restores the table to an earlier state.
    pub(crate) fn restore(&self, before: &Snapshot) -> Result<()> {
        let now = self.items()?;
        for (pk, sk) in now.keys().filter(|key| !before.contains_key(*key)) {
            let delete =
                json!({ "TableName": self.name, "Key": { "pk": { "S": pk }, "sk": { "S": sk } } });
            self.database
                .delete_item(serde_json::from_value(delete).context("an item cannot be deleted")?)
                .context("an item cannot be deleted")?;
        }
        for (_, item) in before.iter().filter(|(key, item)| now.get(*key) != Some(item)) {
            let put = json!({ "TableName": self.name, "Item": item });
            self.database
                .put_item(serde_json::from_value(put).context("an item cannot be written")?)
                .context("an item cannot be written")?;
        }
        Ok(())
    }

    /// The unhandled outbox message of an order for this task.
    pub(crate) fn unhandled(&self, order: &str, task: &str) -> Result<Value> {
        let partition = format!("ORDER#{order}");
        let matches = |item: &Value| item["task"]["S"] == task && item["waiting"]["S"] == "message";
        let found =
            self.items()?.into_iter().find(|((pk, _), item)| *pk == partition && matches(item));
        found
            .map(|(_, item)| item)
            .ok_or_else(|| anyhow!("the outbox has no unhandled message for {task}"))
    }
}
