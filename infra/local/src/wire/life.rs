//! The life of one invocation, which a fault can end: what a crash is. The work is dropped where it
//! waits; nothing of it runs any more.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Notify;

tokio::task_local! {
    /// Whose call it is that the wire sees.
    static OF_THE_CALLER: Life;
}

/// The life of an invocation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life(Arc<Notify>);

impl Life {
    /// Runs an invocation under this life.
    pub(crate) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        OF_THE_CALLER.scope(self.clone(), work)
    }

    /// Waits until it ends.
    pub(crate) async fn ended(&self) {
        self.0.notified().await;
    }
}

/// Ends the invocation that makes this call. Whoever waits for the answer waits in vain.
pub(super) async fn end<T>() -> T {
    // A client of no function has no life to lose; its own patience ends the call.
    let _ = OF_THE_CALLER.try_with(|life| life.0.notify_one());
    std::future::pending().await
}
