//! Text in the reader's language, written where it is used.

use std::{borrow::Cow, fmt};

/// Text in one language: a literal, or one with values filled in.
pub type Words = Cow<'static, str>;

/// Picks the text in the language of a request and fills in its values. The result is [`Words`].
///
/// ```
/// # use domain::base::text::Language;
/// # struct Request { language: Language }
/// # let request = Request { language: Language::En };
/// let amount = 18_000;
/// assert_eq!(web::say!(request, "문", "The door"), "The door");
/// assert_eq!(web::say!(request, "{amount}원", "₩{amount}"), "₩18000");
/// assert_eq!(web::say!(request, "{n}원", "₩{n}", n = amount / 2), "₩9000");
/// ```
///
/// A value that is named behind the texts has to stand in both of them. Captured variables need
/// not.
#[macro_export]
macro_rules! say {
    ($request:expr, $ko:literal, $en:literal $(, $name:ident = $value:expr)* $(,)?) => {
        match $request.language {
            ::domain::base::text::Language::Ko => {
                $crate::words(::core::format_args!($ko $(, $name = $value)*))
            }
            ::domain::base::text::Language::En => {
                $crate::words(::core::format_args!($en $(, $name = $value)*))
            }
        }
    };
}

/// What [`say!`] expands to. A text without values is borrowed, not copied.
#[doc(hidden)]
pub fn words(text: fmt::Arguments<'_>) -> Words {
    match text.as_str() {
        Some(literal) => Cow::Borrowed(literal),
        None => Cow::Owned(text.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use domain::base::text::Language;

    use super::*;

    struct Request {
        language: Language,
    }

    #[test]
    fn a_text_without_values_is_borrowed() {
        let request = Request { language: Language::Ko };
        assert!(matches!(say!(request, "문", "The door"), Cow::Borrowed("문")));
    }

    #[test]
    fn values_are_filled_in() {
        let (korean, english) =
            (Request { language: Language::Ko }, Request { language: Language::En });
        let until = "9:00";
        assert_eq!(say!(korean, "{until}까지 {n}원", "₩{n} by {until}", n = 5), "9:00까지 5원");
        assert_eq!(say!(english, "{until}까지 {n}원", "₩{n} by {until}", n = 5), "₩5 by 9:00");
    }
}
