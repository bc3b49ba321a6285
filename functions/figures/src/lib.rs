//! Counts how visitors fare in each room, from the changes of visits in the table's stream, and
//! tells the owner where visitors are stuck. `owner-stuck` shows the figures.
//!
//! The figures are statistics, not accounts: a batch that is delivered twice counts twice, and what
//! the table does not take is lost. They have a function of their own because Lambda maps one
//! stream to one function once, and because the outbox must not wait for them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use aws_lambda_events::event::dynamodb::{Event, EventRecord};
use aws_lambda_events::event::streams::DynamoDbEventResponse;
use domain::{
    base::calendar,
    riddle::content::RoomSet,
    walk::funnel::{self, Alert, Tally},
};
use jiff::{Timestamp, civil::Date};
use lambda_runtime::{Error, LambdaEvent, Service};
use messaging::{OwnerBell, Run, on_event, outbox};
use platform::{
    Clock, Init, InitError, Platform,
    metrics::{self, Metric},
};
use store::Store;

struct Figures {
    store: Store,
    bell: OwnerBell,
    clock: Clock,
}

impl Init for Figures {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        Ok(Self {
            store: Store::open(platform)?,
            bell: OwnerBell::open(platform)?,
            clock: platform.clock.clone(),
        })
    }
}

/// The function as a service from a batch of the stream to its failures. It reports none: a second
/// delivery would count the batch twice.
pub fn function(
    platform: Platform,
) -> impl Service<
    LambdaEvent<Event>,
    Response = DynamoDbEventResponse,
    Error = Error,
    Future = Run<DynamoDbEventResponse>,
> + Clone
+ Send
+ 'static {
    on_event(platform, |figures: Arc<Figures>, event: Event| async move {
        count(&figures.store, &figures.bell, &event.records, figures.clock.now()).await;
        Ok(DynamoDbEventResponse::default())
    })
}

/// Adds a batch up and writes each room once, so that the cost does not grow with the visitors.
/// Then tells the owner where visitors are stuck, once a day for each room and cause.
async fn count(store: &Store, bell: &OwnerBell, records: &[EventRecord], now: Timestamp) {
    let Ok(rooms) = RoomSet::built_in() else { return };
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong: BTreeSet<&str> = BTreeSet::new();
    for (before, after) in records.iter().filter_map(outbox::visit) {
        for (room, tally) in funnel::changes(rooms, before.as_ref(), &after) {
            tallies.entry(room).or_default().add(&tally);
        }
        wrong.extend(
            funnel::wrong_ten_times(rooms, before.as_ref(), &after)
                .iter()
                .map(|room| room.id.as_str()),
        );
    }
    for (metric, of) in [
        (Metric::RoomsEntered, (|tally| tally.entered) as fn(&Tally) -> u64),
        (Metric::RoomsSolved, |tally| tally.solved),
        (Metric::RoomsPlain, |tally| tally.plain),
    ] {
        if let all @ 1.. = tallies.values().map(of).sum() {
            metrics::count(metric, all);
        }
    }
    let day = calendar::today(now);
    for (name, tally) in tallies {
        let of_the_day = match store.count(&name, day, now, &tally).await {
            Ok(of_the_day) => of_the_day,
            Err(error) => {
                tracing::warn!(room = name, error.message = %error, "figures not counted");
                continue;
            }
        };
        let Some(room) = rooms.room(&name) else { continue };
        let alerts = [
            (Alert::WrongTenTimes, wrong.contains(name.as_str())),
            (Alert::PlainDoor, tally.plain > 0 && funnel::too_plain(room, &of_the_day)),
        ];
        for (alert, _) in alerts.into_iter().filter(|(_, due)| *due) {
            let words = alert.words(room, &of_the_day);
            if let Err(why) = tell(store, bell, &name, day, alert, &words).await {
                tracing::warn!(
                    room = name,
                    alert = alert.name(),
                    error.message = %why,
                    "owner not told"
                );
            }
        }
    }
}

/// Tells the owner unless somebody has told today. The mark is taken back if the publish fails, so
/// that the next change tells.
async fn tell(
    store: &Store,
    bell: &OwnerBell,
    room: &str,
    day: Date,
    alert: Alert,
    words: &str,
) -> Result<(), String> {
    if !store.told_first(room, day, alert).await.map_err(|why| why.to_string())? {
        return Ok(());
    }
    if let Err(why) = bell.tell(words).await {
        store.not_told(room, day, alert).await.map_err(|why| why.to_string())?;
        return Err(why.to_string());
    }
    Ok(())
}
