//! The figures, and how they come about.

use std::{collections::BTreeMap, fs, io::Write as _, path::Path, time::Duration};

use bytes::Bytes;
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;
use serde_json::Value;

use crate::{
    About as _, Outcome,
    house::House,
    pipeline::Pipeline,
    requests::{Kind, Request},
    runtime::{Program, Running},
};

/// What a zip (deflated at the usual level, as the SAM CLI does it) with one file adds to that
/// file's deflated bytes: its header, its entry and its end, with the name `bootstrap`.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * 9;

/// Everything measured.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// The profile that the binaries were built with.
    pub(crate) profile: &'static str,
    /// The bare function's binary.
    pub(crate) bare: Option<Weight>,
    /// Each request of each function.
    pub(crate) functions: Vec<Measured>,
    /// The pipeline in one process.
    pub(crate) pipeline: Option<Pipeline>,
}

/// What a binary weighs, in MB.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Weight {
    /// The file, as the profile left it.
    pub(crate) binary_mb: f64,
    /// The zip that would be deployed.
    pub(crate) zip_mb: f64,
}

/// A figure of a function and the bare one's, taken in turn.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Pair {
    /// The function's.
    pub(crate) ours: f64,
    /// The bare function's.
    pub(crate) bare: f64,
}

impl Pair {
    /// How many times the bare one's.
    pub(crate) fn ratio(self) -> f64 {
        self.ours / self.bare
    }
}

/// One request of one function.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// The function's short name.
    pub(crate) function: String,
    /// Which request.
    pub(crate) request: String,
    /// Whether it is a GET, a POST or something else.
    pub(crate) method: &'static str,
    /// Calls of AWS from the start of the process to its first answer.
    pub(crate) first_calls: BTreeMap<String, usize>,
    /// Calls of AWS of a warm request.
    pub(crate) calls: BTreeMap<String, usize>,
    /// From the start of the process to its asking for an event, median, in milliseconds.
    pub(crate) ready_ms: Pair,
    /// From the start of the process to its first answer, median, in milliseconds.
    pub(crate) start_ms: Pair,
    /// A warm request, median, in milliseconds.
    pub(crate) warm_p50_ms: Pair,
    /// The slowest but one in a hundred of the warm requests, in milliseconds.
    pub(crate) warm_p99_ms: Pair,
    /// Memory held after the last of them, in MB.
    pub(crate) held_mb: Pair,
    /// The binary.
    pub(crate) weight: Option<Weight>,
}

/// What is measured.
pub(crate) struct Subject<'a> {
    pub(crate) program: &'a Program,
    pub(crate) event: &'a Value,
    pub(crate) request: &'a Request,
    pub(crate) weight: Option<Weight>,
}

/// What it is measured beside.
pub(crate) struct Beside<'a> {
    pub(crate) program: &'a Program,
    pub(crate) event: &'a Value,
}

impl Weight {
    /// Weighs a binary.
    pub(crate) fn of(binary: &Path) -> Outcome<Self> {
        let bytes = fs::read(binary).about(binary.display())?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(&bytes).about("a zip")?;
        let deflated = deflated.finish().about("a zip")?;
        Ok(Self {
            binary_mb: megabytes(bytes.len()),
            zip_mb: megabytes(deflated.len() + ZIP_FRAME),
        })
    }
}

/// Measures one request: process starts, then warm requests, each in turn with the bare function's.
pub(crate) async fn measure(
    house: &House,
    subject: Subject<'_>,
    beside: Beside<'_>,
    starts: u32,
    requests: u32,
) -> Outcome<Measured> {
    let Subject { program, request, weight, .. } = subject;
    let event = Bytes::from(subject.event.to_string());
    let bare_event = Bytes::from(beside.event.to_string());
    let was = house.table()?.items()?;
    let undo = || {
        let read_only = house.calls(&request.function).keys().all(|call| is_read(call));
        if read_only { Ok(()) } else { house.table()?.restore(&was) }
    };

    let (mut ready, mut start) = (Series::default(), Series::default());
    let mut first_calls = BTreeMap::new();
    for _ in 0..starts {
        let (bare, bare_start, _) = Running::start(beside.program, &bare_event).await?;
        bare.stop().await?;
        house.forget_calls();
        let (running, own_start, answer) = Running::start(program, &event).await?;
        request.check(&answer)?;
        running.stop().await?;
        first_calls = house.calls(&request.function);
        undo()?;
        ready.push(own_start.ready, bare_start.ready);
        start.push(own_start.answered, bare_start.answered);
    }

    let (mut bare, ..) = Running::start(beside.program, &bare_event).await?;
    let (mut running, ..) = Running::start(program, &event).await?;
    undo()?;
    let mut warm = Series::default();
    let mut calls = BTreeMap::new();
    let unmeasured = requests / 10;
    for turn in 0..unmeasured + requests {
        let (bare_time, _) = bare.ask(&bare_event).await?;
        house.forget_calls();
        let (own_time, answer) = running.ask(&event).await?;
        request.check(&answer)?;
        calls = house.calls(&request.function);
        undo()?;
        if turn >= unmeasured {
            warm.push(own_time, bare_time);
        }
    }
    let held_mb = Pair { ours: megabytes(running.held()?), bare: megabytes(bare.held()?) };
    bare.stop().await?;
    running.stop().await?;

    Ok(Measured {
        function: request.function.clone(),
        request: request.name.clone(),
        method: match request.kind {
            Kind::Get => "GET",
            Kind::Post => "POST",
            Kind::Event | Kind::Call => "invoke",
        },
        first_calls,
        calls,
        ready_ms: ready.at(50),
        start_ms: start.at(50),
        warm_p50_ms: warm.at(50),
        warm_p99_ms: warm.at(99),
        held_mb,
        weight,
    })
}

/// Whether a call changes nothing.
fn is_read(call: &str) -> bool {
    ["dynamodb Get", "dynamodb BatchGet", "dynamodb Query", "ssm Get"]
        .iter()
        .any(|read| call.starts_with(read))
}

#[expect(clippy::cast_precision_loss, reason = "nothing here has 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1_000_000.0
}

/// Times of the function and of the bare one.
#[derive(Debug, Default)]
struct Series {
    ours: Vec<Duration>,
    bare: Vec<Duration>,
}

impl Series {
    fn push(&mut self, ours: Duration, bare: Duration) {
        self.ours.push(ours);
        self.bare.push(bare);
    }

    /// The times that `percent` of the series do not exceed.
    fn at(&self, percent: usize) -> Pair {
        Pair { ours: percentile(&self.ours, percent), bare: percentile(&self.bare, percent) }
    }
}

/// The smallest of the times that at least `percent` in a hundred do not exceed, in milliseconds.
fn percentile(times: &[Duration], percent: usize) -> f64 {
    let mut times = times.to_vec();
    times.sort_unstable();
    let place = (times.len() * percent).div_ceil(100).saturating_sub(1);
    times.get(place).map_or(f64::NAN, |time| time.as_secs_f64() * 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let at = |percent| percentile(&times, percent).round();
        assert!((at(50) - 100.0).abs() < 0.1 && (at(99) - 198.0).abs() < 0.1);
        assert!((percentile(&times[..1], 99) - 200.0).abs() < 0.1);
    }
}
