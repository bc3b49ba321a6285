//! Whole orders through the one-process pipeline.

use std::{collections::BTreeMap, time::Instant};

use jiff::Timestamp;
use local::Clock;
use serde::Serialize;

use crate::{
    About as _, Outcome,
    house::{House, Reader},
    requests, trouble,
};

/// Letters of the house by the time an order is packed: paid, chosen, packed, and what came back of
/// the price (the walk agrees to a range whose upper end no sample book costs).
const LETTERS: usize = 4;

/// How fast the pipeline is.
#[derive(Debug, Serialize)]
pub(crate) struct Pipeline {
    /// How many orders went through it.
    pub(crate) orders: u32,
    /// Orders a second from paid to packed, with every letter in the mailbox and every notice
    /// published.
    pub(crate) paid_to_packed_per_s: f64,
    /// Orders a second from the door to packed: the walk by plain doors, the payment at the
    /// stand-in, the pipeline.
    pub(crate) door_to_packed_per_s: f64,
    /// Calls of AWS an order from paid to packed, by function.
    pub(crate) calls_per_order: BTreeMap<String, f64>,
}

/// Lets `orders` readers walk to a paid order, and then the pipeline run.
pub(crate) async fn measure(orders: u32) -> Outcome<Pipeline> {
    // A weekday morning: at night the ringing waits for the morning.
    let morning: Timestamp = "2026-08-03T10:00:00+09:00".parse().about("a morning")?;
    let house = House::open(Clock::standing(morning)).await?;
    let walk = requests::to_a_paid_order();

    // The table is read once an order here, to find its price: that is the bench's work and not
    // measured.
    let mut walking = std::time::Duration::ZERO;
    for number in 1..=orders {
        let mut reader = Reader::new(number);
        for request in &walk {
            let event = house.event(request, &mut reader).await?;
            let began = Instant::now();
            house.onward(request, event, &mut reader).await?;
            walking += began.elapsed();
        }
    }

    house.forget_calls();
    let began = Instant::now();
    house.system.settle().await.about("the pipeline")?;
    let piped = began.elapsed();

    let mut calls_per_order = BTreeMap::new();
    for ((function, ..), count) in house.system.wire().calls() {
        *calls_per_order.entry(function).or_insert(0.0) += per(count, orders);
    }
    check(&house, orders)?;
    house.close().await;
    Ok(Pipeline {
        orders,
        paid_to_packed_per_s: f64::from(orders) / piped.as_secs_f64(),
        door_to_packed_per_s: f64::from(orders) / (walking + piped).as_secs_f64(),
        calls_per_order,
    })
}

/// Nothing counts unless every order is whole.
fn check(house: &House, orders: u32) -> Outcome<()> {
    if let Some(failure) = house.system.failures().first() {
        return trouble(format!(
            "{} failed in the pipeline: {}",
            failure.function, failure.message
        ));
    }
    let items = house.table()?.items()?;
    let count = |good: &dyn Fn(&serde_json::Value) -> bool| {
        items.values().filter(|item| good(item)).count()
    };
    let orders = orders as usize;
    let packed = count(&|item| item["kind"]["S"] == "order" && item["state"]["S"] == "packed");
    let about_order =
        |item: &serde_json::Value| !item["notice"].is_null() && !item["order"].is_null();
    let letters = count(&|item| item["kind"]["S"] == "letter" && about_order(item));
    // The bell was pulled on the way: its whispers are rung too, in the same time.
    let told = house.system.topics().published().len();
    if packed == orders && letters == orders * LETTERS && told >= orders * LETTERS {
        return Ok(());
    }
    trouble(format!(
        "Of {orders} orders {packed} were packed, with {letters} letters and {told} notices: that is no measure."
    ))
}

#[expect(clippy::cast_precision_loss, reason = "counts of calls are small")]
fn per(count: usize, orders: u32) -> f64 {
    count as f64 / f64::from(orders)
}
