//! What the shop signs with its secret, and how each signature is checked. Every message that is
//! signed begins with its purpose, so a signature for one purpose is invalid for any other.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    base::{
        hex,
        id::{OrderId, VisitorId},
    },
    order::Address,
    walk::{
        bookmark::{Bookmark, WORDS},
        session::Session,
    },
};
use jiff::Timestamp;
use ring::hmac;

/// Lifetime of a session in seconds: 180 days from when it was issued.
const SESSION_LIFETIME: i64 = 180 * 24 * 60 * 60;

/// The shop's signing key.
#[derive(Clone)]
pub struct SigningKey(hmac::Key);

/// A session cookie or ticket that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    /// The value is malformed, or its signature does not match.
    #[error("the signature does not match")]
    Forged,
    /// The signature matches, but its time is over.
    #[error("the signature has expired")]
    Expired,
}

impl SigningKey {
    /// Derives the key from the shop's secret.
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// The value of a session cookie: `<visitor>.<issued>.<signature>`, or with the session's epoch
    /// `<visitor>.<issued>.<epoch>.<signature>`. The time of issue is in seconds since 1970, the
    /// signature in base64url.
    pub fn session(&self, session: Session, now: Timestamp) -> String {
        let Session { visitor, epoch } = session;
        let mut claim = format!("{visitor}.{}", now.as_second());
        if epoch > 0 {
            claim += &format!(".{epoch}");
        }
        let signature = self.sign(&session_message(&claim));
        format!("{claim}.{signature}")
    }

    /// The session that a cookie names. The signature is checked before anything else is parsed.
    pub fn verify_session(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<Session, InvalidSignature> {
        let (claim, signature) = cookie.rsplit_once('.').ok_or(InvalidSignature::Forged)?;
        self.verify(&session_message(claim), signature)?;
        let (visitor, rest) = claim.split_once('.').ok_or(InvalidSignature::Forged)?;
        let (issued, epoch) = rest.split_once('.').unwrap_or((rest, "0"));
        let issued: i64 = issued.parse().map_err(|_| InvalidSignature::Forged)?;
        let epoch = epoch.parse().map_err(|_| InvalidSignature::Forged)?;
        if now.as_second().saturating_sub(issued) > SESSION_LIFETIME {
            return Err(InvalidSignature::Expired);
        }
        let visitor = visitor.parse().map_err(|_| InvalidSignature::Forged)?;
        Ok(Session { visitor, epoch })
    }

    /// The value of a cookie that opens one order until it expires:
    /// `<order>.<expires>.<signature>`, with the time in seconds since 1970.
    pub fn order_pass(&self, order: OrderId, expires: Timestamp) -> String {
        let claim = format!("{order}.{}", expires.as_second());
        let signature = self.sign(&order_message(&claim));
        format!("{claim}.{signature}")
    }

    /// The order that a pass opens. The signature is checked before anything else is parsed.
    pub fn verify_order_pass(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<OrderId, InvalidSignature> {
        let (claim, signature) = cookie.rsplit_once('.').ok_or(InvalidSignature::Forged)?;
        self.verify(&order_message(claim), signature)?;
        let (order, expires) = claim.split_once('.').ok_or(InvalidSignature::Forged)?;
        let expires: i64 = expires.parse().map_err(|_| InvalidSignature::Forged)?;
        if now.as_second() >= expires {
            return Err(InvalidSignature::Expired);
        }
        order.parse().map_err(|_| InvalidSignature::Forged)
    }

    /// The digest of a telephone for counting, keyed, so that the table alone is not enough to try
    /// telephones against it.
    pub fn telephone_digest(&self, telephone: &str) -> String {
        let message = format!("telephone\n{telephone}");
        hex::of(hmac::sign(&self.0, message.as_bytes()).as_ref(), 16)
    }

    /// The digest under which the places held for an address without a payment are counted.
    pub fn address_digest(&self, address: &Address) -> String {
        let message = format!("address\n{}", address.place().reveal());
        hex::of(hmac::sign(&self.0, message.as_bytes()).as_ref(), 16)
    }

    /// A ticket for one page (path and query), `<expires>.<signature>`. It opens that page alone,
    /// without a session, until it expires.
    pub fn ticket(&self, page: &str, expires: Timestamp) -> String {
        let expires = expires.as_second();
        format!("{expires}.{}", self.sign(&page_message(page, expires)))
    }

    /// Checks a ticket for a page. The signature is checked before the time.
    pub fn verify_ticket(
        &self,
        page: &str,
        ticket: &str,
        now: Timestamp,
    ) -> Result<(), InvalidSignature> {
        let (expires, signature) = ticket.split_once('.').ok_or(InvalidSignature::Forged)?;
        let expires: i64 = expires.parse().map_err(|_| InvalidSignature::Forged)?;
        self.verify(&page_message(page, expires), signature)?;
        if now.as_second() < expires { Ok(()) } else { Err(InvalidSignature::Expired) }
    }

    /// The bookmark of a visitor with this number. It is derived and never stored: the same key,
    /// visitor and number always give the same words.
    pub fn bookmark(&self, visitor: VisitorId, number: u32) -> Bookmark {
        let tag = hmac::sign(&self.0, format!("bookmark\n{visitor}\n{number}").as_bytes());
        let mut bytes = [0; WORDS];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_the_tag)| *byte = *of_the_tag);
        Bookmark::new(bytes)
    }

    /// The digest under which the table stores a bookmark. It is keyed, so the table alone is not
    /// enough to try words against it.
    pub fn bookmark_digest(&self, bookmark: Bookmark) -> String {
        let message = format!("mark\n{}", hex::of(&bookmark.bytes(), WORDS));
        hex::of(hmac::sign(&self.0, message.as_bytes()).as_ref(), 16)
    }

    fn sign(&self, message: &str) -> String {
        URL_SAFE_NO_PAD.encode(hmac::sign(&self.0, message.as_bytes()))
    }

    fn verify(&self, message: &str, signature: &str) -> Result<(), InvalidSignature> {
        let tag = URL_SAFE_NO_PAD.decode(signature).map_err(|_| InvalidSignature::Forged)?;
        hmac::verify(&self.0, message.as_bytes(), &tag).map_err(|_| InvalidSignature::Forged)
    }
}

fn session_message(claim: &str) -> String {
    format!("session\n{claim}")
}

fn order_message(claim: &str) -> String {
    format!("order\n{claim}")
}

fn page_message(page: &str, expires: i64) -> String {
    format!("page\n{page}\n{expires}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    #[test]
    fn a_session_names_its_visitor() {
        let (key, visitor) = (SigningKey::new("key"), VisitorId::new(1, 2));
        for epoch in [0, 1, u32::MAX] {
            let session = Session { visitor, epoch };
            assert_eq!(key.verify_session(&key.session(session, now()), now()), Ok(session));
        }
    }

    /// Sessions and links that are in use stay valid: the format is an interface.
    #[test]
    fn the_formats_of_signed_values_are_stable() {
        let key = SigningKey::new("key");
        let at = Timestamp::from_second(1_795_402_800).unwrap();
        assert_eq!(
            key.session(Session::first(VisitorId::new(1, 2)), at),
            "00000000010000000000000002.1795402800.-hbCIJpc8C9_Snnde06Xx9Lnr8VcD6r2bMWZCQFeetY"
        );
        assert_eq!(
            key.ticket("/slip/1", at),
            "1795402800.L3kjoIjIOhl11bEcj2qtKOHxCapk9EveW0NuV4P2DU4"
        );
        let bookmark = key.bookmark(VisitorId::new(1, 2), 1);
        assert_eq!(key.bookmark_digest(bookmark), "a18e341d976a8547fd7ce9cf33770ab9");
    }

    #[test]
    fn a_changed_session_is_forged() {
        let key = SigningKey::new("key");
        let cookie = key.session(Session::first(VisitorId::new(1, 2)), now());
        let other = VisitorId::new(9, 9).to_string();
        let forged = format!("{other}{}", cookie.trim_start_matches(|c| c != '.'));
        assert_eq!(key.verify_session(&forged, now()), Err(InvalidSignature::Forged));
        let other_key = SigningKey::new("another key");
        assert_eq!(other_key.verify_session(&cookie, now()), Err(InvalidSignature::Forged));
        for malformed in ["", ".", "..", "a.b.c", "한글.1.x"] {
            assert_eq!(key.verify_session(malformed, now()), Err(InvalidSignature::Forged));
        }
    }

    #[test]
    fn a_session_expires() {
        let key = SigningKey::new("key");
        let cookie = key.session(Session::first(VisitorId::new(1, 2)), now());
        let later = Timestamp::from_second(now().as_second() + SESSION_LIFETIME + 1).unwrap();
        assert_eq!(key.verify_session(&cookie, later), Err(InvalidSignature::Expired));
    }

    #[test]
    fn a_pass_opens_its_order_until_it_expires() {
        let (key, order) = (SigningKey::new("key"), OrderId::new(1, 2));
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
        let key = SigningKey::new("key");
        let expires = Timestamp::from_second(now().as_second() + 60).unwrap();
        let ticket = key.ticket("/slip/1", expires);
        assert_eq!(key.verify_ticket("/slip/1", &ticket, now()), Ok(()));
        assert_eq!(key.verify_ticket("/slip/1", &ticket, expires), Err(InvalidSignature::Expired));
        let longer = format!("9{ticket}");
        let session = key.session(Session::first(VisitorId::new(1, 2)), now());
        for (page, ticket) in [("/slip/2", &ticket), ("/slip/1", &longer), ("/slip/1", &session)] {
            assert_eq!(key.verify_ticket(page, ticket, now()), Err(InvalidSignature::Forged));
        }
    }

    #[test]
    fn a_bookmark_depends_on_key_visitor_and_number() {
        let (key, visitor) = (SigningKey::new("key"), VisitorId::new(1, 2));
        let first = key.bookmark(visitor, 1);
        assert_eq!(first, key.bookmark(visitor, 1));
        let other_key = SigningKey::new("k");
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
}
