//! ISBN-13 (ISO 2108): thirteen digits, prefix 978 or 979, the last one a check digit.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::digits;

/// A well-formed ISBN-13, kept as its digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Isbn(String);

/// Why a text is no ISBN.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAnIsbn {
    /// Something else than thirteen digits.
    #[error("an ISBN has 13 digits")]
    Digits,
    /// A spreadsheet has rounded it.
    #[error("a spreadsheet has rounded the number: it has to be kept as text")]
    Rounded,
    /// It starts with neither 978 nor 979.
    #[error("an ISBN starts with 978 or 979")]
    Prefix,
    /// It is the number of sheet music (ISMN, 979-0).
    #[error("a number with 979-0 is of sheet music")]
    Music,
    /// The last digit does not fit the first twelve: a digit was mistyped.
    #[error("the check digit does not fit: a digit may be mistyped")]
    CheckDigit,
}

impl FromStr for Isbn {
    type Err = NotAnIsbn;

    /// Reads an ISBN by [`digits::compact`](crate::base::digits::compact). The 부가기호 of five
    /// digits that Korean books print behind it is left off.
    fn from_str(text: &str) -> Result<Self, NotAnIsbn> {
        let mut digits = digits::compact(text);
        if digits.starts_with("97") && digits::is_rounded(&digits) {
            return Err(NotAnIsbn::Rounded);
        }
        if !matches!(digits.len(), 13 | 18) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAnIsbn::Digits);
        }
        digits.truncate(13);
        if digits.starts_with("9790") {
            return Err(NotAnIsbn::Music);
        }
        Self::checked(digits)
    }
}

impl Isbn {
    /// The thirteen digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// An ISBN of these digits.
    fn checked(digits: String) -> Result<Self, NotAnIsbn> {
        if digits.len() != 13 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(NotAnIsbn::Digits);
        }
        if !digits.starts_with("978") && !digits.starts_with("979") {
            return Err(NotAnIsbn::Prefix);
        }
        let sum: u32 = digits
            .bytes()
            .enumerate()
            .map(|(place, byte)| {
                u32::from(byte - b'0') * if place.is_multiple_of(2) { 1 } else { 3 }
            })
            .sum();
        if sum.is_multiple_of(10) { Ok(Self(digits)) } else { Err(NotAnIsbn::CheckDigit) }
    }
}

impl fmt::Display for Isbn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Isbn {
    type Error = NotAnIsbn;

    /// Reads a stored ISBN, which may be of before a rule for typed ones.
    fn try_from(text: String) -> Result<Self, NotAnIsbn> {
        Self::checked(text)
    }
}

impl From<Isbn> for String {
    fn from(isbn: Isbn) -> Self {
        isbn.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hyphens_do_not_matter() {
        let isbn: Isbn = "978-89-374-6000-5".parse().unwrap();
        assert_eq!(isbn.as_str(), "9788937460005");
        for typed in ["978‑89–374 6000\u{200B}5", "９７８８９３７４６０００５", "'9788937460005"]
        {
            assert_eq!(typed.parse().as_ref(), Ok(&isbn), "{typed}");
        }
        assert_eq!("978-89-374-6000-5 03810".parse(), Ok(isbn), "with the 부가기호");
    }

    #[test]
    fn a_mistyped_digit_is_noticed() {
        assert_eq!("9788937460006".parse::<Isbn>(), Err(NotAnIsbn::CheckDigit));
        assert_eq!("1234567890123".parse::<Isbn>(), Err(NotAnIsbn::Prefix));
        assert_eq!("97889374600".parse::<Isbn>(), Err(NotAnIsbn::Digits));
        assert_eq!("9.78894E+12".parse::<Isbn>(), Err(NotAnIsbn::Rounded));
        assert_eq!("9790060115615".parse::<Isbn>(), Err(NotAnIsbn::Music));
    }
}
