//! Runs functions as Lambda does: one event in, one JSON out. A panic ends the invocation, not the
//! process.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use jiff::Timestamp;
use lambda_runtime::{Config, Context, Diagnostic};
use serde_json::{Value as Json, json};
use tracing::Instrument as _;

use crate::clock::Clock;
use crate::queue::uuid;
use crate::template::{Lambda, Names};
use crate::wire::Life;

/// A boxed future that can move between threads.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// A function: an event and its context in, an answer or a function error out.
pub type Function = Arc<dyn Fn(Json, Context) -> BoxFuture<Result<Json, Diagnostic>> + Send + Sync>;

/// What a function is built from.
#[derive(Clone)]
pub struct Parts {
    /// The HTTP client for every SDK client. Calls go to the services of this process.
    pub http: SharedHttpClient,
    /// The system's clock.
    pub now: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How many times longer than on Lambda a call may take: see [`Config::slack`](crate::Config).
    pub slack: u32,
    /// The template's environment variables and Lambda's own (`AWS_REGION`, `AWS_LAMBDA_*`, keys).
    pub environment: BTreeMap<String, String>,
}

impl fmt::Debug for Parts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts")
            .field("environment", &self.environment.keys())
            .finish_non_exhaustive()
    }
}

/// Builds the function with a short name; `None` if it is unknown.
pub type Build = Arc<dyn Fn(&str, Parts) -> Option<Function> + Send + Sync>;

/// An invocation without an answer: an error of the function, a panic, or a timeout.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The function's short name.
    pub function: String,
    /// Whether the caller's timeout passed before the function's own `Timeout`.
    pub given_up: bool,
    /// Lambda's `errorType`. `panic` and `Sandbox.Timedout` come from the harness.
    pub error_type: String,
    /// Lambda's `errorMessage`.
    pub message: String,
}

impl Failure {
    /// The payload of Lambda's answer.
    pub fn payload(&self) -> Json {
        json!({ "errorType": self.error_type, "errorMessage": self.message })
    }
}

/// The invocations of one function.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Runs {
    /// How many.
    pub count: usize,
    /// How long they took by the machine's clock, each rounded up to a millisecond as Lambda bills
    /// it.
    pub billed: Duration,
}

/// The functions of a system.
pub(crate) struct Functions {
    known: BTreeMap<String, (Lambda, Function)>,
    names: Names,
    clock: Clock,
    slack: u32,
    failures: Mutex<Vec<Failure>>,
    runs: Mutex<BTreeMap<String, Runs>>,
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.known.keys()).finish()
    }
}

impl Functions {
    pub(crate) fn new(
        known: BTreeMap<String, (Lambda, Function)>,
        names: Names,
        clock: Clock,
        slack: u32,
    ) -> Self {
        Self { known, names, clock, slack, failures: Mutex::default(), runs: Mutex::default() }
    }

    /// The short name behind a short name, a deployed name, a logical id, or an ARN; a qualifier
    /// (`:live`) is ignored.
    pub(crate) fn find(&self, name: &str) -> Option<&Lambda> {
        let name = name.split_once("function:").map_or(name, |(_, rest)| rest);
        let name = name.split(':').next().unwrap_or_default();
        let known = |f: &&Lambda| f.name == name || f.deployed_name == name || f.logical_id == name;
        self.known.values().map(|(lambda, _)| lambda).find(known)
    }

    /// Every function error so far.
    pub(crate) fn failures(&self) -> Vec<Failure> {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The invocations so far, by function.
    pub(crate) fn runs(&self) -> BTreeMap<String, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note_run(&self, name: &str, took: Duration) {
        let millis = took.as_micros().div_ceil(1_000);
        let mut runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        let run = runs.entry(name.to_owned()).or_default();
        run.count += 1;
        run.billed += Duration::from_millis(u64::try_from(millis).unwrap_or(u64::MAX));
    }

    /// Calls a function by its short name and waits for it, as long as its `Timeout` and `patience`
    /// allow.
    pub(crate) async fn invoke(
        &self,
        name: &str,
        event: Json,
        patience: Option<Duration>,
    ) -> Result<Json, Failure> {
        let failure = |error_type: &str, message: String| Failure {
            function: name.to_owned(),
            given_up: false,
            error_type: error_type.to_owned(),
            message,
        };
        let Some((lambda, function)) = self.known.get(name) else {
            return Err(failure("ResourceNotFound", format!("there is no function {name}")));
        };
        let limit = Duration::from_secs(lambda.timeout.into()) * self.slack;
        let given_up = patience.is_some_and(|patience| patience < limit);
        let limit = patience.map_or(limit, |patience| patience.min(limit));
        let context = self.context(lambda);
        let request = context.request_id.clone();
        // A panic can also come before the first await, so the call itself is inside the guarded
        // future.
        let call = Arc::clone(function);
        let life = Life::default();
        // A deployed function stamps its name on every line of its log; here the span does.
        let span = tracing::error_span!("function", name);
        let run = life.around(unharmed(async move { call(event, context).await }.instrument(span)));
        let began = Instant::now();
        let ran = tokio::select! {
            biased;
            () = life.ended() => None,
            ran = tokio::time::timeout(limit, run) => Some(ran),
        };
        self.note_run(name, began.elapsed());
        let outcome = match ran {
            None => {
                let message = format!(
                    "RequestId: {request} Error: Runtime exited without providing a reason"
                );
                Err(failure("Runtime.ExitError", message))
            }
            Some(Ok(Ok(Ok(answer)))) => Ok(answer),
            Some(Ok(Ok(Err(error)))) => Err(failure(&error.error_type, error.error_message)),
            Some(Ok(Err(panic))) => Err(failure("panic", panic)),
            Some(Err(_)) => {
                let message = format!(
                    "RequestId: {request} Error: Task timed out after {:.2} seconds",
                    limit.as_secs_f64()
                );
                Err(Failure { given_up, ..failure("Sandbox.Timedout", message) })
            }
        };
        if let Err(failure) = &outcome {
            tracing::error!(
                function = name,
                error_type = failure.error_type,
                "{}",
                failure.message
            );
            self.failures.lock().unwrap_or_else(PoisonError::into_inner).push(failure.clone());
        }
        outcome
    }

    fn context(&self, lambda: &Lambda) -> Context {
        let now = self.clock.millis();
        let mut config = Config::default();
        config.function_name.clone_from(&lambda.deployed_name);
        config.memory = i32::try_from(lambda.memory).unwrap_or(i32::MAX);
        config.version = "$LATEST".into();
        config.log_group = format!("/aws/lambda/{}", lambda.deployed_name);
        config.log_stream = "local".into();
        let mut context = Context::default();
        context.request_id = uuid();
        context.deadline =
            u64::try_from(now + i64::from(lambda.timeout * self.slack) * 1_000).unwrap_or_default();
        context.invoked_function_arn = self.names.function_arn(&lambda.deployed_name);
        context.xray_trace_id = Some(trace(now));
        context.env_config = Arc::new(config);
        context
    }
}

/// A trace id in X-Ray's form.
pub(crate) fn trace(millis: i64) -> String {
    let random: String = uuid().chars().filter(char::is_ascii_hexdigit).take(24).collect();
    format!("Root=1-{:08x}-{random}", millis / 1_000)
}

/// The environment Lambda gives a function, under the template's own.
pub(crate) fn environment(lambda: &Lambda, names: &Names) -> BTreeMap<String, String> {
    let mut out: BTreeMap<String, String> = [
        ("AWS_REGION", names.region.clone()),
        ("AWS_DEFAULT_REGION", names.region.clone()),
        ("AWS_ACCESS_KEY_ID", "LOCALLOCALLOCALLOCAL".into()),
        ("AWS_SECRET_ACCESS_KEY", "local".into()),
        ("AWS_SESSION_TOKEN", "local".into()),
        ("AWS_EXECUTION_ENV", "AWS_Lambda_rust".into()),
        ("AWS_LAMBDA_FUNCTION_NAME", lambda.deployed_name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".into()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", lambda.memory.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", format!("/aws/lambda/{}", lambda.deployed_name)),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "local".into()),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    out.extend(lambda.environment.clone());
    out
}

/// Runs a future to its end; a panic inside becomes its message.
async fn unharmed<T>(future: impl Future<Output = T> + Send) -> Result<T, String> {
    let mut future = Box::pin(future);
    std::future::poll_fn(move |context| {
        match std::panic::catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(context))) {
            Ok(poll) => poll.map(Ok),
            Err(payload) => std::task::Poll::Ready(Err(panic_message(payload.as_ref()))),
        }
    })
    .await
}

fn panic_message(payload: &(dyn Any + Send)) -> String {
    let text = payload.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "the function panicked".into())
}
