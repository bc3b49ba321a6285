//! Renders what was measured: a table by step for each way through the rooms, the idle month, and
//! the targets.

use crate::order::gb;
use crate::prices::Prices;
use crate::step::{Step, count, total};
use crate::{Measured, Order};

/// How many of the largest steps explain a missed target.
const LARGEST: usize = 6;

const HEAD: [&str; 11] =
    ["step", "WRU", "in index", "RRU", "HTTP", "runs", "ms", "queue", "topic", "calls", "$/1,000"];

/// A target and what was measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// The target, as a sentence.
    pub target: String,
    /// Whether it is met.
    pub met: bool,
    /// The line of the report.
    pub line: String,
}

/// The whole report.
pub fn text(measured: &Measured, prices: &Prices) -> String {
    let mut out = String::new();
    for (name, order) in [("plain doors", &measured.plain), ("riddles", &measured.riddle)] {
        out += &format!("One order by {name}, the dearest step first\n\n");
        out += &steps(order, prices);
        out += "\n";
    }
    out += "An idle month, beyond what is free for every account\n\n";
    let mut rows = vec![["cause", "units a month", "$ a month"].map(str::to_owned)];
    for row in &measured.idle.rows {
        rows.push([row.what.clone(), short(row.units), format!("{:.3}", row.usd)]);
    }
    rows.push(["total".into(), String::new(), format!("{:.3}", measured.idle.usd())]);
    out += &table(&rows);
    out += "\nTargets\n\n";
    for verdict in verdicts(measured, prices) {
        out += &format!("{}\n", verdict.line);
    }
    out += &notes(measured, prices);
    out
}

fn notes(measured: &Measured, prices: &Prices) -> String {
    let entered = prices.all().map(|price| price.date).into_iter().min();
    let entered = entered.map(|date| date.to_string()).unwrap_or_default();
    let refused: usize =
        [&measured.plain, &measured.riddle].map(|order| order.total().refused_writes).iter().sum();
    format!(
        "\nPrices: infra/cost/prices.toml, entered since {entered}. WRU, RRU: request units as the \
         embedded\nDynamoDB reports them; {refused} refused writes are counted with the least. ms: \
         this machine's clock\nwith the {} profile, every service in the same process; a deployed \
         function waits longer. An\norder is priced without anything free, an idle month for 30 \
         days. Not priced: data out (100 GB a\nmonth are free), the table's storage and backups, \
         cold starts, the owner's pages.\n",
        if cfg!(debug_assertions) { "dev" } else { "release" }
    )
}

/// The table of one order.
fn steps(order: &Order, prices: &Prices) -> String {
    let mut steps: Vec<(&str, &Step)> =
        order.steps.iter().map(|(name, step)| (name.as_str(), step)).collect();
    steps.sort_by(|(_, one), (_, other)| other.usd(prices).total_cmp(&one.usd(prices)));
    let mut rows = vec![HEAD.map(str::to_owned)];
    rows.extend(steps.iter().map(|(name, step)| row(name, step, step.usd(prices))));
    let logs = order.logs_usd(prices);
    let mut line = row("logs", &Step::default(), logs);
    line[1] = format!("{:.1} KB", gb(order.log_bytes + order.access_log_bytes) * 1_048_576.0);
    rows.push(line);
    rows.push(row("total", &order.total(), order.usd(prices)));
    table(&rows)
}

fn row(name: &str, step: &Step, usd: f64) -> [String; HEAD.len()] {
    let some =
        |number: String| if number == "0" || number == "0.0" { String::new() } else { number };
    [
        name.to_owned(),
        some(format!("{:.0}", step.write_units)),
        some(format!("{:.0}", step.index_write_units)),
        some(format!("{:.1}", step.read_units)),
        some(step.http_requests.to_string()),
        some(step.invocations.to_string()),
        some(step.billed_ms.to_string()),
        some(step.queue_requests.to_string()),
        some(step.topic_requests.to_string()),
        some(step.calls.to_string()),
        format!("{:.4}", usd * 1_000.0),
    ]
}

/// Aligns rows: the first column to the left, the others to the right.
fn table<const N: usize>(rows: &[[String; N]]) -> String {
    let widths: [usize; N] = std::array::from_fn(|column| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or_default()
    });
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        out += &format!("{}\n", cells.collect::<Vec<_>>().join("  ").trim_end());
    }
    out
}

/// The targets, each met or not met and why.
pub fn verdicts(measured: &Measured, prices: &Prices) -> Vec<Verdict> {
    let (plain, riddle) = (&measured.plain, &measured.riddle);
    let writes = |order: &Order| largest(order, |step| step.write_units);
    let money = |order: &Order| largest(order, |step| step.usd(prices) * 1_000.0);
    let calls = |order: &Order| {
        let steps = &order.calls_from_paid_to_packed;
        let most = steps.iter().map(|(name, step)| (name.as_str(), count(step.calls)));
        listed(most, |figure| format!("{figure:.0}"))
    };
    let third = |order: &Order| order.usd(prices) / 3.0;
    let leaves = |order: &Order| order.until_the_counter.usd(prices);
    let mut verdicts = vec![
        verdict("WRU of an order by plain doors", plain.total().write_units, 100.0, &writes(plain)),
        verdict("WRU of an order by riddles", riddle.total().write_units, 110.0, &writes(riddle)),
    ];
    for (name, order) in [("plain doors", plain), ("riddles", riddle)] {
        let what = format!("calls from paid to packed, {name}");
        verdicts.push(verdict(&what, count(order.calls()), 22.0, &calls(order)));
        let what = format!("$ for 1,000 orders, {name}");
        verdicts.push(verdict(&what, order.usd(prices) * 1_000.0, 0.15, &money(order)));
        let what = format!("$ for 1,000 visitors who leave at the counter, {name}");
        let why = "the limit is a third of an order";
        verdicts.push(verdict(&what, leaves(order) * 1_000.0, third(order) * 1_000.0, why));
    }
    let rows = measured.idle.rows.iter().filter(|row| row.usd >= 0.005);
    let rows = rows.map(|row| (row.what.as_str(), row.usd));
    let why = listed(rows, |figure| format!("${figure:.2}"));
    verdicts.push(verdict("$ of an idle month", measured.idle.usd(), 2.5, &why));
    verdicts
}

fn verdict(what: &str, figure: f64, limit: f64, why: &str) -> Verdict {
    let met = figure <= limit;
    let target = format!("{what}: at most {}", short(limit));
    let why = if met { "met".to_owned() } else { format!("not met: {why}") };
    Verdict { line: format!("{target}: {}, {why}", short(figure)), target, met }
}

/// A figure with the digits that matter.
fn short(figure: f64) -> String {
    if figure >= 10.0 || figure == 0.0 { format!("{figure:.0}") } else { format!("{figure:.3}") }
}

fn largest(order: &Order, of: impl Fn(&Step) -> f64) -> String {
    let all = of(&total(order.steps.values()));
    let figures = order.steps.iter().map(|(name, step)| (name.as_str(), of(step)));
    listed(
        figures,
        |figure| if all >= 10.0 { format!("{figure:.0}") } else { format!("{figure:.3}") },
    )
}

/// The largest figures with their names.
fn listed<'a>(
    figures: impl Iterator<Item = (&'a str, f64)>,
    written: impl Fn(f64) -> String,
) -> String {
    let mut figures: Vec<(&str, f64)> = figures.filter(|(_, figure)| *figure > 0.0).collect();
    figures.sort_by(|(_, one), (_, other)| other.total_cmp(one));
    let largest: Vec<String> = figures
        .iter()
        .take(LARGEST)
        .map(|(name, figure)| format!("{name} {}", written(*figure)))
        .collect();
    largest.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_says_why() {
        let met = verdict("WRU", 100.0, 100.0, "notify 40");
        assert_eq!((met.met, met.line.as_str()), (true, "WRU: at most 100: 100, met"));
        let missed = verdict("WRU", 101.0, 100.0, "notify 40");
        assert_eq!(missed.line, "WRU: at most 100: 101, not met: notify 40");
        assert!(!missed.met);
    }

    #[test]
    fn the_largest_come_first_and_nothing_is_not_named() {
        let figures = [("pay", 2.0), ("door", 0.0), ("notify", 9.0)];
        assert_eq!(listed(figures.into_iter(), |figure| figure.to_string()), "notify 9, pay 2");
    }

    #[test]
    fn columns_are_aligned() {
        let rows = [["a", "1"], ["long", "12"]].map(|row| row.map(str::to_owned));
        assert_eq!(table(&rows), "a      1\nlong  12\n");
    }
}
