//! Numbers as people write them: telephones, postcodes, accounts, ISBN, parcels. Telephones and
//! spreadsheets put hyphens of every kind, blanks, full-width digits and invisible characters into
//! them; one reader takes all of them away.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

/// The number without what separates its digits: in NFKC, without blanks, dashes, dots, brackets,
/// invisible characters, and the apostrophe with which spreadsheets mark a text. Anything else
/// stays, so that the caller can name it.
///
/// ```
/// use domain::base::digits;
///
/// assert_eq!(digits::compact("'０１０–1234 5678"), "01012345678");
/// assert_eq!(digits::compact("+82 10.1234.5678"), "+821012345678");
/// assert_eq!(digits::compact("9.78E+12"), "978E+12");
/// ```
pub fn compact(typed: &str) -> String {
    let number: String = typed.nfkc().filter(|c| !separates(*c)).collect();
    number.trim_start_matches(['\'', '’', '‘']).to_owned()
}

/// The digits of a number; `None` if there is none, or something else between them.
///
/// ```
/// use domain::base::digits;
///
/// assert_eq!(digits::of("(02) 123－4567").as_deref(), Some("021234567"));
/// assert_eq!(digits::of("전화 없음"), None);
/// ```
pub fn of(typed: &str) -> Option<String> {
    let number = compact(typed);
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

/// Whether a spreadsheet has shortened the number, so that its last digits are lost. `compact` is what
/// [`compact`] returned.
///
/// ```
/// use domain::base::digits;
///
/// assert!(digits::is_rounded(&digits::compact("5.21853E+11")));
/// assert!(!digits::is_rounded("521853000000"));
/// ```
pub fn is_rounded(compact: &str) -> bool {
    let halves = compact.split_once("E+").or_else(|| compact.split_once("e+"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    halves.is_some_and(|(mantissa, exponent)| digits(mantissa) && digits(exponent))
}

fn separates(c: char) -> bool {
    matches!(
        get_general_category(c),
        GeneralCategory::Format
            | GeneralCategory::Control
            | GeneralCategory::DashPunctuation
            | GeneralCategory::SpaceSeparator
            | GeneralCategory::LineSeparator
            | GeneralCategory::ParagraphSeparator
    ) || matches!(c, '.' | '(' | ')' | '·' | '\u{2212}' | 'ー' | 'ㅡ' | 'ᅳ')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_dash_and_blank_separates() {
        for dash in "-‐‑‒–—―−－﹣ー".chars() {
            assert_eq!(of(&format!("010{dash}1234")).as_deref(), Some("0101234"), "{dash:?}");
        }
        for blank in [" ", "\u{A0}", "\u{3000}", "\u{200B}", "\t", "\n", "\u{2060}", "\u{FEFF}"] {
            assert_eq!(of(&format!("010{blank}1234")).as_deref(), Some("0101234"), "{blank:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics_and_only_digits_come_out(typed in "\\PC*") {
            if let Some(digits) = of(&typed) {
                prop_assert!(digits.bytes().all(|byte| byte.is_ascii_digit()));
                prop_assert_eq!(of(&digits), Some(digits));
            }
        }
    }
}
