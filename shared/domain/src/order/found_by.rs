//! By what the owner finds an order: the reader's telephone, the recipient's name, the pen name, the
//! tracking number.
//!
//! The table finds only what it has a key for, and a key must not carry personal data. So the order
//! stores keyed digests of the clues, and the table has an item for each. What is typed is brought
//! to the same form before its digest is made.

use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::base::sensitive::Sensitive;

/// A keyed digest of something by which the owner finds an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// Of the reader's telephone.
    Telephone(String),
    /// Of the recipient's name.
    Recipient(String),
    /// Of the pen name.
    PenName(String),
    /// Of a tracking number.
    Parcel(String),
}

impl FoundBy {
    /// The digest.
    pub fn digest(&self) -> &str {
        match self {
            Self::Telephone(digest)
            | Self::Recipient(digest)
            | Self::PenName(digest)
            | Self::Parcel(digest) => digest,
        }
    }

    /// Whether it is made of the address, and changes with it.
    pub const fn is_of_the_address(&self) -> bool {
        matches!(self, Self::Telephone(_) | Self::Recipient(_))
    }
}

/// What a digest is made of, the same however it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clue(Sensitive<String>);

impl Clue {
    /// The fewest digits of a telephone or a tracking number that are looked for.
    const FEWEST_DIGITS: usize = 7;

    /// A telephone.
    pub fn telephone(telephone: &str) -> Self {
        Self::new("telephone", &digits(telephone))
    }

    /// The name of a recipient or a pen name: letters and digits only.
    pub fn name(name: &str) -> Self {
        let letters = name.nfc().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase);
        Self::new("name", &letters.collect::<String>())
    }

    /// A tracking number.
    pub fn parcel(number: &str) -> Self {
        let kept = number.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_uppercase);
        Self::new("parcel", &kept.collect::<String>())
    }

    /// What the owner may mean by what was typed.
    ///
    /// ```
    /// use domain::order::Clue;
    ///
    /// let typed = Clue::typed(" 010-1234 5678");
    /// assert!(typed.contains(&Clue::telephone("01012345678")));
    /// assert_eq!(Clue::typed("홍 길동")[0], Clue::name("홍길동"));
    /// assert!(Clue::typed("…").is_empty());
    /// ```
    pub fn typed(typed: &str) -> Vec<Self> {
        if !typed.contains(char::is_alphanumeric) {
            return Vec::new();
        }
        let mut clues = vec![Self::name(typed)];
        if digits(typed).len() >= Self::FEWEST_DIGITS {
            clues.extend([Self::telephone(typed), Self::parcel(typed)]);
        }
        clues
    }

    fn new(kind: &str, text: &str) -> Self {
        Self(Sensitive::new(format!("{kind}|{text}")))
    }

    /// The text that the digest is made of.
    pub fn reveal(&self) -> &str {
        self.0.reveal()
    }
}

/// The digits, a Korean telephone in its domestic form: `+82 10-1234-5678` is `01012345678`.
fn digits(text: &str) -> String {
    let digits: String = text.nfkc().filter(char::is_ascii_digit).collect();
    match text.trim_start().strip_prefix("+82") {
        Some(_) => format!("0{}", digits.trim_start_matches("82").trim_start_matches('0')),
        None => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_differently_is_the_same_clue() {
        for typed in ["010-1234-5678", "01012345678", "+82 10-1234-5678", "０１０ 1234 5678"] {
            assert!(Clue::typed(typed).contains(&Clue::telephone("010-1234-5678")), "{typed}");
        }
        // Decomposed, as a Mac types it.
        assert_eq!(Clue::name("홍길동"), Clue::name("\u{1112}\u{1169}\u{11bc}길동"));
        assert_eq!(Clue::name("Kim, Min-su"), Clue::name("kim minsu"));
        assert!(Clue::typed("1234-5678-9012").contains(&Clue::parcel("123456789012")));
        assert_eq!(Clue::typed("7년").len(), 1, "too short for a telephone");
        assert!(!format!("{:?}", Clue::name("홍길동")).contains("홍길동"));
    }
}
