//! `cargo xtask deploy`: one release build, deployed by the SAM CLI. Missing credentials, parameters
//! or tools are reported before anything is built.

use std::{env, ffi::OsString, path::Path, process::ExitCode};

use serde_json::Value as Json;

use crate::{
    Failure, Outcome, fail,
    process::{cargo, command, output, run},
    tools::{beside, deploy_python, on_path, quiet},
};

/// The target of Lambda's arm64 architecture.
const TARGET: &str = "aarch64-unknown-linux-gnu";

/// What to deploy where.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Arguments {
    /// The stage: dev or live [default: dev, or what samconfig.local.toml says]
    #[arg(long, value_name = "STAGE")]
    stage: Option<String>,
    /// The name of the stack [default: gongganmunhak-STAGE, or what samconfig.local.toml says]
    #[arg(long, value_name = "NAME")]
    stack: Option<String>,
    /// The AWS region [default: samconfig.local.toml or the environment]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// A template parameter (may be repeated).
    #[arg(long, value_name = "NAME=VALUE")]
    parameter: Vec<String>,
    /// Deploy without showing the change set first.
    #[arg(long, short)]
    yes: bool,
    /// Check everything and print what would be done, without changing anything.
    #[arg(long)]
    dry_run: bool,
}

impl Arguments {
    /// The arguments of `preflight.py`, which completes them from samconfig.local.toml and the
    /// environment.
    fn settings(&self) -> Vec<String> {
        let named =
            [("--stage", &self.stage), ("--stack", &self.stack), ("--region", &self.region)];
        let named = named.into_iter().filter_map(|(name, value)| Some((name, value.as_ref()?)));
        let parameters = self.parameter.iter().map(|value| ("--parameter", value));
        named.chain(parameters).flat_map(|(name, value)| [name.to_owned(), value.clone()]).collect()
    }
}

/// Checks, stores the secrets, builds, deploys, stores the test events.
pub(crate) fn deploy(options: &Arguments) -> Outcome<ExitCode> {
    let python = deploy_python()?;
    let settled = check(&python, options)?;
    rust_target(options.dry_run)?;
    say(&settled);
    if options.dry_run {
        let sam = sam(&settled, options);
        println!("would: cargo lambda build --release --arm64");
        println!("would: sam {}", sam.join(" "));
        println!("would: store events/*.json as the shareable test events of the stack");
        return Ok(ExitCode::SUCCESS);
    }
    let mut secrets = command(&python);
    secrets.args(["infra/deploy/preflight.py", "secrets"]).args(options.settings());
    if !has(&settled, "vapid-key") && env::var_os("VAPID_KEY").is_none() {
        println!("making the key pair for push services …");
        let pair =
            output(&mut cargo(&["run", "--quiet", "--package", "webpush", "--example", "vapid"]))?;
        secrets.env("VAPID_KEY", pair.trim());
    }
    print!("{}", output(&mut secrets)?);
    // Checked again: the public half of the key pair, stored just now, is a parameter.
    let sam = sam(&check(&python, options)?, options);
    println!("building for arm64 (ten minutes the first time on two cores) …");
    let path = path_with(&python)?;
    // template.yaml takes the binaries from target/lambda, wherever else cargo builds.
    let mut build = command(beside(&python, "cargo-lambda"));
    run(build
        .args(["lambda", "build", "--release", "--arm64", "--lambda-dir", "target/lambda"])
        .env("PATH", &path))?;
    run(command(beside(&python, "sam")).args(&sam).env("SAM_CLI_TELEMETRY", "0"))?;
    let mut events = command(&python);
    events.arg("infra/deploy/test_events.py").args([
        "--stack",
        text(&settled, "stack"),
        "--region",
        text(&settled, "region"),
    ]);
    run(&mut events)?;
    // What only exists once the stack does: protection, and whether the owner hears of alarms.
    let mut after = command(&python);
    run(after.args(["infra/deploy/preflight.py", "after"]).args(options.settings()))?;
    println!("The owner finds these events in the Test tab of each function (shareable events).");
    Ok(ExitCode::SUCCESS)
}

/// The settings of a deployment, completed and checked.
fn check(python: &Path, options: &Arguments) -> Outcome<Json> {
    let mut check = command(python);
    let settled =
        output(check.args(["infra/deploy/preflight.py", "check"]).args(options.settings()))?;
    serde_json::from_str(&settled).map_err(|_| Failure("preflight.py did not print JSON.".into()))
}

/// Whether a secret is stored already.
fn has(settled: &Json, secret: &str) -> bool {
    let mut stored = settled["secrets"].as_object().into_iter().flatten();
    stored.any(|(name, there)| name.ends_with(&format!("/{secret}")) && there == true)
}

/// Adds the standard library for arm64 with rustup, or fails with the sentence that asks for it.
fn rust_target(dry_run: bool) -> Outcome<()> {
    let library = output(command("rustc").args(["--print", "target-libdir", "--target", TARGET]))?;
    if Path::new(library.trim()).is_dir() {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        return fail(format!(
            "Rust's standard library for {TARGET} is missing; install it beside your rustc."
        ));
    }
    if dry_run {
        println!("would: rustup target add {TARGET}");
        return Ok(());
    }
    println!("adding Rust's standard library for {TARGET} …");
    if quiet("rustup", &["target", "add", TARGET]) {
        Ok(())
    } else {
        fail(format!("`rustup target add {TARGET}` failed."))
    }
}

fn say(settled: &Json) {
    println!(
        "stack {} (stage {}), account {}, region {}",
        text(settled, "stack"),
        text(settled, "stage"),
        text(settled, "account"),
        text(settled, "region")
    );
    for (name, there) in settled["secrets"].as_object().into_iter().flatten() {
        println!("secret {name}: {}", if there == true { "is stored" } else { "will be stored" });
    }
    for note in settled["notes"].as_array().into_iter().flatten().filter_map(Json::as_str) {
        println!("note: {note}");
    }
}

/// The arguments of the SAM CLI; samconfig.toml has the rest.
fn sam(settled: &Json, options: &Arguments) -> Vec<String> {
    let mut words = vec!["deploy".to_owned()];
    for name in ["stack", "region"] {
        let option = if name == "stack" { "--stack-name" } else { "--region" };
        words.extend([option.to_owned(), text(settled, name).to_owned()]);
    }
    if options.yes {
        words.push("--no-confirm-changeset".to_owned());
    }
    words.push("--parameter-overrides".to_owned());
    for (name, value) in settled["parameters"].as_object().into_iter().flatten() {
        let value = value.as_str().unwrap_or_default().replace('\\', "\\\\").replace('"', "\\\"");
        words.push(format!("{name}=\"{value}\""));
    }
    words
}

fn text<'a>(settled: &'a Json, name: &str) -> &'a str {
    settled[name].as_str().unwrap_or_default()
}

/// `PATH` with the Python environment's programs first: cargo-lambda looks for zig there.
fn path_with(python: &Path) -> Outcome<OsString> {
    let ours = python.parent().map(Path::to_owned);
    let others = env::var_os("PATH").unwrap_or_default();
    env::join_paths(ours.into_iter().chain(env::split_paths(&others)))
        .map_err(|error| Failure(format!("PATH cannot be extended: {error}.")))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn what_is_unknown_is_named_and_settings_go_to_the_preflight() {
        let read = |given: &[&str]| {
            let words = ["cargo xtask", "deploy"].iter().chain(given);
            match crate::Arguments::try_parse_from(words).map(|read| read.verb) {
                Ok(crate::Verb::Deploy(options)) => Ok(options),
                Ok(_) => panic!("not `deploy`"),
                Err(error) => Err(error.to_string()),
            }
        };
        let given = read(&["--stage", "live", "--dry-run", "--parameter", "ShopName=집"]).unwrap();
        assert_eq!(given.settings(), ["--stage", "live", "--parameter", "ShopName=집"]);
        assert!(given.dry_run && !given.yes);
        assert!(read(&["-y"]).unwrap().yes);
        assert!(read(&["--fast"]).unwrap_err().contains("--fast"));
        assert!(read(&["--stage"]).unwrap_err().contains("a value is required for '--stage"));
    }

    #[test]
    fn a_secret_that_is_stored_is_not_made_again() {
        let settled = serde_json::json!({ "secrets": {
            "/gongganmunhak-dev/session-key": true, "/gongganmunhak-dev/vapid-key": false,
        } });
        assert!(
            has(&settled, "session-key")
                && !has(&settled, "vapid-key")
                && !has(&settled, "toss-secret-key")
        );
    }

    #[test]
    fn a_parameter_reaches_sam_whole() {
        let settled = serde_json::json!({
            "stack": "s", "region": "r", "parameters": { "ShopAddress": "서울 \"종로\" 1", "TossPlainWindowUrl": "" },
        });
        let words = sam(&settled, &Arguments::default());
        assert_eq!(words[..5], ["deploy", "--stack-name", "s", "--region", "r"]);
        assert_eq!(words[6..], [r#"ShopAddress="서울 \"종로\" 1""#, r#"TossPlainWindowUrl="""#]);
    }
}
