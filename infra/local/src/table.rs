//! DynamoDB in this process: dynoxide, its loopback server, its stream.

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

use crate::queue::uuid;
use crate::template::Table;

/// What dynoxide adds to a stream record's number to show it in 21 digits.
const SEQUENCE_BASE: u128 = 100_000_000_000_000_000_000;

/// How long a stream keeps what was read.
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
    /// Opens the file, or memory. `read` is the sequence number up to which the stream was read:
    /// what is older than a day and read goes.
    pub(crate) fn open(path: Option<&Path>, read: Option<&str>) -> Result<Self, Fault> {
        let name = match path {
            Some(path) => path.to_str().ok_or("the path is no UTF-8")?.to_owned(),
            // A named database in memory: the second connection below sees the same one.
            None => format!("file:{}?mode=memory&cache=shared", uuid()),
        };
        let database = Database::new(&name)?;
        let side = Connection::open(&name)?;
        if path.is_some() {
            let damage: String = side.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))?;
            if damage != "ok" {
                return Err(damage.into());
            }
        }
        // dynoxide finds a stream's next sequence number by reading the whole stream; this index
        // makes that one step. It is a help, not a need: should a later dynoxide lay its tables out
        // otherwise, it is left out.
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

    /// Makes the table unless it is there.
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

    /// Listens on a loopback port of the system's choice.
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

    /// Records of a stream after a sequence number (from its beginning without one), oldest first,
    /// at most `limit`. Each is as a function gets it.
    pub(crate) fn records(
        &self,
        stream: &str,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Json>, Fault> {
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

    /// Deletes what has expired by `now`, as DynamoDB's TTL does some time after. Gives how many
    /// items went.
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

    /// The database itself, for tests that look into it.
    pub(crate) fn database(&self) -> &Database {
        &self.0
    }
}

impl Server {
    /// `http://127.0.0.1:port`.
    pub(crate) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Stops accepting, lets what runs finish, and waits for it.
    pub(crate) async fn stop(mut self) {
        if let Some(stop) = self.stop.take() {
            // Nobody listens when the server is gone already.
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

/// dynoxide's request types are read from the JSON of the API.
fn from<T: DeserializeOwned>(request: Json) -> Result<T, Fault> {
    Ok(serde_json::from_value(request)?)
}

/// The number a stream record has in the file, from the number it shows.
fn stored(sequence: &str) -> Option<i64> {
    i64::try_from(sequence.parse::<u128>().ok()?.checked_sub(SEQUENCE_BASE)?).ok()
}
