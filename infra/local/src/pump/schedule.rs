//! EventBridge's schedules on the system's clock.

use jiff::Timestamp;
use serde_json::{Value as Json, json};

use super::{Fault, World};
use crate::ledger::LedgerError;
use crate::queue::uuid;
use crate::template::ScheduleSource;

/// One schedule of one function. The time of its last call is persistent.
#[derive(Debug)]
pub(super) struct SchedulePump {
    function: String,
    source: ScheduleSource,
    mark: String,
    next: Option<Timestamp>,
}

impl SchedulePump {
    pub(super) fn new(
        function: &str,
        source: &ScheduleSource,
        world: &World,
    ) -> Result<Self, Fault> {
        let mark = format!("schedule {function}/{}", source.event);
        let last = if let Some(last) = world.ledger.mark(&mark)? {
            last.parse().map_err(|_| LedgerError::Value(mark.clone()))?
        } else {
            let now = world.clock.now();
            world.ledger.set_mark(&mark, &now.to_string())?;
            now
        };
        let next = source.schedule.after(last);
        Ok(Self { function: function.to_owned(), source: source.clone(), mark, next })
    }

    pub(super) fn next_due(&self) -> Option<Timestamp> {
        self.next
    }

    /// Calls once if a time has come. Several missed times cause one call.
    pub(super) fn step(&mut self, world: &World) -> Result<bool, Fault> {
        let now = world.clock.now();
        let Some(mut due) = self.next.filter(|next| *next <= now) else { return Ok(false) };
        while let Some(later) = self.source.schedule.after(due).filter(|later| *later <= now) {
            due = later;
        }
        let event = self.source.input.clone().unwrap_or_else(|| self.event(world, due));
        world.later.put(&self.function, &event)?;
        world.ledger.set_mark(&self.mark, &due.to_string())?;
        self.next = self.source.schedule.after(due);
        Ok(true)
    }

    fn event(&self, world: &World, due: Timestamp) -> Json {
        json!({
            "version": "0",
            "id": uuid(),
            "detail-type": "Scheduled Event",
            "source": "aws.events",
            "account": world.names.account,
            "time": format!("{due:.0}"),
            "region": world.names.region,
            "resources": [world.names.arn("events", &format!("rule/{}", world.names.generated(&self.source.event)))],
            "detail": {},
        })
    }
}
