//! A stand-in for Toss Payments: a local program with the same HTTP API, so that the shop's own
//! code confirms, queries and cancels payments without an account and without money.
//!
//! * the server API: `POST /v1/payments/confirm`, `GET /v1/payments/{key}`, `GET
//!   /v1/payments/orders/{order}`, `POST /v1/payments/{key}/cancel`, `POST /v1/virtual-accounts`,
//!   with Basic authentication, idempotency keys for 15 days, Toss's error codes,
//!   `TossPayments-Test-Code` and `X-TossPayments-Trace-Id`;
//! * the browser's side: `GET /v2/standard` (the script) and `GET /window` (the payment page, also
//!   for a plain form without script);
//! * the control API, under `/_standin/`: the ledger, faults on demand, the clock, webhooks,
//!   deposits; and a page with all payments at `/`.
//!
//! # Stricter than Toss
//!
//! Two payments of one order, approved in two tabs, can both be confirmed: the stand-in does not
//! protect the shop from charging a reader twice, and the ledger shows it. (The window of an order
//! that is paid already redirects with `DUPLICATED_ORDER_ID`.)
//!
//! # Decided here, because Toss does not document it
//!
//! A confirm with another amount than the authenticated one is `INVALID_REQUEST`; with another
//! order id it is `NOT_FOUND_PAYMENT_SESSION`; an idempotency key replays every answer of a call
//! that was performed, including errors, while 5xx and 409 free the key; a webhook keeps its
//! transmission id over its retries; an account past its due date stays `WAITING_FOR_DEPOSIT` with
//! `expired`; with several payments of one order, the query by order id answers the one opened
//! last.
//!
//! # Faults
//!
//! `POST /_standin/faults {"on":"confirm","fault":"reply-lost","times":1,"order":"…"}`; see
//! [`Fault`] for the list. `GET` shows the remaining rules, `DELETE` removes them and releases the
//! calls that they hold.
//!
//! # Modules
//!
//! `provider` holds the state and changes it. It knows the values that it stores (`payment`,
//! `ledger`, `delivery`, `idempotency`) and the file that it stores them in (`journal`), but
//! not HTTP. `shared` puts it behind a lock for the HTTP side: `api`, `control`, `webhook`,
//! `deposits`, `server`. No two modules depend on each other.

mod api;
mod clock;
pub mod codes;
mod control;
mod delivery;
mod deposits;
mod faults;
mod idempotency;
mod journal;
mod ledger;
mod payment;
mod provider;
mod server;
mod shared;
mod webhook;
mod window;

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

pub use clock::Clock;
pub use delivery::{Attempt, Delivery, Progress};
pub use faults::{Fault, On, Rule};
pub use journal::JournalError;
pub use ledger::{Kind, Ledger, Movement, OrderLedger, PaymentLine};
pub use payment::{Method, State};

use provider::{Call, Provider, WindowAnswer};
use shared::Shared;
use window::{Choice, WindowRequest};

/// The default secret key. Its length makes the Base64 end in padding, so that a client without
/// padding fails.
pub const SECRET_KEY: &str = "test_sk_standin_no_money";
/// The default client key.
pub const CLIENT_KEY: &str = "test_ck_standin_no_money";

/// The settings of a stand-in. [`Options::default`] has no state file and sends no webhooks.
#[derive(Clone, Debug)]
pub struct Options {
    /// The key that the shop's server authenticates with.
    pub secret_key: String,
    /// The key that the shop's page passes to the script or the window.
    pub client_key: String,
    /// The URL that webhooks are sent to (http only); `None` sends none.
    pub webhook_url: Option<String>,
    /// How long to wait for the answer to a webhook, in real time. Toss waits ten seconds.
    pub webhook_limit: Duration,
    /// The state file, which keeps payments, movements, idempotency keys, webhooks and the clock.
    pub state: Option<PathBuf>,
    /// The clock, unless the state file has one.
    pub clock: Clock,
    /// The seed of generated keys and numbers; `None` takes a random one.
    pub seed: Option<u64>,
    /// The address for browsers, without a trailing slash; `None` takes the listener's.
    pub public_url: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            secret_key: SECRET_KEY.to_owned(),
            client_key: CLIENT_KEY.to_owned(),
            webhook_url: None,
            webhook_limit: Duration::from_secs(10),
            state: None,
            clock: Clock::default(),
            seed: None,
            public_url: None,
        }
    }
}

/// Why a stand-in cannot start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The state file cannot be used.
    #[error(transparent)]
    State(#[from] JournalError),
    /// The listener has failed.
    #[error("the payment stand-in cannot listen: {0}")]
    Listener(#[from] io::Error),
}

/// A running stand-in. Dropping it ends it.
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

/// Starts a stand-in on `listener`. Must be called within a Tokio runtime.
pub fn serve(listener: TcpListener, options: Options) -> Result<Standin, StartError> {
    let address = listener.local_addr()?;
    let url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
    let provider = Provider::new(&options, url.clone())?;
    let shared = Arc::new(Shared::new(options, provider));
    let router = api::routes()
        .merge(control::routes())
        .layer(axum::middleware::from_fn(loopback::only))
        .with_state(Arc::clone(&shared));
    let tasks = [
        tokio::spawn(server::accept(listener, router)),
        tokio::spawn(webhook::run(Arc::clone(&shared))),
    ];
    Ok(Standin { address, url, shared, tasks })
}

impl Standin {
    /// The address of the listener.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The address of the API, in place of `https://api.tosspayments.com`.
    pub fn url(&self) -> String {
        self.url.clone()
    }

    /// The address of the script, in place of `https://js.tosspayments.com/v2/standard`.
    pub fn script_url(&self) -> String {
        format!("{}/v2/standard", self.url())
    }

    /// The address of the payment page, for a form with method GET.
    pub fn window_url(&self) -> String {
        format!("{}/window", self.url())
    }

    /// What happened to the money.
    pub fn ledger(&self) -> Ledger {
        self.shared.provider().ledger()
    }

    /// How many calls of the server API were made, whatever was answered.
    pub fn api_calls(&self) -> u64 {
        self.shared.api_calls.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The current time of the stand-in.
    pub fn now(&self) -> Timestamp {
        self.shared.provider().now()
    }

    /// Moves the clock by `by`.
    pub fn advance(&self, by: SignedDuration) {
        let clock = self.shared.provider().clock;
        self.shared.set_clock(clock.moved(by));
    }

    /// Sets the clock.
    pub fn set_clock(&self, clock: Clock) {
        self.shared.set_clock(clock);
    }

    /// Adds a fault.
    pub fn fault(&self, rule: Rule) {
        self.shared.provider().rules.push(rule);
    }

    /// Removes all faults and releases the calls that they hold.
    pub fn clear_faults(&self) {
        self.shared.clear_faults();
    }

    /// Opens the window for an order and approves it with `method`, as a person would. Returns the
    /// payment key that the success address gets; `None` if the order is paid already.
    pub fn approve(&self, order_id: &str, amount: u64, method: Method) -> Option<String> {
        let request = WindowRequest {
            amount,
            // As the shop asks: all but its service and the postage.
            tax_free: amount.saturating_sub(5_000),
            order_id: order_id.to_owned(),
            order_name: "책 한 권".to_owned(),
            success_url: "http://shop.invalid/success".to_owned(),
            fail_url: "http://shop.invalid/fail".to_owned(),
            valid_hours: None,
        };
        let mut provider = self.shared.provider();
        let WindowAnswer::Page(payment) = provider.open(&request, method) else { return None };
        provider.choose(&payment.payment_key, Choice::Approve(method))?;
        drop(provider);
        self.shared.wake.notify_one();
        Some(payment.payment_key)
    }

    /// Confirms an approved payment without the shop. Returns `false` if it cannot be confirmed.
    pub fn confirm(&self, payment_key: &str) -> bool {
        let mut provider = self.shared.provider();
        let Some(payment) = provider.payments.get(payment_key) else { return false };
        let body = serde_json::json!({
            "paymentKey": payment_key, "orderId": payment.order_id, "amount": payment.amount,
        });
        let confirm = Call::Confirm(body.to_string().into_bytes());
        provider.perform(&confirm, None, None).status == 200
    }

    /// Deposits the amount into the virtual account of an order. Returns `false` if none waits.
    pub async fn deposit(&self, order_id: &str) -> bool {
        deposits::deposit(&self.shared, order_id).await
    }

    /// Reverses the deposit of an order. Returns `false` if there is none.
    pub async fn reverse_transfer(&self, order_id: &str) -> bool {
        deposits::reverse(&self.shared, order_id).await
    }

    /// Waits until a fault holds a call ([`Fault::Slow`], [`Fault::Late`]).
    pub async fn held(&self) {
        // An error would mean that the sender is gone; it lives as long as `self`.
        let _ = self.shared.calls.subscribe().wait_for(|calls| calls.held > 0).await;
    }

    /// Waits until every call that changes something has ended and late ones are performed.
    pub async fn settled(&self) {
        let _ = self.shared.calls.subscribe().wait_for(|calls| calls.open == 0).await;
    }

    /// Waits until no webhook is due or being sent. Held ones and later retries do not count.
    pub async fn webhooks_sent(&self) {
        loop {
            let attempted = self.shared.attempted.notified();
            let mut attempted = std::pin::pin!(attempted);
            attempted.as_mut().enable();
            {
                let provider = self.shared.provider();
                let now = provider.now();
                let busy = |delivery: &Delivery| {
                    delivery.sending || delivery.due().is_some_and(|at| at <= now)
                };
                if !provider.deliveries.values().any(busy) {
                    return;
                }
            }
            attempted.await;
        }
    }

    /// Every webhook so far, oldest first.
    pub fn webhooks(&self) -> Vec<Delivery> {
        self.shared.webhooks()
    }

    /// Sets the URL that new webhooks are sent to; `None` sends none.
    pub fn set_webhook_url(&self, url: Option<String>) {
        self.shared.provider().webhook_url = url;
    }

    /// Sends a webhook now, whatever its progress. Returns `false` if there is no such webhook or
    /// an attempt is in progress.
    pub async fn send_webhook(&self, id: &str) -> bool {
        webhook::send(&self.shared, id).await
    }
}
