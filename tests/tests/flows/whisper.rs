//! 기다림, 종, 속삭임: the wait, the bell, and the whispered half line of a verse.

use domain::base::text::Language;
use local::Service;
use walk::{Shop, Walker};

use super::{get, post};

/// A visitor at the poem.
async fn before_the_poem(shop: &Shop) -> Walker {
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    visitor.by_plain_door().await;
    visitor.by_plain_door().await;
    visitor.expect("wait");
    visitor
}

/// A visitor who rang the bell and sees half a verse.
async fn before_the_verse(shop: &Shop) -> Walker {
    let mut visitor = before_the_poem(shop).await;
    visitor.by_plain_door().await;
    visitor.onward().await;
    visitor.expect("whisper");
    visitor
}

/// The whispers in the mailbox.
async fn whispers(visitor: &mut Walker) -> usize {
    visitor.mailbox().await.all("[data-notice=whisper]").len()
}

async fn seconds_pass(shop: &Shop, seconds: i64) {
    shop.system().advance(jiff::SignedDuration::from_secs(seconds)).await.unwrap();
}

#[tokio::test]
async fn the_wait_ends_at_the_time_the_page_says_and_nothing_opens_it() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_poem(&shop).await;
    let seconds: i64 =
        visitor.here().first("#turning").unwrap().attr("data-seconds").unwrap().parse().unwrap();
    assert!((30..=180).contains(&seconds), "{seconds}");
    let opens = domain::base::format::clock_from(
        shop.system().clock().now() + jiff::SignedDuration::from_secs(seconds),
    );
    assert!(visitor.here().says(&format!("문은 {opens}에 열립니다")), "{:?}", visitor.here());
    assert_eq!(visitor.ask(get("/bell")).await.status.as_u16(), 409);
    seconds_pass(&shop, seconds - 1).await;
    assert!(visitor.reload().await.has_door("plain"));
    shop.system().wire().forget_calls();
    seconds_pass(&shop, 1).await;
    assert!(visitor.reload().await.says("시가 끝났소."), "{:?}", visitor.here());
    assert_eq!(
        shop.system().wire().count(Service::Dynamodb, "PutItem"),
        0,
        "the clock alone opened it"
    );
    visitor.onward().await;
    visitor.expect("bell");
}

#[tokio::test]
async fn a_whisper_lies_in_the_mailbox_at_once_and_goes_out_by_the_topic() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_verse(&shop).await;
    let verse = visitor.whispered().await;
    assert!(!visitor.here().says(&verse.whispered.ko), "not on the page yet");
    assert_eq!(whispers(&mut visitor).await, 1);
    assert!(visitor.here().says(&verse.whispered.ko), "{:?}", visitor.here());
    shop.settle().await;
    let published = shop.system().topics().published();
    assert_eq!(published.len(), 1, "{published:?}");
    assert!(published[0].message.contains(&verse.whispered.ko), "{published:?}");
    seconds_pass(&shop, 60).await;
    assert!(
        visitor.go("/whisper").await.says(&verse.whispered.ko),
        "after a minute it stands here too"
    );
    visitor.guess(&format!("{} {}", verse.page.ko, verse.whispered.ko)).await;
    assert!(visitor.here().says("두 반쪽이 제자리에서 만났소."), "{:?}", visitor.here());
    visitor.onward().await;
    visitor.expect("guestbook");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_second_pull_rings_once() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_verse(&shop).await;
    for door in ["bell", "plain"] {
        let again = visitor.ask(post("/bell", format!("door={door}"))).await;
        assert_eq!((again.status.as_u16(), again.location().unwrap().path()), (303, "/whisper"));
    }
    assert_eq!(whispers(&mut visitor).await, 1);
    shop.settle().await;
    assert_eq!(shop.system().topics().published().len(), 1);
}

#[tokio::test]
async fn five_wrong_tries_end_a_whisper_and_another_comes_after_thirty_seconds() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_verse(&shop).await;
    let first = visitor.whispered().await;
    visitor.guess("…").await;
    for wrong in ["하나 다른 말", "둘 다른 말", "셋 다른 말", "넷 다른 말"] {
        assert!(visitor.guess(wrong).await.has_door("riddle"), "{:?}", visitor.here());
    }
    let early = visitor.ask(post("/whisper", "door=again")).await;
    assert_eq!((early.status.as_u16(), early.header("retry-after")), (429, "30".to_owned()));
    let last = visitor.guess("다섯 다른 말").await;
    assert!(
        !last.has_door("riddle") && last.has_door("again") && last.has_door("plain"),
        "{last:?}"
    );
    let late = visitor.ask(post("/whisper", "door=riddle&answer=x")).await;
    assert!(late.says("벌써 스러졌소"), "{late:?}");
    seconds_pass(&shop, 30).await;
    let form = visitor.here().door("again");
    visitor.submit(form).await;
    assert_ne!(visitor.whispered().await.id, first.id);
    visitor.by_riddle().await;
    visitor.expect("guestbook");
    shop.settle().await;
    assert_eq!(shop.system().topics().published().len(), 2);
    shop.nothing_failed();
}

/// The form of the three halves, with one picked: the right one, or another.
async fn picking(visitor: &mut Walker, right: bool) -> walk::Form {
    let verse = visitor.whispered().await;
    let halves = visitor.here().all("[data-parts] button");
    assert_eq!(halves.len(), 3, "{:?}", visitor.here());
    let ids = halves.iter().map(|half| half.attr("value").unwrap());
    let picked = ids.clone().find(|id| (*id == verse.id) == right).unwrap().to_owned();
    visitor.here().form("form[data-parts]").tampered("part", &picked)
}

#[tokio::test]
async fn one_of_three_halves_joins_the_whisper() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_verse(&shop).await;
    let wrong = picking(&mut visitor, false).await;
    assert!(visitor.submit(wrong).await.says("4번 더 듣겠소"), "{:?}", visitor.here());
    let right = picking(&mut visitor, true).await;
    assert!(visitor.submit(right).await.says("두 반쪽이 제자리에서"), "{:?}", visitor.here());
    assert!(visitor.here().first("mark").is_some(), "the whole line, its end inked");
    visitor.onward().await;
    visitor.expect("guestbook");
    shop.nothing_failed();
}

#[tokio::test]
async fn who_left_by_the_plain_door_joins_the_halves_later() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_poem(&shop).await;
    visitor.by_plain_door().await;
    visitor.by_plain_door().await;
    visitor.by_plain_door().await;
    visitor.expect("guestbook");
    // Days later; the bell was not even rung.
    shop.jump(3 * 24 * 60).await;
    visitor.go("/whisper").await;
    let ask = visitor.here().form("[data-later] form");
    visitor.submit(ask).await;
    for _ in 0..6 {
        let wrong = picking(&mut visitor, false).await;
        let page = visitor.submit(wrong).await;
        assert!(page.says("이어지지 않는구려") && page.first("[data-parts]").is_some(), "{page:?}");
    }
    let right = picking(&mut visitor, true).await;
    visitor.submit(right).await;
    assert!(visitor.here().says("두 반쪽이 제자리에서"), "{:?}", visitor.here());
    let poem = visitor.go("/guestbook").await.text_of("#cento");
    let verse = domain::walk::whisper::verses().iter().find(|v| poem.contains(&v.whispered.ko));
    assert!(verse.is_some(), "{poem}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_whisper_fades_after_ten_minutes_and_the_door_opens_by_itself_after_twenty_five() {
    let shop = Shop::empty().await;
    let mut visitor = before_the_verse(&shop).await;
    shop.minutes_pass(10).await;
    assert!(visitor.reload().await.has_door("again"), "{:?}", visitor.here());
    shop.minutes_pass(15).await;
    assert!(visitor.reload().await.says("두 반쪽이 저희끼리 이어져"), "{:?}", visitor.here());
}

#[tokio::test]
async fn a_whisper_that_waited_too_long_in_a_queue_is_not_sent() {
    let shop = Shop::empty().await;
    shop.system().hold("notify");
    let _visitor = before_the_verse(&shop).await;
    shop.minutes_pass(11).await;
    shop.system().release("notify");
    shop.settle().await;
    assert!(shop.system().topics().published().is_empty());
    shop.nothing_failed();
}

#[tokio::test]
async fn the_three_rooms_can_be_walked_in_english() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor().reading(Language::En);
    visitor.open_the_door().await;
    visitor.through_the_rooms(walk::Doors::Riddle).await;
    visitor.expect("guestbook");
    assert!(visitor.mailbox().await.says("Half a line, under the door."));
}
