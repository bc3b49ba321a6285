//! `local`: the whole shop in one process.

use std::process::ExitCode;

use clap::Parser as _;
use local::run::{Arguments, run};
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = Arguments::parse();
    log(arguments.verbose);
    let Some(build) = local::registry::build() else {
        eprintln!("이 컴퓨터에서 난수를 얻을 수 없습니다 / the system gives no random bytes");
        return ExitCode::FAILURE;
    };
    let stopped = match stopped() {
        Ok(stopped) => stopped,
        Err(error) => {
            eprintln!("Ctrl-C 를 받을 수 없습니다 / cannot listen for Ctrl-C: {error}");
            return ExitCode::FAILURE;
        }
    };
    match run(arguments, build, stopped).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

/// Logs warnings and errors to stderr; with `--verbose` also what succeeds. The embedded DynamoDB
/// warns of every failed condition, which is normal here.
fn log(verbose: bool) {
    let usual = if verbose { LevelFilter::INFO } else { LevelFilter::WARN };
    let targets = Targets::new().with_default(usual).with_target("dynoxide", LevelFilter::ERROR);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_filter(targets);
    tracing_subscriber::registry().with(lines).init();
}

/// Completes on SIGINT or SIGTERM. It listens from this call on, so that a signal during the start
/// ends the program cleanly, too.
#[cfg(unix)]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupted, mut terminated) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Completes on Ctrl-C.
#[cfg(not(unix))]
fn stopped() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async {
        let _ = tokio::signal::ctrl_c().await;
    })
}
