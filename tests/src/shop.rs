//! The whole shop in this process, with the payment stand-in beside it and a clock that the test
//! moves: opening and restarting it, time, and the owner's calls. What a test reads from it is in
//! [`table`] (stored items) and [`payments`] (the stand-in's ledger and webhooks).

mod payments;
mod table;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use domain::base::calendar;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use local::{Build, Config, Parts, Source, State, System};
use platform::{Environment, Platform};
use serde_json::{Value, json};
use toss_standin::{Clock, Standin};

use crate::{Doors, InProcess, Page, Recipient, Walker, log};

/// The parameter with the shop's keys.
const SESSION_KEY: &str = "/gongganmunhak-local/session-key";

/// The shop: the system of the real `template.yaml` with the real functions, stepped by hand, and
/// the stand-ins for Toss and the push services on their own ports.
pub struct Shop {
    app: InProcess,
    standin: Arc<Standin>,
    pushes: Arc<push_standin::Standin>,
    config: Config,
    starts: u8,
    /// The folder of the state, if it is kept; removed with the shop.
    folder: Option<tempfile::TempDir>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A saved event of `events/` by its stem.
pub fn event(stem: &str) -> Value {
    let path = root().join("events").join(format!("{stem}.json"));
    let text =
        std::fs::read_to_string(&path).unwrap_or_else(|why| panic!("{}: {why}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|why| panic!("{} is no JSON: {why}", path.display()))
}

/// The ISBN of [`book`] with this number.
pub fn isbn(number: u32) -> String {
    let twelve = format!("97889{number:07}");
    let digit =
        |(place, byte): (usize, u8)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 };
    let sum: u32 = twelve.bytes().enumerate().map(digit).sum();
    format!("{twelve}{}", (10 - sum % 10) % 10)
}

/// A row of `owner-shelve`: an invented book, identified by its number.
pub fn book(number: u32, list_price: u64, love: u8, copies: u32) -> Value {
    json!({
        "isbn": isbn(number),
        "title": format!("없는 책 {number}"),
        "author": "아무개",
        "publisher": "아무데",
        "pages": 100,
        "list_price": list_price,
        "love": love,
        "copies": copies,
    })
}

fn full_price_books() -> Vec<Value> {
    let at = |price: u64, numbers: std::ops::Range<u32>| {
        numbers.map(move |n| book(n, price, u8::try_from(n % 6).unwrap_or(0), 2))
    };
    at(17_000, 1..9).chain(at(13_000, 11..13)).chain(at(22_000, 21..23)).collect()
}

impl Shop {
    /// A shop stocked with the books of `events/owner-shelve.json`. Its state is in memory.
    pub async fn open() -> Self {
        let shop = Self::empty().await;
        shop.owner_does("owner-shelve", event("owner-shelve")).await;
        shop
    }

    /// A shop with these books: rows of `owner-shelve`.
    pub async fn with_books(books: &[Value]) -> Self {
        let shop = Self::empty().await;
        shop.owner_does("owner-shelve", json!({ "books": books })).await;
        shop
    }

    /// A shop whose books cost the upper end of their range, so that no order gets a difference
    /// refunded. Its state is in memory.
    pub async fn at_full_price() -> Self {
        Self::with_books(&full_price_books()).await
    }

    /// A shop without books. Its state is in memory.
    pub async fn empty() -> Self {
        Self::start(None, &[]).await
    }

    /// The shop of [`Shop::at_full_price`] with these parameters of the template.
    pub async fn with_parameters(parameters: &[(&str, &str)]) -> Self {
        let shop = Self::start(None, parameters).await;
        shop.owner_does("owner-shelve", json!({ "books": full_price_books() })).await;
        shop
    }

    /// The shop of [`Shop::at_full_price`] with its state in a folder, so that it can be
    /// restarted.
    pub async fn in_a_folder() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the state");
        let shop = Self::start(Some(folder), &[]).await;
        shop.owner_does("owner-shelve", json!({ "books": full_price_books() })).await;
        shop
    }

    async fn start(folder: Option<tempfile::TempDir>, parameters: &[(&str, &str)]) -> Self {
        log::listen();
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a loopback port");
        let options = toss_standin::Options { seed: Some(7), ..toss_standin::Options::default() };
        let standin =
            Arc::new(toss_standin::serve(listener, options).expect("the payment stand-in starts"));
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a loopback port");
        let pushes = Arc::new(push_standin::serve(listener).expect("the push stand-in starts"));
        let pair = webpush::Vapid::generate().expect("randomness for a key pair");
        let vapid = webpush::Vapid::new(&pair, "nobody@example.com")
            .expect("a generated key pair can be read");
        let functions = build(0, &standin, &pushes);
        let mut config = Config::stepped(Source::Path(root().join("template.yaml")), functions);
        config.parameters = BTreeMap::from([
            ("TossApiUrl".to_owned(), standin.url()),
            ("TossScriptUrl".to_owned(), standin.script_url()),
            ("TossPlainWindowUrl".to_owned(), standin.window_url()),
            ("TossClientKey".to_owned(), toss_standin::CLIENT_KEY.to_owned()),
            ("PushPublicKey".to_owned(), vapid.public_key()),
            ("PushHosts".to_owned(), pushes.url()),
        ]);
        let given =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        config.parameters.extend(given);
        config.secrets = BTreeMap::from([
            ("SESSION_KEY_NAME".to_owned(), STANDARD.encode([7; 32])),
            ("TOSS_SECRET_NAME".to_owned(), toss_standin::SECRET_KEY.to_owned()),
            ("VAPID_KEY_NAME".to_owned(), pair),
        ]);
        if let Some(folder) = &folder {
            config.state = State::Folder(folder.path().to_owned());
        }
        let system = System::start(config.clone()).await.unwrap_or_else(|why| panic!("{why}"));
        Self { app: InProcess::new(system), standin, pushes, config, starts: 1, folder }
    }

    /// Kills the system: work under way is cut off, and the state is as the last write left it.
    pub fn crash(&mut self) {
        assert!(self.folder.is_some(), "without a folder the state is lost");
        drop(self.app.replace(None));
    }

    /// Stops the system as Ctrl-C does.
    pub async fn stop(&mut self) {
        assert!(self.folder.is_some(), "without a folder the state is lost");
        let system = self.app.replace(None).expect("a running system");
        let system = Arc::try_unwrap(system).expect("no other handle to the system");
        system.stop().await;
    }

    /// Starts the system on the same state. The clock goes on from where it was.
    pub async fn start_again(&mut self) {
        self.config.build = build(self.starts, &self.standin, &self.pushes);
        self.starts += 1;
        let system = System::start(self.config.clone()).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(self.app.replace(Some(system)).is_none(), "a system was still running");
    }

    /// The system.
    pub fn system(&self) -> Arc<System> {
        self.app.system()
    }

    /// The payment stand-in.
    pub fn standin(&self) -> &Standin {
        &self.standin
    }

    /// The stand-in for the browsers' push services.
    pub fn pushes(&self) -> &push_standin::Standin {
        &self.pushes
    }

    /// A browser's device, subscribed for this shop.
    pub fn device(&self) -> push_standin::Subscription {
        self.pushes
            .device(&self.config.parameters["PushPublicKey"])
            .expect("randomness for a device")
    }

    /// A new visitor, without cookies.
    pub fn visitor(&self) -> Walker {
        Walker::inside(&self.app)
    }

    /// Opens an absolute link or a path without cookies, as its receiver would.
    pub async fn open_link(&self, link: &str) -> Page {
        let path = link
            .split_once("://")
            .and_then(|(_, rest)| rest.find('/').map(|start| &rest[start..]))
            .unwrap_or(link);
        let request = http::Request::get(path).body(Bytes::new()).expect("a request");
        self.visitor().ask(request).await
    }

    /// The text of the shop's keys.
    pub fn session_key(&self) -> String {
        let stored = self.system().secrets().get(SESSION_KEY).expect("the secrets can be read");
        stored.expect("the shop has keys")
    }

    /// Stores other keys, as `cargo xtask keys` does. The functions run on.
    pub fn set_session_key(&self, text: &str) {
        self.system().secrets().set(SESSION_KEY, text).expect("the secrets can be written");
    }

    /// A client of the table with the role of a function.
    pub fn client_of(&self, function: &str) -> aws_sdk_dynamodb::Client {
        let http = self.system().wire().of(function).client();
        let variables = [("AWS_ACCESS_KEY_ID", "local"), ("AWS_SECRET_ACCESS_KEY", "local")];
        let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let environment: Environment = variables.into_iter().collect();
        let random = platform::Random::seeded([1; 32]);
        let platform = Platform::new(environment, platform::Clock::system(), random, http);
        aws_sdk_dynamodb::Client::new(&platform.sdk)
    }

    // ---- time

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.system().clock().now()
    }

    /// Makes every delivery that is due now, and every delivery that follows from it.
    pub async fn settle(&self) {
        self.system().settle().await.unwrap_or_else(|why| panic!("{why}"));
    }

    /// Lets minutes pass, running every schedule and retry on the way.
    pub async fn minutes_pass(&self, minutes: i64) {
        self.time_passes(SignedDuration::from_mins(minutes)).await;
    }

    /// Lets time pass, running every schedule and retry on the way.
    pub async fn time_passes(&self, time: SignedDuration) {
        self.system().advance(time).await.unwrap_or_else(|why| panic!("{why}"));
        self.standin.set_clock(Clock::Stopped(self.now()));
    }

    /// Jumps ahead in one step, then makes the deliveries and runs the schedules that are due.
    /// Much faster than [`Shop::minutes_pass`] over hours.
    pub async fn jump(&self, minutes: i64) {
        let time = SignedDuration::from_mins(minutes);
        self.system().leap(time).await.unwrap_or_else(|why| panic!("{why}"));
        self.standin.set_clock(Clock::Stopped(self.now()));
    }

    /// Jumps ahead by days, then lets one more minute pass.
    pub async fn days_pass(&self, days: i64) {
        self.jump(days * 24 * 60).await;
        self.minutes_pass(1).await;
    }

    /// The date in Korea.
    pub fn today(&self) -> Date {
        calendar::today(self.now())
    }

    // ---- the owner

    /// Calls one of the owner's functions. Panics if the invocation fails.
    pub async fn owner(&self, function: &str, call: Value) -> Value {
        self.system()
            .invoke(function, call)
            .await
            .unwrap_or_else(|failure| panic!("{function}: {failure:?}"))
    }

    /// A call with the confirmation code of its dry run.
    pub async fn confirmed(&self, function: &str, mut call: Value) -> Value {
        let preview = self.owner(function, call.clone()).await;
        assert_eq!(preview["status"], 200, "{function}: {preview:#}");
        let next = preview["next"].as_array().cloned().unwrap_or_default();
        let quoted = next.iter().filter_map(Value::as_str).flat_map(|line| line.split('"'));
        let is_code =
            |part: &&str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code =
            quoted.into_iter().find(is_code).unwrap_or_else(|| panic!("no code in {preview:#}"));
        call["confirm"] = code.into();
        call
    }

    /// Calls one of the owner's functions as a dry run, then with the code of that run. Returns
    /// the second answer.
    pub async fn owner_does(&self, function: &str, call: Value) -> Value {
        let call = self.confirmed(function, call).await;
        let answer = self.owner(function, call).await;
        assert_eq!(answer["status"], 200, "{function}: {answer:#}");
        assert!(
            answer["would_do"].as_array().is_some_and(Vec::is_empty),
            "{function} did not do it: {answer:#}"
        );
        answer
    }

    /// A reader of their own on this floor, with an order that is chosen.
    pub async fn ordered(&self, floor: u32) -> (Walker, String) {
        let home = Recipient { detail: format!("{floor}층"), ..Recipient::default() };
        let mut reader = self.visitor().living(home);
        let order = reader.walk(Doors::Plain).await;
        self.settle().await;
        (reader, order)
    }

    /// The owner notes that an order is packed.
    pub async fn owner_packs(&self, order: &str) -> Value {
        self.owner_does("owner-pack", json!({ "packed": [order] })).await
    }

    /// The owner hands the parcel of an order to the carrier.
    pub async fn owner_ships(&self, order: &str, number: &str) -> Value {
        let call = json!({ "parcels": [{ "order": order, "carrier": "cj", "number": number }] });
        self.owner_does("owner-ship", call).await
    }

    // ---- what the functions published

    /// The notices published to readers, oldest first, without whispers.
    pub fn published_notices(&self) -> Vec<local::Publish> {
        let published = self.system().topics().published();
        let is_notice = |publish: &local::Publish| {
            publish.target.ends_with("-notices")
                && !publish.message.contains(r#"notice\":\"whisper"#)
        };
        published.into_iter().filter(is_notice).collect()
    }

    /// The messages published to the owner, oldest first.
    pub fn owner_messages(&self) -> Vec<String> {
        let published = self.system().topics().published().into_iter();
        let to_owner = published.filter(|publish| publish.target.ends_with("-owner"));
        to_owner.map(|publish| publish.message).collect()
    }

    /// Panics if an invocation failed, crashed or timed out.
    pub fn nothing_failed(&self) {
        let failures = self.system().failures();
        assert!(failures.is_empty(), "{failures:#?}");
    }
}

/// The real functions. Each start has its own random seed. Whenever a function reads the clock,
/// the clocks of both stand-ins are set to the same instant.
fn build(seed: u8, standin: &Arc<Standin>, pushes: &Arc<push_standin::Standin>) -> Build {
    let (functions, standin) = (local::registry::seeded([seed; 32]), Arc::clone(standin));
    let pushes = Arc::clone(pushes);
    Arc::new(move |name: &str, parts: Parts| {
        let (now, standin, pushes) =
            (Arc::clone(&parts.now), Arc::clone(&standin), Arc::clone(&pushes));
        let together = move || {
            let now = now();
            pushes.set_now(now);
            if standin.now() != now {
                standin.set_clock(Clock::Stopped(now));
            }
            now
        };
        functions(name, Parts { now: Arc::new(together), ..parts })
    })
}
