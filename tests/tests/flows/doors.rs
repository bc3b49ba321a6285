//! The two doors: answers in every form, guesses, waits, hints, and the door that opens after 25
//! minutes.

pub(crate) mod hints;

use domain::base::text::Language;
use domain::riddle::content::RoomSet;
use futures_util::future::join_all;
use jiff::SignedDuration;
use serde_json::Value;
use std::collections::BTreeSet;
use walk::{Doors, Shop, Walker};

use super::{before_riddle, post, sent};

/// The riddle whose answer is 별 헤는 밤.
const STARS: &str = "counting-stars";

/// Words that are close to no answer.
const WRONG: [&str; 8] =
    ["코끼리", "자전거", "우체통", "미나리", "도깨비", "수영장", "가위바위보", "올챙이"];

/// The stored room of the visitor with the most guesses.
fn record(shop: &Shop, room: &str) -> Value {
    let visits = shop.items_of_kind("visit").into_iter();
    let records = visits
        .map(|visit| visit["rooms"]["M"][room]["M"].clone())
        .filter(|record| !record.is_null());
    records.max_by_key(counted).expect("a visitor was in the room")
}

fn counted(record: &Value) -> u32 {
    record["wrong"]["N"].as_str().unwrap_or("0").parse().unwrap()
}

/// Every stored visit.
fn visits(shop: &Shop) -> Vec<Value> {
    shop.items().into_iter().filter(|item| item["kind"]["S"] == "visit").collect()
}

/// Puts the stored visits back as they were.
async fn closed_again(shop: &Shop, visitor: &mut Walker, visits: &[Value]) {
    for visit in visits {
        shop.put_back(visit);
    }
    visitor.go("/study").await;
}

/// The step after the study.
fn after_the_study() -> &'static str {
    &RoomSet::built_in().unwrap().next_after("study").unwrap().id
}

/// Guesses wrongly until the next wrong guess has to wait.
async fn guess_until_the_wait(visitor: &mut Walker) {
    for word in &WRONG[..3] {
        assert_eq!(visitor.guess(word).await.status.as_u16(), 200);
    }
}

#[tokio::test]
async fn an_answer_opens_the_study_in_all_its_forms() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    let before = visits(&shop);
    for answer in [
        "별 헤는 밤",
        "별헤는밤",
        "  별\t헤는　밤 ",
        "ㅂㅕㄹ 헤는 밤",
        "ㅂㅕㄹㅎㅔㄴㅡㄴㅂㅏㅁ",
        "별 헤는 밤.",
        "《별 헤는 밤》",
        "\u{1107}\u{1167}\u{11af} \u{1112}\u{1166}\u{1102}\u{1173}\u{11ab} \u{1107}\u{1161}\u{11b7}",
        "별\u{200b}헤\u{200d}는\u{feff}\u{3164}밤\u{fe0f}",
        "별 헤는 밤입니다",
        "별 헤는 밤이에요",
        "Night of Counting Stars",
        "ＮＩＧＨＴ　ＯＦ　ＣＯＵＮＴＩＮＧ　ＳＴＡＲＳ",
    ] {
        closed_again(&shop, &mut visitor, &before).await;
        visitor.guess(answer).await;
        assert!(
            !visitor.here().has_door("riddle"),
            "`{answer}` did not open: {:?}",
            visitor.here()
        );
        assert!(visitor.here().says("그 밤이 아직 다 헤아려지지 않았소."));
        visitor.onward().await;
        visitor.expect(after_the_study());
    }
}

#[tokio::test]
async fn an_answer_typed_with_latin_keys_opens_and_the_page_says_so() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    let before = visits(&shop);
    for answer in ["qufgpsmsqka", "quf gpsms qka", "ｑｕｆｇｐｓｍｓｑｋａ"] {
        closed_again(&shop, &mut visitor, &before).await;
        visitor.guess(answer).await;
        assert!(
            !visitor.here().has_door("riddle"),
            "`{answer}` did not open: {:?}",
            visitor.here()
        );
        assert!(visitor.here().says("한/영 글쇠가 눌려 있었구려."), "{:?}", visitor.here());
    }
}

#[tokio::test]
async fn a_rhythm_opens_tapped_or_written() {
    let shop = Shop::empty().await;
    let gaps = |visitor: &Walker| {
        let domain::riddle::content::Solution::Rhythm(pattern) = &visitor.riddle().solution else {
            panic!("no rhythm")
        };
        pattern.gaps().to_vec()
    };
    // Tapped by hand: inexact, at any tempo.
    for tempo in [90, 200, 400] {
        let mut visitor = shop.visitor();
        visitor.open_the_door().await;
        let tapped: Vec<String> = gaps(&visitor)
            .iter()
            .zip([97, 108, 93, 104].iter().cycle())
            .map(|(gap, slip)| {
                let beats = if *gap == domain::riddle::rhythm::Gap::Long { 3 } else { 1 };
                (tempo * beats * slip / 100).to_string()
            })
            .collect();
        visitor.guess(&tapped.join(" ")).await;
        assert!(!visitor.here().has_door("riddle"), "{tapped:?}: {:?}", visitor.here());
    }
    // Written with keys of every keyboard.
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let written = visitor.answer().await.replace('·', ".").replace('—', "-");
    visitor.guess(&written).await;
    assert!(!visitor.here().has_door("riddle"), "{written}: {:?}", visitor.here());
}

#[tokio::test]
async fn wrong_guesses_lead_to_a_wait_that_shows_its_end() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    assert_eq!(visitor.guess(WRONG[0]).await.status.as_u16(), 200);
    assert_eq!(visitor.here().value("answer"), WRONG[0], "what was typed stays");
    visitor.guess(WRONG[1]).await;
    assert!(visitor.here().says("한 번 더 어긋나면 잠시 쉬어 가리다."), "{:?}", visitor.here());
    visitor.guess(WRONG[2]).await;
    assert!(visitor.here().says("쉬었다가 09:01에 다시 듣겠소."), "{:?}", visitor.here());

    let waiting = visitor.guess(WRONG[3]).await;
    assert_eq!(waiting.status.as_u16(), 429);
    assert_eq!(waiting.header("retry-after"), "60");
    assert!(waiting.says("천천히 하시오. 09:01에 다시 듣겠소."), "{waiting:?}");
    assert_eq!(waiting.value("answer"), WRONG[3]);
    assert!(waiting.has_door("plain"), "the plain door is open during a wait");

    // The wait ends after exactly one minute.
    shop.time_passes(SignedDuration::from_secs(59)).await;
    let waiting = visitor.guess(WRONG[3]).await;
    assert_eq!((waiting.status.as_u16(), waiting.header("retry-after").as_str()), (429, "1"));
    shop.time_passes(SignedDuration::from_secs(1)).await;
    let heard = visitor.guess(WRONG[3]).await;
    assert_eq!(heard.status.as_u16(), 200);
    assert!(heard.says("09:04"), "{heard:?}");
    // Later waits are never longer than five minutes.
    for (word, (wait, next)) in WRONG[4..].iter().zip([(3, "09:09"), (5, "09:14"), (5, "09:19")]) {
        shop.minutes_pass(wait).await;
        assert!(visitor.guess(word).await.says(next), "{:?}", visitor.here());
    }
    // The right answer opens during a wait.
    assert_eq!(visitor.guess("개구리").await.status.as_u16(), 429);
    visitor.guess("별 헤는 밤").await;
    assert!(!visitor.here().has_door("riddle"), "{:?}", visitor.here());
}

#[tokio::test]
async fn free_answers_get_a_reply_and_are_never_counted() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    guess_until_the_wait(&mut visitor).await;
    for (typed, status, said) in [
        ("", 200, "한글과 로마자와 숫자만 귀에 들어온다오"),
        ("!?… 🐘", 200, "한글과 로마자와 숫자만 귀에 들어온다오"),
        ("\u{3164}\u{200b}", 200, "한글과 로마자와 숫자만 귀에 들어온다오"),
        ("별 헤는 반", 200, "거의 다 왔소"),
        (WRONG[0], 200, "아까 들었소"),
        (&"가".repeat(201), 422, "이백 글자 안으로"),
        (&"가".repeat(4_000), 422, "이백 글자 안으로"),
    ] {
        let page = visitor.guess(typed).await;
        assert_eq!(page.status.as_u16(), status, "{typed}");
        assert!(page.says(said), "{page:?}");
        assert_eq!(page.value("answer"), typed, "what was typed stays");
    }
    assert_eq!(counted(&record(&shop, "study")), 3);
    // A partly right answer resets the count.
    assert!(visitor.guess("별").await.says("맞는 마디요."), "{:?}", visitor.here());
    assert_eq!(visitor.guess(WRONG[4]).await.status.as_u16(), 200);
}

async fn seconds_pass(shop: &Shop, seconds: i64) {
    shop.system().leap(SignedDuration::from_secs(seconds)).await.unwrap();
}

#[tokio::test]
async fn a_door_opens_by_itself_after_twenty_five_minutes() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    assert!(visitor.here().says("09:25에는 문이 저절로 열립니다"), "{:?}", visitor.here());
    shop.minutes_pass(24).await;
    assert!(visitor.reload().await.has_door("riddle"));
    shop.minutes_pass(1).await;
    assert!(
        visitor.reload().await.says("바람이 먼저 두드려, 문이 저절로 열렸소."),
        "{:?}",
        visitor.here()
    );
    visitor.onward().await;
    visitor.expect("study");
    shop.minutes_pass(25).await;
    // The opening is computed from the clock, not stored; a late guess finds the door open.
    let late = visitor.ask(post("/study", "door=riddle&answer=x")).await;
    assert!(late.status == 200 && late.says("문이 저절로 열렸소."), "{late:?}");
    visitor.reload().await;
    visitor.onward().await;
    visitor.expect(after_the_study());
}

#[tokio::test]
async fn the_plain_door_opens_during_a_wait() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    guess_until_the_wait(&mut visitor).await;
    assert_eq!(visitor.guess(WRONG[3]).await.status.as_u16(), 429);
    visitor.by_plain_door().await;
    visitor.expect(after_the_study());
    // A second click does not skip a room.
    let again = visitor.ask(post("/study", "door=plain")).await;
    let next = format!("/{}", after_the_study());
    assert_eq!((again.status.as_u16(), again.location().unwrap().path()), (303, next.as_str()));
    assert!(visitor.go("/study").await.says("들어오시오."), "{:?}", visitor.here());
}

#[tokio::test]
async fn fifty_wrong_guesses_at_once_count_no_more_than_the_limit() {
    let shop = Shop::empty().await;
    let visitor = before_riddle(&shop, STARS).await;
    let guesses = (0..50).map(|number| {
        let form = visitor.here().door("riddle").fill("answer", &format!("코끼리{number}"));
        visitor.ask(sent(&form))
    });
    let pages = join_all(guesses.collect::<Vec<_>>()).await;
    assert_eq!(
        counted(&record(&shop, "study")),
        3,
        "two are free, the third is the last before the wait"
    );
    let with = |status: u16| pages.iter().filter(|page| page.status.as_u16() == status).count();
    assert_eq!((with(200), with(429)), (3, 47));
}

#[tokio::test]
async fn a_right_guess_among_fifty_wrong_ones_is_not_lost() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    let before = visits(&shop);
    for place in [0, 25, 50] {
        closed_again(&shop, &mut visitor, &before).await;
        let guesses = (0..=50).map(|number| {
            let answer = if number == place {
                "별 헤는 밤".to_owned()
            } else {
                format!("코끼리{number}")
            };
            let form = visitor.here().door("riddle").fill("answer", &answer);
            visitor.ask(sent(&form))
        });
        let pages = join_all(guesses.collect::<Vec<_>>()).await;
        assert_eq!(pages[place].status.as_u16(), 303, "{:?}", pages[place]);
        assert!(pages.iter().all(|page| page.status.as_u16() < 500));
        assert!(!visitor.reload().await.has_door("riddle"), "{:?}", visitor.here());
    }
}

#[tokio::test]
async fn a_riddle_stays_the_same_for_its_visitor_and_every_riddle_can_be_solved() {
    let shop = Shop::empty().await;
    let mut met = BTreeSet::new();
    for turn in 0..16 {
        let language = Language::ALL[turn % 2];
        let mut visitor = shop.visitor().reading(language);
        visitor.open_the_door().await;
        met.insert(visitor.riddle().id.clone());
        visitor.by_riddle().await;
        let riddle = visitor.riddle().id.clone();
        visitor.reload().await;
        assert_eq!(visitor.riddle().id, riddle, "another riddle after a reload");
        met.insert(riddle);
        visitor.by_riddle().await;
        visitor.expect(after_the_study());
    }
    assert!(met.len() > 6, "{met:?}");
}

#[tokio::test]
async fn every_form_keeps_its_values_after_an_error() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    visitor.through_the_rooms(Doors::Plain).await;

    let form =
        visitor.here().form("form[data-onward]").fill("pen_name", "물억새").fill("terms", "yes");
    let page = visitor.submit(form).await;
    assert_eq!((page.status.as_u16(), page.value("pen_name").as_str()), (422, "물억새"));
    assert!(page.first("#terms[checked]").is_some() && page.first("#privacy[checked]").is_none());
    assert!(
        page.first("[aria-invalid=true]#privacy").is_some() && page.says("만 14세 이상만"),
        "{page:?}"
    );
    visitor.sign().await;

    let long = "가".repeat(4_001);
    let form = visitor.here().form("form[data-onward]").fill("letter", &long);
    let page = visitor.submit(form).await;
    assert_eq!((page.status.as_u16(), page.value("letter")), (422, long));
    visitor.write_letter().await;

    let form = visitor.filled_counter("middle").fill("postcode", "여섯자리").fill("phone", "없음");
    let page = visitor.submit(form).await;
    assert_eq!(page.status.as_u16(), 422);
    for (field, kept) in
        [("recipient", "김읽는이"), ("postcode", "여섯자리"), ("phone", "없음"), ("detail", "2층")]
    {
        assert_eq!(page.value(field), kept);
    }
    assert!(
        page.first("#range-middle[checked]").is_some() && page.first("#agreed[checked]").is_some()
    );
    assert_eq!(page.all(".problems li").len(), 2, "{page:?}");
    visitor.order("middle").await;
    visitor.expect("pay");
}
