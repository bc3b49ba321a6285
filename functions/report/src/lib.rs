//! The owner's report, run by a schedule every hour. It records how many copies are free and how
//! many orders wait for the owner. In the morning it notifies the owner of the orders whose
//! promised day is tomorrow, today or past. The notification names no reader.

use std::sync::Arc;

use domain::{
    base::calendar,
    order::shop_notes::{Note, Promises},
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{OwnerBell, Run, on_event};
use platform::{Clock, Init, InitError, Platform};
use serde::Serialize;
use serde_json::Value;
use store::{Store, StoreError, WriteError};

/// How many orders are read. The index is ordered by promised day, so the most urgent are among
/// them.
const LOOKED_AT: i32 = 100;

struct HourlyReport {
    store: Store,
    bell: OwnerBell,
    clock: Clock,
}

impl Init for HourlyReport {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            bell: OwnerBell::open(platform)?,
            clock: platform.clock.clone(),
        })
    }
}

/// The result of a run.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// Whether the note was written. `false` if it was not due or another run was faster.
    pub noted: bool,
    /// The owner's notification, if there was one.
    pub told: Option<String>,
}

/// The report as a service from a schedule's event to its result.
pub fn function(
    platform: Platform,
) -> impl Service<LambdaEvent<Value>, Response = Noted, Error = Error, Future = Run<Noted>>
+ Clone
+ Send
+ 'static {
    on_event(platform, |report: Arc<HourlyReport>, _: Value| async move { report.run().await })
}

impl HourlyReport {
    async fn run(&self) -> Result<Noted, Error> {
        let now = self.clock.now();
        let today = calendar::today(now);
        let mut notes = self.store.notes_of(today).await?;
        if !notes.value.is_due(now) {
            return Ok(Noted::default());
        }
        let waiting = self.store.desk(LOOKED_AT).await?;
        let free = self.store.free_copies().await?;
        let count = u32::try_from(waiting.orders.len()).unwrap_or(u32::MAX);
        notes.value.notes.push(Note { at: now, free, waiting: count });
        let mut told = None;
        if !notes.value.told && is_day(now) {
            told = Promises::of(waiting.orders.iter().map(|order| &order.value), now).told();
            if let Some(words) = &told {
                // Before the note is written: a crash in between notifies twice rather than never.
                self.bell.tell(words).await?;
                tracing::warn!(due = words, "owner notified of due orders");
            }
            notes.value.told = true;
        }
        match self.store.save_notes(today, &notes, now).await {
            Ok(()) => Ok(Noted { noted: true, told }),
            Err(WriteError::ConditionFailed(_) | WriteError::Store(StoreError::Contended)) => {
                Ok(Noted { noted: false, told })
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Whether the owner may be notified: not at night.
fn is_day(now: Timestamp) -> bool {
    calendar::not_in_the_night(now) <= now
}
