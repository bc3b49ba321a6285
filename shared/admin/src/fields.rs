//! Reading the fields of a call.
//!
//! [`Fields`] is one JSON object of the call: the call itself, or an object in it. Its methods
//! return what was read and collect a [`Problem`] for what was not, so that the owner sees every
//! mistake at once. A *reader* parses one value: [`text`], [`number`], [`date`] and the others at
//! the end of this module.
//!
//! `null` counts as absent everywhere: the saved events carry fields that are not filled in.
//!
//! ```
//! use admin::fields::{self, Fields};
//! use serde_json::json;
//!
//! let call = json!({ "copies": 0, "color": "red" });
//! let problems = fields::read(&call, "", |fields: &mut Fields<'_, '_>| {
//!     fields.known(&["copies"], &json!({ "copies": 2 }));
//!     fields.required("copies", fields::number(1..=9), "1에서 9까지", 2)
//! })
//! .unwrap_err();
//! assert_eq!(problems[0].field, "color");
//! assert_eq!(problems[1].field, "copies");
//! ```

use std::{fmt, ops::RangeInclusive, str::FromStr};

use domain::{
    base::{
        free_text,
        id::{OrderId, WorkId},
    },
    catalog::{isbn::Isbn, selection::Love},
    order::{Order, ShortNumber},
};
use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::{Call, Problem, Rows, words::no_isbn};

/// What an order's number looks like.
pub const ORDER_EXAMPLE: &str = "01JD3ZQ8W9X0Y1Z2A3B4C5D6E7";

/// What an ISBN looks like.
pub const ISBN_EXAMPLE: &str = "9788936434120";

/// An order, as the owner names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrderName {
    /// By its id.
    Id(OrderId),
    /// By its short number.
    Number(ShortNumber),
}

impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Number(number) => f.write_str(&number.short()),
        }
    }
}

impl OrderName {
    /// The name that stays clear when a week has passed: the number with its date, or the id.
    pub fn in_full(self) -> String {
        match self {
            Self::Id(id) => id.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }

    /// The same order as the owner knows it: by its short number, once it has one.
    #[must_use]
    pub fn known_as(self, order: &Order) -> Self {
        order.number.map_or(self, Self::Number)
    }
}

/// What is expected where an order is named.
pub const ORDER_EXPECTED: &str = "주문 번호 26글자나 짧은 번호(목-07)를 적습니다";

/// The object's fields, and the problems found so far.
#[derive(Debug)]
pub struct Fields<'v, 'p> {
    values: Option<&'v Map<String, Value>>,
    at: String,
    problems: &'p mut Vec<Problem>,
    /// How many problems there were before this object.
    before: usize,
}

/// Reads the object `value` at the place `at`, such as `books[3]`. A value that is not an object has
/// no fields.
///
/// # Errors
///
/// Every problem found, if there is one.
pub fn read<T>(
    value: &Value,
    at: &str,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    collect(value.as_object(), at, read)
}

impl Call {
    /// Reads the call's fields.
    ///
    /// # Errors
    ///
    /// Every problem found, if there is one.
    pub fn read_fields<T>(
        &self,
        read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
    ) -> Result<T, Vec<Problem>> {
        collect(Some(&self.fields), "", read)
    }
}

fn collect<T>(
    values: Option<&Map<String, Value>>,
    at: &str,
    read: impl FnOnce(&mut Fields<'_, '_>) -> Option<T>,
) -> Result<T, Vec<Problem>> {
    let mut problems = Vec::new();
    let fields = &mut Fields { values, at: at.to_owned(), problems: &mut problems, before: 0 };
    match read(fields) {
        Some(read) if problems.is_empty() => Ok(read),
        _ => Err(problems),
    }
}

impl<'v> Fields<'v, '_> {
    /// Reports every field but these: an unknown field is more likely a typing error than intended.
    pub fn known(&mut self, names: &[&str], example: &Value) {
        let unknown = self.values.into_iter().flat_map(Map::keys);
        for name in unknown.filter(|name| !names.contains(&name.as_str())) {
            let expected = format!("모르는 칸입니다. 여기에 적을 수 있는 칸: {}", names.join(", "));
            self.problem(name, expected, example.clone());
        }
    }

    /// `None` if this object has a problem so far. For a reader that stops at the first one.
    pub fn checked(&self) -> Option<()> {
        (self.problems.len() == self.before).then_some(())
    }

    /// Names the fields of this object's problems in the owner's words.
    pub fn name_problems(&mut self, whose: &str) {
        for problem in self.problems.iter_mut().skip(self.before) {
            problem.whose.get_or_insert_with(|| whose.to_owned());
        }
    }

    /// The value of a field that is not absent.
    pub fn given(&self, name: &str) -> Option<&'v Value> {
        self.values?.get(name).filter(|value| !value.is_null())
    }

    /// The text of a field; `None` for any other value as well.
    pub fn text(&self, name: &str) -> Option<&'v str> {
        self.given(name)?.as_str()
    }

    /// Whether a field is absent or a blank text, as in a saved event that is not filled in.
    pub fn is_blank(&self, name: &str) -> bool {
        self.given(name).is_none_or(|value| value.as_str().is_some_and(free_text::is_blank))
    }

    /// The place of a field in the call.
    pub fn place(&self, name: &str) -> String {
        match (self.at.as_str(), name) {
            ("", _) => name.to_owned(),
            (_, "") => self.at.clone(),
            (at, _) => format!("{at}.{name}"),
        }
    }

    /// Adds a problem with a field; with the object itself if `name` is empty.
    pub fn problem(&mut self, name: &str, expected: impl Into<String>, example: impl Into<Value>) {
        self.problems.push(Problem::new(self.place(name), expected, example));
    }

    /// Reads a field that has to be there.
    pub fn required<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Option<T> {
        let read = self.given(name).and_then(read);
        if read.is_none() {
            self.problem(name, expected, example);
        }
        read
    }

    /// Reads a field that may be absent.
    pub fn optional<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&'v Value) -> Option<T>,
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Option<T> {
        self.given(name)?;
        self.required(name, read, expected, example)
    }

    /// Reads a field that is one of these words.
    pub fn one_of<T: Copy>(
        &mut self,
        name: &str,
        words: &[(&str, T)],
        expected: impl Into<String>,
        example: impl Into<Value>,
    ) -> Option<T> {
        let read = |value: &Value| {
            words.iter().find(|(word, _)| value.as_str() == Some(word)).map(|(_, meaning)| *meaning)
        };
        self.required(name, read, expected, example)
    }

    /// Reads the fields of an object in this object. A value that is not an object has no fields.
    pub fn object<T>(
        &mut self,
        name: &str,
        read: impl FnOnce(&mut Fields<'v, '_>) -> Option<T>,
    ) -> Option<T> {
        let values = self.given(name).and_then(Value::as_object);
        let before = self.problems.len();
        read(&mut Fields { values, at: self.place(name), problems: self.problems, before })
    }

    /// Reads the entries of a list that may be absent: each as the fields of an object, with the
    /// entry itself beside them. The entries that could be read are returned.
    pub fn list<T>(
        &mut self,
        name: &str,
        length: RangeInclusive<usize>,
        expected: impl Into<String>,
        example: impl Into<Value>,
        read: impl FnMut(&mut Fields<'v, '_>, &'v Value) -> Option<T>,
    ) -> Option<Vec<T>> {
        let list = self.optional(name, list_of(length), expected, example)?;
        Some(self.entries(name, list, read))
    }

    /// Reads the entries of a list that was read before.
    pub fn entries<T>(
        &mut self,
        name: &str,
        list: &'v [Value],
        mut read: impl FnMut(&mut Fields<'v, '_>, &'v Value) -> Option<T>,
    ) -> Vec<T> {
        let entries = list.iter().enumerate().filter_map(|(place, entry)| {
            let at = self.place(&format!("{name}[{place}]"));
            let before = self.problems.len();
            let problems = &mut *self.problems;
            read(&mut Fields { values: entry.as_object(), at, problems, before }, entry)
        });
        entries.collect()
    }

    /// Reads the rows of a list, each as the fields of an object, with the entry itself beside them.
    pub fn rows<T>(
        &self,
        name: &str,
        list: &'v [Value],
        mut read: impl FnMut(&mut Fields<'v, '_>, &'v Value) -> Option<T>,
    ) -> Rows<T> {
        let mut rows = Rows::none(name);
        for (place, entry) in list.iter().enumerate() {
            let at = self.place(&format!("{name}[{place}]"));
            let mut problems = Vec::new();
            let values = entry.as_object();
            let fields = &mut Fields { values, at, problems: &mut problems, before: 0 };
            match read(fields, entry) {
                Some(row) if problems.is_empty() => rows.read.push((place, row)),
                _ => {
                    rows.unread.push(place);
                    rows.problems.append(&mut problems);
                }
            }
        }
        rows
    }

    /// The number of an order.
    pub fn order(&mut self, name: &str) -> Option<OrderId> {
        self.required(name, order_id, "주문 번호 26글자를 적습니다", ORDER_EXAMPLE)
    }

    /// The version of an order on which the owner decided, if the call says it.
    pub fn seen(&mut self) -> Option<u64> {
        let expected = "보여 드린 수를 그대로 적거나 지웁니다";
        self.optional("seen", number(1..=u64::MAX), expected, 12)
    }

    /// An ISBN; `missing` is what is expected if there is none.
    pub fn isbn(&mut self, name: &str, missing: &str) -> Option<Isbn> {
        let expected = match self.text(name).map(str::parse::<Isbn>) {
            Some(Ok(isbn)) => return Some(isbn),
            Some(Err(error)) => format!("ISBN이 아닙니다. {}", no_isbn(error)),
            None => missing.to_owned(),
        };
        self.problem(name, expected, ISBN_EXAMPLE);
        None
    }

    /// How many entries to show: `usual` if absent.
    pub fn limit(&mut self, usual: u64, most: u64) -> Option<u64> {
        if self.given("limit").is_none() {
            return Some(usual);
        }
        let expected = format!("1에서 {most} 사이의 수를 적습니다");
        self.required("limit", number(1..=most), expected, usual)
    }
}

/// Reads one line of text, in characters.
pub fn text(length: RangeInclusive<usize>) -> impl Fn(&Value) -> Option<String> {
    move |value| {
        let line = free_text::line(value.as_str()?);
        length.contains(&free_text::length(&line)).then_some(line)
    }
}

/// Reads a whole number.
pub fn number<T>(range: RangeInclusive<T>) -> impl Fn(&Value) -> Option<T>
where
    T: TryFrom<u64> + PartialOrd,
{
    move |value| T::try_from(value.as_u64()?).ok().filter(|number| range.contains(number))
}

/// Reads a list of lines of text: at most `most`, of at most `longest` characters each.
pub fn texts(most: usize, longest: usize) -> impl Fn(&Value) -> Option<Vec<String>> {
    move |value| list_of(0..=most)(value)?.iter().map(text(1..=longest)).collect()
}

/// Reads a list of a length.
pub fn list_of(length: RangeInclusive<usize>) -> impl Fn(&Value) -> Option<&Vec<Value>> {
    move |value| value.as_array().filter(|list| length.contains(&list.len()))
}

/// Reads a text that `T` can be parsed from, without blanks around it.
pub fn parsed<T: FromStr>(value: &Value) -> Option<T> {
    value.as_str()?.trim().parse().ok()
}

/// Reads a day: `2026-11-23`.
pub fn date(value: &Value) -> Option<Date> {
    parsed(value)
}

/// Reads an order's name: its number of 26 letters, `20261126-07` or `목-07`.
pub fn order_name(today: Date) -> impl Fn(&Value) -> Option<OrderName> {
    move |value| {
        let text = value.as_str()?.trim();
        let number = || ShortNumber::typed(text, today).map(OrderName::Number);
        text.parse().map(OrderName::Id).or_else(|_| number()).ok()
    }
}

/// Reads the number of an order.
pub fn order_id(value: &Value) -> Option<OrderId> {
    parsed(value)
}

/// Reads an ISBN, with or without hyphens.
pub fn isbn(value: &Value) -> Option<Isbn> {
    value.as_str()?.parse().ok()
}

/// Reads how much the owner loves a book: 0 to 5.
pub fn love(value: &Value) -> Option<Love> {
    u8::try_from(value.as_u64()?).ok()?.try_into().ok()
}

/// Reads the name of a work.
pub fn work(value: &Value) -> Option<WorkId> {
    WorkId::try_from(value.as_str()?.to_owned()).ok()
}

#[cfg(test)]
mod tests;
