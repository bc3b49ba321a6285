//! Hints, and how long the walk takes with them.

use domain::base::text::Language;
use domain::riddle::content::{Height, RoomSet};
use jiff::SignedDuration;
use std::collections::BTreeSet;
use walk::{Shop, Walker};

use super::{STARS, WRONG, guess_until_the_wait, seconds_pass, visits};
use crate::{before_riddle, post};

#[tokio::test]
async fn hints_are_listed_at_once_and_opened_by_request() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    let titles = ["어디를 볼까", "어떻게 풀까", "거의 다"];
    assert!(titles.iter().all(|title| visitor.here().says(title)), "{:?}", visitor.here());
    assert!(
        visitor.here().says("09:03부터, 또는 3번 더 어긋난 뒤에 열 수 있습니다."),
        "{:?}",
        visitor.here()
    );
    assert!(visitor.here().first("#hints form").is_none(), "nothing can be opened yet");
    let early = visitor.ask(post("/study", "door=hint&hint=0")).await;
    assert_eq!(early.status.as_u16(), 409);
    assert!(early.says("그 귀띔은 09:03부터 열 수 있소."), "{early:?}");

    // The first hint by time, which stays open; the first two by wrong guesses.
    guess_until_the_wait(&mut visitor).await;
    let open = visitor.here().form("#hints form");
    visitor.submit(open).await;
    assert!(visitor.here().says("가슴속에 하나 둘 새겨지는 것"), "{:?}", visitor.here());
    assert!(!visitor.here().says("셋째 연에서 그 첫소리로"), "the second was not asked for");
    // Opening a hint resets the count of wrong guesses.
    assert_eq!(visitor.guess(WRONG[3]).await.status.as_u16(), 200);
    shop.minutes_pass(15).await;
    visitor.go("/study").await;
    for text in ["셋째 연에서 그 첫소리로", "하늘에 뜨는 것"] {
        let open = visitor.here().form("#hints form");
        visitor.submit(open).await;
        assert!(visitor.here().says(text), "{:?}", visitor.here());
    }
    assert!(visitor.here().says("가슴속에 하나 둘 새겨지는 것"), "all opened ones are on one page");
}

#[tokio::test]
async fn another_shelf_has_another_riddle_and_keeps_the_count() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, STARS).await;
    guess_until_the_wait(&mut visitor).await;
    let mut met = BTreeSet::new();
    for shelf in [Height::Low, Height::High, Height::Middle] {
        take_from(&mut visitor, shelf).await;
        let riddle = visitor.riddle();
        assert_eq!(riddle.height, shelf, "{:?}", visitor.here());
        met.insert(riddle.id.as_str());
        let page = visitor.guess("도깨비").await;
        assert_eq!(page.status.as_u16(), 429, "a shelf is no way round the wait: {page:?}");
    }
    assert!(met.len() == 3 && met.contains(STARS), "{met:?}");
    // The riddle that is solved is the one whose line is taken along.
    take_from(&mut visitor, Height::Low).await;
    let (low, answer) = (visitor.riddle(), visitor.answer().await);
    let solved = visitor.guess(&answer).await;
    let (line, source) = low.given().unwrap();
    assert!(solved.text_of(".taken").contains(&line.ko) && solved.says(&source.ko), "{solved:?}");
    let nowhere = visitor.ask(post("/study", "door=shelf&shelf=cellar")).await;
    assert_eq!(nowhere.status.as_u16(), 400);
    shop.nothing_failed();
}

/// Rhythms of no verse.
const WRONG_RHYTHMS: [&str; 6] = ["..", "--", "...", "---", ".-.-.-.-", "-.-.-.-."];

/// Seconds that a visitor without experience takes to read a page, to type an answer, to read a
/// hint, and to understand two hints. Generous guesses, not measured.
const READS: i64 = 60;
const SAYS: i64 = 15;
const READS_A_HINT: i64 = 20;
const SEES: i64 = 45;

/// Guesses wrongly up to six times, opens each hint as soon as possible, and finds the answer with
/// the first two. No guess is refused on the way.
async fn by_hints(shop: &Shop, visitor: &mut Walker) {
    let riddle = visitor.riddle();
    let wrong = if visitor.here().step() == "knock" { &WRONG_RHYTHMS } else { &WRONG[..6] };
    seconds_pass(shop, READS).await;
    let mut opened = 0;
    for typed in wrong {
        seconds_pass(shop, SAYS).await;
        let page = visitor.guess(typed).await;
        assert_eq!(page.status.as_u16(), 200, "{}, `{typed}`: {page:?}", riddle.id);
        if page.first("#hints form").is_some() {
            let open = page.form("#hints form");
            visitor.submit(open).await;
            seconds_pass(shop, READS_A_HINT).await;
            opened += 1;
        }
        if opened == 2 {
            break;
        }
    }
    assert_eq!(opened, 2, "{}: {:?}", riddle.id, visitor.here());
    for hint in &riddle.hints[..2] {
        assert!(
            visitor.here().says(hint.text.in_language(visitor.language())),
            "{:?}",
            visitor.here()
        );
    }
    seconds_pass(shop, SEES).await;
    visitor.by_riddle().await;
}

/// Takes the riddle of the study from a shelf.
pub(crate) async fn take_from(visitor: &mut Walker, shelf: Height) {
    visitor.expect("study");
    let form = visitor.here().form("form.shelves").tampered("shelf", shelf.name());
    visitor.submit(form).await;
}

/// Walks from the door to the counter with the first two hints of each riddle.
async fn to_the_counter_by_hints(shop: &Shop, visitor: &mut Walker, shelf: Height) {
    by_hints(shop, visitor).await;
    take_from(visitor, shelf).await;
    by_hints(shop, visitor).await;
    let poem = visitor.here().first("#turning").unwrap().attr("data-seconds").unwrap();
    seconds_pass(shop, poem.parse().unwrap()).await;
    visitor.reload().await;
    visitor.onward().await;
    visitor.expect("bell");
    seconds_pass(shop, READS_A_HINT).await;
    visitor.onward().await;
    // After a minute the page shows the other half.
    seconds_pass(shop, READS).await;
    visitor.reload().await;
    seconds_pass(shop, SAYS).await;
    visitor.by_riddle().await;
    seconds_pass(shop, READS_A_HINT).await;
    visitor.sign().await;
    seconds_pass(shop, READS).await;
    visitor.write_letter().await;
    visitor.expect("counter");
}

#[tokio::test]
async fn a_visitor_without_experience_reaches_the_counter_in_a_quarter_of_an_hour_with_hints() {
    let (shop, rooms) = (Shop::open().await, RoomSet::built_in().unwrap());
    let knocks = rooms.room("knock").unwrap().riddles.len();
    let (mut known, mut knocked) = (BTreeSet::new(), BTreeSet::new());
    for (language, shelf) in Language::ALL
        .into_iter()
        .flat_map(|language| Height::ALL.iter().map(move |s| (language, *s)))
    {
        let on_it = rooms.room("study").unwrap().riddles.iter().filter(|r| r.height == shelf);
        // A riddle that is solved with what the knock gave is walked once for each verse.
        let mut left: BTreeSet<_> = on_it.map(|riddle| (&riddle.id, &riddle.key)).collect();
        for _ in 0..500 {
            let mut visitor = shop.visitor().reading(language);
            visitor.open_the_door().await;
            // The riddle follows from the visitor's id; riddles already seen are skipped.
            let ids = visits(&shop)
                .into_iter()
                .filter_map(|visit| visit["id"]["S"].as_str().map(str::to_owned));
            let id = ids.filter(|id| known.insert(id.clone())).last().expect("a new visit");
            let riddle = rooms
                .puzzle("study", &domain::riddle::content::Walker::first(&id, shop.now()), shelf)
                .unwrap()
                .riddle;
            if left.remove(&(&riddle.id, &riddle.key)) {
                let began = shop.now();
                knocked.insert((language.tag(), visitor.riddle().id.as_str()));
                to_the_counter_by_hints(&shop, &mut visitor, shelf).await;
                let took = shop.now().duration_since(began);
                assert!(took < SignedDuration::from_mins(15), "{took}: {:?}", visitor.here());
            }
            if left.is_empty() {
                break;
            }
        }
        assert!(left.is_empty(), "nobody meets {left:?}");
    }
    assert_eq!(knocked.len(), 2 * knocks, "every rhythm in both languages: {knocked:?}");
    shop.nothing_failed();
}
