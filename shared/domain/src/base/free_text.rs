//! What people write freely: letters, names, addresses. It is never judged and never normalised
//! like an answer.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

const JOINER: char = '\u{200D}';

/// A written text as the house keeps it: NFC, line ends as `\n`, without characters that nobody
/// sees, and without blank ends. A zero-width joiner between two pictures stays, because it is part
/// of the picture.
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.nfc().peekable();
    while let Some(character) = characters.next() {
        let unseen = match get_general_category(character) {
            GeneralCategory::Format if character == JOINER => {
                let joins = |other: Option<char>| {
                    other.is_some_and(|c| !c.is_alphanumeric() && !c.is_whitespace())
                };
                !(joins(kept.chars().next_back()) && joins(characters.peek().copied()))
            }
            GeneralCategory::Format | GeneralCategory::Control => {
                character != '\n' && character != '\t'
            }
            _ => false,
        };
        if !unseen {
            kept.push(character);
        }
    }
    kept.trim().to_owned()
}

/// One line of written text: tidied, with line breaks and runs of blanks made one space.
pub fn line(text: &str) -> String {
    tidy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_name_keeps_its_letters_and_loses_what_nobody_sees() {
        assert_eq!(line(" 윤\u{200B}동주\u{202E}\n "), "윤동주");
        assert_eq!(line("\u{1102}\u{1161}"), "나");
        assert_eq!(tidy("가\r\n나\0"), "가\n나");
        assert_eq!(tidy("👨‍👩‍👧"), "👨‍👩‍👧");
    }

    proptest! {
        #[test]
        fn tidying_twice_changes_nothing(text in "\\PC*") {
            let once = tidy(&text);
            prop_assert_eq!(tidy(&once), once);
        }
    }
}
