//! The HTTP server. It is driven by hand, because a fault must be able to cut a connection.

use std::convert::Infallible;

use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::Service as _;
use hyper_util::rt::TokioIo;
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

/// Marks a response that is not sent: the connection is cut instead.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CutConnection;

/// Accepts connections until its task is aborted, which ends them too.
pub(crate) async fn accept(listener: TcpListener, router: Router) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((stream, _)) = listener.accept().await else {
            // Probably out of file descriptors: other connections will close.
            tokio::task::yield_now().await;
            continue;
        };
        let router = router.clone();
        connections.spawn(async move {
            let service = hyper::service::service_fn(|request| answer(router.clone(), request));
            // An error means that the connection broke or that a fault cut it; the client sees it.
            let _ = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

/// The error with which hyper closes a connection without a reply.
#[derive(Debug, thiserror::Error)]
#[error("a fault cut the connection")]
struct ConnectionCut;

async fn answer(
    router: Router,
    request: http::Request<Incoming>,
) -> Result<http::Response<axum::body::Body>, ConnectionCut> {
    let answered: Result<_, Infallible> = TowerToHyperService::new(router).call(request).await;
    match answered {
        Ok(response) if response.extensions().get::<CutConnection>().is_some() => {
            Err(ConnectionCut)
        }
        Ok(response) => Ok(response),
        Err(never) => match never {},
    }
}
