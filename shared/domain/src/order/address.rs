//! The address of the parcel, and reading what people type for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::{digits, free_text, sensitive::Sensitive};

/// The address of the parcel.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// The recipient's name.
    pub recipient: Sensitive<String>,
    /// A telephone number for the carrier: 9 to 11 digits.
    pub phone: Sensitive<String>,
    /// The five-digit 우편번호.
    pub postcode: Sensitive<String>,
    /// Street and number.
    pub street: Sensitive<String>,
    /// Floor, flat and the like; may be empty.
    #[serde(default)]
    pub detail: Sensitive<String>,
}

/// A keyed digest of an address, under which the table notes which works were sent there. The
/// address cannot be read from it, nor tried against it without the shop's keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SentTo(String);

impl SentTo {
    /// A digest in hexadecimal.
    pub const fn new(digest: String) -> Self {
        Self(digest)
    }

    /// The digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A field of an address that was filled in wrongly.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongField {
    /// No name, or a name that is too long.
    Recipient,
    /// Not a telephone number.
    Phone,
    /// Not five digits.
    Postcode,
    /// No street, or a line that is too long.
    Street,
    /// A line that is too long.
    Detail,
}

/// The address cannot be corrected any more: the parcel is handed over, or nothing is posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("the address can no longer be corrected")]
pub struct AddressIsFixed;

impl WrongField {
    /// The name of the field in a form.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Recipient => "recipient",
            Self::Phone => "phone",
            Self::Postcode => "postcode",
            Self::Street => "street",
            Self::Detail => "detail",
        }
    }
}

impl Address {
    /// Longest recipient, in characters.
    pub const LONGEST_NAME: usize = 40;

    /// Longest line of an address, in characters.
    pub const LONGEST_LINE: usize = 100;

    /// The fields of a form that is filled with the address. The telephone stays empty: its last
    /// digits prove who somebody is ([`Address::is_proved_by`]).
    pub fn fields(&self) -> BTreeMap<String, Sensitive<String>> {
        let Self { recipient, postcode, street, detail, .. } = self;
        [
            (WrongField::Recipient, recipient),
            (WrongField::Postcode, postcode),
            (WrongField::Street, street),
            (WrongField::Detail, detail),
        ]
        .into_iter()
        .map(|(field, value)| (field.name().to_owned(), value.clone()))
        .collect()
    }

    /// Where the parcel goes, the same however it is spaced and cased: what digests of an address
    /// are made of.
    pub fn place(&self) -> Sensitive<String> {
        let parts = [&self.postcode, &self.street, &self.detail]
            .map(|part| part.reveal().split_whitespace().collect::<String>().to_lowercase());
        Sensitive::new(parts.join("|"))
    }

    /// The telephone without its last four digits: for pages that anybody with the session sees.
    ///
    /// ```
    /// use domain::order::masked;
    ///
    /// assert_eq!(masked("01012345678"), "0101234••••");
    /// ```
    pub fn masked_phone(&self) -> String {
        masked(self.phone.reveal())
    }

    /// Whether somebody has typed the last digits of the order's telephone, or all of it. No page
    /// shows them, so that a device on which the session was left open does not know them.
    ///
    /// ```
    /// use domain::{base::sensitive::Sensitive, order::Address};
    ///
    /// let address = Address {
    ///     recipient: Sensitive::default(),
    ///     phone: Sensitive::new("01012345678".into()),
    ///     postcode: Sensitive::default(),
    ///     street: Sensitive::default(),
    ///     detail: Sensitive::default(),
    /// };
    /// assert!(address.is_proved_by("５６７８") && address.is_proved_by("010-1234-5678"));
    /// assert!(!address.is_proved_by("1234") && !address.is_proved_by(""));
    /// ```
    pub fn is_proved_by(&self, typed: &str) -> bool {
        let number = self.phone.reveal();
        let Some(typed) = digits::of(typed) else { return false };
        let last = number.len().saturating_sub(PROVING_DIGITS);
        number.get(last..) == Some(typed.as_str()) || phone(&typed).as_deref() == Some(number)
    }

    /// Reads an address from the fields of a form, each as it was typed.
    ///
    /// # Errors
    /// Every field that is wrong, in the order of the form.
    ///
    /// ```
    /// use domain::order::{Address, WrongField};
    ///
    /// let typed = |name: &str| match name {
    ///     "recipient" => "윤동주",
    ///     "phone" => "０２ 123-4567",
    ///     "postcode" => "0313",
    ///     "street" => "창의문로 119",
    ///     _ => "",
    /// };
    /// assert_eq!(Address::read(typed), Err(vec![WrongField::Postcode]));
    /// ```
    pub fn read<'a>(typed: impl Fn(&str) -> &'a str) -> Result<Self, Vec<WrongField>> {
        let recipient = free_text::line(typed("recipient"));
        let phone = phone(typed("phone"));
        let postcode = digits::of(typed("postcode")).filter(|digits| digits.len() == 5);
        let street = free_text::line(typed("street"));
        let detail = free_text::line(typed("detail"));
        let fits = |line: &str, longest: usize| free_text::length(line) <= longest;
        let wrong: Vec<WrongField> = [
            (WrongField::Recipient, !recipient.is_empty() && fits(&recipient, Self::LONGEST_NAME)),
            (WrongField::Phone, phone.is_some()),
            (WrongField::Postcode, postcode.is_some()),
            (WrongField::Street, !street.is_empty() && fits(&street, Self::LONGEST_LINE)),
            (WrongField::Detail, fits(&detail, Self::LONGEST_LINE)),
        ]
        .into_iter()
        .filter_map(|(field, right)| (!right).then_some(field))
        .collect();
        match (phone, postcode) {
            (Some(phone), Some(postcode)) if wrong.is_empty() => Ok(Self {
                recipient: Sensitive::new(recipient),
                phone: Sensitive::new(phone),
                postcode: Sensitive::new(postcode),
                street: Sensitive::new(street),
                detail: Sensitive::new(detail),
            }),
            _ => Err(wrong),
        }
    }
}

/// How many of the last digits of a telephone prove that somebody knows it.
pub const PROVING_DIGITS: usize = 4;

/// How often somebody may try to prove that they know an order's telephone, in ten minutes.
pub const PROOFS: u32 = 5;

/// Digits without the last four: a telephone's, an account's.
pub fn masked(number: &str) -> String {
    let shown = number.chars().count().saturating_sub(PROVING_DIGITS);
    number.chars().take(shown).chain("••••".chars()).collect()
}

/// The digits of a Korean telephone number as people write it, also with the country's 82 before
/// it, as browsers fill it; `None` if it is none. Numbers begin with 0 and have nine to eleven
/// digits, those of mobile phones (010) eleven.
///
/// ```
/// use domain::order::phone;
///
/// assert_eq!(phone("(02) 123-4567").as_deref(), Some("021234567"));
/// assert_eq!(phone("+82 10-1234-5678").as_deref(), Some("01012345678"));
/// assert_eq!(phone("010-0000-123"), None);
/// ```
pub fn phone(typed: &str) -> Option<String> {
    let number = digits::compact(typed);
    let number = match number.strip_prefix("+82").or_else(|| number.strip_prefix("0082")) {
        Some(rest) => format!("0{}", rest.strip_prefix('0').unwrap_or(rest)),
        None => number,
    };
    let number = digits::of(&number)?;
    let lengths = if number.starts_with("010") { 11..=11 } else { 9..=11 };
    (number.starts_with('0') && lengths.contains(&number.len())).then_some(number)
}

/// A telephone number with its hyphens, as carriers want it. What is no number stays as it is.
///
/// ```
/// use domain::order::written_phone;
///
/// assert_eq!(written_phone("01012345678"), "010-1234-5678");
/// assert_eq!(written_phone("0212345678"), "02-1234-5678");
/// assert_eq!(written_phone("021234567"), "02-123-4567");
/// assert_eq!(written_phone("0311234567"), "031-123-4567");
/// assert_eq!(written_phone("1588"), "1588");
/// ```
pub fn written_phone(phone: &str) -> String {
    let area = if phone.starts_with("02") { 2 } else { 3 };
    let is_number = phone.bytes().all(|byte| byte.is_ascii_digit());
    let (Some(area), Some(rest)) = (phone.get(..area), phone.get(area..)) else {
        return phone.to_owned();
    };
    match (rest.len().checked_sub(4)).filter(|middle| is_number && (3..=4).contains(middle)) {
        Some(middle) => {
            let (middle, last) = rest.split_at(middle);
            format!("{area}-{middle}-{last}")
        }
        None => phone.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_telephone_number_is_read_as_people_write_it() {
        for typed in [
            "010-1234-5678",
            "０１０－１２３４－５６７８",
            "010\u{2011}1234–5678",
            "+82 10-1234-5678",
            "+82-010-1234-5678",
            "0082 10 1234 5678",
            "'01012345678",
            " 010.1234.5678 ",
        ] {
            assert_eq!(phone(typed).as_deref(), Some("01012345678"), "{typed}");
        }
        for typed in ["", "1234", "010-1234-567", "+1 202 555 0100", "12345678901", "없음"] {
            assert_eq!(phone(typed), None, "{typed}");
        }
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let wrong = Address::read(|_| "").unwrap_err();
        let names: Vec<&str> = wrong.into_iter().map(WrongField::name).collect();
        assert_eq!(names, ["recipient", "phone", "postcode", "street"]);
        let long = "가".repeat(101);
        let typed = |name: &str| match name {
            "recipient" => "김읽는이",
            "phone" => "02-123-4567",
            "postcode" => "03 134",
            "street" => "창의문로 119",
            _ => long.as_str(),
        };
        assert_eq!(Address::read(typed), Err(vec![WrongField::Detail]));
        let read = Address::read(|name| if name == "detail" { "" } else { typed(name) }).unwrap();
        assert_eq!(read.postcode.reveal(), "03134");
    }
}
