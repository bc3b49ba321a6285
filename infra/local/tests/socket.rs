//! A running system with its socket and its state. No test waits for a fixed time.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::similar_names,
    reason = "a failed lookup fails the test; stage and state are the terms"
)]

mod common;

use common::{Stage, config, text};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::{Config, Ground, Outgoing, Source, StartError, State, System};
use serde_json::{Value, json};

async fn call(url: &str, method: &str, headers: &[(&str, &str)], body: &str) -> local::Response {
    let client: Client<_, Full<axum::body::Bytes>> =
        Client::builder(TokioExecutor::new()).build_http();
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = client.request(request.body(body.to_owned().into()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    local::Response::from_parts(parts, body.collect().await.unwrap().to_bytes())
}

fn running(stage: &Stage, state: State) -> Config {
    Config { running: true, port: Some(0), clock: local::Clock::system(), state, ..config(stage) }
}

fn url(system: &System, path: &str) -> String {
    format!("http://{}{path}", system.address().unwrap())
}

#[tokio::test]
async fn a_request_over_the_socket_is_the_same_request() {
    let stage = Stage::default();
    let system = System::start(running(&stage, State::Memory)).await.unwrap();
    let response = call(
        &url(&system, "/?a=b"),
        "POST",
        &[("content-type", "application/x-www-form-urlencoded")],
        "문=열림",
    )
    .await;
    assert_eq!(
        (response.status().as_u16(), text(&response).as_str()),
        (200, "어서 오세요|POST|문=열림")
    );
    let event = stage.events("page").remove(0);
    let port = system.address().unwrap().port().to_string();
    assert_eq!(event["headers"]["x-forwarded-port"], port);
    assert_eq!(event["headers"]["host"], format!("127.0.0.1:{port}"));
    assert_eq!(event["requestContext"]["http"]["sourceIp"], "127.0.0.1");
    assert_eq!(event["isBase64Encoded"], true);
    let too_large = call(&url(&system, "/"), "POST", &[], &"x".repeat(10 * 1024 * 1024 + 1)).await;
    assert_eq!(too_large.status(), 413);
    system.stop().await;
}

#[tokio::test]
async fn functions_are_invoked_by_command_line_tools() {
    let stage = Stage::default();
    let system = System::start(running(&stage, State::Memory)).await.unwrap();
    let invoke = |name: &str| url(&system, &format!("/2015-03-31/functions/{name}/invocations"));
    let by_name = ["owner-look", "gongganmunhak-local-OwnerLookFunction", "owner-look:live"];
    let arn = "arn%3Aaws%3Alambda%3Aap-northeast-2%3A000000000000%3Afunction%3Agongganmunhak-local-OwnerLookFunction";
    for name in by_name.into_iter().chain([arn]) {
        let response = call(&invoke(name), "POST", &[], r#"{"limit":3}"#).await;
        assert_eq!(response.status(), 200, "{name}");
        let answer: Value = serde_json::from_slice(response.body()).unwrap();
        assert_eq!(answer, json!({ "name": "owner-look", "event": { "limit": 3 } }));
        assert_eq!(response.headers()["x-amz-executed-version"], "$LATEST");
    }
    // Some tools resolve `localhost` to [::1].
    let v6 = format!(
        "http://[::1]:{}/2015-03-31/functions/owner-look/invocations",
        system.address().unwrap().port()
    );
    assert_eq!(call(&v6, "POST", &[], "").await.status(), 200);
    assert_eq!(
        stage.events("owner-look").last().unwrap(),
        &json!({}),
        "no payload is an empty object"
    );

    let nobody = call(&invoke("owner-nothing"), "POST", &[], "{}").await;
    assert_eq!(
        (nobody.status().as_u16(), nobody.headers()["x-amzn-errortype"].as_bytes()),
        (404, &b"ResourceNotFoundException"[..])
    );
    assert!(text(&nobody).contains("function:owner-nothing"));
    assert_eq!(call(&invoke("owner-look"), "GET", &[], "").await.status(), 405);
    assert_eq!(call(&invoke("owner-look"), "POST", &[], "{").await.status(), 400);

    stage.fail_on(&["broken"]);
    let failed = call(&invoke("owner-look"), "POST", &[], r#""broken""#).await;
    assert_eq!(
        (failed.status().as_u16(), failed.headers()["x-amz-function-error"].as_bytes()),
        (200, &b"Unhandled"[..])
    );
    let error: Value = serde_json::from_slice(failed.body()).unwrap();
    assert_eq!(error, json!({ "errorType": "Fixture", "errorMessage": "\"told to fail\"" }));

    let later =
        call(&invoke("tick"), "POST", &[("x-amz-invocation-type", "Event")], r#"{"for":"later"}"#)
            .await;
    assert_eq!(later.status(), 202);
    stage.wait_for("tick", 1).await;
    assert_eq!(stage.events("tick"), [json!({ "for": "later" })]);
    system.stop().await;
}

#[tokio::test]
async fn a_running_system_delivers_by_itself() {
    let stage = Stage::default();
    let system = System::start(running(&stage, State::Memory)).await.unwrap();
    let response =
        call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "가").await;
    assert_eq!(response.status(), 201);
    stage.wait_for("tick", 1).await;
    assert_eq!(common::done(&system).await, ["가"]);
    // Advancing the clock makes the schedule due.
    system.clock().advance(jiff::SignedDuration::from_mins(5));
    system.settle().await.unwrap();
    stage.wait_for("tick", 2).await;
    system.stop().await;
}

#[tokio::test]
async fn a_stop_finishes_open_work_and_a_start_continues() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let stage = Stage::default();
    let system = System::start(running(&stage, state.clone())).await.unwrap();
    system.hold_all();
    call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "가").await;
    system.stop().await;
    let system = System::start(running(&stage, state)).await.unwrap();
    stage.wait_for("tick", 1).await;
    assert_eq!(common::done(&system).await, ["가"]);
    system.stop().await;
}

#[tokio::test]
async fn messages_of_a_queue_that_the_template_no_longer_has_do_not_break_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let stage = Stage::default();
    let system = System::start(running(&stage, state.clone())).await.unwrap();
    let work = system.template().queues["WorkQueue"].name.clone();
    let dead = system.template().queues["WorkDeadLetters"].name.clone();
    system.hold_all();
    system.queues().send(&work, &Outgoing::text("가")).unwrap();
    system.queues().send(&dead, &Outgoing::text("나")).unwrap();
    system.stop().await;
    let journal = rusqlite::Connection::open(folder.path().join("ledger.sqlite")).unwrap();
    let old = "gongganmunhak-local-ring";
    let renamed = "UPDATE messages SET queue = ?1, source = ?1, receipt = 'x' WHERE queue = ?2";
    assert_eq!(journal.execute(renamed, [old, &work]).unwrap(), 1);
    let source = "UPDATE messages SET source = ?1 WHERE queue = ?2";
    assert_eq!(journal.execute(source, [old, &dead]).unwrap(), 1);
    let mark = "INSERT INTO marks VALUES ('stream ring/Outbox', '1')";
    assert_eq!(journal.execute(mark, []).unwrap(), 1);
    drop(journal);

    let system = System::start(running(&stage, state)).await.unwrap();
    let response =
        call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "다").await;
    assert_eq!(response.status(), 201);
    stage.wait_for("tick", 1).await;
    assert_eq!(common::done(&system).await, ["다"]);
    let nowhere = system.queues().redrive(&dead, None).unwrap_err();
    assert_eq!(nowhere.to_string(), "The specified queue does not exist.");
    assert_eq!(system.queues().redrive(&dead, Some(&work)).unwrap(), 1);
    system.stop().await;
}

#[tokio::test]
async fn a_new_mapping_that_starts_at_the_latest_record_skips_what_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let stage = Stage::default();
    let mut config = config(&stage);
    config.state = State::Folder(folder.path().to_owned());
    let post = async |system: &System, text: &str| {
        let ask = common::request("POST", "/order", &[("content-type", "text/plain")], text);
        assert_eq!(system.request(ask).await.status(), 201);
    };
    let system = System::start(config.clone()).await.unwrap();
    system.hold_all();
    post(&system, "가").await;
    drop(system);

    let Source::Text(fixture) = common::relay_with("BatchSize: 4") else { unreachable!() };
    let latest =
        fixture.replace("TRIM_HORIZON", "LATEST").replace("        Outbox:", "        New:");
    config.template = Source::Text(latest);
    let system = System::start(config.clone()).await.unwrap();
    system.hold_all();
    post(&system, "나").await;
    drop(system);

    let system = System::start(config).await.unwrap();
    system.settle().await.unwrap();
    assert_eq!(common::done(&system).await, ["나"], "the position was kept over the restart");
}

#[tokio::test]
async fn a_table_whose_session_key_is_lost_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let stage = Stage::default();
    let system = System::start(running(&stage, state.clone())).await.unwrap();
    call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "가").await;
    system.stop().await;
    std::fs::remove_file(folder.path().join("ledger.sqlite")).unwrap();
    let refusal = System::start(running(&stage, state.clone())).await.unwrap_err().to_string();
    assert!(
        refusal.contains("the state has lost the key /fixture/dev/session-key")
            && refusal.contains("--fresh")
            && !refusal.contains('\n'),
        "{refusal}"
    );
    let ground = Ground::take(Some(0), &state, true).await.unwrap();
    System::start_on(ground, running(&stage, state)).await.unwrap().stop().await;
}

#[tokio::test]
async fn each_start_error_is_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let stage = Stage::default();
    let system = System::start(running(&stage, state.clone())).await.unwrap();
    let port = system.address().unwrap().port();
    let said = |error: StartError| {
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        text
    };
    let taken = Ground::take(Some(port), &State::Memory, false).await.unwrap_err();
    assert!(said(taken).contains(&format!("port {port} is already in use")));
    let locked = System::start(running(&stage, state.clone())).await.unwrap_err();
    assert!(said(locked).contains("another run already uses the state folder"));
    system.stop().await;

    for name in ["ledger.sqlite", "table.sqlite"] {
        let path = folder.path().join(name);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, "이것은 데이터베이스가 아니다. ".repeat(300)).unwrap();
        let broken = System::start(running(&stage, state.clone())).await.unwrap_err();
        assert!(said(broken).contains(&format!("cannot read the state file {}", path.display())));
        std::fs::write(&path, good).unwrap();
    }
    System::start(running(&stage, state)).await.unwrap().stop().await;

    let mut nobody = running(&stage, State::Memory);
    nobody.build = std::sync::Arc::new(|_, _| None);
    assert!(
        said(System::start(nobody).await.unwrap_err())
            .contains("function order is not in this program")
    );
}
