//! The shop's own metrics, in CloudWatch's embedded metric format: a line of the log that CloudWatch
//! reads as a metric, without an agent and without a call
//! (<https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html>).
//!
//! Each metric has one dimension, the stack. Ten custom metrics are free in an account; each further
//! one costs $0.30 for a month in which it has a value every hour.

use serde_json::{Map, Value, json};

/// The namespace of every metric.
pub const NAMESPACE: &str = "Gongganmunhak";

/// The target of the log lines that are metrics.
pub const TARGET: &str = "metrics";

/// A metric. Its name in CloudWatch is the variant's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, strum::IntoStaticStr, strum::VariantArray)]
pub enum Metric {
    /// Orders whose money arrived.
    OrdersPaid,
    /// Won that arrived.
    WonIn,
    /// Won that went back.
    WonOut,
    /// Refunds promised.
    RefundsDue,
    /// Refunds carried out.
    RefundsDone,
    /// Payments that the provider refused because our request was wrong.
    RefusedByOurFault,
    /// Payments whose outcome is asked for, as `sweep` counts them.
    UnknownPayments,
    /// Answers of status 4xx to readers who are about to pay.
    PaymentsTurnedAway,
    /// Messages in the queues of dead letters, as `sweep` counts them.
    DeadLetters,
    /// How long the oldest message that is due has been due, in seconds.
    OldestUnhandled,
    /// From the payment to the choice of a book, in seconds.
    PaidToChosen,
    /// From the payment to the hand-over to the carrier, in seconds.
    PaidToShipped,
    /// Rooms entered for the first time by a visitor.
    RoomsEntered,
    /// Rooms left by the riddle.
    RoomsSolved,
    /// Rooms left by the plain door.
    RoomsPlain,
    /// Invocations that ended in the last fifth of their time.
    NearTimeout,
    /// Lines of level ERROR.
    Faults,
    /// Lines of level ERROR of the functions that move money.
    MoneyFaults,
}

impl Metric {
    /// Every metric.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Its name in CloudWatch.
    pub fn name(self) -> &'static str {
        self.into()
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::OldestUnhandled | Self::PaidToChosen | Self::PaidToShipped => "Seconds",
            Self::WonIn | Self::WonOut => "None",
            _ => "Count",
        }
    }
}

/// Functions that move money.
pub const MONEY: [&str; 8] = [
    "pay",
    "cancel",
    "refund",
    "sweep",
    "toss-webhook",
    "owner-refund",
    "owner-order",
    "reconcile",
];

/// Writes a value of a metric.
pub fn count(metric: Metric, value: u64) {
    tracing::info!(target: TARGET, metric = metric.name(), value, "measured");
}

/// The metrics that a line of level ERROR counts.
pub(crate) fn faults(function: &str) -> Vec<(Metric, u64)> {
    let mut faults = vec![(Metric::Faults, 1)];
    if MONEY.contains(&function) {
        faults.push((Metric::MoneyFaults, 1));
    }
    faults
}

/// The fields that make a line a metric.
pub(crate) fn embedded(
    stack: &str,
    at: jiff::Timestamp,
    values: &[(Metric, u64)],
) -> Map<String, Value> {
    let metrics: Vec<Value> = values
        .iter()
        .map(|(metric, _)| json!({ "Name": metric.name(), "Unit": metric.unit() }))
        .collect();
    let mut fields: Map<String, Value> =
        values.iter().map(|(metric, value)| (metric.name().to_owned(), json!(value))).collect();
    fields.insert("Stack".to_owned(), json!(stack));
    let directive =
        json!({ "Namespace": NAMESPACE, "Dimensions": [["Stack"]], "Metrics": metrics });
    fields.insert(
        "_aws".to_owned(),
        json!({ "Timestamp": at.as_millisecond(), "CloudWatchMetrics": [directive] }),
    );
    fields
}
