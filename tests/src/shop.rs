//! The whole shop in this process, with its payment page beside it and a clock that the test moves.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::{SignedDuration, Timestamp};
use local::{Build, Config, Parts, Peeked, Source, State, System};
use serde_json::{Value, json};
use toss_standin::{Clock, Standin};

use crate::{InProcess, Walker};

/// The shop: the system of the real `template.yaml` with the real functions, stepped by hand, and
/// the stand-in for the payment service on a port of its own.
pub struct Shop {
    house: InProcess,
    standin: Arc<Standin>,
    pushes: Arc<push_standin::Standin>,
    config: Config,
    starts: u8,
    /// Where the state lies, if it is kept; removed with the shop.
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

/// A row of `owner-shelve`: a book nobody wrote, told apart by its number.
pub fn book(number: u32, list_price: u64, love: u8, copies: u32) -> Value {
    let twelve = format!("97889{number:07}");
    let digit =
        |(place, byte): (usize, u8)| u32::from(byte - b'0') * if place % 2 == 0 { 1 } else { 3 };
    let sum: u32 = twelve.bytes().enumerate().map(digit).sum();
    json!({
        "isbn": format!("{twelve}{}", (10 - sum % 10) % 10),
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
    /// A shop stocked with the saved books. It keeps nothing.
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

    /// A shop with books whose 정가 is the upper end of their range, so that nothing goes back to
    /// whoever gets one. It keeps nothing.
    pub async fn at_full_price() -> Self {
        Self::with_books(&full_price_books()).await
    }

    /// A shop without books. It keeps nothing.
    pub async fn empty() -> Self {
        Self::start(None).await
    }

    /// A shop with the same books that keeps its state in a folder, so that it can be started
    /// again.
    pub async fn in_a_folder() -> Self {
        let folder = tempfile::tempdir().expect("a folder for the state");
        let shop = Self::start(Some(folder)).await;
        shop.owner_does("owner-shelve", json!({ "books": full_price_books() })).await;
        shop
    }

    async fn start(folder: Option<tempfile::TempDir>) -> Self {
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a loopback port");
        let options = toss_standin::Options { seed: Some(7), ..toss_standin::Options::default() };
        let standin =
            Arc::new(toss_standin::serve(listener, options).expect("the payment stand-in starts"));
        let listener =
            tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.expect("a loopback port");
        let pushes = Arc::new(push_standin::serve(listener).expect("the push stand-in starts"));
        let pair = webpush::Vapid::generate().expect("randomness for a key pair");
        let vapid =
            webpush::Vapid::new(&pair, "nobody@example.com").expect("what was made is read");
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
        config.secrets = BTreeMap::from([
            ("SESSION_KEY_NAME".to_owned(), STANDARD.encode([7; 32])),
            ("TOSS_SECRET_NAME".to_owned(), toss_standin::SECRET_KEY.to_owned()),
            ("VAPID_KEY_NAME".to_owned(), pair),
        ]);
        if let Some(folder) = &folder {
            config.state = State::Folder(folder.path().to_owned());
        }
        let system = System::start(config.clone()).await.unwrap_or_else(|why| panic!("{why}"));
        Self { house: InProcess::new(system), standin, pushes, config, starts: 1, folder }
    }

    /// Kills the house: what is under way is cut off, and the state is as the last write left it.
    pub fn crash(&mut self) {
        assert!(self.folder.is_some(), "a house without a folder loses everything");
        drop(self.house.replace(None));
    }

    /// Stops the house as Ctrl-C does.
    pub async fn stop(&mut self) {
        assert!(self.folder.is_some(), "a house without a folder loses everything");
        let system = self.house.replace(None).expect("a system stands here");
        let system = Arc::try_unwrap(system).expect("nobody else holds the system");
        system.stop().await;
    }

    /// Starts the house again on the same state. The clock has not stood still or gone back.
    pub async fn start_again(&mut self) {
        self.config.build = build(self.starts, &self.standin, &self.pushes);
        self.starts += 1;
        let system = System::start(self.config.clone()).await.unwrap_or_else(|why| panic!("{why}"));
        assert!(self.house.replace(Some(system)).is_none(), "a system stood here still");
    }

    /// The system.
    pub fn system(&self) -> Arc<System> {
        self.house.system()
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

    /// Somebody before the house.
    pub fn visitor(&self) -> Walker {
        Walker::inside(&self.house)
    }

    // ---- time

    /// Now.
    pub fn now(&self) -> Timestamp {
        self.system().clock().now()
    }

    /// Makes every delivery that is due now, and what follows from it.
    pub async fn settle(&self) {
        self.system().settle().await.unwrap_or_else(|why| panic!("{why}"));
    }

    /// Lets minutes pass, with every schedule and retry on the way.
    pub async fn minutes_pass(&self, minutes: i64) {
        self.time_passes(SignedDuration::from_mins(minutes)).await;
    }

    /// Lets time pass, with every schedule and retry on the way.
    pub async fn time_passes(&self, time: SignedDuration) {
        self.system().advance(time).await.unwrap_or_else(|why| panic!("{why}"));
        self.standin.set_clock(Clock::Stopped(self.now()));
    }

    // ---- the owner

    /// Calls one of the owner's drawers. Panics if the call itself fails.
    pub async fn owner(&self, drawer: &str, call: Value) -> Value {
        self.system()
            .invoke(drawer, call)
            .await
            .unwrap_or_else(|failure| panic!("{drawer}: {failure:?}"))
    }

    /// A call with the code of its dry run, ready to be done.
    pub async fn confirmed(&self, drawer: &str, mut call: Value) -> Value {
        let preview = self.owner(drawer, call.clone()).await;
        assert_eq!(preview["status"], 200, "{drawer}: {preview:#}");
        let next = preview["next"].as_array().cloned().unwrap_or_default();
        let quoted = next.iter().filter_map(Value::as_str).flat_map(|line| line.split('"'));
        let is_code =
            |part: &&str| part.len() == 8 && part.bytes().all(|byte| byte.is_ascii_hexdigit());
        let code =
            quoted.into_iter().find(is_code).unwrap_or_else(|| panic!("no code in {preview:#}"));
        call["confirm"] = code.into();
        call
    }

    /// Calls a drawer as a dry run, and again with the code that it answers. Gives the second
    /// answer.
    pub async fn owner_does(&self, drawer: &str, call: Value) -> Value {
        let call = self.confirmed(drawer, call).await;
        let answer = self.owner(drawer, call).await;
        assert_eq!(answer["status"], 200, "{drawer}: {answer:#}");
        assert!(
            answer["would_do"].as_array().is_some_and(Vec::is_empty),
            "{drawer} did not do it: {answer:#}"
        );
        answer
    }

    /// The owner hands a parcel over.
    pub async fn owner_ships(&self, order: &str, number: &str) -> Value {
        let call = json!({ "parcels": [{ "order": order, "carrier": "cj", "number": number }] });
        self.owner_does("owner-ship", call).await
    }

    // ---- to look into

    /// What was published to readers, oldest first; whispers are left out.
    pub fn told(&self) -> Vec<local::Publish> {
        let published = self.system().topics().published();
        let news = |publish: &local::Publish| {
            publish.target.ends_with("-notices")
                && !publish.message.contains(r#"notice\":\"whisper"#)
        };
        published.into_iter().filter(news).collect()
    }

    /// What the owner was told, oldest first.
    pub fn owner_told(&self) -> Vec<String> {
        let published = self.system().topics().published();
        published
            .into_iter()
            .filter(|publish| publish.target.ends_with("-owner"))
            .map(|publish| publish.message)
            .collect()
    }

    /// Every item of the table.
    pub fn items(&self) -> Vec<Value> {
        let system = self.system();
        let (mut items, mut start) = (Vec::new(), Value::Null);
        loop {
            let mut scan = json!({ "TableName": system.template().tables["Table"].name });
            if !start.is_null() {
                scan["ExclusiveStartKey"] = start;
            }
            let scan = serde_json::from_value(scan).expect("a scan");
            let page =
                system.database().scan(scan).unwrap_or_else(|why| panic!("the table: {why}"));
            let page = serde_json::to_value(page).expect("an answer is JSON");
            items.extend(page["Items"].as_array().cloned().unwrap_or_default());
            start = page["LastEvaluatedKey"].clone();
            if start.is_null() {
                return items;
            }
        }
    }

    /// One item by its keys; null if there is none. Attributes are as DynamoDB writes them.
    pub fn item(&self, pk: &str, sk: &str) -> Value {
        let is_it = |item: &&Value| item["pk"]["S"] == pk && item["sk"]["S"] == sk;
        self.items().iter().find(is_it).cloned().unwrap_or_default()
    }

    /// Puts an item back as it was: time turned back for one thing.
    pub fn put_back(&self, item: &Value) {
        let system = self.system();
        let put = json!({ "TableName": system.template().tables["Table"].name, "Item": item });
        let put = serde_json::from_value(put).expect("an item");
        system.database().put_item(put).unwrap_or_else(|why| panic!("the table: {why}"));
    }

    /// The item of an order.
    pub fn order(&self, id: &str) -> Value {
        self.item(&format!("ORDER#{id}"), "ORDER")
    }

    /// The state of an order.
    pub fn state(&self, id: &str) -> String {
        self.order(id)["state"]["S"].as_str().unwrap_or("none").to_owned()
    }

    /// The ISBN of the book chosen for an order.
    pub fn chosen(&self, id: &str) -> String {
        self.order(id)["choice"]["M"]["isbn"]["S"].as_str().unwrap_or("none").to_owned()
    }

    /// A queue's name by its logical stem: `Choose` is `ChooseQueue`, `ChooseDeadLetters` its dead
    /// letters.
    pub fn queue(&self, logical_id: &str) -> String {
        let system = self.system();
        let queue = system.template().queues.get(logical_id);
        queue
            .unwrap_or_else(|| {
                panic!("no queue {logical_id}: {:?}", system.template().queues.keys())
            })
            .name
            .clone()
    }

    /// What lies on a queue.
    pub fn on_queue(&self, logical_id: &str) -> Vec<Peeked> {
        let queue = self.queue(logical_id);
        self.system().queues().peek(&queue).unwrap_or_else(|why| panic!("{queue}: {why}"))
    }

    /// Panics if a function failed, fell or timed out.
    pub fn nothing_failed(&self) {
        let failures = self.system().failures();
        assert!(failures.is_empty(), "{failures:#?}");
    }
}

/// The real functions. Each start has dice of its own, and whenever a function looks at the clock,
/// the payment service's and the push service's show the same.
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
