//! Delivers a table's stream to a function: filter, batching window, batches in order, partial
//! failures, bisecting, retries.

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

/// The longest wait between two tries of a batch, in seconds.
const LONGEST_WAIT: i64 = 60;

/// A DynamoDB stream event source mapping. Its position is persistent; the records of an open
/// batching window and the tries of the batch at its head are not, so a restart reads them again.
#[derive(Debug)]
pub(super) struct StreamPump {
    function: String,
    source: StreamSource,
    mark: String,
    /// The last record that was read. It runs ahead of the persistent position.
    read: Option<String>,
    /// Records that passed the filter and do not fill a batch yet.
    gathered: Vec<Json>,
    /// When the first of the gathered records was read: the batching window counts from here.
    gathering_since: Option<Timestamp>,
    /// Batches that are complete and not done; the first is the one being tried.
    waiting: VecDeque<Chunk>,
    retry_at: Option<Timestamp>,
}

/// Records that go to the function in one call.
#[derive(Debug, Clone)]
struct Chunk {
    records: Vec<Json>,
    /// The position of the mapping once this chunk is done.
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
        let mut read = world.ledger.mark(&mark)?;
        if read.is_none() && source.latest {
            let last = world.store.last_record(&source.stream)?;
            world.ledger.set_mark(&mark, &last)?;
            read = Some(last);
        }
        Ok(Self {
            function: function.to_owned(),
            source: source.clone(),
            mark,
            read,
            gathered: Vec::new(),
            gathering_since: None,
            waiting: VecDeque::new(),
            retry_at: None,
        })
    }

    pub(super) fn next_due(&self, world: &World) -> Option<Timestamp> {
        let due = if self.waiting.is_empty() { self.window_ends() } else { self.retry_at };
        due.filter(|at| *at > world.clock.now())
    }

    fn window_ends(&self) -> Option<Timestamp> {
        let window = SignedDuration::from_secs(self.source.window.into());
        self.gathering_since?.checked_add(window).ok()
    }

    pub(super) async fn step(&mut self, world: &World) -> Result<bool, Fault> {
        let now = world.clock.now();
        if self.retry_at.is_some_and(|at| at > now) {
            return Ok(false);
        }
        self.retry_at = None;
        let mut did = false;
        if self.waiting.is_empty() {
            did = self.gather(world, now)?;
        }
        let Some(chunk) = self.waiting.pop_front() else { return Ok(did) };
        let known: Vec<&str> = chunk.records.iter().map(sequence).collect();
        let event = json!({ "Records": chunk.records });
        let (fate, failure) = match world.functions.invoke(&self.function, event, None).await {
            Ok(answer) => (verdict(&answer, self.source.reports_failures, &known), None),
            Err(failure) => (Verdict::Failed, Some(failure)),
        };
        match fate {
            Verdict::Done => self.advance(world, &chunk.covers)?,
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

    /// Reads on. Completes a batch when it is full, or when its window is over. Returns whether
    /// there was anything to read.
    fn gather(&mut self, world: &World, now: Timestamp) -> Result<bool, Fault> {
        let records = world.store.records(&self.source.stream, self.read.as_deref(), READ)?;
        let any = !records.is_empty();
        for record in records {
            self.read = Some(sequence(&record).to_owned());
            if !filter::passes(&self.source.filters, &record) {
                continue;
            }
            self.gathering_since.get_or_insert(now);
            self.gathered.push(record);
            if self.gathered.len() == self.source.batch_size {
                self.complete(now);
            }
        }
        if self.window_ends().is_some_and(|end| end <= now) {
            self.complete(now);
        }
        if self.gathered.is_empty()
            && let Some(read) = &self.read
        {
            // What was filtered out behind the last batch is done with it.
            let read = read.clone();
            match self.waiting.back_mut() {
                Some(chunk) => chunk.covers = read,
                None if any => self.advance(world, &read)?,
                None => {}
            }
        }
        Ok(any)
    }

    fn complete(&mut self, now: Timestamp) {
        self.gathering_since = None;
        let records = std::mem::take(&mut self.gathered);
        if let Some(last) = records.last() {
            let covers = sequence(last).to_owned();
            self.waiting.push_back(Chunk { records, covers, tries: 0, since: now });
        }
    }

    /// Makes a position persistent.
    fn advance(&self, world: &World, to: &str) -> Result<(), Fault> {
        Ok(world.ledger.set_mark(&self.mark, to)?)
    }

    /// The records before the first failed one are done. The rest is tried again, in halves if the
    /// mapping bisects.
    fn partly(&mut self, world: &World, mut chunk: Chunk, first: usize) -> Result<(), Fault> {
        let rest = chunk.records.split_off(first);
        if let Some(last) = chunk.records.last() {
            self.advance(world, sequence(last))?;
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
            return self.advance(world, &chunk.covers);
        }
        if self.source.bisect && chunk.records.len() > 1 {
            // Lambda does not count a split as a retry: the halves keep the tries of the whole and
            // go at once.
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

    /// Sends the position of the records, not the records, to the mapping's on-failure queue.
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
