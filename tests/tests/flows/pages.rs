//! Snapshots of every page in both languages: its words and its marks.

mod letters;
mod orders;

use domain::{base::text::Language, riddle::content::Height};
use insta::{Settings, assert_snapshot};
use local::{Breakage, Fault as Break, Service};
use serde_json::json;
use std::collections::BTreeMap;
use walk::{Doors, Onward, Page, Pay, Shop, Walker, book};

use super::{doors::hints::take_from, get, post, sent};

/// The pages of one step in one language, each with the situation it shows.
struct Album {
    step: &'static str,
    language: Language,
    pages: String,
}

impl Album {
    fn new(step: &'static str, language: Language) -> Self {
        Self { step, language, pages: String::new() }
    }

    fn add(&mut self, when: &str, page: &Page) {
        self.pages += &format!("──── {when}\n{}\n", without_request_ids(&page.outline()));
    }

    fn keep(self) {
        let mut settings = Settings::clone_current();
        settings.set_snapshot_path("../../snapshots");
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.bind(|| {
            assert_snapshot!(format!("{}.{}", self.step, self.language.tag()), self.pages);
        });
    }
}

/// The text without the ids of requests, which are random.
fn without_request_ids(text: &str) -> String {
    let is_id = |word: &str| word.len() == 36 && word.matches('-').count() == 4;
    text.split_inclusive([' ', '\n'])
        .map(|word| {
            let bare = word.trim_end();
            if is_id(bare) { word.replace(bare, "(the request’s id)") } else { word.to_owned() }
        })
        .collect()
}

/// A visitor at this riddle of a room, who reads this language.
async fn before(shop: &Shop, room: &str, riddle: &str, language: Language) -> Walker {
    for _ in 0..200 {
        let mut visitor = shop.visitor().reading(language);
        visitor.open_the_door().await;
        if room == "study" {
            visitor.by_plain_door().await;
        }
        if visitor.riddle().id == riddle {
            return visitor;
        }
    }
    panic!("nobody meets the riddle `{riddle}`");
}

#[tokio::test]
async fn the_pages_that_are_open_to_anybody() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 12_000, 3, 1)]).await;
        let mut visitor = shop.visitor().reading(language);
        let mut door = Album::new("door", language);
        door.add("seen for the first time", visitor.go("/").await);
        let footer = visitor.here().outline_of("footer");
        visitor.open_the_door().await;
        door.add("seen again", visitor.go("/").await);
        door.pages += &format!("──── the footer of every page\n{footer}\n");
        door.keep();
        let mut shelf = Album::new("shelf", language);
        shelf.add("a range with books", visitor.go("/shelf?range=middle").await);
        shelf.add("a range without", visitor.go("/shelf?range=heavy").await);
        shelf.keep();
        let mut notice = Album::new("notice", language);
        notice.add("to anybody", visitor.go("/notice").await);
        notice.keep();
    }
}

#[tokio::test]
async fn the_page_of_the_knock() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut album = Album::new("knock", language);
        let mut visitor = before(&shop, "knock", "azaleas", language).await;
        album.add("come in", visitor.here());
        album.add("a sign that is no knock", visitor.guess("쿵쿵").await);
        album.add("another rhythm", visitor.guess("· ·").await);
        let answer = visitor.answer().await;
        album.add("the rhythm", visitor.guess(&answer).await);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_the_study() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut album = Album::new("study", language);
        let mut visitor = before(&shop, "study", "counting-stars", language).await;
        album.add("come in", visitor.here());
        for (when, guess) in [
            ("a wrong word", "코끼리"),
            ("another", "우체통"),
            ("the third", "자전거"),
            ("too soon", "도깨비"),
        ] {
            album.add(when, visitor.guess(guess).await);
        }
        album.add("half-way", visitor.guess("별").await);
        shop.minutes_pass(9).await;
        visitor.go("/study").await;
        let hint = visitor.here().form("#hints form");
        album.add("a hint opened", visitor.submit(hint).await);
        let mut other = visitor.clone();
        album.add("typed with the Latin keys", other.guess("qufgpsmsqka").await);
        let mut by_itself = before(&shop, "study", "counting-stars", language).await;
        shop.minutes_pass(25).await;
        album.add("opened by itself", by_itself.reload().await);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_wait_bell_and_whisper() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut visitor = before(&shop, "study", "counting-stars", language).await;
        visitor.by_plain_door().await;
        let mut wait = Album::new("wait", language);
        wait.add("come in", visitor.here());
        shop.minutes_pass(3).await;
        wait.add("the poem is read", visitor.reload().await);
        wait.keep();

        let mut bell = Album::new("bell", language);
        bell.add("come in", visitor.onward().await);
        let nowhere = visitor.here().door("bell").tampered("way", "push");
        let nowhere = nowhere.tampered("endpoint", "https://example.com/push");
        bell.add("pulled with a device that nobody can ring", visitor.submit(nowhere).await);
        visitor.onward().await;
        bell.add("pulled", visitor.go("/bell").await);
        bell.keep();

        let mut whisper = Album::new("whisper", language);
        whisper.add("come in", visitor.onward().await);
        whisper.add("wrong", visitor.guess("코끼리").await);
        shop.minutes_pass(1).await;
        whisper.add("after a minute", visitor.reload().await);
        shop.minutes_pass(9).await;
        whisper.add("faded", visitor.reload().await);
        let form = visitor.here().door("again");
        whisper.add("whispered again", visitor.submit(form).await);
        let answer = visitor.answer().await;
        whisper.add("joined", visitor.guess(&answer).await);
        whisper.keep();
    }
}

#[tokio::test]
async fn the_pages_of_the_bookmark() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut album = Album::new("bookmark", language);
        let mut visitor = shop.visitor().reading(language);
        album.add("before the door", visitor.go("/bookmark").await);
        visitor.open_the_door().await;
        album.add("a walk without one", visitor.go("/bookmark").await);
        let get = visitor.here().form("#mine form");
        album.add("its words", visitor.submit(get).await);
        let code = visitor.here().text_of("[data-bookmark]");
        let mut elsewhere = shop.visitor().reading(language);
        elsewhere.open_the_door().await;
        elsewhere.go("/bookmark").await;
        for (when, typed) in [
            ("a word that no bookmark has", "하늘 비행기"),
            ("words that lead nowhere", "바람 바람 바람 바람 바람 바람"),
            ("another walk is on this device", code.as_str()),
        ] {
            let form = elsewhere.here().form("#open form").fill("bookmark", typed);
            album.add(when, elsewhere.submit(form).await);
        }
        let form = elsewhere.here().form("#open form").fill("leave", "yes");
        album.add("back", elsewhere.submit(form).await);
        for _ in 0..6 {
            elsewhere.go("/bookmark").await;
            let form = elsewhere.here().form("#open form").fill("bookmark", &code);
            elsewhere.submit(form).await;
        }
        album.add("too often", elsewhere.here());
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_the_address_and_the_search() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2)]).await;
        let mut album = Album::new("address", language);
        let mut reader = shop.visitor().reading(language);
        let order = reader.walk(Doors::Plain).await;
        shop.settle().await;
        let path = format!("/address/{order}");
        album.add("the reader’s own", reader.go(&path).await);
        let form = reader.here().form("form[data-onward]").fill("phone", "1").fill("postcode", "2");
        album.add("two fields are wrong", reader.submit(form).await);
        let mut device = shop.visitor().reading(language);
        album.add("the search", device.go("/find").await);
        let form = device.here().form("form").fill("number", "1").fill("phone", "2");
        album.add("neither number nor telephone", device.submit(form).await);
        let form = device.here().form("form").fill("number", &order).fill("phone", "0212345678");
        album.add("another telephone", device.submit(form).await);
        let form = device.here().form("form").fill("phone", "010-1234-5678");
        album.add("found", device.submit(form).await);
        album.add("the address of a found order", device.go(&path).await);
        let mut guesser = shop.visitor().reading(language);
        for _ in 0..6 {
            guesser.go("/find").await;
            let form =
                guesser.here().form("form").fill("number", &order).fill("phone", "0212345678");
            guesser.submit(form).await;
        }
        album.add("too often", guesser.here());
        shop.owner_ships(&order, "123456789012").await;
        album.add("the parcel is handed over", reader.go(&path).await);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_of_the_readers_own_data() {
    for language in Language::ALL {
        let shop = Shop::at_full_price().await;
        let mut album = Album::new("data", language);
        let mut reader = shop.visitor().reading(language).writing("봄밤", "창밖에 눈이 옵니다.");
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        album.add("a place is held", reader.go("/data").await);
        reader.go(&format!("/pay/{order}")).await;
        reader.pay(Pay::Approve).await;
        shop.settle().await;
        album.add("under way", reader.go("/data").await);
        shop.owner_ships(&order, "123456789012").await;
        shop.settle().await;
        reader.go(&format!("/window/{order}")).await;
        let form = reader.here().form("form#arrived");
        reader.submit(form).await;
        album.add("the accounts are not closed", reader.go("/data").await);
        shop.days_pass(3).await;
        let mut device = shop.visitor().reading(language);
        device.go("/find").await;
        let form = device.here().form("form").fill("number", &order);
        device.submit(form.fill("phone", "010-1234-5678")).await;
        album.add("of a found order", device.go("/data").await);
        album.add("may be deleted", reader.go("/data").await);
        let form = reader.here().pressing("[data-forget]");
        album.add("not ticked", reader.submit(form.clone()).await);
        album.add("deleted", reader.submit(form.fill("sure", "yes")).await);
        album.keep();
    }
}

#[tokio::test]
async fn the_pages_from_the_guestbook_to_the_counter() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 12_000, 3, 1)]).await;
        let mut visitor = shop.visitor().reading(language);
        visitor.open_the_door().await;
        visitor.through_the_rooms(Doors::Plain).await;
        let mut guestbook = Album::new("guestbook", language);
        guestbook.add("come in", visitor.here());
        let form = visitor.here().form("form[data-onward]").fill("terms", "yes");
        guestbook.add("half filled", visitor.submit(form).await);
        visitor.sign().await;
        guestbook.add("signed", visitor.go("/guestbook").await);
        guestbook.keep();

        let mut letter = Album::new("letter", language);
        visitor.onward().await;
        letter.add("come in", visitor.here());
        let form = visitor.here().form("form[data-onward]");
        letter.add("nothing written", visitor.submit(form).await);
        visitor.write_letter().await;
        letter.add("written", visitor.go("/letter").await);
        letter.keep();

        let mut counter = Album::new("counter", language);
        visitor.onward().await;
        counter.add("come in", visitor.here());
        let form = visitor.here().form("form[data-onward]").fill("recipient", "김읽는이");
        counter.add("half filled", visitor.submit(form).await);
        let form = visitor.filled_counter("light").tampered("range", "heavy");
        counter.add("a range without books", visitor.submit(form).await);
        visitor.order("middle").await;
        counter.add("ordered", visitor.go("/counter").await);
        let mut next = shop.visitor().reading(language);
        next.to_the_counter(Doors::Plain).await;
        let closed = json!({ "shop": { "is": "closed", "until": "2026-08-31", "words": "며칠 책을 사러 다녀옵니다." } });
        shop.owner_does("owner-taste", closed).await;
        counter.add("closed while somebody stood there", next.order("light").await);
        counter.add("closed", next.go("/counter").await);
        counter.keep();
    }
}

#[tokio::test]
async fn the_pages_of_refusals() {
    for language in Language::ALL {
        let shop = Shop::open().await;
        let mut visitor = shop.visitor().reading(language);
        let mut album = Album::new("refusals", language);
        let stranger = shop.visitor().reading(language);
        album.add("no such room", &stranger.ask(get("/nowhere")).await);
        album.add("not by this method", &stranger.ask(post("/shelf", "")).await);
        album.add("a stranger in a room", &stranger.ask(get("/study")).await);
        let mut forged = stranger.clone();
        forged.set_cookie("sid", "forged.1.x");
        album.add("a forged cookie", &forged.ask(get("/study")).await);
        visitor.open_the_door().await;
        album.add("a room that is locked", &visitor.ask(get("/letter")).await);
        album.add("too long", &visitor.ask(post("/knock", "a".repeat(300_000))).await);
        album.add("no text", &visitor.ask(post("/knock", "answer=%FF")).await);
        let mut foreign = post("/knock", "door=plain");
        foreign.headers_mut().insert("sec-fetch-site", "cross-site".parse().unwrap());
        album.add("from another site", &visitor.ask(foreign).await);
        let fault =
            Break::on(Service::Dynamodb, "BatchGetItem", Breakage::Error500).of("knock").times(3);
        shop.system().wire().inject(fault);
        album.add("a failure of ours", &visitor.ask(get("/knock")).await);
        album.keep();
    }
}

#[tokio::test]
async fn every_riddle_has_its_page() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let rooms = domain::riddle::content::RoomSet::built_in().unwrap();
        let (mut knock, mut study) = (BTreeMap::new(), BTreeMap::new());
        let of = |room: &str| rooms.room(room).unwrap().riddles.len();
        while knock.len() < of("knock") || study.len() < of("study") {
            let mut visitor = shop.visitor().reading(language);
            visitor.open_the_door().await;
            knock.insert(visitor.riddle().id.clone(), visitor.here().outline_of("main"));
            visitor.by_plain_door().await;
            for shelf in Height::ALL {
                take_from(&mut visitor, *shelf).await;
                let riddle = visitor.riddle();
                // One page for each verse that may have been knocked.
                let numbers = riddle.key.as_ref().map(|key| key.numbers.clone());
                let name = format!(
                    "{} {}",
                    riddle.id,
                    numbers.map_or(String::new(), |n| format!("{n:?}"))
                );
                study.insert(name, visitor.here().outline_of("main"));
            }
        }
        for (name, met) in [("riddles-of-knock", knock), ("riddles-of-study", study)] {
            let mut album = Album::new(name, language);
            for (riddle, page) in met {
                album.pages += &format!("──── {riddle}\n{page}\n");
            }
            album.keep();
        }
    }
}

/// The form marked as leading onward is the one that the page shows.
#[tokio::test]
async fn the_marks_match_what_the_page_shows() {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    reader.to_an_order(Doors::Plain, "middle").await;
    let Onward::Form(form) = reader.here().onward() else { panic!("{:?}", reader.here()) };
    assert!(!form.post && form.action.as_str().starts_with(&shop.standin().url()), "{form:?}");
    reader.to_the_payment_page().await;
    reader.choose(Pay::Approve).await;
    let Onward::Form(form) = reader.here().onward() else { panic!("{:?}", reader.here()) };
    assert!(form.post);
    assert_eq!(reader.ask(sent(&form)).await.status.as_u16(), 303);
}
