//! The stand-in serves the script and the page that it frames, to this machine alone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bytes::Bytes;
use http::{Request, StatusCode};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};

async fn get(url: &str, host: Option<&str>) -> (StatusCode, String, String) {
    let mut request = Request::get(url);
    if let Some(host) = host {
        request = request.header("host", host);
    }
    let request = request.body(Empty::<Bytes>::new()).unwrap();
    let answer = Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    let (status, kind) = (answer.status(), answer.headers().get("content-type").cloned());
    let body = answer.into_body().collect().await.unwrap().to_bytes();
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    (status, kind, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn the_script_and_its_page_are_served_to_this_machine_alone() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let standin = postcode_standin::serve(listener).unwrap();
    let script = standin.script_url();
    let (status, kind, body) = get(&script, None).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/javascript; charset=utf-8"));
    assert!(body.contains("window.kakao") && body.contains("window.daum"));
    let (status, kind, body) = get(&script.replace("/postcode.v2.js", "/search"), None).await;
    assert_eq!((status, kind.as_str()), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(body.contains("zonecode"));
    assert_eq!(get(&script, Some("evil.example")).await.0, StatusCode::FORBIDDEN);
}
