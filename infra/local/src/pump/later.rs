//! Asynchronous invocations, with Lambda's retries after one and two minutes.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{Fault, World};
use crate::later::Later;
use crate::queue::Outgoing;
use crate::template::Lambda;

/// Lambda's wait before a retry, to be multiplied by the number of tries so far.
const RETRY_SECONDS: u32 = 60;

/// The hidden queue of one function.
#[derive(Debug)]
pub(super) struct LaterPump {
    function: String,
    queue: String,
    retries: u32,
    dead_letters: Option<String>,
}

impl LaterPump {
    pub(super) fn new(lambda: &Lambda) -> Self {
        Self {
            function: lambda.name.clone(),
            queue: Later::queue_name(&lambda.name),
            retries: lambda.retries,
            dead_letters: lambda.dead_letters.clone(),
        }
    }

    pub(super) fn next_due(&self, world: &World) -> Result<Option<Timestamp>, Fault> {
        Ok(world.queues.next_due(&self.queue)?)
    }

    pub(super) async fn step(&self, world: &World) -> Result<bool, Fault> {
        let Some(message) = world.queues.receive(&self.queue, 1, None)?.messages.pop() else {
            return Ok(false);
        };
        let event: Json = serde_json::from_str(&message.body).unwrap_or_default();
        let done = world.functions.invoke(&self.function, event, None).await.is_ok();
        if !done && message.received <= self.retries {
            world.queues.change_visibility(
                &self.queue,
                &message.receipt,
                RETRY_SECONDS * message.received,
            )?;
            return Ok(true);
        }
        if !done {
            tracing::error!(
                function = self.function,
                "an asynchronous event was given up after {} tries",
                message.received
            );
            if let Some(queue) = &self.dead_letters {
                world.queues.send(queue, &Outgoing::text(message.body))?;
            }
        }
        world.queues.delete(&self.queue, &message.receipt)?;
        Ok(true)
    }
}
