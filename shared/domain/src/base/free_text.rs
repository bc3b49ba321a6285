//! Free text: letters, names, addresses. Unlike an answer, it keeps its case, spaces and signs.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

const JOINER: char = '\u{200D}';

/// The text as it is stored: in NFC, with `\n` as line end, trimmed, and without invisible
/// characters. A zero-width joiner between two emoji is kept, because it is part of the emoji.
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.nfc().peekable();
    while let Some(character) = characters.next() {
        let invisible = match get_general_category(character) {
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
        if !invisible {
            kept.push(character);
        }
    }
    kept.trim().to_owned()
}

/// The text on one line: tidied, with each run of white space replaced by one space.
pub fn line(text: &str) -> String {
    tidy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_are_removed() {
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
