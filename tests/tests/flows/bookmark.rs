//! 책갈피: six words bring a visitor back on another device, and guessing is limited.

use domain::base::text::Language;
use domain::walk::bookmark;
use futures_util::future::join_all;
use walk::{Doors, Shop, Walker};

use super::{before_riddle, sent};

/// Gets a bookmark of the walk on this device. Returns its words.
pub(crate) async fn words(visitor: &mut Walker) -> String {
    visitor.go("/bookmark").await;
    if visitor.here().first("[data-bookmark]").is_none() {
        let form = visitor.here().form("#mine form");
        visitor.submit(form).await;
    }
    visitor.here().text_of("[data-bookmark]")
}

/// Enters words on a device.
pub(crate) async fn type_in(visitor: &mut Walker, words: &str) {
    visitor.go("/bookmark").await;
    let form = visitor.here().form("#open form").fill("bookmark", words);
    visitor.submit(form).await;
}

/// Six words of no bookmark.
const NOBODYS: &str = "바람 바람 바람 바람 바람 바람";

#[tokio::test]
async fn six_words_open_the_place_on_another_device() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, "flowers-on-the-hill").await;
    visitor.guess("코끼리").await;
    let code = words(&mut visitor).await;
    assert_eq!(code.split(' ').count(), bookmark::WORDS, "{code}");
    assert_eq!(
        words(&mut visitor).await,
        code,
        "the words are the same when they are looked at again"
    );
    let mut elsewhere = shop.visitor().reading(Language::En);
    type_in(&mut elsewhere, &code.replace(' ', "-")).await;
    assert!(elsewhere.here().says("You are back."), "{:?}", elsewhere.here());
    elsewhere.onward().await;
    elsewhere.expect("study");
    assert_eq!(elsewhere.riddle().id, "flowers-on-the-hill");
    // Both devices are now the same visitor.
    elsewhere.by_plain_door().await;
    visitor.go("/study").await;
    assert!(!visitor.here().has_door("riddle"), "{:?}", visitor.here());
    shop.nothing_failed();
}

#[tokio::test]
async fn a_reader_comes_back_to_their_orders() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.walk(Doors::Plain).await;
    let code = words(&mut reader).await;
    let mut elsewhere = shop.visitor();
    type_in(&mut elsewhere, &code).await;
    elsewhere.window().await;
    assert_eq!(elsewhere.here().order().0, order);
}

#[tokio::test]
async fn the_words_are_not_stored_in_the_table() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let code = words(&mut visitor).await;
    let bytes = bookmark::Bookmark::read(&code).unwrap().bytes();
    let english = bookmark::Bookmark::new(bytes).words(Language::En);
    let table = serde_json::to_string(&shop.items()).unwrap();
    for secret in [code, english, domain::base::hex::of(&bytes, bytes.len())] {
        assert!(!table.contains(&secret), "{secret}");
    }
    assert!(table.contains("BOOKMARK#"));
}

#[tokio::test]
async fn nothing_of_the_address_stands_beside_the_words() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    words(&mut visitor).await;
    let page = visitor.go("/bookmark?guess=salmon&back=1").await;
    assert!(
        page.first("[data-bookmark]").is_some() && !page.body.contains("guess"),
        "{}",
        page.body
    );
}

#[tokio::test]
async fn a_new_bookmark_takes_the_place_of_the_old_one() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let first = words(&mut visitor).await;
    let replace = visitor.here().form("#mine form");
    // A second click replaces nothing.
    for form in [replace.clone(), replace] {
        visitor.submit(form).await;
    }
    let second = words(&mut visitor).await;
    assert_ne!(first, second);
    let mut elsewhere = shop.visitor();
    type_in(&mut elsewhere, &first).await;
    assert_eq!(elsewhere.here().status.as_u16(), 422);
    assert_eq!(elsewhere.here().value("bookmark"), first, "what was typed stays");
    type_in(&mut elsewhere, &second).await;
    elsewhere.onward().await;
    elsewhere.expect("knock");
}

#[tokio::test]
async fn a_bookmark_runs_out_with_the_visit() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let code = words(&mut visitor).await;
    // DynamoDB deletes expired items late, so the code checks the time itself.
    let mut old = shop.items().into_iter().find(|item| item["sk"]["S"] == "BOOKMARK").unwrap();
    assert!(old["expires"]["N"].is_string());
    old["until"] = serde_json::json!({ "S": shop.now().to_string() });
    shop.put_back(&old);
    let mut elsewhere = shop.visitor();
    type_in(&mut elsewhere, &code).await;
    assert_eq!(elsewhere.here().status.as_u16(), 422, "{:?}", elsewhere.here());
}

#[tokio::test]
async fn a_walk_on_this_device_is_left_after_one_question() {
    let shop = Shop::empty().await;
    let mut visitor = before_riddle(&shop, "flowers-on-the-hill").await;
    let code = words(&mut visitor).await;
    let mut another = shop.visitor();
    another.open_the_door().await;
    let own = another.cookies().clone();
    type_in(&mut another, &code).await;
    assert_eq!(another.here().status.as_u16(), 409);
    assert!(another.here().says("이 기기에는 다른 걸음이 있습니다"), "{:?}", another.here());
    assert_eq!(another.cookies(), &own, "nothing is left before the answer");
    assert_eq!(another.here().value("bookmark"), code);
    // The walk on this device can get a bookmark of its own first.
    let form = another.here().form("#mine form");
    another.submit(form).await;
    let its_own = another.here().text_of("[data-bookmark]");
    assert_eq!(another.here().value("bookmark"), code, "what was typed is still there");
    let form = another.here().form("#open form").fill("leave", "yes");
    another.submit(form).await;
    another.onward().await;
    another.expect("study");
    type_in(&mut another, &its_own).await;
    let form = another.here().form("#open form").fill("leave", "yes");
    another.submit(form).await;
    another.onward().await;
    another.expect("knock");
    // Opening the own bookmark needs no confirmation.
    type_in(&mut another, &its_own).await;
    assert!(another.here().says("다시 오셨구려."), "{:?}", another.here());
}

#[tokio::test]
async fn a_device_has_five_tries_in_ten_minutes_and_keeps_what_was_typed() {
    let shop = Shop::empty().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let code = words(&mut visitor).await;
    let mut stranger = shop.visitor();
    // Text that cannot be a bookmark costs no try.
    for nonsense in ["", "하늘", "하늘 바람 비행기 구름 나비 편지"] {
        type_in(&mut stranger, nonsense).await;
        assert_eq!(stranger.here().status.as_u16(), 422);
    }
    for _ in 0..bookmark::TRIES_OF_A_DEVICE {
        type_in(&mut stranger, NOBODYS).await;
        assert_eq!(stranger.here().status.as_u16(), 422, "{:?}", stranger.here());
    }
    type_in(&mut stranger, &code).await;
    let page = stranger.here();
    assert_eq!(page.status.as_u16(), 429);
    let seconds: i64 = page.header("retry-after").parse().unwrap();
    assert!((1..=600).contains(&seconds), "{seconds}");
    assert!(page.says("에 다시 찾아 드리리다"), "{page:?}");
    assert_eq!(page.value("bookmark"), code);
    // Other devices are not limited.
    let mut honest = shop.visitor();
    type_in(&mut honest, &code).await;
    assert!(honest.here().says("다시 오셨구려."), "{:?}", honest.here());
    shop.time_passes(jiff::SignedDuration::from_secs(seconds)).await;
    type_in(&mut stranger, &code).await;
    assert!(stranger.here().says("다시 오셨구려."), "{:?}", stranger.here());
}

#[tokio::test]
async fn simultaneous_tries_cannot_evade_the_limit() {
    let shop = Shop::empty().await;
    let mut stranger = shop.visitor();
    stranger.open_the_door().await;
    stranger.go("/bookmark").await;
    let form = stranger.here().form("#open form").fill("bookmark", NOBODYS);
    let tries = join_all((0..20).map(|_| stranger.ask(sent(&form)))).await;
    let answers: Vec<u16> = tries.iter().map(|page| page.status.as_u16()).collect();
    let looked = answers.iter().filter(|status| **status == 422).count();
    assert!(
        looked <= usize::try_from(bookmark::TRIES_OF_A_DEVICE).unwrap(),
        "{looked} were looked up"
    );
    assert!(answers.iter().all(|status| [409, 422, 429].contains(status)), "{answers:?}");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_beginning_that_was_overheard_is_not_guessed_to_its_end() {
    let shop = Shop::empty().await;
    let mut refused = 0;
    for _ in 0..6 {
        // Each from a new device.
        for _ in 0..bookmark::TRIES_OF_A_DEVICE {
            let mut stranger = shop.visitor();
            type_in(&mut stranger, NOBODYS).await;
            refused += u32::from(stranger.here().status.as_u16() == 429);
        }
    }
    assert_eq!(refused, 30 - bookmark::TRIES_OF_A_BEGINNING);
    let mut another = shop.visitor();
    type_in(&mut another, "하늘 바람 바람 바람 바람 바람").await;
    assert_eq!(another.here().status.as_u16(), 422, "another beginning is not held back");
}
