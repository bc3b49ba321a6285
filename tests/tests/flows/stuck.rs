//! 막힌 곳: the figures of the rooms, counted from the table's stream.

use local::{Breakage, Fault as Break, Service};
use serde_json::{Value, json};
use walk::{Doors, OwnerDevice, Shop, shown};

use super::before_riddle;

/// What `owner-stuck` shows of a room, once the batching window of the figures is over.
async fn room(shop: &Shop, name: &str) -> Value {
    shop.minutes_pass(1).await;
    let answer = shop.owner("owner-stuck", json!({})).await;
    let room = shown(&answer).into_iter().find(|room| room["room"] == name);
    room.unwrap_or_else(|| panic!("no {name}: {answer}"))
}

#[tokio::test]
async fn each_room_is_counted_as_it_is_walked() {
    let shop = Shop::empty().await;
    for doors in [Doors::Riddle, Doors::Plain, Doors::Plain] {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        visitor.through_the_rooms(doors).await;
        visitor.sign().await;
    }
    let _left = before_riddle(&shop, "flowers-on-the-hill").await;
    for (name, solved, plain) in
        [("knock", 1, 2), ("bell", 1, 2), ("whisper", 1, 2), ("wait", 0, 3)]
    {
        let figures = room(&shop, name).await;
        let more = if name == "knock" { figures["entered"].as_u64().unwrap() - 3 } else { 0 };
        assert_eq!(
            (figures["solved"].as_u64(), figures["plain_door"].as_u64()),
            (Some(solved), Some(plain + more)),
            "{figures}"
        );
        assert_eq!(figures["left"], 0, "{figures}");
    }
    let study = room(&shop, "study").await;
    assert!(study["left"].as_u64().unwrap() >= 1, "{study}");
    shop.nothing_failed();
}

#[tokio::test]
async fn hints_and_wrong_answers_are_counted_and_the_commonest_comes_first() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, "flowers-on-the-hill").await;
    visitor.guess("코끼리").await;
    visitor.guess("기린").await;
    let mut another = before_riddle(&shop, "flowers-on-the-hill").await;
    another.guess("기린").await;
    shop.minutes_pass(4).await;
    let hint = another.reload().await.form("#hints form");
    another.submit(hint).await;
    another.by_riddle().await;
    let study = room(&shop, "study").await;
    assert_eq!(
        (study["wrong"].as_u64(), study["hints"].as_u64(), study["median_minutes"].as_u64()),
        (Some(3), Some(1), Some(4))
    );
    assert_eq!(
        study["commonest_wrong"][0],
        json!({ "said": "flowers-on-the-hill: 기린", "times": 2 })
    );
    assert_eq!(
        study["commonest_wrong"][1],
        json!({ "said": "flowers-on-the-hill: 코끼리", "times": 1 })
    );
}

#[tokio::test]
async fn a_range_of_days_is_asked_for_and_a_wrong_one_explained() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    shop.minutes_pass(1).await;
    let then = shop.owner("owner-stuck", json!({ "from": "2026-07-01", "to": "2026-07-31" })).await;
    assert!(then["next"].to_string().contains("다녀간 손님이 없습니다"), "{then}");
    for wrong in [
        json!({ "from": "어제" }),
        json!({ "from": "2026-08-02", "to": "2026-08-01" }),
        json!({ "from": "2026-01-01", "to": "2026-08-01" }),
    ] {
        let answer = shop.owner("owner-stuck", wrong).await;
        assert_eq!(
            (answer["status"].as_u64(), answer["problems"][0]["field"].as_str()),
            (Some(400), Some("from")),
            "{answer}"
        );
    }
    let week = shop.owner("owner-stuck", json!({})).await;
    assert_eq!(week["shows"][0]["title"], "두드림", "{week:#}");
    let mut phone = OwnerDevice::let_in(&shop, "전화기").await;
    let page = phone.open("/office/do/owner-stuck").await;
    assert!(page.first("figure svg[role=img]").is_some() && page.says("서재"), "{page:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_is_told_once_a_day_when_somebody_is_wrong_ten_times() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, "flowers-on-the-hill").await;
    let words = [
        "코끼리",
        "기린",
        "자전거",
        "우체통",
        "도깨비",
        "수영장",
        "가위바위보",
        "올챙이",
        "두꺼비",
        "세탁기",
        "냉장고",
        "라디오",
    ];
    for (wrong, word) in (1..).zip(words) {
        visitor.guess(word).await;
        shop.minutes_pass(1).await;
        let told = shop
            .owner_messages()
            .into_iter()
            .filter(|told| told.starts_with("서재: 한 손님이"))
            .count();
        assert_eq!(
            told,
            usize::from(wrong >= 10),
            "after {wrong} wrong ones: {:?}",
            visitor.here()
        );
        // Who opens each hint as it comes has guessed twelve times before the door opens by itself.
        shop.minutes_pass(1).await;
        visitor.reload().await;
        while visitor.here().first("#hints form").is_some() {
            let hint = visitor.here().form("#hints form");
            visitor.submit(hint).await;
        }
    }
    let study = room(&shop, "study").await;
    assert_eq!(study["wrong"], 12, "{study}");
    shop.nothing_failed();
}

#[tokio::test]
async fn the_owner_is_told_once_a_day_when_too_many_take_the_plain_door() {
    let shop = Shop::empty().await;
    for n in 0..24 {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        if n % 2 == 0 {
            visitor.by_plain_door().await;
        }
        shop.minutes_pass(1).await;
    }
    let told = shop.owner_messages();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].starts_with("두드림: 오늘 들어온 2"), "{told:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_lost_owner_alert_is_sent_with_the_next_visitor() {
    let shop = Shop::empty().await;
    let fault = Break::on(Service::Sns, "Publish", Breakage::Error500).of("figures").times(3);
    shop.system().wire().inject(fault);
    for _ in 0..22 {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        visitor.by_plain_door().await;
        shop.minutes_pass(1).await;
    }
    assert_eq!(shop.owner_messages().len(), 1, "{:?}", shop.owner_messages());
}
