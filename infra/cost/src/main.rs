//! Prints what an order and an idle month cost. `cargo xtask cost` runs it.

use std::process::ExitCode;

use anyhow::Result;
use clap::Parser;
use cost::{Budget, Measured, Prices, report};

/// Prices one whole order and an idle month.
#[derive(Debug, Parser)]
#[command(name = "cost", version)]
struct Arguments {
    /// Store what is measured as the budget that the tests hold.
    #[arg(long)]
    store: bool,
    /// Print the figures as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

// One thread: the log is captured by thread.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(&Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(arguments: &Arguments) -> Result<()> {
    let prices = Prices::read()?;
    let measured = Measured::take(&prices).await?;
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(&measured)?);
    } else {
        println!("{}", report::text(&measured, &prices));
    }
    if arguments.store {
        return Budget::of(&measured).store();
    }
    for left in Budget::stored()?.left_by(&measured) {
        eprintln!("{left}");
    }
    Ok(())
}
