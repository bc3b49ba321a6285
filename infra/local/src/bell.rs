//! What wakes the pumps: something was written, sent or moved.

use std::sync::Arc;

use tokio::sync::watch;

/// A counter that only goes up; whoever waits sees every change since it last looked.
#[derive(Debug, Clone)]
pub(crate) struct Bell(Arc<watch::Sender<u64>>);

impl Default for Bell {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(0)))
    }
}

impl Bell {
    /// Wakes everyone who listens.
    pub(crate) fn ring(&self) {
        self.0.send_modify(|count| *count += 1);
    }

    /// A listener that has heard everything so far.
    pub(crate) fn listen(&self) -> watch::Receiver<u64> {
        self.0.subscribe()
    }
}
