//! The embedded DynamoDB (dynoxide): the database, its loopback server, its stream.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;

use dynoxide::Database;
use jiff::Timestamp;
use rusqlite::Connection;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value as Json, json};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::ledger::check;
use crate::queue::uuid;
use crate::template::Table;

/// dynoxide adds this to a stored sequence number, so that the API shows 21 digits.
const SEQUENCE_BASE: u128 = 100_000_000_000_000_000_000;

/// The position before the first record of a stream.
const BEGINNING: &str = "0";

/// How long a stream keeps a record, in seconds.
const DAY: i64 = 86_400;

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// The embedded database. Clones share it.
#[derive(Clone)]
pub(crate) struct Store(Database);

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Store")
    }
}

/// The loopback server of the embedded database. Dropping it stops the server without waiting.
#[derive(Debug)]
pub(crate) struct Server {
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Store {
    /// Opens the file, or a database in memory. Deletes stream records that are older than a day
    /// and not after `read`, the sequence number up to which every mapping has read.
    pub(crate) fn open(path: Option<&Path>, read: Option<&str>) -> Result<Self, Fault> {
        let name = match path {
            Some(path) => path.to_str().ok_or("the path is not UTF-8")?.to_owned(),
            // A named database in memory: the second connection below sees the same one.
            None => format!("file:{}?mode=memory&cache=shared", uuid()),
        };
        let side = Connection::open(&name)?;
        if path.is_some() {
            check(&side)?;
        }
        let database = Database::new(&name)?;
        // Without this index dynoxide reads the whole stream to find the next sequence number. A
        // later dynoxide may have another schema; then the index is left out.
        if let Err(error) = side.execute_batch(
            "CREATE INDEX IF NOT EXISTS local_stream_by_sequence
             ON _stream_records (table_name, CAST(sequence_number AS INTEGER))",
        ) {
            tracing::debug!(%error, "the stream has no index");
        }
        if let Some(read) = read.and_then(stored) {
            let before = Timestamp::now().as_second() - DAY;
            let sql = "DELETE FROM _stream_records WHERE created_at < ?1 AND CAST(sequence_number AS INTEGER) <= ?2";
            let trimmed = side.execute(sql, [before, read])?;
            tracing::debug!(trimmed, "old stream records removed");
        }
        Ok(Self(database))
    }

    /// Creates the table unless it exists.
    pub(crate) fn ensure(&self, table: &Table) -> Result<(), Fault> {
        if self.0.table_stats()?.iter().any(|stats| stats.table_name == table.name) {
            return Ok(());
        }
        let mut request = Map::new();
        request.insert("TableName".into(), table.name.clone().into());
        request.insert("BillingMode".into(), "PAY_PER_REQUEST".into());
        for key in
            ["KeySchema", "AttributeDefinitions", "GlobalSecondaryIndexes", "LocalSecondaryIndexes"]
        {
            if let Some(value) = table.properties.get(key) {
                request.insert(key.into(), value.clone());
            }
        }
        if let Some(view) = &table.stream {
            request.insert(
                "StreamSpecification".into(),
                json!({ "StreamEnabled": true, "StreamViewType": view }),
            );
        }
        self.0.create_table(from(Json::Object(request))?)?;
        if let Some(attribute) = &table.expires {
            self.0.update_time_to_live(from(json!({
                "TableName": table.name,
                "TimeToLiveSpecification": { "AttributeName": attribute, "Enabled": true },
            }))?)?;
        }
        Ok(())
    }

    /// Whether no table has an item.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.table_stats().is_ok_and(|tables| tables.iter().all(|table| table.item_count == 0))
    }

    /// Listens on a free loopback port.
    pub(crate) async fn serve(&self) -> Result<Server, Fault> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (stop, stopped) = oneshot::channel();
        let database = self.0.clone();
        let task = tokio::spawn(async move {
            let stopped = async move { drop(stopped.await) };
            if let Err(error) =
                dynoxide::server::serve_with_shutdown(listener, database, stopped).await
            {
                tracing::error!("the embedded DynamoDB stopped: {error}");
            }
        });
        Ok(Server { address, stop: Some(stop), task })
    }

    /// At most `limit` records of a stream after a sequence number (from its beginning without
    /// one), oldest first, in the form that a function receives.
    pub(crate) fn records(
        &self,
        stream: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Json>, Fault> {
        let after = after.filter(|after| *after != BEGINNING);
        let described = self.0.describe_stream(from(json!({ "StreamArn": stream }))?)?;
        let mut out = Vec::new();
        for shard in described.stream_description.shards {
            let kind = if after.is_some() { "AFTER_SEQUENCE_NUMBER" } else { "TRIM_HORIZON" };
            let mut request = json!({ "StreamArn": stream, "ShardId": shard.shard_id, "ShardIteratorType": kind });
            if let (Some(after), Some(map)) = (after, request.as_object_mut()) {
                map.insert("SequenceNumber".into(), after.into());
            }
            let Some(iterator) = self.0.get_shard_iterator(from(request)?)?.shard_iterator else {
                continue;
            };
            let records = self
                .0
                .get_records(from(json!({ "ShardIterator": iterator, "Limit": limit }))?)?
                .records;
            for record in records {
                let mut record = serde_json::to_value(record)?;
                if let Some(map) = record.as_object_mut() {
                    map.insert("eventSourceARN".into(), stream.into());
                }
                out.push(record);
            }
        }
        Ok(out)
    }

    /// The sequence number of the stream's last record; [`BEGINNING`] if it has none.
    pub(crate) fn last_record(&self, stream: &str) -> Result<String, Fault> {
        let mut last = BEGINNING.to_owned();
        loop {
            let records = self.records(stream, Some(&last), 1_000)?;
            let number =
                records.last().and_then(|r| r.pointer("/dynamodb/SequenceNumber")?.as_str());
            match number {
                Some(number) => number.clone_into(&mut last),
                None => return Ok(last),
            }
        }
    }

    /// Deletes the items that have expired by `now`, as DynamoDB's TTL does within days. Returns
    /// how many.
    pub(crate) fn expire(&self, table: &Table, now: Timestamp) -> Result<usize, Fault> {
        let Some(attribute) = &table.expires else { return Ok(0) };
        let keys: Vec<&String> = std::iter::once(&table.key.hash).chain(&table.key.range).collect();
        let mut names = json!({ "#expires": attribute });
        let mut projection = Vec::new();
        for (i, key) in keys.iter().enumerate() {
            projection.push(format!("#k{i}"));
            if let Some(map) = names.as_object_mut() {
                map.insert(format!("#k{i}"), (*key).clone().into());
            }
        }
        let mut removed = 0;
        let mut start = None;
        loop {
            let mut request = json!({
                "TableName": table.name,
                "FilterExpression": "#expires <= :now",
                "ProjectionExpression": projection.join(", "),
                "ExpressionAttributeNames": names,
                "ExpressionAttributeValues": { ":now": { "N": now.as_second().to_string() } },
            });
            if let (Some(start), Some(map)) = (start, request.as_object_mut()) {
                map.insert("ExclusiveStartKey".into(), start);
            }
            let page = serde_json::to_value(self.0.scan(from(request)?)?)?;
            for key in page.get("Items").and_then(Json::as_array).into_iter().flatten() {
                self.0.delete_item(from(json!({ "TableName": table.name, "Key": key }))?)?;
                removed += 1;
            }
            match page.get("LastEvaluatedKey") {
                Some(key) => start = Some(key.clone()),
                None => return Ok(removed),
            }
        }
    }

    /// The database itself, for tests.
    pub(crate) fn database(&self) -> &Database {
        &self.0
    }
}

impl Server {
    /// `http://127.0.0.1:port`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops accepting connections and waits for the open requests.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // The receiver is gone if the server has ended by itself.
            let _ = stop.send(());
        }
        if (&mut self.task).await.is_err() {
            tracing::error!("the embedded DynamoDB panicked");
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Builds one of dynoxide's request types from the API's JSON.
fn from<T: DeserializeOwned>(request: Json) -> Result<T, Fault> {
    Ok(serde_json::from_value(request)?)
}

/// The stored sequence number of a record, from the one the API shows.
fn stored(sequence: &str) -> Option<i64> {
    i64::try_from(sequence.parse::<u128>().ok()?.checked_sub(SEQUENCE_BASE)?).ok()
}
