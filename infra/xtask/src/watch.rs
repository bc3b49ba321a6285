//! `cargo xtask watch`: `cargo lambda watch` with the cloud beside it. Every function is rebuilt
//! when its code changes; table, queues, topic, stream and schedule are MiniStack's, which forwards
//! their events to the watch server; Toss is the stand-in. All of it is on this machine's loopback,
//! in memory, and gone with Ctrl-C.

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

/// Where the watch server gets its variables from, and where the logs lie.
const FOLDER: &str = ".state/watch";

/// The keys that shop and stand-in agree on here.
const SECRET_KEY: &str = "test_sk_watch_no_money";
const CLIENT_KEY: &str = "test_ck_watch_no_money";

/// How long `cargo lambda watch` may take to listen.
const LISTENS_WITHIN: Duration = Duration::from_mins(1);

struct Ports {
    watch: u16,
    cloud: u16,
    toss: u16,
}

/// Sets everything up, starts it, and waits for Ctrl-C.
pub(crate) fn watch(arguments: impl Iterator<Item = String>) -> Outcome<ExitCode> {
    let ports = ports(arguments)?;
    free(ports.watch)?;
    let python = watch_python()?;
    println!("building the functions and the payment stand-in (a few minutes the first time) …");
    // What `cargo lambda watch` will ask for, function by function: built together it is there at
    // the first request.
    run(&mut cargo(&["build", "--bins"]))?;
    run(&mut cargo(&["build", "--package", "toss-standin"]))?;
    std::fs::create_dir_all(root().join(FOLDER))
        .map_err(|error| Failure(format!("{FOLDER} cannot be made: {error}.")))?;

    let mut crew = Crew::new()?;
    let cloud = start_cloud(&mut crew, &python, &ports)?;
    let toss = start_toss(&mut crew, &ports)?;
    println!("deploying template.yaml there …");
    let stack = deploy(&python, &cloud, &toss, &ports)?;
    start_watch(&mut crew, &python, &ports)?;
    fill(&python, &ports)?;
    greet(&stack, &cloud, &ports);
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

fn ports(mut arguments: impl Iterator<Item = String>) -> Outcome<Ports> {
    let mut ports = Ports { watch: 9000, cloud: 4566, toss: 9010 };
    while let Some(name) = arguments.next() {
        let port = match name.as_str() {
            "--port" => &mut ports.watch,
            "--cloud-port" => &mut ports.cloud,
            "--toss-port" => &mut ports.toss,
            _ => {
                return fail(format!(
                    "`watch` does not know `{name}`; it takes --port, --cloud-port and --toss-port."
                ));
            }
        };
        let given = arguments.next().unwrap_or_default();
        *port =
            given.parse().map_err(|_| Failure(format!("{name} takes a port, not `{given}`.")))?;
    }
    Ok(ports)
}

/// Says at once what would otherwise come after minutes of building.
fn free(port: u16) -> Outcome<()> {
    match TcpListener::bind((Ipv6Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            fail(format!("Port {port} cannot be used ({error}); choose another with --port."))
        }
    }
}

fn start_cloud(crew: &mut Crew, python: &Path, ports: &Ports) -> Outcome<String> {
    println!("starting MiniStack …");
    let mut start = command(python);
    start.arg("infra/ministack/start.py").args(["--port", &ports.cloud.to_string()]);
    let ready =
        crew.start_ready("MiniStack", start.arg("--log").arg(format!("{FOLDER}/ministack.log")))?;
    let ready = json(&ready)?;
    Ok(ready["endpoint"].as_str().unwrap_or_default().to_owned())
}

/// Starts the stand-in; gives its address.
fn start_toss(crew: &mut Crew, ports: &Ports) -> Outcome<String> {
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

fn deploy(python: &Path, cloud: &str, toss: &str, ports: &Ports) -> Outcome<Json> {
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

fn start_watch(crew: &mut Crew, python: &Path, ports: &Ports) -> Outcome<()> {
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

/// Puts the sample books on the shelf, as the owner would: by the drawer's saved event, and once
/// more with the code.
fn fill(python: &Path, ports: &Ports) -> Outcome<()> {
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

fn invoke(python: &Path, ports: &Ports, event: &Json) -> Outcome<Json> {
    let mut invoke = command(beside(python, "cargo-lambda"));
    invoke.args(["lambda", "invoke", "owner-shelve", "--invoke-port", &ports.watch.to_string()]);
    json(&output(invoke.args(["--data-ascii", &event.to_string()]))?)
}

fn greet(stack: &Json, cloud: &str, ports: &Ports) {
    let port = ports.watch;
    println!();
    println!(
        "공간문학 / watch  http://[::1]:{port}/   (a function is rebuilt at the next request after its code changed)"
    );
    println!(
        "서랍 / drawers    .tools/venv/bin/cargo-lambda lambda invoke owner-desk --invoke-port {port} --data-file events/owner-desk.json"
    );
    println!(
        "구름 / cloud      {cloud} (MiniStack; table {})",
        stack["table"].as_str().unwrap_or_default()
    );
    println!("결제 / payment    http://127.0.0.1:{} (a stand-in, no money)", ports.toss);
    println!("로그 / logs       {FOLDER}/ministack.log");
    println!("멈추기 / stop     Ctrl-C (everything is in memory and goes with it)");
    println!();
}

fn json(text: &str) -> Outcome<Json> {
    serde_json::from_str(text).map_err(|_| Failure(format!("This is no JSON: {}", text.trim())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_and_what_is_unknown_is_named() {
        let read = |given: &[&str]| ports(given.iter().map(|argument| (*argument).to_owned()));
        let given = read(&["--port", "9001", "--cloud-port", "4567"]).unwrap();
        assert_eq!((given.watch, given.cloud, given.toss), (9001, 4567, 9010));
        assert_eq!(
            read(&["--port", "x"]).err().unwrap().to_string(),
            "--port takes a port, not `x`."
        );
        assert!(read(&["--fast"]).is_err());
    }
}
