//! What a committed change of an order says in the log, and what it counts. Every change of an order
//! passes here, so each amount and each state is counted where it becomes true, and once.

use domain::{
    base::id::{MessageId, OrderId},
    order::{
        Order, State,
        ledger::{Entry, Movement},
    },
};
use platform::metrics::{self, Metric};

/// A change of an order that a commit writes.
#[derive(Debug)]
pub(crate) struct Moved {
    order: OrderId,
    /// `None` for a new order.
    from: Option<State>,
    to: State,
    /// The message that asked for it.
    message: Option<MessageId>,
    counts: Vec<(Metric, u64)>,
}

impl Moved {
    /// The change from the order as it was read, if it was there, to the order as it is written.
    /// `entries`: the money that moves by it.
    pub(crate) fn between(before: Option<&Order>, after: &Order, entries: &[Entry]) -> Self {
        Self {
            order: after.id,
            from: before.map(|before| before.state),
            to: after.state,
            message: None,
            counts: counts(before, after, entries),
        }
    }

    /// Names the message that asked for it.
    pub(crate) fn asked_by(&mut self, message: MessageId) {
        self.message = Some(message);
    }

    /// Logs the change once it is written: one line for each new state, by which one query tells an
    /// order's life.
    pub(crate) fn log(&self) {
        for (metric, value) in &self.counts {
            metrics::count(*metric, *value);
        }
        if self.from != Some(self.to) {
            tracing::info!(
                order = %self.order,
                from = self.from.map_or("none", State::name),
                to = self.to.name(),
                message.id = self.message.map(tracing::field::display),
                "order changed"
            );
        }
    }
}

/// What the change counts: its movements of money, the refunds that it promises, and how long book
/// and parcel took.
fn counts(before: Option<&Order>, after: &Order, entries: &[Entry]) -> Vec<(Metric, u64)> {
    let mut counts = Vec::new();
    for entry in entries {
        let won = entry.amount.0;
        match entry.movement {
            Movement::Card | Movement::BankTransfer => {
                counts.extend([(Metric::OrdersPaid, 1), (Metric::WonIn, won)]);
            }
            Movement::Refund | Movement::ByHand => {
                counts.extend([(Metric::RefundsDone, 1), (Metric::WonOut, won)]);
            }
            Movement::Reversed => counts.push((Metric::WonOut, won)),
        }
    }
    let refunds = |order: &Order| u64::try_from(order.refunds.len()).unwrap_or_default();
    let promised = refunds(after).saturating_sub(before.map(refunds).unwrap_or_default());
    if promised > 0 {
        counts.push((Metric::RefundsDue, promised));
    }
    let time = match after.state {
        _ if before.is_some_and(|before| before.state == after.state) => None,
        State::Chosen => Some(Metric::PaidToChosen),
        State::Shipped => Some(Metric::PaidToShipped),
        _ => None,
    };
    if let (Some(metric), Some(paid)) = (time, after.paid_at()) {
        let seconds = after.changed_at.duration_since(paid).as_secs();
        counts.push((metric, u64::try_from(seconds).unwrap_or_default()));
    }
    counts
}
