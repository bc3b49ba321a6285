//! Measures one request of one function. (The crate documentation says how.)

use std::{collections::BTreeMap, fs, io::Write as _, path::Path, time::Duration};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use flate2::{Compression, write::DeflateEncoder};
use serde::Serialize;
use serde_json::Value;

use crate::{
    pipeline::Pipeline,
    requests::{Kind, Request},
    runtime::{Program, Running},
    system::BenchedSystem,
};

/// The bytes that a zip of one file adds to the file's deflated bytes: local header, directory
/// entry and end record, with the name `bootstrap`. The SAM CLI deflates at the default level.
const ZIP_FRAME: usize = 30 + 46 + 22 + 2 * 9;

/// All results of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    /// The cargo profile of the binaries.
    pub(crate) profile: &'static str,
    /// The size of the bare function's binary.
    pub(crate) bare: Option<Size>,
    /// The results for each request of each function.
    pub(crate) functions: Vec<Measured>,
    /// The results of the pipeline in one process.
    pub(crate) pipeline: Option<Pipeline>,
}

/// The size of a binary, in MB.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Size {
    /// The stripped file.
    pub(crate) binary_mb: f64,
    /// The zip that is deployed.
    pub(crate) zip_mb: f64,
}

/// A figure of a function and of the bare function, measured alternately.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Pair {
    /// The function's figure.
    pub(crate) ours: f64,
    /// The bare function's figure.
    pub(crate) bare: f64,
}

impl Pair {
    /// The function's figure divided by the bare function's.
    pub(crate) fn ratio(self) -> f64 {
        self.ours / self.bare
    }
}

/// The results for one request of one function.
#[derive(Debug, Serialize)]
pub(crate) struct Measured {
    /// The function's short name.
    pub(crate) function: String,
    /// The request's name.
    pub(crate) request: String,
    /// `GET`, `POST` or `invoke`.
    pub(crate) method: &'static str,
    /// AWS calls from the start of the process to its first answer.
    pub(crate) first_calls: BTreeMap<String, usize>,
    /// AWS calls of a warm request.
    pub(crate) calls: BTreeMap<String, usize>,
    /// From the start of the process to its request for an event, median, in milliseconds.
    pub(crate) ready_ms: Pair,
    /// From the start of the process to its first answer, median, in milliseconds.
    pub(crate) start_ms: Pair,
    /// The time of a warm request, median, in milliseconds.
    pub(crate) warm_p50_ms: Pair,
    /// The time of a warm request, 99th percentile, in milliseconds.
    pub(crate) warm_p99_ms: Pair,
    /// The resident memory after the last warm request, in MB.
    pub(crate) held_mb: Pair,
    /// The size of the binary.
    pub(crate) size: Option<Size>,
}

/// What to measure.
pub(crate) struct Subject<'a> {
    pub(crate) program: &'a Program,
    pub(crate) event: &'a Value,
    pub(crate) request: &'a Request,
    pub(crate) size: Option<Size>,
}

/// The bare function, which is measured alternately with the subject.
pub(crate) struct Baseline<'a> {
    pub(crate) program: &'a Program,
    pub(crate) event: &'a Value,
}

impl Size {
    /// Reads the size of a binary.
    pub(crate) fn of(binary: &Path) -> Result<Self> {
        let bytes = fs::read(binary).with_context(|| binary.display().to_string())?;
        let mut deflated = DeflateEncoder::new(Vec::new(), Compression::default());
        deflated.write_all(&bytes).context("the binary cannot be deflated")?;
        let deflated = deflated.finish().context("the binary cannot be deflated")?;
        Ok(Self {
            binary_mb: megabytes(bytes.len()),
            zip_mb: megabytes(deflated.len() + ZIP_FRAME),
        })
    }
}

/// Measures one request: process starts, then warm requests, alternating with the bare function.
pub(crate) async fn measure(
    system: &BenchedSystem,
    subject: Subject<'_>,
    baseline: Baseline<'_>,
    starts: u32,
    requests: u32,
) -> Result<Measured> {
    let Subject { program, request, size, .. } = subject;
    let event = Bytes::from(subject.event.to_string());
    let bare_event = Bytes::from(baseline.event.to_string());
    let before = system.table()?.items()?;
    let undo = || {
        let read_only = system.calls(&request.function).keys().all(|call| is_read(call));
        if read_only { Ok(()) } else { system.table()?.restore(&before) }
    };

    let (mut ready, mut start) = (Series::default(), Series::default());
    let mut first_calls = BTreeMap::new();
    for _ in 0..starts {
        let (bare, bare_start, _) = Running::start(baseline.program, &bare_event).await?;
        bare.stop().await?;
        system.forget_calls();
        let (running, own_start, answer) = Running::start(program, &event).await?;
        request.check(&answer)?;
        running.stop().await?;
        first_calls = system.calls(&request.function);
        undo()?;
        ready.push(own_start.ready, bare_start.ready);
        start.push(own_start.answered, bare_start.answered);
    }

    let (mut bare, ..) = Running::start(baseline.program, &bare_event).await?;
    let (mut running, ..) = Running::start(program, &event).await?;
    undo()?;
    let mut warm = Series::default();
    let mut calls = BTreeMap::new();
    let unmeasured = requests / 10;
    for turn in 0..unmeasured + requests {
        let (bare_time, _) = bare.invoke(&bare_event).await?;
        system.forget_calls();
        let (own_time, answer) = running.invoke(&event).await?;
        request.check(&answer)?;
        calls = system.calls(&request.function);
        undo()?;
        if turn >= unmeasured {
            warm.push(own_time, bare_time);
        }
    }
    let held_mb = Pair {
        ours: megabytes(running.resident_memory()?),
        bare: megabytes(bare.resident_memory()?),
    };
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
        size,
    })
}

/// Whether a call only reads.
fn is_read(call: &str) -> bool {
    ["dynamodb Get", "dynamodb BatchGet", "dynamodb Query", "ssm Get"]
        .iter()
        .any(|read| call.starts_with(read))
}

#[expect(clippy::cast_precision_loss, reason = "nothing here has 2^52 bytes")]
fn megabytes(bytes: usize) -> f64 {
    bytes as f64 / 1_000_000.0
}

/// Times of the function and of the bare function.
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

    /// The percentile of both series.
    fn at(&self, percent: usize) -> Pair {
        Pair { ours: percentile(&self.ours, percent), bare: percentile(&self.bare, percent) }
    }
}

/// The nearest-rank percentile, in milliseconds.
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
    fn a_percentile_is_one_of_the_measured_times() {
        let times: Vec<Duration> = (1..=200).rev().map(Duration::from_millis).collect();
        let at = |percent| percentile(&times, percent).round();
        assert!((at(50) - 100.0).abs() < 0.1 && (at(99) - 198.0).abs() < 0.1);
        assert!((percentile(&times[..1], 99) - 200.0).abs() < 0.1);
    }
}
