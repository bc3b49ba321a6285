//! The stand-in's HTTP API, called without our client, so that both cannot share a mistake. The
//! tests of `shared/webpush` cover valid signatures and bodies.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt as _, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use push_standin::{Standin, Subscription};
use serde_json::{Value, json};

async fn standin() -> Standin {
    push_standin::serve(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap()).unwrap()
}

async fn call(
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> (StatusCode, Value) {
    let mut request = Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let request = request.body(Full::new(Bytes::from(body.to_owned()))).unwrap();
    let response =
        Client::builder(TokioExecutor::new()).build_http().request(request).await.unwrap();
    let status = response.status();
    let retry =
        response.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let mut body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if let (Some(retry), Some(map)) = (retry, body.as_object_mut()) {
        map.insert("retry-after".into(), retry.into());
    }
    (status, body)
}

#[tokio::test]
async fn a_subscription_has_the_browsers_form_and_can_end() {
    let standin = standin().await;
    let (status, made) = call(
        Method::POST,
        &format!("{}/_standin/devices", standin.url()),
        &[],
        &json!({ "applicationServerKey": "BKey" }).to_string(),
    )
    .await;
    assert_eq!(status, 201);
    let device: Subscription = serde_json::from_value(made).unwrap();
    assert!(device.endpoint.starts_with(&format!("{}/push/", standin.url())));
    assert_eq!((device.keys.p256dh.len(), device.keys.auth.len()), (87, 22));
    let name = device.endpoint.rsplit('/').next().unwrap();
    let end = format!("{}/_standin/devices/{name}", standin.url());
    assert_eq!(call(Method::DELETE, &end, &[], "").await.0, 204);
    assert_eq!(call(Method::POST, &device.endpoint, &[], "").await.0, 410);
    let nobody = format!("{}/_standin/devices/nobody", standin.url());
    assert_eq!(call(Method::DELETE, &nobody, &[], "").await.0, 404);
}

#[tokio::test]
async fn an_invalid_push_is_rejected_with_the_reason() {
    let standin = standin().await;
    let device = standin.device("BKey").unwrap();
    let nobody = format!("{}/push/nobody", standin.url());
    assert_eq!(call(Method::POST, &nobody, &[], "").await.0, 404);
    assert_eq!(call(Method::POST, &device.endpoint, &[], "x").await.0, 401);
    for (authorization, why) in [
        ("Bearer x", "the scheme is not vapid"),
        ("vapid k=x", "there is no t"),
        ("vapid t=a.b.c", "there is no k"),
        ("vapid t=abc, k=x", "t is no JWT"),
        ("vapid t=!.!.!, k=x", "it is not base64url"),
        ("vapid t=e30.e30.AA, k=x", "alg is not ES256"),
        // {"alg":"ES256"}.{} with an invalid signature.
        ("vapid t=eyJhbGciOiJFUzI1NiJ9.e30.AAAA, k=BAAA", "the signature is not of this key"),
    ] {
        let headers =
            [("authorization", authorization), ("ttl", "60"), ("content-encoding", "aes128gcm")];
        let (status, answer) = call(Method::POST, &device.endpoint, &headers, "x").await;
        assert_eq!(
            (status.as_u16(), answer["message"].as_str().unwrap()),
            (403, why),
            "{authorization}"
        );
    }
    assert!(standin.pushes().is_empty());
    let (_, pushes) =
        call(Method::GET, &format!("{}/_standin/pushes", standin.url()), &[], "").await;
    assert_eq!(pushes, json!([]));
}

#[tokio::test]
async fn a_fault_applies_to_its_device_as_often_as_it_says() {
    let standin = standin().await;
    let (one, other) = (standin.device("BKey").unwrap(), standin.device("BKey").unwrap());
    let faults = format!("{}/_standin/faults", standin.url());
    let fault = json!({ "status": 429, "retry_after": 30, "times": 2, "endpoint": one.endpoint })
        .to_string();
    let headers = [("content-type", "application/json")];
    assert_eq!(call(Method::POST, &faults, &headers, &fault).await.0, 204);
    assert_eq!(call(Method::POST, &other.endpoint, &[], "").await.0, 401);
    for _ in 0..2 {
        let (status, answer) = call(Method::POST, &one.endpoint, &[], "").await;
        assert_eq!((status.as_u16(), &answer["retry-after"]), (429, &json!("30")));
    }
    assert_eq!(call(Method::POST, &one.endpoint, &[], "").await.0, 401);
    assert_eq!(call(Method::POST, &faults, &headers, r#"{"status":503}"#).await.0, 204);
    assert_eq!(call(Method::DELETE, &faults, &[], "").await.0, 204);
    assert_eq!(call(Method::POST, &one.endpoint, &[], "").await.0, 401);
    assert_eq!(standin.asked(), 5);
}
