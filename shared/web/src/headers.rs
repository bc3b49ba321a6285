//! Sets all response headers. The list follows OWASP ASVS 5.0, chapters 3.3 and 3.4.

use domain::{office::Device, order::finding};
use lambda_http::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::{
    file::{File, Kept},
    reply::{Page, Script},
    request::{Request, device_cookie, language_cookie, order_cookie, session_cookie},
};

/// Where Kakao's postcode service has the page that its script frames.
const POSTCODE_FRAMES: &str = "https://postcode.map.kakao.com https://postcode.map.daum.net";

/// Headers of every response.
pub(crate) fn common(headers: &mut HeaderMap, tls: bool) {
    let fixed: [(HeaderName, &str); 6] = [
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        // Other sites get the origin only, because a path may contain an order's id.
        (header::REFERRER_POLICY, "strict-origin"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (
            HeaderName::from_static("permissions-policy"),
            "camera=(), geolocation=(), microphone=(), browsing-topics=()",
        ),
        (header::CACHE_CONTROL, "no-store"),
        (header::VARY, "Accept-Language, Cookie"),
    ];
    for (name, value) in fixed {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if tls {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
}

/// Headers of a page, including what it may load and from where.
pub(crate) fn page(headers: &mut HeaderMap, page: &Page, nonce: &str) {
    let provider = page.scripts.iter().find_map(|script| match script {
        Script::Provider { url } => Some(origin_of(url)),
        Script::Inline(_) => None,
    });
    let mut policy = format!(
        "default-src 'none'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; \
         font-src 'self'; img-src 'self' data:; manifest-src 'self'; style-src 'nonce-{nonce}'"
    );
    policy += "; form-action 'self'";
    for target in &page.form_targets {
        policy += " ";
        policy += &origin_of(target);
    }
    policy += &format!("; script-src 'nonce-{nonce}'");
    if let Some(search) = page.postcodes.as_deref().map(origin_of) {
        // Its script comes when the reader asks for it, and opens the search in a frame.
        policy += &format!(" {search}; frame-src {search} {POSTCODE_FRAMES}");
    }
    if let Some(provider) = &provider {
        // The provider's script loads further parts and opens its window in a frame or a pop-up.
        policy += &format!(
            " {provider}; connect-src {provider} https://*.tosspayments.com; \
             frame-src {provider} https://*.tosspayments.com"
        );
    }
    // A page for search engines lets auditors in the browser (Lighthouse) fetch robots.txt.
    if page.drafts || page.is_public() {
        policy += "; connect-src 'self'";
    }
    if page.worker {
        policy += "; worker-src 'self'";
    }
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    let opener = if provider.is_some() { "same-origin-allow-popups" } else { "same-origin" };
    headers.insert(
        HeaderName::from_static("cross-origin-opener-policy"),
        HeaderValue::from_static(opener),
    );
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Some(seconds) = page.retry_after_seconds {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
}

/// Headers of a worker's script, which may load nothing.
pub(crate) fn worker(headers: &mut HeaderMap) {
    inert(headers, "text/javascript; charset=utf-8");
}

/// Headers of a drawing, which may load nothing.
pub(crate) fn picture(headers: &mut HeaderMap) {
    inert(headers, "image/svg+xml");
}

fn inert(headers: &mut HeaderMap, media_type: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'"));
}

/// Headers of a file that is the same for everybody.
pub(crate) fn file(headers: &mut HeaderMap, file: &File) {
    inert(headers, file.media_type);
    let kept = match file.kept {
        Kept::Day => "public, max-age=86400",
        Kept::Year => "public, max-age=31536000, immutable",
    };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    headers.remove(header::VARY);
}

/// Sets the session cookie.
pub(crate) fn session(headers: &mut HeaderMap, tls: bool, value: &str) {
    set_cookie(headers, tls, session_cookie(tls), value, "; HttpOnly", 180 * 24 * 60 * 60);
}

/// Sets the cookie that opens a found order.
pub(crate) fn found(headers: &mut HeaderMap, tls: bool, value: &str) {
    let seconds = u32::try_from(finding::OPEN_FOR.as_secs()).unwrap_or_default();
    set_cookie(headers, tls, order_cookie(tls), value, "; HttpOnly", seconds);
}

/// Sets the cookie of a device of the owner; takes it away if the value is empty. The table knows
/// when the device is out; the cookie goes with the longest that it can be in.
pub(crate) fn device(headers: &mut HeaderMap, tls: bool, value: &str) {
    let longest = if value.is_empty() { 0 } else { Device::LONGEST.as_secs() };
    let seconds = u32::try_from(longest).unwrap_or_default();
    set_cookie(headers, tls, device_cookie(tls), value, "; HttpOnly", seconds);
}

/// A file of the reader: saved and not shown.
pub(crate) fn download(headers: &mut HeaderMap, name: &str, media_type: &'static str) {
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    if let Ok(attachment) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(header::CONTENT_DISPOSITION, attachment);
    }
}

/// Takes away the cookies that open something: the session and a found order.
pub(crate) fn forget(headers: &mut HeaderMap, tls: bool) {
    // What the browser kept of the pages, and the worker of pushes (ASVS 5.0, 14.3.1).
    headers.insert(
        HeaderName::from_static("clear-site-data"),
        HeaderValue::from_static("\"cache\", \"storage\""),
    );
    for name in [session_cookie(tls), order_cookie(tls)] {
        set_cookie(headers, tls, name, "", "; HttpOnly", 0);
    }
}

/// Sets the language cookie if this request chose a language.
pub(crate) fn language(headers: &mut HeaderMap, request: &Request) {
    if request.language_chosen {
        set_cookie(
            headers,
            request.tls,
            language_cookie(request.tls),
            request.language.tag(),
            "; HttpOnly",
            365 * 24 * 60 * 60,
        );
    }
}

fn set_cookie(
    headers: &mut HeaderMap,
    tls: bool,
    name: &str,
    value: &str,
    more: &str,
    seconds: u32,
) {
    let secure = if tls { "; Secure" } else { "" };
    // Lax, not Strict: the reader returns from the payment page by a cross-site navigation, and
    // that request needs the session.
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; SameSite=Lax{more}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// Scheme, host and port of an address.
fn origin_of(url: &str) -> String {
    let after_scheme = url.find("://").map_or(0, |at| at + 3);
    let end = url
        .get(after_scheme..)
        .and_then(|rest| rest.find('/'))
        .map_or(url.len(), |at| after_scheme + at);
    url.get(..end).unwrap_or(url).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_page_with_the_providers_script_allows_another_origin() {
        let mut headers = HeaderMap::new();
        page(&mut headers, &Page::new("door", "문"), "n");
        assert!(!headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("http"));
        let paying = Page::new("pay", "값")
            .script(Script::Provider { url: "https://js.example/v2/standard".into() });
        page(&mut headers, &paying, "n");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'nonce-n' https://js.example;"), "{policy}");
        assert!(!policy.contains("unsafe"));
        let addressed = Page::new("counter", "계산대")
            .searches_postcodes("https://t1.example/bundle/postcode.v2.js")
            .drafts();
        page(&mut headers, &addressed, "n");
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.contains("script-src 'nonce-n' https://t1.example; frame-src "), "{policy}");
        assert!(!policy.contains("toss") && policy.contains("connect-src 'self'"), "{policy}");
    }
}
