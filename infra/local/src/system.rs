//! The whole system: built from a template, driven by requests, by a clock and by its pumps.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::SignedDuration;
use serde_json::Value as Json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::assemble::{self, Ground};
use crate::bell::Bell;
use crate::clock::Clock;
use crate::config::{Config, Source, StartError};
use crate::front;
use crate::function::{Failure, Functions};
use crate::gateway::{Request, Response, Router};
use crate::host::Host;
use crate::later::Later;
use crate::permission::Permissions;
use crate::pump::{self, Pump, PumpError, World};
use crate::queue::Queues;
use crate::secret::Secrets;
use crate::state::Held;
use crate::table::Server;
use crate::template::Template;
use crate::topic::Topics;
use crate::wire::Wire;

/// How many steps one settling may take: far above what any test needs, so that a loop of messages
/// ends in an error.
const MOST_STEPS: usize = 1_000_000;

/// How often a running system deletes what has expired. (DynamoDB does so within days.)
const EXPIRE_EVERY: Duration = Duration::from_hours(1);

/// How long a clean stop waits for what is under way.
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
    /// Reads the template, opens the state, builds the functions, and starts what the configuration
    /// asks for.
    pub async fn start(config: Config) -> Result<Self, StartError> {
        let ground = Ground::take(config.port, &config.state, false).await?;
        Self::start_on(ground, config).await
    }

    /// The same on ground taken before (the configuration's own port and state count for nothing
    /// then).
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

        let (clock, bell) = (config.clock.clone(), Bell::default());
        let all =
            template.queues.values().cloned().chain(template.functions.values().map(Later::queue));
        let queues = Queues::new(ledger.clone(), clock.clone(), bell.clone(), all);
        let later = Later::new(queues.clone(), &template.names, template.functions.values());
        let topics = Topics::new(&template, queues.clone(), later.clone(), clock.clone());
        let secrets = Secrets::new(ledger.clone(), clock.clone(), template.names.clone());
        assemble::set_secrets(&config, &template, &secrets, held.as_ref())?;
        let permissions = Permissions::read(&template)?;
        let wire = Wire::new(
            server.endpoint(),
            queues.clone(),
            topics.clone(),
            secrets.clone(),
            permissions,
            bell.clone(),
        );
        let address = listeners.first().and_then(|l| l.local_addr().ok());
        let functions = assemble::build(&config, &template, &wire, address)?;
        let functions = Functions::new(functions, template.names.clone(), clock.clone());
        let names = template.names.clone();
        let world = Arc::new(World { names, functions, queues, later, ledger, store, clock, bell });
        let pumps = pump::pumps(&template, &world)?;
        assemble::release_in_flight(&template, &world, held.as_ref())?;

        let port = address.map_or(443, |a| a.port());
        let host = Arc::new(Host::new(Router::new(&template), Arc::clone(&world), port));
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

    /// Sends an HTTP request through the API, without a socket: the same event, the same response.
    pub async fn request(&self, request: Request) -> Response {
        self.host.request(request, Ipv4Addr::LOCALHOST.into()).await
    }

    /// Calls a function and waits, as the console's Test tab does. Any of its names will do.
    pub async fn invoke(&self, function: &str, event: Json) -> Result<Json, Failure> {
        let name = self.world.functions.find(function).map_or(function, |f| f.name.as_str());
        self.world.functions.invoke(name, event, None).await
    }

    /// Makes every delivery that is due now, and what follows from it, until nothing is left. What
    /// waits for a time to come (a failed message's visibility, a retry, a schedule) stays. Gives
    /// how many steps it took.
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

    /// Moves the clock on, stopping wherever something falls due, and settles at each stop.
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

    /// Moves the clock on in one step and settles there: for months, in which a schedule would call
    /// ten thousand times.
    pub async fn leap(&self, by: SignedDuration) -> Result<(), PumpError> {
        self.world.clock.advance(by.max(SignedDuration::ZERO));
        self.world.bell.ring();
        self.settle().await.map(drop)
    }

    /// Deletes what has expired by the table's TTL, and gives how many items went. DynamoDB does so
    /// some time within two days; here it happens when it is asked for.
    pub fn expire(&self) -> Result<usize, PumpError> {
        expire(&self.template, &self.world)
    }

    /// Stops deliveries to a function (short name) until [`release`](Self::release). Gives whether
    /// it has any.
    pub fn hold(&self, function: &str) -> bool {
        self.set_held(Some(function), true)
    }

    /// Lets deliveries to a function go on.
    pub fn release(&self, function: &str) -> bool {
        self.set_held(Some(function), false)
    }

    /// Stops all deliveries.
    pub fn hold_all(&self) {
        self.set_held(None, true);
    }

    /// Lets all deliveries go on.
    pub fn release_all(&self) {
        self.set_held(None, false);
    }

    fn set_held(&self, function: Option<&str>, held: bool) -> bool {
        let mut any = false;
        for pump in self.pumps.iter().filter(|p| function.is_none_or(|f| p.function == f)) {
            pump.hold(held);
            any = true;
        }
        self.world.bell.ring();
        any
    }

    /// Stops: no new requests or deliveries, what is under way is finished. Dropping a system
    /// instead is what a crash is: work under way is cut off, and the state is as the last
    /// transaction left it.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        let finish = async { while self.tasks.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, finish).await.is_err() {
            tracing::warn!("something did not finish in time and was cut off");
            self.tasks.shutdown().await;
        }
        self.host.finish().await;
        // Connections that the wire holds open end with the last client.
        drop((self.wire, self.host, self.world));
        if tokio::time::timeout(GRACE, self.server.stop()).await.is_err() {
            tracing::warn!("the embedded DynamoDB did not stop in time");
        }
    }

    /// The template.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// Whether its tables hold nothing yet.
    pub fn is_empty(&self) -> bool {
        self.database()
            .table_stats()
            .is_ok_and(|tables| tables.iter().all(|table| table.item_count == 0))
    }

    /// Where it listens, if it does.
    pub fn address(&self) -> Option<SocketAddr> {
        self.address
    }

    /// An HTTP client for SDK clients of a test's own: the same services, no function's
    /// permissions.
    pub fn client(&self) -> SharedHttpClient {
        self.wire.client()
    }

    /// Counts of calls, and faults to inject.
    pub fn wire(&self) -> &Wire {
        &self.wire
    }

    /// The queues.
    pub fn queues(&self) -> &Queues {
        &self.world.queues
    }

    /// The topics, with everything published.
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

    /// The embedded DynamoDB, to look into.
    pub fn database(&self) -> &dynoxide::Database {
        self.world.store.database()
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
    world.bell.ring();
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
