//! The whole system: built from a template, driven by requests, a clock and its pumps.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::SignedDuration;
use serde_json::Value as Json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::assemble::{self, Ground};
use crate::clock::Clock;
use crate::config::{Config, Source, StartError};
use crate::front;
use crate::function::{Failure, Functions, Runs};
use crate::gateway::{Request, Response, Router};
use crate::host::Host;
use crate::later::Later;
use crate::permission::Permissions;
use crate::pump::{self, Pump, PumpError, World};
use crate::queue::Queues;
use crate::secret::Secrets;
use crate::signal::Signal;
use crate::state::Held;
use crate::table::Server;
use crate::template::Template;
use crate::topic::Topics;
use crate::wire::Wire;

/// The most steps of one [`System::settle`]: far above what a test needs, so that an endless loop
/// of messages ends in an error.
const MOST_STEPS: usize = 1_000_000;

/// How often a running system deletes expired items. (DynamoDB does so within days.)
const EXPIRE_EVERY: Duration = Duration::from_hours(1);

/// How long a clean stop waits for open requests and deliveries.
const GRACE: Duration = Duration::from_secs(10);

/// A running (or stepped) local system.
#[derive(Debug)]
pub struct System {
    template: Arc<Template>,
    world: Arc<World>,
    host: Arc<Host>,
    wire: Wire,
    topics: Topics,
    secrets: Secrets,
    pumps: Vec<Arc<Pump>>,
    address: Option<SocketAddr>,
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
    server: Server,
    _held: Option<Held>,
}

impl System {
    /// Reads the template, opens the state, builds the functions, and starts listening and
    /// delivering as configured.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let ground = Ground::take(config.port, &config.state, false).await?;
        Self::start_on(ground, config).await
    }

    /// The same with a port and state taken before; those of the configuration are ignored.
    pub async fn start_on(ground: Ground, config: Config) -> Result<Self, StartError> {
        let Ground { listeners, held } = ground;
        let template = Arc::new(match &config.template {
            Source::Path(path) => Template::load(path, &config.parameters)?,
            Source::Text(text) => Template::parse(text, &config.parameters)?,
        });
        let (ledger, store) = assemble::open(held.as_ref(), &template)?;
        for table in template.tables.values() {
            let refused = |why: &dyn ToString| StartError::Table {
                name: table.name.clone(),
                why: why.to_string(),
            };
            store.ensure(table).map_err(|e| refused(&e))?;
        }
        let server = store.serve().await.map_err(|source| StartError::Table {
            name: "(loopback)".into(),
            why: source.to_string(),
        })?;

        let (clock, signal) = (config.clock.clone(), Signal::default());
        let all =
            template.queues.values().cloned().chain(template.functions.values().map(Later::queue));
        let queues = Queues::new(ledger.clone(), clock.clone(), signal.clone(), all);
        let later = Later::new(queues.clone(), &template.names, template.functions.values());
        let topics = Topics::new(&template, queues.clone(), later.clone(), clock.clone());
        let secrets = Secrets::new(ledger.clone(), clock.clone(), template.names.clone());
        assemble::set_secrets(&config, &template, &secrets, (held.as_ref(), &store))?;
        let permissions = Permissions::read(&template)?;
        let wire = Wire::new(
            server.endpoint(),
            queues.clone(),
            topics.clone(),
            secrets.clone(),
            permissions,
            signal.clone(),
        );
        let address = listeners.first().and_then(|l| l.local_addr().ok());
        let functions = assemble::build(&config, &template, &wire, address)?;
        let functions =
            Functions::new(functions, template.names.clone(), clock.clone(), config.slack());
        let names = template.names.clone();
        let world =
            Arc::new(World { names, functions, queues, later, ledger, store, clock, signal });
        let pumps = pump::pumps(&template, &world)?;
        assemble::release_in_flight(&template, &world, held.as_ref())?;

        let port = address.map_or(443, |a| a.port());
        let host = Arc::new(Host::new(Router::new(&template), Arc::clone(&world), port));
        wire.reach(&host);
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        if config.running {
            for pump in &pumps {
                tasks.spawn(Arc::clone(pump).run(Arc::clone(&world), stopped.clone()));
            }
            tasks.spawn(expire_now_and_then(
                Arc::clone(&template),
                Arc::clone(&world),
                stopped.clone(),
            ));
        }
        for listener in listeners {
            tasks.spawn(front::serve(listener, Arc::clone(&host), stopped.clone()));
        }
        Ok(Self {
            template,
            world,
            host,
            wire,
            topics,
            secrets,
            pumps,
            address,
            stop,
            tasks,
            server,
            _held: held,
        })
    }

    /// Sends an HTTP request through the API without a socket. Event and response are the same.
    pub async fn request(&self, request: Request) -> Response {
        self.host.request(request, Ipv4Addr::LOCALHOST.into()).await
    }

    /// Calls a function by any of its names and waits, as the console's Test tab does.
    pub async fn invoke(&self, function: &str, event: Json) -> Result<Json, Failure> {
        let name = self.world.functions.find(function).map_or(function, |f| f.name.as_str());
        self.world.functions.invoke(name, event, None).await
    }

    /// Delivers whatever is due now, and what follows from it, until nothing is due. A later time
    /// is not awaited: a failed message's visibility timeout, a retry, a batching window, a
    /// schedule. Returns the number of steps.
    pub async fn settle(&self) -> Result<usize, PumpError> {
        let mut steps = 0;
        loop {
            let before = steps;
            for pump in &self.pumps {
                while pump.step(&self.world).await? {
                    steps += 1;
                    if steps > MOST_STEPS {
                        return Err(PumpError::endless(&pump.function));
                    }
                }
            }
            if steps == before {
                return Ok(steps);
            }
        }
    }

    /// Advances the clock, and settles at every time at which something is due.
    pub async fn advance(&self, by: SignedDuration) -> Result<(), PumpError> {
        let end = self.world.clock.now().saturating_add(by).unwrap_or(jiff::Timestamp::MAX);
        loop {
            self.settle().await?;
            let now = self.world.clock.now();
            let mut next = end;
            for pump in &self.pumps {
                next = pump.next_due(&self.world).await?.map_or(next, |due| due.clamp(now, next));
            }
            if next >= end {
                break;
            }
            self.world.clock.advance(next.duration_since(now).max(SignedDuration::from_millis(1)));
        }
        self.leap(end.duration_since(self.world.clock.now())).await
    }

    /// Advances the clock in one step and settles once. For months, in which a schedule would fire
    /// ten thousand times.
    pub async fn leap(&self, by: SignedDuration) -> Result<(), PumpError> {
        self.world.clock.advance(by.max(SignedDuration::ZERO));
        self.world.signal.notify();
        self.settle().await.map(drop)
    }

    /// Deletes the items that the table's TTL has expired, and returns how many. DynamoDB does so
    /// within two days.
    pub fn expire(&self) -> Result<usize, PumpError> {
        expire(&self.template, &self.world)
    }

    /// Stops deliveries to a function (short name) until [`release`](Self::release). Returns
    /// whether it has any.
    pub fn hold(&self, function: &str) -> bool {
        self.set_held(Some(function), true)
    }

    /// Resumes deliveries to a function.
    pub fn release(&self, function: &str) -> bool {
        self.set_held(Some(function), false)
    }

    /// Stops all deliveries.
    pub fn hold_all(&self) {
        self.set_held(None, true);
    }

    /// Resumes all deliveries.
    pub fn release_all(&self) {
        self.set_held(None, false);
    }

    fn set_held(&self, function: Option<&str>, held: bool) -> bool {
        let mut any = false;
        for pump in self.pumps.iter().filter(|p| function.is_none_or(|f| p.function == f)) {
            pump.hold(held);
            any = true;
        }
        self.world.signal.notify();
        any
    }

    /// Stops cleanly: takes no new requests or deliveries, and finishes the open ones. Dropping a
    /// system instead is a crash: open work is cut off, and the state is as the last transaction
    /// left it.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let finish = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!("a task did not finish in time and was cut off");
            self.tasks.shutdown().await;
        }
        self.host.finish().await;
        // The last client closes the wire's open connections.
        drop((self.wire, self.host, self.world));
        if tokio::time::timeout(GRACE, self.server.stop()).await.is_err() {
            tracing::warn!("the embedded DynamoDB did not stop in time");
        }
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Whether its tables have no items.
    pub fn is_empty(&self) -> bool {
        self.world.store.is_empty()
    }

    /// The address it listens on, if any.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// An HTTP client for a test's own SDK clients. It calls the same services with every
    /// permission.
    pub fn client(&self) -> SharedHttpClient {
        self.wire.client()
    }

    /// Call counts and fault injection.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The queues.
    pub fn queues(&self) -> &Queues {
        &self.world.queues
    }

    /// The topics and whatever was published.
    pub fn topics(&self) -> &Topics {
        &self.topics
    }

    /// The Parameter Store.
    pub fn secrets(&self) -> &Secrets {
        &self.secrets
    }

    /// The clock.
    pub fn clock(&self) -> &Clock {
        &self.world.clock
    }

    /// The embedded DynamoDB.
    pub fn database(&self) -> &dynoxide::Database {
        self.world.store.database()
    }

    /// The invocations of each function so far, by its short name.
    pub fn runs(&self) -> BTreeMap<String, Runs> {
        self.world.functions.runs()
    }

    /// Every function error, panic and timeout so far.
    pub fn failures(&self) -> Vec<Failure> {
        self.world.functions.failures()
    }
}

fn expire(template: &Template, world: &World) -> Result<usize, PumpError> {
    let mut removed = 0;
    for table in template.tables.values() {
        let gone = world.store.expire(table, world.clock.now());
        removed += gone.map_err(|error| PumpError::of(&table.name, error.as_ref()))?;
    }
    world.signal.notify();
    Ok(removed)
}

async fn expire_now_and_then(
    template: Arc<Template>,
    world: Arc<World>,
    mut stop: watch::Receiver<bool>,
) {
    while !*stop.borrow_and_update() {
        if let Err(error) = expire(&template, &world) {
            tracing::error!("{error}");
        }
        tokio::select! {
            () = tokio::time::sleep(EXPIRE_EVERY) => {}
            _ = stop.changed() => {}
        }
    }
}
