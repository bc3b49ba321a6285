//! Values that must not reach a log: personal data and secrets.

use std::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

/// Personal data or a secret. `Debug` shows only that a value is there; serde reads and writes the
/// bare value.
///
/// [`Sensitive::reveal`] is the only way to the value, so a search for it finds every use.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Wraps `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T: AsRef<[u8]>> Sensitive<T> {
    /// Compares in constant time: the duration depends only on the lengths. Use it instead of `==` if
    /// the other value comes from a request.
    pub fn matches(&self, other: &str) -> bool {
        self.0.as_ref().ct_eq(other.as_bytes()).into()
    }
}

impl<T> From<T> for Sensitive<T> {
    fn from(value: T) -> Self {
        Self(value)
    }
}

impl From<&str> for Sensitive<String> {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sensitive)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_the_value() {
        let address = Sensitive::new("서울시 종로구 1".to_owned());
        assert_eq!(format!("{address:?}"), "(sensitive)");
        assert_eq!(address.reveal(), "서울시 종로구 1");
    }

    #[test]
    fn serde_stores_the_bare_value() {
        let address = Sensitive::<String>::from("서울시");
        assert_eq!(serde_json::to_string(&address).unwrap(), r#""서울시""#);
        assert_eq!(serde_json::from_str::<Sensitive<String>>(r#""서울시""#).unwrap(), address);
    }

    #[test]
    fn only_the_same_text_matches() {
        let secret = Sensitive::<String>::from("ps_secret");
        assert!(secret.matches("ps_secret"));
        for other in ["", "ps_secre", "ps_secret1", "Ps_secret", "ps_secret\0"] {
            assert!(!secret.matches(other), "{other:?}");
        }
        assert!(!Sensitive::<String>::from("").matches("\0"));
    }
}
