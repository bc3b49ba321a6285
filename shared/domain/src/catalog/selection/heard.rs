//! What a letter says of the books, and what it says besides.

use std::collections::BTreeMap;

use super::{Book, SelectionRequest};
use crate::catalog::{
    isbn::Isbn,
    naming::{Named, Names, Reading},
};

/// A letter heard beside the books that are considered.
pub(super) struct Heard {
    named: BTreeMap<Isbn, Named>,
    /// The letter without the names; `None` if it has none.
    rest: Option<String>,
}

impl Heard {
    pub(super) fn of(books: &[&Book], asked: &SelectionRequest<'_>) -> Self {
        let reading = Reading::of(asked.letter);
        let called: Vec<(&Book, Names)> = books
            .iter()
            .copied()
            .chain(asked.editions)
            .map(|book| (book, Names::of(&book.title, &book.author)))
            .collect();
        let mut named: BTreeMap<Isbn, Named> = BTreeMap::new();
        for (book, called) in &called {
            let (title, author) = (reading.has_title(called), reading.has_author(called));
            if !title && !author {
                continue;
            }
            for other in books.iter().filter(|other| other.work == book.work) {
                let what = match (title, other.isbn == book.isbn) {
                    (true, true) => Named::Title,
                    (true, false) => Named::Edition,
                    (false, _) => Named::Author,
                };
                let known = named.entry(other.isbn.clone()).or_insert(what);
                *known = what.min(*known);
            }
        }
        Self { named, rest: reading.without(called.iter().map(|(_, called)| called)) }
    }

    /// What the letter names of a book that is considered.
    pub(super) fn named(&self, book: &Book) -> Option<Named> {
        self.named.get(&book.isbn).copied()
    }

    /// What of the letter may echo.
    pub(super) fn rest<'a>(&'a self, asked: &SelectionRequest<'a>) -> &'a str {
        self.rest.as_deref().unwrap_or(asked.letter)
    }

    /// What of the letter speaks for that book: nothing if it is named.
    pub(super) fn speaks_for<'a>(&'a self, book: &Book, asked: &SelectionRequest<'a>) -> &'a str {
        if self.named(book).is_some() { "" } else { self.rest(asked) }
    }
}
