//! `cargo xtask fuzz`: sends random requests to every route and random calls to the owner's
//! functions, many more than the suite does.

use std::process::ExitCode;

use crate::{
    Outcome,
    process::{cargo, run},
};

/// How much to send.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Requests to the routes.
    #[arg(long, default_value_t = 20_000)]
    requests: u32,
    /// Calls of the owner's functions.
    #[arg(long, default_value_t = 5_000)]
    calls: u32,
    /// The seed; a failure names it.
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

/// Runs the flows of `fuzz.rs` at this length.
pub(crate) fn fuzz(arguments: &Arguments) -> Outcome<ExitCode> {
    let mut test = cargo(&["test", "--workspace", "--test", "flows", "--", "fuzz", "--nocapture"]);
    run(test
        .env("FUZZ_REQUESTS", arguments.requests.to_string())
        .env("FUZZ_CALLS", arguments.calls.to_string())
        .env("FUZZ_SEED", arguments.seed.to_string()))?;
    Ok(ExitCode::SUCCESS)
}
