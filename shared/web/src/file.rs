//! Serves files that belong to the program and are the same for everybody. They need neither the
//! table nor a secret, so the function that serves them has none.

use std::convert::Infallible;

use lambda_http::{
    Body, Request, RequestExt as _, Response, Service,
    http::{HeaderValue, Method, StatusCode, header},
    service_fn,
};
use platform::Platform;

use crate::{headers, request};

/// A file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct File {
    /// Its media type.
    pub media_type: &'static str,
    /// Its content.
    pub bytes: &'static [u8],
    /// How long browsers keep it.
    pub kept: Kept,
}

/// How long browsers keep a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    /// A day: the address stays when the content changes.
    Day,
    /// A year, without asking again: the address changes with the content.
    Year,
}

/// The files that `find` knows by their path, as a service.
///
/// An unknown path is answered with 404 and any method but GET and HEAD with 405; neither is kept.
pub fn files<F>(
    platform: &Platform,
    find: F,
) -> impl Service<Request, Response = Response<Body>, Error = Infallible, Future: Send + 'static>
+ Clone
+ Send
+ 'static
where
    F: Fn(&str) -> Option<File> + Clone + Send + 'static,
{
    let clock = platform.clock.clone();
    service_fn(move |event: Request| {
        let (clock, find) = (clock.clone(), find.clone());
        let invocation = gateway::invocation(&event);
        async move { Ok(invocation.run(&clock, async { answer(&event, find) }).await) }
    })
}

fn answer(event: &Request, find: impl Fn(&str) -> Option<File>) -> Response<Body> {
    let read = matches!(*event.method(), Method::GET | Method::HEAD);
    let file = find(event.raw_http_path());
    let mut response = match file {
        // API Gateway drops the body of the answer to HEAD.
        Some(file) if read => Response::new(body_of(file.bytes)),
        Some(_) => gateway::plain(StatusCode::METHOD_NOT_ALLOWED),
        None => gateway::plain(StatusCode::NOT_FOUND),
    };
    headers::common(response.headers_mut(), request::tls(event.headers()));
    match file {
        Some(file) if read => headers::file(response.headers_mut(), &file),
        Some(_) => {
            let methods = HeaderValue::from_static("GET, HEAD");
            response.headers_mut().insert(header::ALLOW, methods);
        }
        None => {}
    }
    response
}

/// A file as text if it is one: Lambda encodes everything else in base64.
fn body_of(bytes: &[u8]) -> Body {
    std::str::from_utf8(bytes)
        .map_or_else(|_| Body::Binary(bytes.to_vec()), |text| Body::Text(text.to_owned()))
}
