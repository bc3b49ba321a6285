//! The HTTP client under the SDK clients. It answers calls of DynamoDB, SQS, SNS, SSM and Lambda
//! within this process.
//!
//! It counts calls by caller, and a test can break a call ([`Fault`]). The SDK client above it is
//! the real one, with its retries and timeouts.

mod call;
mod condition;
mod fault;
mod lambda;
mod life;
mod meter;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use axum::body::Bytes;
use http_body_util::BodyExt as _;
use serde_json::Value as Json;

use crate::answer::Answer;
use crate::host::Host;
use crate::permission::Permissions;
use crate::queue::{self, Queues};
use crate::secret::Secrets;
use crate::signal::Signal;
use crate::topic::{Topics, refusal};

pub(crate) use call::Call;
pub use call::Service;
pub use condition::Condition;
use condition::Forgotten;
pub use fault::{Breakage, Fault};
pub(crate) use life::Life;
use meter::Meter;
pub use meter::Usage;

/// How often each operation was called, by caller: `("door", "dynamodb", "PutItem")` → 3. The
/// caller is the function's short name, or empty for a client outside of a function.
pub type Calls = BTreeMap<(String, Service, String), usize>;

/// The state shared by all handles.
#[derive(Debug)]
struct Inner {
    dynamodb: String,
    plain: SharedHttpClient,
    queues: Queues,
    topics: Topics,
    secrets: Secrets,
    permissions: Permissions,
    signal: Signal,
    /// The functions, once they are built. They hold wires themselves, so this does not hold them.
    host: OnceLock<Weak<Host>>,
    calls: Mutex<Calls>,
    /// What calls of DynamoDB consumed; `None` until somebody wants to know.
    meter: Mutex<Option<Meter>>,
    faults: Mutex<Vec<Fault>>,
    forgotten: Mutex<Vec<Forgotten>>,
    conditions: Mutex<Option<BTreeSet<Condition>>>,
    gate: tokio::sync::watch::Sender<u64>,
    paused: tokio::sync::watch::Sender<usize>,
    /// The operations that a pause holds.
    held: Mutex<BTreeSet<String>>,
}

/// The HTTP client for SDK clients. Clones share counts and faults.
#[derive(Debug, Clone)]
pub struct Wire {
    inner: Arc<Inner>,
    caller: Arc<str>,
}

impl Wire {
    /// A wire to the DynamoDB at `dynamodb` (`http://127.0.0.1:port`).
    pub(crate) fn new(
        dynamodb: String,
        queues: Queues,
        topics: Topics,
        secrets: Secrets,
        permissions: Permissions,
        signal: Signal,
    ) -> Self {
        let inner = Inner {
            dynamodb,
            plain: aws_smithy_http_client::Builder::new().build_http(),
            queues,
            topics,
            secrets,
            permissions,
            signal,
            host: OnceLock::new(),
            calls: Mutex::default(),
            meter: Mutex::default(),
            faults: Mutex::default(),
            forgotten: Mutex::default(),
            conditions: Mutex::default(),
            gate: tokio::sync::watch::Sender::new(0),
            paused: tokio::sync::watch::Sender::new(0),
            held: Mutex::default(),
        };
        Self { inner: Arc::new(inner), caller: "".into() }
    }

    /// The same wire for one function: its calls are counted under its name and checked against its
    /// role.
    #[must_use]
    pub fn of(&self, function: &str) -> Self {
        Self { inner: Arc::clone(&self.inner), caller: function.into() }
    }

    /// Lets calls of Lambda reach the functions.
    pub(crate) fn reach(&self, host: &Arc<Host>) {
        // Set once, when the system starts.
        let _ = self.inner.host.set(Arc::downgrade(host));
    }

    /// In the type of the SDK's configuration.
    pub fn client(&self) -> SharedHttpClient {
        SharedHttpClient::new(self.clone())
    }

    /// Every call so far, by caller.
    pub fn calls(&self) -> Calls {
        lock(&self.inner.calls).clone()
    }

    /// How often an operation was called, by any caller.
    pub fn count(&self, service: Service, operation: &str) -> usize {
        lock(&self.inner.calls)
            .iter()
            .filter(|((_, s, o), _)| *s == service && o == operation)
            .map(|(_, n)| n)
            .sum()
    }

    /// Resets the counts.
    pub fn forget_calls(&self) {
        lock(&self.inner.calls).clear();
    }

    /// Measures what later calls of DynamoDB consume.
    pub fn measure(&self) {
        lock(&self.inner.meter).get_or_insert_default();
    }

    /// What the measured calls consumed, by caller.
    pub fn usage(&self) -> BTreeMap<String, Usage> {
        lock(&self.inner.meter).clone().unwrap_or_default()
    }

    /// Breaks later calls.
    pub fn inject(&self, fault: Fault) {
        lock(&self.inner.faults).push(fault);
    }

    /// Removes every fault and resumes paused calls. Returns how many faults were still active.
    pub fn heal(&self) -> usize {
        self.go_on();
        std::mem::take(&mut *lock(&self.inner.faults)).len()
    }

    /// Resumes the calls that [`Breakage::Pause`] holds, and removes unused pauses.
    pub fn go_on(&self) {
        lock(&self.inner.faults).retain(|fault| !fault.pauses());
        lock(&self.inner.held).clear();
        self.inner.paused.send_replace(0);
        self.inner.gate.send_modify(|opened| *opened += 1);
    }

    /// Waits until [`Breakage::Pause`] holds a call.
    pub async fn paused(&self) {
        // The sender is in `self`, so it is not closed during the wait.
        let _ = self.inner.paused.subscribe().wait_for(|held| *held > 0).await;
    }

    /// Disables a condition: wherever `condition` occurs in a condition expression of a function's
    /// writes to an item of this kind (the first word of its key), it counts as met. For tests that
    /// a condition is needed.
    pub fn forget_condition(&self, function: &str, item: &str, condition: &str) {
        lock(&self.inner.forgotten).push(Forgotten::new(function, item, condition));
    }

    /// Records the conditions of all later writes.
    pub fn note_conditions(&self) {
        lock(&self.inner.conditions).get_or_insert_default();
    }

    /// The conditions recorded so far.
    pub fn conditions(&self) -> BTreeSet<Condition> {
        lock(&self.inner.conditions).clone().unwrap_or_default()
    }

    /// How often disabled conditions occurred in calls so far.
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

    /// A retry of a paused call is paused, too: on a slow machine the attempt may time out while
    /// the test does what it has to do meanwhile.
    fn pause_of(&self, call: &Call) -> Option<Breakage> {
        let held = lock(&self.inner.held);
        call.invocation().is_some_and(|id| held.contains(id)).then_some(Breakage::Pause)
    }

    async fn answer(
        &self,
        mut call: Call,
        dynamodb: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        // Subscribed before the call is broken, so that it sees every later opening of the gate.
        let mut gate = self.inner.gate.subscribe();
        let broken = self.count_and_break(&call).or_else(|| self.pause_of(&call));
        if let Some(noted) = &mut *lock(&self.inner.conditions) {
            condition::note(&self.caller, &call, noted);
        }
        for forgotten in lock(&self.inner.forgotten).iter_mut() {
            forgotten.apply(&self.caller, &mut call);
        }
        match broken {
            None | Some(Breakage::LostReply | Breakage::CrashAfter) => {}
            Some(Breakage::Unprocessed) => return self.answer_in_part(call, dynamodb).await,
            Some(Breakage::Crash) => return life::end().await,
            Some(Breakage::Pause) => {
                lock(&self.inner.held).extend(call.invocation().map(str::to_owned));
                self.inner.paused.send_modify(|held| *held += 1);
                // The gate is open as long as the wire exists.
                drop(gate.changed().await);
            }
            Some(breakage) => {
                tracing::debug!(service = %call.service, operation = call.operation, ?breakage, "broken on purpose");
                return match breakage.answer(&call) {
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

    /// Answers a batch read without its last key.
    #[expect(clippy::indexing_slicing, reason = "indexing JSON by name gives null, or inserts")]
    async fn answer_in_part(
        &self,
        mut call: Call,
        dynamodb: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        let mut body = call.json();
        let mut left = serde_json::Map::new();
        for (table, wanted) in body["RequestItems"].as_object_mut().into_iter().flatten() {
            let last = wanted["Keys"].as_array_mut().and_then(Vec::pop);
            let mut rest = wanted.clone();
            rest["Keys"] = last.into_iter().collect();
            left.insert(table.clone(), rest);
        }
        call.rewrite(&body);
        let reply = whole(self.perform(call, dynamodb).await?.into_body()).await?;
        let mut answered: Json = serde_json::from_slice(&reply)
            .map_err(|error| ConnectorError::other(error.into(), None))?;
        answered["UnprocessedKeys"] = left.into();
        response(Answer::json(200, &answered))
    }

    /// Calls the embedded DynamoDB, and notes what it consumed if that is measured.
    async fn ask_table(
        &self,
        mut call: Call,
        dynamodb: &SharedHttpConnector,
    ) -> Result<HttpResponse, ConnectorError> {
        let measures = lock(&self.inner.meter).is_some();
        let asked = if measures { meter::ask(&mut call) } else { None };
        let Call { mut request, operation, .. } = call;
        request
            .uri_mut()
            .set_endpoint(&self.inner.dynamodb)
            .map_err(|e| ConnectorError::user(e.into()))?;
        let mut reply = dynamodb.call(request).await?;
        let Some(asked) = asked else { return Ok(reply) };
        let body = whole(reply.take_body()).await?;
        let answer = serde_json::from_slice(&body).unwrap_or_default();
        let usage = meter::read(&operation, &asked, &answer);
        if let Some(meter) = &mut *lock(&self.inner.meter) {
            meter.entry(self.caller.to_string()).or_default().add(&usage);
        }
        *reply.body_mut() = SdkBody::from(body);
        Ok(reply)
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
                let reply = self.ask_table(call, dynamodb).await;
                if changes {
                    inner.signal.notify();
                }
                reply
            }
            Service::Sqs => {
                response(queue::answer(&inner.queues, &call.operation, &call.json()).await)
            }
            Service::Sns => response(inner.topics.answer(&call.operation, &call.form())),
            Service::Ssm => response(inner.secrets.answer(&call.operation, &call.json())),
            Service::Lambda => {
                let host = inner.host.get().and_then(Weak::upgrade);
                response(lambda::answer(host.as_deref(), &call).await)
            }
        }
    }
}

/// An error answer of AWS: XML for SNS, JSON for the others.
pub(crate) fn error(service: Service, status: u16, code: &str, message: &str) -> Answer {
    match service {
        Service::Sns => refusal(status, code, message),
        Service::Lambda => lambda::refusal(status, code, message),
        _ => Answer::json(status, &serde_json::json!({ "__type": code, "message": message })),
    }
}

/// All bytes of a body.
async fn whole(body: SdkBody) -> Result<Bytes, ConnectorError> {
    let whole = body.collect().await.map_err(|error| ConnectorError::other(error, None))?;
    Ok(whole.to_bytes())
}

fn response(answer: Answer) -> Result<HttpResponse, ConnectorError> {
    HttpResponse::try_from(answer).map_err(|e| ConnectorError::other(e.into(), None))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A wire and the connector to the embedded DynamoDB, which has the client's timeouts.
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
