//! The slip opens by the desk's link alone, for a few hours, and tells no title.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::json;
use walk::{Doors, Page, Shop};

async fn open(shop: &Shop, link: &str) -> Page {
    let path = &link[link.find("/slip/").expect("a link to a slip")..];
    let request = http::Request::get(path).header("host", "localhost").body(Vec::new().into()).unwrap();
    shop.visitor().ask(request).await
}

#[tokio::test]
async fn the_desk_has_the_link_and_the_sheets_tell_everything_but_the_title() {
    let shop = Shop::open().await;
    let order = shop.visitor().writing("나그네", "창밖에 눈이 옵니다.").walk(Doors::Plain).await;
    shop.settle().await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["shows"][0]["page"].as_str().expect("a link").to_owned();
    let page = open(&shop, &link).await;
    assert_eq!(page.status, 200, "{page:?}");
    assert_eq!(page.step(), "slip");
    assert!(page.says("창밖에 눈이 옵니다.") && page.says("이 책을 고른 까닭"));
    let choice = &shop.order(&order)["choice"]["M"];
    let title = choice["proposals"]["L"][0]["M"]["title"]["S"].as_str().unwrap();
    assert!(!page.says(title), "{title} stands on the slip");
    let css = page.all("style").first().map(|style| style.text().collect::<String>()).unwrap();
    assert!(css.contains("@page slip{size:A5"));
    // Another order's link, a changed one, none, and the same tomorrow.
    for wrong in
        [link.replace(&order, "01JD9G5T3M8Q2W6X4Z7N1C0V5K"), format!("{link}x"), format!("/slip/{order}")]
    {
        assert_eq!(open(&shop, &wrong).await.status, 403, "{wrong}");
    }
    shop.minutes_pass(6 * 60).await;
    assert_eq!(open(&shop, &link).await.status, 403, "the link has run out");
    shop.nothing_failed();
}
