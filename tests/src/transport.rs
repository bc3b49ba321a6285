//! How a request gets to the house: within this process, or over HTTP.

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

/// A request; its address is a path with its query, and its `Host` is the house's.
pub type Ask = http::Request<Bytes>;

/// An answer.
pub type Answer = http::Response<Bytes>;

/// An answer on its way.
pub type Sending<'a> = Pin<Box<dyn Future<Output = Answer> + Send + 'a>>;

/// A way to the house.
pub trait Transport: Send + Sync {
    /// Host and port under which the house knows itself: what stands in `Host`, and in the
    /// addresses it gives to others.
    fn authority(&self) -> &str;

    /// Sends a request and waits for the answer. Panics if none comes.
    fn send(&self, ask: Ask) -> Sending<'_>;
}

/// The house in this process. Clones share it; when a test starts another system in its place,
/// walkers go on there.
#[derive(Clone, Default)]
pub struct InProcess(Arc<Mutex<Option<Arc<System>>>>);

impl InProcess {
    /// The authority of every house in this process. It resolves nowhere.
    pub const AUTHORITY: &str = "house.test";

    /// A house whose system is this one.
    pub fn new(system: System) -> Self {
        Self(Arc::new(Mutex::new(Some(Arc::new(system)))))
    }

    /// The system that stands there now.
    pub fn system(&self) -> Arc<System> {
        let standing = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        standing.expect("no system stands here now")
    }

    /// Takes the system away, or puts another in its place.
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

    fn send(&self, ask: Ask) -> Sending<'_> {
        let system = self.system();
        Box::pin(async move { system.request(ask).await })
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
    /// The house at `base_url` (`http://127.0.0.1:9000`), which knows itself as `host` if that is
    /// another name: the deployed stack's `<id>.execute-api.localhost:4566` resolves on few
    /// machines, so it is asked at the loopback address under that name.
    pub fn new(base_url: &str, host: Option<&str>) -> Self {
        let url =
            Url::parse(base_url).unwrap_or_else(|why| panic!("{base_url} is no address: {why}"));
        let connect = url.authority().to_owned();
        let authority = host.map_or_else(|| connect.clone(), ToOwned::to_owned);
        Self { connect, authority, client: Client::builder(TokioExecutor::new()).build_http() }
    }
}

impl Transport for OverHttp {
    fn authority(&self) -> &str {
        &self.authority
    }

    fn send(&self, mut ask: Ask) -> Sending<'_> {
        let path = ask.uri().path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        let address = format!("http://{}{path}", self.connect);
        *ask.uri_mut() =
            Uri::try_from(&address).unwrap_or_else(|why| panic!("{address} is no address: {why}"));
        let host = HeaderValue::from_str(&self.authority).expect("a host fits a header");
        ask.headers_mut().insert(header::HOST, host);
        Box::pin(async move {
            let answer = self.client.request(ask.map(Full::new)).await;
            let answer = answer.unwrap_or_else(|why| panic!("no answer from {address}: {why:?}"));
            let (parts, body) = answer.into_parts();
            let body =
                body.collect().await.unwrap_or_else(|why| panic!("{address} broke off: {why:?}"));
            Answer::from_parts(parts, body.to_bytes())
        })
    }
}
