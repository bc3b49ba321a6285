//! 점원: every hour notes how many books are on the shelf and how many orders wait for the owner; in the morning tells the owner of the orders whose promised day
//! is tomorrow, today or past. The telling names nobody.

use std::{future::Future, pin::Pin, sync::Arc};

use cloud::{CannotOpen, Clock, Cloud, Open, Opened};
use house::{
    calendar,
    notes::{Note, Promises},
};
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Service, service_fn};
use post::OwnerBell;
use serde::Serialize;
use serde_json::Value;
use store::{Lost, Store};

/// Orders looked at: the earliest promises are among them, however many wait.
const LOOKED_AT: i32 = 100;

struct Clerk {
    store: Store,
    bell: OwnerBell,
    clock: Clock,
}

impl Open for Clerk {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        Ok(Self { store: Store::open(cloud)?, bell: OwnerBell::open(cloud)?, clock: cloud.clock.clone() })
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

/// The clerk as a service from a tick of the schedule to what was done.
pub fn function(
    cloud: Cloud,
) -> impl Service<LambdaEvent<Value>, Response = Noted, Error = Error, Future = Run> + Clone + Send + 'static
{
    let clerk = Arc::new(Opened::<Clerk>::new(cloud));
    service_fn(move |_: LambdaEvent<Value>| {
        let clerk = Arc::clone(&clerk);
        Box::pin(async move { look(&*clerk.get().await?).await }) as Run
    })
}

async fn look(clerk: &Clerk) -> Result<Noted, Error> {
    let now = clerk.clock.now();
    let today = calendar::today(now);
    let mut notes = clerk.store.notes_of(today).await?;
    if !notes.value.is_due(now) {
        return Ok(Noted::default());
    }
    let desk = clerk.store.desk(LOOKED_AT).await?;
    let free = clerk.store.free_copies().await?;
    let waiting = u32::try_from(desk.orders.len()).unwrap_or(u32::MAX);
    notes.value.notes.push(Note { at: now, free, waiting });
    let mut told = None;
    if !notes.value.told && is_day(now) {
        told = Promises::of(desk.orders.iter().map(|order| &order.value), now).told();
        if let Some(words) = &told {
            // Before it is written down: twice rather than never.
            clerk.bell.tell(words).await?;
            tracing::warn!(late = words, "owner told of promises");
        }
        notes.value.told = true;
    }
    match clerk.store.save_notes(today, &notes, now).await {
        Ok(()) => Ok(Noted { noted: true, told }),
        Err(Lost::Race(_) | Lost::Conflict) => Ok(Noted { noted: false, told }),
        Err(lost) => Err(lost.into()),
    }
}

/// Whether it is neither night nor early.
fn is_day(now: Timestamp) -> bool {
    calendar::not_in_the_night(now) <= now
}
