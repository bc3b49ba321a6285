//! What browsers, phones, messengers and search engines ask for besides the pages.

use walk::{Doors, Shop};

#[tokio::test]
async fn the_files_of_the_front_door_are_kept_for_a_day() {
    let shop = Shop::open().await;
    let reader = shop.visitor();
    for (path, media_type, part) in [
        ("/robots.txt", "text/plain; charset=utf-8", "Disallow: /"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/manifest.webmanifest", "application/manifest+json", "\"공간문학\""),
    ] {
        let file = reader.ask(http::Request::get(path).body(bytes::Bytes::new()).unwrap()).await;
        assert_eq!((file.status.as_u16(), file.header("content-type").as_str()), (200, media_type));
        assert!(file.body.contains(part), "{path}: {}", file.body);
        assert_eq!(file.header("cache-control"), "public, max-age=86400", "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert!(file.header("set-cookie").is_empty(), "{path}");
        let sent = http::Request::post(path).header("sec-fetch-site", "same-origin");
        let sent = reader.ask(sent.body(bytes::Bytes::new()).unwrap()).await;
        assert_eq!(sent.status, 404, "{path}");
    }
    let picture =
        reader.answer_to(http::Request::get("/og.png").body(bytes::Bytes::new()).unwrap());
    let picture = picture.await;
    assert_eq!(picture.headers()["content-type"], "image/png");
    assert_eq!(picture.headers()["cache-control"], "public, max-age=86400");
    assert!(picture.into_body().starts_with(b"\x89PNG"));
    let manifest = reader
        .ask(http::Request::get("/manifest.webmanifest").body(bytes::Bytes::new()).unwrap())
        .await;
    let manifest: serde_json::Value = serde_json::from_str(&manifest.body).unwrap();
    assert_eq!(manifest["start_url"], "/");
}

#[tokio::test]
async fn only_pages_that_are_the_same_for_everybody_are_for_search_engines() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    for path in ["/", "/shelf", "/notice"] {
        let page = reader.go(path).await;
        assert!(page.first("meta[name=description]").is_some(), "{path}");
        assert!(page.first("meta[property='og:title']").is_some(), "{path}");
        let picture = page.first("meta[property='og:image']").unwrap().attr("content").unwrap();
        assert!(picture.starts_with("http") && picture.ends_with("/og.png"), "{path}: {picture}");
        assert!(page.first("meta[name=robots]").is_none(), "{path}");
        assert!(page.text_of("head > title").contains("공간문학"), "{path}");
    }
    let order = reader.walk(Doors::Plain).await;
    let window = format!("/window/{order}");
    for path in ["/mailbox", "/bookmark", "/find", "/no/such/room", window.as_str()] {
        let page = reader.go(path).await;
        let robots = page.first("meta[name=robots]").and_then(|meta| meta.attr("content"));
        assert_eq!(robots, Some("noindex"), "{path}");
        assert!(page.first("meta[name=description]").is_none(), "{path}");
    }
}
