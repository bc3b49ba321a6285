//! Pages as they travel: compressed for who takes it. An HTTP API of API Gateway compresses nothing
//! itself.
//!
//! Compression and secrets in one page call for care (BREACH). Here nothing that a stranger's
//! request can put into a page stands beside a secret: the session goes with same-site requests
//! only, no page shows it, and the page of the bookmark, which is as good as one, repeats nothing
//! of its address (`Page::secret`); its form is taken from the shop's own pages only.

use std::io::{self, Write as _};

use flate2::{Compression, write::GzEncoder};
use lambda_http::{
    Body, Response,
    http::{
        HeaderMap, HeaderValue,
        header::{ACCEPT_ENCODING, CONTENT_ENCODING, VARY},
    },
};

/// Below this many bytes a page travels in one packet anyway.
const WORTH: usize = 1024;

/// Compresses a page for a browser that asked with these headers, if it takes that.
pub(crate) fn compress(response: &mut Response<Body>, asked: &HeaderMap) {
    let Body::Text(text) = response.body() else { return };
    if text.len() < WORTH || !takes_gzip(asked) {
        return;
    }
    // A buffer takes everything; if not, the page goes as it is.
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

/// Whether gzip is named, and not with a weight of nothing (RFC 9110 §12.5.3).
fn takes_gzip(asked: &HeaderMap) -> bool {
    let codings =
        asked.get_all(ACCEPT_ENCODING).into_iter().filter_map(|value| value.to_str().ok());
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
    fn a_browser_that_takes_gzip_gets_the_same_page_smaller() {
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
    fn who_does_not_take_it_gets_plain_text() {
        let page = "별".repeat(1000);
        for asked in [None, Some("identity"), Some("br"), Some("gzip;q=0, br"), Some("gzip; q=0.0")]
        {
            assert!(matches!(sent(asked, &page).body(), Body::Text(_)), "{asked:?}");
        }
        assert!(matches!(sent(Some("gzip"), "short").body(), Body::Text(_)));
    }
}
