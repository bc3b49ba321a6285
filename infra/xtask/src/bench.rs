//! `cargo xtask bench`: the figures of the functions and of the pipeline (`infra/bench`), measured
//! in the release profile.

use std::{os::unix::process::CommandExt as _, process::ExitCode};

use crate::{
    Outcome, fail,
    process::{cargo, run},
};

/// Builds what is measured and what measures, and becomes the latter. `--quick` does the same with
/// the dev profile.
///
/// There are three builds, because cargo gives a crate the features that any package of one build
/// asks for: the functions are built alone and all together, as they are for deploying, and the
/// bare one with nothing but its own.
pub(crate) fn bench(arguments: impl Iterator<Item = String>) -> Outcome<ExitCode> {
    let arguments: Vec<String> = arguments.collect();
    let asks = |name: &str| arguments.iter().any(|argument| argument == name);
    let (profile, takes) =
        if asks("--quick") { ("dev", "some minutes") } else { ("release", "half an hour") };
    if !asks("--help") {
        println!("building the functions, {profile} profile ({takes} the first time) …");
        run(&mut cargo(&["build", "--profile", profile]))?;
        println!("building the bare function …");
        run(&mut cargo(&["build", "--profile", profile, "--package", "bare"]))?;
        println!("building what measures them …");
    }
    let mut bench = cargo(&["run", "--quiet", "--profile", profile, "--package", "bench", "--"]);
    let error = bench.args(arguments).exec();
    fail(format!("cargo could not be started: {error}."))
}
