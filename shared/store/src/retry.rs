//! Retries of what DynamoDB refuses only for now: conflicts between transactions, throttling, and
//! the unread part of a batch.
//!
//! Conflicts and throttling change nothing in the table, so the same request is sent again. The
//! pauses follow "full jitter"
//! (<https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/>): a random
//! part of a limit that doubles, because writers that met once would otherwise meet again.

use std::time::Duration;

use aws_sdk_dynamodb::{
    error::{ProvideErrorMetadata, SdkError},
    operation::transact_write_items::TransactWriteItemsError,
};
use platform::Random;
use tokio::time::Instant;

/// Attempts after the first, over one whole update.
const ROUNDS: u32 = 10;

/// Limit of the first pause; doubles with each one.
const FIRST: Duration = Duration::from_millis(10);

/// Limit of every later pause.
const LONGEST: Duration = Duration::from_millis(200);

/// No attempt begins later than this after the first one, but for the first [`ALWAYS`]: a decision
/// may have waited for a third party. A function has ten seconds.
const PATIENCE: Duration = Duration::from_millis(1_900);

/// Attempts after the first that are made however long they take.
const ALWAYS: u32 = 3;

/// Error codes of requests that DynamoDB did not carry out and would carry out later.
const LATER: [&str; 5] = [
    "TransactionConflictException",
    "TransactionInProgressException",
    "ProvisionedThroughputExceededException",
    "ThrottlingException",
    "RequestLimitExceeded",
];

/// The same for one write of a cancelled transaction.
const LATER_IN_A_TRANSACTION: [&str; 3] =
    ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// The pauses of one update. A lost condition and a conflict draw from the same budget, so that an
/// update is bounded whatever stops it.
pub(crate) struct Backoff {
    random: Random,
    round: u32,
    ends: Instant,
}

impl Backoff {
    /// `slack`: how many times as long as on Lambda it may take.
    pub(crate) fn new(random: &Random, slack: u32) -> Self {
        Self { random: random.clone(), round: 0, ends: Instant::now() + PATIENCE * slack }
    }

    /// Pauses before another attempt. `false`: there is none left.
    pub(crate) async fn pause(&mut self) -> bool {
        let limit = FIRST.saturating_mul(1 << self.round.min(10)).min(LONGEST);
        let drawn = self.random.next_u128() % limit.as_nanos().max(1);
        let pause = Duration::from_nanos(u64::try_from(drawn).unwrap_or_default());
        let late = Instant::now() + pause >= self.ends;
        if self.round >= ROUNDS || (late && self.round >= ALWAYS) {
            return false;
        }
        self.round += 1;
        tokio::time::sleep(pause).await;
        true
    }
}

/// Whether DynamoDB refused a request only for now.
pub(crate) trait Refusal {
    /// Nothing was written, and the same request may succeed later.
    fn is_for_now(&self) -> bool;
}

impl<E: ProvideErrorMetadata + 'static, R> Refusal for SdkError<E, R> {
    fn is_for_now(&self) -> bool {
        self.code().is_some_and(|code| LATER.contains(&code))
    }
}

/// Whether a transaction was cancelled for nothing but conflicts and throttling.
pub(crate) fn is_cancelled_for_now(error: &TransactWriteItemsError) -> bool {
    let TransactWriteItemsError::TransactionCanceledException(cancelled) = error else {
        return false;
    };
    let mut codes = cancelled
        .cancellation_reasons()
        .iter()
        .filter_map(|reason| reason.code())
        .filter(|code| *code != "None")
        .peekable();
    codes.peek().is_some() && codes.all(|code| LATER_IN_A_TRANSACTION.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_pauses_are_bounded() {
        let begun = Instant::now();
        let mut backoff = Backoff::new(&Random::seeded([7; 32]), 1);
        let mut pauses = 0;
        while backoff.pause().await {
            pauses += 1;
        }
        assert_eq!(pauses, ROUNDS);
        assert!(begun.elapsed() < PATIENCE);
    }
}
