//! What changes of visits add to the figures of the rooms. A batch that is delivered twice counts twice, and figures that the table does not take
//! are lost: these are figures to look at, not accounts, and nothing of the outbox waits for them.

use std::collections::BTreeMap;

use aws_lambda_events::event::dynamodb::EventRecord;
use house::{
    calendar,
    content::House,
    stuck::{self, Tally},
};
use jiff::Timestamp;
use post::outbox;
use store::Store;

/// Adds up what the records say, and writes it: one or two writes a room, however many walked.
pub(crate) async fn count(store: &Store, records: &[EventRecord], now: Timestamp) {
    let Ok(house) = House::built_in() else { return };
    let mut rooms: BTreeMap<String, Tally> = BTreeMap::new();
    for (before, after) in records.iter().filter_map(outbox::visit) {
        for (room, tally) in stuck::changes(house, before.as_ref(), &after) {
            rooms.entry(room).or_default().add(&tally);
        }
    }
    let day = calendar::today(now);
    for (room, tally) in rooms {
        if let Err(error) = store.count(&room, day, now, &tally).await {
            tracing::warn!(room, error.message = %error, "figures not counted");
        }
    }
}
