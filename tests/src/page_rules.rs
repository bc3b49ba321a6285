//! What holds for every answer, whatever its page says: security headers, weight, and a page that
//! a screen reader and a program can read and that carries what the law requires.

use std::{collections::HashSet, io::Write as _};

use domain::base::text::Language;
use scraper::ElementRef;

use crate::{Page, outline, page};

/// Links that the law wants reachable without a puzzle: in every footer.
const LAW: [&str; 7] = [
    "/notice#price",
    "/notice#terms",
    "/notice#privacy",
    "/notice#withdrawal",
    "/notice#contact",
    "/shelf",
    "/window",
];

/// The number of identity items that 전자상거래법 제10조 requires on every page.
const IDENTITY: usize = 7;

/// The largest compressed page, with its style and script, in bytes: what a server sends before it
/// waits for the first acknowledgement (ten segments, RFC 6928).
const HEAVIEST: usize = 14 * 1024;

/// Panics with the first rule that an answer breaks.
pub fn check(page: &Page, language: Language) {
    assert!(page.status.as_u16() < 500, "a server error: {page:?}");
    headers(page);
    if page.location().is_some() {
        assert_eq!(page.status.as_u16(), 303, "a redirect other than 303: {page:?}");
        return;
    }
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{page:?}");
    weight(page);
    policy(page);
    frame(page, language);
    if page.step() != "office" {
        footer(page);
    }
    fields(page);
}

fn headers(page: &Page) {
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-store"),
        ("x-frame-options", "DENY"),
        ("referrer-policy", "strict-origin"),
    ] {
        assert_eq!(page.header(name), value, "`{name}` of {page:?}");
    }
    assert!(page.header("permissions-policy").contains("camera=()"), "{page:?}");
    for cookie in page.headers.get_all("set-cookie") {
        let cookie = cookie.to_str().unwrap();
        for wanted in ["; Path=/", "; HttpOnly", "; SameSite=Lax", "; Max-Age="] {
            assert!(cookie.contains(wanted), "the cookie `{cookie}` lacks `{wanted}`");
        }
    }
}

/// A sheet that the owner sent rides along in the form that confirms it, and is not weighed.
fn weight(page: &Page) {
    let sheet = page.all("form[enctype] input[type=hidden][name=call]").into_iter();
    let sheet = sheet.filter_map(|input| input.attr("value")).map(str::len).max().unwrap_or(0);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    let body = if sheet > LONG_CALL { without_long_values(&page.body) } else { page.body.clone() };
    gzip.write_all(body.as_bytes()).expect("a buffer takes everything");
    let weighs = gzip.finish().expect("a buffer takes everything").len();
    assert!(weighs <= HEAVIEST, "{} weighs {weighs} bytes compressed", page.url);
}

/// From so many bytes on, a form is sent in parts because of its call.
const LONG_CALL: usize = 16 * 1024;

/// A page without the values that are longer than [`LONG_CALL`].
fn without_long_values(body: &str) -> String {
    let parts = body.split("value=\"").map(|part| match part.split_once('"') {
        Some((value, rest)) if value.len() > LONG_CALL => rest,
        _ => part,
    });
    parts.collect()
}

/// The policy allows only what carries this answer's nonce, and the page needs nothing else.
fn policy(page: &Page) {
    let policy = page.header("content-security-policy");
    let directive = |name: &str| {
        let of = policy.split(';').map(str::trim).find_map(|part| part.strip_prefix(name));
        of.unwrap_or_else(|| panic!("no {name} in `{policy}`")).trim().to_owned()
    };
    assert!(!policy.contains("unsafe"), "{policy}");
    for closed in ["default-src", "base-uri", "frame-ancestors"] {
        assert_eq!(directive(closed), "'none'", "{policy}");
    }
    assert_eq!(directive("font-src"), "'self'", "{policy}");
    assert!(directive("form-action").starts_with("'self'"), "{policy}");
    let nonce =
        directive("style-src").trim_start_matches("'nonce-").trim_end_matches('\'').to_owned();
    assert!(nonce.len() >= 16, "the nonce `{nonce}` is too short");
    assert!(directive("script-src").starts_with(&format!("'nonce-{nonce}'")), "{policy}");
    for element in page.all("script, style") {
        assert_eq!(
            element.attr("nonce"),
            Some(nonce.as_str()),
            "without the nonce: {}",
            element.html()
        );
    }
    for element in page.all("*") {
        for (name, _) in element.value().attrs() {
            let refused = name.starts_with("on") || name == "style" || name == "srcdoc";
            assert!(!refused, "the policy refuses `{name}` of {}", element.html());
        }
    }
}

fn frame(page: &Page, language: Language) {
    let html = page.first("html").expect("a page is HTML");
    // The owner's pages are Korean only.
    let tag = if page.step() == "office" { "ko" } else { language.tag() };
    assert_eq!(html.attr("lang"), Some(tag), "the language of {page:?}");
    assert!(!page.step().is_empty(), "no step: {page:?}");
    let style = page.first("style").expect("a page has a style sheet").inner_html();
    for part in [":root{--paper:", "font-display:optional"] {
        assert!(style.contains(part), "no `{part}` in the style sheet of {page:?}");
    }
    for one in ["head > title", "h1", "main"] {
        assert_eq!(page.all(one).len(), 1, "not exactly one <{one}> in {page:?}");
    }
    assert!(page.first("meta[name=viewport]").is_some(), "no viewport in {page:?}");
    let mut ids = HashSet::new();
    for element in page.all("[id]") {
        assert!(
            ids.insert(element.attr("id").unwrap_or_default()),
            "a repeated id: {}",
            element.html()
        );
    }
    for (css, attribute) in [("[aria-describedby]", "aria-describedby"), ("label[for]", "for")] {
        for element in page.all(css) {
            for id in element.attr(attribute).unwrap_or_default().split_whitespace() {
                assert!(ids.contains(id), "nothing has the id `{id}`: {}", element.html());
            }
        }
    }
    for link in page.all("a[href^='#']") {
        let id = link.attr("href").unwrap_or_default().trim_start_matches('#');
        assert!(ids.contains(id), "a link to a missing id: {}", link.html());
    }
    for drawing in page.all("svg") {
        let named = drawing.attr("aria-label").is_some()
            || drawing.select(&page::selector("title")).next().is_some();
        let accessible = drawing.attr("aria-hidden") == Some("true")
            || (named && drawing.attr("role") == Some("img"));
        assert!(
            accessible,
            "a drawing neither named nor hidden from screen readers: {}",
            drawing.html()
        );
    }
    for control in page.all("a, button, h1, h2, summary") {
        assert!(!outline::words_of(control).is_empty(), "without words: {}", control.html());
    }
}

/// The footer of a reader's page, with what the law requires.
fn footer(page: &Page) {
    assert_eq!(page.all("footer").len(), 1, "not exactly one footer in {page:?}");
    for href in LAW {
        assert!(
            page.first(&format!("footer a[href='{href}']")).is_some(),
            "{href} is not in the footer of {page:?}"
        );
    }
    let identity = page.all("footer dl dd");
    assert_eq!(identity.len(), IDENTITY, "identity items in {page:?}");
    assert!(
        identity.into_iter().all(|item| !outline::words_of(item).is_empty()),
        "an empty item of identity"
    );
}

/// Every field that a person fills has a label with words.
fn fields(page: &Page) {
    for field in page.all("input:not([type=hidden]), textarea, select") {
        let id = field.attr("id").unwrap_or_default();
        let by_id = (!id.is_empty()).then(|| page.first(&format!("label[for='{id}']"))).flatten();
        let around =
            || field.ancestors().filter_map(ElementRef::wrap).find(|a| a.value().name() == "label");
        let label = by_id.or_else(around).map(outline::words_of).unwrap_or_default();
        assert!(!label.is_empty(), "a field without a label: {}", field.html());
    }
    for form in page.all("form") {
        let button = page::selector("button, input[type=submit]");
        assert!(form.select(&button).next().is_some(), "a form without a button: {}", form.html());
    }
}
