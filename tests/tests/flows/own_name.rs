//! Under a name of its own: whatever the shop says of its address begins with it.

use serde_json::json;
use walk::{Doors, Shop};

use super::get;

const OWN: &str = "https://shop.example.kr";
const CERTIFICATE: &str = "arn:aws:acm:ap-northeast-2:000000000000:certificate/0a1b-2c3d";

#[tokio::test]
async fn readers_toss_and_the_owner_are_told_the_shops_own_address() {
    let shop = Shop::with_parameters(&[("PageUrl", OWN), ("CertificateArn", CERTIFICATE)]).await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    // Toss sends the reader back there.
    for (field, outcome) in [("successUrl", "success"), ("failUrl", "fail")] {
        assert_eq!(reader.here().value(field), format!("{OWN}/pay/{order}/{outcome}"));
    }
    // A preview of a shared link.
    for path in ["/", "/shelf"] {
        let page = shop.visitor().ask(get(path)).await;
        let url = page.first(r#"meta[property="og:url"]"#).unwrap();
        let url = url.value().attr("content").unwrap();
        assert!(url.starts_with(&format!("{OWN}/")), "{path}: {url}");
        let image = page.first(r#"meta[property="og:image"]"#).unwrap();
        assert!(image.value().attr("content").unwrap().starts_with(OWN), "{path}");
    }
    // A key to the office, whose pages print the codes of slips.
    let key = shop.owner("owner-office", json!({ "key": "주인장 전화기" })).await;
    let page = key["page"].as_str().unwrap();
    assert!(page.starts_with(&format!("{OWN}/office/key?k=")), "{page}");
    shop.nothing_failed();
}

/// A browser names the page that sends a form; the name in front of the shop is the one that counts.
#[tokio::test]
async fn a_form_comes_from_the_shops_own_address_and_from_no_other() {
    let shop = Shop::with_parameters(&[("PageUrl", OWN), ("CertificateArn", CERTIFICATE)]).await;
    let posted = |from: &str| {
        let mut request = super::post("/", "");
        request.headers_mut().insert("origin", from.parse().unwrap());
        request
    };
    let reader = shop.visitor();
    assert_eq!(reader.ask(posted(OWN)).await.status, 303);
    // The address that API Gateway gave is not the shop's any more.
    let old = "https://a1b2c3d4.execute-api.ap-northeast-2.amazonaws.com";
    assert_eq!(reader.ask(posted(old)).await.status, 403);
    shop.nothing_failed();
}
