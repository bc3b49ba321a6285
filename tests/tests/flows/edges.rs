//! Requests as strangers and old programs send them.

use bytes::Bytes;
use walk::{Doors, Shop};

fn get(path: &str) -> http::Request<Bytes> {
    http::Request::get(path).body(Bytes::new()).unwrap()
}

#[tokio::test]
async fn a_trailing_slash_is_one_redirect_away() {
    let shop = Shop::open().await;
    let reader = shop.visitor();
    for (path, to) in [
        ("/shelf/", "/shelf"),
        ("/notice/", "/notice"),
        ("/shelf/?range=heavy", "/shelf?range=heavy"),
        ("/no/such/", "/no/such"),
    ] {
        let page = reader.ask(get(path)).await;
        assert_eq!((page.status.as_u16(), page.header("location").as_str()), (308, to), "{path}");
    }
    // Two slashes would lead to another site.
    for path in ["//evil.example/", "/\\evil.example/", "///"] {
        let page = reader.ask(get(path)).await;
        assert!(page.status == 404 && page.header("location").is_empty(), "{path}: {page:?}");
    }
}

#[tokio::test]
async fn one_bad_cookie_loses_nothing_but_itself() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let (name, value) = reader.cookies().iter().next().unwrap();
    let session = format!("{name}={value}");
    for cookies in [
        format!("nick=홍길동; {session}"),
        format!("{session}; nick=홍길동; broken"),
        format!("{name}=forged.1.x; {session}"),
        format!("{name}=; {session}; {name}=later"),
    ] {
        let request = http::Request::get(format!("/window/{order}"))
            .header("cookie", http::HeaderValue::from_bytes(cookies.as_bytes()).unwrap())
            .body(Bytes::new())
            .unwrap();
        let page = shop.visitor().ask(request).await;
        assert_eq!(page.status, 200, "{cookies}: {page:?}");
    }
}

#[tokio::test]
async fn the_language_link_stays_in_the_house_and_repeats_only_what_pages_read() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let english = |page: &walk::Page| {
        let link = page.first("nav.language a").unwrap();
        link.attr("href").unwrap().to_owned()
    };
    let page = reader.go("/shelf?range=heavy&evil=%3Cscript%3E&after=").await;
    assert_eq!(english(page), "/shelf?after=&range=heavy&lang=en");
    for path in ["//evil.example/a", "//evil.example//"] {
        let page = reader.ask(get(path)).await;
        assert_eq!(page.status, 404);
        assert_eq!(english(&page), "/?lang=en", "{path}");
    }
}

#[tokio::test]
async fn every_answer_has_the_headers_of_every_answer() {
    let shop = Shop::open().await;
    let reader = shop.visitor();
    let post = |path: &str, body: &'static str| {
        http::Request::post(path)
            .header("content-type", "application/x-www-form-urlencoded")
            .header("sec-fetch-site", "cross-site")
            .body(Bytes::from(body))
            .unwrap()
    };
    for request in [
        get("/"),
        get("/window"),
        get("/no/such"),
        get("/shelf/"),
        post("/", "a=1"),
        post("/letter", "%FF"),
        post("/toss-webhook", "nonsense"),
        post("/toss-webhook", "{}"),
        http::Request::delete("/shelf").body(Bytes::new()).unwrap(),
    ] {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = reader.ask(request).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("referrer-policy", "strict-origin"),
        ] {
            assert_eq!(answer.header(name), value, "{what}: {name}");
        }
    }
}

#[tokio::test]
async fn a_letter_is_as_long_as_it_looks_and_a_blank_name_is_blank() {
    use unicode_normalization::UnicodeNormalization;
    let shop = Shop::open().await;
    let long: String = "별".repeat(3_000).nfd().collect();
    let mut reader = shop.visitor().writing("물억새", &long);
    reader.to_the_counter(Doors::Plain).await;
    reader.expect("counter");
    for (field, blank) in
        [("recipient", "\u{3164}"), ("street", "\u{2800}"), ("recipient", "\u{115F} ")]
    {
        let form = reader.filled_counter("middle").fill(field, blank);
        let page = reader.submit(form).await;
        assert_eq!(page.status, 422, "{field} {blank:?}");
        reader.go("/counter").await;
    }
    reader.order("middle").await;
    reader.expect("pay");
    shop.nothing_failed();
}
