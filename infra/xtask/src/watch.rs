//! `cargo xtask watch`: `cargo lambda watch` with emulated AWS services beside it.
//!
//! A function is rebuilt when its code changes. MiniStack provides table, queues, topic, stream and
//! schedule and forwards their events to the watch server; the payment stand-in plays Toss.
//! Everything listens on loopback, keeps its state in memory and ends with Ctrl-C.

use std::{
    net::{Ipv6Addr, TcpListener, TcpStream},
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use serde_json::Value as Json;

use crate::{
    Failure, Outcome, fail,
    process::{Crew, News, cargo, command, output, run},
    root,
    tools::{beside, built, read, watch_python},
};

/// The folder of the environment file for the watch server, and of the logs.
const FOLDER: &str = ".state/watch";

/// The keys that the shop and the payment stand-in share here.
const SECRET_KEY: &str = "test_sk_watch_no_money";
const CLIENT_KEY: &str = "test_ck_watch_no_money";

/// How long `cargo lambda watch` may take until it listens.
const LISTENS_WITHIN: Duration = Duration::from_mins(1);

/// The ports to listen on.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// The port of `cargo lambda watch`: pages, and the functions by name.
    #[arg(long = "port", value_name = "PORT", default_value_t = 9000)]
    watch: u16,
    /// The port of MiniStack, which plays the AWS services.
    #[arg(long = "cloud-port", value_name = "PORT", default_value_t = 4566)]
    cloud: u16,
    /// The port of the payment stand-in.
    #[arg(long = "toss-port", value_name = "PORT", default_value_t = 9010)]
    toss: u16,
}

/// Sets everything up, starts it, and waits for Ctrl-C.
pub(crate) fn watch(ports: &Arguments) -> Outcome<ExitCode> {
    free("--port", ports.watch)?;
    free("--cloud-port", ports.cloud)?;
    free("--toss-port", ports.toss)?;
    let python = watch_python()?;
    println!("building the functions and the payment stand-in (a few minutes the first time) …");
    // `cargo lambda watch` builds one function at its first request; built together here, the first
    // requests are answered at once.
    run(&mut cargo(&["build", "--bins"]))?;
    run(&mut cargo(&["build", "--package", "toss-standin"]))?;
    std::fs::create_dir_all(root().join(FOLDER))
        .map_err(|error| Failure(format!("{FOLDER} cannot be made: {error}.")))?;

    let mut crew = Crew::new()?;
    let cloud = start_cloud(&mut crew, &python, ports)?;
    let toss = start_toss(&mut crew, ports)?;
    println!("deploying template.yaml there …");
    let stack = deploy(&python, &cloud, &toss, ports)?;
    start_watch(&mut crew, &python, ports)?;
    fill(&python, ports)?;
    greet(&stack, &cloud, ports);
    loop {
        match crew.wait(Duration::from_hours(1)) {
            None => {}
            Some(News::Asked) => return Ok(ExitCode::SUCCESS),
            Some(News::Ended(name, status)) => {
                return fail(format!("{name} ended by itself ({status})."));
            }
        }
    }
}

/// Fails before minutes of building if the port is taken.
fn free(flag: &str, port: u16) -> Outcome<()> {
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            fail(format!("Port {port} cannot be used ({error}); choose another with {flag}."))
        }
    }
}

fn start_cloud(crew: &mut Crew, python: &Path, ports: &Arguments) -> Outcome<String> {
    println!("starting MiniStack …");
    let mut start = command(python);
    start.arg("infra/ministack/start.py").args(["--port", &ports.cloud.to_string()]);
    let ready =
        crew.start_ready("MiniStack", start.arg("--log").arg(format!("{FOLDER}/ministack.log")))?;
    let ready = json(&ready)?;
    Ok(ready["endpoint"].as_str().unwrap_or_default().to_owned())
}

/// Starts the payment stand-in and returns its address.
fn start_toss(crew: &mut Crew, ports: &Arguments) -> Outcome<String> {
    let mut start = command(built("toss-standin")?);
    start.args([
        "--port",
        &ports.toss.to_string(),
        "--secret-key",
        SECRET_KEY,
        "--client-key",
        CLIENT_KEY,
    ]);
    crew.start_ready("the payment stand-in", &mut start)?;
    Ok(format!("http://127.0.0.1:{}", ports.toss))
}

fn deploy(python: &Path, cloud: &str, toss: &str, ports: &Arguments) -> Outcome<Json> {
    let mut deploy = command(python);
    deploy.args(["infra/ministack/deploy.py", "--endpoint", cloud]);
    deploy.args([
        "--watch",
        &format!("http://[::1]:{}", ports.watch),
        "--env-file",
        &format!("{FOLDER}/env"),
    ]);
    for parameter in [
        format!("TossApiUrl={toss}"),
        format!("TossScriptUrl={toss}/v2/standard"),
        format!("TossPlainWindowUrl={toss}/window"),
        format!("TossClientKey={CLIENT_KEY}"),
    ] {
        deploy.args(["--parameter", &parameter]);
    }
    json(&output(deploy.args(["--toss-secret", SECRET_KEY]))?)
}

fn start_watch(crew: &mut Crew, python: &Path, ports: &Arguments) -> Outcome<()> {
    println!("starting cargo lambda watch …");
    let mut watch = command(beside(python, "cargo-lambda"));
    // On ::1, where `cargo lambda invoke` looks; the default would be every interface.
    watch.args([
        "lambda",
        "watch",
        "--invoke-address",
        "::1",
        "--invoke-port",
        &ports.watch.to_string(),
    ]);
    crew.start("cargo lambda watch", watch.args(["--env-file", &format!("{FOLDER}/env")]))?;
    let until = Instant::now() + LISTENS_WITHIN;
    while TcpStream::connect((Ipv6Addr::LOCALHOST, ports.watch)).is_err() {
        match crew.wait(Duration::from_millis(100)) {
            Some(News::Asked) => return fail("stopped"),
            Some(News::Ended(name, status)) => {
                return fail(format!("{name} ended by itself ({status})."));
            }
            None if Instant::now() > until => return fail("cargo lambda watch does not listen."),
            None => {}
        }
    }
    Ok(())
}

/// Adds the sample books as the owner would: the saved event as a dry run, then again with its
/// confirmation code.
fn fill(python: &Path, ports: &Arguments) -> Outcome<()> {
    println!("shelving the sample books …");
    let mut event = json(&read(&root().join("events/owner-shelve.json"))?)?;
    let preview = invoke(python, ports, &event)?;
    let said = preview["next"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Json::as_str)
        .flat_map(|line| line.split('"'));
    let mut codes =
        said.filter(|part| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit()));
    let Some(code) = codes.next() else {
        return fail(format!("owner-shelve does not take events/owner-shelve.json: {preview}"));
    };
    event["confirm"] = code.into();
    let done = invoke(python, ports, &event)?;
    match done["did"].as_array() {
        Some(did) if !did.is_empty() => Ok(()),
        _ => fail(format!("owner-shelve did nothing: {done}")),
    }
}

fn invoke(python: &Path, ports: &Arguments, event: &Json) -> Outcome<Json> {
    let mut invoke = command(beside(python, "cargo-lambda"));
    invoke.args(["lambda", "invoke", "owner-shelve", "--invoke-port", &ports.watch.to_string()]);
    json(&output(invoke.args(["--data-ascii", &event.to_string()]))?)
}

fn greet(stack: &Json, cloud: &str, ports: &Arguments) {
    let port = ports.watch;
    let functions: Vec<&str> = stack["functions"]
        .as_object()
        .into_iter()
        .flat_map(|functions| functions.keys().map(String::as_str))
        .collect();
    println!();
    println!(
        "공간문학 / watch    http://[::1]:{port}/   (rebuilt at the next request after a change)"
    );
    println!("함수 / functions   {}", functions.join(", "));
    println!(
        "                   .tools/venv/bin/cargo-lambda lambda invoke owner-desk \
         --invoke-port {port} --data-file events/owner-desk.json"
    );
    println!(
        "구름 / AWS          {cloud} (MiniStack; table {})",
        stack["table"].as_str().unwrap_or_default()
    );
    println!("결제 / payment      http://127.0.0.1:{} (a stand-in, no money)", ports.toss);
    println!("로그 / logs         {FOLDER}/ministack.log");
    println!("멈추기 / stop       Ctrl-C (everything is in memory and is lost)");
    println!();
}

fn json(text: &str) -> Outcome<Json> {
    serde_json::from_str(text).map_err(|_| Failure(format!("This is not JSON: {}", text.trim())))
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[test]
    fn ports_are_read_and_what_is_unknown_is_named() {
        let read = |given: &[&str]| {
            let words = ["cargo xtask", "watch"].iter().chain(given);
            match crate::Arguments::try_parse_from(words).map(|read| read.verb) {
                Ok(crate::Verb::Watch(ports)) => Ok((ports.watch, ports.cloud, ports.toss)),
                Ok(_) => panic!("not `watch`"),
                Err(error) => Err(error.to_string()),
            }
        };
        assert_eq!(read(&["--port", "9001", "--cloud-port", "4567"]), Ok((9001, 4567, 9010)));
        assert!(read(&["--port", "x"]).unwrap_err().contains("invalid value 'x' for '--port"));
        assert!(read(&["--fast"]).unwrap_err().contains("--fast"));
    }

    #[test]
    fn a_port_that_is_taken_is_named_with_its_flag() {
        let taken = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();
        let failure = free("--toss-port", port).unwrap_err().to_string();
        assert!(
            failure.contains(&port.to_string()) && failure.contains("--toss-port"),
            "{failure}"
        );
    }
}
