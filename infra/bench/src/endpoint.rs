//! The AWS services of the one-process system on a loopback address, for functions that run as
//! processes: one endpoint a function, so that its calls are counted as its own and its role is
//! held against them.

use std::{
    convert::Infallible,
    net::{Ipv4Addr, SocketAddr},
};

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

use crate::{About as _, Outcome};

/// Any call of any service: what came over HTTP, handed to the wire as it is.
type Call = Operation<Passing, http::Response<Bytes>, ConnectorError>;

/// A request on its way through.
#[derive(Debug)]
struct Passing(HttpRequest);

/// A listening endpoint. It ends, and its connections with it, when this is dropped.
#[derive(Debug)]
pub(crate) struct Endpoint {
    address: SocketAddr,
    task: JoinHandle<()>,
}

impl Endpoint {
    /// What a function has for `AWS_ENDPOINT_URL`.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Opens an endpoint into this wire.
pub(crate) async fn open(wire: Wire) -> Outcome<Endpoint> {
    let listener =
        TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.about("a port for the AWS services")?;
    let address = listener.local_addr().about("a port for the AWS services")?;
    let call = Operation::builder()
        .service_name("any")
        .operation_name("any")
        .http_client(wire)
        // The wire knows the services by their headers and sets the address itself.
        .endpoint_url("http://aws.invalid")
        .no_auth()
        .no_retry()
        .timeout_config(TimeoutConfig::disabled())
        .serializer(|Passing(request)| Ok(request))
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
            let service = service_fn(|request| pass(&call, request));
            // A function that is stopped breaks its connections.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn pass(
    call: &Call,
    request: http::Request<Incoming>,
) -> Result<http::Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let refused = |why: String| {
        http::Response::builder().status(502).body(Full::from(why)).unwrap_or_default()
    };
    let body = match body.collect().await {
        Ok(body) => body.to_bytes(),
        Err(why) => return Ok(refused(why.to_string())),
    };
    let request = HttpRequest::try_from(http::Request::from_parts(parts, SdkBody::from(body)));
    let passed = match request {
        Ok(request) => call.invoke(Passing(request)).await.map_err(|why| format!("{why:?}")),
        Err(why) => Err(why.to_string()),
    };
    Ok(passed.map_or_else(refused, |response| response.map(Full::new)))
}

fn answer(response: &HttpResponse) -> http::Response<Bytes> {
    let body = Bytes::copy_from_slice(response.body().bytes().unwrap_or_default());
    let mut answer = http::Response::builder().status(response.status().as_u16());
    for (name, value) in response.headers() {
        // The length is that of the body here.
        if !name.eq_ignore_ascii_case("content-length")
            && !name.eq_ignore_ascii_case("transfer-encoding")
        {
            answer = answer.header(name, value);
        }
    }
    answer.body(body).unwrap_or_default()
}
