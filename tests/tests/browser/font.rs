//! The shop's own font: a reader who comes back has it, nothing moves when it comes, and what a page
//! does not need is not loaded.

use std::time::Instant;

use local::run::Running;
use serde_json::{Value as Json, json};

use crate::tab::{Browser, COMES_WITHIN};

/// Adds up how far what is seen moves without the reader's doing.
const SHIFTS: &str = "window.shifts = 0;
    new PerformanceObserver(list => list.getEntries().forEach(entry => { window.shifts += entry.value }))
        .observe({ type: 'layout-shift', buffered: true })";
/// The faces of the shop's font with their states, once the page is drawn and all that it asked for
/// have come.
const FACES: &str =
    "return new Promise(drawn => requestAnimationFrame(() => requestAnimationFrame(drawn)))
    .then(() => document.fonts.ready)
    .then(() => [...document.fonts]
    .filter(face => face.family.includes('Gowun Batang'))
    .map(face => [face.unicodeRange === 'U+0-10FFFF' ? 'content' : 'more', face.status]))";
/// A syllable that no page writes and that names have.
const SELDOM: &str = "쌤";

pub(crate) async fn comes_without_a_shift(phone: &Browser, shop: &Running) {
    phone.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": SHIFTS })).await;
    phone.open(&format!("{}/", shop.url())).await;
    phone.arrives("door").await;
    let states = phone.run(FACES).await;
    let wanted = json!([
        ["more", "unloaded"],
        ["content", "loaded"],
        ["more", "unloaded"],
        ["content", "loaded"]
    ]);
    assert_eq!(states, wanted, "the faces of the first page");
    assert_eq!(phone.run("return window.shifts").await, json!(0), "the first page moves");

    for (path, step) in [("/", "door"), ("/notice", "notice")] {
        let began = Instant::now();
        // A browser that is busy may take the font from its cache too late for a page.
        loop {
            phone.open(&format!("{}{path}", shop.url())).await;
            phone.arrives(step).await;
            phone.run(FACES).await;
            assert_eq!(phone.run("return window.shifts").await, json!(0), "{path} moves");
            let fonts = fonts_of(phone, "h1").await;
            if fonts == ["Gowun Batang"] {
                break;
            }
            assert!(began.elapsed() < COMES_WITHIN, "{path} is shown in {fonts:?}");
        }
        assert_eq!(fonts_of(phone, ".sum td").await, ["Gowun Batang"], "the sums of {path}");
    }

    let name = format!("document.querySelector('h1').textContent = '{SELDOM}'; {FACES}");
    let states = phone.run(&name).await;
    let more = states.as_array().unwrap().iter().filter(|face| **face == json!(["more", "loaded"]));
    assert_eq!(more.count(), 1, "a seldom syllable in bold loads one more subset: {states}");
}

/// The fonts that the text of an element is shown in; the device’s own are named so.
async fn fonts_of(phone: &Browser, css: &str) -> Vec<String> {
    for domain in ["DOM.enable", "CSS.enable"] {
        phone.chromium(domain, json!({})).await;
    }
    let document = phone.chromium("DOM.getDocument", json!({ "depth": 0 })).await;
    let select = json!({ "nodeId": document["root"]["nodeId"], "selector": css });
    let node = phone.chromium("DOM.querySelector", select).await;
    let node = json!({ "nodeId": node["nodeId"] });
    let used = phone.chromium("CSS.getPlatformFontsForNode", node).await;
    let name = |font: &Json| {
        let own = if font["isCustomFont"] == true { "" } else { " of the device" };
        format!("{}{own}", font["familyName"].as_str().unwrap_or_default())
    };
    used["fonts"].as_array().unwrap().iter().map(name).collect()
}
