//! `cargo xtask mutants`: changes one expression or function body at a time in the crates that hold
//! the rules and the money, and reports the changes that no test notices (cargo-mutants).
//! `docs/testing.md` lists the survivors that are known and why each may stay.

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
};

use crate::{
    Failure, Outcome, fail,
    process::{command, watched},
    root, tools,
};

/// The pinned cargo-mutants, from crates.io.
const VERSION: &str = "27.1.0";

/// The crates whose code is changed.
const MUTATED: [&str; 3] = ["domain", "payments", "store"];

/// The crates whose tests must notice: their own, the flows, and the functions that move money and
/// stock.
const TESTED: [&str; 14] = [
    "domain",
    "payments",
    "store",
    "walk",
    "cancel",
    "choose",
    "owner-refund",
    "owner-shelve",
    "owner-taste",
    "pay",
    "receipt",
    "reconcile",
    "refund",
    "toss-webhook",
];

#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Change only this crate (may be repeated) [default: domain, payments, store]
    #[arg(long, short, value_name = "CRATE")]
    package: Vec<String>,
    /// Change only files that match this pattern (may be repeated).
    #[arg(long, short, value_name = "GLOB")]
    file: Vec<String>,
    /// Change only lines that this diff touches (a file written by `git diff`).
    #[arg(long, value_name = "FILE")]
    in_diff: Option<PathBuf>,
    /// Run one part of the whole, for example 0/8.
    #[arg(long, value_name = "K/N")]
    shard: Option<String>,
    /// Run the tests of this crate only (may be repeated) [default: the crates that hold rules,
    /// money and flows]
    #[arg(long, value_name = "CRATE")]
    test_package: Vec<String>,
    /// Seconds after which the tests of a mutant count as hanging, which counts as noticed.
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    timeout: u32,
    /// Mutants that are tested side by side; each needs a target folder of its own.
    #[arg(long, short, value_name = "N", default_value_t = 1)]
    jobs: u32,
    /// Print the mutants without running a test.
    #[arg(long)]
    list: bool,
}

/// Runs cargo-mutants. Its status is ours: 0 if every mutant was noticed, 2 if some were not, 3 if
/// tests hung.
pub(crate) fn mutants(arguments: &Arguments) -> Outcome<ExitCode> {
    let Some(program) = tools::cargo_tool("cargo-mutants", VERSION) else {
        return fail(format!(
            "cargo-mutants {VERSION} is not installed and cannot be installed here; \
             `cargo install --locked cargo-mutants@{VERSION} --root .tools` does it where \
             crates.io can be reached."
        ));
    };
    let output = root().join("artefacts");
    std::fs::create_dir_all(&output)
        .map_err(|error| Failure(format!("{} cannot be made: {error}.", output.display())))?;
    let here = env::current_dir().unwrap_or_default();
    let mut mutants = command(&program);
    // Cargo calls a subcommand with its own name first.
    mutants.arg("mutants").args(passed_on(
        arguments,
        &here,
        tools::on_path("cargo-nextest").is_some(),
    ));
    let status = watched(&mut mutants, |_| {})?;
    if !arguments.list {
        println!("The lists of caught, missed and hanging mutants are in artefacts/mutants.out.");
    }
    Ok(status
        .code()
        .and_then(|code| u8::try_from(code).ok())
        .map_or(ExitCode::FAILURE, ExitCode::from))
}

fn passed_on(arguments: &Arguments, here: &Path, nextest: bool) -> Vec<String> {
    let mut passed = Vec::new();
    let mut option = |name: &str, value: &str| passed.extend([name.to_owned(), value.to_owned()]);
    let or_usual = |given: &[String], usual: &[&str]| -> Vec<String> {
        if given.is_empty() {
            usual.iter().map(|name| (*name).to_owned()).collect()
        } else {
            given.to_vec()
        }
    };
    for package in or_usual(&arguments.package, &MUTATED) {
        option("--package", &package);
    }
    for file in &arguments.file {
        option("--file", file);
    }
    if let Some(diff) = &arguments.in_diff {
        option("--in-diff", &here.join(diff).display().to_string());
    }
    if let Some(shard) = &arguments.shard {
        option("--shard", shard);
    }
    if arguments.list {
        passed.push("--list".to_owned());
        return passed;
    }
    option("--test-package", &or_usual(&arguments.test_package, &TESTED).join(","));
    option("--timeout", &arguments.timeout.to_string());
    option("--jobs", &arguments.jobs.to_string());
    option("--output", &root().join("artefacts").display().to_string());
    if nextest {
        option("--test-tool", "nextest");
    }
    passed
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;
    use crate::Verb;

    fn read(given: &str) -> String {
        let words = ["xtask", "mutants"].into_iter().chain(given.split_whitespace());
        let read = crate::Arguments::try_parse_from(words).unwrap();
        let Verb::Mutants(arguments) = read.verb else { panic!("not `mutants`") };
        passed_on(&arguments, Path::new("/home/me"), true).join(" ")
    }

    #[test]
    fn the_rules_and_the_money_are_mutated_by_default() {
        let passed = read("");
        assert!(passed.starts_with("--package domain --package payments --package store"));
        assert!(passed.contains("--timeout 300") && passed.contains("--test-tool nextest"));
        for crate_name in TESTED {
            let manifest = if Path::new(&root()).join("functions").join(crate_name).is_dir() {
                format!("functions/{crate_name}/Cargo.toml")
            } else if crate_name == "walk" {
                "tests/Cargo.toml".to_owned()
            } else {
                format!("shared/{crate_name}/Cargo.toml")
            };
            let text = std::fs::read_to_string(root().join(&manifest)).unwrap();
            assert!(text.contains(&format!("name = \"{crate_name}\"")), "{manifest}");
        }
    }

    #[test]
    fn choices_are_passed_on() {
        let passed = read("-p store --file src/key.rs --in-diff a.diff --shard 1/4 --list");
        let wanted =
            "--package store --file src/key.rs --in-diff /home/me/a.diff --shard 1/4 --list";
        assert_eq!(passed, wanted);
        assert!(read("--test-package domain").contains("--test-package domain --timeout"));
    }
}
