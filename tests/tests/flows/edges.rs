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
