//! The session: a cookie that names the visitor, under a seal that only the shop can make.
//!
//! `<visitor>.<issued>.<seal>`: the visitor's id, when it was issued (seconds since 1970) and the
//! HMAC-SHA-256 of both (RFC 2104), base64url. Behind TLS the cookie is `__Host-sid` (RFC 6265bis
//! §4.1.3.2) with `Secure`; the local run, on plain HTTP, uses `sid`.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    base::{hex, id::VisitorId},
    walk::bookmark::{Bookmark, WORDS},
};
use jiff::Timestamp;
use ring::hmac;

/// For how long a session is good, in seconds: 180 days from when it was issued.
const GOOD_FOR: i64 = 180 * 24 * 60 * 60;

/// The shop's seal.
#[derive(Clone)]
pub struct Seal(hmac::Key);

/// A cookie that names nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoSession {
    /// The cookie was not made by this shop, or was changed.
    #[error("the session is forged")]
    Forged,
    /// It was good once.
    #[error("the session has run out")]
    Stale,
}

impl Seal {
    /// A seal cut from the shop's secret.
    pub fn new(secret: &str) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()))
    }

    /// The value of a session cookie for `visitor`.
    pub fn session(&self, visitor: VisitorId, now: Timestamp) -> String {
        let named = format!("{visitor}.{}", now.as_second());
        let tag = hmac::sign(&self.0, purpose(&named).as_bytes());
        format!("{named}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// A ticket to one page that no session opens: good for that page alone, until then.
    pub fn ticket(&self, page: &str, until: Timestamp) -> String {
        let until = until.as_second();
        let tag = hmac::sign(&self.0, for_page(page, until).as_bytes());
        format!("{until}.{}", URL_SAFE_NO_PAD.encode(tag))
    }

    /// Whether a ticket admits to a page now. The seal is checked before the time, in constant
    /// time.
    pub fn admits(&self, page: &str, ticket: &str, now: Timestamp) -> Result<(), NoSession> {
        let (until, tag) = ticket.split_once('.').ok_or(NoSession::Forged)?;
        let until: i64 = until.parse().map_err(|_| NoSession::Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| NoSession::Forged)?;
        hmac::verify(&self.0, for_page(page, until).as_bytes(), &tag)
            .map_err(|_| NoSession::Forged)?;
        if now.as_second() < until { Ok(()) } else { Err(NoSession::Stale) }
    }

    /// The bookmark of a visitor with this number. It is made, not kept: the same whenever it is
    /// asked for, and nobody without the secret can make it.
    pub fn bookmark(&self, visitor: VisitorId, number: u32) -> Bookmark {
        let tag = hmac::sign(&self.0, format!("bookmark\n{visitor}\n{number}").as_bytes());
        let mut bytes = [0; WORDS];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_the_tag)| *byte = *of_the_tag);
        Bookmark::new(bytes)
    }

    /// What lies in the table of a bookmark: a digest under the secret, so that who has the table
    /// alone can not try words against it.
    pub fn mark(&self, bookmark: Bookmark) -> String {
        let tag =
            hmac::sign(&self.0, format!("mark\n{}", hex::of(&bookmark.bytes(), WORDS)).as_bytes());
        hex::of(tag.as_ref(), 16)
    }

    /// Whom a session cookie names. The seal is checked before anything else is read, in constant
    /// time.
    pub fn visitor(&self, cookie: &str, now: Timestamp) -> Result<VisitorId, NoSession> {
        let (named, tag) = cookie.rsplit_once('.').ok_or(NoSession::Forged)?;
        let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| NoSession::Forged)?;
        hmac::verify(&self.0, purpose(named).as_bytes(), &tag).map_err(|_| NoSession::Forged)?;
        let (visitor, issued) = named.split_once('.').ok_or(NoSession::Forged)?;
        let issued: i64 = issued.parse().map_err(|_| NoSession::Forged)?;
        if now.as_second().saturating_sub(issued) > GOOD_FOR {
            return Err(NoSession::Stale);
        }
        visitor.parse().map_err(|_| NoSession::Forged)
    }
}

/// Keeps a seal made for a session from being good for anything else.
fn purpose(named: &str) -> String {
    format!("session\n{named}")
}

/// What the seal of a ticket says.
fn for_page(page: &str, until: i64) -> String {
    format!("page\n{page}\n{until}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    #[test]
    fn a_visitor_is_known_again() {
        let (seal, visitor) = (Seal::new("key"), VisitorId::new(1, 2));
        assert_eq!(seal.visitor(&seal.session(visitor, now()), now()), Ok(visitor));
    }

    #[test]
    fn a_changed_cookie_names_nobody() {
        let seal = Seal::new("key");
        let cookie = seal.session(VisitorId::new(1, 2), now());
        let other = VisitorId::new(9, 9).to_string();
        let forged = format!("{other}{}", cookie.trim_start_matches(|c| c != '.'));
        assert_eq!(seal.visitor(&forged, now()), Err(NoSession::Forged));
        assert_eq!(Seal::new("another key").visitor(&cookie, now()), Err(NoSession::Forged));
        for nonsense in ["", ".", "..", "a.b.c", "한글.1.x"] {
            assert_eq!(seal.visitor(nonsense, now()), Err(NoSession::Forged));
        }
    }

    #[test]
    fn a_ticket_admits_to_its_page_until_its_end() {
        let seal = Seal::new("key");
        let until = Timestamp::from_second(now().as_second() + 60).unwrap();
        let ticket = seal.ticket("/slip/1", until);
        assert_eq!(seal.admits("/slip/1", &ticket, now()), Ok(()));
        assert_eq!(seal.admits("/slip/1", &ticket, until), Err(NoSession::Stale));
        assert_eq!(seal.admits("/slip/2", &ticket, now()), Err(NoSession::Forged));
        let longer = format!("9{ticket}");
        assert_eq!(seal.admits("/slip/1", &longer, now()), Err(NoSession::Forged));
        assert_eq!(
            seal.admits("/slip/1", &seal.session(VisitorId::new(1, 2), now()), now()),
            Err(NoSession::Forged)
        );
    }

    #[test]
    fn a_bookmark_is_made_anew_and_known_by_its_mark() {
        let (seal, visitor) = (Seal::new("key"), VisitorId::new(1, 2));
        let first = seal.bookmark(visitor, 1);
        assert_eq!(first, seal.bookmark(visitor, 1));
        for other in [
            seal.bookmark(visitor, 2),
            seal.bookmark(VisitorId::new(1, 3), 1),
            Seal::new("k").bookmark(visitor, 1),
        ] {
            assert_ne!(seal.mark(first), seal.mark(other));
        }
        assert_ne!(seal.mark(first), Seal::new("k").mark(first));
        assert_eq!(seal.mark(first).len(), 32);
    }

    #[test]
    fn a_session_runs_out() {
        let seal = Seal::new("key");
        let cookie = seal.session(VisitorId::new(1, 2), now());
        let later = Timestamp::from_second(now().as_second() + GOOD_FOR + 1).unwrap();
        assert_eq!(seal.visitor(&cookie, later), Err(NoSession::Stale));
    }
}
