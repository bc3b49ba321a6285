//! Asynchronous invocations: accepted at once, invoked by a pump with Lambda's retries, and kept
//! across a restart.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::queue::{Outgoing, QueueError, Queues};
use crate::template::{Lambda, Names, Queue};

/// The events that wait for their function: one hidden queue per function. Clones share them.
#[derive(Debug, Clone)]
pub(crate) struct Later {
    queues: Queues,
    /// Maps short name, deployed name and ARN to the short name.
    known: Arc<BTreeMap<String, String>>,
}

impl Later {
    pub(crate) fn new<'a>(
        queues: Queues,
        names: &Names,
        functions: impl Iterator<Item = &'a Lambda>,
    ) -> Self {
        let mut known = BTreeMap::new();
        for f in functions {
            for alias in
                [f.name.clone(), f.deployed_name.clone(), names.function_arn(&f.deployed_name)]
            {
                known.insert(alias, f.name.clone());
            }
        }
        Self { queues, known: Arc::new(known) }
    }

    /// The name of a function's hidden queue. A slash is not allowed in the names of real queues.
    pub(crate) fn queue_name(function: &str) -> String {
        format!("later/{function}")
    }

    /// The hidden queue's settings. Lambda keeps an event for six hours.
    pub(crate) fn queue(function: &Lambda) -> Queue {
        let name = Self::queue_name(&function.name);
        Queue {
            logical_id: name.clone(),
            arn: name.clone(),
            url: name.clone(),
            name,
            visibility: function.timeout.saturating_add(60),
            retention: 6 * 3_600,
            delay: 0,
            redrive: None,
        }
    }

    /// Accepts an event. `function` is a short name, a deployed name or an ARN.
    pub(crate) fn put(&self, function: &str, event: &Json) -> Result<(), QueueError> {
        let name = self.known.get(function).ok_or(QueueError::NoSuchQueue)?;
        self.queues.send(&Self::queue_name(name), &Outgoing::text(event.to_string())).map(drop)
    }
}
