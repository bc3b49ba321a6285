//! The steps of a walk: rooms, payment, two tabs, the parcel.

use domain::{
    base::text::Language,
    riddle::{
        content::{Riddle, RoomSet, Solution},
        rhythm::{Gap, Pattern},
    },
    walk::{visit::Bell, wait, whisper},
};
use jiff::SignedDuration;
use local::run::Running;
use serde_json::{Value as Json, json};
use walk::Page;

use crate::{
    sign,
    tab::{Browser, Hand},
};

/// A short gap between two knocks, in milliseconds. A held one is three of them.
const SHORT_MS: u32 = 300;

/// Every room with a door, in the order of the walk.
pub(crate) fn rooms_with_doors() -> Vec<&'static str> {
    let rooms = RoomSet::built_in().unwrap().rooms().iter();
    rooms.filter(|room| room.has_door()).map(|room| room.id.as_str()).collect()
}

/// Through each room by its first door: solves, waits or pulls the bell.
pub(crate) async fn through_the_rooms(phone: &Browser, shop: &Running) {
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

/// From the door to the guestbook, by the plain door of each room.
pub(crate) async fn by_plain_doors(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.onward().await;
    phone.arrives("knock").await;
    let rooms = through_the_plain_doors(phone).await;
    assert_eq!(rooms, rooms_with_doors());
    phone.arrives("guestbook").await;
}

/// From here to the guestbook by the plain doors. Returns the rooms.
pub(crate) async fn through_the_plain_doors(phone: &Browser) -> Vec<String> {
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

pub(crate) async fn to_the_paying_page(phone: &Browser) {
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

/// Through one room by its first door. The text of the open door tells which door opened it.
pub(crate) async fn through_a_room(phone: &Browser, shop: &Running, page: &Page) {
    let (room, language) = (page.step(), phone.reader.language);
    phone.look(room).await;
    let says = match room {
        wait::ROOM => {
            wait_out(phone, shop, page).await;
            let room = RoomSet::built_in().unwrap().room(room).unwrap();
            room.by_itself.in_language(language).to_owned()
        }
        // The answer is the page of the next room.
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

/// Advances the shop's clock by the reading time, and asks the door again.
pub(crate) async fn wait_out(phone: &Browser, shop: &Running, page: &Page) {
    let turning =
        page.first("#turning[data-seconds]").unwrap_or_else(|| panic!("no wait in {page:?}"));
    let seconds: i64 = turning.attr("data-seconds").unwrap().parse().unwrap();
    assert!((1..=i64::from(wait::LONGEST_SECONDS)).contains(&seconds), "{seconds}");
    shop.system.clock().advance(SignedDuration::from_secs(seconds));
    phone.follow("form[data-door=wait] button").await;
}

/// Reads one half of the verse in the mailbox and joins it to the other. Returns that half.
pub(crate) async fn join_the_halves(phone: &Browser) -> String {
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

/// Submits an answer at the riddle door.
pub(crate) async fn say(phone: &Browser, answer: &str) {
    phone.write("#answer", answer).await;
    phone.follow("form[data-door=riddle] button:not([type=button])").await;
}

/// The riddle on a page, found by its question and label.
pub(crate) fn riddle(page: &Page, language: Language) -> Option<&'static Riddle> {
    let stands = |text: &domain::base::text::Text| page.says(text.in_language(language));
    let room = RoomSet::built_in().unwrap().room(page.step())?;
    room.riddles.iter().find(|riddle| stands(&riddle.ask) && stands(&riddle.label))
}

/// Knocks with the pointer if there is one, resets it, and knocks with the space bar. The timing of
/// actions is not exact, so it may try three times.
pub(crate) async fn knock(phone: &Browser, pattern: &Pattern) {
    let knocks = pattern.gaps().len() + 1;
    if phone.reader.hand == Hand::Finger {
        phone.act(&json!({ "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
            "actions": rhythm(pattern, phone.move_to("#tap").await, "pointerDown", "pointerUp", &json!({ "button": 0 })) })).await;
        assert_eq!(phone.text_of("#heard").await, knocks.to_string(), "knocks by pointer");
        // Keeps the focus for the space bar.
        phone.click("#again").await;
    } else {
        phone.tab_to("#tap").await;
    }
    for _ in 0..3 {
        // Before the first knock no count is shown.
        assert_eq!(phone.text_of("#heard").await, "");
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
    panic!("the right rhythm did not open the door in three attempts: {:?}", phone.page().await);
}

/// A rhythm as WebDriver actions.
pub(crate) fn rhythm(
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

/// Pays at the provider and returns to the window. A restless reader cancels once, is refused once,
/// leaves and returns before paying. Returns the order.
pub(crate) async fn pay(phone: &Browser) -> String {
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
        // With script the page in between submits its form.
        phone.arrives("pay").await;
        phone.look("pay-back").await;
        phone.onward().await;
    }
    phone.arrives("window").await;
    phone.look("window").await;
    page.order().0
}

/// Opens the provider's page by its script, or by the plain form if there is one.
pub(crate) async fn to_the_provider(phone: &Browser) {
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

/// One visit in two tabs: each tab sees what the other has done, and two started payments make one
/// charge.
pub(crate) async fn in_two_tabs(tabs: &Browser, shop: &Running) {
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
    tabs.until_the_order_is(&order, "chosen").await;
    let ledger = shop.standin().expect("the payment stand-in runs").ledger();
    assert_eq!(ledger.order(&order).charges, 1, "{ledger:?}");
}

pub(crate) async fn owner_ships(shop: &Running, order: &str) {
    let mut call =
        json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "123456789012" }] });
    let preview = shop.system.invoke("owner-ship", call.clone()).await.unwrap();
    call["confirm"] = walk::ready(&preview)["confirm"].clone();
    let done = shop.system.invoke("owner-ship", call).await.unwrap();
    assert!(done["did"].as_array().is_some_and(|did| did.len() == 1), "{done:#}");
}
