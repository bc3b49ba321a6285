//! `cargo xtask run`: the whole system in one process (`infra/local`).

use std::{
    env,
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{Outcome, fail, process::cargo};

/// The flags of `infra/local`, passed on to it. They stand here as well so that `--help` answers
/// without a build.
#[derive(Debug, clap::Args)]
#[expect(clippy::struct_excessive_bools, reason = "each is a separate command-line flag")]
pub(crate) struct Arguments {
    /// The port to listen on, on this machine only (0 for any free one) [default: 9000]
    #[arg(long)]
    port: Option<u16>,
    /// Keep everything in memory; the state is lost when the process ends.
    #[arg(long, conflicts_with_all = ["state", "fresh"])]
    memory: bool,
    /// Empty the state first. Asks for confirmation on a terminal.
    #[arg(long)]
    fresh: bool,
    /// Do not ask for confirmation.
    #[arg(long, short)]
    yes: bool,
    /// The folder of the state [default: .state]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
    /// The template to run [default: template.yaml]
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,
    /// A template parameter, instead of its default. With `TossApiUrl` the payment stand-in is not
    /// started, and the secret key is read from the variable TOSS_SECRET_KEY.
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// Do not add the sample books to an empty shop.
    #[arg(long)]
    bare: bool,
    /// Log every publish and every refused call.
    #[arg(long, short)]
    verbose: bool,
}

/// Builds `local` and replaces this process with it, so that signals reach it and its exit status
/// is ours.
pub(crate) fn run(arguments: &Arguments) -> Outcome<ExitCode> {
    let here = env::current_dir().unwrap_or_default();
    println!("짓는 중 / building (처음에는 몇 분 / a few minutes the first time) …");
    // Cargo in turn replaces itself with the program that it built.
    let mut cargo = cargo(&["run", "--package", "local", "--"]);
    cargo.args(passed_on(arguments, &here));
    let error = cargo.exec();
    fail(format!("cargo could not be started: {error}."))
}

/// The arguments for `local`. It runs in the repository's root, so a relative path is resolved
/// against the folder that the person called from.
fn passed_on(arguments: &Arguments, here: &Path) -> Vec<String> {
    let mut passed = Vec::new();
    if let Some(port) = arguments.port {
        passed.extend(["--port".to_owned(), port.to_string()]);
    }
    let switches = [
        ("--memory", arguments.memory),
        ("--fresh", arguments.fresh),
        ("--yes", arguments.yes),
        ("--bare", arguments.bare),
        ("--verbose", arguments.verbose),
    ];
    passed.extend(switches.into_iter().filter(|(_, on)| *on).map(|(name, _)| name.to_owned()));
    for (name, path) in [("--state", &arguments.state), ("--template", &arguments.template)] {
        if let Some(path) = path {
            passed.extend([name.to_owned(), here.join(path).display().to_string()]);
        }
    }
    for parameter in &arguments.parameter {
        passed.extend(["--parameter".to_owned(), parameter.clone()]);
    }
    passed
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::Verb;

    fn read(given: &[&str]) -> Vec<String> {
        let words = ["cargo xtask", "run"].iter().chain(given);
        let Verb::Run(arguments) = crate::Arguments::try_parse_from(words).unwrap().verb else {
            panic!("not `run`");
        };
        passed_on(&arguments, Path::new("/home/me"))
    }

    #[test]
    fn relative_paths_are_resolved_against_the_calling_folder() {
        let got = read(&["--state", "kept", "--port", "9001", "--template=t.yaml"]);
        let wanted =
            ["--port", "9001", "--state", "/home/me/kept", "--template", "/home/me/t.yaml"];
        assert_eq!(got, wanted);
        assert_eq!(read(&["--state=/there"]), ["--state", "/there"]);
    }

    #[test]
    fn every_flag_is_passed_on() {
        let got = read(&["--fresh", "-y", "--bare", "-v", "--parameter", "ShopName=집"]);
        assert_eq!(got, ["--fresh", "--yes", "--bare", "--verbose", "--parameter", "ShopName=집"]);
        assert_eq!(read(&["--memory"]), ["--memory"]);
        assert!(read(&[]).is_empty());
    }
}
