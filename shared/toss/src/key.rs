//! The idempotency key, with which a call that moves money can be repeated.

use std::fmt;

/// An `Idempotency-Key`: 1 to 300 printable ASCII characters.
///
/// The caller makes one per intent (`confirm:{order}:{attempt}`, `cancel:{order}:{cancel}`) and
/// stores it **before** the call. Toss keeps it for 15 days and compares key, API key, path and
/// method but **not the body**: a key that is reused for a second order answers with the payment of
/// the first.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

/// The maximum length of an `Idempotency-Key`.
const LONGEST: usize = 300;

/// Why a text is not a valid [`IdempotencyKey`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is empty or longer than 300 characters.
    #[error("an idempotency key has 1 to {LONGEST} characters")]
    Length,
    /// The text has a character that is not printable ASCII.
    #[error("an idempotency key has printable ASCII characters only")]
    Character,
}

impl IdempotencyKey {
    /// Checks the text.
    pub fn new(text: impl Into<String>) -> Result<Self, KeyError> {
        let text = text.into();
        if text.is_empty() || text.len() > LONGEST {
            return Err(KeyError::Length);
        }
        if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(KeyError::Character);
        }
        Ok(Self(text))
    }

    /// The key's text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_1_to_300_printable_characters() {
        assert!(IdempotencyKey::new("confirm:01KB2V8W9QXG5N0000000000AA:1").is_ok());
        assert!(IdempotencyKey::new("a".repeat(300)).is_ok());
        assert_eq!(IdempotencyKey::new("a".repeat(301)), Err(KeyError::Length));
        assert_eq!(IdempotencyKey::new(""), Err(KeyError::Length));
        assert_eq!(IdempotencyKey::new("confirm:주문"), Err(KeyError::Character));
        assert_eq!(IdempotencyKey::new("a\r\nHost: b"), Err(KeyError::Character));
    }
}
