//! The board opens only by the desk's link, shows what is to be done, and nothing personal.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use serde_json::json;
use walk::{Doors, Recipient, Shop};

#[tokio::test]
async fn the_board_shows_the_desk_and_nothing_personal() {
    let shop = Shop::open().await;
    let empty = shop.owner("owner-desk", json!({})).await;
    assert!(shop.open_link(empty["page"].as_str().unwrap()).await.says("기다리는 일이 없습니다"));
    let posting = shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let living = Recipient::in_street("어딘가로 7");
    let picking = shop.visitor().living(living).walk(Doors::Plain).await;
    shop.minutes_pass(2 * 60).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let link = desk["page"].as_str().unwrap().to_owned();
    let board = shop.open_link(&link).await;
    assert_eq!((board.status.as_u16(), board.step()), (200, "board"));
    assert!(
        board
            .first(&format!("[data-order='{posting}'][data-state=chosen] a[href*='/slip/']"))
            .is_some(),
        "{board:?}"
    );
    assert!(board.first(&format!("[data-order='{picking}'][data-state=choosing] ol li")).is_some());
    let drawn = board
        .first(".plot svg[role=img]")
        .expect("a picture")
        .attr("aria-label")
        .unwrap()
        .to_owned();
    assert!(drawn.contains("서가에 남은 책"), "{drawn}");
    for personal in ["김읽는이", "010-1234-5678", "창의문로", "어딘가로"] {
        assert!(!board.says(personal), "the board shows {personal}");
    }
    // The linked slip opens, and a wrong ticket opens nothing.
    let slip = board.first("a[href*='/slip/']").unwrap().attr("href").unwrap().to_owned();
    assert_eq!(shop.open_link(&slip).await.status, 200);
    let other = slip.split_once("write=").unwrap().1;
    for wrong in ["/board".to_owned(), format!("{link}x"), format!("/board?write={other}")] {
        assert_eq!(shop.open_link(&wrong).await.status, 403, "{wrong}");
    }
    // An hour before its end the page is opened once more: what it links to ends when it does.
    shop.minutes_pass(5 * 60).await;
    let late = shop.open_link(&link).await;
    let late = late.first("a[href*='/slip/']").unwrap().attr("href").unwrap().to_owned();
    assert_eq!(shop.open_link(&late).await.status, 200);
    shop.minutes_pass(60).await;
    for ended in [&link, &late] {
        assert_eq!(shop.open_link(ended).await.status, 403, "{ended} has run out");
    }
    shop.nothing_failed();
}
