//! A stand-in for Toss Payments: a program on this machine that speaks the real wire, so that the
//! shop's own code pays, asks and cancels without an account and without money.
//!
//! * the server API: `POST /v1/payments/confirm`, `GET /v1/payments/{key}`, `GET
//!   /v1/payments/orders/{order}`, `POST /v1/payments/{key}/cancel`, `POST /v1/virtual-accounts`,
//!   with Basic authentication, idempotency keys for 15 days, Toss's error codes,
//!   `TossPayments-Test-Code` and `X-TossPayments-Trace-Id`;
//! * the browser's side: `GET /v2/standard` (the script) and `GET /window` (the payment page, also
//!   for a plain form without script);
//! * the world's side, under `/_standin/`: the ledger, faults on demand, the clock, webhooks,
//!   deposits; and a page for a person at `/`.
//!
//! # Where it is harsher than Toss may be
//!
//! Two payments of one order that are approved in two tabs can both be confirmed: whoever charges a
//! reader twice is not protected by the stand-in, and the ledger shows it. (Opening the window for
//! an order that is paid already leads back with `DUPLICATED_ORDER_ID`.)
//!
//! # Where Toss documents nothing and the stand-in had to decide
//!
//! Another amount than the authenticated one is `INVALID_REQUEST`; another order id is
//! `NOT_FOUND_PAYMENT_SESSION`; an idempotency key replays every answer that was reached by judging
//! the call, errors too, while 5xx and 409 free it; a webhook keeps its transmission id over its
//! retries; an account past its date stays `WAITING_FOR_DEPOSIT` with `expired`.
//!
//! # Faults
//!
//! `POST /_standin/faults {"on":"confirm","fault":"reply-lost","times":1,"order":"…"}`; see
//! [`Fault`] for the list. `GET` shows what is left, `DELETE` clears it and lets held calls go.

mod api;
mod calls;
mod clock;
pub mod codes;
mod desk;
mod faults;
mod journal;
mod ledger;
mod record;
mod webhook;
mod window;
mod world;

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::sync::{Notify, watch};
use tokio::task::{JoinHandle, JoinSet};

pub use clock::Clock;
pub use faults::{Fault, On, Rule};
pub use journal::JournalError;
pub use ledger::{Kind, Ledger, Movement, OrderLedger, PaymentLine};
pub use record::{Method, State};
pub use webhook::{Attempt, Delivery, Progress};

use world::World;

/// The secret key of a stand-in that is told no other one. (Its length makes the Base64 end in
/// padding, so that a client which leaves the padding out is found out.)
pub const SECRET_KEY: &str = "test_sk_standin_no_money";
/// The client key of a stand-in that is told no other one.
pub const CLIENT_KEY: &str = "test_ck_standin_no_money";

/// How a stand-in is set up. [`Options::default`] keeps nothing and sends no webhooks.
#[derive(Clone, Debug)]
pub struct Options {
    /// What the shop's server authenticates with.
    pub secret_key: String,
    /// What the shop's page shows to the script or the window.
    pub client_key: String,
    /// Where webhooks go (http only); none = there are none.
    pub webhook_url: Option<String>,
    /// How long a webhook waits for its 200, in real time: Toss waits ten seconds.
    pub webhook_patience: Duration,
    /// The file that payments, ledger, idempotency keys, webhooks and the clock's shift survive in.
    pub state: Option<PathBuf>,
    /// What time it is, unless the state file says otherwise.
    pub clock: Clock,
    /// Where keys and numbers are drawn from; none = somewhere new each time.
    pub seed: Option<u64>,
    /// The address a browser reaches it under, without a slash at its end; none = the listener's.
    pub public_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            secret_key: SECRET_KEY.to_owned(),
            client_key: CLIENT_KEY.to_owned(),
            webhook_url: None,
            webhook_patience: Duration::from_secs(10),
            state: None,
            clock: Clock::default(),
            seed: None,
            public_url: None,
        }
    }
}

/// Why a stand-in does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state file.
    #[error(transparent)]
    State(#[from] JournalError),
    /// The listener.
    #[error("the payment stand-in cannot listen: {0}")]
    Listener(#[from] io::Error),
}

/// What the tasks and handlers of one stand-in share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    /// Something may be due: look again.
    pub(crate) wake: Notify,
    /// A webhook was tried.
    pub(crate) tried: Notify,
    world: Mutex<World>,
    release: Notify,
    calls: watch::Sender<Calls>,
    traces: AtomicU64,
}

/// The calls that change something and have not ended.
#[derive(Clone, Copy, Debug, Default)]
struct Calls {
    /// All of them.
    open: usize,
    /// Those that a fault holds.
    held: usize,
}

/// Counts a call for as long as it lasts, however it ends.
pub(crate) struct Counted<'a> {
    calls: &'a watch::Sender<Calls>,
    which: fn(&mut Calls) -> &mut usize,
}

impl<'a> Counted<'a> {
    fn new(calls: &'a watch::Sender<Calls>, which: fn(&mut Calls) -> &mut usize) -> Self {
        calls.send_modify(|calls| *which(calls) += 1);
        Self { calls, which }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.calls.send_modify(|calls| *(self.which)(calls) -= 1);
    }
}

impl Shared {
    pub(crate) fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new trace id.
    pub(crate) fn trace(&self) -> String {
        format!("{:032x}", self.traces.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until the client has given up (then this future is dropped) or the faults are cleared.
    pub(crate) async fn client_gone(&self) {
        let _held = Counted::new(&self.calls, |calls| &mut calls.held);
        self.release.notified().await;
    }

    /// A call has begun; it has ended when this is dropped.
    pub(crate) fn call(&self) -> Counted<'_> {
        Counted::new(&self.calls, |calls| &mut calls.open)
    }

    pub(crate) fn set_clock(&self, clock: Clock) {
        let mut world = self.world();
        world.put(journal::Change::Clock(clock));
        world.tick();
        world.commit();
        drop(world);
        self.wake.notify_one();
    }

    pub(crate) fn clear_faults(&self) {
        self.world().rules.clear();
        self.release.notify_waiters();
    }

    pub(crate) fn webhooks(&self) -> Vec<Delivery> {
        let mut all: Vec<Delivery> = self.world().deliveries.values().cloned().collect();
        all.sort_by_key(|delivery| delivery.seq);
        all
    }

    /// The webhooks that came about after the first `count`.
    pub(crate) fn webhooks_after(&self, count: u64) -> Vec<String> {
        let later = self.webhooks().into_iter().filter(|delivery| delivery.seq > count);
        later.map(|delivery| delivery.id).collect()
    }

    pub(crate) async fn deposit(self: &Arc<Self>, order_id: &str) -> bool {
        self.at_the_bank(order_id, |world, met| {
            world.deposit(order_id, met.wire.as_ref(), met.webhook.as_ref())
        })
        .await
    }

    pub(crate) async fn reverse_transfer(self: &Arc<Self>, order_id: &str) -> bool {
        self.at_the_bank(order_id, |world, met| {
            world.reverse_transfer(order_id, met.webhook.as_ref())
        })
        .await
    }

    async fn at_the_bank(
        self: &Arc<Self>,
        order_id: &str,
        happens: impl FnOnce(&mut World, &faults::Met) -> bool,
    ) -> bool {
        let (met, done, last) = {
            let mut world = self.world();
            let met = faults::take(&mut world.rules, On::Deposit, Some(order_id));
            let last = world.deliveries.len() as u64;
            let done = happens(&mut world, &met);
            (met, done, last)
        };
        if met.webhook == Some(Fault::WebhookFirst) {
            for id in self.webhooks_after(last) {
                webhook::send(self, &id).await;
            }
        }
        self.wake.notify_one();
        done
    }
}

/// A running stand-in. It ends when this is dropped.
#[derive(Debug)]
pub struct Standin {
    address: SocketAddr,
    url: String,
    shared: Arc<Shared>,
    tasks: [JoinHandle<()>; 2],
}

impl Drop for Standin {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

/// Starts a stand-in on `listener`. Has to be called within a Tokio runtime.
pub fn serve(listener: TcpListener, options: Options) -> Result<Standin, StartError> {
    let address = listener.local_addr()?;
    let url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let mut world = World::new(&options, url.clone())?;
    let traces = AtomicU64::new(world.draw() >> 16);
    let shared = Arc::new(Shared {
        options,
        world: Mutex::new(world),
        wake: Notify::new(),
        tried: Notify::new(),
        release: Notify::new(),
        calls: watch::Sender::new(Calls::default()),
        traces,
    });
    let router = api::routes().merge(desk::routes()).with_state(Arc::clone(&shared));
    let tasks =
        [tokio::spawn(accept(listener, router)), tokio::spawn(webhook::run(Arc::clone(&shared)))];
    Ok(Standin { address, url, shared, tasks })
}

/// Takes connections until it is stopped; then they end too.
async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Out of file descriptors: others may close.
            tokio::task::yield_now().await;
            continue;
        };
        let router = router.clone();
        connections.spawn(async move {
            let service = hyper::service::service_fn(|request| answer(router.clone(), request));
            // A connection that breaks, or that a fault cuts, is the client's to notice.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// Why a connection ends without a reply.
#[derive(Debug, thiserror::Error)]
#[error("a fault cut the connection")]
struct Cut;

async fn answer(
    router: Router,
    request: http::Request<Incoming>,
) -> Result<http::Response<axum::body::Body>, Cut> {
    let answered: Result<_, Infallible> = TowerToHyperService::new(router).call(request).await;
    match answered {
        Ok(response) if response.extensions().get::<api::HangUp>().is_some() => Err(Cut),
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}

impl Standin {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of its API: what the shop has for `https://api.tosspayments.com`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The address of its script: what the shop has for `https://js.tosspayments.com/v2/standard`.
    pub fn script_url(&self) -> String {
        format!("{}/v2/standard", self.url())
    }

    /// The address of its payment page, for a plain form with method GET.
    pub fn window_url(&self) -> String {
        format!("{}/window", self.url())
    }

    /// What truly happened to money.
    pub fn ledger(&self) -> Ledger {
        self.shared.world().ledger()
    }

    /// What time it is in the stand-in.
    pub fn now(&self) -> Timestamp {
        self.shared.world().now()
    }

    /// Moves the clock on.
    pub fn advance(&self, by: SignedDuration) {
        let clock = self.shared.world().clock;
        self.shared.set_clock(clock.moved(by));
    }

    /// Sets the clock.
    pub fn set_clock(&self, clock: Clock) {
        self.shared.set_clock(clock);
    }

    /// Lets something go wrong.
    pub fn fault(&self, rule: Rule) {
        self.shared.world().rules.push(rule);
    }

    /// Lets nothing more go wrong, and held calls go.
    pub fn clear_faults(&self) {
        self.shared.clear_faults();
    }

    /// What a person does who opens the window for an order and pays by `method`: the payment key
    /// that the success address gets. None if the window does not open (a wrong order id, a paid
    /// order).
    pub fn approve(&self, order_id: &str, amount: u64, method: Method) -> Option<String> {
        let asked = window::Asked {
            amount,
            order_id: order_id.to_owned(),
            order_name: "책 한 권".to_owned(),
            success_url: "http://shop.invalid/success".to_owned(),
            fail_url: "http://shop.invalid/fail".to_owned(),
            valid_hours: None,
        };
        let mut world = self.shared.world();
        let world::Opened::Page(record) = world.open(&asked, method) else { return None };
        world.choose(&record.payment_key, window::Choice::Approve(method))?;
        drop(world);
        self.shared.wake.notify_one();
        Some(record.payment_key)
    }

    /// The shop's server takes the money of an approved payment past its own till; false = it is
    /// not to be taken.
    pub fn confirm(&self, payment_key: &str) -> bool {
        let mut world = self.shared.world();
        let Some(record) = world.payments.get(payment_key) else { return false };
        let body = serde_json::json!({
            "paymentKey": payment_key, "orderId": record.order_id, "amount": record.amount,
        });
        let confirm = world::Call::Confirm(body.to_string().into_bytes());
        world.perform(&confirm, None, None).status == 200
    }

    /// Somebody pays into the virtual account of an order; false = there is none that waits.
    pub async fn deposit(&self, order_id: &str) -> bool {
        self.shared.deposit(order_id).await
    }

    /// The bank takes the deposit of an order back; false = there is none.
    pub async fn reverse_transfer(&self, order_id: &str) -> bool {
        self.shared.reverse_transfer(order_id).await
    }

    /// Waits until a fault holds a call ([`Fault::Slow`], [`Fault::Late`]).
    pub async fn held(&self) {
        // The sender lives in `self`: the wait cannot end otherwise.
        let _ = self.shared.calls.subscribe().wait_for(|calls| calls.held > 0).await;
    }

    /// Waits until every call that changes something has ended, held ones too: what is late has
    /// happened then.
    pub async fn settled(&self) {
        let _ = self.shared.calls.subscribe().wait_for(|calls| calls.open == 0).await;
    }

    /// Waits until no webhook is due or on its way. (Held ones and later retries do not count.)
    pub async fn webhooks_sent(&self) {
        loop {
            let tried = self.shared.tried.notified();
            let mut tried = std::pin::pin!(tried);
            tried.as_mut().enable();
            {
                let world = self.shared.world();
                let now = world.now();
                let busy = |delivery: &Delivery| {
                    delivery.sending || delivery.due().is_some_and(|at| at <= now)
                };
                if !world.deliveries.values().any(busy) {
                    return;
                }
            }
            tried.await;
        }
    }

    /// Every webhook so far, oldest first.
    pub fn webhooks(&self) -> Vec<Delivery> {
        self.shared.webhooks()
    }

    /// Where webhooks go from now on.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.shared.world().webhook_url = url;
    }

    /// Sends a webhook now, whether it is held, due or delivered; false = there is no such webhook.
    pub async fn send_webhook(&self, id: &str) -> bool {
        webhook::send(&self.shared, id).await
    }
}
