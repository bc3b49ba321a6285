//! A month in which nobody comes: what the schedules do, measured over a day, and what the
//! template's resources cost by standing there.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::Value as Json;
use walk::{Log, Shop};

use crate::order::{gb, logged};
use crate::prices::Prices;
use crate::step::{Reading, Step, count, total};

/// Days of a month.
const DAYS: f64 = 30.0;

/// Months for which a live stage keeps a log: 90 days.
const LOG_MONTHS: f64 = 3.0;

/// Receives of an idle queue in a month: Lambda polls each mapping with five long polls of twenty
/// seconds (<https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html>).
const POLLS_A_MONTH: f64 = 5.0 * 3.0 * 60.0 * 24.0 * DAYS;

/// Resources that cost nothing by themselves: they are free, or billed by use, or their use is
/// counted below. A new kind of resource must be priced here first.
const KNOWN: [&str; 17] = [
    "AWS::Serverless::Function",
    "AWS::Serverless::HttpApi",
    // A name of the shop's own; its certificate is ACM's and free.
    "AWS::ApiGatewayV2::DomainName",
    "AWS::ApiGatewayV2::ApiMapping",
    "AWS::Logs::LogGroup",
    "AWS::Logs::QueryDefinition",
    "AWS::IAM::Role",
    "AWS::IAM::ManagedPolicy",
    "AWS::SQS::Queue",
    "AWS::SQS::QueuePolicy",
    "AWS::SNS::Topic",
    "AWS::SNS::Subscription",
    "AWS::DynamoDB::Table",
    "AWS::CloudFormation::Stack",
    // Two of an account are free; the template has one.
    "AWS::Budgets::Budget",
    ALARM,
    DASHBOARD,
];

const ALARM: &str = "AWS::CloudWatch::Alarm";
const DASHBOARD: &str = "AWS::CloudWatch::Dashboard";

/// One cause of cost.
#[derive(Debug, Clone, Serialize)]
pub struct Row {
    /// What it is.
    pub what: String,
    /// Units a month.
    pub units: f64,
    /// US dollars a month, beyond what is free.
    pub usd: f64,
}

/// An idle month.
#[derive(Debug, Clone, Serialize)]
pub struct Idle {
    /// The causes, in the order of the table.
    pub rows: Vec<Row>,
    /// What the schedules did on the measured day.
    pub day: Step,
}

impl Idle {
    /// US dollars a month.
    pub fn usd(&self) -> f64 {
        self.rows.iter().map(|row| row.usd).sum()
    }
}

/// What stands in the two templates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Standing {
    /// Mappings of queues: each event of kind SQS becomes one when SAM expands the template.
    mappings: usize,
    alarm_metrics: usize,
    dashboards: usize,
}

/// Lets a day pass in an empty shop, and adds what stands there.
pub(crate) async fn measure(prices: &Prices) -> Result<Idle> {
    let shop = Shop::open().await;
    shop.minutes_pass(2).await;
    let system = shop.system();
    system.wire().measure();
    let log = Log::keep(tracing::Level::INFO);
    let before = Reading::of(&system);
    shop.time_passes(SignedDuration::from_hours(24)).await;
    shop.nothing_failed();
    let day = total(Reading::of(&system).since(&before, &system).values());
    let metrics = metrics(&log);
    let alarms = read(Path::new(env!("CARGO_MANIFEST_DIR")).join("../alarms.yaml").as_path())?;
    let standing = standing([&system.template().document, &alarms])?;
    Ok(Idle { rows: rows(prices, &day, logged(&log), metrics, standing), day })
}

fn rows(
    prices: &Prices,
    day: &Step,
    log_bytes: usize,
    metrics: usize,
    standing: Standing,
) -> Vec<Row> {
    let row = |what: &str, units: f64, usd: f64| Row { what: what.to_owned(), units, usd };
    let polls = POLLS_A_MONTH * count(standing.mappings) + DAYS * count(day.queue_requests);
    let alarms = count(standing.alarm_metrics);
    let (writes, reads) = (DAYS * day.write_units, DAYS * day.read_units);
    let runs = DAYS * count(day.invocations);
    let log = DAYS * gb(log_bytes);
    vec![
        row("alarms: metrics", alarms, prices.alarm_metric.beyond_free(alarms)),
        row("queues: requests, polls of mappings", polls, prices.queue_request.beyond_free(polls)),
        row(
            "dashboards",
            count(standing.dashboards),
            prices.dashboard.beyond_free(count(standing.dashboards)),
        ),
        row(
            "own metrics with a value",
            count(metrics),
            prices.custom_metric.beyond_free(count(metrics)),
        ),
        row("schedules: write units", writes, prices.write_unit.of(writes)),
        row("schedules: read units", reads, prices.read_unit.of(reads)),
        row("schedules: invocations", runs, prices.invocation.beyond_free(runs)),
        row(
            "schedules: GB-seconds",
            DAYS * day.gb_seconds,
            prices.gb_second.beyond_free(DAYS * day.gb_seconds),
        ),
        row("logs: GB taken in", log, prices.log_gb.beyond_free(log)),
        row("logs: GB kept", LOG_MONTHS * log, prices.log_gb_month.of(LOG_MONTHS * log)),
    ]
}

/// How many of the shop's own metrics had a value.
fn metrics(log: &Log) -> usize {
    let lines = log.lines();
    let names = lines
        .iter()
        .filter_map(|line| line.pointer("/_aws/CloudWatchMetrics")?.as_array())
        .flatten()
        .filter_map(|directive| directive.get("Metrics")?.as_array())
        .flatten()
        .filter_map(|metric| metric.get("Name")?.as_str());
    names.collect::<BTreeSet<_>>().len()
}

fn read(path: &Path) -> Result<Json> {
    let text = std::fs::read_to_string(path).with_context(|| path.display().to_string())?;
    Ok(local::template::long_form(&serde_norway::from_str(&text)?)?)
}

/// Counts what costs by standing there. A resource that this does not know is an error: its price
/// would be missing.
fn standing<'a>(templates: impl IntoIterator<Item = &'a Json>) -> Result<Standing> {
    let mut found = Standing { mappings: 0, alarm_metrics: 0, dashboards: 0 };
    for template in templates {
        let resources = template.get("Resources").and_then(Json::as_object);
        for (name, resource) in resources.context("a template without resources")? {
            let kind = resource.get("Type").and_then(Json::as_str).unwrap_or_default();
            ensure!(KNOWN.contains(&kind), "{name}: {kind} has no price in infra/cost/src/idle.rs");
            let properties = resource.get("Properties").unwrap_or(&Json::Null);
            match kind {
                ALARM => found.alarm_metrics += alarm_metrics(properties),
                DASHBOARD => found.dashboards += 1,
                "AWS::DynamoDB::Table" if text(properties, "BillingMode") != "PAY_PER_REQUEST" => {
                    bail!("{name}: provisioned capacity costs by the hour and has no price here")
                }
                "AWS::Serverless::Function" => {
                    if properties.get("ProvisionedConcurrencyConfig").is_some() {
                        bail!("{name}: provisioned concurrency has no price here");
                    }
                    let events = properties.get("Events").and_then(Json::as_object);
                    let queues = events.into_iter().flat_map(serde_json::Map::values);
                    found.mappings += queues.filter(|event| text(event, "Type") == "SQS").count();
                }
                _ => {}
            }
        }
    }
    Ok(found)
}

fn text<'a>(of: &'a Json, name: &str) -> &'a str {
    of.get(name).and_then(Json::as_str).unwrap_or_default()
}

/// An alarm is billed for each metric that it reads.
fn alarm_metrics(properties: &Json) -> usize {
    let metrics = properties.get("Metrics").and_then(Json::as_array);
    metrics.map_or(1, |metrics| {
        metrics.iter().filter(|metric| metric.get("MetricStat").is_some()).count()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn mappings_alarms_and_dashboards_are_counted() {
        let template = json!({ "Resources": {
            "A": { "Type": "AWS::Serverless::Function", "Properties": { "Events": {
                "Work": { "Type": "SQS" }, "Page": { "Type": "HttpApi" },
            } } },
            "One": { "Type": ALARM, "Properties": { "MetricName": "Errors" } },
            "Many": { "Type": ALARM, "Properties": { "Metrics": [
                { "Expression": "a + b" }, { "MetricStat": {} }, { "MetricStat": {} },
            ] } },
            "Board": { "Type": DASHBOARD },
        } });
        let wanted = Standing { mappings: 1, alarm_metrics: 3, dashboards: 1 };
        assert_eq!(standing([&template]).unwrap(), wanted);
    }

    #[test]
    fn a_resource_without_a_price_is_an_error() {
        let of = |resource: Json| standing([&json!({ "Resources": { "It": resource } })]);
        let cache = of(json!({ "Type": "AWS::ElastiCache::ServerlessCache" })).unwrap_err();
        assert!(cache.to_string().contains("has no price"), "{cache}");
        let table = json!({ "Type": "AWS::DynamoDB::Table", "Properties": {} });
        assert!(of(table).is_err(), "provisioned capacity is DynamoDB's default");
    }

    #[test]
    fn what_stands_there_is_billed_beyond_what_is_free() {
        let prices = Prices::read().unwrap();
        let standing = Standing { mappings: 6, alarm_metrics: 23, dashboards: 1 };
        let rows = rows(&prices, &Step::default(), 0, 2, standing);
        let usd: f64 = rows.iter().map(|row| row.usd).sum();
        // 13 metrics, and 3,888,000 polls of which a million is free.
        assert!((usd - (1.30 + 1.155_2)).abs() < 1e-6, "{usd}");
    }
}
