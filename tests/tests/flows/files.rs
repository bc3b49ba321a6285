//! What messengers and search engines are told about a page.

use walk::{Doors, Shop};

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
