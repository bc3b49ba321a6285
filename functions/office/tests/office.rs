//! The page `/office` answers in both languages.

use domain::base::text::Language;
use walk::Shop;

#[tokio::test]
async fn the_page_answers_in_both_languages() {
    let shop = Shop::empty().await;
    for language in [Language::Ko, Language::En] {
        let mut visitor = shop.visitor().reading(language);
        let page = visitor.go("/office").await;
        assert_eq!((page.status.as_u16(), page.step()), (200, "office"));
    }
    shop.nothing_failed();
}
