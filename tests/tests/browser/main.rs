//! Walks in a real browser, headless Chromium at the width of a phone, against the whole system in
//! this process. Each page is looked at on the way ([`tab::Browser::look`]): pictures, narrow and
//! wide, light and dark, go to `artefacts/browser/`, and axe-core goes over each.
//!
//! Needs Chromium, its driver and axe-core, which `cargo xtask test browser` installs or asks for,
//! and is ignored without.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

mod push;
mod tab;

use std::{
    future::Future,
    path::{Path, PathBuf},
};

use clap::Parser as _;
use domain::{
    base::text::Language,
    riddle::{
        content::{Riddle, RoomSet, Solution},
        rhythm::{Gap, Pattern},
    },
    walk::{visit::Bell, wait, whisper},
};
use jiff::SignedDuration;
use local::run::{Arguments, Running};
use serde_json::{Value as Json, json};
use tab::{Browser, Hand, Reader};
use walk::Page;

/// A short gap between two knocks, in milliseconds. A held one is three of them.
const SHORT_MS: u32 = 300;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_walks_with_a_phone_from_the_closed_door_to_the_posted_parcel() {
    let reader = Reader {
        name: "phone",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    // As at the real Toss, only its script leads to its page.
    let shop = open_shop(&["--parameter=TossPlainWindowUrl="]).await;
    with(reader, async move |phone| {
        walk(&phone, &shop).await;
        phone.open(&format!("{}/attic", shop.url())).await;
        // The console says so, too, and is right.
        phone.wait_for("body[data-step]").await;
        let told = phone.console().await;
        assert!(told.iter().all(|line| line.contains("404")), "{told:#?}");
        phone.look("no-such-room").await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_walks_in_english_with_nothing_but_the_keyboard() {
    let reader = Reader {
        name: "keys",
        language: Language::En,
        script: true,
        hand: Hand::Keys,
        restless: false,
    };
    let shop = open_shop(&["--parameter=TossPlainWindowUrl="]).await;
    with(reader, async move |keys| walk(&keys, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_walks_without_script() {
    let reader = Reader {
        name: "without-script",
        language: Language::Ko,
        script: false,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |plain| walk(&plain, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_goes_back_and_reloads_wherever_they_come() {
    let reader = Reader {
        name: "restless",
        language: Language::En,
        script: true,
        hand: Hand::Finger,
        restless: true,
    };
    let shop = open_shop(&["--parameter=TossPlainWindowUrl="]).await;
    with(reader, async move |restless| {
        // Something to go back to from the door.
        restless.open(&format!("{}/notice", shop.url())).await;
        walk(&restless, &shop).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_has_two_tabs_open_and_pays_once() {
    let reader = Reader {
        name: "two-tabs",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&["--parameter=TossPlainWindowUrl="]).await;
    with(reader, async move |tabs| in_two_tabs(&tabs, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_takes_the_plain_door_of_every_room() {
    let reader = Reader {
        name: "plain",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |plain| by_plain_doors(&plain, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_takes_the_plain_door_of_every_room_in_english_with_the_keyboard() {
    let reader = Reader {
        name: "plain-keys",
        language: Language::En,
        script: true,
        hand: Hand::Keys,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |plain| by_plain_doors(&plain, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_meets_what_is_empty_and_what_is_refused() {
    let reader = Reader {
        name: "refused",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| refused(&phone, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_hangs_a_device_at_the_bell_and_is_rung() {
    let reader = Reader {
        name: "push",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| push::hung_rung_and_taken_off(&phone, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_who_blocks_notifications_has_the_mailbox() {
    let reader = Reader {
        name: "push-blocked",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| push::blocked(&phone, &shop).await).await;
}

/// Gives the browser to what is to happen, and closes it whatever happens.
async fn with<W, F>(reader: Reader, happens: W)
where
    W: FnOnce(Browser) -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let browser = Browser::start(reader).await;
    // In a task of its own, so that a fall ends there; in a local one, because a parsed page stays
    // on its thread.
    let lent = browser.clone();
    let task = async move { tokio::task::spawn_local(happens(lent)).await };
    let walked = tokio::task::LocalSet::new().run_until(task).await;
    browser.quit().await;
    if let Err(fell) = walked {
        std::panic::resume_unwind(fell.into_panic());
    }
}

/// The whole system, as `cargo xtask run --memory` starts it.
async fn open_shop(more: &[&str]) -> Running {
    let template = root().join("template.yaml").display().to_string();
    let mut line = vec!["local", "--memory", "--port=0", "--template", template.as_str()];
    line.extend(more);
    let arguments = Arguments::try_parse_from(line).unwrap();
    let build = local::registry::build().expect("randomness");
    Running::start(arguments, build).await.unwrap_or_else(|why| panic!("{why}"))
}

/// From the closed door to the posted parcel.
async fn walk(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.look("door").await;
    phone.onward().await;
    through_the_rooms(phone, shop).await;
    to_the_paying_page(phone).await;
    let order = pay(phone).await;
    phone.until_the_order_is(&order, "packed").await;
    phone.look("window-packed").await;
    owner_looks(phone, shop, &order).await;

    owner_ships(shop, &order).await;
    phone.until_the_order_is(&order, "shipped").await;
    phone.look("window-shipped").await;

    phone.open(&format!("{}/mailbox", shop.url())).await;
    for notice in ["paid", "chosen", "packed", "shipped"] {
        phone.wait_for(&format!("body[data-step=mailbox] [data-notice={notice}]")).await;
    }
    phone.look("mailbox").await;

    for (step, path) in [
        ("receipt", format!("receipt/{order}")),
        ("cancel", format!("cancel/{order}")),
        ("bookmark", "bookmark".to_owned()),
        ("shelf", "shelf".to_owned()),
        ("notice", "notice".to_owned()),
    ] {
        phone.open(&format!("{}/{path}", shop.url())).await;
        phone.arrives(step).await;
        phone.look(step).await;
    }
}

/// What is still empty; a room too early; too many guesses; forms with nothing in them.
async fn refused(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.onward().await;
    phone.arrives("knock").await;
    for empty in ["mailbox", "window"] {
        phone.open(&format!("{}/{empty}", shop.url())).await;
        phone.arrives(empty).await;
        phone.look(&format!("{empty}-empty")).await;
    }
    phone.open(&format!("{}/guestbook", shop.url())).await;
    turned_down(phone, "guestbook", 409).await;
    phone.onward().await;
    phone.arrives("knock").await;
    for heard in ["..", "--", "..."] {
        say(phone, heard).await;
        phone.arrives("knock").await;
    }
    say(phone, "---").await;
    turned_down(phone, "knock", 429).await;

    through_the_plain_doors(phone).await;
    phone.onward().await;
    turned_down(phone, "guestbook", 422).await;
    sign(phone).await;
    phone.arrives("letter").await;
    phone.onward().await;
    turned_down(phone, "letter", 422).await;
    phone.write("[name=letter]", "비가 옵니다.").await;
    phone.onward().await;
    phone.arrives("counter").await;
    phone.onward().await;
    turned_down(phone, "counter", 422).await;
}

/// Looks at a page that says no. The console says so, too, and nothing else.
async fn turned_down(phone: &Browser, step: &str, status: u16) {
    phone.wait_for(&format!("body[data-step={step}] [role=alert]")).await;
    let told = phone.console().await;
    assert!(
        !told.is_empty() && told.iter().all(|line| line.contains(&status.to_string())),
        "{told:#?}"
    );
    phone.look(&format!("{step}-{status}")).await;
}

async fn sign(phone: &Browser) {
    phone.write("[name=pen_name]", "물억새").await;
    for consent in ["grown", "terms", "privacy"] {
        phone.click(&format!("[name={consent}]")).await;
    }
    phone.onward().await;
}

/// The pages behind the links of the owner's desk: the desk as a board, and the slip of a packed
/// parcel. Then back to the window.
async fn owner_looks(phone: &Browser, shop: &Running, order: &str) {
    let desk = shop.system.invoke("owner-desk", json!({})).await.unwrap();
    for (step, link) in [("board", &desk["page"]), ("slip", &desk["shows"][0]["page"])] {
        phone
            .open(link.as_str().unwrap_or_else(|| panic!("no page of the {step} in {desk:#}")))
            .await;
        phone.arrives(step).await;
        phone.look(step).await;
    }
    phone.open(&format!("{}/window/{order}", shop.url())).await;
}

/// Every room that has a door, in the order of the walk.
fn rooms_with_doors() -> Vec<&'static str> {
    let rooms = RoomSet::built_in().unwrap().rooms().iter();
    rooms.filter(|room| room.has_door()).map(|room| room.id.as_str()).collect()
}

/// By the first door of each room: what is to be solved is solved, waited for or pulled.
async fn through_the_rooms(phone: &Browser, shop: &Running) {
    let mut rooms = Vec::new();
    loop {
        let page = phone.arrives_anywhere().await;
        if !page.has_door("plain") {
            break;
        }
        rooms.push(page.step().to_owned());
        through_a_room(phone, shop, &page).await;
    }
    assert_eq!(rooms, rooms_with_doors());
}

/// From the closed door to the guestbook, by the plain door of each room.
async fn by_plain_doors(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.onward().await;
    phone.arrives("knock").await;
    let rooms = through_the_plain_doors(phone).await;
    assert_eq!(rooms, rooms_with_doors());
    phone.arrives("guestbook").await;
}

/// By the plain doors from here to the guestbook. Gives the rooms.
async fn through_the_plain_doors(phone: &Browser) -> Vec<String> {
    let mut rooms = Vec::new();
    loop {
        let page = phone.arrives_anywhere().await;
        if !page.has_door("plain") {
            return rooms;
        }
        rooms.push(page.step().to_owned());
        phone.follow("form[data-door=plain] button").await;
    }
}

async fn to_the_paying_page(phone: &Browser) {
    phone.arrives("guestbook").await;
    phone.look("guestbook").await;
    sign(phone).await;

    phone.arrives("letter").await;
    phone.look("letter").await;
    phone.write("[name=letter]", "요즘은 해가 일찍 집니다. 창가에 오래 앉아 있습니다.").await;
    phone.onward().await;

    phone.arrives("counter").await;
    phone.look("counter").await;
    phone.click("[name=range][value=middle]").await;
    for (field, text) in [
        ("recipient", "김읽는이"),
        ("phone", "010-1234-5678"),
        ("postcode", "03134"),
        ("street", "서울시 종로구 창의문로 119"),
        ("detail", "2층"),
    ] {
        phone.write(&format!("[name={field}]"), text).await;
    }
    phone.click("[name=agreed]").await;
    phone.look("counter-filled").await;
    phone.onward().await;
}

/// The knock is knocked, a riddle is solved, the poem is waited for, the bell is pulled, the halves
/// are joined. What the open door says shows by which of the two it was opened.
async fn through_a_room(phone: &Browser, shop: &Running, page: &Page) {
    let (room, language) = (page.step(), phone.reader.language);
    phone.look(room).await;
    let says = match room {
        wait::ROOM => {
            wait_out(phone, shop, page).await;
            let room = RoomSet::built_in().unwrap().room(room).unwrap();
            room.by_itself.in_language(language).to_owned()
        }
        // What it answers is the next room.
        Bell::ROOM => {
            phone.follow("form[data-door=bell] button:not([type=button])").await;
            return;
        }
        whisper::ROOM => join_the_halves(phone).await,
        _ => {
            let riddle = riddle(page, language).unwrap_or_else(|| panic!("no riddle in {page:?}"));
            match &riddle.solution {
                Solution::Rhythm(pattern) if phone.reader.script => knock(phone, pattern).await,
                Solution::Rhythm(pattern) => say(phone, &pattern.written()).await,
                Solution::Word(answers) => say(phone, answers[0].written()).await,
            }
            riddle.solved.in_language(language).to_owned()
        }
    };
    phone.wait_for(&format!("body[data-step={room}] a[data-onward]")).await;
    let open = phone.arrives(room).await;
    assert!(open.says(&says), "no `{says}` in {open:?}");
    phone.look(&format!("{room}-open")).await;
    phone.onward().await;
}

/// Lets the poem be read, by the clock of the house, and asks the door as its page says.
async fn wait_out(phone: &Browser, shop: &Running, page: &Page) {
    let turning =
        page.first("#turning[data-seconds]").unwrap_or_else(|| panic!("no wait in {page:?}"));
    let seconds: i64 = turning.attr("data-seconds").unwrap().parse().unwrap();
    assert!((1..=i64::from(wait::LONGEST_SECONDS)).contains(&seconds), "{seconds}");
    shop.system.clock().advance(SignedDuration::from_secs(seconds));
    phone.follow("form[data-door=wait] button").await;
}

/// Fetches one half of the verse from the mailbox, and puts it to the other. Gives that half.
async fn join_the_halves(phone: &Browser) -> String {
    phone.follow("main a[href='/mailbox']").await;
    let mailbox = phone.arrives("mailbox").await;
    phone.look("mailbox-whisper").await;
    let letter: String =
        mailbox.all("[data-notice=whisper] p").iter().flat_map(scraper::ElementRef::text).collect();
    let half =
        letter.lines().find(|line| line.starts_with('…')).unwrap_or_else(|| panic!("{mailbox:?}"));
    let half = half.trim_start_matches(['…', ' ']);
    phone.follow("[data-notice=whisper] a[href='/whisper']").await;
    phone.arrives(whisper::ROOM).await;
    say(phone, half).await;
    half.to_owned()
}

/// Says something at the riddle door.
async fn say(phone: &Browser, answer: &str) {
    phone.write("#answer", answer).await;
    phone.follow("form[data-door=riddle] button:not([type=button])").await;
}

/// The riddle on a page: the one whose question and label stand there.
fn riddle(page: &Page, language: Language) -> Option<&'static Riddle> {
    let stands = |text: &domain::base::text::Text| page.says(text.in_language(language));
    let room = RoomSet::built_in().unwrap().room(page.step())?;
    room.riddles.iter().find(|riddle| stands(&riddle.ask) && stands(&riddle.label))
}

/// Knocks with a finger if there is one, thinks better of it, and knocks with the space bar. A hand
/// that slips may try again.
async fn knock(phone: &Browser, pattern: &Pattern) {
    let knocks = pattern.gaps().len() + 1;
    if phone.reader.hand == Hand::Finger {
        phone.act(&json!({ "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
            "actions": rhythm(pattern, phone.move_to("#tap").await, "pointerDown", "pointerUp", &json!({ "button": 0 })) })).await;
        assert_eq!(phone.text_of("#heard").await, knocks.to_string(), "knocks heard from a finger");
        // Leaves the focus where the knocking goes on.
        phone.click("#again").await;
    } else {
        phone.tab_to("#tap").await;
    }
    for _ in 0..3 {
        assert_eq!(phone.text_of("#heard").await, "0");
        let actions = rhythm(pattern, Vec::new(), "keyDown", "keyUp", &json!({ "value": " " }));
        phone.act(&json!({ "type": "key", "id": "keys", "actions": actions })).await;
        assert_eq!(
            phone.text_of("#heard").await,
            knocks.to_string(),
            "knocks heard from the space bar"
        );
        phone.look("knock-knocked").await;
        phone.follow("form[data-door=riddle] button:not([type=button])").await;
        phone.wait_for("body[data-step=knock] :is(a[data-onward], [role=alert])").await;
        if !phone.page().await.has_door("riddle") {
            return;
        }
        phone.click("#again").await;
    }
    panic!("three times the right rhythm did not open the door: {:?}", phone.page().await);
}

/// A rhythm as actions of the driver.
fn rhythm(
    pattern: &Pattern,
    mut actions: Vec<Json>,
    down: &str,
    up: &str,
    with: &Json,
) -> Vec<Json> {
    let one = |kind: &str| {
        let mut action = with.clone();
        action["type"] = kind.into();
        action
    };
    actions.extend([one(down), one(up)]);
    for gap in pattern.gaps() {
        let pause = if *gap == Gap::Long { 3 * SHORT_MS } else { SHORT_MS };
        actions.extend([json!({ "type": "pause", "duration": pause }), one(down), one(up)]);
    }
    actions
}

/// From the paying page to the provider's and back to the window. Who is restless turns back once,
/// is refused once, goes away and comes back before they pay. Gives the order.
async fn pay(phone: &Browser) -> String {
    let page = phone.arrives("pay").await;
    phone.look("pay").await;
    if phone.reader.restless {
        for choice in ["cancel", "refuse"] {
            to_the_provider(phone).await;
            phone.follow(&format!("[data-pay={choice}]")).await;
            phone.arrives("pay").await;
            phone.look(&format!("pay-{choice}")).await;
            phone.onward().await;
            phone.arrives("pay").await;
        }
        to_the_provider(phone).await;
        phone.open(page.url.join("/window").unwrap().as_str()).await;
        phone.arrives("window").await;
        phone.look("window-not-paid").await;
        phone.onward().await;
        phone.arrives("pay").await;
    }
    to_the_provider(phone).await;
    phone.look("toss").await;
    phone.follow("[data-pay=approve]").await;
    if !phone.reader.script {
        // With script the page in between sends its form by itself.
        phone.arrives("pay").await;
        phone.look("pay-back").await;
        phone.onward().await;
    }
    phone.arrives("window").await;
    phone.look("window").await;
    page.order().0
}

/// From the paying page to the provider's: by its script, or by the plain form where there is one.
async fn to_the_provider(phone: &Browser) {
    if phone.reader.script {
        assert_eq!(
            phone.run("return typeof TossPayments").await,
            "function",
            "the provider's script runs"
        );
        phone.follow("#paying button").await;
    } else {
        phone.onward().await;
    }
    phone.arrives("toss").await;
}

/// One visit in two tabs: what one tab did, the other finds done; two payments begun are one
/// payment made.
async fn in_two_tabs(tabs: &Browser, shop: &Running) {
    tabs.open(&shop.url()).await;
    tabs.arrives("door").await;
    tabs.onward().await;
    tabs.arrives("knock").await;
    tabs.follow("form[data-door=plain] button").await;
    let page = tabs.arrives("study").await;
    let Some(Solution::Word(answers)) = riddle(&page, Language::Ko).map(|riddle| &riddle.solution)
    else {
        panic!("no riddle in {page:?}");
    };
    let one = tabs.another_tab(&format!("{}/study", shop.url())).await;
    tabs.arrives("study").await;
    say(tabs, answers[0].written()).await;
    tabs.wait_for("body[data-step=study] a[data-onward]").await;
    let other = tabs.to_tab(&one).await;
    say(tabs, "코끼리").await;
    tabs.wait_for("body[data-step=study] a[data-onward]").await;
    tabs.look("study-open-in-the-other-tab").await;
    tabs.onward().await;
    through_the_plain_doors(tabs).await;
    to_the_paying_page(tabs).await;

    let order = tabs.arrives("pay").await.order().0;
    to_the_provider(tabs).await;
    let one = tabs.to_tab(&other).await;
    tabs.open(&format!("{}/pay/{order}", shop.url())).await;
    tabs.arrives("pay").await;
    to_the_provider(tabs).await;
    for tab in [&one, &other] {
        tabs.to_tab(tab).await;
        tabs.follow("[data-pay=approve]").await;
        assert_eq!(tabs.arrives("window").await.order().0, order);
    }
    tabs.until_the_order_is(&order, "packed").await;
    let ledger = shop.standin().expect("a stand-in takes the payments").ledger();
    assert_eq!(ledger.order(&order).charges, 1, "{ledger:?}");
}

async fn owner_ships(shop: &Running, order: &str) {
    let mut call =
        json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "123456789012" }] });
    let preview = shop.system.invoke("owner-ship", call.clone()).await.unwrap();
    call["confirm"] = preview["call"]["confirm"].clone();
    let done = shop.system.invoke("owner-ship", call).await.unwrap();
    assert!(done["did"].as_array().is_some_and(|did| did.len() == 1), "{done:#}");
}

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
