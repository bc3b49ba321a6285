//! An HTTP client for the stand-in's API, independent of our own client, so that both cannot share
//! a mistake.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, Method, Request, header};
use http_body_util::BodyExt;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::{Value, json};
use toss_standin::{CLIENT_KEY, Options, SECRET_KEY, Standin};

pub(crate) const ORDER: &str = "01KB2V8W9QXG5N0000000000AA";
pub(crate) const PRICE: u64 = 21_000;

pub(crate) async fn standin() -> Standin {
    standin_with(Options::default()).await
}

pub(crate) async fn standin_with(options: Options) -> Standin {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    toss_standin::serve(listener, options).unwrap()
}

/// The `Authorization` header for these credentials.
pub(crate) fn basic(credentials: &str) -> String {
    format!("Basic {}", STANDARD.encode(credentials))
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
    /// The text as JSON, or null.
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body.get("code").and_then(Value::as_str).unwrap_or_default()
    }

    pub(crate) fn location(&self) -> &str {
        self.headers.get(header::LOCATION).map_or("", |value| value.to_str().unwrap())
    }
}

/// An open payment window.
#[derive(Debug)]
pub(crate) struct Window {
    pub(crate) html: String,
    pub(crate) payment_key: String,
}

#[derive(Clone)]
pub(crate) struct Api {
    base: String,
    secret_key: String,
    http: Client<HttpsConnector<HttpConnector>, String>,
}

impl Api {
    pub(crate) fn of(standin: &Standin) -> Self {
        Self::new(&standin.url(), SECRET_KEY)
    }

    pub(crate) fn new(base: &str, secret_key: &str) -> Self {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap();
        let tls = if base.starts_with("https") {
            tls.with_native_roots().unwrap()
        } else {
            tls.with_root_certificates(rustls::RootCertStore::empty())
        };
        let connector = HttpsConnectorBuilder::new()
            .with_tls_config(tls.with_no_client_auth())
            .https_or_http()
            .enable_http1()
            .build();
        let http = Client::builder(TokioExecutor::new()).pool_max_idle_per_host(0).build(connector);
        Self { base: base.to_owned(), secret_key: secret_key.to_owned(), http }
    }

    /// The `Authorization` header with our key and `after` behind it.
    pub(crate) fn basic(&self, after: &str) -> String {
        basic(&format!("{}{after}", self.secret_key))
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        authorization: Option<String>,
        headers: &[(&str, &str)],
        body: Option<(&str, String)>,
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        let body = body.map(|(kind, body)| {
            request.headers_mut().unwrap().insert(header::CONTENT_TYPE, kind.parse().unwrap());
            body
        });
        let response =
            self.http.request(request.body(body.unwrap_or_default()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap_or_default();
        Answer { status: parts.status.as_u16(), headers: parts.headers, text, body }
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, Some(self.basic(":")), &[], None).await
    }

    pub(crate) async fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let body = Some(("application/json", body.to_string()));
        self.send(Method::POST, path, Some(self.basic(":")), headers, body).await
    }

    pub(crate) async fn confirm(
        &self,
        payment_key: &str,
        amount: u64,
        headers: &[(&str, &str)],
    ) -> Answer {
        let body = json!({"paymentKey": payment_key, "orderId": ORDER, "amount": amount});
        self.post("/v1/payments/confirm", headers, &body).await
    }

    /// Opens the window with a form, as a browser without script does.
    pub(crate) async fn open_window(
        &self,
        standin: &Standin,
        order_id: &str,
        method: &str,
    ) -> Window {
        let answer = self.browse(standin, &window_fields(order_id, method)).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let (_, rest) = answer.text.split_once("/window/").unwrap();
        let (payment_key, _) = rest.split_once('/').unwrap();
        Window { payment_key: payment_key.to_owned(), html: answer.text }
    }

    /// Requests the window with these fields.
    pub(crate) async fn browse(&self, standin: &Standin, fields: &[(&str, String)]) -> Answer {
        let mut address = url::Url::parse(&standin.window_url()).unwrap();
        address.query_pairs_mut().extend_pairs(fields);
        let path = format!("{}?{}", address.path(), address.query().unwrap());
        self.send(Method::GET, &path, None, &[], None).await
    }

    /// Submits a form of the window, without fields.
    pub(crate) async fn press(&self, window: &Window, choice: &str) -> Answer {
        let (_, button) = window.html.split_once(&format!("data-pay=\"{choice}\"")).unwrap();
        assert!(button.contains("</button>"));
        let path = format!("/window/{}/{choice}", window.payment_key);
        self.send(Method::POST, &path, None, &[], None).await
    }
}

/// The fields that open the window.
pub(crate) fn window_fields(order_id: &str, method: &str) -> Vec<(&'static str, String)> {
    vec![
        ("method", method.to_owned()),
        ("amount", PRICE.to_string()),
        ("orderId", order_id.to_owned()),
        ("orderName", "주인장이 고른 책 한 권".to_owned()),
        ("successUrl", "http://shop.invalid/pay/1/success?tab=2".to_owned()),
        ("failUrl", "http://shop.invalid/pay/1/fail".to_owned()),
        ("customerKey", "reader-01KB2V8W9QXG5N".to_owned()),
        ("clientKey", CLIENT_KEY.to_owned()),
    ]
}
