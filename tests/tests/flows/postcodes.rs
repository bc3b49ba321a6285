//! The search for a postcode is an addition to two pages; nothing of it is loaded by itself.

use domain::base::text::Language;
use walk::{Doors, Page, Pay, Shop, page_rules};

/// The hosts of Kakao's service, in the template's defaults and in the policy.
const HOSTS: [&str; 3] =
    ["https://t1.kakaocdn.net", "https://postcode.map.kakao.com", "https://postcode.map.daum.net"];

fn allows(page: &Page) -> bool {
    let policy = page.header("content-security-policy");
    let named: Vec<bool> = HOSTS.iter().map(|host| policy.contains(host)).collect();
    assert!(named.iter().all(|one| *one == named[0]), "{policy}");
    assert_eq!(named[0], page.first("#postcode-search").is_some(), "{page:?}");
    named[0]
}

#[tokio::test]
async fn only_the_pages_with_an_address_allow_the_search_and_load_nothing_by_themselves() {
    for language in Language::ALL {
        let shop = Shop::at_full_price().await;
        let mut reader = shop.visitor().reading(language);
        for path in ["/", "/notice", "/shelf", "/contact"] {
            assert!(!allows(reader.go(path).await), "{path}");
        }
        reader.to_the_counter(Doors::Plain).await;
        assert!(allows(reader.here()));
        // Without script the button is not there; with it, the service waits for the button.
        let search = reader.here().first("#postcode-search").unwrap();
        assert!(search.attr("hidden").is_some());
        assert!(reader.here().first("#postcode-search button[type=button]").is_some());
        assert!(reader.here().first("script[src], iframe").is_none());
        page_rules::check(reader.here(), language);
        // A form that is refused has the search and what was typed.
        let form = reader.here().form("form[data-onward]").fill("postcode", "031");
        let refused = reader.submit(form).await;
        assert!(refused.status == 422 && allows(refused));
        assert_eq!(refused.value("postcode"), "031");
        reader.order("middle").await;
        let order = reader.here().order().0;
        assert!(!allows(reader.here()), "the paying page allows the provider alone");
        reader.pay(Pay::Approve).await;
        assert!(!allows(reader.here()));
        assert!(allows(reader.go(&format!("/address/{order}")).await));
        assert!(!allows(reader.go("/letter").await));
        shop.nothing_failed();
    }
}
