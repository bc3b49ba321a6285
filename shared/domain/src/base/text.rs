//! The two languages of the shop, and texts in both.

use serde::{Deserialize, Serialize};

/// A language of the shop.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize, strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum Language {
    /// Korean, the default.
    #[default]
    Ko,
    /// English.
    En,
}

impl Language {
    /// Every language, in the order of the switch.
    pub const ALL: [Self; 2] = [Self::Ko, Self::En];

    /// The BCP 47 tag: `ko` or `en`. Also the value of the language cookie.
    pub fn tag(self) -> &'static str {
        self.into()
    }

    /// The language's name in itself, for the switch.
    pub fn own_name(self) -> &'static str {
        match self {
            Self::Ko => "한국어",
            Self::En => "English",
        }
    }

    /// The other language.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Ko => Self::En,
            Self::En => Self::Ko,
        }
    }

    /// Reads a tag (`ko`, `en-GB`, any case); `None` for another language.
    pub fn from_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next()?;
        Self::ALL.into_iter().find(|language| primary.eq_ignore_ascii_case(language.tag()))
    }

    /// Chooses from an `Accept-Language` header (RFC 9110, 12.5.4): the highest `q` wins, the first
    /// of equals, and `q=0` excludes.
    ///
    /// Korean without a usable header. English if the header names only other languages, because
    /// their readers more likely read English; Korean if it has `*` as well.
    pub fn from_accept_language(header: Option<&str>) -> Self {
        let mut best: Option<(u16, Self)> = None;
        let mut named_another = false;
        for range in header.unwrap_or_default().split(',') {
            let mut parts = range.split(';');
            let tag = parts.next().unwrap_or_default().trim();
            let Some(quality) = quality(parts) else { continue };
            if tag.is_empty() || quality == 0 {
                continue;
            }
            let language = if tag == "*" { Some(Self::default()) } else { Self::from_tag(tag) };
            match language {
                Some(language) if best.is_none_or(|(q, _)| quality > q) => {
                    best = Some((quality, language));
                }
                Some(_) => {}
                None => named_another |= tag.starts_with(|c: char| c.is_ascii_alphabetic()),
            }
        }
        match best {
            Some((_, language)) => language,
            None if named_another => Self::En,
            None => Self::default(),
        }
    }

    /// The language of a request: the cookie that the switch sets takes precedence over
    /// `Accept-Language`.
    pub fn choose(cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        cookie
            .and_then(Self::from_tag)
            .unwrap_or_else(|| Self::from_accept_language(accept_language))
    }
}

/// The quality value in thousandths; 1000 if there is none, `None` if it is malformed.
fn quality<'a>(parameters: impl Iterator<Item = &'a str>) -> Option<u16> {
    for parameter in parameters {
        let Some((name, value)) = parameter.split_once('=') else { continue };
        if !name.trim().eq_ignore_ascii_case("q") {
            continue;
        }
        let (whole, fraction) = value.trim().split_once('.').unwrap_or((value.trim(), ""));
        if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
            return None;
        }
        let thousandths = format!("{fraction:0<3}").parse::<u16>().ok()?;
        return match whole {
            "0" => Some(thousandths),
            "1" if thousandths == 0 => Some(1000),
            _ => None,
        };
    }
    Some(1000)
}

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Korean.
    pub ko: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text from its Korean and its English.
    pub fn new(ko: impl Into<String>, en: impl Into<String>) -> Self {
        Self { ko: ko.into(), en: en.into() }
    }

    /// A text from a function of the language.
    pub fn of(words: impl Fn(Language) -> String) -> Self {
        Self { ko: words(Language::Ko), en: words(Language::En) }
    }

    /// The text in one language.
    pub fn in_language(&self, language: Language) -> &str {
        match language {
            Language::Ko => &self.ko,
            Language::En => &self.en,
        }
    }

    /// The text with `{name}` replaced by `value` in both languages.
    #[must_use]
    pub fn with(&self, name: &str, value: &str) -> Self {
        let slot = format!("{{{name}}}");
        Self { ko: self.ko.replace(&slot, value), en: self.en.replace(&slot, value) }
    }

    /// This text followed by another in the same paragraph.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        Self { ko: format!("{} {}", self.ko, next.ko), en: format!("{} {}", self.en, next.en) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accept_language_chooses_the_language() {
        for (header, language) in [
            ("ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7", Language::Ko),
            ("en-US,en;q=0.9,ko;q=0.8", Language::En),
            ("en;q=0.5, ko;q=0.8", Language::Ko),
            ("ko;q=0, en;q=0.1", Language::En),
            ("EN", Language::En),
            ("fr-FR, en;q=0.3", Language::En),
            ("fr-FR", Language::En),
            ("fr-FR, *;q=0.5", Language::Ko),
            ("*", Language::Ko),
            ("", Language::Ko),
            ("ko;q=abc, en;q=0.2", Language::En),
            ("en;q=1.5", Language::Ko),
            (";;;,,,=", Language::Ko),
        ] {
            assert_eq!(Language::from_accept_language(Some(header)), language, "{header:?}");
        }
        assert_eq!(Language::from_accept_language(None), Language::Ko);
    }

    #[test]
    fn the_cookie_takes_precedence_over_accept_language() {
        assert_eq!(Language::choose(Some("en"), Some("ko")), Language::En);
        assert_eq!(Language::choose(Some("xx"), Some("ko")), Language::Ko);
        assert_eq!(Language::choose(None, Some("en")), Language::En);
    }

    #[test]
    fn a_text_is_read_in_one_language_and_filled_in_both() {
        let text =
            Text::new("{time}에 다시 오시오.", "Come again at {time}.").with("time", "23:04");
        assert_eq!(text.in_language(Language::Ko), "23:04에 다시 오시오.");
        assert_eq!(text.in_language(Language::En), "Come again at 23:04.");
    }
}
