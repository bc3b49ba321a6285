//! A running system and its socket, as people and their tools meet it. Nothing here waits by the
//! clock.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that finds nothing is to fall"
)]

mod common;

use common::{Stage, config, text};
use http_body_util::{BodyExt as _, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use local::{Config, Ground, StartError, State, System};
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

fn running(house: &Stage, state: State) -> Config {
    Config { running: true, port: Some(0), clock: local::Clock::system(), state, ..config(house) }
}

fn url(system: &System, path: &str) -> String {
    format!("http://{}{path}", system.address().unwrap())
}

#[tokio::test]
async fn a_request_over_the_socket_is_the_same_request() {
    let house = Stage::default();
    let system = System::start(running(&house, State::Memory)).await.unwrap();
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
    let event = house.events("page").remove(0);
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
async fn functions_are_invoked_as_the_command_line_tools_do() {
    let house = Stage::default();
    let system = System::start(running(&house, State::Memory)).await.unwrap();
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
    // The tools of this machine say `localhost`, and some of them mean [::1].
    let v6 = format!(
        "http://[::1]:{}/2015-03-31/functions/owner-look/invocations",
        system.address().unwrap().port()
    );
    assert_eq!(call(&v6, "POST", &[], "").await.status(), 200);
    assert_eq!(
        house.events("owner-look").last().unwrap(),
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

    house.fail_on(&["broken"]);
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
    house.wait_for("tick", 1).await;
    assert_eq!(house.events("tick"), [json!({ "for": "later" })]);
    system.stop().await;
}

#[tokio::test]
async fn a_running_system_delivers_by_itself() {
    let house = Stage::default();
    let system = System::start(running(&house, State::Memory)).await.unwrap();
    let response =
        call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "가").await;
    assert_eq!(response.status(), 201);
    house.wait_for("tick", 1).await;
    assert_eq!(common::done(&system).await, ["가"]);
    // A clock that is moved wakes whatever it makes due.
    system.clock().advance(jiff::SignedDuration::from_mins(5));
    system.settle().await.unwrap();
    house.wait_for("tick", 2).await;
    system.stop().await;
}

#[tokio::test]
async fn a_stop_finishes_what_is_under_way_and_a_start_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let house = Stage::default();
    let system = System::start(running(&house, state.clone())).await.unwrap();
    system.hold_all();
    call(&url(&system, "/order"), "POST", &[("content-type", "text/plain")], "가").await;
    system.stop().await;
    let system = System::start(running(&house, state)).await.unwrap();
    house.wait_for("tick", 1).await;
    assert_eq!(common::done(&system).await, ["가"]);
    system.stop().await;
}

#[tokio::test]
async fn what_is_taken_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let state = State::Folder(folder.path().to_owned());
    let house = Stage::default();
    let system = System::start(running(&house, state.clone())).await.unwrap();
    let port = system.address().unwrap().port();
    let said = |error: StartError| {
        let text = error.to_string();
        assert!(!text.contains('\n'), "{text}");
        text
    };
    let taken = Ground::take(Some(port), &State::Memory, false).await.unwrap_err();
    assert!(said(taken).contains(&format!("port {port} is already in use")));
    let locked = System::start(running(&house, state.clone())).await.unwrap_err();
    assert!(said(locked).contains("another run already uses the state folder"));
    system.stop().await;

    for name in ["ledger.sqlite", "table.sqlite"] {
        let path = folder.path().join(name);
        let good = std::fs::read(&path).unwrap();
        std::fs::write(&path, "이것은 데이터베이스가 아니다. ".repeat(300)).unwrap();
        let broken = System::start(running(&house, state.clone())).await.unwrap_err();
        assert!(said(broken).contains(&format!("cannot read the state file {}", path.display())));
        std::fs::write(&path, good).unwrap();
    }
    System::start(running(&house, state)).await.unwrap().stop().await;

    let mut nobody = running(&house, State::Memory);
    nobody.build = std::sync::Arc::new(|_, _| None);
    assert!(
        said(System::start(nobody).await.unwrap_err())
            .contains("function order is not in this program")
    );
}
