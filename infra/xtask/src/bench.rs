//! `cargo xtask bench`: measures the functions and the pipeline (`infra/bench`) in the release
//! profile.

use std::{os::unix::process::CommandExt as _, process::ExitCode};

use crate::{
    Outcome, fail,
    process::{cargo, run},
};

/// The flags of `infra/bench`, passed on to it. They stand here as well so that `--help` answers
/// without a build.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The folder of the functions' binaries, the bare one among them [default: beside the bench]
    #[arg(long, value_name = "DIR")]
    binaries: Option<String>,
    /// A short look, not a measurement: dev profile, few repetitions, no sizes.
    #[arg(long)]
    quick: bool,
    /// The file that takes the figures [default: artefacts/bench.json]
    #[arg(long, value_name = "FILE")]
    json: Option<String>,
    /// Process starts of each request.
    #[arg(long, value_name = "N")]
    starts: Option<u32>,
    /// Warm requests of each kind.
    #[arg(long, value_name = "N")]
    requests: Option<u32>,
    /// Orders that go through the pipeline.
    #[arg(long, value_name = "N")]
    orders: Option<u32>,
    /// Measure only this function, or only `pipeline` (may be repeated).
    #[arg(long, value_name = "FUNCTION")]
    only: Vec<String>,
    /// Show what the functions log.
    #[arg(long)]
    logs: bool,
}

/// Builds what is measured and what measures, and replaces this process with the latter.
///
/// There are three builds, because cargo unites the features that the packages of one build ask
/// for: the functions are built alone and all together, as they are for deploying, and the bare
/// function with its own features only.
pub(crate) fn bench(arguments: &Arguments) -> Outcome<ExitCode> {
    let (profile, takes) =
        if arguments.quick { ("dev", "some minutes") } else { ("release", "half an hour") };
    println!("building the functions, {profile} profile ({takes} the first time) …");
    run(&mut cargo(&["build", "--profile", profile]))?;
    println!("building the bare function …");
    run(&mut cargo(&["build", "--profile", profile, "--package", "bare"]))?;
    println!("building the bench …");
    let mut bench = cargo(&["run", "--quiet", "--profile", profile, "--package", "bench", "--"]);
    let error = bench.args(passed_on(arguments)).exec();
    fail(format!("cargo could not be started: {error}."))
}

fn passed_on(arguments: &Arguments) -> Vec<String> {
    let number = |number: Option<u32>| number.map(|number| number.to_string());
    let mut passed = Vec::new();
    for (name, value) in [
        ("--binaries", arguments.binaries.clone()),
        ("--json", arguments.json.clone()),
        ("--starts", number(arguments.starts)),
        ("--requests", number(arguments.requests)),
        ("--orders", number(arguments.orders)),
    ] {
        passed.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
    }
    passed.extend(arguments.only.iter().flat_map(|only| ["--only".to_owned(), only.clone()]));
    for (name, on) in [("--quick", arguments.quick), ("--logs", arguments.logs)] {
        passed.extend(on.then(|| name.to_owned()));
    }
    passed
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::Verb;

    #[test]
    fn every_flag_is_passed_on() {
        let words = "xtask bench --quick --only pay --only pipeline --starts 3 --json a.json";
        let read = crate::Arguments::try_parse_from(words.split(' ')).unwrap();
        let Verb::Bench(arguments) = read.verb else { panic!("not `bench`") };
        let wanted = "--json a.json --starts 3 --only pay --only pipeline --quick";
        assert_eq!(passed_on(&arguments).join(" "), wanted);
    }
}
