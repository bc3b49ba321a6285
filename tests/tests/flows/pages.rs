//! Snapshots of every page in both languages: its words and its marks.

use std::collections::BTreeMap;

use domain::base::text::Language;
use insta::{Settings, assert_snapshot};
use jiff::SignedDuration;
use local::{Breakage, Fault as Break, Service};
use serde_json::json;
use toss_standin::{Fault, On, Rule};
use walk::{Doors, Onward, Page, Pay, Recipient, Shop, Walker, book};

use super::{get, post, sent};

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
        self.pages += &format!("──── {when}\n{}\n", page.outline());
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
async fn the_door_and_what_anybody_may_see() {
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
async fn the_knock() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut album = Album::new("knock", language);
        let mut visitor = before(&shop, "knock", "azaleas", language).await;
        album.add("come in", visitor.here());
        album.add("a sign that is no knock", visitor.guess("쿵쿵").await);
        album.add("another rhythm", visitor.guess("· ·").await);
        let answer = visitor.answer();
        album.add("the rhythm", visitor.guess(&answer).await);
        album.keep();
    }
}

#[tokio::test]
async fn the_study() {
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
async fn the_wait_the_bell_and_the_whisper() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let mut visitor = before(&shop, "study", "foreword", language).await;
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
        let answer = visitor.answer();
        whisper.add("joined", visitor.guess(&answer).await);
        whisper.keep();
    }
}

#[tokio::test]
async fn the_bookmark() {
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
async fn from_the_guestbook_to_the_counter() {
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
async fn the_payment() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 5, 1)]).await;
        let mut reader = shop.visitor().reading(language);
        let mut pay = Album::new("pay", language);
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        pay.add("an order to pay", reader.here());
        pay.add("turned back", reader.pay(Pay::Cancel).await);
        reader.onward().await;
        pay.add("refused", reader.pay(Pay::Refuse).await);
        pay.add(
            "another amount in the address",
            reader.go(&format!("/pay/{order}/success?amount=1")).await,
        );
        reader.onward().await;
        reader.to_the_payment_page().await;
        pay.add("back with a payment", reader.choose(Pay::Approve).await);
        shop.standin().fault(Rule::once(
            On::Confirm,
            Fault::Answer { code: "INVALID_STOPPED_CARD".to_owned() },
        ));
        pay.add("refused at the last step", reader.onward().await);
        reader.onward().await;
        reader.to_the_payment_page().await;
        reader.choose(Pay::Approve).await;
        shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
        shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
        pay.add("nobody can tell", reader.onward().await);

        let mut late = shop.visitor().reading(language);
        late.to_an_order(Doors::Plain, "middle").await;
        late.to_the_payment_page().await;
        shop.minutes_pass(16).await;
        shop.visitor().to_an_order(Doors::Plain, "middle").await;
        late.choose(Pay::Approve).await;
        pay.add("the place went to another", late.onward().await);

        let mut other = shop.visitor().reading(language);
        other.go("/shelf?range=middle").await;
        pay.keep();
    }
}

/// Every page of a payment by bank transfer.
#[tokio::test]
async fn a_deposit_awaited_come_late_and_taken_back() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 4, 1)]).await;
        let mut album = Album::new("deposit", language);
        let mut reader = shop.visitor().reading(language);
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        album.add("an account is opened", reader.pay(Pay::Account).await);
        shop.settle().await;
        album.add("the letter that says where to pay", reader.mailbox().await);
        album.add("cancelling before the deposit", reader.go(&format!("/cancel/{order}")).await);
        shop.system().leap(SignedDuration::from_mins(24 * 60 - 1)).await.unwrap();
        shop.standin().fault(Rule { times: 10, ..Rule::once(On::Query, Fault::ErrorBefore) });
        shop.minutes_pass(1).await;
        shop.standin().clear_faults();
        album.add("its time is over", reader.window().await);
        album.add("its account is closed", reader.onward().await);
        album.add("seen from the window", reader.window().await);
        reader.onward().await;
        reader.pay(Pay::Account).await;
        assert!(shop.standin().deposit(&format!("{order}-2")).await);
        reader.onward().await;
        shop.system().hold("pack");
        shop.settle().await;
        album.add("paid, and a difference to go back", reader.window().await);
        album.add(
            "the account is asked for",
            reader.go(&format!("/cancel/{order}?to=account")).await,
        );
        album.add("cancelling asks for it too", reader.go(&format!("/cancel/{order}")).await);
        let form = reader.here().form("main form").fill("bank", "88").fill("account", "11");
        album.add("an account that is none", reader.submit(form).await);
        let form =
            reader.here().form("main form").fill("bank", "88").fill("account", "110-123-456789");
        let form = form.fill("holder", "윤동주");
        album.add("cancelled", reader.submit(form).await);
        shop.system().release("pack");
        shop.settle().await;
        let second = reader.order_again("middle").await;
        reader.pay(Pay::Account).await;
        assert!(shop.standin().deposit(&second).await);
        reader.onward().await;
        shop.settle().await;
        assert!(shop.standin().reverse_transfer(&second).await);
        let body = json!({ "eventType": "PAYMENT_STATUS_CHANGED", "data": { "orderId": second } });
        let hint = http::Request::post("/toss-webhook")
            .header("tosspayments-webhook-transmission-id", "1");
        let answer = reader.ask(hint.body(body.to_string().into()).unwrap()).await;
        assert_eq!(answer.status.as_u16(), 200, "{answer:?}");
        shop.settle().await;
        album.add("taken back after it was packed", reader.go(&format!("/window/{second}")).await);
        album.add("every letter", reader.mailbox().await);
        album.keep();
    }
}

#[tokio::test]
async fn the_window_and_the_mailbox() {
    for language in Language::ALL {
        let shop = Shop::with_books(&[book(1, 15_000, 5, 1), book(2, 15_000, 5, 1)]).await;
        let mut reader = shop.visitor().reading(language);
        let mut window = Album::new("window", language);
        let mut mailbox = Album::new("mailbox", language);
        reader.open_the_door().await;
        window.add("nothing ordered", reader.window().await);
        mailbox.add("empty", reader.mailbox().await);
        reader.go("/knock").await;
        reader.through_the_rooms(Doors::Plain).await;
        reader.sign().await;
        reader.write_letter().await;
        reader.order("middle").await;
        window.add("not paid", reader.window().await);
        reader.onward().await;
        for function in ["choose", "pack", "ship"] {
            shop.system().hold(function);
        }
        window.add("paid", reader.pay(Pay::Approve).await);
        let (order, _) = reader.here().order();
        for (when, function) in [("chosen", "choose"), ("packed", "pack"), ("posted", "ship")] {
            if function == "ship" {
                shop.owner_ships(&order, "123456789012").await;
            }
            shop.system().release(function);
            shop.minutes_pass(1).await;
            window.add(when, reader.window().await);
        }
        let arrived = reader.here().form("form#arrived");
        window.add("it has arrived", reader.submit(arrived).await);
        window.add(
            "the way back of a book that has arrived",
            reader.go(&format!("/cancel/{order}")).await,
        );
        mailbox.add("after a whole order", reader.mailbox().await);
        // One more order without a book: the reader has had the other work.
        shop.minutes_pass(1).await;
        reader.order_again("middle").await;
        reader.pay(Pay::Approve).await;
        shop.settle().await;
        shop.owner_does("owner-shelve", json!({ "books": [book(1, 15_000, 5, 1)] })).await;
        shop.minutes_pass(1).await;
        let last = reader.order_again("middle").await;
        reader.pay(Pay::Approve).await;
        shop.settle().await;
        window.add("no book is left", reader.go(&format!("/window/{last}")).await);
        window.add("several orders", reader.window().await);
        window.keep();
        mailbox.keep();
    }
}

#[tokio::test]
async fn the_owners_own_pages() {
    let shop = Shop::with_books(&[book(1, 15_000, 5, 2), book(2, 15_000, 4, 2)]).await;
    let own = |link: &serde_json::Value| {
        let link = link.as_str().unwrap();
        let path = link[link.find(".com/").unwrap() + 4..].to_owned();
        http::Request::get(path).header("host", "localhost").body(bytes::Bytes::new()).unwrap()
    };
    shop.visitor().walk(Doors::Plain).await;
    shop.settle().await;
    shop.owner_does("owner-taste", json!({ "choosing": "owner" })).await;
    let elsewhere = Recipient::in_street("어딘가로 7");
    shop.visitor().living(elsewhere).walk(Doors::Plain).await;
    shop.minutes_pass(90).await;
    let desk = shop.owner("owner-desk", json!({})).await;
    let mut album = Album::new("owner", Language::Ko);
    let board = shop.visitor().ask(own(&desk["page"])).await;
    let packed =
        desk["shows"].as_array().unwrap().iter().find(|shown| !shown["page"].is_null()).unwrap();
    let slip = shop.visitor().ask(own(&packed["page"])).await;
    for (when, page) in [("the board", &board), ("a slip before posting", &slip)] {
        album.add(when, page);
    }
    // Tickets differ each time.
    let mut parts = album.pages.split("ticket=");
    let first = parts.next().unwrap_or_default().to_owned();
    album.pages = parts.fold(first, |text, part| {
        let end = part.find(['›', '&']).unwrap_or(part.len());
        text + "ticket=TICKET" + &part[end..]
    });
    album.keep();
}

#[tokio::test]
async fn what_can_not_be_done() {
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
async fn every_riddle_of_the_house() {
    for language in Language::ALL {
        let shop = Shop::empty().await;
        let house = domain::riddle::content::RoomSet::built_in().unwrap();
        let (mut knock, mut study) = (BTreeMap::new(), BTreeMap::new());
        let of = |room: &str| house.room(room).unwrap().riddles.len();
        while knock.len() < of("knock") || study.len() < of("study") {
            let mut visitor = shop.visitor().reading(language);
            visitor.open_the_door().await;
            knock.insert(visitor.riddle().id.clone(), visitor.here().outline_of("main"));
            visitor.by_plain_door().await;
            study.insert(visitor.riddle().id.clone(), visitor.here().outline_of("main"));
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
async fn the_marks_are_there_for_a_program() {
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
