//! Requests with a forged or expired session, out of order, or from another site.

use bytes::Bytes;
use domain::base::text::Language;
use http::Method;
use jiff::SignedDuration;
use walk::{Shop, page_rules};

use super::{FORMS, PUBLIC, STEPS, refuses, request, with_a_reader};
use crate::{get, post};

#[tokio::test]
async fn a_forged_or_expired_cookie_opens_nothing() {
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
    let with_cookie = |path: &str, cookie: &[u8]| {
        let request = http::Request::get(path.replace("ORDER", &order));
        request
            .header("cookie", http::HeaderValue::from_bytes(cookie).unwrap())
            .body(Bytes::new())
            .unwrap()
    };
    for path in STEPS {
        let status = if PUBLIC.contains(&path) { 200 } else { 403 };
        for cookie in &forged {
            let page = reader.ask(with_cookie(path, format!("{name}={cookie}").as_bytes())).await;
            assert_eq!(page.status.as_u16(), status, "{path} with `{cookie}`: {page:?}");
            page_rules::check(&page, Language::Ko);
        }
        for cookie in [&b"\xFF\xFE"[..], b"sid", b"=;=;;", "sid=별".as_bytes()] {
            let page = reader.ask(with_cookie(path, cookie)).await;
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
        let stranger = shop.visitor().ask(request(&Method::POST, path, &order, "door=plain")).await;
        refuses(&stranger, 403, path);
    }
    assert_eq!(shop.items(), before);

    // After 180 days the session expires. The door begins a new one, and the order is kept.
    shop.system().leap(SignedDuration::from_hours(24 * 181)).await.unwrap();
    let page = reader.ask(get("/window")).await;
    refuses(&page, 403, "an expired cookie");
    assert!(page.says("표가 낡았습니다"), "{page:?}");
    let mut back = reader.clone();
    back.open_the_door().await;
    back.expect("knock");
    assert_ne!(back.cookies(), reader.cookies(), "a new session");
    assert_eq!(shop.state(&order), "priced");
    shop.nothing_failed();
}

#[tokio::test]
async fn a_step_out_of_order_leads_back_to_the_next_one() {
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
    // The public pages are open at any stage.
    let mut early = shop.visitor();
    early.open_the_door().await;
    for path in ["/window", "/mailbox", "/shelf", "/notice", "/"] {
        assert_eq!(early.go(path).await.status.as_u16(), 200, "{path}");
    }
    shop.nothing_failed();
}

#[tokio::test]
async fn a_form_sent_from_another_site_is_refused() {
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
                    request(&Method::POST, path, &order, "door=plain&payment_key=k&amount=22000");
                form.headers_mut().insert(header, from.parse().unwrap());
                refuses(&walker.ask(form).await, 403, &format!("{path} {header}: {from}"));
            }
        }
    }
    assert_eq!(shop.items(), before);
    assert_eq!(shop.ledger(&order).charges, 0);
    // The own origin is accepted, and so is a request without these headers.
    let mut own = post("/knock", "door=plain");
    own.headers_mut().insert("origin", "http://house.test".parse().unwrap());
    assert_eq!(visitor.ask(own).await.status.as_u16(), 303);
    shop.nothing_failed();
}
