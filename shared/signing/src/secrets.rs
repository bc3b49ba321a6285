//! The text of the shop's keys, and the key of each purpose.

use std::str::FromStr;

use domain::base::hex;
use ring::hmac;

/// What a key is for. Each purpose has a key of its own, so nothing made for one of them is valid
/// for another. The name is part of the key: another name is another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(crate) enum Purpose {
    /// Session cookies.
    Session,
    /// Cookies that open one order.
    Order,
    /// Links that open one page.
    Read,
    /// Codes that confirm a call of the owner.
    Confirm,
    /// Digests of telephones.
    Telephone,
    /// Digests of addresses for which unpaid places are counted.
    Address,
    /// Digests of addresses at which the works sent there are noted.
    Sent,
    /// Digests by which the owner finds an order.
    Find,
    /// The words of bookmarks.
    Bookmark,
    /// Digests of bookmarks.
    Mark,
    /// Addresses of shared poems.
    Poem,
    /// Digests of the addresses to which questions are answered.
    Question,
}

/// One secret of the shop.
#[derive(Clone)]
pub(crate) struct Secret {
    id: String,
    key: hmac::Key,
}

impl Secret {
    fn new(secret: &str) -> Self {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
        let id = hex::of(hmac::sign(&key, b"id").as_ref(), 4);
        Self { id, key }
    }

    /// A name of the secret that does not tell it: eight hexadecimal digits.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// The key of a purpose: HMAC-SHA-256 of the purpose's name under the secret, which is what
    /// HKDF (RFC 5869) expands to but for its counter.
    pub(crate) fn key(&self, purpose: Purpose) -> hmac::Key {
        let name: &str = purpose.into();
        let derived = hmac::sign(&self.key, format!("key\n{name}").as_bytes());
        hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref())
    }
}

/// The shop's secrets: those that sign and those behind digests, which the table keeps.
///
/// Their text has a line for each, the newest first: `sign <secret>` or `digest <secret>`. A line
/// of one word is a secret for both. Whatever an older `sign` line signed stays valid while the line
/// is there. There is one `digest` line, because what is stored under it cannot be found under
/// another; without one, the oldest secret that signs makes the digests.
#[derive(Clone)]
pub(crate) struct Secrets {
    pub(crate) newest: Secret,
    older: Vec<Secret>,
    pub(crate) digest: Secret,
}

/// The text of the keys cannot be used. The message does not repeat it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MalformedKeys {
    /// There is no secret that signs.
    #[error("the keys have no line \"sign <secret>\"")]
    Empty,
    /// A line cannot be read.
    #[error("line {0} of the keys is neither \"sign <secret>\" nor \"digest <secret>\"")]
    Line(usize),
    /// There are two secrets for digests.
    #[error("the keys have two lines \"digest <secret>\"")]
    TwoDigests,
}

impl FromStr for Secrets {
    type Err = MalformedKeys;

    fn from_str(text: &str) -> Result<Self, MalformedKeys> {
        let (mut signing, mut digest) = (Vec::new(), None);
        for (number, line) in (1..).zip(text.lines()) {
            match line.split_whitespace().collect::<Vec<_>>().as_slice() {
                [] => {}
                [secret] | ["sign", secret] => signing.push(Secret::new(secret)),
                ["digest", secret] => match digest.replace(Secret::new(secret)) {
                    None => {}
                    Some(_) => return Err(MalformedKeys::TwoDigests),
                },
                _ => return Err(MalformedKeys::Line(number)),
            }
        }
        let mut signing = signing.into_iter();
        let newest = signing.next().ok_or(MalformedKeys::Empty)?;
        let older: Vec<Secret> = signing.collect();
        let digest = digest.or_else(|| older.last().cloned()).unwrap_or_else(|| newest.clone());
        Ok(Self { newest, older, digest })
    }
}

impl Secrets {
    /// The secret with this id, if it still signs or verifies.
    pub(crate) fn with_id(&self, id: &str) -> Option<&Secret> {
        std::iter::once(&self.newest).chain(&self.older).find(|secret| secret.id == id)
    }

    /// All secrets that sign or verify, the newest first.
    pub(crate) fn all(&self) -> impl Iterator<Item = &Secret> {
        std::iter::once(&self.newest).chain(&self.older)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_of_one_word_signs_and_makes_digests() {
        let secrets: Secrets = "c2VjcmV0\n".parse().unwrap();
        assert_eq!(secrets.newest.id(), secrets.digest.id());
        assert_eq!(secrets.all().count(), 1);
    }

    #[test]
    fn digests_keep_their_secret_when_another_signs() {
        let first: Secrets = "first".parse().unwrap();
        for text in ["sign second\nsign first", "sign second\r\n\r\ndigest first\r\n"] {
            let rotated: Secrets = text.parse().unwrap();
            assert_eq!(rotated.digest.id(), first.digest.id(), "{text}");
            assert_ne!(rotated.newest.id(), first.newest.id(), "{text}");
        }
        let rotated: Secrets = "sign second\nsign first".parse().unwrap();
        assert!(rotated.with_id(first.newest.id()).is_some());
        let ended: Secrets = "sign second\ndigest first".parse().unwrap();
        assert!(ended.with_id(first.newest.id()).is_none());
    }

    #[test]
    fn text_that_cannot_be_used_is_refused_without_repeating_it() {
        let refused = |text: &str| text.parse::<Secrets>().err();
        assert_eq!(refused(""), Some(MalformedKeys::Empty));
        assert_eq!(refused("digest a"), Some(MalformedKeys::Empty));
        assert_eq!(refused("sign a\ndigest b\ndigest c"), Some(MalformedKeys::TwoDigests));
        for text in ["sign a\nsing b", "sign a b"] {
            assert!(matches!(refused(text), Some(MalformedKeys::Line(_))), "{text}");
        }
        assert!(!MalformedKeys::Line(2).to_string().contains("sing"));
    }

    #[test]
    fn each_purpose_has_its_own_key() {
        let secrets: Secrets = "secret".parse().unwrap();
        let tag = |purpose| hmac::sign(&secrets.newest.key(purpose), b"same").as_ref().to_vec();
        let purposes = [
            Purpose::Session,
            Purpose::Order,
            Purpose::Read,
            Purpose::Confirm,
            Purpose::Telephone,
            Purpose::Address,
            Purpose::Sent,
            Purpose::Find,
            Purpose::Bookmark,
            Purpose::Mark,
            Purpose::Poem,
            Purpose::Question,
        ];
        for (index, purpose) in purposes.into_iter().enumerate() {
            for other in purposes.into_iter().skip(index + 1) {
                assert_ne!(tag(purpose), tag(other), "{purpose:?} {other:?}");
            }
        }
    }
}
