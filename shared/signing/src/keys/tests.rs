//! What is signed, opens again, and ends.

use super::*;

fn keys(text: &str) -> Keys {
    Keys::read(text).unwrap()
}

fn now() -> Timestamp {
    "2026-11-23T12:00:00+09:00".parse().unwrap()
}

#[test]
fn a_session_names_its_visitor() {
    let (key, visitor) = (keys("key"), VisitorId::new(1, 2));
    for epoch in [0, 1, u32::MAX] {
        let session = Session { visitor, epoch };
        assert_eq!(key.verify_session(&key.session(session, now()), now()), Ok(session));
    }
}

/// Sessions and links that are in use stay valid: the format is an interface.
#[test]
fn the_formats_of_signed_values_are_stable() {
    let key = keys("key");
    let at = Timestamp::from_second(1_795_402_800).unwrap();
    assert_eq!(
        key.session(Session::first(VisitorId::new(1, 2)), at),
        "00000000010000000000000002.1795402800.3e05a1a9.KJ5ASX3nIMhXVvdg0YFwwlgY0rwUM9LTRv5pU_NVVdo"
    );
    assert_eq!(
        key.ticket("/slip/1", at),
        "1795402800.3e05a1a9.B_Arw229UzaGAKWZC9T04v6MEu24dXY0IXo4UA9mu2k"
    );
    let bookmark = key.bookmark(VisitorId::new(1, 2), 1);
    assert_eq!(key.bookmark_digest(bookmark), "abad8fef4d318112a3f6e2a60564e9e7");
}

#[test]
fn a_changed_session_is_forged() {
    let key = keys("key");
    let cookie = key.session(Session::first(VisitorId::new(1, 2)), now());
    let other = VisitorId::new(9, 9).to_string();
    let forged = format!("{other}{}", cookie.trim_start_matches(|c| c != '.'));
    assert_eq!(key.verify_session(&forged, now()), Err(InvalidSignature::Forged));
    let other_key = keys("another");
    assert_eq!(other_key.verify_session(&cookie, now()), Err(InvalidSignature::UnknownSecret));
    for malformed in ["", ".", "..", "a.b.c", "한글.1.x"] {
        assert!(key.verify_session(malformed, now()).is_err(), "{malformed}");
    }
}

#[test]
fn a_session_expires() {
    let key = keys("key");
    let cookie = key.session(Session::first(VisitorId::new(1, 2)), now());
    let later = Timestamp::from_second(now().as_second() + SESSION_LIFETIME + 1).unwrap();
    assert_eq!(key.verify_session(&cookie, later), Err(InvalidSignature::Expired));
}

#[test]
fn a_pass_opens_its_order_until_it_expires() {
    let (key, order) = (keys("key"), OrderId::new(1, 2));
    let expires = Timestamp::from_second(now().as_second() + 60).unwrap();
    let pass = key.order_pass(order, expires);
    assert_eq!(key.verify_order_pass(&pass, now()), Ok(order));
    assert_eq!(key.verify_order_pass(&pass, expires), Err(InvalidSignature::Expired));
    let other = pass.replace(&order.to_string(), &OrderId::new(1, 3).to_string());
    let session = key.session(Session::first(VisitorId::new(1, 2)), now());
    for forged in [other.as_str(), &session, "", ".", "a.b"] {
        assert_eq!(key.verify_order_pass(forged, now()), Err(InvalidSignature::Forged));
    }
    assert_eq!(key.verify_session(&pass, now()), Err(InvalidSignature::Forged));
    assert_ne!(key.telephone_digest("01012345678"), key.telephone_digest("01012345679"));
}

#[test]
fn a_ticket_opens_its_page_until_it_expires() {
    let key = keys("key");
    let expires = Timestamp::from_second(now().as_second() + 60).unwrap();
    let ticket = key.ticket("/page/1", expires);
    assert_eq!(key.verify_ticket("/page/1", &ticket, now()), Ok(expires));
    assert_eq!(key.verify_ticket("/page/1", &ticket, expires), Err(InvalidSignature::Expired));
    let longer = format!("9{ticket}");
    let session = key.session(Session::first(VisitorId::new(1, 2)), now());
    for (page, ticket) in [("/page/2", &ticket), ("/page/1", &longer), ("/page/1", &session)] {
        assert_eq!(key.verify_ticket(page, ticket, now()), Err(InvalidSignature::Forged));
    }
}

#[test]
fn what_was_signed_stays_valid_while_its_secret_is_there() {
    let (before, visitor) = (keys("old"), VisitorId::new(1, 2));
    let (session, order) = (Session::first(visitor), OrderId::new(1, 2));
    let expires = Timestamp::from_second(now().as_second() + 60).unwrap();
    let cookie = before.session(session, now());
    let pass = before.order_pass(order, expires);
    let ticket = before.ticket("/page/1", expires);
    let during = keys("sign new\nsign old\ndigest old");
    assert_eq!(during.verify_session(&cookie, now()), Ok(session));
    assert_eq!(during.verify_order_pass(&pass, now()), Ok(order));
    assert_eq!(during.verify_ticket("/page/1", &ticket, now()), Ok(expires));
    let after = keys("sign new\ndigest old");
    let newer = during.session(session, now());
    assert_eq!(after.verify_session(&newer, now()), Ok(session), "the newest secret signs");
    let unknown = Err(InvalidSignature::UnknownSecret);
    assert_eq!(after.verify_session(&cookie, now()), unknown);
    assert_eq!(before.verify_session(&newer, now()), unknown, "who does not know it yet asks");
    // What the table keeps is found through all of it.
    for later in [&during, &after] {
        let bookmark = later.bookmark(visitor, 1);
        assert_eq!(later.bookmark_digest(bookmark), before.bookmark_digest(bookmark));
        assert_eq!(bookmark.bytes(), before.bookmark(visitor, 1).bytes());
        assert_eq!(later.telephone_digest("0101"), before.telephone_digest("0101"));
    }
}

#[test]
fn an_address_has_one_digest_however_it_is_spaced_and_another_for_each_purpose() {
    let at = |street: &str| -> Address {
        let fields = serde_json::json!({
            "recipient": "아무개", "phone": "", "postcode": "03134", "street": street,
        });
        serde_json::from_value(fields).unwrap()
    };
    let key = keys("key");
    assert_eq!(key.sent_to(&at("창의문로 119")), key.sent_to(&at(" 창의문로  119 ")));
    assert_ne!(key.sent_to(&at("창의문로 119")), key.sent_to(&at("창의문로 120")));
    assert_ne!(key.sent_to(&at("창의문로 119")).as_str(), key.address_digest(&at("창의문로 119")));
    assert_ne!(key.sent_to(&at("창의문로 119")), keys("other").sent_to(&at("창의문로 119")));
}

#[test]
fn a_bookmark_depends_on_key_visitor_and_number() {
    let (key, visitor) = (keys("key"), VisitorId::new(1, 2));
    let first = key.bookmark(visitor, 1);
    assert_eq!(first, key.bookmark(visitor, 1));
    let other_key = keys("k");
    for other in [
        key.bookmark(visitor, 2),
        key.bookmark(VisitorId::new(1, 3), 1),
        other_key.bookmark(visitor, 1),
    ] {
        assert_ne!(key.bookmark_digest(first), key.bookmark_digest(other));
    }
    assert_ne!(key.bookmark_digest(first), other_key.bookmark_digest(first));
    assert_eq!(key.bookmark_digest(first).len(), 32);
}
