//! The code on the slip that leads the reader to the last room: eight letters in two groups,
//! `K7QX-PM3A`. It is a capability of its own: it shows no order and no address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Crockford's Base32: no I, L, O and U, which are misread.
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// How many letters a code has: 40 bits.
const LENGTH: usize = 8;

/// The code of a last room. Stored without the hyphen.
///
/// ```
/// use domain::order::LastCode;
///
/// let code: LastCode = "k7qx pm3a".parse().unwrap();
/// assert_eq!((code.as_str(), code.written()), ("K7QXPM3A", "K7QX-PM3A".to_owned()));
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LastCode(String);

/// A text that is no code of a last room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a code has eight letters and numbers, as in K7QX-PM3A")]
pub struct NotALastCode;

impl LastCode {
    /// A code from random bits.
    pub fn new(random: u128) -> Self {
        let letter = |place: usize| {
            let bits = usize::try_from(random >> (place * 5) & 31).unwrap_or_default();
            LETTERS.get(bits).copied().map_or('0', char::from)
        };
        Self((0..LENGTH).map(letter).collect())
    }

    /// The eight letters.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is printed: `K7QX-PM3A`.
    pub fn written(&self) -> String {
        let (first, last) = self.0.split_at_checked(LENGTH / 2).unwrap_or((&self.0, ""));
        format!("{first}-{last}")
    }
}

impl FromStr for LastCode {
    type Err = NotALastCode;

    /// Reads a code as people copy it from paper: in any case, with or without the hyphen, and with
    /// letters for the numbers that look alike.
    fn from_str(text: &str) -> Result<Self, NotALastCode> {
        use unicode_normalization::UnicodeNormalization as _;
        let letters = text.nfkc().filter(|c| c.is_alphanumeric()).take(LENGTH + 1);
        let letter = |c: char| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c => u8::try_from(c).ok().filter(|c| LETTERS.contains(c)).map(char::from),
        };
        let code = letters.map(letter).collect::<Option<String>>().ok_or(NotALastCode)?;
        if code.len() == LENGTH { Ok(Self(code)) } else { Err(NotALastCode) }
    }
}

impl TryFrom<String> for LastCode {
    type Error = NotALastCode;

    fn try_from(text: String) -> Result<Self, NotALastCode> {
        text.parse()
    }
}

impl From<LastCode> for String {
    fn from(code: LastCode) -> Self {
        code.0
    }
}

impl fmt::Display for LastCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_code_is_read_as_it_was_written(random in any::<u128>()) {
            let code = LastCode::new(random);
            prop_assert_eq!(code.written().parse(), Ok(code.clone()));
            prop_assert_eq!(code.written().to_lowercase().replace('0', "o").parse(), Ok(code));
        }

        #[test]
        fn no_text_panics(text in any::<String>()) {
            let _ = text.parse::<LastCode>();
        }
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "K7QX", "K7QX-PM3A-1", "한글한글한글한글", "K7QX-PMU!"] {
            assert_eq!(text.parse::<LastCode>(), Err(NotALastCode), "{text}");
        }
        assert!("Ｋ７ＱＸ－ＰＭ３Ａ".parse::<LastCode>().is_ok(), "full width");
    }
}
