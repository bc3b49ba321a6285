//! From the table's stream to a function: filter, batches in order, partial failures, bisecting,
//! retries.

use std::collections::VecDeque;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value as Json, json};

use super::batch::{Verdict, verdict};
use super::{Fault, World};
use crate::filter;
use crate::function::Failure;
use crate::queue::{Outgoing, uuid};
use crate::template::StreamSource;

/// How many records are read at once.
const READ: usize = 1_000;

/// The longest wait between two tries of a batch.
const LONGEST_WAIT: i64 = 60;

/// A DynamoDB stream event source mapping. How far it has read is kept; tries of the batch at its
/// head are not.
#[derive(Debug)]
pub(super) struct StreamPump {
    function: String,
    source: StreamSource,
    mark: String,
    /// The last record done with (or filtered out).
    done: Option<String>,
    /// Batches read and not yet done; the first is the one being tried.
    waiting: VecDeque<Chunk>,
    retry_at: Option<Timestamp>,
}

/// Records that go to the function in one call.
#[derive(Debug, Clone)]
struct Chunk {
    records: Vec<Json>,
    /// The sequence number up to which the stream is done with once this chunk is.
    covers: String,
    tries: u32,
    since: Timestamp,
}

/// The name under which a mapping's position is kept.
pub(crate) fn mark(function: &str, source: &StreamSource) -> String {
    format!("stream {function}/{}", source.event)
}

impl StreamPump {
    pub(super) fn new(function: &str, source: &StreamSource, world: &World) -> Result<Self, Fault> {
        let mark = mark(function, source);
        Ok(Self {
            function: function.to_owned(),
            source: source.clone(),
            done: world.ledger.mark(&mark)?,
            mark,
            waiting: VecDeque::new(),
            retry_at: None,
        })
    }

    pub(super) fn next_due(&self, world: &World) -> Option<Timestamp> {
        self.retry_at.filter(|at| *at > world.clock.now())
    }

    pub(super) async fn step(&mut self, world: &World) -> Result<bool, Fault> {
        let now = world.clock.now();
        if self.retry_at.is_some_and(|at| at > now) {
            return Ok(false);
        }
        self.retry_at = None;
        if self.waiting.is_empty() && !self.read(world, now)? {
            return Ok(false);
        }
        let Some(chunk) = self.waiting.pop_front() else { return Ok(true) };
        let known: Vec<&str> = chunk.records.iter().map(sequence).collect();
        let event = json!({ "Records": chunk.records });
        let (fate, failure) = match world.functions.invoke(&self.function, event, None).await {
            Ok(answer) => (verdict(&answer, self.source.reports_failures, &known), None),
            Err(failure) => (Verdict::Failed, Some(failure)),
        };
        match fate {
            Verdict::Done => self.finish(world, &chunk)?,
            Verdict::Failed => self.failed(world, chunk, failure.as_ref())?,
            Verdict::Partly(failed) => {
                let first = chunk
                    .records
                    .iter()
                    .position(|r| failed.contains(sequence(r)))
                    .unwrap_or_default();
                self.partly(world, chunk, first)?;
            }
        }
        Ok(true)
    }

    /// Reads on, and makes batches of what passes the filter. Gives whether there was anything to
    /// read.
    fn read(&mut self, world: &World, now: Timestamp) -> Result<bool, Fault> {
        let records = world.store.records(&self.source.stream, self.done.as_deref(), READ)?;
        let Some(last) = records.last().map(|r| sequence(r).to_owned()) else { return Ok(false) };
        let mut batch = Vec::new();
        let chunk = |records: Vec<Json>, covers| Chunk { records, covers, tries: 0, since: now };
        for record in records {
            if filter::passes(&self.source.filters, &record) {
                batch.push(record);
            }
            if batch.len() == self.source.batch_size {
                let covers = batch.last().map(|r| sequence(r).to_owned()).unwrap_or_default();
                self.waiting.push_back(chunk(std::mem::take(&mut batch), covers));
            }
        }
        if !batch.is_empty() {
            self.waiting.push_back(chunk(batch, last));
        } else if let Some(chunk) = self.waiting.back_mut() {
            chunk.covers = last;
        } else {
            self.advance(world, last)?;
        }
        Ok(true)
    }

    fn advance(&mut self, world: &World, to: String) -> Result<(), Fault> {
        world.ledger.set_mark(&self.mark, &to)?;
        self.done = Some(to);
        Ok(())
    }

    fn finish(&mut self, world: &World, chunk: &Chunk) -> Result<(), Fault> {
        self.advance(world, chunk.covers.clone())
    }

    /// The records before the first failed one are done. The rest is tried again, in halves if the
    /// mapping bisects.
    fn partly(&mut self, world: &World, mut chunk: Chunk, first: usize) -> Result<(), Fault> {
        let rest = chunk.records.split_off(first);
        if let Some(last) = chunk.records.last() {
            self.advance(world, sequence(last).to_owned())?;
        }
        self.failed(world, Chunk { records: rest, ..chunk }, None)
    }

    fn failed(
        &mut self,
        world: &World,
        mut chunk: Chunk,
        failure: Option<&Failure>,
    ) -> Result<(), Fault> {
        let now = world.clock.now();
        let age = now.duration_since(chunk.since).as_secs();
        let too_old = age >= i64::from(self.source.max_age);
        if self.source.attempts.is_some_and(|most| chunk.tries >= most) || too_old {
            self.give_up(world, &chunk, failure)?;
            return self.finish(world, &chunk);
        }
        if self.source.bisect && chunk.records.len() > 1 {
            // Halving is no retry of its own: the halves keep the tries of the whole, and go at
            // once.
            let second = chunk.records.split_off(chunk.records.len() / 2);
            let covers = chunk.records.last().map(|r| sequence(r).to_owned()).unwrap_or_default();
            self.waiting.push_front(Chunk { records: second, ..chunk.clone() });
            self.waiting.push_front(Chunk { covers, ..chunk });
            return Ok(());
        }
        chunk.tries += 1;
        let wait = (1_i64 << chunk.tries.min(6)) / 2;
        self.retry_at = now.checked_add(SignedDuration::from_secs(wait.min(LONGEST_WAIT))).ok();
        self.waiting.push_front(chunk);
        Ok(())
    }

    /// What a mapping tells its on-failure queue: where the records are, not the records.
    fn give_up(
        &self,
        world: &World,
        chunk: &Chunk,
        failure: Option<&Failure>,
    ) -> Result<(), Fault> {
        tracing::error!(
            function = self.function,
            records = chunk.records.len(),
            "stream records were given up"
        );
        let Some(queue) = &self.source.on_failure else { return Ok(()) };
        let arn = world
            .functions
            .find(&self.function)
            .map(|f| world.names.function_arn(&f.deployed_name));
        let place = |record: Option<&Json>| record.map(|r| sequence(r).to_owned());
        let body = json!({
            "requestContext": {
                "requestId": uuid(),
                "functionArn": arn,
                "condition": "RetryAttemptsExhausted",
                "approximateInvokeCount": chunk.tries + 1,
            },
            "responseContext": {
                "statusCode": 200,
                "executedVersion": "$LATEST",
                "functionError": failure.map(|_| "Unhandled"),
            },
            "version": "1.0",
            "timestamp": format!("{:.3}", world.clock.now()),
            "DDBStreamBatchInfo": {
                "shardId": "shardId-local",
                "startSequenceNumber": place(chunk.records.first()),
                "endSequenceNumber": place(chunk.records.last()),
                "batchSize": chunk.records.len(),
                "streamArn": self.source.stream,
            },
        });
        world.queues.send(queue, &Outgoing::text(body.to_string()))?;
        Ok(())
    }
}

fn sequence(record: &Json) -> &str {
    record.pointer("/dynamodb/SequenceNumber").and_then(Json::as_str).unwrap_or_default()
}
