//! The provider's name of one attempt to pay, as it comes from a browser or a webhook.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A payment key: 1 to 200 printable ASCII characters (payments reference §1).
///
/// It comes from the reader's browser, so it is parsed before anything is written. A stored key is
/// read as it is: an order from before the check has to stay readable, and whoever asks the
/// provider about it checks [`PaymentKey::is_sound`] first.
///
/// ```
/// use domain::order::PaymentKey;
///
/// assert!("tviva20261126".parse::<PaymentKey>().is_ok());
/// assert!("열쇠".parse::<PaymentKey>().is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PaymentKey(String);

/// Why a text is not a payment key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadPaymentKey {
    /// It is empty or longer than [`PaymentKey::LONGEST`].
    #[error("a payment key has 1 to {} characters", PaymentKey::LONGEST)]
    Length,
    /// It has a character that is not printable ASCII.
    #[error("a payment key has printable ASCII characters only")]
    Character,
}

impl PaymentKey {
    /// The most bytes of a key.
    pub const LONGEST: usize = 200;

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the provider can know this key. `false` only for a key that was stored before keys
    /// were parsed.
    pub fn is_sound(&self) -> bool {
        check(&self.0).is_ok()
    }
}

fn check(text: &str) -> Result<(), BadPaymentKey> {
    if text.is_empty() || text.len() > PaymentKey::LONGEST {
        return Err(BadPaymentKey::Length);
    }
    // A space is printable, and the provider has none in a key.
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(BadPaymentKey::Character);
    }
    Ok(())
}

impl FromStr for PaymentKey {
    type Err = BadPaymentKey;

    fn from_str(text: &str) -> Result<Self, BadPaymentKey> {
        check(text)?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for PaymentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_one_to_two_hundred_printable_ascii_characters() {
        for (text, wanted) in [
            (String::new(), Err(BadPaymentKey::Length)),
            ("k".repeat(201), Err(BadPaymentKey::Length)),
            ("k".repeat(200), Ok(())),
            ("tgen_20261126~!".to_owned(), Ok(())),
            ("a key".to_owned(), Err(BadPaymentKey::Character)),
            ("key\n".to_owned(), Err(BadPaymentKey::Character)),
            ("key\u{0}".to_owned(), Err(BadPaymentKey::Character)),
            ("key\u{7f}".to_owned(), Err(BadPaymentKey::Character)),
            ("열쇠".to_owned(), Err(BadPaymentKey::Character)),
        ] {
            assert_eq!(text.parse::<PaymentKey>().map(drop), wanted, "{text:?}");
        }
    }

    proptest! {
        /// The provider's idempotency key has at most 300 characters, and this one is a part of it.
        #[test]
        fn a_parsed_key_is_sound_and_is_written_as_it_was_typed(text in "\\PC{0,210}") {
            match text.parse::<PaymentKey>() {
                Ok(key) => {
                    prop_assert!(key.is_sound() && key.as_str() == text && text.len() <= 200);
                    let stored = serde_json::to_value(&key).unwrap();
                    prop_assert_eq!(&stored, &serde_json::Value::from(text));
                    prop_assert_eq!(serde_json::from_value::<PaymentKey>(stored).unwrap(), key);
                }
                Err(_) => prop_assert!(
                    text.is_empty() || text.len() > 200
                        || text.bytes().any(|byte| !(0x21..=0x7e).contains(&byte))
                ),
            }
        }
    }

    #[test]
    fn a_stored_key_from_before_the_check_is_read_and_not_sound() {
        let stored: PaymentKey = serde_json::from_str("\"열쇠\"").unwrap();
        assert!(!stored.is_sound());
        assert_eq!(serde_json::to_string(&stored).unwrap(), "\"열쇠\"");
    }
}
