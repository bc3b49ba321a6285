//! Wakes the pumps when something was written, sent or moved.

use std::sync::Arc;

use tokio::sync::watch;

/// A counter of changes. A subscriber sees every change since it last looked.
#[derive(Debug, Clone)]
pub(crate) struct Signal(Arc<watch::Sender<u64>>);

impl Default for Signal {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Signal {
    /// Wakes every subscriber.
    pub(crate) fn notify(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// A subscriber that has seen everything so far.
    pub(crate) fn subscribe(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
