//! The figures of the house, started by `cargo xtask bench`.
//!
//! Every function of the template runs as the process it is deployed as, fed by a minimal Lambda
//! Runtime API on loopback ([`runtime`]), with its saved event of `events/` ([`requests`]). Its
//! calls of AWS come to a one-process system ([`house`], [`endpoint`]), which counts them and holds
//! them against the function's role. Beside each, in turn with it, the bare function of
//! `infra/bench/bare` starts the same way, so that a busy machine slows both.
//!
//! What a request writes is undone before the next ([`table`]), so that the five hundredth meets
//! the very table that the first met, and its work is the same. Then the one-process pipeline is
//! measured ([`pipeline`]).
//!
//! # What the figures are not
//!
//! They are of this machine and its architecture (the functions ship for arm64), with a loopback
//! between function and table and no TLS. Times hold for one process at a time on a machine that
//! has nothing else to do.

#![allow(clippy::indexing_slicing, reason = "JSON only: what is not there is null")]

mod endpoint;
mod events;
mod figures;
mod house;
mod pipeline;
mod report;
mod requests;
mod runtime;
mod table;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fmt, fs,
    path::PathBuf,
    process::ExitCode,
};

use clap::Parser as _;
use tokio::runtime::{Builder, Runtime};

use crate::{
    figures::{Figures, Measured, Weight},
    house::{House, Reader},
};

/// Why there are no figures: one sentence.
#[derive(Debug)]
pub(crate) struct Trouble(pub(crate) String);

/// What a part of the bench gives.
pub(crate) type Outcome<T> = Result<T, Trouble>;

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The trouble with this sentence.
pub(crate) fn trouble<T>(sentence: impl Into<String>) -> Outcome<T> {
    Err(Trouble(sentence.into()))
}

/// Says what an error was about.
pub(crate) trait About<T> {
    /// The error as trouble with `what`.
    fn about(self, what: impl fmt::Display) -> Outcome<T>;
}

impl<T, E: fmt::Display> About<T> for Result<T, E> {
    fn about(self, what: impl fmt::Display) -> Outcome<T> {
        self.map_err(|why| Trouble(format!("{what}: {why}")))
    }
}

/// Measures the functions as processes, and the pipeline in one process.
#[derive(Debug, clap::Parser)]
#[command(name = "bench", version)]
struct Arguments {
    /// The folder of the functions' binaries, the bare one among them [default: where this program
    /// lies]
    #[arg(long)]
    binaries: Option<PathBuf>,
    /// A look and no measure: binaries of the dev profile, few of everything, nothing weighed.
    #[arg(long)]
    quick: bool,
    /// The file that takes the figures.
    #[arg(long, default_value = "artefacts/bench.json")]
    json: PathBuf,
    /// Process starts of each request.
    #[arg(long, default_value_t = 15, default_value_if("quick", "true", "3"), value_parser = one_or_more)]
    starts: u32,
    /// Warm requests of each kind, after a tenth as many that do not count.
    #[arg(long, default_value_t = 500, default_value_if("quick", "true", "30"), value_parser = one_or_more)]
    requests: u32,
    /// Orders that go through the pipeline.
    #[arg(long, default_value_t = 300, default_value_if("quick", "true", "30"), value_parser = one_or_more)]
    orders: u32,
    /// Measure this function only, or the pipeline only (may be given several times).
    #[arg(long, value_name = "FUNCTION|pipeline")]
    only: Vec<String>,
    /// Show what the functions log.
    #[arg(long)]
    logs: bool,
}

impl Arguments {
    /// Whether a function, or the pipeline, is to be measured.
    fn measures(&self, name: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == name)
    }
}

/// What the pipeline is called in `--only`.
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
        Err(trouble) => {
            eprintln!("{trouble}");
            ExitCode::FAILURE
        }
    }
}

fn bench(arguments: &Arguments) -> Outcome<()> {
    // The services have threads of their own; the clockwork that feeds a function and takes the
    // time stands apart.
    let services =
        Builder::new_multi_thread().enable_all().build().about("threads for the services")?;
    let clockwork =
        Builder::new_current_thread().enable_all().build().about("a thread for the clockwork")?;

    let (bare, functions) = functions(arguments, &services, &clockwork)?;
    let pipeline = if arguments.measures(PIPELINE) {
        eprintln!("the pipeline, {} orders …", arguments.orders);
        // Its trouble does not take the functions' figures away.
        let measured = services.block_on(pipeline::measure(arguments.orders));
        measured.inspect_err(|why| eprintln!("not measured: {why}")).ok()
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
    let json = serde_json::to_string_pretty(&figures).about("the figures as JSON")?;
    if let Some(folder) = arguments.json.parent() {
        fs::create_dir_all(folder).about(folder.display())?;
    }
    fs::write(&arguments.json, json).about(arguments.json.display())?;
    println!("{}", arguments.json.display());
    Ok(())
}

/// Every request in the order of one walk, each of them where the walk has come to.
fn functions(
    arguments: &Arguments,
    services: &Runtime,
    clockwork: &Runtime,
) -> Outcome<(Option<Weight>, Vec<Measured>)> {
    let house = services.block_on(House::open(local::Clock::system()))?;
    let known: BTreeSet<String> = house.functions().map(ToOwned::to_owned).collect();
    if let Some(unknown) =
        arguments.only.iter().find(|name| *name != PIPELINE && !known.contains(*name))
    {
        return trouble(format!("The template has no function {unknown}."));
    }
    let folder = match &arguments.binaries {
        Some(folder) => folder.clone(),
        None => env::current_exe().about("this program's own folder")?.with_file_name(""),
    };
    let binary = |name: &str| folder.join(name);
    let bare = runtime::Program {
        binary: binary("bare"),
        environment: house.bare_environment(),
        logs: arguments.logs,
    };
    let bare_event = events::saved("door")?;
    let weigh =
        |name: &str| if arguments.quick { Ok(None) } else { Weight::of(&binary(name)).map(Some) };
    let mut weights = BTreeMap::new();
    let (mut measured, mut reader) = (Vec::new(), Reader::new(0));
    for request in requests::of(&known) {
        let event = services.block_on(house.event(&request, &mut reader))?;
        if arguments.measures(&request.function) {
            eprintln!("{} {} …", request.function, request.name);
            let endpoint = services.block_on(endpoint::open(house.wire_of(&request.function)))?;
            let program = runtime::Program {
                binary: binary(&request.function),
                environment: house.environment(&request.function, &endpoint.url())?,
                logs: arguments.logs,
            };
            let weight = match weights.get(&request.function) {
                Some(weight) => *weight,
                None => {
                    *weights.entry(request.function.clone()).or_insert(weigh(&request.function)?)
                }
            };
            let subject =
                figures::Subject { program: &program, event: &event, request: &request, weight };
            let beside = figures::Beside { program: &bare, event: &bare_event };
            let (starts, requests) = (arguments.starts, arguments.requests);
            match clockwork.block_on(figures::measure(&house, subject, beside, starts, requests)) {
                Ok(done) => measured.push(done),
                // One request's trouble does not take the others' figures away.
                Err(why) => eprintln!("not measured: {why}"),
            }
            drop(endpoint);
        }
        if request.onward {
            services.block_on(house.onward(&request, event, &mut reader))?;
        }
    }
    services.block_on(house.close());
    Ok((weigh("bare")?, measured))
}
