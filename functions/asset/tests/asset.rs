//! The files that are the same for everybody: media type, how long they are kept, and what is
//! answered to anything else.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;

use bytes::Bytes;
use http::Method;
use walk::{Shop, Walker};

const YEAR: &str = "public, max-age=31536000, immutable";

/// The addresses of the font in the rules of a page.
async fn addresses(reader: &mut Walker) -> BTreeSet<String> {
    let page = reader.go("/").await;
    let style = page.first("style").unwrap().inner_html();
    let urls = style.split("url(").skip(1).filter_map(|rest| rest.split(')').next());
    urls.map(ToOwned::to_owned).collect()
}

async fn ask(shop: &Shop, method: Method, path: &str) -> http::Response<Bytes> {
    let request = http::Request::builder().method(method).uri(path).header("host", "house.test");
    shop.system().request(request.body(Bytes::new()).unwrap()).await
}

fn header<'a>(answer: &'a http::Response<Bytes>, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn every_file_that_the_style_sheet_names_is_kept_for_a_year() {
    let shop = Shop::empty().await;
    let addresses = addresses(&mut shop.visitor()).await;
    assert_eq!(addresses.len(), 4, "{addresses:?}");
    for address in addresses {
        let font = ask(&shop, Method::GET, &address).await;
        assert_eq!((font.status().as_u16(), header(&font, "content-type")), (200, "font/woff2"));
        assert_eq!(header(&font, "cache-control"), YEAR, "{address}");
        for personal in ["set-cookie", "vary"] {
            assert_eq!(header(&font, personal), "", "{personal} of {address}");
        }
        assert_eq!(header(&font, "x-content-type-options"), "nosniff");
        assert!(font.body().starts_with(b"wOF2"), "{address} is no WOFF2");
        assert!(font.body().len() < 150 * 1024, "{address} has {} bytes", font.body().len());
        let head = ask(&shop, Method::HEAD, &address).await;
        assert_eq!((head.status().as_u16(), header(&head, "cache-control")), (200, YEAR));
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn an_address_with_another_hash_is_missing_and_that_is_not_kept() {
    let shop = Shop::empty().await;
    for path in ["/asset/0000000000000000.woff2", "/asset/regular-more.woff2", "/asset/..%2Fog.png"]
    {
        let missing = ask(&shop, Method::GET, path).await;
        assert_eq!(missing.status().as_u16(), 404, "{path}");
        assert_eq!(header(&missing, "cache-control"), "no-store", "{path}");
        assert_eq!(header(&missing, "content-security-policy"), "default-src 'none'", "{path}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_file_is_read_and_nothing_else() {
    let shop = Shop::empty().await;
    for method in [Method::POST, Method::PUT, Method::DELETE] {
        let refused = ask(&shop, method.clone(), "/icon.svg").await;
        assert_eq!((refused.status().as_u16(), header(&refused, "allow")), (405, "GET, HEAD"));
        assert_eq!(header(&refused, "cache-control"), "no-store", "{method}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn files_with_a_name_are_kept_for_a_day() {
    let shop = Shop::empty().await;
    for (path, media_type, part) in [
        ("/robots.txt", "text/plain; charset=utf-8", "Disallow: /"),
        ("/icon.svg", "image/svg+xml", "<svg"),
        ("/og.png", "image/png", "PNG"),
        ("/manifest.webmanifest", "application/manifest+json", "\"공간문학\""),
    ] {
        let file = ask(&shop, Method::GET, path).await;
        assert_eq!((file.status().as_u16(), header(&file, "content-type")), (200, media_type));
        let text = String::from_utf8_lossy(file.body());
        assert!(text.contains(part), "{path}: {text}");
        assert_eq!(header(&file, "cache-control"), "public, max-age=86400", "{path}");
        for personal in ["set-cookie", "vary"] {
            assert_eq!(header(&file, personal), "", "{personal} of {path}");
        }
    }
    let manifest = ask(&shop, Method::GET, "/manifest.webmanifest").await;
    let manifest: serde_json::Value = serde_json::from_slice(manifest.body()).unwrap();
    assert_eq!(manifest["start_url"], "/");
}
