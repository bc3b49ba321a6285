//! One whole order, from the door to the reader's word that it has arrived.

use std::sync::Arc;

use anyhow::{Result, ensure};
use jiff::SignedDuration;
use local::System;
use serde::Serialize;
use serde_json::{Value, json};
use walk::{Doors, InProcess, Log, Pay, Request, Sending, Shop, Transport, Walker};

use crate::prices::Prices;
use crate::step::{Reading, Step, Steps, count, total};

/// What CloudWatch adds to each event of a log, in bytes
/// (<https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html>).
const BYTES_AN_EVENT: usize = 26;

/// The time between two requests of a reader: about twenty of them make the two minutes by plain
/// doors and the eleven by riddles that the walk is expected to take.
const fn pace(doors: Doors) -> SignedDuration {
    match doors {
        Doors::Plain => SignedDuration::from_secs(6),
        Doors::Riddle => SignedDuration::from_secs(30),
    }
}

/// One order, measured.
#[derive(Debug, Clone, Serialize)]
pub struct Order {
    /// What each function did, without the functions that a schedule calls.
    pub steps: Steps,
    /// What was done by the time at which the reader stood at the counter: the cost of a visitor who
    /// leaves there.
    pub until_the_counter: Step,
    /// Calls of AWS by the functions behind the pages, from the payment to the order on the packing
    /// table.
    pub calls_from_paid_to_packed: Steps,
    /// Bytes of the functions' logs, as CloudWatch counts them.
    pub log_bytes: usize,
    /// Bytes of the API's access log, computed from its format.
    pub access_log_bytes: usize,
}

impl Order {
    /// The sum of the steps.
    pub fn total(&self) -> Step {
        total(self.steps.values())
    }

    /// What the order costs, with nothing free.
    pub fn usd(&self, prices: &Prices) -> f64 {
        self.total().usd(prices) + self.logs_usd(prices)
    }

    /// What its logs cost.
    pub fn logs_usd(&self, prices: &Prices) -> f64 {
        prices.log_gb.of(gb(self.log_bytes + self.access_log_bytes))
    }

    /// The calls from the payment to the packing table.
    pub fn calls(&self) -> usize {
        total(self.calls_from_paid_to_packed.values()).calls
    }
}

/// Bytes in GB, as AWS counts them.
pub(crate) fn gb(bytes: usize) -> f64 {
    count(bytes) / f64::from(1 << 30)
}

/// The bytes of the log so far, as CloudWatch counts them.
pub(crate) fn logged(log: &Log) -> usize {
    log.text().lines().map(|line| line.len() + BYTES_AN_EVENT).sum()
}

/// The app, with time between two requests: streams and queues deliver meanwhile, as they do for a
/// reader who is alone in the shop.
#[derive(Clone)]
struct Paced {
    shop: Arc<Shop>,
    pace: SignedDuration,
}

impl Transport for Paced {
    fn authority(&self) -> &str {
        InProcess::AUTHORITY
    }

    fn send(&self, ask: Request) -> Sending<'_> {
        Box::pin(async move {
            let answer = self.shop.system().request(ask).await;
            self.shop.time_passes(self.pace).await;
            answer
        })
    }
}

/// Delivers the payment service's webhooks after the first `known`; returns how many there are.
async fn deliver_webhooks(shop: &Shop, known: usize) -> Result<usize> {
    let deliveries = shop.standin().webhooks();
    for delivery in deliveries.iter().skip(known) {
        ensure!(shop.deliver(delivery).await == 200, "a webhook was refused: {delivery:?}");
    }
    Ok(deliveries.len())
}

/// Walks one reader through a whole order and reads the meters.
pub(crate) async fn measure(doors: Doors) -> Result<Order> {
    let shop = Arc::new(Shop::open().await);
    shop.keep_webhooks();
    shop.minutes_pass(2).await;
    let system = shop.system();
    system.wire().measure();
    let log = Log::keep(tracing::Level::INFO);
    let begin = Reading::of(&system);

    let mut reader = Walker::new(Paced { shop: Arc::clone(&shop), pace: pace(doors) });
    reader.to_the_counter(doors).await;
    // The figures' batching window ends, so that each part has its own.
    shop.minutes_pass(2).await;
    let at_the_counter = Reading::of(&system);
    reader.order("middle").await;
    let order = reader.here().order().0;
    shop.minutes_pass(2).await;

    let unpaid = Reading::of(&system);
    reader.pay(Pay::Approve).await;
    let known = deliver_webhooks(&shop, 0).await?;
    shop.minutes_pass(2).await;
    let packing = Reading::of(&system);
    ensure!(shop.stage(&order) == "prepared", "the order is {}", shop.stage(&order));

    reader.window().await;
    reader.mailbox().await;
    shop.owner("owner-desk", json!({})).await;
    shop.owner_packs(&order).await;
    shop.minutes_pass(2).await;
    shop.owner_ships(&order, "123456789012").await;
    shop.minutes_pass(2).await;
    deliver_webhooks(&shop, known).await?;
    shop.minutes_pass(2).await;
    reader.window().await;
    let arrived = reader.here().form("form#arrived");
    reader.submit(arrived).await;
    reader.mailbox().await;
    shop.minutes_pass(2).await;
    ensure!(shop.state(&order) == "delivered", "the order is {}", shop.state(&order));
    shop.nothing_failed();

    let mut steps = Reading::of(&system).since(&begin, &system);
    steps.retain(|name, _| !is_scheduled(&system, name));
    ensure!(steps.contains_key("refund"), "no difference to the list price went back");
    let mut until = at_the_counter.since(&begin, &system);
    until.retain(|name, _| !is_scheduled(&system, name));
    let mut behind = packing.since(&unpaid, &system);
    behind.retain(|name, _| is_behind_the_pages(&system, name));
    Ok(Order {
        access_log_bytes: access_log(&system) * total(steps.values()).http_requests,
        steps,
        until_the_counter: total(until.values()),
        calls_from_paid_to_packed: behind,
        log_bytes: logged(&log),
    })
}

/// Whether a schedule calls the function: then it runs without an order as well, and is a part of
/// the idle month.
fn is_scheduled(system: &System, name: &str) -> bool {
    system.template().functions.get(name).is_some_and(|function| !function.schedules.is_empty())
}

fn is_behind_the_pages(system: &System, name: &str) -> bool {
    let function = system.template().functions.get(name);
    function.is_some_and(|function| !function.queues.is_empty() || !function.streams.is_empty())
}

/// The bytes of one line of the API's access log. The names of the variables in its format are about
/// as long as their values.
fn access_log(system: &System) -> usize {
    let format = "/Resources/Api/Properties/AccessLogSettings/Format";
    let format = system.template().document.pointer(format).and_then(Value::as_str);
    format.map_or(0, |format| format.len() + BYTES_AN_EVENT)
}
