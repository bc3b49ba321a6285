//! The page `/skeleton-page` answers in both languages.

#![allow(clippy::panic, reason = "a failed expectation fails the test")]

use walk::Shop;

#[tokio::test]
async fn the_page_answers_in_both_languages() {
    let shop = Shop::empty().await;
    for (language, path) in [("ko", "/skeleton-page?lang=ko"), ("en", "/skeleton-page?lang=en")] {
        let mut visitor = shop.visitor();
        let page = visitor.go(path).await;
        assert_eq!((page.status.as_u16(), page.step()), (200, "skeleton-page"));
        let html = page.first("html");
        assert_eq!(html.and_then(|html| html.attr("lang")), Some(language));
    }
    shop.nothing_failed();
}
