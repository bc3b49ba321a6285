//! A tab of headless Chromium, by the WebDriver protocol: a dozen JSON calls without a client
//! library.

use std::{
    fs,
    path::PathBuf,
    process::Child,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use bytes::Bytes;
use domain::base::text::Language;
use http::Method;
use serde_json::{Value as Json, json};
use walk::{Onward, OverHttp, Page, Response, Transport as _};

use crate::{driver::driver, look::PHONE, root};

/// How long a page, or a stage of the pipeline, may take.
pub(crate) const COMES_WITHIN: Duration = Duration::from_mins(1);
/// The interval of polling.
pub(crate) const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How many presses of the tabulator key reach everything on a page.
const MOST_TABS: usize = 150;
/// See [`Browser::document`].
const DOCUMENT: &str = "return performance.timeOrigin";

/// Keys without a character, in WebDriver's encoding.
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";
const SPACE: &str = " ";

/// The reader at the browser.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// The folder of the pictures in `artefacts/browser`.
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    /// Whether the browser runs scripts.
    pub(crate) script: bool,
    pub(crate) hand: Hand,
    /// Goes back and forward and reloads on every page.
    pub(crate) restless: bool,
}

/// The reader's input device.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    /// A pointer.
    Finger,
    /// The keyboard only.
    Keys,
}

/// A tab of Chromium, by its driver.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) reader: Reader,
    wire: OverHttp,
    pub(crate) session: String,
    pub(crate) pictures: PathBuf,
    pub(crate) held: Arc<Mutex<Held>>,
}

/// Resources of the tab.
pub(crate) struct Held {
    driver: Child,
    /// How many pages were looked at.
    pub(crate) taken: usize,
    profile: tempfile::TempDir,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

impl Browser {
    pub(crate) async fn start(reader: Reader) -> Self {
        let pictures = root().join("artefacts/browser").join(reader.name);
        let _ = fs::remove_dir_all(&pictures);
        fs::create_dir_all(&pictures).unwrap();
        let profile = tempfile::tempdir().unwrap();
        let (driver, port) = driver().await;
        let held = Held { driver, taken: 0, profile };
        let profile = held.profile.path().to_owned();
        let mut browser = Self {
            reader,
            wire: OverHttp::new(&format!("http://127.0.0.1:{port}"), None),
            session: String::new(),
            pictures,
            held: Arc::new(Mutex::new(held)),
        };
        browser.begin(&profile).await;
        browser
    }

    pub(crate) async fn quit(self) {
        let _ = self.ask(Method::DELETE, &format!("/session/{}", self.session), &Json::Null).await;
    }

    // ---- calls

    /// One call of the driver: its value, or its error message.
    pub(crate) async fn ask(
        &self,
        method: Method,
        path: &str,
        body: &Json,
    ) -> Result<Json, String> {
        let body = if body.is_null() { Bytes::new() } else { body.to_string().into() };
        let ask = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", "application/json; charset=utf-8");
        let answer = self.wire.send(ask.body(body).unwrap()).await;
        let said: Json = serde_json::from_slice(answer.body()).unwrap_or_default();
        if answer.status().is_success() {
            Ok(said["value"].clone())
        } else {
            Err(said["value"]["message"]
                .as_str()
                .unwrap_or("no reason given")
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned())
        }
    }

    async fn try_post(&self, path: &str, body: &Json) -> Result<Json, String> {
        self.ask(Method::POST, &format!("/session/{}/{path}", self.session), body).await
    }

    async fn post(&self, path: &str, body: Json) -> Json {
        self.try_post(path, &body).await.unwrap_or_else(|why| panic!("{path} {body}: {why}"))
    }

    async fn get(&self, path: &str) -> String {
        let got =
            self.ask(Method::GET, &format!("/session/{}/{path}", self.session), &Json::Null).await;
        got.unwrap_or_else(|why| panic!("{path}: {why}")).as_str().unwrap_or_default().to_owned()
    }

    /// A command of the Chrome DevTools Protocol.
    pub(crate) async fn chromium(&self, command: &str, parameters: Json) -> Json {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    // ---- actions

    pub(crate) async fn open(&self, address: &str) {
        self.post("url", json!({ "url": address })).await;
    }

    pub(crate) async fn click(&self, css: &str) {
        if self.reader.hand == Hand::Keys {
            self.tab_to(css).await;
            let ticks = "return ['checkbox', 'radio'].includes(document.activeElement.type)";
            let ticks = self.run(ticks).await == true;
            return self.press(if ticks { SPACE } else { ENTER }).await;
        }
        let element = self.wait_for(css).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    /// Clicks a link or button that leads to another page, and waits until the browser has left
    /// this one: a query right after the click may still see it.
    pub(crate) async fn follow(&self, css: &str) {
        let left = self.document().await;
        self.click(css).await;
        self.another_document(&left, css).await;
    }

    pub(crate) async fn write(&self, css: &str, text: &str) {
        if self.reader.hand == Hand::Keys {
            self.tab_to(css).await;
        }
        let element = self.wait_for(css).await;
        self.post(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    async fn press(&self, key: &str) {
        let strokes =
            json!([{ "type": "keyDown", "value": key }, { "type": "keyUp", "value": key }]);
        self.post(
            "actions",
            json!({ "actions": [{ "type": "key", "id": "keys", "actions": strokes }] }),
        )
        .await;
    }

    /// Moves the focus to an element by the tabulator key, among radio buttons by the arrow key,
    /// and checks that the focus is visible.
    pub(crate) async fn tab_to(&self, css: &str) {
        self.wait_for(css).await;
        let look = format!(
            "const at = document.activeElement, wanted = [...document.querySelectorAll({css:?})];
            if (wanted.includes(at)) return 'here';
            return at.type === 'radio' && wanted.some(one => one.name === at.name) ? 'beside' : 'elsewhere'"
        );
        for _ in 0..MOST_TABS {
            match self.run(&look).await.as_str() {
                Some("here") => {
                    let seen = "const style = getComputedStyle(document.activeElement);
                        return style.outlineStyle !== 'none' || style.boxShadow !== 'none'";
                    assert_eq!(self.run(seen).await, true, "the focus of `{css}` is not visible");
                    return;
                }
                Some("beside") => self.press(DOWN).await,
                _ => self.press(TAB).await,
            }
        }
        panic!("the tabulator key does not reach `{css}`: {:?}", self.page().await);
    }

    /// Opens another tab and switches to it. Returns the previous tab.
    pub(crate) async fn another_tab(&self, address: &str) -> String {
        let left = self.get("window").await;
        let made = self.post("window/new", json!({ "type": "tab" })).await;
        self.to_tab(made["handle"].as_str().unwrap()).await;
        self.size(PHONE).await;
        self.open(address).await;
        left
    }

    /// Switches to another tab. Returns the previous one.
    pub(crate) async fn to_tab(&self, tab: &str) -> String {
        let left = self.get("window").await;
        self.post("window", json!({ "handle": tab })).await;
        left
    }

    /// Follows the link or form that is marked `data-onward`.
    pub(crate) async fn onward(&self) {
        match self.page().await.onward() {
            Onward::Link(_) => self.follow("a[data-onward]").await,
            // What does not submit, such as the search for a postcode, leads nowhere.
            Onward::Form(_) => {
                self.follow("form[data-onward] button:not([type=button])").await;
            }
        }
    }

    /// Moves a pointer over an element: the first of a sequence of actions.
    pub(crate) async fn move_to(&self, css: &str) -> Vec<Json> {
        let element = self.wait_for(css).await;
        self.run(&format!("document.querySelector({css:?}).scrollIntoView({{block: 'center'}})"))
            .await;
        let origin = json!({ "element-6066-11e4-a52e-4f735466cecf": element });
        vec![json!({ "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 })]
    }

    pub(crate) async fn act(&self, device: &Json) {
        self.post("actions", json!({ "actions": [device] })).await;
    }

    // ---- queries

    /// Waits for an element and returns its reference.
    pub(crate) async fn wait_for(&self, css: &str) -> String {
        let began = Instant::now();
        loop {
            match self.try_post("element", &json!({ "using": "css selector", "value": css })).await
            {
                Ok(found) => {
                    return found
                        .as_object()
                        .unwrap()
                        .values()
                        .next()
                        .unwrap()
                        .as_str()
                        .unwrap()
                        .to_owned();
                }
                Err(_) if began.elapsed() < COMES_WITHIN => tokio::time::sleep(LOOKS_EVERY).await,
                Err(why) => panic!("no `{css}`: {why}; the page is {:?}", self.page().await),
            }
        }
    }

    /// Waits for a step, checks that the console is empty, and returns its page.
    pub(crate) async fn arrives(&self, step: &str) -> Page {
        self.wait_for(&format!("body[data-step={step}]")).await;
        let page = self.arrives_anywhere().await;
        assert_eq!(page.step(), step, "{page:?}");
        page
    }

    pub(crate) async fn arrives_anywhere(&self) -> Page {
        self.wait_for("body[data-step]").await;
        self.no_complaint().await;
        if self.reader.restless {
            let here = format!("body[data-step={}]", self.page().await.step());
            for (move_to, then) in
                [("back", "body[data-step]"), ("forward", &here), ("refresh", &here)]
            {
                self.turns(move_to).await;
                self.wait_for(then).await;
                self.no_complaint().await;
            }
        }
        self.page().await
    }

    /// Goes back, forward or reloads, and waits for another document. The driver may answer sooner,
    /// and a step forward during a step back has no effect.
    async fn turns(&self, move_to: &str) {
        // A page may submit its form again when the reader returns to it; then there is no way
        // forward.
        if move_to == "forward" && !self.has_a_way_forward().await {
            return;
        }
        let left = self.document().await;
        self.post(move_to, json!({})).await;
        self.another_document(&left, move_to).await;
    }

    /// Identifies a document by its start time.
    async fn document(&self) -> Json {
        self.run(DOCUMENT).await
    }

    /// Waits until the document is another one. A document from the back-forward cache has its own
    /// start time.
    async fn another_document(&self, left: &Json, by: &str) {
        let began = Instant::now();
        let look = json!({ "script": DOCUMENT, "args": [] });
        // No script runs between two documents.
        while self.try_post("execute/sync", &look).await.map_or(true, |here| here == *left) {
            assert!(
                began.elapsed() < COMES_WITHIN,
                "{by} leads nowhere from {:?}",
                self.page().await
            );
            tokio::time::sleep(LOOKS_EVERY).await;
        }
    }

    async fn has_a_way_forward(&self) -> bool {
        let history = self.chromium("Page.getNavigationHistory", json!({})).await;
        let pages = history["entries"].as_array().unwrap().len();
        history["currentIndex"].as_u64().is_some_and(|at| usize::try_from(at).unwrap() + 1 < pages)
    }

    async fn no_complaint(&self) {
        let told = self.console().await;
        assert!(told.is_empty(), "the console of {:?} has {told:#?}", self.page().await);
    }

    /// The current page.
    pub(crate) async fn page(&self) -> Page {
        let url = self.get("url").await.parse().unwrap();
        Page::read(url, Response::new(self.get("source").await.into()))
    }

    pub(crate) async fn text_of(&self, css: &str) -> String {
        let element = self.wait_for(css).await;
        self.get(&format!("element/{element}/text")).await
    }

    pub(crate) async fn run(&self, script: &str) -> Json {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// The console's errors and warnings since the last call: script errors, violations of the
    /// content security policy, failed requests.
    pub(crate) async fn console(&self) -> Vec<String> {
        let told = self.post("se/log", json!({ "type": "browser" })).await;
        let lines = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        lines.map(|line| format!("{}: {}", line["source"], line["message"])).collect()
    }

    /// Reloads the window until the order has this state.
    pub(crate) async fn until_the_order_is(&self, order: &str, state: &str) {
        let began = Instant::now();
        loop {
            self.post("refresh", json!({})).await;
            let page = self.arrives("window").await;
            let (seen, stands) = page.order();
            assert_eq!(seen, order);
            if stands == state {
                return;
            }
            assert!(began.elapsed() < COMES_WITHIN, "the order is not {state}: {page:?}");
            tokio::time::sleep(LOOKS_EVERY).await;
        }
    }
}
