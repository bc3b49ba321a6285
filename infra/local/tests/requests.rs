//! Requests and invocations in the form of API Gateway and Lambda.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a failed lookup fails the test")]

mod common;

use base64::Engine as _;
use common::{Stage, request, start, text};
use local::{Config, System};
use serde_json::{Value, json};

#[tokio::test]
async fn the_event_has_api_gateways_form() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let headers = [
        ("user-agent", "probe/1"),
        ("accept", "text/html"),
        ("accept", "text/plain"),
        ("cookie", "visit=abc; lang=ko"),
        ("content-type", "application/x-www-form-urlencoded"),
        ("connection", "keep-alive"),
    ];
    let form = "answer=%EB%AC%B8&door=riddle";
    let response = system
        .request(request("POST", "/pay/01ABC/su%20ccess?a=1&b=%EB%AC%B8&a=2", &headers, form))
        .await;
    assert_eq!(response.status(), 200);

    let mut event = stage.events("page").remove(0);
    // Values that differ in each event have the right form.
    let id = event["requestContext"]["requestId"].take();
    assert_eq!(id.as_str().unwrap().len(), 36);
    let trace = event["headers"]["x-amzn-trace-id"].take();
    assert!(trace.as_str().unwrap().starts_with("Root=1-6a6d3700-"), "{trace}");
    let golden = json!({
        "version": "2.0",
        "routeKey": "ANY /pay/{order}/{outcome}",
        "rawPath": "/pay/01ABC/su ccess",
        "rawQueryString": "a=1&b=%EB%AC%B8&a=2",
        "cookies": ["visit=abc", "lang=ko"],
        "headers": {
            "accept": "text/html,text/plain",
            "content-type": "application/x-www-form-urlencoded",
            "host": "localhost:9000",
            "user-agent": "probe/1",
            "x-amzn-trace-id": null,
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "http",
        },
        "queryStringParameters": { "a": "1,2", "b": "문" },
        "pathParameters": { "order": "01ABC", "outcome": "su ccess" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": "local",
            "domainName": "localhost",
            "domainPrefix": "localhost",
            "http": {
                "method": "POST",
                "path": "/pay/01ABC/su ccess",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "probe/1",
            },
            "requestId": null,
            "routeKey": "ANY /pay/{order}/{outcome}",
            "stage": "$default",
            "time": "01/Aug/2026:00:00:00 +0000",
            "timeEpoch": 1_785_542_400_000_i64,
        },
        "body": base64::engine::general_purpose::STANDARD.encode(form),
        "isBase64Encoded": true,
    });
    assert_eq!(event, golden);
    // lambda_http decodes the form.
    assert_eq!(text(&response), format!("어서 오세요|POST|{form}"));
}

#[tokio::test]
async fn a_body_is_text_or_base64_by_its_kind() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let cases = [
        (Some("text/plain; charset=utf-8"), false),
        (Some("Application/JSON"), false),
        (Some("application/xml"), false),
        (Some("application/javascript"), false),
        (Some("application/x-www-form-urlencoded"), true),
        (Some("application/octet-stream"), true),
        (None, true),
    ];
    for (kind, encoded) in cases {
        let headers: Vec<(&str, &str)> = kind.map(|k| ("content-type", k)).into_iter().collect();
        system.request(request("POST", "/", &headers, "x=1")).await;
        let event = stage.events("page").pop().unwrap();
        assert_eq!(event["isBase64Encoded"], encoded, "{kind:?}");
        assert_eq!(event["body"], if encoded { "eD0x" } else { "x=1" });
    }
    system.request(request("POST", "/", &[], "")).await;
    let event = stage.events("page").pop().unwrap();
    assert_eq!((event.get("body"), &event["isBase64Encoded"]), (None, &json!(false)));
}

#[tokio::test]
async fn each_path_finds_its_route() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let cases = [
        ("GET", "/", "ANY /"),
        ("DELETE", "/", "ANY /"),
        ("GET", "/nowhere", "$default"),
        ("GET", "/pay/1", "$default"),
        ("GET", "/pay/1/", "$default"),
        ("GET", "/pay/1/fail", "ANY /pay/{order}/{outcome}"),
        ("GET", "/files/a/b", "GET /files/{rest+}"),
        ("POST", "/files/a/b", "$default"),
        ("GET", "/order", "$default"),
        ("GET", "/%ff%00%3Fx=1", "$default"),
    ];
    for (method, path, key) in cases {
        let response = system.request(request(method, path, &[], "")).await;
        assert_eq!(response.status(), 200, "{method} {path}");
        assert_eq!(stage.events("page").pop().unwrap()["routeKey"], key, "{method} {path}");
    }
    let last = stage.events("page").pop().unwrap();
    assert_eq!(
        last["rawPath"], "/\u{fffd}\u{0}",
        "an encoded question mark ends the path, as on AWS"
    );
    let files =
        stage.events("page").into_iter().find(|e| e["routeKey"] == "GET /files/{rest+}").unwrap();
    assert_eq!(files["pathParameters"], json!({ "rest": "a/b" }));
}

#[tokio::test]
async fn an_answer_becomes_a_response() {
    let system = start(&Stage::default()).await;
    let response = system.request(request("GET", "/?cookies", &[], "")).await;
    assert_eq!(response.status(), 303);
    let cookies: Vec<_> = response.headers().get_all("set-cookie").iter().collect();
    assert_eq!(cookies, ["a=1; Path=/", "b=2; Path=/"]);
    assert_eq!(response.headers()["location"], "./");
    assert!(response.headers().contains_key("apigw-requestid"));

    let response = system.request(request("GET", "/?bytes", &[], "")).await;
    assert_eq!(response.body().as_ref(), [0, 159, 255]);
    assert_eq!(response.headers()["content-type"], "image/png");
}

#[tokio::test]
async fn a_panic_of_a_function_is_an_internal_error_and_the_system_continues() {
    let system = start(&Stage::default()).await;
    for query in ["panic", "error"] {
        let response = system.request(request("GET", &format!("/?{query}"), &[], "")).await;
        assert_eq!(
            (response.status().as_u16(), text(&response).as_str()),
            (500, r#"{"message":"Internal Server Error"}"#)
        );
    }
    let failures = system.failures();
    assert_eq!(failures.len(), 2);
    assert_eq!(
        (failures[0].error_type.as_str(), failures[0].message.as_str()),
        ("panic", "문이 넘어졌다")
    );
    assert_eq!(system.request(request("GET", "/", &[], "")).await.status(), 200);
}

#[tokio::test]
async fn a_function_that_never_answers_is_cut_off() {
    // A standing clock would give the function more time than Lambda does.
    let clock = local::Clock::system();
    let system =
        System::start(Config { clock, ..common::config(&Stage::default()) }).await.unwrap();
    // tokio's paused clock advances once every task is idle: by the function's timeout of 5 s.
    tokio::time::pause();
    let response = system.request(request("GET", "/?wait", &[], "")).await;
    assert_eq!(response.status(), 500);
    assert!(system.failures()[0].message.contains("Task timed out after 5.00 seconds"));
}

#[tokio::test]
async fn a_request_that_is_too_large_does_not_reach_the_function() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let body = vec![b'x'; 10 * 1024 * 1024 + 1];
    let response = system.request(request("POST", "/", &[], body)).await;
    assert_eq!(
        (response.status().as_u16(), text(&response).as_str()),
        (413, r#"{"message":"Request Entity Too Large"}"#)
    );
    // Within API Gateway's limit, but as base64 above Lambda's.
    let response = system.request(request("POST", "/", &[], vec![b'x'; 5 * 1024 * 1024])).await;
    assert_eq!(response.status(), 413);
    let cookie = "c".repeat(10_240);
    assert_eq!(system.request(request("GET", "/", &[("cookie", &cookie)], "")).await.status(), 431);
    assert_eq!(stage.events("page").len(), 0);
    assert_eq!(
        system.request(request("POST", "/", &[], vec![b'x'; 300 * 1024])).await.status(),
        200
    );
}

#[tokio::test]
async fn a_function_is_invoked_by_any_of_its_names() {
    let stage = Stage::default();
    let system = start(&stage).await;
    let event = json!({ "limit": 3 });
    for name in ["owner-look", "gongganmunhak-local-OwnerLookFunction", "OwnerLookFunction"] {
        let answer = system.invoke(name, event.clone()).await.unwrap();
        assert_eq!(answer, json!({ "name": "owner-look", "event": event }));
    }
    assert_eq!(
        system.invoke("owner-nothing", event).await.unwrap_err().error_type,
        "ResourceNotFound"
    );
}

#[tokio::test]
async fn the_environment_is_that_of_the_template() {
    let stage = Stage::default();
    let mut config = common::config(&stage);
    config.parameters.insert("Greeting".into(), "다녀오셨어요".into());
    let system = local::System::start(config).await.unwrap();
    let response = system.request(request("GET", "/", &[], "")).await;
    assert!(text(&response).starts_with("다녀오셨어요|GET|"));
    let environment = &system.template().functions["page"].environment;
    assert_eq!(environment["STAGE_NAME"], "rehearsal");
    assert_eq!(environment["SESSION_KEY_NAME"], "/fixture/dev/session-key");
    assert_eq!(
        system.secrets().get("/fixture/dev/session-key").unwrap().as_deref(),
        Some("c2VjcmV0")
    );
    let order: Value = system.invoke("order", json!({})).await.unwrap_or_else(|f| f.payload());
    assert_eq!(order["statusCode"], 400, "an HTTP function takes HTTP events only");
}
