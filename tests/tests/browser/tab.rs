//! A tab of headless Chromium, by the WebDriver protocol of its driver: a dozen JSON calls, and no
//! client library.

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use base64::Engine as _;
use bytes::Bytes;
use domain::base::text::Language;
use http::Method;
use serde_json::{Value as Json, json};
use walk::{Onward, OverHttp, Page, Response, Transport as _};

use crate::root;

/// How long a page, or a stage of the pipeline, may take.
const COMES_WITHIN: Duration = Duration::from_secs(30);
/// How long to let things happen between two looks.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// How many presses of the tabulator reach everything on a page.
const MOST_TABS: usize = 150;
/// Where `cargo xtask test browser` puts axe-core.
const AXE: &str = ".tools/axe/axe_playwright_python/axe.min.js";
/// WCAG 2.2 up to AA, and axe's own good advice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

/// See [`Browser::document`].
const DOCUMENT: &str = "return performance.timeOrigin";

/// Keys that write nothing, as WebDriver names them.
const TAB: &str = "\u{E004}";
const ENTER: &str = "\u{E007}";
const DOWN: &str = "\u{E015}";
const SPACE: &str = " ";

/// Who sits before the browser, and how.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader {
    /// Where the pictures go, below `artefacts/browser`.
    pub(crate) name: &'static str,
    pub(crate) language: Language,
    /// Whether the browser runs scripts.
    pub(crate) script: bool,
    pub(crate) hand: Hand,
    /// Goes back, forward, and reloads, wherever they come.
    pub(crate) restless: bool,
}

/// What a reader moves the house with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Hand {
    /// A finger or a mouse.
    Finger,
    /// Nothing but the keyboard.
    Keys,
}

/// A tab of Chromium, by its driver.
#[derive(Clone)]
pub(crate) struct Browser {
    pub(crate) reader: Reader,
    wire: OverHttp,
    session: String,
    pictures: PathBuf,
    held: Arc<Mutex<Held>>,
}

/// What has to live as long as the tab.
struct Held {
    driver: Child,
    taken: usize,
    profile: tempfile::TempDir,
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A picture's width, height, points for each of its units, and whether it is a phone's.
const PHONE: (u32, u32, u32, bool) = (390, 844, 2, true);
const DESK: (u32, u32, u32, bool) = (1280, 900, 1, false);

impl Browser {
    pub(crate) async fn start(reader: Reader) -> Self {
        let pictures = root().join("artefacts/browser").join(reader.name);
        let _ = fs::remove_dir_all(&pictures);
        fs::create_dir_all(&pictures).unwrap();
        let profile = tempfile::tempdir().unwrap();
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdout(Stdio::piped())
            .spawn()
            .expect("chromedriver starts");
        let output = driver.stdout.take().unwrap();
        let (tell, port) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let mut tell = Some(tell);
            // `ChromeDriver was started successfully on port 43211.` Whatever else it says is read,
            // and is nobody's.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let port = line
                    .rsplit_once("successfully on port ")
                    .map(|(_, port)| port.trim_end_matches('.').parse::<u16>());
                if let (Some(Ok(port)), Some(tell)) =
                    (port, tell.take_if(|_| line.contains("successfully")))
                {
                    let _ = tell.send(port);
                }
            }
        });
        let port = port.await.expect("chromedriver names its port");
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

    async fn begin(&mut self, profile: &Path) {
        let mut arguments: Vec<String> = [
            "--headless=new",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        // Chromium's sandbox does not work for root.
        if fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0) {
            arguments.push("--no-sandbox".to_owned());
        }
        // 1 is "allow", 2 is "block".
        let script = if self.reader.script { 1 } else { 2 };
        let preferences = json!({ "intl": { "accept_languages": self.reader.language.tag() },
            "profile": { "managed_default_content_settings": { "javascript": script } } });
        let mut options = json!({ "args": arguments, "prefs": preferences });
        if let Some(binary) =
            ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)
        {
            options["binary"] = binary.display().to_string().into();
        }
        let wanted =
            json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let made = self
            .ask(Method::POST, "/session", &json!({ "capabilities": { "alwaysMatch": wanted } }))
            .await;
        let session = made.unwrap_or_else(|why| panic!("Chromium does not start: {why}"));
        session["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        self.size(PHONE).await;
    }

    pub(crate) async fn quit(self) {
        let _ = self.ask(Method::DELETE, &format!("/session/{}", self.session), &Json::Null).await;
    }

    // ---- the wire

    /// One call of the driver: its value, or its complaint.
    async fn ask(&self, method: Method, path: &str, body: &Json) -> Result<Json, String> {
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

    /// A command of Chromium's own protocol.
    pub(crate) async fn chromium(&self, command: &str, parameters: Json) -> Json {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    // ---- what a person does

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

    /// Clicks on what leads to another page, and waits until the browser has left this one: a look
    /// right after the click may still see it.
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

    /// Goes to an element by the tabulator, among radio buttons by the arrow, and sees that the
    /// focus can be seen there.
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
                    assert_eq!(
                        self.run(seen).await,
                        true,
                        "nobody sees that `{css}` has the focus"
                    );
                    return;
                }
                Some("beside") => self.press(DOWN).await,
                _ => self.press(TAB).await,
            }
        }
        panic!("the tabulator does not reach `{css}`: {:?}", self.page().await);
    }

    /// Opens another tab, and is in it. Gives the tab that was left.
    pub(crate) async fn another_tab(&self, address: &str) -> String {
        let left = self.get("window").await;
        let made = self.post("window/new", json!({ "type": "tab" })).await;
        self.to_tab(made["handle"].as_str().unwrap()).await;
        self.size(PHONE).await;
        self.open(address).await;
        left
    }

    /// Turns to another tab. Gives the one that was left.
    pub(crate) async fn to_tab(&self, tab: &str) -> String {
        let left = self.get("window").await;
        self.post("window", json!({ "handle": tab })).await;
        left
    }

    /// Goes on by what is marked as leading onward.
    pub(crate) async fn onward(&self) {
        match self.page().await.onward() {
            Onward::Link(_) => self.follow("a[data-onward]").await,
            Onward::Form(_) => self.follow("form[data-onward] button").await,
        }
    }

    /// Moves a pointer over an element, as the first of a row of actions.
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

    // ---- what a person sees

    /// Waits for an element and gives its reference.
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
                Err(why) => panic!("no `{css}` came: {why}; here is {:?}", self.page().await),
            }
        }
    }

    /// Waits for a step, sees that nothing complained on the way, and gives its page.
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

    /// Turns a page of the history, or the same page once more, and waits until another document is
    /// there. The driver alone may answer sooner, and a step forward taken while the step back is
    /// still under way leads nowhere.
    async fn turns(&self, move_to: &str) {
        // A page that is come back to may send its form by itself once more; then nothing lies
        // ahead.
        if move_to == "forward" && !self.has_a_way_forward().await {
            return;
        }
        let left = self.document().await;
        self.post(move_to, json!({})).await;
        self.another_document(&left, move_to).await;
    }

    /// What tells a document from any other: the instant at which it began.
    async fn document(&self) -> Json {
        self.run(DOCUMENT).await
    }

    /// Waits until another document is there than the one that was left. One that was kept as it
    /// stood comes back with its own instant.
    async fn another_document(&self, left: &Json, by: &str) {
        let began = Instant::now();
        let look = json!({ "script": DOCUMENT, "args": [] });
        // Between two documents nothing can be run.
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

    /// The page as it stands in the browser now.
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

    /// What the console told since it was asked last: script errors, what the content security
    /// policy refused, addresses that did not answer well.
    pub(crate) async fn console(&self) -> Vec<String> {
        let told = self.post("se/log", json!({ "type": "browser" })).await;
        let lines = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        lines.map(|line| format!("{}: {}", line["source"], line["message"])).collect()
    }

    /// Opens the window again until the order has come so far.
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

    // ---- pictures

    async fn size(&self, (width, height, scale, mobile): (u32, u32, u32, bool)) {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": mobile });
        self.chromium("Emulation.setDeviceMetricsOverride", size).await;
    }

    /// Looks at the whole page at the width of a phone and of a desk, in light and in dark: a
    /// picture of each, and nothing on it that axe-core finds in the way of anybody. A phone
    /// scrolls one way only.
    pub(crate) async fn look(&self, name: &str) {
        let number = {
            let mut held = self.held.lock().unwrap();
            held.taken += 1;
            held.taken
        };
        for (width, size) in [("desk", DESK), ("phone", PHONE)] {
            self.size(size).await;
            for scheme in ["dark", "light"] {
                let features = json!([{ "name": "prefers-color-scheme", "value": scheme },
                    { "name": "prefers-reduced-motion", "value": "reduce" }]);
                self.chromium("Emulation.setEmulatedMedia", json!({ "features": features })).await;
                let layout = self.chromium("Page.getLayoutMetrics", json!({})).await;
                let content = &layout["cssContentSize"];
                let wide = content["width"].as_f64().unwrap();
                assert!(
                    wide <= f64::from(size.0),
                    "{name} is {wide} wide on a {width} of {}",
                    size.0
                );
                let clip = json!({ "x": 0, "y": 0, "width": wide, "height": content["height"], "scale": 1 });
                let picture =
                    json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
                let taken = self.chromium("Page.captureScreenshot", picture).await;
                let png = base64::engine::general_purpose::STANDARD
                    .decode(taken["data"].as_str().unwrap())
                    .unwrap();
                fs::write(
                    self.pictures.join(format!("{number:02}-{name}-{width}-{scheme}.png")),
                    png,
                )
                .unwrap();
                self.nothing_is_in_the_way(&format!("{name}, {width}, {scheme}")).await;
            }
        }
    }

    /// axe-core, all its rules of [`RULES`].
    async fn nothing_is_in_the_way(&self, of: &str) {
        if !self.reader.script {
            return;
        }
        if self.run("return typeof axe").await == "undefined" {
            let axe = fs::read_to_string(root().join(AXE))
                .expect("cargo xtask test browser brings axe-core");
            self.run(&axe).await;
        }
        let found = self
            .run(&format!(
                "return axe.run(document, {{ runOnly: {} }}).then(({{ violations, passes }}) => [passes.length, violations.map(
                ({{ id, nodes }}) => `${{id}}: ${{nodes.map(node => `${{node.html}} ${{node.failureSummary}}`).join('; ')}}`)])",
                json!(RULES)
            ))
            .await;
        assert!(
            found[0].as_u64().is_some_and(|rules| rules > 10),
            "axe-core looked at nothing: {found}"
        );
        assert_eq!(found[1], json!([]), "axe-core on {of}: {found:#}");
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
