//! The checked-in price table, `prices.toml`.

use anyhow::{Context as _, Result};
use jiff::civil::Date;
use serde::Deserialize;

/// The table's text.
const TABLE: &str = include_str!("../prices.toml");

/// One price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// The service and its unit.
    pub what: String,
    /// US dollars for `per` units.
    pub usd: f64,
    /// How many units the price is for.
    pub per: f64,
    /// Units that an account has for nothing each month, always.
    #[serde(default)]
    pub free: f64,
    /// The page that publishes the price.
    pub source: String,
    /// When it was entered.
    pub date: Date,
    /// The region, if it is not Seoul.
    pub region: Option<String>,
}

/// Every price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "`what` of each price says what it is of")]
pub struct Prices {
    pub write_unit: Price,
    pub read_unit: Price,
    pub http_request: Price,
    pub invocation: Price,
    pub gb_second: Price,
    pub queue_request: Price,
    pub topic_request: Price,
    pub log_gb: Price,
    pub log_gb_month: Price,
    pub alarm_metric: Price,
    pub dashboard: Price,
    pub custom_metric: Price,
}

impl Price {
    /// What so many units cost.
    pub fn of(&self, units: f64) -> f64 {
        units * self.usd / self.per
    }

    /// What so many units of one month cost beyond those that are free.
    pub fn beyond_free(&self, units: f64) -> f64 {
        self.of((units - self.free).max(0.0))
    }
}

impl Prices {
    /// The checked-in table.
    pub fn read() -> Result<Self> {
        toml::from_str(TABLE).context("infra/cost/prices.toml")
    }

    /// Every price, for a list of sources.
    pub fn all(&self) -> [&Price; 12] {
        [
            &self.write_unit,
            &self.read_unit,
            &self.http_request,
            &self.invocation,
            &self.gb_second,
            &self.queue_request,
            &self.topic_request,
            &self.log_gb,
            &self.log_gb_month,
            &self.alarm_metric,
            &self.dashboard,
            &self.custom_metric,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_price_has_a_source_and_a_positive_sum() {
        for price in Prices::read().unwrap().all() {
            assert!(price.source.starts_with("https://aws.amazon.com/"), "{}", price.what);
            assert!(price.usd > 0.0 && price.per > 0.0 && price.free >= 0.0, "{}", price.what);
        }
    }

    #[test]
    fn what_is_free_is_taken_off_a_month_and_not_off_an_order() {
        let price = Prices::read().unwrap().queue_request;
        let near = |left: f64, right: f64| (left - right).abs() < 1e-9;
        assert!(near(price.of(500_000.0), 0.20));
        assert!(near(price.beyond_free(500_000.0), 0.0));
        assert!(near(price.beyond_free(3_000_000.0), 0.80));
    }
}
