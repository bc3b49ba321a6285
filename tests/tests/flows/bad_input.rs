//! What nobody should send, sent: each gets a clear page or answer with the right status; nothing
//! falls, nothing is revealed, nothing changes.

use std::sync::Arc;

use bytes::Bytes;
use domain::base::text::Language;
use http::Method;
use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use walk::{Doors, Page, Request, Shop, Walker, book, page_rules};

use super::{get, post};

/// Every step by its path; ORDER stands for the reader's order.
const STEPS: [&str; 14] = [
    "/",
    "/knock",
    "/study",
    "/guestbook",
    "/letter",
    "/counter",
    "/pay/ORDER",
    "/pay/ORDER/success",
    "/pay/ORDER/fail",
    "/window",
    "/window/ORDER",
    "/mailbox",
    "/shelf",
    "/notice",
];

/// Those that take a form.
const FORMS: [&str; 7] =
    ["/", "/knock", "/study", "/guestbook", "/letter", "/counter", "/pay/ORDER"];

/// Those that anybody may see.
const PUBLIC: [&str; 3] = ["/", "/shelf", "/notice"];

/// A stocked shop and a reader with an order to pay.
async fn with_a_reader() -> (Shop, Walker, String) {
    let shop = Shop::open().await;
    let mut reader = shop.visitor();
    let order = reader.to_an_order(Doors::Plain, "middle").await;
    (shop, reader, order)
}

/// A request to a step, with a body.
fn ask(method: &Method, path: &str, order: &str, body: impl Into<Bytes>) -> Request {
    let ask = http::Request::builder().method(method).uri(path.replace("ORDER", order));
    ask.header("content-type", "application/x-www-form-urlencoded").body(body.into()).unwrap()
}

/// A page with this status that tells what is wrong and where to go on.
fn refuses(page: &Page, status: u16, what: &str) {
    assert_eq!(page.status.as_u16(), status, "{what}: {page:?}");
    page_rules::check(page, Language::Ko);
    assert!(
        page.first("main [data-onward], main form").is_some(),
        "{what}: nothing leads on from {page:?}"
    );
    assert!(!page.body.to_lowercase().contains("dynamo"), "{what}: our inside shows: {page:?}");
}

#[tokio::test]
async fn a_path_that_is_none() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in [
        "/nowhere",
        "/knock/",
        "/knock/again",
        "/KNOCK",
        "//",
        "/.",
        "/..",
        "/%2e%2e/etc/passwd",
        "/%EB%B3%84",
        "/%00",
        "/%FF",
        "/a%20b",
        "/%23",
        "/knock%2Fagain",
        "/favicon.ico",
        "/robots.txt",
        "/.env",
        "/pay",
        "/pay/",
        "/pay/ORDER/elsewhere",
        "/pay/ORDER/success/more",
        "/pay/none",
        "/pay/%EB%B3%84",
        "/pay/%00/success",
        "/pay/order",
        "/window/none",
        "/window/ORDER/more",
        "/window/%EB%B3%84",
        "/window/01JD9G5T3M8Q2W6X4Z7N1C0V5K",
        "/shelf?range=none",
        "/shelf?range=%EB%B3%84",
        "/window/00000000000000000000000000",
        "/window/zzzzzzzzzzzzzzzzzzzzzzzzzz",
        "/2015-03-31/functions",
    ] {
        for method in [Method::GET, Method::POST] {
            if method == Method::POST
                && (path.starts_with("/shelf")
                    || path.starts_with("/window")
                    || path.starts_with("/pay"))
            {
                continue;
            }
            let page = reader.ask(ask(&method, path, &order, "")).await;
            refuses(&page, 404, &format!("{method} {path}"));
        }
    }
    let long = format!("/{}", "a".repeat(4_000));
    refuses(&reader.ask(get(&long)).await, 404, "a long path");
    for after in ["", "x", "%FF", "100%239788936434120", "%F0%9F%90%98", "9%23", "000%23x"] {
        let page = reader.ask(get(&format!("/shelf?range=middle&after={after}"))).await;
        assert!(matches!(page.status.as_u16(), 200 | 400), "after={after}: {page:?}");
    }
    assert_eq!(shop.items(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_method_that_is_none() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in STEPS.iter().chain(&["/nowhere"]) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let page = reader.ask(ask(&method, path, &order, "door=plain")).await;
            refuses(&page, 405, &format!("{method} {path}"));
            assert!(
                page.header("allow").contains("GET"),
                "RFC 9110 §15.5.6 wants `Allow`: {:?}",
                page.headers
            );
        }
        let head = reader.ask(ask(&Method::HEAD, path, &order, "")).await;
        assert!(head.status.as_u16() < 500, "HEAD {path}");
    }
    for path in ["/window", "/mailbox", "/shelf", "/notice"] {
        let page = reader.ask(ask(&Method::POST, path, &order, "door=plain")).await;
        refuses(&page, 405, &format!("POST {path}"));
        assert!(!page.header("allow").contains("POST"), "{path}: {:?}", page.headers);
    }
    assert_eq!(shop.items(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_body_that_is_too_large() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in FORMS {
        for field in [
            "door=plain&answer=",
            "letter=",
            "pen_name=",
            "recipient=",
            "payment_key=k&amount=",
            "",
        ] {
            let page = reader
                .ask(ask(&Method::POST, path, &order, format!("{field}{}", "a".repeat(300_000))))
                .await;
            refuses(&page, 413, &format!("POST {path} {field}"));
        }
        // As text and as JSON, which API Gateway hands over unencoded.
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
            let large =
                http::Request::post(path.replace("ORDER", &order)).header("content-type", kind);
            let page = reader.ask(large.body("가".repeat(100_000).into()).unwrap()).await;
            refuses(&page, 413, &format!("POST {path} as {kind}"));
        }
    }
    // The longest letter there is fits.
    let mut writer = shop.visitor().writing("물억새", &"값".repeat(4_000));
    writer.to_the_counter(Doors::Plain).await;
    writer.expect("counter");
    let after = shop.items();
    assert!(before.iter().all(|item| after.contains(item)), "something else changed");
    shop.nothing_failed();
}

#[tokio::test]
async fn bytes_that_are_no_text() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in STEPS {
        for query in ["x=%FF", "%C0%80=1", "lang=%ED%A0%80", "after=%F4%90%80%80"] {
            let page = reader.ask(get(&format!("{}?{query}", path.replace("ORDER", &order)))).await;
            refuses(&page, 400, &format!("GET {path}?{query}"));
        }
    }
    for path in FORMS {
        for body in [
            &b"answer=%FF&door=riddle"[..],
            b"letter=\xFF\xFE",
            b"pen_name=%C3%28",
            b"\xED\xA0\x80",
            b"payment_key=%80",
        ] {
            let page = reader.ask(ask(&Method::POST, path, &order, body.to_vec())).await;
            refuses(&page, 400, &format!("POST {path} {}", body.escape_ascii()));
        }
    }
    assert_eq!(shop.items(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_form_without_its_field() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    for room in ["/knock", "/study"] {
        let before = shop.items();
        for (body, status) in [
            ("", 400),
            ("door=riddle", 400),
            ("answer=x", 400),
            ("door=", 400),
            ("door=window&answer=x", 400),
            ("door=hint", 409),
            ("door=hint&hint=0", 409),
            ("door=hint&hint=9", 409),
            ("door=hint&hint=-1", 409),
            ("door=hint&hint=99999999999999999999", 409),
            ("&&&", 400),
            ("=", 400),
            ("door", 400),
        ] {
            refuses(&visitor.ask(post(room, body)).await, status, &format!("{room} {body}"));
        }
        assert_eq!(shop.items(), before, "{room}");
        visitor.by_plain_door().await;
    }
    visitor.through_the_rooms(Doors::Plain).await;
    let before = shop.items();
    for body in [
        "",
        "pen_name=",
        "pen_name=%E2%80%8B",
        "grown=yes&terms=yes&privacy=yes",
        "pen_name=x&grown=yes&terms=yes",
    ] {
        refuses(&visitor.ask(post("/guestbook", body)).await, 422, body);
    }
    let long = format!("pen_name={}&grown=y&terms=y&privacy=y", "x".repeat(31));
    refuses(&visitor.ask(post("/guestbook", long)).await, 422, "a long name");
    assert_eq!(shop.items(), before);
    visitor.sign().await;
    let before = shop.items();
    for body in ["", "letter=", "letter=%20%0A%E2%80%8B", "lettre=x"] {
        refuses(&visitor.ask(post("/letter", body)).await, 422, body);
    }
    assert_eq!(shop.items(), before);
    visitor.write_letter().await;
    let before = shop.items();
    let whole = visitor.filled_counter("middle");
    for field in ["range", "recipient", "phone", "postcode", "street", "agreed", "promised"] {
        let page = visitor.ask(super::sent(&whole.clone().without(field))).await;
        refuses(&page, 422, &format!("the counter without {field}"));
    }
    for (field, wrong) in [
        ("range", "gold"),
        ("range", "별"),
        ("recipient", "\u{200b}"),
        ("recipient", &"가".repeat(41)),
        ("phone", "112"),
        ("phone", "821012345678"),
        ("phone", "010-1234-567x"),
        ("postcode", "0313"),
        ("postcode", "031345"),
        ("street", " "),
        ("street", &"가".repeat(101)),
        ("detail", &"가".repeat(101)),
        ("promised", "2030-01-01"),
        ("promised", "내일"),
    ] {
        let page = visitor.ask(super::sent(&whole.clone().tampered(field, wrong))).await;
        refuses(&page, 422, &format!("the counter with {field}={wrong}"));
        assert!(page.first("[aria-invalid=true], .problem").is_some(), "{field}: {page:?}");
    }
    assert_eq!(shop.items(), before);
    visitor.submit(whole).await;
    visitor.expect("pay");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_cookie_that_is_forged_or_stale() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    let (name, good) = reader.cookies().iter().find(|(name, _)| name.ends_with("sid")).unwrap();
    let (visitor, rest) = good.split_once('.').unwrap();
    let (issued, seal) = rest.split_once('.').unwrap();
    let other = shop
        .items()
        .iter()
        .find_map(|item| item["pk"]["S"].as_str()?.strip_prefix("ORDER#").map(ToOwned::to_owned))
        .unwrap();
    let forged = [
        String::new(),
        ".".to_owned(),
        "..".to_owned(),
        "nonsense".to_owned(),
        visitor.to_owned(),
        format!("{visitor}.{issued}"),
        format!("{visitor}.{issued}."),
        format!("{visitor}.{issued}.{}", &seal[1..]),
        format!("{other}.{issued}.{seal}"),
        format!("{visitor}.{}.{seal}", issued.parse::<i64>().unwrap() + 1),
        format!("{visitor}.-1.{seal}"),
        format!("{visitor}.{issued}.{}", "A".repeat(43)),
        "a".repeat(4_000),
    ];
    let ask_with = |path: &str, cookie: &[u8]| {
        let ask = http::Request::get(path.replace("ORDER", &order));
        ask.header("cookie", http::HeaderValue::from_bytes(cookie).unwrap())
            .body(Bytes::new())
            .unwrap()
    };
    for path in STEPS {
        let status = if PUBLIC.contains(&path) { 200 } else { 403 };
        for cookie in &forged {
            let page = reader.ask(ask_with(path, format!("{name}={cookie}").as_bytes())).await;
            assert_eq!(page.status.as_u16(), status, "{path} with `{cookie}`: {page:?}");
            page_rules::check(&page, Language::Ko);
        }
        for cookie in [&b"\xFF\xFE"[..], b"sid", b"=;=;;", "sid=별".as_bytes()] {
            let page = reader.ask(ask_with(path, cookie)).await;
            assert_eq!(
                page.status.as_u16(),
                status,
                "{path} with {}: {page:?}",
                cookie.escape_ascii()
            );
        }
        let stranger = shop.visitor().ask(get(&path.replace("ORDER", &order))).await;
        assert_eq!(stranger.status.as_u16(), status, "{path} as a stranger: {stranger:?}");
    }
    for path in FORMS.iter().filter(|path| **path != "/") {
        let stranger = shop.visitor().ask(ask(&Method::POST, path, &order, "door=plain")).await;
        refuses(&stranger, 403, path);
    }
    assert_eq!(shop.items(), before);

    // Half a year later the ticket has worn out; the door begins anew, and nothing is lost.
    shop.system().leap(SignedDuration::from_hours(24 * 181)).await.unwrap();
    let page = reader.ask(get("/window")).await;
    refuses(&page, 403, "a stale cookie");
    assert!(page.says("표가 낡았습니다"), "{page:?}");
    let mut back = reader.clone();
    back.open_the_door().await;
    back.expect("knock");
    assert_ne!(back.cookies(), reader.cookies(), "a new ticket");
    assert_eq!(shop.state(&order), "priced");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_step_out_of_order() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let ahead = ["/study", "/wait", "/bell", "/whisper", "/guestbook", "/letter", "/counter"];
    let by_plain_door =
        ["/knock", "/study", "/wait", "/bell", "/whisper"].map(|room| (room, "door=plain"));
    let doors = by_plain_door.into_iter().chain([("/guestbook", ""), ("/letter", "")]);
    for (stage, (stands, form)) in doors.enumerate() {
        let before = shop.items();
        for path in &ahead[stage..] {
            for page in [
                visitor.ask(get(path)).await,
                visitor
                    .ask(post(path, "door=plain&pen_name=x&grown=y&terms=y&privacy=y&letter=x"))
                    .await,
            ] {
                refuses(&page, 409, &format!("{path} from {stands}"));
                assert_eq!(page.first("main [data-onward]").unwrap().attr("href"), Some(stands));
                assert!(page.says("잃어버린 것은 없습니다."), "{page:?}");
            }
        }
        assert_eq!(shop.items(), before);
        match stands {
            "/guestbook" => {
                visitor.go(stands).await.step() == "guestbook"
                    && visitor.sign().await.step() == "letter"
            }
            "/letter" => visitor.write_letter().await.step() == "counter",
            _ => visitor.ask(post(stands, form)).await.status.as_u16() == 303,
        };
    }
    visitor.go("/counter").await;
    visitor.expect("counter");
    // What stands open at any stage does so.
    let mut early = shop.visitor();
    early.open_the_door().await;
    for path in ["/window", "/mailbox", "/shelf", "/notice", "/"] {
        assert_eq!(early.go(path).await.status.as_u16(), 200, "{path}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_form_sent_from_another_site() {
    let (shop, reader, order) = with_a_reader().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    let before = shop.items();
    for walker in [&reader, &visitor] {
        for path in FORMS {
            for (header, from) in [
                ("sec-fetch-site", "cross-site"),
                ("sec-fetch-site", "same-site"),
                ("sec-fetch-site", ""),
                ("origin", "https://elsewhere.test"),
                ("origin", "null"),
                ("origin", "http://house.test.elsewhere.test"),
                ("origin", "https://house.test"),
                ("origin", "http://house.test:81"),
            ] {
                let mut form =
                    ask(&Method::POST, path, &order, "door=plain&payment_key=k&amount=22000");
                form.headers_mut().insert(header, from.parse().unwrap());
                refuses(&walker.ask(form).await, 403, &format!("{path} {header}: {from}"));
            }
        }
    }
    assert_eq!(shop.items(), before);
    assert_eq!(shop.ledger(&order).charges, 0);
    // The house's own is taken, and so is that of a program that says neither.
    let mut own = post("/knock", "door=plain");
    own.headers_mut().insert("origin", "http://house.test".parse().unwrap());
    assert_eq!(visitor.ask(own).await.status.as_u16(), 303);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refusal_speaks_the_readers_language() {
    let (shop, reader, order) = with_a_reader().await;
    for (wrong, status) in [
        (get("/nowhere"), 404),
        (ask(&Method::PUT, "/counter", &order, ""), 405),
        (ask(&Method::POST, "/letter", &order, "a".repeat(300_000)), 413),
        (get("/knock?x=%FF"), 400),
    ] {
        let mut wrong = wrong;
        wrong.headers_mut().insert("accept-language", "en-GB,en;q=0.9,ko;q=0.1".parse().unwrap());
        let page = reader.ask(wrong).await;
        assert_eq!(page.status.as_u16(), status);
        page_rules::check(&page, Language::En);
        assert!(page.says("Back to the door"), "{page:?}");
    }
    shop.nothing_failed();
}

// ---- the owner's events

/// What no field wants.
fn nonsense() -> Vec<Value> {
    vec![
        Value::Null,
        json!(true),
        json!(-1),
        json!(1.5),
        json!(1e300),
        json!(u64::MAX),
        json!(""),
        json!(" \u{200b} "),
        json!("x".repeat(500)),
        json!("별\u{0}"),
        json!([]),
        json!([[]]),
        json!({}),
        json!({ "S": "x" }),
    ]
}

/// A drawer's answer to something wrong: which field, what was expected, a correct example.
fn names_the_problem(answer: &Value, field: &str, what: &str) {
    assert_eq!(answer["status"], 400, "{what}: {answer:#}");
    let problems = answer["problems"].as_array().unwrap_or_else(|| panic!("{what}: {answer:#}"));
    assert!(problems.iter().any(|problem| problem["field"] == field), "{what}: {answer:#}");
    for problem in problems {
        let expected = problem["expected"].as_str().unwrap();
        assert!(expected.chars().any(|c| ('가'..='힣').contains(&c)), "{what}: {answer:#}");
        assert!(problem.get("example").is_some(), "{what}: {answer:#}");
    }
    assert!(answer["did"].as_array().is_some_and(Vec::is_empty), "{what}: {answer:#}");
    assert!(!answer["next"].as_array().unwrap().is_empty(), "{what}: {answer:#}");
}

#[tokio::test]
async fn an_owners_event_that_is_none() {
    let (shop, ..) = with_a_reader().await;
    let before = shop.items();
    let system = shop.system();
    let drawers = system.template().functions.keys().filter(|name| name.starts_with("owner-"));
    for drawer in drawers {
        for event in [json!([]), json!("x"), json!(3), json!(true), json!([{ "books": [] }])] {
            names_the_problem(
                &shop.owner(drawer, event.clone()).await,
                "(전체)",
                &format!("{drawer} {event}"),
            );
        }
        for confirm in [json!(3), json!(true), json!([]), json!({})] {
            let answer = shop.owner(drawer, json!({ "confirm": confirm })).await;
            names_the_problem(&answer, "confirm", drawer);
        }
        let answer = shop.owner(drawer, json!({ "confirm": "0a1b2c3d" })).await;
        names_the_problem(&answer, "confirm", drawer);
    }

    for limit in nonsense().into_iter().filter(|value| !value.is_null()) {
        names_the_problem(
            &shop.owner("owner-desk", json!({ "limit": limit })).await,
            "limit",
            "owner-desk",
        );
    }
    for limit in [0, 101] {
        names_the_problem(
            &shop.owner("owner-desk", json!({ "limit": limit })).await,
            "limit",
            "owner-desk",
        );
    }

    for (drawer, list) in [("owner-shelve", "books"), ("owner-ship", "parcels")] {
        for wrong in nonsense().into_iter().filter(|value| *value != json!([[]])) {
            let event = json!({ list: wrong });
            names_the_problem(
                &shop.owner(drawer, event.clone()).await,
                list,
                &format!("{drawer} {event}"),
            );
        }
        names_the_problem(&shop.owner(drawer, json!({})).await, list, drawer);
        let most = if drawer == "owner-shelve" { 5_000 } else { 100 };
        let many = json!({ list: vec![json!({}); most + 1] });
        names_the_problem(&shop.owner(drawer, many).await, list, drawer);
    }
    assert_eq!(shop.items(), before, "something changed");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_field_that_a_drawer_does_not_have_is_named() {
    let shop = Shop::empty().await;
    let system = shop.system();
    for drawer in system.template().functions.keys().filter(|name| name.starts_with("owner-")) {
        names_the_problem(&shop.owner(drawer, json!({ "한도": 3 })).await, "한도", drawer);
    }
    let letter = json!({ "letter": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7/2026-11-23T03:00:00.000Z#reader", "anwser": "네" });
    let answer = shop.owner("owner-letters", json!({ "letters": [letter] })).await;
    names_the_problem(&answer, "letters[0].anwser", "owner-letters");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_row_of_the_shelf_with_a_wrong_field() {
    let shop = Shop::empty().await;
    let optional = ["work", "tags", "translator"];
    let mut row = book(1, 15_000, 5, 1);
    for (field, value) in
        [("work", json!("a-work")), ("tags", json!(["밤"])), ("translator", json!("아무개"))]
    {
        row[field] = value;
    }
    for field in row.as_object().unwrap().keys().cloned().collect::<Vec<_>>() {
        let place = format!("books[1].{field}");
        let mut without = row.clone();
        without.as_object_mut().unwrap().remove(&field);
        let neighbours = |wrong: Value| json!({ "books": [book(2, 15_000, 5, 1), wrong, book(3, 15_000, 5, 1)] });
        let answer = shop.owner("owner-shelve", neighbours(without)).await;
        if optional.contains(&field.as_str()) {
            assert_eq!(answer["status"], 200, "{field}: {answer:#}");
        } else {
            names_the_problem(&answer, &place, &format!("without {field}"));
            assert_eq!(
                answer["would_do"].as_array().unwrap().len(),
                2,
                "its neighbours are well: {answer:#}"
            );
        }
        for wrong in nonsense() {
            let mut bad = row.clone();
            bad[&field] = wrong.clone();
            let answer = shop.owner("owner-shelve", neighbours(bad)).await;
            let may_be = optional.contains(&field.as_str())
                && (wrong.is_null() || field == "tags" && wrong == json!([]));
            // The longest title there is has 200 characters; a shorter nonsense of letters is a
            // title.
            let is_text = matches!(field.as_str(), "title" | "author" | "publisher" | "translator")
                && wrong == json!("별\u{0}");
            if may_be || is_text {
                assert_eq!(answer["status"], 200, "{field}: {wrong}: {answer:#}");
            } else {
                names_the_problem(&answer, &place, &format!("{field}: {wrong}"));
            }
        }
    }
    for (field, wrong) in [
        ("isbn", json!("9788936434121")),
        ("isbn", json!("8936434128")),
        ("isbn", json!(9_788_936_434_120_u64)),
        ("list_price", json!(0)),
        ("list_price", json!(22_001)),
        ("list_price", json!("15000")),
        ("love", json!(6)),
        ("copies", json!(0)),
        ("copies", json!(1_001)),
        ("pages", json!(0)),
        ("pages", json!(10_001)),
        ("work", json!("한글 이름")),
    ] {
        let mut bad = row.clone();
        bad[field] = wrong.clone();
        let answer = shop.owner("owner-shelve", json!({ "books": [bad] })).await;
        names_the_problem(&answer, &format!("books[0].{field}"), &format!("{field}: {wrong}"));
    }
    let twice = json!({ "books": [row, row] });
    names_the_problem(
        &shop.owner("owner-shelve", twice).await,
        "books[1].isbn",
        "the same row twice",
    );
    assert_eq!(shop.items(), [] as [Value; 0], "something was stocked");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_parcel_with_a_wrong_field() {
    let (shop, _, order) = with_a_reader().await;
    let before = shop.items();
    let parcel = json!({ "order": order, "carrier": "cj", "number": "123456789012" });
    for field in ["order", "carrier", "number"] {
        let place = format!("parcels[0].{field}");
        let mut without = parcel.clone();
        without.as_object_mut().unwrap().remove(field);
        names_the_problem(
            &shop.owner("owner-ship", json!({ "parcels": [without] })).await,
            &place,
            field,
        );
        for wrong in nonsense() {
            let mut bad = parcel.clone();
            bad[field] = wrong.clone();
            let answer = shop.owner("owner-ship", json!({ "parcels": [bad] })).await;
            names_the_problem(&answer, &place, &format!("{field}: {wrong}"));
        }
    }
    // An order that is none, and one that is not packed.
    for (id, said) in
        [("01JD9G5T3M8Q2W6X4Z7N1C0V5K", "이런 주문은 없습니다"), (order.as_str(), "결제 전")]
    {
        let mut other = parcel.clone();
        other["order"] = id.into();
        let answer = shop.owner("owner-ship", json!({ "parcels": [other] })).await;
        names_the_problem(&answer, "parcels[0].order", id);
        assert!(answer["problems"][0]["expected"].as_str().unwrap().contains(said), "{answer:#}");
    }
    assert_eq!(shop.items(), before, "something changed");
    shop.nothing_failed();
}

// ---- anything at all

/// A request that somebody may make up: who, how, where to, with which headers and which body.
type MadeUp = (usize, Method, String, Vec<(String, Vec<u8>)>, Vec<u8>);

fn percent_encoded(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("%{byte:02X}"))
}

/// Half of it is what the house knows, the other half is anything.
fn anything(walkers: usize) -> impl Strategy<Value = MadeUp> {
    let segment = prop_oneof![
        select(vec![
            "knock",
            "study",
            "guestbook",
            "letter",
            "counter",
            "pay",
            "window",
            "mailbox",
            "shelf",
            "notice",
            "success",
            "fail",
            "ORDER",
            "..",
            ".",
            "",
        ])
        .prop_map(ToOwned::to_owned),
        "[A-Za-z0-9%._~!$&'()*+,;=:@-]{0,20}",
        vec(any::<u8>(), 0..12).prop_map(|bytes| percent_encoded(&bytes)),
    ];
    let path = vec(segment, 0..4).prop_map(|segments| format!("/{}", segments.join("/")));
    let text = prop_oneof![
        "\\PC{0,30}",
        select(vec![
            "plain",
            "riddle",
            "hint",
            "yes",
            "middle",
            "0",
            "22000",
            "2026-08-05",
            "별 헤는 밤",
            "··—",
            "ko",
            "en"
        ])
        .prop_map(ToOwned::to_owned),
    ];
    let names = vec![
        "door",
        "answer",
        "hint",
        "lang",
        "latin",
        "range",
        "after",
        "pen_name",
        "grown",
        "terms",
        "privacy",
        "letter",
        "recipient",
        "phone",
        "postcode",
        "street",
        "detail",
        "agreed",
        "promised",
        "payment_key",
        "amount",
        "paymentKey",
        "orderId",
        "code",
    ];
    let form = (subsequence(names, 0..8), vec(text, 8)).prop_map(|(names, values)| {
        url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(names.iter().zip(&values))
            .finish()
    });
    let query = prop_oneof![form.clone(), "[A-Za-z0-9%&=+._-]{0,40}"];
    let body = prop_oneof![form.prop_map(String::into_bytes), vec(any::<u8>(), 0..300)];
    let method = select(vec![Method::GET, Method::POST, Method::POST, Method::PUT, Method::HEAD]);
    let value = prop_oneof!["[ -~]{0,60}".prop_map(String::into_bytes), vec(0x80_u8..=0xFF, 0..20)];
    let header = select(vec![
        "cookie",
        "accept-language",
        "origin",
        "sec-fetch-site",
        "content-type",
        "x-forwarded-proto",
        "referer",
    ]);
    let headers = vec((header.prop_map(ToOwned::to_owned), value), 0..3);
    (0..walkers, method, path, query, headers, body).prop_map(
        |(walker, method, path, query, headers, body)| {
            (walker, method, format!("{path}?{query}"), headers, body)
        },
    )
}

#[test]
fn whatever_is_sent_the_house_answers() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let (shop, walkers, order) = runtime.block_on(async {
        let (shop, reader, order) = with_a_reader().await;
        let (stranger, mut knocking, mut writing) =
            (shop.visitor(), shop.visitor(), shop.visitor());
        knocking.open_the_door().await;
        writing.to_the_counter(Doors::Plain).await;
        (Arc::new(shop), vec![stranger, knocking, writing, reader], order)
    });
    let mut runner =
        TestRunner::new(Config { cases: 400, failure_persistence: None, ..Config::default() });
    let outcome =
        runner.run(&anything(walkers.len()), |(walker, method, address, headers, body)| {
            let mut ask =
                http::Request::builder().method(method).uri(address.replace("ORDER", &order));
            for (name, value) in &headers {
                let Ok(value) = http::HeaderValue::from_bytes(value) else { continue };
                ask = ask.header(name, value);
            }
            // What is no address reaches no server.
            let Ok(ask) = ask.body(Bytes::from(body)) else { return Ok(()) };
            let page = runtime.block_on(walkers[walker].ask(ask));
            prop_assert!(page.status.as_u16() < 500, "{page:?}");
            prop_assert_eq!(page.header("x-content-type-options"), "nosniff");
            prop_assert!(shop.system().failures().is_empty(), "{:?}", shop.system().failures());
            Ok(())
        });
    outcome.unwrap_or_else(|why| panic!("{why}"));
    drop(runtime.enter());
}
