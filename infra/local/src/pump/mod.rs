//! What moves events to functions by itself: queues, the table's stream, events accepted for later,
//! schedules.
//!
//! A pump does one step at a time: take what is due, call the function, settle the outcome. A test
//! steps all of them until none has anything to do; a running system has a task per pump, which
//! sleeps until the bell rings or the next thing falls due.

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

use crate::bell::Bell;
use crate::clock::Clock;
use crate::function::Functions;
use crate::later::Later;
use crate::ledger::Ledger;
use crate::queue::Queues;
use crate::table::Store;
use crate::template::{Names, Template};

/// What the pumps work on.
#[derive(Debug)]
pub(crate) struct World {
    pub(crate) names: Names,
    pub(crate) functions: Functions,
    pub(crate) queues: Queues,
    pub(crate) later: Later,
    pub(crate) ledger: Ledger,
    pub(crate) store: Store,
    pub(crate) clock: Clock,
    pub(crate) bell: Bell,
}

/// A pump broke: a file could not be read or written. What a function does wrong is none of this.
#[derive(Debug, thiserror::Error)]
#[error("{pump} 전달이 멈췄습니다 / deliveries to {pump} stopped: {why}")]
pub struct PumpError {
    pump: String,
    why: String,
}

type Fault = Box<dyn std::error::Error + Send + Sync>;

/// How long a pump that broke waits before it tries again.
const AFTER_FAULT: Duration = Duration::from_secs(1);

/// A year: as good as never, and still a timer that tokio can hold.
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
        Self { pump: pump.to_owned(), why: "messages keep making messages".into() }
    }
}

fn fault(pump: &str, why: &(dyn std::error::Error + Send + Sync)) -> PumpError {
    PumpError { pump: pump.to_owned(), why: why.to_string() }
}

impl Pump {
    /// Does one thing, if there is one to do. Waits for a step already under way.
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

    /// When there may be something to do again, if nothing new comes.
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

    /// Runs until `stop` says so, between two steps.
    pub(crate) async fn run(self: Arc<Self>, world: Arc<World>, mut stop: watch::Receiver<bool>) {
        let mut bell = world.bell.listen();
        while !*stop.borrow_and_update() {
            bell.mark_unchanged();
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
                _ = bell.changed() => {}
                () = tokio::time::sleep(wait) => {}
                _ = stop.changed() => {}
            }
        }
    }
}
