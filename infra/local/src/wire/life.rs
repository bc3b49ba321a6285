//! The life of one invocation. A fault can end it, as a crash does: the future is dropped at its
//! current await.

use std::future::Future;
use std::sync::Arc;

use tokio::sync::Notify;

tokio::task_local! {
    /// The invocation that makes the current call.
    static OF_THE_CALLER: Life;
}

/// The life of an invocation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Life(Arc<Notify>);

impl Life {
    /// Runs an invocation within this life.
    pub(crate) fn around<F: Future>(&self, work: F) -> impl Future<Output = F::Output> + use<F> {
        OF_THE_CALLER.scope(self.clone(), work)
    }

    /// Waits until it ends.
    pub(crate) async fn ended(&self) {
        self.0.notified().await;
    }
}

/// Ends the invocation that makes this call. The call is never answered.
pub(super) async fn end<T>() -> T {
    // A client outside of a function has no life; its timeout ends the call.
    let _ = OF_THE_CALLER.try_with(|life| life.0.notify_one());
    std::future::pending().await
}
