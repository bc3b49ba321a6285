//! The way out to services that are not AWS's (the payment provider, the push services): HTTP/1.1
//! over the TLS stack that the AWS SDK brings anyway, trusting the system's roots. The SDK's own
//! connections trust Amazon's alone; see `cloud`.

use std::{error::Error, sync::Arc, time::Duration};

use http_body::Body;
use hyper_rustls::{ConfigBuilderExt as _, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
    client::legacy::{self, connect::HttpConnector},
    rt::TokioExecutor,
};
use rustls::{ClientConfig, RootCertStore};

/// A client that sends bodies of type `B`.
pub type Client<B> = legacy::Client<HttpsConnector<HttpConnector>, B>;

/// Whom a client believes to be who they say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    /// Whoever the system trusts. Reading its roots takes milliseconds: a client is made at the
    /// first call, not at the start.
    System,
    /// Nobody: for stand-ins on plain HTTP.
    Nobody,
}

/// A client that gives up connecting after `connect_limit`. None if there is no TLS, or nothing to
/// trust.
///
/// It keeps no connection and sends nothing twice: a connection that died while the function's
/// environment slept would turn a call into a doubt, and calls are rare enough to afford a
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
        Trust::Nobody => builder.with_root_certificates(RootCertStore::empty()),
    };
    Some(builder.with_no_client_auth())
}
