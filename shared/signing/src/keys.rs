//! What the shop signs with its secrets, and how each signature is checked.
//!
//! A signed value ends in `.<id>.<signature>`: the id of the secret, so that a newer secret can sign
//! while values of the one before stay valid, and the signature in base64url.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::{
    base::{
        hex,
        id::{OrderId, VisitorId},
    },
    order::{Address, Clue, FoundBy, SentTo},
    walk::{
        bookmark::{Bookmark, WORDS},
        session::Session,
        shared_poem::SharedPoem,
    },
};
use jiff::Timestamp;
use ring::hmac;

use crate::secrets::{MalformedKeys, Purpose, Secrets};

/// Lifetime of a session in seconds: 180 days from when it was issued.
const SESSION_LIFETIME: i64 = 180 * 24 * 60 * 60;

/// The shop's keys.
#[derive(Clone)]
pub struct Keys(Secrets);

/// A session cookie or ticket that is not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidSignature {
    /// The value is malformed, or its signature does not match.
    #[error("the signature does not match")]
    Forged,
    /// The secret that signed it is not known here: it is older or newer than the keys, or the
    /// value was invented.
    #[error("the secret of the signature is not known")]
    UnknownSecret,
    /// The signature matches, but its time is over.
    #[error("the signature has expired")]
    Expired,
}

/// The field of a query that carries a ticket.
pub const TICKET: &str = "ticket";

impl Keys {
    /// Reads the text of the keys: `sign <secret>` on a line, the newest first, and
    /// `digest <secret>` once. A secret alone does both.
    ///
    /// # Errors
    /// [`MalformedKeys`] without the text.
    pub fn read(text: &str) -> Result<Self, MalformedKeys> {
        text.parse().map(Self)
    }

    /// The value of a session cookie: `<visitor>.<issued>` or, with the session's epoch,
    /// `<visitor>.<issued>.<epoch>`, and the signature. The time of issue is in seconds since 1970.
    pub fn session(&self, session: Session, now: Timestamp) -> String {
        let Session { visitor, epoch } = session;
        let mut claim = format!("{visitor}.{}", now.as_second());
        if epoch > 0 {
            claim += &format!(".{epoch}");
        }
        self.sealed(Purpose::Session, &claim)
    }

    /// The session that a cookie names. The signature is checked before anything else is parsed.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify_session(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<Session, InvalidSignature> {
        let claim = self.opened(Purpose::Session, cookie)?;
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

    /// The value of a cookie that opens one order until it expires: `<order>.<expires>` and the
    /// signature, with the time in seconds since 1970.
    pub fn order_pass(&self, order: OrderId, expires: Timestamp) -> String {
        self.sealed(Purpose::Order, &format!("{order}.{}", expires.as_second()))
    }

    /// The order that a pass opens. The signature is checked before anything else is parsed.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify_order_pass(
        &self,
        cookie: &str,
        now: Timestamp,
    ) -> Result<OrderId, InvalidSignature> {
        let claim = self.opened(Purpose::Order, cookie)?;
        let (order, expires) = claim.split_once('.').ok_or(InvalidSignature::Forged)?;
        unexpired(expires, now)?;
        order.parse().map_err(|_| InvalidSignature::Forged)
    }

    /// A ticket to read one page (its path, with or without a query): `<expires>` and the signature,
    /// which covers the page. It opens that page alone, without a session, until it expires.
    pub fn ticket(&self, page: &str, expires: Timestamp) -> String {
        let secret = &self.0.newest;
        let expires = expires.as_second();
        let tag = hmac::sign(&secret.key(Purpose::Read), page_message(page, expires).as_bytes());
        format!("{expires}.{}.{}", secret.id(), URL_SAFE_NO_PAD.encode(tag))
    }

    /// A page (its path, with or without a query) with a ticket behind it.
    pub fn page_with_ticket(&self, page: &str, expires: Timestamp) -> String {
        let separator = if page.contains('?') { '&' } else { '?' };
        format!("{page}{separator}{TICKET}={}", self.ticket(page, expires))
    }

    /// Checks a ticket for a page, and says when it ends. The signature is checked before the time.
    ///
    /// # Errors
    /// [`InvalidSignature`].
    pub fn verify_ticket(
        &self,
        page: &str,
        value: &str,
        now: Timestamp,
    ) -> Result<Timestamp, InvalidSignature> {
        let (claim, id, tag) = parts(value)?;
        let expires: i64 = claim.parse().map_err(|_| InvalidSignature::Forged)?;
        self.check(Purpose::Read, id, &page_message(page, expires), &tag)?;
        unexpired(claim, now)
    }

    /// The code that confirms a call of the owner: eight hexadecimal digits. It cannot be computed
    /// from the call alone, so whoever has it was shown what the call would do.
    pub fn confirmation(&self, call: &str) -> String {
        code(&self.0.newest.key(Purpose::Confirm), call)
    }

    /// Whether `given` confirms this call, under any secret that is still valid.
    pub fn confirms(&self, given: &str, call: &str) -> bool {
        self.0.all().any(|secret| code(&secret.key(Purpose::Confirm), call) == given)
    }

    /// The last part of the address of a shared poem: its text and a signature, both in base64url. It
    /// has no end, so it is made with the secret behind the digests, which stays.
    pub fn shared_poem(&self, poem: &SharedPoem) -> String {
        let written = poem.written();
        let tag = hmac::sign(&self.0.digest.key(Purpose::Poem), written.as_bytes());
        format!("{}.{}", URL_SAFE_NO_PAD.encode(written), URL_SAFE_NO_PAD.encode(tag))
    }

    /// The poem at an address. The signature is checked before the text is read.
    ///
    /// # Errors
    /// [`InvalidSignature::Forged`] if the shop did not make the address.
    pub fn verify_shared_poem(&self, address: &str) -> Result<SharedPoem, InvalidSignature> {
        let forged = InvalidSignature::Forged;
        let (written, tag) = address.split_once('.').ok_or(forged)?;
        let decode = |part| URL_SAFE_NO_PAD.decode(part).map_err(|_| forged);
        let (written, tag) = (decode(written)?, decode(tag)?);
        hmac::verify(&self.0.digest.key(Purpose::Poem), &written, &tag).map_err(|_| forged)?;
        let written = String::from_utf8(written).map_err(|_| forged)?;
        SharedPoem::read(&written).ok_or(forged)
    }

    /// The digest of a telephone for counting, keyed, so that the table alone is not enough to try
    /// telephones against it.
    pub fn telephone_digest(&self, telephone: &str) -> String {
        self.digest(Purpose::Telephone, telephone)
    }

    /// The digest under which the places held for an address without a payment are counted.
    pub fn address_digest(&self, address: &Address) -> String {
        self.digest(Purpose::Address, address.place().reveal())
    }

    /// The digest under which the works sent to an address are noted.
    pub fn sent_to(&self, address: &Address) -> SentTo {
        SentTo::new(self.digest(Purpose::Sent, address.place().reveal()))
    }

    /// The digest under which the questions are counted that name this address for the answer.
    pub fn question_digest(&self, answer_to: &str) -> String {
        self.digest(Purpose::Question, answer_to)
    }

    /// The digest by which an order is found.
    pub fn clue(&self, clue: &Clue) -> String {
        self.digest(Purpose::Find, clue.reveal())
    }

    /// By what an order is found that goes to this address.
    pub fn found_by(&self, address: &Address) -> Vec<FoundBy> {
        let recipient = Clue::name(address.recipient.reveal());
        vec![
            FoundBy::Telephone(self.clue(&Clue::telephone(address.phone.reveal()))),
            FoundBy::Recipient(self.clue(&recipient)),
        ]
    }

    /// The bookmark of a visitor with this number. It is derived and never stored: the same key,
    /// visitor and number always give the same words.
    pub fn bookmark(&self, visitor: VisitorId, number: u32) -> Bookmark {
        let key = self.0.digest.key(Purpose::Bookmark);
        let tag = hmac::sign(&key, format!("{visitor}\n{number}").as_bytes());
        let mut bytes = [0; WORDS];
        bytes.iter_mut().zip(tag.as_ref()).for_each(|(byte, of_the_tag)| *byte = *of_the_tag);
        Bookmark::new(bytes)
    }

    /// The digest under which the table stores a bookmark. It is keyed, so the table alone is not
    /// enough to try words against it.
    pub fn bookmark_digest(&self, bookmark: Bookmark) -> String {
        self.digest(Purpose::Mark, &hex::of(&bookmark.bytes(), WORDS))
    }

    fn digest(&self, purpose: Purpose, of: &str) -> String {
        hex::of(hmac::sign(&self.0.digest.key(purpose), of.as_bytes()).as_ref(), 16)
    }

    fn sealed(&self, purpose: Purpose, claim: &str) -> String {
        let secret = &self.0.newest;
        let tag = hmac::sign(&secret.key(purpose), claim.as_bytes());
        format!("{claim}.{}.{}", secret.id(), URL_SAFE_NO_PAD.encode(tag))
    }

    /// The claim of a sealed value, once its signature was checked.
    fn opened<'a>(&self, purpose: Purpose, value: &'a str) -> Result<&'a str, InvalidSignature> {
        let (claim, id, tag) = parts(value)?;
        self.check(purpose, id, claim, &tag)?;
        Ok(claim)
    }

    fn check(
        &self,
        purpose: Purpose,
        id: &str,
        message: &str,
        tag: &[u8],
    ) -> Result<(), InvalidSignature> {
        let secret = self.0.with_id(id).ok_or(InvalidSignature::UnknownSecret)?;
        hmac::verify(&secret.key(purpose), message.as_bytes(), tag)
            .map_err(|_| InvalidSignature::Forged)
    }
}

/// Claim, id of the secret, and signature.
fn parts(value: &str) -> Result<(&str, &str, Vec<u8>), InvalidSignature> {
    let (rest, tag) = value.rsplit_once('.').ok_or(InvalidSignature::Forged)?;
    let (claim, id) = rest.rsplit_once('.').ok_or(InvalidSignature::Forged)?;
    let tag = URL_SAFE_NO_PAD.decode(tag).map_err(|_| InvalidSignature::Forged)?;
    Ok((claim, id, tag))
}

fn unexpired(expires: &str, now: Timestamp) -> Result<Timestamp, InvalidSignature> {
    let expires = expires
        .parse()
        .ok()
        .and_then(|seconds| Timestamp::from_second(seconds).ok())
        .ok_or(InvalidSignature::Forged)?;
    if now < expires { Ok(expires) } else { Err(InvalidSignature::Expired) }
}

fn code(key: &hmac::Key, call: &str) -> String {
    hex::of(hmac::sign(key, call.as_bytes()).as_ref(), 4)
}

fn page_message(page: &str, expires: i64) -> String {
    format!("{page}\n{expires}")
}

#[cfg(test)]
mod tests;
