//! The figures as text.

use std::collections::BTreeMap;

use crate::figures::{Figures, Measured, Pair, Weight};

/// At most this many times the bare function's start.
const START_TIMES_BARE: f64 = 5.0;
/// Less than this held, in MB.
const HELD_MB: f64 = 10.0;
/// Smaller than this zipped, in MB.
const ZIP_MB: f64 = 3.0;
/// Calls of AWS of a page, and of a form, at most.
const CALLS: [(&str, usize); 2] = [("GET", 1), ("POST", 2)];
/// At least this many whole orders a second.
const ORDERS_PER_S: f64 = 100.0;

const HEAD: [&str; 10] = [
    "function",
    "request",
    "calls",
    "start ms",
    "ready ms",
    "p50 ms",
    "p99 ms",
    "MB held",
    "MB binary",
    "MB zip",
];

/// One line of the table.
type Row = [String; HEAD.len()];

/// A line for each request, what the pipeline does, and what falls short of what is wanted.
pub(crate) fn text(figures: &Figures) -> String {
    let mut rows = vec![HEAD.map(ToOwned::to_owned), bare(figures)];
    let mut before = "";
    for measured in &figures.functions {
        rows.push(row(figures, measured, measured.function != before));
        before = &measured.function;
    }
    let mut out = format!(
        "{} profile. In brackets: times the bare function, measured in turn with each request. start: process start to first\n\
         answer, median; ready: to asking for an event; held: VmRSS after the warm requests; calls: of AWS, warm.\n\n{}",
        figures.profile,
        table(&rows)
    );
    if let Some(pipeline) = &figures.pipeline {
        out += &format!(
            "\n{} orders in one process: {:.0} a second from paid to packed, {:.0} a second from the door to packed\n",
            pipeline.orders, pipeline.paid_to_packed_per_s, pipeline.door_to_packed_per_s
        );
        let calls: Vec<String> = pipeline
            .calls_per_order
            .iter()
            .map(|(function, calls)| format!("{function} {calls:.1}"))
            .collect();
        out += &format!("calls of AWS an order from paid to packed: {}\n", calls.join(", "));
    }
    let short = short(figures);
    if figures.profile != "release" {
        out + "\nA look and no measure: only the release profile says what falls short.\n"
    } else if short.is_empty() {
        out + "\nNothing falls short.\n"
    } else {
        out + &format!("\nFalls short:\n  {}\n", short.join("\n  "))
    }
}

/// The rows in columns: words to the left, numbers to the right.
fn table(rows: &[Row]) -> String {
    let width = |column: usize| {
        rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
    };
    let widths: [usize; HEAD.len()] = std::array::from_fn(width);
    let mut out = String::new();
    for row in rows {
        let cells = row.iter().zip(widths).enumerate().map(|(column, (cell, width))| {
            if column < 2 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        let line = cells.collect::<Vec<_>>().join("  ");
        out += &format!("{}\n", line.trim_end());
    }
    out
}

/// The bare function's times were taken beside every request; the middle one of their medians
/// stands for it.
fn bare(figures: &Figures) -> Row {
    let middle = |of: fn(&Measured) -> Pair, digits: usize| {
        let mut all: Vec<f64> =
            figures.functions.iter().map(|measured| of(measured).bare).collect();
        all.sort_by(f64::total_cmp);
        let middle = all.get(all.len() / 2).copied().unwrap_or(f64::NAN);
        // As wide as a figure with its ratio, so that the points stand below one another.
        format!("{middle:.digits$}       ")
    };
    let weight = |of: fn(Weight) -> f64| {
        figures.bare.map_or_else(String::new, |bare| format!("{:.2}      ", of(bare)))
    };
    [
        "(bare)".to_owned(),
        "GET".to_owned(),
        "0".to_owned(),
        middle(|measured| measured.start_ms, 2),
        middle(|measured| measured.ready_ms, 2),
        middle(|measured| measured.warm_p50_ms, 3),
        middle(|measured| measured.warm_p99_ms, 3),
        middle(|measured| measured.held_mb, 2),
        weight(|weight| weight.binary_mb),
        weight(|weight| weight.zip_mb),
    ]
}

fn row(figures: &Figures, measured: &Measured, first: bool) -> Row {
    let times = |pair: Pair, digits: usize| {
        format!("{:.digits$} {:>6}", pair.ours, format!("({:.1})", pair.ratio()))
    };
    let weight = |of: fn(Weight) -> f64| match (measured.weight, figures.bare) {
        (Some(ours), Some(bare)) if first => times(Pair { ours: of(ours), bare: of(bare) }, 2),
        _ => String::new(),
    };
    [
        if first { measured.function.clone() } else { String::new() },
        measured.request.clone(),
        calls(measured).to_string(),
        times(measured.start_ms, 2),
        times(measured.ready_ms, 2),
        times(measured.warm_p50_ms, 3),
        times(measured.warm_p99_ms, 3),
        times(measured.held_mb, 2),
        weight(|weight| weight.binary_mb),
        weight(|weight| weight.zip_mb),
    ]
}

/// What is not as it is wanted: for each function a sentence a figure, with its worst request.
fn short(figures: &Figures) -> Vec<String> {
    let mut worst: BTreeMap<(&str, &str), (f64, String)> = BTreeMap::new();
    for measured in &figures.functions {
        let Measured { function, request, method, .. } = measured;
        let mut say = |figure: &'static str, size: f64, what: String| {
            let known = worst.entry((function, figure)).or_default();
            if size > known.0 {
                *known = (size, format!("{function}: {what} ({request})"));
            }
        };
        let (start, held) = (measured.start_ms.ratio(), measured.held_mb.ours);
        if start > START_TIMES_BARE {
            say(
                "start",
                start,
                format!(
                    "starts in {start:.1} times the bare function's time, wanted at most {START_TIMES_BARE}"
                ),
            );
        }
        if held >= HELD_MB {
            say("held", held, format!("holds {held:.2} MB, wanted less than {HELD_MB}"));
        }
        if let Some(zip) = measured.weight.map(|weight| weight.zip_mb).filter(|zip| *zip >= ZIP_MB)
        {
            say("zip", zip, format!("is {zip:.2} MB zipped, wanted less than {ZIP_MB}"));
        }
        let made = calls(measured);
        if let Some((_, most)) = CALLS.iter().find(|(of, most)| of == method && made > *most) {
            let names = measured.calls.iter().map(|(call, count)| format!("{count} × {call}"));
            let names = names.collect::<Vec<_>>().join(", ");
            say(
                "calls",
                f64::INFINITY,
                format!("{made} calls of AWS, wanted at most {most}: {names}"),
            );
        }
    }
    let mut short: Vec<String> = worst.into_values().map(|(_, sentence)| sentence).collect();
    if let Some(pipeline) =
        figures.pipeline.as_ref().filter(|pipeline| pipeline.paid_to_packed_per_s < ORDERS_PER_S)
    {
        let speed = pipeline.paid_to_packed_per_s;
        short.push(format!(
            "the pipeline: {speed:.0} orders a second, wanted at least {ORDERS_PER_S}"
        ));
    }
    short
}

fn calls(measured: &Measured) -> usize {
    measured.calls.values().sum()
}
