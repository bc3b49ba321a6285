//! The project's commands, called as `cargo xtask VERB`.
//!
//! Every verb prints what it does while it does it. A failure is one sentence on stderr and exit
//! status 1; arguments that cannot be read end with status 2.

#![allow(
    clippy::indexing_slicing,
    reason = "only JSON values are indexed, and a missing name yields null"
)]

mod bench;
mod cost;
mod deploy;
mod font;
mod fuzz;
mod generate;
mod keys;
mod mutants;
mod process;
mod run;
mod test;
mod tools;
mod watch;

use std::{fmt, path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

/// Builds, runs, tests and deploys the bookshop.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run the whole system in one process on this machine.
    Run(run::Arguments),
    /// Run every test, or only the parts named.
    Test(test::Arguments),
    /// Run `cargo lambda watch`, with MiniStack for the AWS services beside it.
    Watch(watch::Arguments),
    /// Build once and deploy to AWS.
    Deploy(deploy::Arguments),
    /// Show or rotate the secrets with which the shop signs.
    Keys(keys::Arguments),
    /// Measure cold start, latency, memory, size and calls of every function.
    Bench(bench::Arguments),
    /// Price one whole order and an idle month.
    Cost(cost::Arguments),
    /// Write the skeleton of something new.
    New(generate::Arguments),
    /// Send random requests to every route, and random calls to the owner's functions.
    Fuzz(fuzz::Arguments),
    /// Cut the font into subsets by what the pages and the content say.
    Font(font::Arguments),
    /// Run mutation tests on the crates that hold the rules and the money.
    Mutants(mutants::Arguments),
}

/// Why a verb ends with status 1: one sentence for a person.
#[derive(Debug)]
pub(crate) struct Failure(pub String);

/// The result of a verb or of a part of one.
pub(crate) type Outcome<T> = Result<T, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A failure with this sentence.
pub(crate) fn fail<T>(sentence: impl Into<String>) -> Outcome<T> {
    Err(Failure(sentence.into()))
}

/// The repository's root folder.
pub(crate) fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or(here.clone(), PathBuf::from)
}

fn main() -> ExitCode {
    let done = match Arguments::parse().verb {
        Verb::Run(arguments) => run::run(&arguments),
        Verb::Test(arguments) => Ok(test::test(&arguments)),
        Verb::Watch(arguments) => watch::watch(&arguments),
        Verb::Deploy(arguments) => deploy::deploy(&arguments),
        Verb::Fuzz(arguments) => fuzz::fuzz(&arguments),
        Verb::Font(arguments) => font::font(&arguments),
        Verb::Keys(arguments) => keys::keys(&arguments),
        Verb::Bench(arguments) => bench::bench(&arguments),
        Verb::Cost(arguments) => cost::cost(&arguments),
        Verb::New(arguments) => generate::new(&arguments),
        Verb::Mutants(arguments) => mutants::mutants(&arguments),
    };
    done.unwrap_or_else(|failure| {
        eprintln!("{failure}");
        ExitCode::FAILURE
    })
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory as _, error::ErrorKind};

    use super::*;

    /// The long flags of a verb.
    fn flags(verb: &str) -> Vec<String> {
        let command = Arguments::command();
        let verb = command.find_subcommand(verb).unwrap();
        verb.get_arguments().filter_map(|flag| flag.get_long()).map(str::to_owned).collect()
    }

    /// The fields of `struct Arguments` in a source file, written as flags.
    fn fields(file: &str) -> Vec<String> {
        let text = std::fs::read_to_string(root().join(file)).unwrap();
        let body = text.split_once("struct Arguments {").unwrap().1.split_once("\n}").unwrap().0;
        let names = body.lines().filter_map(|line| line.trim().split_once(": "));
        let names = names.filter(|(name, _)| !name.starts_with(['/', '#']));
        let names = names.map(|(name, _)| name.trim_start_matches("pub ").replace('_', "-"));
        names.map(|name| if name == "parameters" { "parameter".into() } else { name }).collect()
    }

    #[test]
    fn the_command_line_is_consistent_and_every_verb_explains_itself() {
        let mut command = Arguments::command();
        command.build();
        command.clone().debug_assert();
        for verb in command.get_subcommands() {
            assert!(verb.get_about().is_some(), "{} has no description", verb.get_name());
            for argument in verb.get_arguments() {
                assert!(argument.get_help().is_some(), "{}: {argument}", verb.get_name());
            }
        }
    }

    #[test]
    fn without_a_verb_the_help_is_printed_and_the_status_is_2() {
        let error = Arguments::try_parse_from(["cargo xtask"]).unwrap_err();
        assert_eq!(error.exit_code(), 2);
        let help = error.to_string();
        for verb in ["run", "test", "watch", "deploy", "bench", "cost", "new", "mutants"] {
            assert!(help.contains(&format!("\n  {verb} ")), "{help}");
        }
    }

    #[test]
    fn an_unknown_verb_or_flag_is_named() {
        let error = Arguments::try_parse_from(["cargo xtask", "walk"]).unwrap_err();
        assert_eq!((error.kind(), error.exit_code()), (ErrorKind::InvalidSubcommand, 2));
        for verb in ["run", "watch", "deploy", "bench", "cost", "mutants"] {
            let error = Arguments::try_parse_from(["cargo xtask", verb, "--fast"]).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownArgument, "{verb}");
            assert!(error.to_string().contains("--fast"), "{error}");
        }
    }

    #[test]
    fn a_verb_takes_the_flags_of_the_program_it_starts() {
        assert_eq!(flags("run"), fields("infra/local/src/run.rs"));
        assert_eq!(flags("bench"), fields("infra/bench/src/main.rs"));
        assert_eq!(flags("cost"), fields("infra/cost/src/main.rs"));
    }
}
