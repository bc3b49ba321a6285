//! What a committed change of an order says in the log, and what it counts. Every change of an order
//! passes here, so each amount and each state is counted where it becomes true, and once.

use domain::{
    base::{
        id::{MessageId, OrderId},
        money::Won,
    },
    order::{Order, State},
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
    pub(crate) fn between(before: Option<&Order>, after: &Order) -> Self {
        Self {
            order: after.id,
            from: before.map(|before| before.state),
            to: after.state,
            message: None,
            counts: counts(before, after),
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

fn counts(before: Option<&Order>, after: &Order) -> Vec<(Metric, u64)> {
    let mut counts = Vec::new();
    let was_paid = before.is_some_and(|before| before.paid_at().is_some());
    if !was_paid && after.paid_at().is_some() {
        counts.push((Metric::OrdersPaid, 1));
        counts.push((Metric::WonIn, after.total.0));
    }
    let of = |order: Option<&Order>| order.map_or((0, 0, Won(0)), refunds);
    let ((promised, done, back), (promised_before, done_before, back_before)) =
        (of(Some(after)), of(before));
    for (metric, now, then) in [
        (Metric::RefundsDue, promised, promised_before),
        (Metric::RefundsDone, done, done_before),
        (Metric::WonOut, back.0, back_before.0),
    ] {
        if now > then {
            counts.push((metric, now - then));
        }
    }
    let seconds = after.paid_at().map(|paid| after.changed_at.duration_since(paid).as_secs());
    let changed = before.is_none_or(|before| before.state != after.state);
    let metric = match after.state {
        State::Chosen => Some(Metric::PaidToChosen),
        State::Shipped => Some(Metric::PaidToShipped),
        _ => None,
    };
    if let (true, Some(metric), Some(seconds)) = (changed, metric, seconds) {
        counts.push((metric, u64::try_from(seconds).unwrap_or_default()));
    }
    counts
}

/// How many refunds were promised, how many are back with the reader, and how much that is.
fn refunds(order: &Order) -> (u64, u64, Won) {
    let back = || order.refunds.iter().filter(|refund| refund.progress.is_back());
    let count = |many: usize| u64::try_from(many).unwrap_or(u64::MAX);
    (count(order.refunds.len()), count(back().count()), back().map(|refund| refund.amount).sum())
}
