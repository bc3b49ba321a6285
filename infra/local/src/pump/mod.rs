//! Delivers events to functions: from queues, from the table's stream, from asynchronous
//! invocations, by schedules.
//!
//! A step of a pump takes what is due, invokes the function and records the outcome. A test steps
//! all pumps until none has anything due. A running system has a task per pump, which sleeps until
//! the signal or the next due time.

mod batch;
mod later;
mod queue;
mod schedule;
mod stream;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::{Mutex, watch};

use crate::clock::Clock;
use crate::function::Functions;
use crate::later::Later;
use crate::ledger::Ledger;
use crate::queue::Queues;
use crate::signal::Signal;
use crate::table::Store;
use crate::template::{Names, Template};

/// The parts of a system that the pumps use.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) names: Names,
    pub(crate) functions: Functions,
    pub(crate) queues: Queues,
    pub(crate) later: Later,
    pub(crate) ledger: Ledger,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) signal: Signal,
}

/// A pump cannot read or write the state. Errors of functions are handled by their pumps.
#[derive(Debug, thiserror::Error)]
#[error("{pump} 전달이 멈췄습니다 / deliveries to {pump} stopped: {why}")]
pub struct PumpError {
    pump: String,
    why: String,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How long a pump waits after an error of its own.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// A year: the longest wait, within the limits of tokio's timers.
const NEVER: Duration = Duration::from_hours(365 * 24);

/// One source of events and its function.
#[derive(Debug)]
pub(crate) struct Pump {
    /// Short name of the function.
    pub(crate) function: String,
    kind: Mutex<Kind>,
    held: AtomicBool,
}

#[derive(Debug)]
enum Kind {
    Queue(queue::QueuePump),
    Stream(stream::StreamPump),
    Later(later::LaterPump),
    Schedule(schedule::SchedulePump),
}

/// Every pump a template asks for.
pub(crate) fn pumps(template: &Template, world: &World) -> Result<Vec<Arc<Pump>>, PumpError> {
    let mut out = Vec::new();
    for lambda in template.functions.values() {
        let mut add = |kind| {
            let pump = Pump {
                function: lambda.name.clone(),
                kind: Mutex::new(kind),
                held: AtomicBool::new(false),
            };
            out.push(Arc::new(pump));
        };
        let name = &lambda.name;
        for source in lambda.schedules.iter().filter(|s| s.enabled) {
            let pump = schedule::SchedulePump::new(name, source, world);
            add(Kind::Schedule(pump.map_err(|e| fault(name, e.as_ref()))?));
        }
        add(Kind::Later(later::LaterPump::new(lambda)));
        for source in lambda.streams.iter().filter(|s| s.enabled) {
            let pump = stream::StreamPump::new(name, source, world);
            add(Kind::Stream(pump.map_err(|e| fault(name, e.as_ref()))?));
        }
        for source in lambda.queues.iter().filter(|s| s.enabled) {
            add(Kind::Queue(queue::QueuePump::new(name, source)));
        }
    }
    Ok(out)
}

/// The name under which a stream mapping's position is kept.
pub(crate) use stream::mark as stream_mark;

impl PumpError {
    pub(crate) fn of(pump: &str, why: &(dyn std::error::Error + Send + Sync)) -> Self {
        fault(pump, why)
    }

    pub(crate) fn endless(pump: &str) -> Self {
        Self { pump: pump.to_owned(), why: "messages cause messages without an end".into() }
    }
}

fn fault(pump: &str, why: &(dyn std::error::Error + Send + Sync)) -> PumpError {
    PumpError { pump: pump.to_owned(), why: why.to_string() }
}

impl Pump {
    /// Makes one delivery if one is due. Returns whether it did anything.
    pub(crate) async fn step(&self, world: &World) -> Result<bool, PumpError> {
        let mut kind = self.kind.lock().await;
        if self.is_held() {
            return Ok(false);
        }
        let did = match &mut *kind {
            Kind::Queue(pump) => pump.step(world).await,
            Kind::Stream(pump) => pump.step(world).await,
            Kind::Later(pump) => pump.step(world).await,
            Kind::Schedule(pump) => pump.step(world),
        };
        did.map_err(|error| fault(&self.function, error.as_ref()))
    }

    /// The next time at which something is due, if nothing new arrives.
    pub(crate) async fn next_due(&self, world: &World) -> Result<Option<Timestamp>, PumpError> {
        let kind = self.kind.lock().await;
        if self.is_held() {
            return Ok(None);
        }
        let due = match &*kind {
            Kind::Queue(pump) => pump.next_due(world),
            Kind::Stream(pump) => Ok(pump.next_due(world)),
            Kind::Later(pump) => pump.next_due(world),
            Kind::Schedule(pump) => Ok(pump.next_due()),
        };
        due.map_err(|error| fault(&self.function, error.as_ref()))
    }

    pub(crate) fn hold(&self, held: bool) {
        self.held.store(held, Ordering::SeqCst);
    }

    fn is_held(&self) -> bool {
        self.held.load(Ordering::SeqCst)
    }

    /// Runs until `stop`, which takes effect between two steps.
    pub(crate) async fn run(self: Arc<Self>, world: Arc<World>, mut stop: watch::Receiver<bool>) {
        let mut signal = world.signal.subscribe();
        while !*stop.borrow_and_update() {
            signal.mark_unchanged();
            let outcome = match self.step(&world).await {
                Ok(true) => continue,
                Ok(false) => self.next_due(&world).await,
                Err(error) => Err(error),
            };
            let wait = match outcome {
                Ok(due) => due.filter(|_| world.clock.runs()).map(|due| {
                    Duration::try_from(due.duration_since(world.clock.now())).unwrap_or_default()
                }),
                Err(error) => {
                    tracing::error!("{error}");
                    Some(AFTER_FAULT)
                }
            };
            let wait = wait.unwrap_or(NEVER).max(Duration::from_millis(1));
            tokio::select! {
                _ = signal.changed() => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    }
}
