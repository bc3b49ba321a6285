//! A device registered at the bell, in a real browser: the page asks for permission when the button
//! is pressed, registers the worker, and sends the browser's subscription. Only the subscription is
//! a stand-in's, because no push service can be reached here. The stand-in decrypts the shop's
//! push, and the test delivers its text to the worker.

use std::time::{Duration, Instant};

use domain::walk::whisper::Verse;
use local::run::Running;
use serde_json::{Value as Json, json};

use crate::tab::Browser;

/// How long the push, and its notification in the browser, may take.
const COMES_WITHIN: Duration = Duration::from_mins(1);
const LOOKS_EVERY: Duration = Duration::from_millis(50);

/// The notifications that the worker shows: title, text, link.
const SHOWN: &str =
    "return navigator.serviceWorker.getRegistration('/bell/').then(worker => worker.getNotifications())
    .then(shown => shown.map(one => [one.title, one.body, one.data]))";

/// From the door to the bell, a whisper by push, and the device removed again.
pub(crate) async fn hung_rung_and_taken_off(phone: &Browser, shop: &Running) {
    let pushes = shop.pushes().expect("the push stand-in runs");
    let key = &shop.system.template().parameters["PushPublicKey"].value;
    let device = json!(pushes.device(key).expect("random bytes for a device"));
    let subscribe = format!(
        "PushManager.prototype.subscribe = async asked => {{
            if (!asked.userVisibleOnly || asked.applicationServerKey !== {key:?}) throw new Error('another key');
            if (Notification.permission !== 'granted') throw new Error('nobody was asked');
            return {{ toJSON: () => ({device}) }};
        }}"
    );
    phone.chromium("Page.addScriptToEvaluateOnNewDocument", json!({ "source": subscribe })).await;
    let granted = json!({ "permissions": ["notifications"], "origin": shop.url() });
    phone.chromium("Browser.grantPermissions", granted).await;
    to_the_bell(phone, shop).await;
    phone.look("bell-with-push").await;
    phone.click("#way-push").await;
    phone.follow("form[data-door=bell] button.push").await;
    let page = phone.arrives("whisper").await;
    let arrived = until("no push", async || pushes.pushes().pop()).await;
    let word: Json = serde_json::from_str(&arrived.text).unwrap();
    let whispered = |verse: &&Verse| word["body"] == verse.whispered.ko.as_str();
    let verse = domain::walk::whisper::verses().iter().find(whispered).unwrap();
    assert!(page.says(&verse.page.ko), "its other half is among the three: {page:?}");
    phone.chromium("ServiceWorker.enable", json!({})).await;
    // The first registration of a new profile.
    let delivered = json!({ "origin": shop.url(), "registrationId": "0", "data": arrived.text });
    // Headless Chromium loses some notifications. A second delivery replaces the first one, because
    // their tags are equal.
    let shown = until("nothing shown", async || {
        phone.chromium("ServiceWorker.deliverPushMessage", delivered.clone()).await;
        tokio::time::sleep(LOOKS_EVERY).await;
        let shown = phone.run(SHOWN).await;
        (shown != json!([])).then_some(shown)
    })
    .await;
    assert_eq!(shown, json!([["공간문학", verse.whispered.ko, "/whisper"]]));

    phone.write("#answer", shown[0][1].as_str().unwrap()).await;
    phone.follow("form[data-door=riddle] button.push").await;
    assert!(phone.arrives("whisper").await.says("두 반쪽이 제자리에서 만났소."));
    phone.open(&format!("{}/mailbox", shop.url())).await;
    let page = phone.arrives("mailbox").await;
    assert_eq!(page.all("#devices form").len(), 1, "{page:?}");
    phone.look("mailbox-with-a-device").await;
    phone.follow("#devices form button").await;
    let page = phone.arrives("mailbox").await;
    assert!(page.says("소식은 이 편지함에만 놓입니다."), "{page:?}");
}

/// Where notifications are blocked, the page says so and offers the mailbox alone.
pub(crate) async fn blocked(phone: &Browser, shop: &Running) {
    let denied = json!({ "permission": { "name": "notifications" }, "setting": "denied", "origin": shop.url() });
    phone.chromium("Browser.setPermission", denied).await;
    to_the_bell(phone, shop).await;
    phone.wait_for("[data-when=denied]:not([hidden])").await;
    let page = phone.arrives("bell").await;
    assert!(
        page.first("#by-push").is_some_and(|choice| choice.attr("hidden").is_some()),
        "{page:?}"
    );
    phone.look("bell-blocked").await;
    phone.follow("form[data-door=bell] button.push").await;
    phone.arrives("whisper").await;
    assert_eq!(shop.pushes().map(push_standin::Standin::asked), Some(0));
}

async fn to_the_bell(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.onward().await;
    for room in ["knock", "study", "wait"] {
        phone.arrives(room).await;
        phone.follow("form[data-door=plain] button").await;
    }
    phone.arrives("bell").await;
}

/// Polls until there is a value.
async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(seen) = look().await {
            return seen;
        }
        assert!(began.elapsed() < COMES_WITHIN, "{what}");
        tokio::time::sleep(LOOKS_EVERY).await;
    }
}
