//! Measures whole orders through the one-process pipeline.

use std::{collections::BTreeMap, time::Instant};

use anyhow::{Context as _, Result, bail};
use jiff::Timestamp;
use local::Clock;
use serde::Serialize;

use crate::{
    requests,
    system::{BenchedSystem, Reader},
};

/// Letters about an order by the time it is prepared for packing: paid and chosen.
const LETTERS: usize = 2;

/// The throughput of the pipeline.
#[derive(Debug, Serialize)]
pub(crate) struct Pipeline {
    /// The number of orders.
    pub(crate) orders: u32,
    /// Orders a second from paid to prepared, including every letter and every published notice.
    pub(crate) paid_to_prepared_per_s: f64,
    /// Orders a second from the first page to prepared: the walk through the plain doors, the
    /// payment at the stand-in, the pipeline.
    pub(crate) door_to_prepared_per_s: f64,
    /// AWS calls per order from paid to prepared, by function.
    pub(crate) calls_per_order: BTreeMap<String, f64>,
}

/// Walks `orders` readers to a paid order, then runs the pipeline to its end.
pub(crate) async fn measure(orders: u32) -> Result<Pipeline> {
    // A weekday morning: at night `push` defers its messages to the morning.
    let morning: Timestamp =
        "2026-08-03T10:00:00+09:00".parse().context("the start time is invalid")?;
    let system = BenchedSystem::open(Clock::standing(morning)).await?;
    let walk = requests::to_a_paid_order();

    // Building an event reads the order's price from the table. That is the bench's own work, so
    // only the request is timed.
    let mut walking = std::time::Duration::ZERO;
    for number in 1..=orders {
        let mut reader = Reader::new(number);
        for request in &walk {
            let event = system.event(request, &mut reader).await?;
            let began = Instant::now();
            system.onward(request, event, &mut reader).await?;
            walking += began.elapsed();
        }
    }

    system.forget_calls();
    let began = Instant::now();
    system.local.settle().await.context("the pipeline does not settle")?;
    let piped = began.elapsed();

    let mut calls_per_order = BTreeMap::new();
    for ((function, ..), count) in system.local.wire().calls() {
        *calls_per_order.entry(function).or_insert(0.0) += per(count, orders);
    }
    check(&system, orders)?;
    system.close().await;
    Ok(Pipeline {
        orders,
        paid_to_prepared_per_s: f64::from(orders) / piped.as_secs_f64(),
        door_to_prepared_per_s: f64::from(orders) / (walking + piped).as_secs_f64(),
        calls_per_order,
    })
}

/// Fails unless every order is prepared with all its letters and notices.
fn check(system: &BenchedSystem, orders: u32) -> Result<()> {
    if let Some(failure) = system.local.failures().first() {
        bail!("{} failed in the pipeline: {}", failure.function, failure.message);
    }
    let items = system.table()?.items()?;
    let count = |good: &dyn Fn(&serde_json::Value) -> bool| {
        items.values().filter(|item| good(item)).count()
    };
    let orders = orders as usize;
    let prepared = count(&|item| {
        item["kind"]["S"] == "order" && item["state"]["S"] == "chosen" && item["number"].is_object()
    });
    let about_order =
        |item: &serde_json::Value| !item["notice"].is_null() && !item["order"].is_null();
    let letters = count(&|item| item["kind"]["S"] == "letter" && about_order(item));
    // The walk subscribes at `bell`, so the whispers are published too: `>=` below.
    let notices = system.local.topics().published().len();
    if prepared == orders && letters == orders * LETTERS && notices >= orders * LETTERS {
        return Ok(());
    }
    bail!(
        "of {orders} orders only {prepared} were prepared, with {letters} letters and {notices} notices"
    )
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
fn per(count: usize, orders: u32) -> f64 {
    count as f64 / f64::from(orders)
}
