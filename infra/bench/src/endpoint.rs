//! Serves the one-process system's AWS services on a loopback address, for functions that run as
//! processes. Each function gets its own endpoint, so that its calls are counted separately and
//! checked against its role.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
};

use anyhow::{Context as _, Result};
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::{
    orchestrator::{HttpRequest, HttpResponse},
    result::ConnectorError,
};
use aws_smithy_types::{body::SdkBody, timeout::TimeoutConfig};
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::rt::TokioIo;
use local::Wire;
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};

/// A call of any service: the HTTP request is passed to the wire unchanged.
type Call = Operation<Forwarded, http::Response<Bytes>, ConnectorError>;

/// A forwarded request.
#[derive(Debug)]
struct Forwarded(HttpRequest);

/// A listening endpoint. Dropping it closes the listener and its connections.
#[derive(Debug)]
pub(crate) struct Endpoint {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// The value of `AWS_ENDPOINT_URL` for the function.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens an endpoint that forwards to `wire`.
pub(crate) async fn open(wire: Wire) -> Result<Endpoint> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .context("no port for the AWS services")?;
    let address = listener.local_addr().context("no port for the AWS services")?;
    let call = Operation::builder()
        .service_name("any")
        .operation_name("any")
        .http_client(wire)
        // The wire recognises the service by the headers and sets the address itself.
        .endpoint_url("http://aws.invalid")
        .no_auth()
        .no_retry()
        .timeout_config(TimeoutConfig::disabled())
        .serializer(|Forwarded(request)| Ok(request))
        .deserializer(|response: &HttpResponse| Ok(answer(response)))
        .build();
    Ok(Endpoint { address, task: tokio::spawn(serve(listener, call)) })
}

async fn serve(listener: TcpListener, call: Call) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let call = call.clone();
        connections.spawn(async move {
            let _ = stream.set_nodelay(true);
            let service = service_fn(|request| forward(&call, request));
            // Stopping a function breaks its connections.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn forward(
    call: &Call,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let bad_gateway = |why: String| {
        http::Response::builder().status(502).body(Full::from(why)).unwrap_or_default()
    };
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(why) => return Ok(bad_gateway(why.to_string())),
    };
    let request = HttpRequest::try_from(http::Request::from_parts(parts, SdkBody::from(body)));
    let answered = match request {
        Ok(request) => call.invoke(Forwarded(request)).await.map_err(|why| format!("{why:?}")),
        Err(why) => Err(why.to_string()),
    };
    Ok(answered.map_or_else(bad_gateway, |response| response.map(Full::new)))
}

fn answer(response: &HttpResponse) -> http::Response<Bytes> {
    let body = Bytes::copy_from_slice(response.body().bytes().unwrap_or_default());
    let mut answer = http::Response::builder().status(response.status().as_u16());
    for (name, value) in response.headers() {
        // hyper sets the length of the body that is sent here.
        if !name.eq_ignore_ascii_case("content-length")
            && !name.eq_ignore_ascii_case("transfer-encoding")
        {
            answer = answer.header(name, value);
        }
    }
    answer.body(body).unwrap_or_default()
}
