//! Renders the figures as text.

use std::collections::BTreeMap;

use crate::figures::{Figures, Measured, Pair, Size};

/// The target for a start: at most this many times the bare function's.
const START_RATIO: f64 = 5.0;
/// The target for resident memory: less than this, in MB.
const HELD_MB: f64 = 10.0;
/// The target for the zip: smaller than this, in MB.
const ZIP_MB: f64 = 3.0;
/// The targets for AWS calls: at most this many for a page and for a form.
const CALLS: [(&str, usize); 2] = [("GET", 1), ("POST", 2)];
/// The target for the pipeline: at least this many orders a second.
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

/// The table of requests, the pipeline's figures and the missed targets.
pub(crate) fn text(figures: &Figures) -> String {
    let mut rows = vec![HEAD.map(ToOwned::to_owned), bare(figures)];
    let mut before = "";
    for measured in &figures.functions {
        rows.push(row(figures, measured, measured.function != before));
        before = &measured.function;
    }
    let mut out = format!(
        "{} profile. In brackets: relative to the bare function, measured alternately.\n\
         start: from process start to the first answer, median; ready: to the request for an event;\n\
         held: VmRSS after the warm requests; calls: AWS calls of a warm request.\n\n{}",
        figures.profile,
        table(&rows)
    );
    if let Some(pipeline) = &figures.pipeline {
        out += &format!(
            "\n{} orders in one process: {:.0} a second from paid to prepared, {:.0} from the door to prepared\n",
            pipeline.orders, pipeline.paid_to_prepared_per_s, pipeline.door_to_prepared_per_s
        );
        let calls: Vec<String> = pipeline
            .calls_per_order
            .iter()
            .map(|(function, calls)| format!("{function} {calls:.1}"))
            .collect();
        out += &format!("AWS calls per order from paid to packed: {}\n", calls.join(", "));
    }
    let missed = missed_targets(figures);
    if figures.profile != "release" {
        out + "\nTargets are not checked: the dev profile is not a measurement.\n"
    } else if missed.is_empty() {
        out + "\nAll targets are met.\n"
    } else {
        out + &format!("\nMissed targets:\n  {}\n", missed.join("\n  "))
    }
}

/// Aligns the rows: text to the left, numbers to the right.
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

/// The bare function's row: the median over all requests, because it is measured with each of them.
fn bare(figures: &Figures) -> Row {
    let middle = |of: fn(&Measured) -> Pair, digits: usize| {
        let mut all: Vec<f64> =
            figures.functions.iter().map(|measured| of(measured).bare).collect();
        all.sort_by(f64::total_cmp);
        let middle = all.get(all.len() / 2).copied().unwrap_or(f64::NAN);
        // As wide as a figure with its ratio, which aligns the decimal points.
        format!("{middle:.digits$}       ")
    };
    let size = |of: fn(Size) -> f64| {
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
        size(|size| size.binary_mb),
        size(|size| size.zip_mb),
    ]
}

fn row(figures: &Figures, measured: &Measured, first: bool) -> Row {
    let relative = |pair: Pair, digits: usize| {
        format!("{:.digits$} {:>6}", pair.ours, format!("({:.1})", pair.ratio()))
    };
    let size = |of: fn(Size) -> f64| match (measured.size, figures.bare) {
        (Some(ours), Some(bare)) if first => relative(Pair { ours: of(ours), bare: of(bare) }, 2),
        _ => String::new(),
    };
    [
        if first { measured.function.clone() } else { String::new() },
        measured.request.clone(),
        calls(measured).to_string(),
        relative(measured.start_ms, 2),
        relative(measured.ready_ms, 2),
        relative(measured.warm_p50_ms, 3),
        relative(measured.warm_p99_ms, 3),
        relative(measured.held_mb, 2),
        size(|size| size.binary_mb),
        size(|size| size.zip_mb),
    ]
}

/// The missed targets: one sentence per function and figure, with its worst request.
fn missed_targets(figures: &Figures) -> Vec<String> {
    let mut worst: BTreeMap<(&str, &str), (f64, String)> = BTreeMap::new();
    for measured in &figures.functions {
        let Measured { function, request, method, .. } = measured;
        let mut note = |figure: &'static str, size: f64, what: String| {
            let known = worst.entry((function, figure)).or_default();
            if size > known.0 {
                *known = (size, format!("{function}: {what} ({request})"));
            }
        };
        let (start, held) = (measured.start_ms.ratio(), measured.held_mb.ours);
        if start > START_RATIO {
            note(
                "start",
                start,
                format!(
                    "starts in {start:.1} times the bare function's time; the target is {START_RATIO}"
                ),
            );
        }
        if held >= HELD_MB {
            note("held", held, format!("holds {held:.2} MB; the target is less than {HELD_MB}"));
        }
        if let Some(zip) = measured.size.map(|size| size.zip_mb).filter(|zip| *zip >= ZIP_MB) {
            note("zip", zip, format!("is {zip:.2} MB zipped; the target is less than {ZIP_MB}"));
        }
        let made = calls(measured);
        if let Some((_, most)) = CALLS.iter().find(|(of, most)| of == method && made > *most) {
            let names = measured.calls.iter().map(|(call, count)| format!("{count} × {call}"));
            let names = names.collect::<Vec<_>>().join(", ");
            note(
                "calls",
                f64::INFINITY,
                format!("{made} AWS calls; the target is at most {most}: {names}"),
            );
        }
    }
    let mut missed: Vec<String> = worst.into_values().map(|(_, sentence)| sentence).collect();
    if let Some(pipeline) =
        figures.pipeline.as_ref().filter(|pipeline| pipeline.paid_to_prepared_per_s < ORDERS_PER_S)
    {
        let speed = pipeline.paid_to_prepared_per_s;
        missed.push(format!(
            "the pipeline: {speed:.0} orders a second; the target is at least {ORDERS_PER_S}"
        ));
    }
    missed
}

fn calls(measured: &Measured) -> usize {
    measured.calls.values().sum()
}
