//! RFC 8292: the house says who it is to a push service, by a signature that the service can hold
//! against the key a device was hung with.

use std::fmt;

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jiff::Timestamp;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _},
};
use serde_json::json;

/// For how long a signature is good, in seconds: half of the day that is allowed, so that no clock
/// that differs makes it too long.
const GOOD_FOR_SECONDS: i64 = 12 * 60 * 60;

/// The house's key pair among push services, and whom they may write to.
pub struct Vapid {
    pair: EcdsaKeyPair,
    contact: String,
}

/// A text that is no key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the VAPID key is no P-256 key pair in PKCS #8, in base64")]
pub struct NotAKey;

impl Vapid {
    /// Reads a key pair: PKCS #8 with the public key in it, in base64. `contact` is an address of
    /// electronic mail.
    pub fn new(pkcs8: &str, contact: &str) -> Result<Self, NotAKey> {
        let document = STANDARD.decode(pkcs8.trim()).map_err(|_| NotAKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &document,
            &SystemRandom::new(),
        );
        Ok(Self { pair: pair.map_err(|_| NotAKey)?, contact: format!("mailto:{contact}") })
    }

    /// A new key pair, as [`Vapid::new`] reads it. `None` if the machine gives no randomness.
    pub fn generate() -> Option<String> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        document.ok().map(|document| STANDARD.encode(document.as_ref()))
    }

    /// The public key, as a browser's `applicationServerKey` takes it.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// The `Authorization` header for a push service. `None` if the machine gives no randomness.
    pub(crate) fn authorization(&self, audience: &str, now: Timestamp) -> Option<String> {
        let claims = json!({
            "aud": audience,
            "exp": now.as_second().saturating_add(GOOD_FOR_SECONDS),
            "sub": self.contact,
        });
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let signed =
            format!("{}.{}", part(r#"{"typ":"JWT","alg":"ES256"}"#), part(&claims.to_string()));
        let signature = self.pair.sign(&SystemRandom::new(), signed.as_bytes()).ok()?;
        let signature = URL_SAFE_NO_PAD.encode(signature.as_ref());
        Some(format!("vapid t={signed}.{signature}, k={}", self.public_key()))
    }
}

impl fmt::Debug for Vapid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vapid").field("public_key", &self.public_key()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_pair_is_read_as_it_was_made_and_shows_its_public_half_alone() {
        let made = Vapid::generate().unwrap();
        let vapid = Vapid::new(&made, "house@example.com").unwrap();
        let point = URL_SAFE_NO_PAD.decode(vapid.public_key()).unwrap();
        assert_eq!((point.len(), point.first()), (65, Some(&4)));
        // `cargo xtask deploy` reads the public half from here.
        assert!(STANDARD.decode(&made).unwrap().ends_with(&point));
        assert!(!format!("{vapid:?}").contains(&made));
        for bad in ["", "AAAA", "가", &made[..made.len() - 8]] {
            assert_eq!(Vapid::new(bad, "a@b").err(), Some(NotAKey), "{bad}");
        }
    }
}
