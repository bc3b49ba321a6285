//! What an answer shows, and files to save: in parts that a page can lay out and a person can read.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::NextCall;

/// One thing that an answer shows: an order, a letter, a row of a table.
///
/// ```
/// use admin::Show;
/// use serde_json::json;
///
/// let show = Show::new("order", "목-07 · 봄밤 님", json!({ "order": "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7" }))
///     .fact("약속한 날", "11월 30일 월요일까지");
/// assert_eq!(show.facts, [("약속한 날".to_owned(), "11월 30일 월요일까지".to_owned())]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Show {
    /// What it is: `order`, `choice`, `parcel`. Pages lay out each kind in its own way.
    pub kind: String,
    /// The heading.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Facts as pairs of a label and a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<(String, String)>,
    /// A longer text, such as a letter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Its own page among the owner's pages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub page: Option<String>,
    /// Calls about this one thing that the owner can make next.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<NextCall>,
    /// The same and more for programs.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

impl Show {
    /// Something to show.
    pub fn new(kind: &str, title: impl Into<String>, data: Value) -> Self {
        Self { kind: kind.to_owned(), title: title.into(), data, ..Self::default() }
    }

    /// A record of the owner's data, without a heading.
    pub fn record(data: Value) -> Self {
        Self::new("record", "", data)
    }

    /// Adds a fact.
    #[must_use]
    pub fn fact(mut self, label: &str, value: impl Into<String>) -> Self {
        self.facts.push((label.to_owned(), value.into()));
        self
    }

    /// Adds a fact that may be missing.
    #[must_use]
    pub fn fact_if(self, label: &str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.fact(label, value),
            None => self,
        }
    }

    /// Sets the longer text.
    #[must_use]
    pub fn text(mut self, text: Option<impl Into<String>>) -> Self {
        self.text = text.map(Into::into);
        self
    }

    /// Sets its page.
    #[must_use]
    pub fn page(mut self, page: impl Into<String>) -> Self {
        self.page = Some(page.into());
        self
    }
}

/// A file to save.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct File {
    /// Its name.
    pub name: String,
    /// Its media type.
    #[serde(rename = "type")]
    pub media_type: String,
    /// Its bytes in base64.
    pub base64: String,
}
