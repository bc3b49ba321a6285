//! The walk in a real browser: headless Chromium at the width of a phone, script on, against the whole system in this
//! process. Pictures of every page, narrow and wide, light and dark, go to `artefacts/browser/`.
//!
//! Needs Chromium and its driver, which `cargo xtask test browser` installs or asks for, and is ignored without. The
//! driver's own protocol is a dozen JSON calls; they are here, and no client library is.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests: what is not as it should be is to fall"
)]

use std::{
    env, fs,
    io::{BufRead as _, BufReader},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use base64::Engine as _;
use bytes::Bytes;
use clap::Parser as _;
use house::{
    content::{House, Riddle, Solution},
    rhythm::{Gap, Pattern},
};
use http::Method;
use local::run::{Arguments, Running};
use serde_json::{Value as Json, json};
use walk::{Answer, Onward, OverHttp, Page, Transport as _};

/// How long a page, or a stage of the pipeline, may take.
const COMES_WITHIN: Duration = Duration::from_secs(30);
/// How long to let things happen between two looks.
const LOOKS_EVERY: Duration = Duration::from_millis(50);
/// A short gap between two knocks, in milliseconds. A held one is three of them.
const SHORT_MS: u32 = 300;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "needs Chromium and its driver: cargo xtask test browser"]
async fn a_reader_walks_with_a_phone_from_the_closed_door_to_the_posted_parcel() {
    let shop = open_shop().await;
    let browser = Browser::start().await;
    // In a task, so that the browser is closed whatever happens on the way; in a local one, because a parsed page stays on its thread.
    let phone = browser.clone();
    let task = async move { tokio::task::spawn_local(async move { walk(&phone, &shop).await }).await };
    let walked = tokio::task::LocalSet::new().run_until(task).await;
    browser.quit().await;
    if let Err(fell) = walked {
        std::panic::resume_unwind(fell.into_panic());
    }
}

/// The whole system, as `cargo xtask run --memory` starts it, but without a payment page for plain forms: as at the real
/// Toss, only its script leads there.
async fn open_shop() -> Running {
    let template = root().join("template.yaml").display().to_string();
    let line =
        ["local", "--memory", "--port=0", "--template", template.as_str(), "--parameter=TossPlainWindowUrl="];
    let arguments = Arguments::try_parse_from(line).unwrap();
    let build = local::registry::build().expect("randomness");
    Running::start(arguments, build).await.unwrap_or_else(|why| panic!("{why}"))
}

async fn walk(phone: &Browser, shop: &Running) {
    phone.open(&shop.url()).await;
    phone.arrives("door").await;
    phone.photograph("door").await;
    phone.onward().await;
    let mut rooms = Vec::new();
    loop {
        let page = phone.arrives_anywhere().await;
        if !page.has_door("plain") {
            break;
        }
        rooms.push(page.step().to_owned());
        through_a_room(phone, &page).await;
    }
    assert!(rooms.starts_with(&["knock".to_owned(), "study".to_owned()]), "{rooms:?}");

    phone.arrives("guestbook").await;
    phone.photograph("guestbook").await;
    phone.write("[name=pen_name]", "물억새").await;
    for consent in ["grown", "terms", "privacy"] {
        phone.click(&format!("[name={consent}]")).await;
    }
    phone.onward().await;

    phone.arrives("letter").await;
    phone.photograph("letter").await;
    phone.write("[name=letter]", "요즘은 해가 일찍 집니다. 창가에 오래 앉아 있습니다.").await;
    phone.onward().await;

    phone.arrives("counter").await;
    phone.photograph("counter").await;
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
    phone.photograph("counter-filled").await;
    phone.onward().await;

    let order = pay(phone).await;
    phone.until_the_order_is(&order, "packed").await;
    phone.photograph("window-packed").await;

    owner_ships(shop, &order).await;
    phone.until_the_order_is(&order, "shipped").await;
    phone.photograph("window-shipped").await;

    phone.open(&format!("{}/mailbox", shop.url())).await;
    for notice in ["paid", "chosen", "packed", "shipped"] {
        phone.wait_for(&format!("body[data-step=mailbox] [data-notice={notice}]")).await;
    }
    phone.photograph("mailbox").await;

    for step in ["shelf", "notice"] {
        phone.open(&format!("{}/{step}", shop.url())).await;
        phone.arrives(step).await;
        phone.photograph(step).await;
    }
    phone.open(&format!("{}/attic", shop.url())).await;
    // The console says so, too, and is right.
    phone.wait_for("body[data-step]").await;
    let told = phone.console().await;
    assert!(told.iter().all(|line| line.contains("404")), "{told:#?}");
    phone.photograph("no-such-room").await;
}

/// The knock is knocked; a riddle is solved; a room without a riddle is left by its plain door.
async fn through_a_room(phone: &Browser, page: &Page) {
    let room = page.step();
    phone.photograph(room).await;
    match riddle(page).map(|riddle| &riddle.solution) {
        Some(Solution::Rhythm(pattern)) => knock(phone, pattern).await,
        Some(Solution::Word(answers)) => {
            phone.write("#answer", answers[0].written()).await;
            phone.click("form[data-door=riddle] button:not([type=button])").await;
        }
        None => {
            phone.click("form[data-door=plain] button").await;
            return;
        }
    }
    phone.wait_for(&format!("body[data-step={room}] a[data-onward]")).await;
    phone.photograph(&format!("{room}-open")).await;
    phone.onward().await;
}

/// The riddle on a page: the one whose question and label stand there.
fn riddle(page: &Page) -> Option<&'static Riddle> {
    let korean = |text: &house::text::Text| page.says(text.in_language(house::text::Language::Ko));
    let room = House::built_in().unwrap().room(page.step())?;
    room.riddles.iter().find(|riddle| korean(&riddle.ask) && korean(&riddle.label))
}

/// Knocks with a finger, thinks better of it, and knocks with the space bar. A hand that slips may try again.
async fn knock(phone: &Browser, pattern: &Pattern) {
    let knocks = pattern.gaps().len() + 1;
    phone.act(&json!({ "type": "pointer", "id": "finger", "parameters": { "pointerType": "touch" },
        "actions": rhythm(pattern, phone.move_to("#tap").await, "pointerDown", "pointerUp", &json!({ "button": 0 })) })).await;
    assert_eq!(phone.text_of("#heard").await, knocks.to_string(), "knocks heard from a finger");
    for _ in 0..3 {
        phone.click("#again").await;
        assert_eq!(phone.text_of("#heard").await, "0");
        let actions = rhythm(pattern, Vec::new(), "keyDown", "keyUp", &json!({ "value": " " }));
        phone.act(&json!({ "type": "key", "id": "keys", "actions": actions })).await;
        assert_eq!(phone.text_of("#heard").await, knocks.to_string(), "knocks heard from the space bar");
        phone.photograph("knock-knocked").await;
        phone.click("form[data-door=riddle] button:not([type=button])").await;
        phone.wait_for("body[data-step=knock] :is(a[data-onward], [role=alert])").await;
        if !phone.page().await.has_door("riddle") {
            return;
        }
    }
    panic!("three times the right rhythm did not open the door: {:?}", phone.page().await);
}

/// A rhythm as actions of the driver.
fn rhythm(pattern: &Pattern, mut actions: Vec<Json>, down: &str, up: &str, with: &Json) -> Vec<Json> {
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

/// From the paying page by the provider's script to its page, and back to the window. Gives the order.
async fn pay(phone: &Browser) -> String {
    let page = phone.arrives("pay").await;
    assert_eq!(phone.run("return typeof TossPayments").await, "function", "the provider's script runs");
    phone.photograph("pay").await;
    phone.click("#paying button").await;
    phone.arrives("toss").await;
    phone.photograph("toss").await;
    phone.click("[data-pay=approve]").await;
    // The page in between sends its form by itself.
    phone.arrives("window").await;
    phone.photograph("window").await;
    page.order().0
}

async fn owner_ships(shop: &Running, order: &str) {
    let mut call = json!({ "parcels": [{ "order": order, "carrier": "cj", "number": "123456789012" }] });
    let preview = shop.system.invoke("owner-ship", call.clone()).await.unwrap();
    call["confirm"] = preview["call"]["confirm"].clone();
    let done = shop.system.invoke("owner-ship", call).await.unwrap();
    assert!(done["did"].as_array().is_some_and(|did| did.len() == 1), "{done:#}");
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

// ------------------------------------------------------------------------------------------------------- the browser

/// A tab of Chromium, by its driver.
#[derive(Clone)]
struct Browser {
    wire: OverHttp,
    session: String,
    pictures: PathBuf,
    held: std::sync::Arc<std::sync::Mutex<Held>>,
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
    async fn start() -> Self {
        let pictures = root().join("artefacts/browser");
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
            // `ChromeDriver was started successfully on port 43211.` Whatever else it says is read, and is nobody's.
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                let port = line
                    .rsplit_once("successfully on port ")
                    .map(|(_, port)| port.trim_end_matches('.').parse::<u16>());
                if let (Some(Ok(port)), Some(tell)) = (port, tell.take_if(|_| line.contains("successfully")))
                {
                    let _ = tell.send(port);
                }
            }
        });
        let port = port.await.expect("chromedriver names its port");
        let held = Held { driver, taken: 0, profile };
        let profile = held.profile.path().to_owned();
        let mut browser = Self {
            wire: OverHttp::new(&format!("http://127.0.0.1:{port}"), None),
            session: String::new(),
            pictures,
            held: std::sync::Arc::new(std::sync::Mutex::new(held)),
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
            "--lang=ko-KR",
        ]
        .map(str::to_owned)
        .into();
        arguments.push(format!("--user-data-dir={}", profile.display()));
        // Chromium's sandbox does not work for root.
        if fs::metadata("/proc/self").is_ok_and(|us| us.uid() == 0) {
            arguments.push("--no-sandbox".to_owned());
        }
        let mut options = json!({ "args": arguments, "prefs": { "intl": { "accept_languages": "ko" } } });
        if let Some(binary) = ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path)
        {
            options["binary"] = binary.display().to_string().into();
        }
        let wanted = json!({ "goog:chromeOptions": options, "goog:loggingPrefs": { "browser": "ALL" } });
        let made =
            self.ask(Method::POST, "/session", &json!({ "capabilities": { "alwaysMatch": wanted } })).await;
        let session = made.unwrap_or_else(|why| panic!("Chromium does not start: {why}"));
        session["sessionId"].as_str().unwrap().clone_into(&mut self.session);
        self.size(PHONE).await;
    }

    async fn quit(self) {
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
        let got = self.ask(Method::GET, &format!("/session/{}/{path}", self.session), &Json::Null).await;
        got.unwrap_or_else(|why| panic!("{path}: {why}")).as_str().unwrap_or_default().to_owned()
    }

    /// A command of Chromium's own protocol.
    async fn chromium(&self, command: &str, parameters: Json) -> Json {
        self.post("goog/cdp/execute", json!({ "cmd": command, "params": parameters })).await
    }

    // ---- what a person does

    async fn open(&self, address: &str) {
        self.post("url", json!({ "url": address })).await;
    }

    async fn click(&self, css: &str) {
        let element = self.wait_for(css).await;
        self.post(&format!("element/{element}/click"), json!({})).await;
    }

    async fn write(&self, css: &str, text: &str) {
        let element = self.wait_for(css).await;
        self.post(&format!("element/{element}/value"), json!({ "text": text })).await;
    }

    /// Goes on by what is marked as leading onward.
    async fn onward(&self) {
        match self.page().await.onward() {
            Onward::Link(_) => self.click("a[data-onward]").await,
            Onward::Form(_) => self.click("form[data-onward] button").await,
        }
    }

    /// Moves a pointer over an element, as the first of a row of actions.
    async fn move_to(&self, css: &str) -> Vec<Json> {
        let element = self.wait_for(css).await;
        self.run(&format!("document.querySelector({css:?}).scrollIntoView({{block: 'center'}})")).await;
        let origin = json!({ "element-6066-11e4-a52e-4f735466cecf": element });
        vec![json!({ "type": "pointerMove", "duration": 0, "origin": origin, "x": 0, "y": 0 })]
    }

    async fn act(&self, device: &Json) {
        // The space bar goes to what has the focus.
        self.run("document.getElementById('tap').focus({preventScroll: true})").await;
        self.post("actions", json!({ "actions": [device] })).await;
    }

    // ---- what a person sees

    /// Waits for an element and gives its reference.
    async fn wait_for(&self, css: &str) -> String {
        let began = Instant::now();
        loop {
            match self.try_post("element", &json!({ "using": "css selector", "value": css })).await {
                Ok(found) => {
                    return found.as_object().unwrap().values().next().unwrap().as_str().unwrap().to_owned();
                }
                Err(_) if began.elapsed() < COMES_WITHIN => tokio::time::sleep(LOOKS_EVERY).await,
                Err(why) => panic!("no `{css}` came: {why}; here is {:?}", self.page().await),
            }
        }
    }

    /// Waits for a step, sees that nothing complained on the way, and gives its page.
    async fn arrives(&self, step: &str) -> Page {
        self.wait_for(&format!("body[data-step={step}]")).await;
        let page = self.arrives_anywhere().await;
        assert_eq!(page.step(), step, "{page:?}");
        page
    }

    async fn arrives_anywhere(&self) -> Page {
        self.wait_for("body[data-step]").await;
        let told = self.console().await;
        let page = self.page().await;
        assert!(told.is_empty(), "the console of {page:?} has {told:#?}");
        page
    }

    /// The page as it stands in the browser now.
    async fn page(&self) -> Page {
        let url = self.get("url").await.parse().unwrap();
        Page::read(url, Answer::new(self.get("source").await.into()))
    }

    async fn text_of(&self, css: &str) -> String {
        let element = self.wait_for(css).await;
        self.get(&format!("element/{element}/text")).await
    }

    async fn run(&self, script: &str) -> Json {
        self.post("execute/sync", json!({ "script": script, "args": [] })).await
    }

    /// What the console told since it was asked last: script errors, what the content security policy refused, addresses
    /// that did not answer well.
    async fn console(&self) -> Vec<String> {
        let told = self.post("se/log", json!({ "type": "browser" })).await;
        let lines = told
            .as_array()
            .unwrap()
            .iter()
            .filter(|line| line["level"] == "SEVERE" || line["level"] == "WARNING");
        lines.map(|line| format!("{}: {}", line["source"], line["message"])).collect()
    }

    /// Opens the window again until the order has come so far.
    async fn until_the_order_is(&self, order: &str, state: &str) {
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

    /// Takes the whole page at the width of a phone and of a desk, in light and in dark. A phone scrolls one way only.
    async fn photograph(&self, name: &str) {
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
                assert!(wide <= f64::from(size.0), "{name} is {wide} wide on a {width} of {}", size.0);
                let clip = json!({ "x": 0, "y": 0, "width": wide, "height": content["height"], "scale": 1 });
                let picture = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
                let taken = self.chromium("Page.captureScreenshot", picture).await;
                let png = base64::engine::general_purpose::STANDARD
                    .decode(taken["data"].as_str().unwrap())
                    .unwrap();
                fs::write(self.pictures.join(format!("{number:02}-{name}-{width}-{scheme}.png")), png)
                    .unwrap();
            }
        }
    }
}

fn on_path(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?)
        .map(|folder| folder.join(program))
        .find(|candidate| candidate.is_file())
}
