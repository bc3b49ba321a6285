//! Requests with a wrong path, method, body or field.

use domain::base::text::Language;
use http::Method;
use walk::{Doors, Shop, page_rules};

use super::{FORMS, STEPS, refuses, request, with_a_reader};
use crate::{get, post, sent};

#[tokio::test]
async fn an_unknown_path_is_not_found() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in [
        "/nowhere",
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
        "/humans.txt",
        "/.env",
        "/pay",
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
            let page = reader.ask(request(&method, path, &order, "")).await;
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
async fn an_unknown_method_is_not_allowed() {
    let (shop, reader, order) = with_a_reader().await;
    let before = shop.items();
    for path in STEPS.iter().chain(&["/nowhere"]) {
        for method in [Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS, Method::TRACE] {
            let page = reader.ask(request(&method, path, &order, "door=plain")).await;
            refuses(&page, 405, &format!("{method} {path}"));
            assert!(
                page.header("allow").contains("GET"),
                "RFC 9110 §15.5.6 requires `Allow`: {:?}",
                page.headers
            );
        }
        let head = reader.ask(request(&Method::HEAD, path, &order, "")).await;
        assert!(head.status.as_u16() < 500, "HEAD {path}");
    }
    for path in ["/window", "/mailbox", "/shelf", "/notice"] {
        let page = reader.ask(request(&Method::POST, path, &order, "door=plain")).await;
        refuses(&page, 405, &format!("POST {path}"));
        assert!(!page.header("allow").contains("POST"), "{path}: {:?}", page.headers);
    }
    assert_eq!(shop.items(), before);
    shop.nothing_failed();
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
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
                .ask(request(
                    &Method::POST,
                    path,
                    &order,
                    format!("{field}{}", "a".repeat(300_000)),
                ))
                .await;
            refuses(&page, 413, &format!("POST {path} {field}"));
        }
        // API Gateway passes text and JSON unencoded.
        for kind in ["text/plain", "application/json", "multipart/form-data; boundary=x", ""] {
            let large =
                http::Request::post(path.replace("ORDER", &order)).header("content-type", kind);
            let page = reader.ask(large.body("가".repeat(100_000).into()).unwrap()).await;
            refuses(&page, 413, &format!("POST {path} as {kind}"));
        }
    }
    // The longest allowed letter fits.
    let mut writer = shop.visitor().writing("물억새", &"값".repeat(4_000));
    writer.to_the_counter(Doors::Plain).await;
    writer.expect("counter");
    let after = shop.items();
    assert!(before.iter().all(|item| after.contains(item)), "something else changed");
    shop.nothing_failed();
}

#[tokio::test]
async fn bytes_that_are_not_utf8_are_refused() {
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
            let page = reader.ask(request(&Method::POST, path, &order, body.to_vec())).await;
            refuses(&page, 400, &format!("POST {path} {}", body.escape_ascii()));
        }
    }
    assert_eq!(shop.items(), before);
    shop.nothing_failed();
}

/// Every item but the drafts, in which a refused form keeps what was typed.
fn but_drafts(shop: &Shop) -> Vec<serde_json::Value> {
    let mut items = shop.items();
    items.retain(|item| item["kind"]["S"] != "draft");
    items
}

#[tokio::test]
async fn a_form_with_a_missing_or_wrong_field_is_explained() {
    let shop = Shop::open().await;
    let mut visitor = shop.visitor();
    visitor.open_the_door().await;
    for room in ["/knock", "/study"] {
        let before = but_drafts(&shop);
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
        assert_eq!(but_drafts(&shop), before, "{room}");
        visitor.by_plain_door().await;
    }
    visitor.through_the_rooms(Doors::Plain).await;
    let before = but_drafts(&shop);
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
    assert_eq!(but_drafts(&shop), before);
    visitor.sign().await;
    let before = but_drafts(&shop);
    for body in ["", "letter=", "letter=%20%0A%E2%80%8B", "lettre=x"] {
        refuses(&visitor.ask(post("/letter", body)).await, 422, body);
    }
    assert_eq!(but_drafts(&shop), before);
    visitor.write_letter().await;
    let before = but_drafts(&shop);
    let whole = visitor.filled_counter("middle");
    for field in ["range", "recipient", "phone", "postcode", "street", "agreed", "promised"] {
        let page = visitor.ask(sent(&whole.clone().without(field))).await;
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
        let page = visitor.ask(sent(&whole.clone().tampered(field, wrong))).await;
        refuses(&page, 422, &format!("the counter with {field}={wrong}"));
        assert!(page.first("[aria-invalid=true], .problem").is_some(), "{field}: {page:?}");
    }
    assert_eq!(but_drafts(&shop), before);
    visitor.submit(whole).await;
    visitor.expect("pay");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_refusal_is_in_the_readers_language() {
    let (shop, reader, order) = with_a_reader().await;
    for (wrong, status) in [
        (get("/nowhere"), 404),
        (request(&Method::PUT, "/counter", &order, ""), 405),
        (request(&Method::POST, "/letter", &order, "a".repeat(300_000)), 413),
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
