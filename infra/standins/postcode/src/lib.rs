//! A stand-in for Kakao's postcode search (카카오 우편번호 서비스): the script with the same interface,
//! and the page that it frames. It knows a handful of addresses, so that the local run and the
//! browser test need no network.
//!
//! * `GET /postcode.v2.js`: `new kakao.Postcode({ oncomplete, onclose, width, height })` with
//!   `embed(element)`, and the same as `daum.Postcode`;
//! * `GET /search`: the framed page. It tells the page around it which address was taken, by a
//!   message, as the real one does.

use std::{io, net::SocketAddr};

use axum::{
    Router,
    http::{HeaderName, HeaderValue, header},
    middleware,
    response::IntoResponse,
    routing::get,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A running stand-in. Dropping it ends it.
#[derive(Debug)]
pub struct Standin {
    url: String,
    task: JoinHandle<()>,
}

impl Drop for Standin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Standin {
    /// The address of its script, for the parameter `PostcodeScriptUrl`.
    pub fn script_url(&self) -> String {
        format!("{}/postcode.v2.js", self.url)
    }
}

/// Starts a stand-in on `listener`. Must be called within a Tokio runtime.
///
/// # Errors
/// If the listener has no address.
pub fn serve(listener: TcpListener) -> io::Result<Standin> {
    let address: SocketAddr = listener.local_addr()?;
    let router = Router::new()
        .route("/postcode.v2.js", get(script))
        .route("/search", get(search))
        .layer(middleware::from_fn(loopback::only));
    let task = tokio::spawn(async move {
        // Runs until the task is aborted. If the listener fails before, every request fails.
        drop(axum::serve(listener, router).await);
    });
    Ok(Standin { url: format!("http://{address}"), task })
}

async fn script() -> impl IntoResponse {
    typed("text/javascript; charset=utf-8", include_str!("postcode.v2.js"))
}

async fn search() -> impl IntoResponse {
    typed("text/html; charset=utf-8", include_str!("search.html"))
}

fn typed(media_type: &'static str, body: &'static str) -> impl IntoResponse {
    let fixed = |name: HeaderName, value| (name, HeaderValue::from_static(value));
    let headers = [
        fixed(header::CONTENT_TYPE, media_type),
        fixed(header::CACHE_CONTROL, "no-store"),
        fixed(header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, body)
}
