//! What changes of visits add to the figures of the rooms, and when the owner is told of them. A
//! batch that is delivered twice counts twice, and figures that the table does not take are lost:
//! these are figures to look at, not accounts, and nothing of the outbox waits for them.

use std::collections::{BTreeMap, BTreeSet};

use aws_lambda_events::event::dynamodb::EventRecord;
use domain::{
    base::calendar,
    riddle::content::RoomSet,
    walk::funnel::{self, Alert, Tally},
};
use jiff::{Timestamp, civil::Date};
use messaging::{OwnerBell, outbox};
use store::Store;

/// Adds up what the records say, and writes it: one or two writes a room, however many walked. Then
/// the owner is told where somebody is stuck, once a day for each room and cause.
pub(crate) async fn count(
    store: &Store,
    bell: &OwnerBell,
    records: &[EventRecord],
    now: Timestamp,
) {
    let Ok(house) = RoomSet::built_in() else { return };
    let mut rooms: BTreeMap<String, Tally> = BTreeMap::new();
    let mut wrong: BTreeSet<&str> = BTreeSet::new();
    for (before, after) in records.iter().filter_map(outbox::visit) {
        for (room, tally) in funnel::changes(house, before.as_ref(), &after) {
            rooms.entry(room).or_default().add(&tally);
        }
        wrong.extend(
            funnel::wrong_ten_times(house, before.as_ref(), &after)
                .iter()
                .map(|room| room.id.as_str()),
        );
    }
    let day = calendar::today(now);
    for (name, tally) in rooms {
        let of_the_day = match store.count(&name, day, now, &tally).await {
            Ok(of_the_day) => of_the_day,
            Err(error) => {
                tracing::warn!(room = name, error.message = %error, "figures not counted");
                continue;
            }
        };
        let Some(room) = house.room(&name) else { continue };
        let alerts = [
            (Alert::WrongTenTimes, wrong.contains(name.as_str())),
            (Alert::PlainDoor, tally.plain > 0 && funnel::too_plain(room, &of_the_day)),
        ];
        for (alert, _) in alerts.into_iter().filter(|(_, rings)| *rings) {
            let words = alert.words(room, &of_the_day);
            if let Err(why) = tell(store, bell, &name, day, alert, &words).await {
                tracing::warn!(room = name, alert = alert.name(), error.message = %why, "owner not told");
            }
        }
    }
}

/// Tells the owner, if nobody has today. What the bell does not take may be told by the next
/// change.
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
