//! The verbs of the project, called as `cargo xtask VERB`. Each says what it does while it does it;
//! what goes wrong is one sentence and exit status 1.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, and one without the name is null"
)]

mod bench;
mod deploy;
mod process;
mod run;
mod test;
mod tools;
mod watch;

use std::{env, fmt, path::PathBuf, process::ExitCode};

const USAGE: &str = "\
cargo xtask run [--port N] [--memory] [--fresh] [--yes] [--state DIR]
                              the whole house in one process on this machine
cargo xtask test [PART…]      every test, or only some parts: format lints build deny tests template cfn-lint scripts
                              deployed browser
cargo xtask watch [--port N] [--cloud-port N] [--toss-port N]
                              `cargo lambda watch`, with table, queues and topic played by MiniStack beside it
cargo xtask deploy [--stage S] [--stack NAME] [--region R] [--parameter Name=value]… [--yes] [--dry-run]
                              builds once and deploys to AWS
cargo xtask bench [--quick] [--only FUNCTION]… [--logs]
                              figures: start, latency, memory, size, calls; --quick is a look with the dev profile";

/// Why a verb ends with status 1: one sentence for a person.
#[derive(Debug)]
pub(crate) struct Failure(pub String);

/// What a verb or a part of one gives.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The failure with this sentence.
pub(crate) fn fail<T>(sentence: impl Into<String>) -> Outcome<T> {
    Err(Failure(sentence.into()))
}

/// The repository.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or(here.clone(), PathBuf::from)
}

fn main() -> ExitCode {
    match verb() {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("{failure}");
            ExitCode::FAILURE
        }
    }
}

fn verb() -> Outcome<ExitCode> {
    let mut arguments = Vec::new();
    for argument in env::args_os().skip(1) {
        match argument.into_string() {
            Ok(text) => arguments.push(text),
            Err(bytes) => return fail(format!("{} is not UTF-8.", bytes.display())),
        }
    }
    let mut arguments = arguments.into_iter();
    match arguments.next().as_deref() {
        Some("run") => run::run(arguments),
        Some("test") => test::test(&arguments.collect::<Vec<_>>()),
        Some("watch") => watch::watch(arguments),
        Some("deploy") => deploy::deploy(arguments),
        Some("bench") => bench::bench(arguments),
        None | Some("help" | "--help" | "-h") => {
            println!("{USAGE}");
            Ok(ExitCode::SUCCESS)
        }
        Some(other) => fail(format!("There is no verb `{other}`.\n{USAGE}")),
    }
}
