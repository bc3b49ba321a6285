//! Posted forms (`application/x-www-form-urlencoded`, WHATWG URL Standard §5.1) and query strings,
//! parsed strictly: input that is not UTF-8 is rejected, not repaired.

use std::collections::BTreeMap;

use crate::Words;
use domain::{base::sensitive::Sensitive, walk::draft::Fields};
use percent_encoding::{NON_ALPHANUMERIC, percent_decode, utf8_percent_encode};

/// The fields of a form or of a query string. The first value of a repeated field counts.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, String>);

/// Shows the names of the fields and never their values.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// Input that is not UTF-8.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the form is not UTF-8")]
pub struct NotUtf8;

/// What is wrong with one field, in the reader's language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The field's name.
    pub field: &'static str,
    /// What is wrong and what to do.
    pub message: Words,
}

impl Form {
    /// Parses a form.
    pub fn parse(bytes: &[u8]) -> Result<Self, NotUtf8> {
        let mut fields = BTreeMap::new();
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let equals = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at(equals);
            let value = value.strip_prefix(b"=").unwrap_or(value);
            fields.entry(decode(name)?).or_insert(decode(value)?);
        }
        Ok(Self(fields))
    }

    /// A form of these fields, for one that was not sent as text alone. The first value of a repeated
    /// field counts.
    pub fn of_fields(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut form = BTreeMap::new();
        for (name, value) in fields {
            form.entry(name).or_insert(value);
        }
        Self(form)
    }

    /// Sets a field, for a page that fills in what it has read elsewhere.
    pub fn set(&mut self, name: &str, value: String) {
        self.0.insert(name.to_owned(), value);
    }

    /// The fields of a draft.
    pub(crate) fn of(fields: &Fields) -> Self {
        let field =
            |(name, text): (&String, &Sensitive<String>)| (name.clone(), text.reveal().clone());
        Self(fields.iter().map(field).collect())
    }

    /// Every field with its value.
    pub fn fields(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// A field's value, if it was sent.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// A field's value; empty if it was not sent.
    pub fn typed(&self, name: &str) -> &str {
        self.get(name).unwrap_or_default()
    }

    /// The fields of these names alone.
    pub(crate) fn only(&self, names: &[&str]) -> Self {
        let mut kept = self.clone();
        kept.0.retain(|name, _| names.contains(&name.as_str()));
        kept
    }

    /// The fields as a query string.
    pub fn query(&self) -> String {
        encoded(self.0.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    }

    /// The fields as a query string, with `name` set to `value`.
    pub(crate) fn query_with(&self, name: &str, value: &str) -> String {
        let others = self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        encoded(others.filter(|(known, _)| *known != name).chain([(name, value)]))
    }

    /// Whether a checkbox is ticked.
    pub fn ticked(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| !value.is_empty())
    }
}

/// A text as one segment of a path (RFC 3986, 3.3).
pub fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

fn encoded<'a>(fields: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let encode = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let fields: Vec<String> =
        fields.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
    fields.join("&")
}

fn decode(bytes: &[u8]) -> Result<String, NotUtf8> {
    let spaced: Vec<u8> =
        bytes.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    percent_decode(&spaced).decode_utf8().map(Into::into).map_err(|_| NotUtf8)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_form_is_decoded() {
        let form = Form::parse("answer=%EB%B3%84+%ED%97%A4%EB%8A%94&door=riddle&empty=".as_bytes())
            .unwrap();
        assert_eq!(form.get("answer"), Some("별 헤는"));
        assert_eq!(form.get("empty"), Some(""));
        assert_eq!(form.get("other"), None);
        assert!(form.ticked("door") && !form.ticked("empty"));
    }

    #[test]
    fn a_language_switch_keeps_the_other_fields() {
        let query = Form::parse("range=heavy&lang=ko&after=별".as_bytes()).unwrap();
        assert_eq!(query.query_with("lang", "en"), "after=%EB%B3%84&range=heavy&lang=en");
    }

    #[test]
    fn bytes_that_are_not_utf8_are_rejected() {
        assert_eq!(Form::parse(b"answer=%FF%FE"), Err(NotUtf8));
        assert_eq!(Form::parse(b"answer=\xFF"), Err(NotUtf8));
    }

    #[test]
    fn debug_output_shows_no_values() {
        let form = Form::parse(b"letter=secret").unwrap();
        assert_eq!(format!("{form:?}"), r#"{"letter"}"#);
    }

    proptest! {
        #[test]
        fn no_input_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = Form::parse(&bytes);
        }
    }
}
