//! Whatever is sent to any route, by readers in every state of a walk, and whatever the owner calls:
//! nothing panics, nothing answers 5xx, and no function logs an error.
//!
//! `FUZZ_REQUESTS=n` and `FUZZ_CALLS=n` send that many (`cargo xtask fuzz` sends 20,000 and 5,000),
//! `FUZZ_SEED=n` is the seed. A failure prints what was sent.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method};
use serde_json::{Value, json};
use walk::{Doors, Log, Pay, Random, Recipient, Shop, Walker, ready};

/// What people, programs and strangers write into a field.
const TEXTS: [&str; 44] = [
    "",
    " ",
    "0",
    "1",
    "-1",
    "01",
    "1e9",
    "NaN",
    "9223372036854775808",
    "3.14",
    "true",
    "null",
    "yes",
    "가",
    "별 헤는 밤",
    "\u{1107}\u{1167}\u{11AF}",
    "ㄱㅏㄱ",
    "ㅤ",
    "\u{200B}",
    "\u{FEFF}x",
    "👨‍👩‍👧",
    "e\u{301}",
    "\u{202E}gnirts",
    "\u{0}",
    "\n\n\n",
    "\t",
    "<script>alert(1)</script>",
    "\"'><b>",
    "' OR 1=1 --",
    "{{7*7}}",
    "${jndi:ldap://x}",
    "../../etc/passwd",
    "%00",
    "%zz",
    "//evil.example",
    "\\\\evil",
    "http://169.254.169.254/",
    "010-1234-5678",
    "+82 10 1234 5678",
    "０１０１２３４５６７８",
    "03134",
    "9788936434120",
    "light",
    "middle",
];

/// Names of fields that some page, route or program reads.
const NAMES: [&str; 46] = [
    "lang",
    "range",
    "after",
    "to",
    "code",
    "paymentKey",
    "orderId",
    "amount",
    "preview",
    "ticket",
    "write",
    "latin",
    "door",
    "answer",
    "guess",
    "rhythm",
    "beats",
    "hint",
    "pen_name",
    "terms",
    "privacy",
    "age",
    "letter",
    "keep",
    "recipient",
    "phone",
    "postcode",
    "street",
    "detail",
    "agreed",
    "promised",
    "proof",
    "bank",
    "account",
    "holder",
    "reason",
    "sure",
    "number",
    "carrier",
    "insist",
    "instead_of",
    "packed",
    "bookmark",
    "endpoint",
    "p256dh",
    "auth",
];

const METHODS: [&str; 7] = ["GET", "GET", "POST", "POST", "POST", "HEAD", "DELETE"];

const CONTENT_TYPES: [&str; 6] = [
    "application/x-www-form-urlencoded",
    "application/x-www-form-urlencoded; charset=UTF-8",
    "application/json",
    "multipart/form-data; boundary=x",
    "text/plain",
    "; charset=\u{7f}",
];

/// Headers that strangers set, and what they set them to, as bytes.
const HEADERS: [(&str, &[u8]); 14] = [
    ("host", b""),
    ("host", b"a b"),
    ("host", b"evil.example:99999"),
    ("host", "집.example".as_bytes()),
    ("accept-language", b"ko;q=;q=1,,en;q=999"),
    ("accept-language", b"\xff\xfe"),
    ("cookie", "nick=홍길동; sid".as_bytes()),
    ("cookie", b"=; ;;; sid=.; lang=zz"),
    ("origin", b"https://evil.example"),
    ("sec-fetch-site", b"cross-site"),
    ("x-forwarded-proto", b"gopher"),
    ("if-none-match", b"\"x"),
    ("accept-encoding", b"gzip;q=x, br;q=2, *"),
    ("content-length", b"7"),
];

fn number(name: &str, usual: u64) -> u64 {
    std::env::var(name).map_or(usual, |n| n.parse().unwrap_or_else(|_| panic!("{name}: {n}")))
}

/// Readers in the states that a walk has, and their orders.
async fn everybody(shop: &Shop) -> (Vec<Walker>, Vec<String>) {
    let (mut readers, mut orders) = (vec![shop.visitor()], Vec::new());
    let mut rooms = shop.visitor();
    rooms.open_the_door().await;
    readers.push(rooms.clone());
    for _ in 0..5 {
        rooms.by_plain_door().await;
        readers.push(rooms.clone());
    }
    let mut signed = shop.visitor();
    signed.open_the_door().await;
    signed.through_the_rooms(Doors::Plain).await;
    signed.sign().await;
    readers.push(signed.clone());
    signed.write_letter().await;
    readers.push(signed);
    for (number, pay) in
        [None, Some(Pay::Approve), Some(Pay::Approve), Some(Pay::Account)].into_iter().enumerate()
    {
        let mut reader = shop.visitor().living(Recipient::of_many(number));
        let order = reader.to_an_order(Doors::Plain, "middle").await;
        if let Some(pay) = pay {
            reader.go(&format!("/pay/{order}")).await;
            reader.pay(pay).await;
        }
        shop.settle().await;
        if number == 2 {
            shop.owner_ships(&order, "123456789012").await;
            shop.settle().await;
        }
        readers.push(reader);
        orders.push(order);
    }
    (readers, orders)
}

fn text(random: &mut Random) -> String {
    match random.below(12) {
        0 => "가".repeat(random.index(5_000)),
        1 => "a=&".repeat(random.index(400)),
        2 => (0..random.below(40))
            .filter_map(|_| char::from_u32(u32::try_from(random.below(0x11_0000)).unwrap()))
            .collect(),
        _ => (*random.one_of(&TEXTS)).to_owned(),
    }
}

/// A query or a form: fields that are known and some that are not, encoded or as they come.
fn fields(random: &mut Random) -> String {
    let mut all = Vec::new();
    for _ in 0..random.below(6) {
        let name =
            if random.below(8) == 0 { text(random) } else { (*random.one_of(&NAMES)).into() };
        let value = text(random);
        all.push(if random.below(10) == 0 {
            format!("{name}={value}")
        } else {
            let encoded =
                percent_encoding::utf8_percent_encode(&value, percent_encoding::NON_ALPHANUMERIC);
            format!("{name}={encoded}")
        });
    }
    all.join("&")
}

fn path(random: &mut Random, routes: &[String], orders: &[String]) -> String {
    let mut path = random.one_of(routes).clone();
    while let Some((before, rest)) = path.split_once('{') {
        let (name, after) = rest.split_once('}').unwrap();
        let value = match (name.trim_end_matches('+'), random.below(5)) {
            ("order", 0..=3) => random.one_of(orders).clone(),
            ("outcome", 0..=2) => (*random.one_of(&["success", "fail"])).to_owned(),
            _ => percent_encoding::utf8_percent_encode(
                &text(random).chars().take(60).collect::<String>(),
                percent_encoding::NON_ALPHANUMERIC,
            )
            .to_string(),
        };
        path = format!("{before}{value}{after}");
    }
    if random.below(12) == 0 { path + "/" } else { path }
}

fn request(
    random: &mut Random,
    routes: &[String],
    readers: &[Walker],
    orders: &[String],
) -> walk::Request {
    let (path, query) = (path(random, routes, orders), fields(random));
    // What a client cannot put on the wire is encoded, as browsers do.
    let query: String = query
        .chars()
        .map(|c| {
            if c.is_ascii_graphic()
                && !matches!(c, '"' | '<' | '>' | '#' | '\\' | '^' | '`' | '{' | '|' | '}')
            {
                c.to_string()
            } else {
                percent_encoding::utf8_percent_encode(
                    &c.to_string(),
                    percent_encoding::NON_ALPHANUMERIC,
                )
                .to_string()
            }
        })
        .take(4_000)
        .collect();
    let method = *random.one_of(&METHODS);
    let mut request = http::Request::builder()
        .method(Method::from_bytes(method.as_bytes()).unwrap())
        .uri(if query.is_empty() { path } else { format!("{path}?{query}") });
    let cookies: Vec<String> = random
        .one_of(readers)
        .cookies()
        .iter()
        .map(|(name, value)| match random.below(20) {
            0 => format!("{name}={}", &value[..value.len() / 2]),
            1 => format!("{name}={value}x"),
            _ => format!("{name}={value}"),
        })
        .collect();
    let headers = request.headers_mut().unwrap();
    if !cookies.is_empty() {
        headers.insert("cookie", HeaderValue::from_str(&cookies.join("; ")).unwrap());
    }
    headers.insert("host", HeaderValue::from_static("house.test"));
    if method == "POST" {
        let kind =
            if random.below(5) == 0 { *random.one_of(&CONTENT_TYPES) } else { CONTENT_TYPES[0] };
        if let Ok(kind) = HeaderValue::from_str(kind) {
            headers.insert("content-type", kind);
        }
    }
    for _ in 0..random.below(3).saturating_sub(1) {
        let (name, value) = *random.one_of(&HEADERS);
        headers.insert(
            HeaderName::from_bytes(name.as_bytes()).unwrap(),
            HeaderValue::from_bytes(value).unwrap(),
        );
    }
    let body = match (method, random.below(10)) {
        ("POST", 0) => {
            (0..random.below(300)).map(|_| u8::try_from(random.below(256)).unwrap()).collect()
        }
        ("POST", 1) => json!({ "eventType": text(random), "data": { "orderId": text(random) } })
            .to_string()
            .into_bytes(),
        ("POST", _) => fields(random).into_bytes(),
        _ => Vec::new(),
    };
    request.body(Bytes::from(body)).unwrap()
}

#[tokio::test]
async fn no_request_makes_a_function_fail() {
    let log = Log::keep(tracing::Level::WARN);
    let shop = Shop::open().await;
    let (readers, orders) = everybody(&shop).await;
    let routes: Vec<String> = shop
        .system()
        .template()
        .functions
        .values()
        .flat_map(|function| &function.routes)
        .map(|route| route.path.clone().unwrap_or_else(|| "/no/such/room".into()))
        .collect();
    let (count, seed) = (number("FUZZ_REQUESTS", 4_000), number("FUZZ_SEED", 20_261_126));
    let mut random = Random(seed);
    let mut by_status: BTreeMap<u16, u64> = BTreeMap::new();
    for sent in 1..=count {
        let request = request(&mut random, &routes, &readers, &orders);
        let what = format!("{request:?}");
        let answer = shop.system().request(request).await;
        let status = answer.status().as_u16();
        *by_status.entry(status).or_default() += 1;
        assert!(status < 500, "FUZZ_SEED={seed}, request {sent}: {status}\n{what}");
        let failed = shop.system().failures();
        assert!(failed.is_empty(), "FUZZ_SEED={seed}, request {sent}: {failed:?}\n{what}");
        if random.below(50) == 0 {
            shop.time_passes(jiff::SignedDuration::from_secs(20)).await;
        }
    }
    println!("{count} requests from the seed {seed}, by status: {by_status:?}");
    let errors: Vec<String> = log
        .text()
        .lines()
        .filter(|line| line.contains("\"ERROR\""))
        .map(ToOwned::to_owned)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert!(
        by_status.keys().any(|status| *status == 200)
            && by_status.keys().any(|status| *status == 422)
    );
}

/// Changes a call somewhere: a value, a name, a row more or less.
fn changed(random: &mut Random, value: &mut Value, orders: &[String]) {
    match value {
        Value::Object(fields) if !fields.is_empty() && random.below(4) > 0 => {
            let name = fields.keys().nth(random.index(fields.len())).unwrap().clone();
            match random.below(8) {
                0 => drop(fields.remove(&name)),
                1 => drop(fields.insert(text(random), Value::Null)),
                _ => changed(random, &mut fields[&name], orders),
            }
        }
        Value::Array(rows) if !rows.is_empty() && random.below(4) > 0 => {
            let row = random.index(rows.len());
            match random.below(6) {
                0 => drop(rows.remove(row)),
                1 => rows.push(rows[row].clone()),
                _ => changed(random, &mut rows[row], orders),
            }
        }
        other => {
            *other = match random.below(10) {
                0 => Value::Null,
                1 => json!(random.below(1_000_000)),
                2 => json!(-1.5),
                3 => json!([]),
                4 => json!({}),
                5 => json!(true),
                6 => json!(["1", { "a": [] }]),
                7 | 8 => json!(random.one_of(orders)),
                _ => json!(text(random)),
            };
        }
    }
}

#[tokio::test]
async fn no_call_of_the_owner_makes_a_function_fail() {
    let shop = Shop::open().await;
    let (_, orders) = everybody(&shop).await;
    let mut calls: Vec<(String, Value)> = Vec::new();
    let functions: Vec<String> = shop
        .system()
        .template()
        .functions
        .keys()
        .filter(|name| name.starts_with("owner-"))
        .cloned()
        .collect();
    for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../events")).unwrap() {
        let stem = entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned();
        let function =
            functions.iter().filter(|name| stem.starts_with(name.as_str())).max_by_key(|n| n.len());
        if let Some(function) = function {
            calls.push((function.clone(), walk::event(&stem)));
        }
    }
    calls.sort_by_key(|(name, call)| (name.clone(), call.to_string()));
    let (count, seed) = (number("FUZZ_CALLS", 1_000), number("FUZZ_SEED", 20_261_126));
    let mut random = Random(seed);
    let mut by_status: BTreeMap<u64, u64> = BTreeMap::new();
    for sent in 1..=count {
        let (function, mut call) = random.one_of(&calls).clone();
        for _ in 0..random.below(3) {
            changed(&mut random, &mut call, &orders);
        }
        let mut left = 2;
        // Whatever would be done is done, sometimes.
        loop {
            let answer = shop.system().invoke(&function, call.clone()).await;
            let answer = answer.unwrap_or_else(|failure| {
                panic!("FUZZ_SEED={seed}, call {sent}: {function} {call}: {failure:?}")
            });
            let status = answer["status"].as_u64().unwrap_or_default();
            *by_status.entry(status).or_default() += 1;
            assert!(status == 200 || status == 400, "{function} {call}: {answer}");
            left -= 1;
            if left == 0 || !ready(&answer).is_object() || random.below(3) > 0 {
                break;
            }
            call = ready(&answer);
        }
        if random.below(40) == 0 {
            shop.settle().await;
        }
    }
    println!("{count} calls from the seed {seed}, by status: {by_status:?}");
    let failed: Vec<_> = shop.system().failures();
    assert!(failed.is_empty(), "{failed:?}");
}
