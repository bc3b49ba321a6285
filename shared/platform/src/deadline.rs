//! How much time the running invocation has left.
//!
//! Lambda ends a function at its `Timeout`, in the middle of whatever it does. A call to somebody
//! who may answer late has to end before that, with time left to record what is known. The
//! deadline belongs to an invocation and not to the function's state, so it is task-local: the
//! entry of a function sets it ([`Invocation::run`](crate::Invocation::run)), and a client reads it ([`remaining`]).

use std::{future::Future, time::Duration};

use tokio::time::Instant;

use crate::Clock;

tokio::task_local! {
    static ENDS: Instant;
}

/// When Lambda ends the running invocation; unknown outside of Lambda.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline(Option<Instant>);

impl Deadline {
    /// The deadline of an invocation's context, in milliseconds since 1970. One that is not set, or
    /// has passed by the function's clock, is unknown.
    pub(crate) fn of(millis: u64, clock: &Clock) -> Self {
        let left = i64::try_from(millis)
            .ok()
            .and_then(|millis| millis.checked_sub(clock.now().as_millisecond()))
            .and_then(|left| u64::try_from(left).ok())
            .filter(|left| *left > 0);
        Self(left.and_then(|left| Instant::now().checked_add(Duration::from_millis(left))))
    }

    /// Runs the work of the invocation. Inside, [`remaining`] knows the deadline.
    pub(crate) async fn bounds<T>(self, work: impl Future<Output = T>) -> T {
        match self.0 {
            Some(ends) => ENDS.scope(ends, work).await,
            None => work.await,
        }
    }
}

/// The time until the running invocation is ended; `None` where that is unknown.
pub fn remaining() -> Option<Duration> {
    ENDS.try_with(|ends| ends.saturating_duration_since(Instant::now())).ok()
}

/// Runs work to its end, or until so long before the running invocation is ended; `None` if it did
/// not end by then and was dropped where it stood.
pub async fn within<T>(before_the_end: Duration, work: impl Future<Output = T>) -> Option<T> {
    let Ok(ends) = ENDS.try_with(|ends| *ends) else { return Some(work.await) };
    let until = ends.checked_sub(before_the_end).unwrap_or(ends);
    tokio::time::timeout_at(until, work).await.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        Clock::new(|| "2026-11-26T03:00:00Z".parse().unwrap())
    }

    fn in_millis(millis: i64) -> u64 {
        u64::try_from(clock().now().as_millisecond() + millis).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn the_time_left_is_counted_from_the_entry_of_the_invocation() {
        let deadline = Deadline::of(in_millis(10_000), &clock());
        let left = deadline
            .bounds(async {
                tokio::time::advance(Duration::from_secs(4)).await;
                let after_four = remaining();
                tokio::time::advance(Duration::from_secs(7)).await;
                (after_four, remaining())
            })
            .await;
        assert_eq!(left, (Some(Duration::from_secs(6)), Some(Duration::ZERO)));
        assert_eq!(remaining(), None, "outside of an invocation");
    }

    #[tokio::test(start_paused = true)]
    async fn work_is_dropped_before_the_end_and_not_where_the_end_is_unknown() {
        let one = Duration::from_secs(1);
        let sleep = |seconds| tokio::time::sleep(Duration::from_secs(seconds));
        let began = Instant::now();
        let deadline = Deadline::of(in_millis(10_000), &clock());
        let (quick, slow) = deadline
            .bounds(async { (within(one, sleep(8)).await, within(one, sleep(8)).await) })
            .await;
        assert_eq!((quick, slow), (Some(()), None));
        assert_eq!(began.elapsed(), Duration::from_secs(9));
        assert_eq!(within(one, sleep(60)).await, Some(()));
    }

    #[tokio::test]
    async fn a_context_without_a_deadline_bounds_nothing() {
        for millis in [0, in_millis(0), in_millis(-1), u64::MAX] {
            let known = Deadline::of(millis, &clock()).bounds(async { remaining() }).await;
            assert_eq!(known, None, "{millis}");
        }
    }
}
