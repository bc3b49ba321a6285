//! Compresses pages with gzip for clients that accept it. An HTTP API of API Gateway does not
//! compress responses itself.
//!
//! Compressing a secret together with text from the request can leak the secret by the length of
//! the response (BREACH). A link from another site may lead to any page, and the browser sends the
//! session with it (`SameSite=Lax` allows that), so a page with something secret must not repeat what
//! the address says. No page contains the session cookie. The bookmark page contains six words that
//! are equivalent to a session; it repeats nothing from its address (`Page::secret`). Other pages
//! repeat the few fields of the query that they read.

use std::io::{self, Write as _};

use flate2::{Compression, write::GzEncoder};
use lambda_http::{
    Body, Response,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY},
    },
};

/// Pages below this many bytes are not compressed: they fit into one packet.
const SMALLEST: usize = 1024;

/// Compresses the body if the request's headers accept gzip.
pub(crate) fn compress(response: &mut Response<Body>, request: &HeaderMap) {
    let Body::Text(text) = response.body() else { return };
    if text.len() < SMALLEST || !accepts_gzip(request) {
        return;
    }
    // Writing into a buffer does not fail. If it did, the page would be sent uncompressed.
    let Ok(packed) = gzip(text.as_bytes()) else { return };
    *response.body_mut() = Body::Binary(packed);
    response.headers_mut().insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    response.headers_mut().append(VARY, HeaderValue::from_static("accept-encoding"));
}

fn gzip(text: &[u8]) -> io::Result<Vec<u8>> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(text)?;
    packer.finish()
}

/// Whether `Accept-Encoding` names gzip with a weight above 0 (RFC 9110 §12.5.3).
fn accepts_gzip(request: &HeaderMap) -> bool {
    let codings =
        request.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
    codings.flat_map(|value| value.split(',')).any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, "q=1"));
        let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse().ok());
        name.trim().eq_ignore_ascii_case("gzip") && weight.unwrap_or(1.0_f32) > 0.0
    })
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    fn sent(asked: Option<&'static str>, text: &str) -> Response<Body> {
        let headers = asked
            .map(|asked| (ACCEPT_ENCODING, HeaderValue::from_static(asked)))
            .into_iter()
            .collect();
        let mut response = Response::new(Body::Text(text.to_owned()));
        compress(&mut response, &headers);
        response
    }

    #[test]
    fn a_page_is_compressed_for_a_client_that_accepts_gzip() {
        let page = "별 헤는 밤 ".repeat(200);
        let response = sent(Some("br;q=1.0, gzip, deflate"), &page);
        assert_eq!(response.headers()[CONTENT_ENCODING], "gzip");
        let Body::Binary(packed) = response.body() else { panic!("{response:?}") };
        assert!(packed.len() * 4 < page.len());
        let mut read = String::new();
        flate2::read::GzDecoder::new(packed.as_slice()).read_to_string(&mut read).unwrap();
        assert_eq!(read, page);
    }

    #[test]
    fn a_page_is_sent_uncompressed_otherwise() {
        let page = "별".repeat(1000);
        for asked in [None, Some("identity"), Some("br"), Some("gzip;q=0, br"), Some("gzip; q=0.0")]
        {
            assert!(matches!(sent(asked, &page).body(), Body::Text(_)), "{asked:?}");
        }
        assert!(matches!(sent(Some("gzip"), "short").body(), Body::Text(_)));
    }
}
