//! The house makes a poem of a walk: each solved room gives a line, a plain door leaves "……".

use domain::{base::text::Language, walk::keepsake::UNWRITTEN};
use serde_json::json;
use walk::{Doors, Shop, Walker};

/// Keeps the third line of the poem in the waiting room. Returns it.
async fn keep_a_line(visitor: &mut Walker) -> String {
    visitor.expect("wait");
    let button = visitor.here().all("#keeping button")[2];
    let line = button.text().collect::<String>();
    let form = visitor.here().form("#keeping form").tampered("keep", "2");
    visitor.submit(form).await;
    visitor.expect("wait");
    assert!(visitor.here().text_of("[data-kept]").contains(&line), "{:?}", visitor.here());
    line
}

#[tokio::test]
async fn who_solves_the_rooms_takes_a_poem_along() {
    for language in Language::ALL {
        let shop = Shop::at_full_price().await;
        let mut reader = shop.visitor().reading(language).writing("봄밤", "창밖에 눈이 옵니다.");
        reader.open_the_door().await;
        reader.by_riddle().await;
        reader.by_riddle().await;
        let kept = keep_a_line(&mut reader).await;
        reader.by_plain_door().await;
        reader.through_the_rooms(Doors::Riddle).await;
        reader.expect("guestbook");
        let poem = reader.here().text_of("#cento");
        assert!(poem.contains(&kept) && !poem.contains(UNWRITTEN), "{poem}");
        assert!(!poem.contains("봄밤"), "nobody has signed it yet: {poem}");
        assert_eq!(reader.here().all("#cento cite").len(), 4, "each line has its source");
        reader.sign().await;
        let signed = reader.go("/guestbook").await.text_of("#cento");
        assert!(signed.contains("— 봄밤"), "{signed}");
        let mailbox = reader.go("/mailbox").await;
        assert!(mailbox.says(&kept) && mailbox.says("— 봄밤"), "{mailbox:?}");
        // Signed twice, it is one letter.
        assert_eq!(mailbox.text().matches("— 봄밤").count(), 1);
        // It is printed on the slip.
        reader.go("/letter").await;
        reader.write_letter().await;
        reader.order("middle").await;
        reader.pay(walk::Pay::Approve).await;
        shop.settle().await;
        let print = shop.owner("owner-pack", json!({ "print": "all" })).await;
        let poem = print["shows"][0]["data"]["poem"].as_str().unwrap().to_owned();
        assert!(poem.contains(&kept) && poem.contains("— 봄밤"), "{print:#}");
        shop.nothing_failed();
    }
}

#[tokio::test]
async fn a_plain_door_leaves_its_line_open_and_a_plain_walk_no_poem() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    visitor.by_riddle().await;
    visitor.through_the_rooms(Doors::Plain).await;
    let poem = visitor.here().text_of("#cento");
    assert_eq!(poem.matches(UNWRITTEN).count(), 3, "{poem}");
    // The line is filled in at any time: here the study's, a day later. Nothing is counted.
    shop.jump(24 * 60).await;
    visitor.go("/study").await;
    let form = visitor.here().form("form[data-later]");
    for _ in 0..4 {
        let page = visitor.submit(form.clone().fill("answer", "모르는 말")).await;
        assert_eq!(page.status, 200, "nobody waits: {page:?}");
    }
    let answer = visitor.answer().await;
    visitor.submit(form.fill("answer", &answer)).await;
    assert!(visitor.here().first("form[data-later]").is_none(), "{:?}", visitor.here());
    let poem = visitor.go("/guestbook").await.text_of("#cento");
    assert_eq!(poem.matches(UNWRITTEN).count(), 2, "{poem}");
    let mut plain = shop.visitor();
    plain.open_the_door().await;
    plain.through_the_rooms(Doors::Plain).await;
    assert!(plain.here().first("#cento").is_none(), "{:?}", plain.here());
    plain.sign().await;
    assert_eq!(
        shop.items_of_kind("letter").iter().filter(|l| l["author"]["S"] == "house").count(),
        0
    );
    shop.nothing_failed();
}

#[tokio::test]
async fn only_a_line_of_the_visitors_poem_can_be_kept() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    visitor.by_plain_door().await;
    visitor.by_plain_door().await;
    let form = visitor.here().form("#keeping form");
    for wrong in ["999", "-1", "둘", ""] {
        visitor.submit(form.clone().tampered("keep", wrong)).await;
        visitor.expect("wait");
        assert!(visitor.here().first("[data-kept]").is_none(), "{wrong}");
    }
    keep_a_line(&mut visitor).await;
    // Pressed again, and another one: the last stands.
    keep_a_line(&mut visitor).await;
    visitor.submit(form.tampered("keep", "0")).await;
    assert_eq!(visitor.here().all("[data-kept]").len(), 1);
    shop.nothing_failed();
}
