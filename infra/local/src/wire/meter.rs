//! What calls of DynamoDB consume, as DynamoDB bills it.
//!
//! The embedded DynamoDB is asked in each call for the consumed capacity. It follows the published
//! rules: a write counts each begun KB of the larger of the item before and after it, a read each
//! begun 4 KB and half of that if it is eventually consistent, a transaction twice the table's
//! part; an index counts its own copy, twice if the copy's key changes, and nothing if the copy
//! stays as it was.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::call::Call;

/// The operations that consume units, those that read first.
const READS: [&str; 5] = ["GetItem", "BatchGetItem", "Query", "Scan", "TransactGetItems"];
const WRITES: [&str; 5] =
    ["PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"];

/// The request units that calls consumed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Write request units, those of indexes and of refused writes included.
    pub write_units: f64,
    /// The write request units of index copies.
    pub index_write_units: f64,
    /// Read request units.
    pub read_units: f64,
    /// Writes that failed a condition. DynamoDB bills them by the size of what it read, which the
    /// embedded one does not report: they count with the least, one unit for each item of the call,
    /// two in a transaction.
    pub refused_writes: usize,
}

impl Usage {
    /// Adds the units of another.
    pub fn add(&mut self, other: &Self) {
        self.write_units += other.write_units;
        self.index_write_units += other.index_write_units;
        self.read_units += other.read_units;
        self.refused_writes += other.refused_writes;
    }
}

/// The units by caller.
pub(super) type Meter = BTreeMap<String, Usage>;

/// Asks for the capacity that a call consumes. `None` if the operation consumes none.
pub(super) fn ask(call: &mut Call) -> Option<Json> {
    let operation = call.operation.as_str();
    if !READS.contains(&operation) && !WRITES.contains(&operation) {
        return None;
    }
    let mut request = call.json();
    request.as_object_mut()?.insert("ReturnConsumedCapacity".into(), "INDEXES".into());
    call.rewrite(&request);
    Some(request)
}

/// Reads the units from an answer.
pub(super) fn read(operation: &str, request: &Json, answer: &Json) -> Usage {
    let mut usage = Usage::default();
    let Some(consumed) = answer.get("ConsumedCapacity") else {
        if refused(answer) && WRITES.contains(&operation) {
            let parts = request.get("TransactItems").and_then(Json::as_array);
            usage.refused_writes = 1;
            usage.write_units = parts.map_or(1.0, |parts| 2.0 * count(parts));
        }
        return usage;
    };
    let tables = consumed.as_array().cloned().unwrap_or_else(|| vec![consumed.clone()]);
    for table in &tables {
        let units = number(table, "CapacityUnits");
        // A transaction that is sent again under its token is answered by reading.
        let reads = READS.contains(&operation) || table.get("ReadCapacityUnits").is_some();
        if reads {
            usage.read_units += units;
        } else {
            usage.write_units += units;
            usage.index_write_units += indexes(table);
        }
    }
    usage
}

/// Whether an answer refuses a write for a condition.
fn refused(answer: &Json) -> bool {
    let kind = answer.get("__type").and_then(Json::as_str).unwrap_or_default();
    kind.ends_with("ConditionalCheckFailedException")
        || kind.ends_with("TransactionCanceledException")
}

fn indexes(table: &Json) -> f64 {
    ["GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        .iter()
        .filter_map(|kind| table.get(kind)?.as_object())
        .flat_map(serde_json::Map::values)
        .map(|index| number(index, "CapacityUnits"))
        .sum()
}

fn number(value: &Json, name: &str) -> f64 {
    value.get(name).and_then(Json::as_f64).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a transaction has at most a hundred parts")]
fn count(parts: &[Json]) -> f64 {
    parts.len() as f64
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_units_of_a_write_contain_those_of_its_indexes() {
        let answer = json!({ "ConsumedCapacity": [{
            "TableName": "t", "CapacityUnits": 7.0, "WriteCapacityUnits": 7.0,
            "Table": { "CapacityUnits": 4.0 },
            "GlobalSecondaryIndexes": {
                "due": { "CapacityUnits": 2.0 }, "shelf": { "CapacityUnits": 1.0 },
            },
        }] });
        let usage = read("TransactWriteItems", &json!({}), &answer);
        let wanted = Usage { write_units: 7.0, index_write_units: 3.0, ..Usage::default() };
        assert_eq!(usage, wanted);
    }

    #[test]
    fn a_read_of_an_index_and_a_repeated_transaction_are_reads() {
        let query = json!({ "ConsumedCapacity": {
            "TableName": "t", "CapacityUnits": 0.5,
            "GlobalSecondaryIndexes": { "due": { "CapacityUnits": 0.5 } },
        } });
        let wanted = Usage { read_units: 0.5, ..Usage::default() };
        assert_eq!(read("Query", &json!({}), &query), wanted);
        let again = json!({ "ConsumedCapacity": [{
            "TableName": "t", "CapacityUnits": 2.0, "ReadCapacityUnits": 2.0,
        }] });
        let wanted = Usage { read_units: 2.0, ..Usage::default() };
        assert_eq!(read("TransactWriteItems", &json!({}), &again), wanted);
    }

    #[test]
    fn a_refused_write_is_billed_and_another_failure_is_not() {
        let failed = |kind: &str| json!({ "__type": format!("com.amazonaws.dynamodb#{kind}") });
        let put = read("PutItem", &json!({}), &failed("ConditionalCheckFailedException"));
        assert_eq!(put, Usage { write_units: 1.0, refused_writes: 1, ..Usage::default() });
        let parts = json!({ "TransactItems": [{}, {}, {}] });
        let all = read("TransactWriteItems", &parts, &failed("TransactionCanceledException"));
        assert_eq!(all, Usage { write_units: 6.0, refused_writes: 1, ..Usage::default() });
        assert_eq!(read("PutItem", &json!({}), &failed("ValidationException")), Usage::default());
    }
}
