//! Text that never reaches a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A secret or a piece of personal data: `Debug` shows only that it is there.
///
/// [`Hidden::reveal`] is the one way to the text, so that a search for it finds every use.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hidden(String);

impl Hidden {
    /// The text itself.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether `other` is the same text, in a time that does not depend on where they differ
    /// (only on the length of `other`).
    pub fn is(&self, other: &str) -> bool {
        let (ours, theirs) = (self.0.as_bytes(), other.as_bytes());
        let mut difference = ours.len() ^ theirs.len();
        for (place, byte) in theirs.iter().enumerate() {
            difference |= usize::from(ours.get(place).copied().unwrap_or_default() ^ byte);
        }
        std::hint::black_box(difference) == 0
    }
}

impl<T: Into<String>> From<T> for Hidden {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_text_is_not_in_its_debug_form() {
        assert_eq!(format!("{:?}", Hidden::from("test_sk_canary")), "(hidden)");
    }

    #[test]
    fn only_the_same_text_is_the_same() {
        let deposit_secret = Hidden::from("ps_secret");
        assert!(deposit_secret.is("ps_secret"));
        for other in ["", "ps_secre", "ps_secret1", "Ps_secret", "ps_secret\0"] {
            assert!(!deposit_secret.is(other), "{other:?}");
        }
        assert!(!Hidden::from("").is("\0"));
    }
}
