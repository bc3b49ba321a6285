//! The stored budget, `budget.toml`: what was measured when it was stored, and how far a later
//! measurement may be away from it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde::Deserialize;

use crate::step::count;
use crate::{Measured, Order};

/// How far a measurement may be from the budget, in percent.
const TOLERANCE: f64 = 5.0;

/// Figures by name.
type Figures = BTreeMap<String, f64>;

/// The figures of two orders and of an idle month. Time is not among them: it depends on the
/// machine.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// How far a measurement may be away, in percent.
    pub tolerance_percent: f64,
    /// An order by plain doors.
    pub plain: Figures,
    /// An order by riddles.
    pub riddle: Figures,
    /// An idle month.
    pub idle: Figures,
}

impl Budget {
    /// The stored budget.
    pub fn stored() -> Result<Self> {
        let path = path();
        let text = std::fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        toml::from_str(&text).with_context(|| path.display().to_string())
    }

    /// The budget that a measurement keeps exactly.
    pub fn of(measured: &Measured) -> Self {
        let day = &measured.idle.day;
        let idle = [
            ("usd_a_month", measured.idle.usd()),
            ("write_units_a_day", day.write_units),
            ("read_units_a_day", day.read_units),
            ("invocations_a_day", count(day.invocations)),
        ];
        Self {
            tolerance_percent: TOLERANCE,
            plain: order(&measured.plain),
            riddle: order(&measured.riddle),
            idle: named(idle),
        }
    }

    /// Where a measurement leaves the budget, one sentence each. One that is far below it is named
    /// as well: the budget is then stored anew, or the saving is lost unnoticed later.
    pub fn left_by(&self, measured: &Measured) -> Vec<String> {
        let now = Self::of(measured);
        let mut left = Vec::new();
        for (part, stored, figures) in [
            ("plain doors", &self.plain, &now.plain),
            ("riddles", &self.riddle, &now.riddle),
            ("idle", &self.idle, &now.idle),
        ] {
            left.extend(compare(part, stored, figures, self.tolerance_percent));
        }
        left
    }

    /// Stores this budget.
    pub fn store(&self) -> Result<()> {
        let path = path();
        std::fs::write(&path, self.text()).with_context(|| path.display().to_string())
    }

    /// The stored form.
    fn text(&self) -> String {
        let mut text = format!(
            "# What `cargo xtask cost --store` measured. tests/budget.rs fails if a measurement is \
             further\n# away than the tolerance, in either direction.\n\
             tolerance_percent = {:?}\n",
            self.tolerance_percent
        );
        for (part, figures) in
            [("plain", &self.plain), ("riddle", &self.riddle), ("idle", &self.idle)]
        {
            text += &format!("\n[{part}]\n");
            for (name, figure) in figures {
                text += &format!("{name} = {:?}\n", (figure * 1_000.0).round() / 1_000.0);
            }
        }
        text
    }
}

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("budget.toml")
}

fn named<const N: usize>(figures: [(&str, f64); N]) -> Figures {
    figures.map(|(name, figure)| (name.to_owned(), figure)).into()
}

fn order(order: &Order) -> Figures {
    let total = order.total();
    named([
        ("write_units", total.write_units),
        ("read_units", total.read_units),
        ("http_requests", count(total.http_requests)),
        ("invocations", count(total.invocations)),
        ("queue_requests", count(total.queue_requests)),
        ("topic_requests", count(total.topic_requests)),
        ("calls_from_paid_to_packed", count(order.calls())),
        ("write_units_until_the_counter", order.until_the_counter.write_units),
        ("log_bytes", count(order.log_bytes)),
    ])
}

fn compare(part: &str, stored: &Figures, now: &Figures, tolerance: f64) -> Vec<String> {
    let names: std::collections::BTreeSet<&String> = stored.keys().chain(now.keys()).collect();
    let left = names.into_iter().filter_map(|name| {
        let (Some(budget), Some(figure)) = (stored.get(name), now.get(name)) else {
            return Some(format!("{part}: {name} is not in both; store the budget anew"));
        };
        let away = budget.abs() * tolerance / 100.0;
        let (way, what) = if *figure > budget + away {
            ("above", "find out what became dearer")
        } else if *figure < budget - away {
            ("below", "store the budget anew")
        } else {
            return None;
        };
        Some(format!("{part}: {name} is {figure:.3}, {way} the budget of {budget:.3}; {what}"))
    });
    left.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(figure: f64) -> Vec<String> {
        let of = |figure| named([("write_units", figure)]);
        compare("plain doors", &of(100.0), &of(figure), 5.0)
    }

    #[test]
    fn a_figure_may_be_away_by_the_tolerance_and_not_more() {
        for within in [95.0, 100.0, 105.0] {
            assert_eq!(left(within), Vec::<String>::new(), "{within}");
        }
        assert!(left(105.5)[0].contains("above the budget of 100.000"), "{:?}", left(105.5));
        assert!(left(94.5)[0].contains("below the budget of 100.000"), "{:?}", left(94.5));
    }

    #[test]
    fn a_figure_that_is_not_in_the_budget_is_named() {
        let now = named([("write_units", 1.0)]);
        assert_eq!(compare("idle", &Figures::new(), &now, 5.0).len(), 1);
        assert_eq!(compare("idle", &now, &Figures::new(), 5.0).len(), 1);
    }

    #[test]
    fn the_stored_form_is_read_back() {
        let figures = named([("write_units", 100.5), ("log_bytes", 12_345.0)]);
        let budget = Budget {
            tolerance_percent: TOLERANCE,
            plain: figures.clone(),
            riddle: figures,
            idle: named([("usd_a_month", 3.255)]),
        };
        assert_eq!(toml::from_str::<Budget>(&budget.text()).unwrap(), budget);
    }
}
