//! Runs every hour.
//!
//! A schedule may start a function twice, so a run must be idempotent. A failed run is not retried;
//! the next one does the work.

use std::sync::Arc;

use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{Run, on_event};
use platform::{Clock, Init, InitError, Platform};
use serde::Serialize;
use serde_json::Value;
use store::Store;

/// The clients of one warm environment.
#[derive(Debug)]
struct Job {
    #[expect(dead_code, reason = "nothing is read yet")]
    store: Store,
    clock: Clock,
}

impl Init for Job {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self { store: Store::open(platform)?, clock: platform.clock.clone() })
    }
}

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Done {
    /// When it ran.
    pub at: String,
}

/// The function as a service from an event of the schedule to what was done.
pub fn function(
    platform: Platform,
) -> impl Service<LambdaEvent<Value>, Response = Done, Error = Error, Future = Run<Done>>
+ Clone
+ Send
+ 'static {
    on_event(platform, |job: Arc<Job>, _: Value| async move { run(&job).await })
}

#[expect(clippy::unused_async, reason = "nothing is awaited yet")]
async fn run(job: &Job) -> Result<Done, Error> {
    tracing::info!("schedule ran");
    Ok(Done { at: job.clock.now().to_string() })
}
