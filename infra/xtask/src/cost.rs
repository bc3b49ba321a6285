//! `cargo xtask cost`: prices one whole order and an idle month (`infra/cost`).

use std::process::ExitCode;

use crate::{
    Outcome,
    process::{cargo, run},
};

/// The flags of `infra/cost`, passed on to it.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Store what is measured as the budget that the tests hold.
    #[arg(long)]
    store: bool,
    /// Print the figures as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

/// Builds what measures, and runs it.
pub(crate) fn cost(arguments: &Arguments) -> Outcome<ExitCode> {
    let mut cost = cargo(&["run", "--quiet", "--package", "cost", "--"]);
    for (name, on) in [("--store", arguments.store), ("--json", arguments.json)] {
        cost.args(on.then_some(name));
    }
    run(&mut cost)?;
    Ok(ExitCode::SUCCESS)
}
