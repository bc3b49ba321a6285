//! Free text: letters, names, addresses. Unlike an answer, it keeps its case, spaces and signs.
//!
//! This is the one reader of text. A text in which nothing can be seen is empty, whatever
//! characters it has, and a length is counted in the characters of NFC: a name that a phone or a
//! Mac sends decomposed is as long as it looks.

use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_normalization::UnicodeNormalization;

const JOINER: char = '\u{200D}';
const NON_JOINER: char = '\u{200C}';

/// The flag whose tags name a region: 🏴 and the tags of `gbeng` are the flag of England.
const TAGGED_FLAG: char = '\u{1F3F4}';

/// The text as it is stored: in NFC, with `\n` as line end, without blanks around it, and without
/// invisible characters. Kept are joiners and tags that belong to the sign before them, because
/// without them it is another one. A text in which nothing can be seen is empty.
///
/// ```
/// use domain::base::free_text;
///
/// assert_eq!(free_text::tidy(" 윤\u{200B}동주 "), "윤동주");
/// assert_eq!(free_text::tidy("\u{3164}\u{2800}"), "");
/// ```
pub fn tidy(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut kept = String::with_capacity(text.len());
    let mut characters = text.nfc().peekable();
    while let Some(character) = characters.next() {
        let before = kept.chars().next_back();
        let keeps = match character {
            '\n' | '\t' => true,
            JOINER | NON_JOINER => joins(character, before, characters.peek().copied()),
            tag if is_tag(tag) => before.is_some_and(|c| c == TAGGED_FLAG || is_tag(c)),
            other => !matches!(
                get_general_category(other),
                GeneralCategory::Format | GeneralCategory::Control
            ),
        };
        if keeps {
            kept.push(character);
        }
    }
    // What was apart only by an invisible character is composed now.
    let kept: String = kept.nfc().collect();
    if is_blank(&kept) {
        return String::new();
    }
    kept.trim_matches(|c: char| c.is_whitespace() || is_wide_blank(c)).to_owned()
}

/// The text on one line: tidied, with each run of white space replaced by one space.
pub fn line(text: &str) -> String {
    tidy(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether nothing of a text can be seen.
///
/// ```
/// use domain::base::free_text;
///
/// assert!(free_text::is_blank("\u{3164} \u{2800}\u{115F}\n"));
/// assert!(!free_text::is_blank("."));
/// ```
pub fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || is_wide_blank(c) || is_unseen(c))
}

/// How many characters a text has for whoever reads it: those of NFC, with a line break as one.
///
/// ```
/// use domain::base::free_text;
///
/// assert_eq!(free_text::length("\u{1102}\u{1161}\r\n"), 2);
/// ```
pub fn length(text: &str) -> usize {
    text.nfc().filter(|character| *character != '\r').count()
}

/// Whether a character takes no place on the page: format and control characters, variation
/// selectors, and the fillers of the Hangul block, which Unicode counts as letters.
pub(crate) fn is_unseen(c: char) -> bool {
    matches!(get_general_category(c), GeneralCategory::Format | GeneralCategory::Control)
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
        || matches!(c, '\u{180B}'..='\u{180D}' | '\u{180F}')
        || matches!(c, '\u{3164}' | '\u{115F}' | '\u{1160}' | '\u{FFA0}')
        || matches!(c, '\u{034F}' | '\u{17B4}' | '\u{17B5}')
}

/// Blanks that Unicode does not count as white space.
const fn is_wide_blank(c: char) -> bool {
    matches!(c, '\u{3164}' | '\u{FFA0}' | '\u{2800}')
}

const fn is_tag(c: char) -> bool {
    matches!(c, '\u{E0020}'..='\u{E007F}')
}

/// Whether a joiner belongs to what is around it: it makes one emoji of two, and shapes the letters
/// of scripts between Arabic and Mongolian.
fn joins(joiner: char, before: Option<char>, after: Option<char>) -> bool {
    let sign = |c: char| !c.is_alphanumeric() && !c.is_whitespace() && !is_unseen_mark(c);
    let shaped = |c: char| matches!(c, '\u{0600}'..='\u{109F}' | '\u{1780}'..='\u{18AF}');
    match (before, after) {
        (Some(before), Some(after)) => {
            shaped(before) && !after.is_whitespace() && !is_unseen_mark(after)
                || joiner == JOINER && sign(before) && sign(after)
        }
        _ => false,
    }
}

/// An unseen character other than the variation selector of an emoji.
fn is_unseen_mark(c: char) -> bool {
    is_unseen(c) && !matches!(c, '\u{FE00}'..='\u{FE0F}')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn invisible_characters_are_removed() {
        assert_eq!(line(" 윤\u{200B}동주\u{202E}\n "), "윤동주");
        assert_eq!(line("\u{1102}\u{1161}"), "나");
        assert_eq!(line("\u{1102}\u{200B}\u{1161}"), "나");
        assert_eq!(tidy("가\r\n나\0"), "가\n나");
    }

    #[test]
    fn what_a_letter_or_an_emoji_needs_is_kept() {
        for text in [
            "👨‍👩‍👧",
            "❤\u{FE0F}",
            "❤\u{FE0F}\u{200D}🔥",
            "🏴\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}",
            "می\u{200C}خواهم",
            "क्\u{200D}ष",
            "葛\u{E0100}飾",
        ] {
            assert_eq!(tidy(text), text, "{text:?}");
        }
        assert_eq!(tidy("윤\u{200D}동주\u{E0041}"), "윤동주");
    }

    #[test]
    fn a_text_in_which_nothing_is_seen_is_empty() {
        for text in [
            "\u{3164}",
            "\u{2800}",
            "\u{115F}",
            "\u{1160}\u{115F}",
            "\u{FFA0} \u{3164}",
            "\u{FE0F}",
            "\u{034F}",
            "\u{180B}\u{AD}",
            "\u{E0061}\u{200D}",
            "\u{3000}\u{A0}\u{2003}\n\t",
        ] {
            assert_eq!((tidy(text).as_str(), line(text).as_str()), ("", ""), "{text:?}");
            assert!(is_blank(text), "{text:?}");
        }
        assert_eq!(tidy("\u{3164}윤동주\u{2800}"), "윤동주");
    }

    #[test]
    fn a_length_is_what_the_reader_sees() {
        let decomposed: String = "별 헤는 밤".nfd().collect();
        assert_eq!(length(&decomposed), 6);
        assert_eq!(length("가\r\n나"), 3);
    }

    proptest! {
        #[test]
        fn tidying_twice_changes_nothing(
            text in "(\\PC|[\u{200B}-\u{200D}\u{3164}\u{115F}\u{1160}\u{2800}\u{FE0F}\u{E0061}\u{AD}\
                     \u{1100}-\u{1112}\u{1161}-\u{1175}👨❤\n\r ]){0,24}"
        ) {
            let once = tidy(&text);
            prop_assert_eq!(tidy(&once), once.clone());
            prop_assert_eq!(is_blank(&text), once.is_empty());
            prop_assert_eq!(line(&line(&text)), line(&text));
        }
    }
}
