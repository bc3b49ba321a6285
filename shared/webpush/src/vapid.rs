//! RFC 8292 (VAPID): identifies the shop to a push service by a signature. The service checks it
//! against the key that the device subscribed with.

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

/// The lifetime of a signature, in seconds: half of the allowed day, so that a difference between
/// the clocks does not exceed it.
const LIFETIME_SECONDS: i64 = 12 * 60 * 60;

/// The shop's key pair, and the contact address for the push services.
pub struct Vapid {
    pair: EcdsaKeyPair,
    contact: String,
}

/// The text is not a key pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the VAPID key is not a P-256 key pair in PKCS #8, in Base64")]
pub struct InvalidKey;

impl Vapid {
    /// Reads a key pair in PKCS #8 with the public key, in Base64. `contact` is an e-mail address.
    pub fn new(pkcs8: &str, contact: &str) -> Result<Self, InvalidKey> {
        let document = STANDARD.decode(pkcs8.trim()).map_err(|_| InvalidKey)?;
        let pair = EcdsaKeyPair::from_pkcs8(
            &ECDSA_P256_SHA256_FIXED_SIGNING,
            &document,
            &SystemRandom::new(),
        );
        Ok(Self { pair: pair.map_err(|_| InvalidKey)?, contact: format!("mailto:{contact}") })
    }

    /// Generates a key pair for [`Vapid::new`]. `None` without randomness.
    pub fn generate() -> Option<String> {
        let document =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
        document.ok().map(|document| STANDARD.encode(document.as_ref()))
    }

    /// The public key as a browser's `applicationServerKey`.
    pub fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.pair.public_key().as_ref())
    }

    /// The `Authorization` header for a push service. `None` without randomness.
    pub(crate) fn authorization(&self, audience: &str, now: Timestamp) -> Option<String> {
        let claims = json!({
            "aud": audience,
            "exp": now.as_second().saturating_add(LIFETIME_SECONDS),
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
    fn a_generated_key_pair_is_read_and_debug_shows_only_the_public_key() {
        let made = Vapid::generate().unwrap();
        let vapid = Vapid::new(&made, "house@example.com").unwrap();
        let point = URL_SAFE_NO_PAD.decode(vapid.public_key()).unwrap();
        assert_eq!((point.len(), point.first()), (65, Some(&4)));
        // infra/deploy/preflight.py takes the public key from the end of the document.
        assert!(STANDARD.decode(&made).unwrap().ends_with(&point));
        assert!(!format!("{vapid:?}").contains(&made));
        for bad in ["", "AAAA", "가", &made[..made.len() - 8]] {
            assert_eq!(Vapid::new(bad, "a@b").err(), Some(InvalidKey), "{bad}");
        }
    }
}
