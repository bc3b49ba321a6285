//! A key: eight letters that a person can type, and a longer secret for a link.

use std::{fmt, str::FromStr};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use super::DeviceName;

/// Crockford's alphabet: no letter in it is taken for another.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The letters of a key.
const LETTERS: usize = 8;

/// Wrong keys that may be typed in a [`TRY_PERIOD`], over all devices. A key has 40 bits: ten tries
/// find one of them with a chance below 1 in 100,000,000,000.
pub const TRIES: u32 = 10;

/// The fixed window in which typed keys are counted.
pub const TRY_PERIOD: SignedDuration = SignedDuration::from_mins(10);

/// The eight letters of a key. It is a credential, so its `Debug` output hides it.
///
/// ```
/// use domain::office::OfficeKey;
///
/// let key = OfficeKey::new(0x12_3456_789A);
/// assert_eq!(key.to_string(), "28T5-CY4T");
/// // Hyphen, blanks and case do not matter, and what looks alike counts as the same.
/// assert_eq!("28t5 cy4t".parse(), Ok(key.clone()));
/// assert_eq!("２８Ｔ５－ＣＹ４Ｔ".parse(), Ok(key));
/// assert_eq!("oil0-1111".parse::<OfficeKey>(), "0110-IIII".parse());
/// assert!("28T5".parse::<OfficeKey>().is_err());
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct OfficeKey(String);

impl fmt::Debug for OfficeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹office key›")
    }
}

/// A text that can be no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a key has eight letters or digits")]
pub struct NotAnOfficeKey;

impl OfficeKey {
    /// The key of 40 random bits; higher bits are ignored.
    pub fn new(random: u64) -> Self {
        let letter = |place: usize| {
            let value = usize::try_from((random >> (5 * place)) & 31).unwrap_or_default();
            char::from(ALPHABET.get(value).copied().unwrap_or(b'0'))
        };
        Self((0..LETTERS).rev().map(letter).collect())
    }

    /// The letters without a hyphen.
    pub fn letters(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for OfficeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, second) = self.0.split_at(LETTERS / 2);
        write!(f, "{first}-{second}")
    }
}

impl FromStr for OfficeKey {
    type Err = NotAnOfficeKey;

    fn from_str(typed: &str) -> Result<Self, NotAnOfficeKey> {
        let typed: String = typed.nfkc().filter(|c| c.is_alphanumeric()).collect();
        let letter = |c: char| match c.to_ascii_uppercase() {
            'O' => Some('0'),
            'I' | 'L' => Some('1'),
            c if c.is_ascii() && ALPHABET.contains(&(c as u8)) => Some(c),
            _ => None,
        };
        let letters: String =
            typed.chars().map(letter).collect::<Option<_>>().ok_or(NotAnOfficeKey)?;
        if letters.len() == LETTERS { Ok(Self(letters)) } else { Err(NotAnOfficeKey) }
    }
}

/// What is stored of a key, under a digest of its letters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyRecord {
    /// The name that the device gets if its owner gives it no other.
    pub name: DeviceName,
    /// A digest of the secret in the link, which opens without the letters being counted.
    pub link: String,
    /// When the key ends.
    pub until: Timestamp,
}

impl KeyRecord {
    /// For how long a key can be used.
    pub const GOOD_FOR: SignedDuration = SignedDuration::from_mins(10);
}

/// The number of the period in which typed keys are counted together, and when it ends.
pub fn period(now: Timestamp) -> (i64, Timestamp) {
    let length = TRY_PERIOD.as_secs();
    let number = now.as_second().div_euclid(length);
    let end = Timestamp::from_second((number + 1) * length).unwrap_or(Timestamp::MAX);
    (number, end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_read_as_it_is_written_and_no_text_panics(random: u64, text in "\\PC*") {
            let key = OfficeKey::new(random);
            prop_assert_eq!(key.to_string().parse(), Ok(key.clone()));
            prop_assert_eq!(key.letters().to_lowercase().parse(), Ok(key));
            let _ = text.parse::<OfficeKey>();
        }
    }
}
