//! The poem of a walk: its reader's page, the shared one, and the picture.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use domain::{base::text::Language, walk::keepsake::UNWRITTEN};
use walk::{Doors, Shop, Walker};

/// A reader who solved the knock and went by plain doors from there.
async fn reader_of_one_line(shop: &Shop) -> Walker {
    let mut reader = shop.visitor().writing("<봄밤> & 벗", "창밖에 눈이 옵니다.");
    reader.open_the_door().await;
    reader.by_riddle().await;
    reader.through_the_rooms(Doors::Plain).await;
    reader.sign().await;
    reader
}

#[tokio::test]
async fn a_reader_fills_the_open_lines_of_their_poem() {
    let shop = Shop::empty().await;
    let mut reader = reader_of_one_line(&shop).await;
    let page = reader.go("/poem").await;
    assert_eq!(page.text_of("#cento").matches(UNWRITTEN).count(), 3, "{page:?}");
    let left: Vec<_> =
        page.all("#unwritten a").iter().map(|a| a.attr("href").unwrap().to_owned()).collect();
    assert_eq!(left, ["/study", "/wait", "/whisper"]);
    let study = reader.go("/study").await.form("form[data-later]");
    let answer = reader.answer().await;
    reader.submit(study.fill("answer", &answer)).await;
    let page = reader.go("/poem").await;
    assert_eq!(page.text_of("#cento").matches(UNWRITTEN).count(), 2, "{page:?}");
    assert_eq!(page.all("#unwritten a").len(), 2, "{page:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_shared_poem_shows_anybody_the_lines_and_the_name_and_nothing_else() {
    let shop = Shop::empty().await;
    let mut reader = reader_of_one_line(&shop).await;
    let mine = reader.go("/poem").await;
    let poem = mine.text_of("#cento");
    let address = mine.first("#link").unwrap().attr("value").unwrap().to_owned();
    let path = address.split_once("/poem/").unwrap().1.to_owned();
    for language in Language::ALL {
        let mut friend = shop.visitor().reading(language);
        shop.system().wire().forget_calls();
        let page = friend.go(&format!("/poem/{path}")).await;
        assert_eq!(page.status.as_u16(), 200, "{page:?}");
        assert_eq!(shop.system().wire().calls().len(), 0, "it reads nothing");
        assert!(page.text_of("#cento").contains("— <봄밤> & 벗"), "{page:?}");
        assert!(page.first("meta[property='og:title']").is_some(), "messengers show it");
        if language == Language::Ko {
            assert_eq!(page.text_of("#cento"), poem);
        }
        assert!(page.first("#unwritten, #sharing, form").is_none(), "{page:?}");
    }
    let friend = shop.visitor();
    let request = lambda_http::http::Request::get(format!("/poem/{path}/picture"));
    let picture = friend.answer_to(request.body(Vec::new().into()).unwrap()).await;
    assert_eq!(picture.headers()["content-type"], "image/svg+xml");
    let drawing = String::from_utf8_lossy(picture.body()).into_owned();
    assert!(
        drawing.contains("— &lt;봄밤&gt; &amp; 벗") && drawing.contains(UNWRITTEN),
        "{drawing}"
    );
    assert!(!drawing.contains("var("), "a picture has no style sheet: {drawing}");
    shop.nothing_failed();
}

#[tokio::test]
async fn nobody_makes_a_poem_of_their_own() {
    let shop = Shop::empty().await;
    let mut reader = reader_of_one_line(&shop).await;
    let page = reader.go("/poem").await;
    let address = page.first("#link").unwrap().attr("value").unwrap().to_owned();
    let (_, path) = address.split_once("/poem/").unwrap();
    let (written, tag) = path.split_once('.').unwrap();
    let other = format!("{}.{tag}", written.replacen(&written[..1], "B", 1));
    for forged in [other.as_str(), written, "x", &format!("{written}."), "%F0%9F%8C%99"] {
        for page in [format!("/poem/{forged}"), format!("/poem/{forged}/picture")] {
            let status = shop.visitor().go(&page).await.status.as_u16();
            assert_eq!(status, 404, "{page}");
        }
    }
    // A stranger without a walk is led to the door.
    assert_eq!(shop.visitor().go("/poem").await.status.as_u16(), 403);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_walk_by_plain_doors_alone_has_nothing_to_share_yet() {
    let shop = Shop::empty().await;
    let mut reader = shop.visitor();
    reader.open_the_door().await;
    reader.through_the_rooms(Doors::Plain).await;
    reader.sign().await;
    let page = reader.go("/poem").await;
    assert!(page.first("#cento, #sharing").is_none(), "{page:?}");
    assert_eq!(page.all("#unwritten a").len(), 4, "{page:?}");
    shop.nothing_failed();
}
