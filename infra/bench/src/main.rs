//! Measures the functions and the pipeline; started by `cargo xtask bench`.
//!
//! Every function of the template runs as its deployed binary in a process of its own, on a minimal
//! Lambda Runtime API on loopback ([`runtime`]), with its saved events of `events/` ([`requests`]).
//! Its AWS calls go to a one-process system ([`system`], [`endpoint`]), which counts them and
//! checks them against the function's role. The bare function of `infra/bench/bare` is measured
//! alternately with each function, so that a busy machine slows both.
//!
//! The table is restored after every request that writes ([`table`]), so that all requests of a
//! measurement do the same work. Finally the one-process pipeline is measured ([`pipeline`]).
//!
//! # Limits of the figures
//!
//! They are those of this machine and its architecture (the functions ship for arm64), with a
//! loopback between function and table and without TLS. Times hold for one process at a time on an
//! otherwise idle machine.

#![allow(clippy::indexing_slicing, reason = "JSON only: a missing field is null")]

mod endpoint;
mod events;
mod figures;
mod pipeline;
mod report;
mod requests;
mod runtime;
mod system;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::PathBuf,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail};
use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use crate::{
    figures::{Figures, Measured, Size},
    system::{BenchedSystem, Reader},
};

/// Measures the functions as processes and the pipeline in one process.
#[derive(Debug, clap::Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// The folder of the functions' binaries and of the bare one [default: this program's folder]
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// A trial run: binaries of the dev profile, few requests, no binary sizes.
    #[arg(long)]
    quick: bool,
    /// Where the figures are written.
    #[arg(long, default_value = "artefacts/bench.json")]
    json: PathBuf,
    /// Process starts of each request.
    #[arg(long, default_value_t = 15, default_value_if("quick", "true", "3"), value_parser = one_or_more)]
    starts: u32,
    /// Warm requests of each kind, after a tenth as many that are not measured.
    #[arg(long, default_value_t = 500, default_value_if("quick", "true", "30"), value_parser = one_or_more)]
    requests: u32,
    /// Orders that go through the pipeline.
    #[arg(long, default_value_t = 300, default_value_if("quick", "true", "30"), value_parser = one_or_more)]
    orders: u32,
    /// Measure only this function, or only the pipeline (can be repeated).
    #[arg(long, value_name = "FUNCTION|pipeline")]
    only: Vec<String>,
    /// Show the functions' logs.
    #[arg(long)]
    logs: bool,
}

impl Arguments {
    /// Whether to measure this function, or the pipeline.
    fn measures(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// The pipeline's name in `--only`.
const PIPELINE: &str = "pipeline";

fn one_or_more(text: &str) -> Result<u32, String> {
    text.parse()
        .ok()
        .filter(|count| *count > 0)
        .ok_or_else(|| "a number above 0 is expected".to_owned())
}

fn main() -> ExitCode {
    match bench(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Result<()> {
    // The services have their own threads, so that they do not delay the one that feeds a function
    // and takes the time.
    let services =
        Builder::new_multi_thread().enable_all().build().context("no threads for the services")?;
    let timing = Builder::new_current_thread()
        .enable_all()
        .build()
        .context("no thread for the measurement")?;

    let (bare, functions) = functions(arguments, &services, &timing)?;
    let pipeline = if arguments.measures(PIPELINE) {
        eprintln!("the pipeline, {} orders …", arguments.orders);
        // An error here must not lose the functions' figures.
        let measured = services.block_on(pipeline::measure(arguments.orders));
        measured.inspect_err(|why| eprintln!("not measured: {why:#}")).ok()
    } else {
        None
    };
    let figures = Figures {
        profile: if arguments.quick { "dev" } else { "release" },
        bare,
        functions,
        pipeline,
    };
    println!("{}", report::text(&figures));
    let json =
        serde_json::to_string_pretty(&figures).context("the figures cannot be written as JSON")?;
    if let Some(folder) = arguments.json.parent() {
        fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    fs::write(&arguments.json, json).with_context(|| arguments.json.display().to_string())?;
    println!("{}", arguments.json.display());
    Ok(())
}

/// Measures the requests in the order of one walk, each at its place in the walk.
fn functions(
    arguments: &Arguments,
    services: &Runtime,
    timing: &Runtime,
) -> Result<(Option<Size>, Vec<Measured>)> {
    let system = services.block_on(BenchedSystem::open(local::Clock::system()))?;
    let known: BTreeSet<String> = system.functions().map(ToOwned::to_owned).collect();
    if let Some(unknown) =
        arguments.only.iter().find(|name| *name != PIPELINE && !known.contains(*name))
    {
        bail!("the template has no function {unknown}");
    }
    let folder = match &arguments.binaries {
        Some(folder) => folder.clone(),
        None => env::current_exe().context("this program's folder is unknown")?.with_file_name(""),
    };
    let binary = |name: &str| folder.join(name);
    let bare = runtime::Program {
        binary: binary("bare"),
        environment: system.bare_environment(),
        logs: arguments.logs,
    };
    let bare_event = events::saved("door")?;
    let size_of =
        |name: &str| if arguments.quick { Ok(None) } else { Size::of(&binary(name)).map(Some) };
    let mut sizes = BTreeMap::new();
    let (mut measured, mut reader) = (Vec::new(), Reader::new(0));
    for request in requests::of(&known) {
        let event = services.block_on(system.event(&request, &mut reader))?;
        if arguments.measures(&request.function) {
            eprintln!("{} {} …", request.function, request.name);
            let endpoint = services.block_on(endpoint::open(system.wire_of(&request.function)))?;
            let program = runtime::Program {
                binary: binary(&request.function),
                environment: system.environment(&request.function, &endpoint.url())?,
                logs: arguments.logs,
            };
            let size = match sizes.get(&request.function) {
                Some(size) => *size,
                None => {
                    *sizes.entry(request.function.clone()).or_insert(size_of(&request.function)?)
                }
            };
            let subject =
                figures::Subject { program: &program, event: &event, request: &request, size };
            let baseline = figures::Baseline { program: &bare, event: &bare_event };
            let (starts, requests) = (arguments.starts, arguments.requests);
            match timing.block_on(figures::measure(&system, subject, baseline, starts, requests)) {
                Ok(done) => measured.push(done),
                // An error here must not lose the figures of the other requests.
                Err(why) => eprintln!("not measured: {why:#}"),
            }
            drop(endpoint);
        }
        if request.onward {
            services.block_on(system.onward(&request, event, &mut reader))?;
        }
    }
    services.block_on(system.close());
    Ok((size_of("bare")?, measured))
}
