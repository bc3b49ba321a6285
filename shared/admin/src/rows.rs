//! The rows of a list in the call.

use crate::Problem;

/// The rows of a list in the call. They are independent: a row that cannot be read does not stop the
/// others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows<T> {
    /// The name of the list.
    pub list: String,
    /// The rows that could be read, each with its place in the list.
    pub read: Vec<(usize, T)>,
    /// What is wrong with the others.
    pub problems: Vec<Problem>,
    /// The places of the others.
    pub unread: Vec<usize>,
}

impl<T> Rows<T> {
    /// No rows.
    pub fn none(list: &str) -> Self {
        let list = list.to_owned();
        Self { list, read: Vec::new(), problems: Vec::new(), unread: Vec::new() }
    }

    /// Whether the list has no row, readable or not.
    pub fn is_empty(&self) -> bool {
        self.read.is_empty() && self.unread.is_empty()
    }
}
