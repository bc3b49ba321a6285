//! How a request gets to the app: within this process or over HTTP.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::TokioExecutor;
use local::System;
use url::Url;

/// A request; its address is a path with a query, and its `Host` is the app's.
pub type Request = http::Request<Bytes>;

/// A response.
pub type Response = http::Response<Bytes>;

/// A response to come.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Response> + Send + 'a>>;

/// A way to the app.
pub trait Transport: Send + Sync {
    /// The host and port under which the app knows itself: the value of `Host`, and of the
    /// addresses that it gives to others.
    fn authority(&self) -> &str;

    /// Sends a request and waits for the response. Panics if none comes.
    fn send(&self, request: Request) -> Sending<'_>;
}

/// The app in this process. Clones share it, so a walker goes on when a test restarts the
/// system.
#[derive(Clone, Default)]
pub struct InProcess(Arc<Mutex<Option<Arc<System>>>>);

impl InProcess {
    /// The authority of every app in this process. It does not resolve.
    pub const AUTHORITY: &str = "house.test";

    /// An app that runs on this system.
    pub fn new(system: System) -> Self {
        Self(Arc::new(Mutex::new(Some(Arc::new(system)))))
    }

    /// The running system.
    pub fn system(&self) -> Arc<System> {
        let standing = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        standing.expect("no system is running")
    }

    /// Replaces the system and returns the one before.
    pub fn replace(&self, system: Option<System>) -> Option<Arc<System>> {
        std::mem::replace(
            &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner),
            system.map(Arc::new),
        )
    }
}

impl Transport for InProcess {
    fn authority(&self) -> &str {
        Self::AUTHORITY
    }

    fn send(&self, request: Request) -> Sending<'_> {
        let system = self.system();
        Box::pin(async move { system.request(request).await })
    }
}

/// HTTP without TLS to an address.
#[derive(Clone)]
pub struct OverHttp {
    connect: String,
    authority: String,
    client: Client<HttpConnector, Full<Bytes>>,
}

impl OverHttp {
    /// The app at `base_url` (`http://127.0.0.1:9000`), which knows itself as `host` if that is
    /// another name: the deployed stack's `<id>.execute-api.localhost:4566` resolves on few
    /// machines, so requests go to the loopback address with that `Host`.
    pub fn new(base_url: &str, host: Option<&str>) -> Self {
        let url = Url::parse(base_url)
            .unwrap_or_else(|why| panic!("{base_url} is not an address: {why}"));
        let connect = url.authority().to_owned();
        let authority = host.map_or_else(|| connect.clone(), ToOwned::to_owned);
        Self { connect, authority, client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

impl Transport for OverHttp {
    fn authority(&self) -> &str {
        &self.authority
    }

    fn send(&self, mut request: Request) -> Sending<'_> {
        let path = request.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let address = format!("http://{}{path}", self.connect);
        *request.uri_mut() = Uri::try_from(&address)
            .unwrap_or_else(|why| panic!("{address} is not an address: {why}"));
        let host = HeaderValue::from_str(&self.authority).expect("a host fits a header");
        request.headers_mut().insert(header::HOST, host);
        Box::pin(async move {
            let response = self.client.request(request.map(Full::new)).await;
            let response =
                response.unwrap_or_else(|why| panic!("no response from {address}: {why:?}"));
            let (parts, body) = response.into_parts();
            let body =
                body.collect().await.unwrap_or_else(|why| panic!("{address} broke off: {why:?}"));
            Response::from_parts(parts, body.to_bytes())
        })
    }
}
