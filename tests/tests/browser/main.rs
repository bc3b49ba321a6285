//! Walks in headless Chromium at the width of a phone, against the whole system in this process. It
//! checks each page on the way ([`tab::Browser::look`]): axe-core runs on it, and pictures, narrow
//! and wide, light and dark, go to `artefacts/browser/`.
//!
//! Ignored by default: `cargo xtask test browser` prepares Chromium, its driver and axe-core.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that finds something else fails"
)]

mod drafts;
mod driver;
mod font;
mod look;
mod office;
mod postcode;
mod push;
mod steps;
mod tab;

use std::{
    future::Future,
    path::{Path, PathBuf},
};

use clap::Parser as _;
use domain::base::text::Language;
use local::run::{Arguments, Running};
use steps::{
    by_plain_doors, in_two_tabs, owner_ships, pay, say, through_the_plain_doors, through_the_rooms,
    to_the_paying_page,
};
use tab::{Browser, Hand, Reader};

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
    // As with the real Toss, only its script opens the payment page.
    let shop = open_shop(&["--parameter=TossPlainWindowUrl="]).await;
    with(reader, async move |phone| {
        walk(&phone, &shop).await;
        phone.open(&format!("{}/attic", shop.url())).await;
        // The console reports the 404, too.
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
        // A page to go back to from the door.
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

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn what_a_reader_types_is_kept_without_a_button() {
    let reader = Reader {
        name: "drafts",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| drafts::kept_while_they_are_typed(&phone, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn a_reader_finds_the_address_by_a_search() {
    let reader = Reader {
        name: "postcode",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| postcode::found_by_a_search(&phone, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn the_shops_font_comes_without_moving_anything() {
    let reader = Reader {
        name: "font",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| font::comes_without_a_shift(&phone, &shop).await).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium, its driver and axe-core: cargo xtask test browser"]
async fn the_owner_works_through_a_morning_on_a_phone() {
    let reader = Reader {
        name: "office",
        language: Language::Ko,
        script: true,
        hand: Hand::Finger,
        restless: false,
    };
    let shop = open_shop(&[]).await;
    with(reader, async move |phone| office::morning(&phone, &shop).await).await;
}

/// Runs a test with a browser, and closes the browser even if the test panics.
async fn with<W, F>(reader: Reader, happens: W)
where
    W: FnOnce(Browser) -> F + 'static,
    F: Future<Output = ()> + 'static,
{
    let browser = Browser::start(reader).await;
    // In its own task, so that a panic ends there; in a local one, because a parsed page is not
    // `Send`.
    let lent = browser.clone();
    let task = async move { tokio::task::spawn_local(happens(lent)).await };
    let walked = tokio::task::LocalSet::new().run_until(task).await;
    browser.quit().await;
    if let Err(fell) = walked {
        std::panic::resume_unwind(fell.into_panic());
    }
}

/// Starts the whole system as `cargo xtask run --memory` does.
async fn open_shop(more: &[&str]) -> Running {
    let template = root().join("template.yaml").display().to_string();
    let mut line = vec!["local", "--memory", "--port=0", "--template", template.as_str()];
    line.extend(more);
    let arguments = Arguments::try_parse_from(line).unwrap();
    let build = local::registry::build().expect("random bytes");
    Running::start(arguments, build).await.unwrap_or_else(|why| panic!("{why}"))
}

/// From the door to the posted parcel.
async fn walk(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.look("door").await;
    phone.onward().await;
    through_the_rooms(phone, shop).await;
    to_the_paying_page(phone).await;
    let order = pay(phone).await;
    phone.until_the_order_is(&order, "chosen").await;
    phone.look("window-chosen").await;
    owner_ships(shop, &order).await;
    phone.until_the_order_is(&order, "shipped").await;
    phone.look("window-shipped").await;

    phone.open(&format!("{}/mailbox", shop.url())).await;
    for notice in ["paid", "chosen", "shipped"] {
        phone.wait_for(&format!("body[data-step=mailbox] [data-notice={notice}]")).await;
    }
    phone.look("mailbox").await;

    for (step, path) in [
        ("receipt", format!("receipt/{order}")),
        ("cancel", format!("cancel/{order}")),
        ("address", format!("address/{order}")),
        ("find", "find".to_owned()),
        ("contact", "contact".to_owned()),
        ("bookmark", "bookmark".to_owned()),
        ("shelf", "shelf".to_owned()),
        ("notice", "notice".to_owned()),
    ] {
        phone.open(&format!("{}/{path}", shop.url())).await;
        phone.arrives(step).await;
        phone.look(step).await;
    }
}

/// Empty pages, a room too early, too many guesses, empty forms.
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

/// Checks a refusal. The console reports its status and nothing else.
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

/// The repository.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}
