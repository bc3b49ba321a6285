//! What the HTTP handlers and tasks of one stand-in share.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::{Notify, watch};

use crate::Options;
use crate::clock::Clock;
use crate::delivery::Delivery;
use crate::journal::Change;
use crate::provider::Provider;

/// The shared state.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) options: Options,
    /// Wakes the task of [`crate::webhook::run`].
    pub(crate) wake: Notify,
    /// Notified after each attempt to deliver a webhook.
    pub(crate) attempted: Notify,
    /// Counts the calls that change something and have not ended.
    pub(crate) calls: watch::Sender<OpenCalls>,
    provider: Mutex<Provider>,
    release: Notify,
    traces: AtomicU64,
    /// Calls of the server API since the start.
    pub(crate) api_calls: AtomicU64,
}

/// The calls that change something and have not ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OpenCalls {
    /// All of them.
    pub(crate) open: usize,
    /// Those that a fault withholds.
    pub(crate) held: usize,
}

/// Counts a call until it is dropped.
pub(crate) struct CallGuard<'a> {
    calls: &'a watch::Sender<OpenCalls>,
    count: fn(&mut OpenCalls) -> &mut usize,
}

impl<'a> CallGuard<'a> {
    fn new(calls: &'a watch::Sender<OpenCalls>, count: fn(&mut OpenCalls) -> &mut usize) -> Self {
        calls.send_modify(|calls| *count(calls) += 1);
        Self { calls, count }
    }
}

impl Drop for CallGuard<'_> {
    fn drop(&mut self) {
        self.calls.send_modify(|calls| *(self.count)(calls) -= 1);
    }
}

impl Shared {
    pub(crate) fn new(options: Options, mut provider: Provider) -> Self {
        let traces = AtomicU64::new(provider.next_random() >> 16);
        Self {
            options,
            wake: Notify::new(),
            attempted: Notify::new(),
            calls: watch::Sender::new(OpenCalls::default()),
            provider: Mutex::new(provider),
            release: Notify::new(),
            traces,
            api_calls: AtomicU64::new(0),
        }
    }

    pub(crate) fn provider(&self) -> MutexGuard<'_, Provider> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new trace id.
    pub(crate) fn trace(&self) -> String {
        format!("{:032x}", self.traces.fetch_add(1, Ordering::Relaxed))
    }

    /// Waits until the faults are cleared. If the client gives up first, the future is dropped.
    pub(crate) async fn hold_call(&self) {
        let _held = CallGuard::new(&self.calls, |calls| &mut calls.held);
        self.release.notified().await;
    }

    /// Counts a call as open until the guard is dropped.
    pub(crate) fn count_call(&self) -> CallGuard<'_> {
        CallGuard::new(&self.calls, |calls| &mut calls.open)
    }

    pub(crate) fn set_clock(&self, clock: Clock) {
        let mut provider = self.provider();
        provider.apply(Change::Clock(clock));
        provider.expire_payments();
        provider.commit();
        drop(provider);
        self.wake.notify_one();
    }

    pub(crate) fn clear_faults(&self) {
        self.provider().rules.clear();
        self.release.notify_waiters();
    }

    /// Every webhook, oldest first.
    pub(crate) fn webhooks(&self) -> Vec<Delivery> {
        let mut all: Vec<Delivery> = self.provider().deliveries.values().cloned().collect();
        all.sort_by_key(|delivery| delivery.seq);
        all
    }
}
