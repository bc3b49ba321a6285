//! The HTTP client for services outside AWS (the payment provider, the push services): HTTP/1.1
//! over the TLS stack that the AWS SDK brings anyway. It trusts the system's root certificates,
//! while the SDK's own connections trust only Amazon's (see `platform`).

use std::{error::Error, sync::Arc, time::Duration};

use http_body::Body;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};

/// An HTTP client with request bodies of type `B`.
pub type Client<B> = legacy::Client<HttpsConnector<HttpConnector>, B>;

/// The root certificates that a client trusts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Those of the system. Reading them takes milliseconds, so make the client at the first call
    /// and not when the function starts.
    System,
    /// None: for stand-ins on plain HTTP.
    Nothing,
}

/// Makes a client that gives up connecting after `connect_limit`. `None` if TLS is not available or
/// no root certificate can be read.
///
/// It keeps no idle connection and never retries: on a connection that died while the execution
/// environment was frozen the outcome of a call would be unknown, and calls are rare enough for a
/// handshake each.
pub fn client<B>(trust: Trust, connect_limit: Duration) -> Option<Client<B>>
where
    B: Body<Data: Send, Error: Into<Box<dyn Error + Send + Sync>>> + Send + Unpin + 'static,
{
    let mut plain = HttpConnector::new();
    plain.enforce_http(false);
    plain.set_connect_timeout(Some(connect_limit));
    let connector = HttpsConnectorBuilder::new()
        .with_tls_config(config(trust)?)
        .https_or_http()
        .enable_http1()
        .wrap_connector(plain);
    let mut builder = legacy::Client::builder(TokioExecutor::new());
    Some(builder.pool_max_idle_per_host(0).retry_canceled_requests(false).build(connector))
}

fn config(trust: Trust) -> Option<ClientConfig> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    let builder = match trust {
        Trust::System => builder.with_native_roots().ok()?,
        Trust::Nothing => builder.with_root_certificates(RootCertStore::empty()),
    };
    Some(builder.with_no_client_auth())
}
