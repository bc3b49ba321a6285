//! The wire under the SDK clients: an HTTP client that finds DynamoDB, SQS, SNS and SSM in this
//! process.
//!
//! Every call is counted by who made it, and a test can break a call ([`Fault`]): the production
//! adapter above it is the real one, with its own retries and timeouts.

mod call;
mod condition;
mod fault;
mod life;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::bell::Bell;
use crate::permission::Permissions;
use crate::queue::{self, Queues};
use crate::secret::Secrets;
use crate::topic::{Topics, refusal};

pub(crate) use call::Call;
pub use call::Service;
pub use condition::Condition;
use condition::Forgotten;
pub use fault::{Breakage, Fault};
pub(crate) use life::Life;

/// How often each operation was called, by caller: `("door", "dynamodb", "PutItem")` → 3. The
/// caller is the function's short name, or empty for a client of [`Wire::client`] that no function
/// holds.
pub type Calls = BTreeMap<(String, Service, String), usize>;

/// What all handles of a wire share.
#[derive(Debug)]
struct Inner {
    dynamodb: String,
    plain: SharedHttpClient,
    queues: Queues,
    topics: Topics,
    secrets: Secrets,
    permissions: Permissions,
    bell: Bell,
    calls: Mutex<Calls>,
    faults: Mutex<Vec<Fault>>,
    forgotten: Mutex<Vec<Forgotten>>,
    conditions: Mutex<Option<BTreeSet<Condition>>>,
    gate: tokio::sync::watch::Sender<u64>,
    paused: tokio::sync::watch::Sender<usize>,
}

/// The HTTP client to give to SDK clients. Clones share counts and faults.
#[derive(Debug, Clone)]
pub struct Wire {
    inner: Arc<Inner>,
    caller: Arc<str>,
}

impl Wire {
    /// A wire whose DynamoDB listens at `dynamodb` (`http://127.0.0.1:port`).
    pub(crate) fn new(
        dynamodb: String,
        queues: Queues,
        topics: Topics,
        secrets: Secrets,
        permissions: Permissions,
        bell: Bell,
    ) -> Self {
        let inner = Inner {
            dynamodb,
            plain: aws_smithy_http_client::Builder::new().build_http(),
            queues,
            topics,
            secrets,
            permissions,
            bell,
            calls: Mutex::default(),
            faults: Mutex::default(),
            forgotten: Mutex::default(),
            conditions: Mutex::default(),
            gate: tokio::sync::watch::Sender::new(0),
            paused: tokio::sync::watch::Sender::new(0),
        };
        Self { inner: Arc::new(inner), caller: "".into() }
    }

    /// The same wire, with calls counted for (and allowed to) one function.
    #[must_use]
    pub fn of(&self, function: &str) -> Self {
        Self { inner: Arc::clone(&self.inner), caller: function.into() }
    }

    /// As the SDK's configuration takes it.
    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Every call so far, by caller.
    pub fn calls(&self) -> Calls {
        lock(&self.inner.calls).clone()
    }

    /// How often an operation was called, whoever called.
    pub fn count(&self, service: Service, operation: &str) -> usize {
        lock(&self.inner.calls)
            .iter()
            .filter(|((_, s, o), _)| *s == service && o == operation)
            .map(|(_, n)| n)
            .sum()
    }

    /// Forgets the counts.
    pub fn forget_calls(&self) {
        lock(&self.inner.calls).clear();
    }

    /// Breaks calls to come.
    pub fn inject(&self, fault: Fault) {
        lock(&self.inner.faults).push(fault);
    }

    /// Takes back every fault and lets paused calls go. Gives how many had not been used up.
    pub fn heal(&self) -> usize {
        self.go_on();
        std::mem::take(&mut *lock(&self.inner.faults)).len()
    }

    /// Lets the calls go that [`Breakage::Pause`] holds; a pause that nobody has met is taken back.
    pub fn go_on(&self) {
        lock(&self.inner.faults).retain(|fault| !fault.pauses());
        self.inner.paused.send_replace(0);
        self.inner.gate.send_modify(|opened| *opened += 1);
    }

    /// Waits until [`Breakage::Pause`] holds a call.
    pub async fn paused(&self) {
        // The sender lives in `self`: the wait cannot end otherwise.
        let _ = self.inner.paused.subscribe().wait_for(|held| *held > 0).await;
    }

    /// Makes a function forget a guard: wherever `condition` stands in a condition expression of
    /// its writes of such an item (the first word of its key), it counts as met. For the test that
    /// a guard is needed; nothing that ships can do this.
    pub fn forget_condition(&self, function: &str, item: &str, condition: &str) {
        lock(&self.inner.forgotten).push(Forgotten::new(function, item, condition));
    }

    /// Notes from here on under which conditions functions write.
    pub fn note_conditions(&self) {
        lock(&self.inner.conditions).get_or_insert_default();
    }

    /// The conditions noted so far.
    pub fn conditions(&self) -> BTreeSet<Condition> {
        lock(&self.inner.conditions).clone().unwrap_or_default()
    }

    /// How often forgotten conditions stood in a call so far.
    pub fn conditions_forgotten(&self) -> usize {
        lock(&self.inner.forgotten).iter().map(Forgotten::met).sum()
    }

    fn count_and_break(&self, call: &Call) -> Option<Breakage> {
        let key = (self.caller.to_string(), call.service, call.operation.clone());
        *lock(&self.inner.calls).entry(key).or_default() += 1;
        let mut faults = lock(&self.inner.faults);
        let broken = faults.iter_mut().find_map(|fault| fault.strikes(&self.caller, call));
        faults.retain(|fault| !fault.is_spent());
        broken
    }

    async fn answer(
        &self,
        mut call: Call,
        dynamodb: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        // Before the call is broken: what opens the gate from here on opens it for this call.
        let mut gate = self.inner.gate.subscribe();
        let broken = self.count_and_break(&call);
        if let Some(noted) = &mut *lock(&self.inner.conditions) {
            condition::note(&self.caller, &call, noted);
        }
        for forgotten in lock(&self.inner.forgotten).iter_mut() {
            forgotten.apply(&self.caller, &mut call);
        }
        match broken {
            None | Some(Breakage::LostReply | Breakage::CrashAfter) => {}
            Some(Breakage::Crash) => return life::end().await,
            Some(Breakage::Pause) => {
                self.inner.paused.send_modify(|held| *held += 1);
                // The gate lives as long as the wire.
                drop(gate.changed().await);
            }
            Some(breakage) => {
                tracing::debug!(service = %call.service, operation = call.operation, ?breakage, "broken on purpose");
                return match breakage.answer(call.service) {
                    Some(answer) => response(answer),
                    None if breakage == Breakage::Hang => std::future::pending().await,
                    None => Err(ConnectorError::timeout("the call timed out (on purpose)".into())),
                };
            }
        }
        let reply = match self.inner.permissions.refuse(&self.caller, &call) {
            Some(denied) => response(denied),
            None => self.perform(call, dynamodb).await,
        };
        if broken == Some(Breakage::CrashAfter) {
            return life::end().await;
        }
        if broken == Some(Breakage::LostReply) {
            return Err(ConnectorError::io(
                "the connection broke before the reply (on purpose)".into(),
            ));
        }
        reply
    }

    async fn perform(
        &self,
        call: Call,
        dynamodb: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        let inner = &self.inner;
        match call.service {
            Service::Dynamodb => {
                let changes = call.changes_table();
                let mut request = call.request;
                request
                    .uri_mut()
                    .set_endpoint(&inner.dynamodb)
                    .map_err(|e| ConnectorError::user(e.into()))?;
                let reply = dynamodb.call(request).await;
                if changes {
                    inner.bell.ring();
                }
                reply
            }
            Service::Sqs => {
                response(queue::answer(&inner.queues, &call.operation, &call.json()).await)
            }
            Service::Sns => response(inner.topics.answer(&call.operation, &call.form())),
            Service::Ssm => response(inner.secrets.answer(&call.operation, &call.json())),
        }
    }
}

/// An error of AWS for a call: XML for SNS, JSON for the rest.
pub(crate) fn error(service: Service, status: u16, code: &str, message: &str) -> Answer {
    match service {
        Service::Sns => refusal(status, code, message),
        _ => Answer::json(status, &serde_json::json!({ "__type": code, "message": message })),
    }
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(answer).map_err(|e| ConnectorError::other(e.into(), None))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A wire with the connector towards the embedded DynamoDB that fits the client's timeouts.
#[derive(Debug)]
struct Connector {
    wire: Wire,
    dynamodb: SharedHttpConnector,
}

impl HttpClient for Wire {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let dynamodb = self.inner.plain.http_connector(settings, components);
        SharedHttpConnector::new(Connector { wire: self.clone(), dynamodb })
    }
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (wire, dynamodb) = (self.wire.clone(), self.dynamodb.clone());
        HttpConnectorFuture::new(async move {
            match Call::read(request) {
                Ok(call) => wire.answer(call, &dynamodb).await,
                Err(uri) => {
                    Err(ConnectorError::user(format!("a local run has no service at {uri}").into()))
                }
            }
        })
    }
}

impl Call {
    fn json(&self) -> Json {
        serde_json::from_slice(self.body()).unwrap_or_default()
    }
}
