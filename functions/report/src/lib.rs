//! Every hour notes how many books are on the shelf and how many orders wait for the owner; in the
//! morning tells the owner of the orders whose promised day is tomorrow, today or past. The telling
//! names nobody.

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{
    base::calendar,
    order::shop_notes::{Note, Promises},
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use messaging::OwnerBell;
use platform::{Clock, Init, InitError, LazyState, Platform};
use serde::Serialize;
use serde_json::Value;
use store::{Lost, Store};

/// Orders looked at: the earliest promises are among them, however many wait.
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

/// What a run did.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize)]
pub struct Noted {
    /// Whether it wrote a note; another run may have been faster.
    pub noted: bool,
    /// What the owner was told, if anything.
    pub told: Option<String>,
}

/// A run under way.
type Run = Pin<Box<dyn Future<Output = Result<Noted, Error>> + Send>>;

/// The report as a service from a tick of the schedule to what was done.
pub fn function(
    platform: Platform,
) -> impl Service<LambdaEvent<Value>, Response = Noted, Error = Error, Future = Run>
+ Clone
+ Send
+ 'static {
    let report = Arc::new(LazyState::<HourlyReport>::new(platform));
    service_fn(move |_: LambdaEvent<Value>| {
        let report = Arc::clone(&report);
        Box::pin(async move { look(&*report.get().await?).await }) as Run
    })
}

async fn look(report: &HourlyReport) -> Result<Noted, Error> {
    let now = report.clock.now();
    let today = calendar::today(now);
    let mut notes = report.store.notes_of(today).await?;
    if !notes.value.is_due(now) {
        return Ok(Noted::default());
    }
    let desk = report.store.desk(LOOKED_AT).await?;
    let free = report.store.free_copies().await?;
    let waiting = u32::try_from(desk.orders.len()).unwrap_or(u32::MAX);
    notes.value.notes.push(Note { at: now, free, waiting });
    let mut told = None;
    if !notes.value.told && is_day(now) {
        told = Promises::of(desk.orders.iter().map(|order| &order.value), now).told();
        if let Some(words) = &told {
            // Before it is written down: twice rather than never.
            report.bell.tell(words).await?;
            tracing::warn!(late = words, "owner told of promises");
        }
        notes.value.told = true;
    }
    match report.store.save_notes(today, &notes, now).await.map_err(Lost::from) {
        Ok(()) => Ok(Noted { noted: true, told }),
        Err(Lost::Race(_) | Lost::Conflict) => Ok(Noted { noted: false, told }),
        Err(lost) => Err(lost.into()),
    }
}

/// Whether it is neither night nor early.
fn is_day(now: Timestamp) -> bool {
    calendar::not_in_the_night(now) <= now
}
