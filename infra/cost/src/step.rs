//! What one function does for an order, read from the harness.

use std::collections::BTreeMap;
use std::time::Duration;

use local::{Calls, Runs, Service, System, Usage};
use serde::Serialize;

use crate::prices::Prices;

/// Requests of a queue's mapping for each batch: one that receives it and one that deletes it.
const QUEUE_REQUESTS_A_BATCH: usize = 2;

/// What one function did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Step {
    /// Write request units, with those of indexes.
    pub write_units: f64,
    /// Write request units of index copies.
    pub index_write_units: f64,
    /// Read request units.
    pub read_units: f64,
    /// Writes that failed a condition, counted above with the least that DynamoDB bills.
    pub refused_writes: usize,
    /// Requests through the HTTP API.
    pub http_requests: usize,
    /// Invocations.
    pub invocations: usize,
    /// Their time by this machine's clock, each rounded up to a millisecond.
    pub billed_ms: u64,
    /// The same times the function's memory.
    pub gb_seconds: f64,
    /// Requests to queues: the function's own, and those of the mapping that feeds it.
    pub queue_requests: usize,
    /// Publishes to topics.
    pub topic_requests: usize,
    /// Calls of any AWS service that the function makes itself.
    pub calls: usize,
}

impl Step {
    /// Adds what another did.
    pub fn add(&mut self, other: &Self) {
        self.write_units += other.write_units;
        self.index_write_units += other.index_write_units;
        self.read_units += other.read_units;
        self.refused_writes += other.refused_writes;
        self.http_requests += other.http_requests;
        self.invocations += other.invocations;
        self.billed_ms += other.billed_ms;
        self.gb_seconds += other.gb_seconds;
        self.queue_requests += other.queue_requests;
        self.topic_requests += other.topic_requests;
        self.calls += other.calls;
    }

    /// What it costs without anything that is free.
    pub fn usd(&self, prices: &Prices) -> f64 {
        prices.write_unit.of(self.write_units)
            + prices.read_unit.of(self.read_units)
            + prices.http_request.of(count(self.http_requests))
            + prices.invocation.of(count(self.invocations))
            + prices.gb_second.of(self.gb_seconds)
            + prices.queue_request.of(count(self.queue_requests))
            + prices.topic_request.of(count(self.topic_requests))
    }
}

/// Steps by function.
pub type Steps = BTreeMap<String, Step>;

/// The sum of steps.
pub(crate) fn total<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Step {
    let mut total = Step::default();
    for step in steps {
        total.add(step);
    }
    total
}

/// A count as a number to price.
#[expect(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
pub(crate) fn count(count: usize) -> f64 {
    count as f64
}

/// The harness's meters at one moment.
#[derive(Debug, Clone)]
pub(crate) struct Reading {
    usage: BTreeMap<String, Usage>,
    runs: BTreeMap<String, Runs>,
    calls: Calls,
}

impl Reading {
    pub(crate) fn of(system: &System) -> Self {
        Self { usage: system.wire().usage(), runs: system.runs(), calls: system.wire().calls() }
    }

    /// What each function did between `before` and this reading. A client outside of a function
    /// does not count.
    pub(crate) fn since(&self, before: &Self, system: &System) -> Steps {
        let template = system.template();
        let step = |(name, function): (&String, &local::template::Lambda)| {
            let step = self.step(before, name, function);
            (step != Step::default()).then(|| (name.clone(), step))
        };
        template.functions.iter().filter_map(step).collect()
    }

    fn step(&self, before: &Self, name: &str, function: &local::template::Lambda) -> Step {
        let usage = |of: &Self| of.usage.get(name).copied().unwrap_or_default();
        let runs = |of: &Self| of.runs.get(name).copied().unwrap_or_default();
        let (now, then) = (usage(self), usage(before));
        let invocations = runs(self).count - runs(before).count;
        let billed = runs(self).billed.saturating_sub(runs(before).billed);
        let calls = |wanted: &dyn Fn(Service, &str) -> bool| {
            let of = |calls: &Calls| -> usize {
                let ours = calls.iter().filter(|((caller, service, operation), _)| {
                    caller == name && wanted(*service, operation)
                });
                ours.map(|(_, count)| count).sum()
            };
            of(&self.calls) - of(&before.calls)
        };
        let fed = if function.queues.is_empty() { 0 } else { QUEUE_REQUESTS_A_BATCH * invocations };
        Step {
            write_units: now.write_units - then.write_units,
            index_write_units: now.index_write_units - then.index_write_units,
            read_units: now.read_units - then.read_units,
            refused_writes: now.refused_writes - then.refused_writes,
            // A page is invoked by nothing but its route.
            http_requests: if function.routes.is_empty() { 0 } else { invocations },
            invocations,
            billed_ms: u64::try_from(billed.as_millis()).unwrap_or(u64::MAX),
            gb_seconds: gb_seconds(billed, function.memory),
            queue_requests: fed + calls(&|service, _| service == Service::Sqs),
            topic_requests: calls(&|service, operation| {
                service == Service::Sns && operation == "Publish"
            }),
            calls: calls(&|_, _| true),
        }
    }
}

fn gb_seconds(billed: Duration, memory_mb: u32) -> f64 {
    billed.as_secs_f64() * f64::from(memory_mb) / 1_024.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_costs_the_sum_of_its_units() {
        let prices = Prices::read().unwrap();
        let step = Step {
            write_units: 100.0,
            read_units: 100.0,
            http_requests: 30,
            invocations: 70,
            gb_seconds: 1.0,
            queue_requests: 50,
            topic_requests: 4,
            ..Step::default()
        };
        // 68 + 13.55 + 36.9 + 14 + 13.3334 + 20 + 2 millionths.
        assert!((step.usd(&prices) * 1e6 - 167.783_4).abs() < 1e-6, "{}", step.usd(&prices));
        let twice = total([&step, &step]);
        assert!((twice.usd(&prices) - 2.0 * step.usd(&prices)).abs() < 1e-12);
    }

    #[test]
    fn time_is_billed_by_memory() {
        assert!((gb_seconds(Duration::from_secs(4), 256) - 1.0).abs() < 1e-9);
    }
}
