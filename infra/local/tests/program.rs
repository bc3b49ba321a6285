//! The program itself with the shop's template and functions: started, killed, started again.

#![allow(clippy::unwrap_used, reason = "a failed lookup fails the test")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

fn program(arguments: &[&str]) -> Command {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut command = Command::new(env!("CARGO_BIN_EXE_local"));
    command
        .current_dir(root)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A running program; killed when it is dropped.
struct Running {
    child: Child,
    port: u16,
    said: Vec<String>,
}

impl Running {
    fn start(state: &Path) -> Self {
        Self::of(program(&["--port", "0", "--state", state.to_str().unwrap()]))
    }

    fn of(mut program: Command) -> Self {
        let mut child = program.spawn().unwrap();
        let mut said = Vec::new();
        let mut port = 0;
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            let line = line.unwrap();
            if let Some(rest) = line.strip_prefix("공간문학   http://localhost:") {
                port = rest.trim_end_matches('/').parse().unwrap();
            }
            let last = line.contains("Ctrl-C");
            said.push(line);
            if last {
                break;
            }
        }
        assert_ne!(port, 0, "{said:?}");
        Self { child, port, said }
    }

    fn call(&self, request: &str) -> String {
        let mut socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).unwrap();
        answer
    }

    fn get(&self, path: &str) -> String {
        self.call(&format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n"))
    }

    fn says(&self, text: &str) -> bool {
        self.said.iter().any(|line| line.contains(text))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SIGKILL: no clean stop.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn refused(arguments: &[&str]) -> String {
    let Output { status, stderr, .. } = program(arguments).output().unwrap();
    let said = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{said}");
    assert_eq!(said.trim_end().lines().count(), 1, "{said}");
    said
}

#[test]
fn the_shop_survives_a_kill_and_names_what_is_taken_or_broken() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let path = state.to_str().unwrap();

    let first = Running::start(&state);
    assert!(
        first.says("sample books shelved")
            && first.says("cargo lambda invoke owner-desk")
            && first.says(path)
    );
    let door = first.get("/");
    assert!(door.starts_with("HTTP/1.1 200 ") && door.contains("data-step=\"door\""), "{door}");
    assert!(first.get("/nowhere").starts_with("HTTP/1.1 404 "));
    assert!(
        refused(&["--port", "0", "--state", path])
            .contains("another run already uses the state folder")
    );
    let port = first.port.to_string();
    assert!(
        refused(&["--port", &port, "--memory"]).contains(&format!("port {port} is already in use"))
    );
    for called in
        ["/knock", "/window/{order}", "invoke owner-taste", "invoke reconcile", "/_standin/pushes"]
    {
        assert!(first.says(called), "{called}: {:?}", first.said);
    }
    let shelf = first.get("/shelf");
    assert!(shelf.starts_with("HTTP/1.1 200 "), "{shelf}");
    drop(first);

    let second = Running::start(&state);
    assert!(!second.says("sample books shelved"), "the shop is not empty");
    assert!(second.get("/shelf").starts_with("HTTP/1.1 200 "));
    let desk = |headers: &str| {
        second.call(&format!(
            "POST /2015-03-31/functions/owner-desk/invocations HTTP/1.1\r\n{headers}\r\n\
             connection: close\r\ncontent-length: 2\r\n\r\n{{}}"
        ))
    };
    assert!(desk("host: localhost").contains("\"status\":200"));
    // A page of another site, one of the shop's own, and a name that somebody lets point here.
    for of_a_page in [
        "host: localhost\r\norigin: https://evil.example",
        "host: localhost\r\nsec-fetch-site: same-origin",
        "host: localhost\r\norigin: null\r\nsec-fetch-site: cross-site",
        "host: evil.example",
    ] {
        let refused = desk(of_a_page);
        assert!(refused.starts_with("HTTP/1.1 403 "), "{of_a_page}: {refused}");
    }
    drop(second);

    assert!(
        refused(&["--port", "0", "--state", path, "--fresh"]).contains("the state was not emptied")
    );
    // After a kill everything is still in the write-ahead log.
    std::fs::remove_file(state.join("ledger.sqlite-wal")).unwrap();
    std::fs::write(state.join("ledger.sqlite"), "이것은 데이터베이스가 아니다. ".repeat(300))
        .unwrap();
    let said = refused(&["--port", "0", "--state", path]);
    assert!(
        said.contains("cannot read the state file") && said.contains("it is not a SQLite database"),
        "{said}"
    );
    std::fs::remove_file(state.join("ledger.sqlite")).unwrap();
    let said = refused(&["--port", "0", "--state", path]);
    assert!(said.contains("the state has lost the key") && said.contains("--fresh"), "{said}");
    std::fs::write(state.join("payments.jsonl"), "이것은 장부가 아니다.").unwrap();
    let said = refused(&["--port", "0", "--state", path]);
    assert!(
        said.contains("cannot read the state file") && said.contains("payments.jsonl"),
        "{said}"
    );
    let fresh = program(&["--port", "0", "--state", path, "--fresh", "--yes", "--bare"]);
    drop(Running::of(fresh));
}

#[test]
fn a_stand_ins_port_that_is_taken_is_named() {
    for above in [10, 11, 12] {
        // The port below is free with a high chance, but another program may take it meanwhile.
        let named = (0..10).any(|_| {
            let taken = TcpListener::bind(("127.0.0.1", 0)).unwrap();
            let taken_port = taken.local_addr().unwrap().port();
            let port = (taken_port - above).to_string();
            let folder = tempfile::tempdir().unwrap();
            let state = folder.path().join("state");
            let said = refused(&["--port", &port, "--state", state.to_str().unwrap(), "--fresh"]);
            assert!(!state.exists(), "the state is touched only once every port is taken");
            said.contains(&format!("port {taken_port} of the"))
        });
        assert!(named, "port + {above}");
    }
}

#[test]
fn a_broken_template_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let template = folder.path().join("template.yaml");
    let path = template.to_str().unwrap();
    assert!(
        refused(&["--memory", "--port", "0", "--template", path])
            .contains("cannot read the template")
    );
    std::fs::write(&template, "Resources: [").unwrap();
    assert!(refused(&["--memory", "--port", "0", "--template", path]).contains("not valid YAML"));
    std::fs::write(
        &template,
        "Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Nobody}}\n",
    )
    .unwrap();
    let said = refused(&["--memory", "--port", "0", "--template", path]);
    assert!(said.contains("Resources.Q.Properties.QueueName") && said.contains("Nobody"), "{said}");
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_cleanly() {
    let folder = tempfile::tempdir().unwrap();
    let mut running = Running::start(folder.path());
    let sent = Command::new("kill").arg(running.child.id().to_string()).status().unwrap();
    assert!(sent.success());
    assert_eq!(running.child.wait().unwrap().code(), Some(0));
}
