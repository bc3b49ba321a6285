//! Books, and the shelf that shows them.

use std::collections::{BTreeMap, HashMap, HashSet};

use domain::{
    base::{id::WorkId, price::PriceRange},
    catalog::{isbn::Isbn, selection::Book},
    order::Order,
};
use jiff::Timestamp;

use crate::{
    Commit, Condition, Store, StoreError, Versioned,
    item::{Item, from_item, number, string, to_item},
    key, places,
    table::{Write, erased},
};

const KIND: &str = "book";

/// For how long the proof is kept that a row of an owner's call was done, in seconds: ten days.
const DONE_KEPT_SECONDS: i64 = 10 * 24 * 60 * 60;

/// A page of the shelf.
#[derive(Debug)]
pub struct BookPage {
    /// The books, by the owner's score.
    pub books: Vec<Versioned<Book>>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
}

/// One book as it was read, and as it is to be written.
#[derive(Debug, Clone)]
pub struct Rewrite {
    /// As it was read; `None` for a book that the shop never had.
    pub before: Option<Versioned<Book>>,
    /// As it is to be written.
    pub after: Book,
}

impl Store {
    /// The book that was chosen for an order. At most one read.
    pub async fn chosen_book(&self, order: &Order) -> Result<Option<Versioned<Book>>, StoreError> {
        let Some(choice) = &order.choice else { return Ok(None) };
        Ok(self.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn))
    }

    /// Books in one [`Store::rewriting`] at most: four writes each, and the places of three ranges,
    /// within the hundred writes of a transaction.
    pub const REWRITTEN: usize = 24;

    /// Books of one range with a free copy, best score first. One read of at most `limit` books.
    /// `after` is [`BookPage::next`] of the page before.
    pub async fn shelf(
        &self,
        range: PriceRange,
        after: Option<&str>,
        limit: i32,
    ) -> Result<BookPage, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .index_name(Self::SHELF)
                .key_condition_expression("shelf = :shelf")
                .expression_attribute_values(":shelf", string(key::shelf(range)))
                .scan_index_forward(false)
                .set_exclusive_start_key(after.and_then(|rank| start(range, rank)))
                .limit(limit)
                .send(),
        )
        .await?;
        let next = answer
            .last_evaluated_key
            .as_ref()
            .and_then(|key| key.get("rank")?.as_s().ok().cloned());
        let books = answer
            .items
            .unwrap_or_default()
            .into_iter()
            .map(from_item)
            .collect::<Result<_, _>>()?;
        Ok(BookPage { books, next })
    }

    /// Books by their ISBN. One read of at most 100.
    pub async fn books(
        &self,
        isbns: &[Isbn],
    ) -> Result<HashMap<Isbn, Versioned<Book>>, StoreError> {
        if isbns.is_empty() {
            return Ok(HashMap::new());
        }
        let items = self.read_many(isbns.iter().map(key::book)).await?;
        items
            .into_values()
            .map(|item| {
                from_item(item).map(|book: Versioned<Book>| (book.value.isbn.clone(), book))
            })
            .collect()
    }

    /// Books by their ISBN, and which rows of the owner's call with this code were done. One read
    /// of at most 50 rows.
    pub async fn books_and_done(
        &self,
        isbns: &[Isbn],
        code: &str,
    ) -> Result<(HashMap<Isbn, Versioned<Book>>, HashSet<Isbn>), StoreError> {
        if isbns.is_empty() {
            return Ok((HashMap::new(), HashSet::new()));
        }
        let keys = isbns.iter().flat_map(|isbn| [key::book(isbn), key::done(code, isbn.as_str())]);
        let mut items = self.read_many(keys).await?;
        let done = |isbn: &&Isbn| items.contains_key(&key::done(code, isbn.as_str()).to_string());
        let done = isbns.iter().filter(done).cloned().collect();
        let mut books = HashMap::new();
        for isbn in isbns {
            if let Some(item) = items.remove(&key::book(isbn).to_string()) {
                books.insert(isbn.clone(), from_item(item)?);
            }
        }
        Ok((books, done))
    }

    /// The editions of a work that the shop knows. One read of at most 100.
    pub async fn editions(&self, work: &WorkId) -> Result<Vec<Isbn>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :work AND begins_with(sk, :edition)")
                .expression_attribute_values(":work", string(key::work(work)))
                .expression_attribute_values(":edition", string(key::EDITION))
                .consistent_read(true)
                .limit(100)
                .send(),
        )
        .await?;
        let isbn =
            |item: &Item| item.get("sk")?.as_s().ok()?.strip_prefix(key::EDITION)?.parse().ok();
        Ok(answer.items.unwrap_or_default().iter().filter_map(isbn).collect())
    }

    /// Writes at most [`Store::REWRITTEN`] books, with the places that they add or take and the
    /// proof that these rows of the owner's call with this code were done.
    pub fn rewriting(books: &[Rewrite], code: &str, now: Timestamp) -> Commit {
        let mut commit = Commit::default();
        let mut places: BTreeMap<PriceRange, i64> = BTreeMap::new();
        for Rewrite { before, after } in books {
            commit.add(Condition::Row, Ok(done_put(code, after.isbn.as_str(), now)));
            let book = match before {
                Some(before) => before.with(after.clone()),
                None => Versioned::new(after.clone()),
            };
            commit.add(Condition::Book, book_put(&book));
            let before = before.as_ref().map(|before| &before.value);
            if before.is_none_or(|before| before.work != after.work) {
                commit.add(Condition::Book, Ok(edition_put(after)));
                if let Some(before) = before {
                    let edition = key::edition(&before.work, &before.isbn);
                    commit.add(Condition::Book, Ok(Write::delete(&edition)));
                }
            }
            for (book, sign) in before.map(|before| (before, -1)).into_iter().chain([(after, 1)]) {
                if let Some(range) = PriceRange::of(book.list_price) {
                    *places.entry(range).or_default() += sign * i64::from(book.free());
                }
            }
        }
        for (range, more) in places {
            let write = match (u32::try_from(more), u32::try_from(-more)) {
                (Ok(0), _) => continue,
                (Ok(more), _) => Ok(places::more(range, more)),
                (_, Ok(fewer)) => Ok(places::fewer(range, fewer)),
                _ => Err(StoreError::Request("too many copies for one call".into())),
            };
            commit.add(Condition::Stock, write);
        }
        commit
    }
}

/// The write of a book. It lies in the index `shelf`: with a free copy, or among those that have
/// gone.
pub(crate) fn book_put(book: &Versioned<Book>) -> Result<Write, StoreError> {
    let mut item = to_item(&key::book(&book.value.isbn), KIND, book)?;
    if let Some(range) = PriceRange::of(book.value.list_price) {
        let shelf = if book.value.free() > 0 { key::shelf(range) } else { key::gone(range) };
        item.insert("shelf".to_owned(), string(shelf));
        item.insert("rank".to_owned(), string(rank(&book.value)));
    }
    Ok(Write::put_over(item, book.version))
}

/// The proof that a row of a call was done, kept for ten days.
pub(crate) fn done_put(code: &str, row: &str, now: Timestamp) -> Write {
    let mut item: Item = key::done(code, row).attributes();
    item.insert("kind".to_owned(), string("done"));
    item.insert("expires".to_owned(), number(now.as_second().saturating_add(DONE_KEPT_SECONDS)));
    Write::put_new(item)
}

/// Notes that a work has an edition. Idempotent.
fn edition_put(book: &Book) -> Write {
    let mut item: Item = key::edition(&book.work, &book.isbn).attributes();
    item.insert("kind".to_owned(), string("edition"));
    Write::put(item)
}

/// The range key of a book in the index `shelf`: the owner's score, then the ISBN to tell equals
/// apart.
pub(crate) fn rank(book: &Book) -> String {
    format!("{:03}#{}", book.stands(), book.isbn)
}

/// The key of the index after which a page starts; `None` for a text that is not a rank.
fn start(range: PriceRange, rank: &str) -> Option<Item> {
    let isbn: Isbn = rank.split_once('#')?.1.parse().ok()?;
    let mut key = key::book(&isbn).attributes();
    key.insert("shelf".to_owned(), string(key::shelf(range)));
    key.insert("rank".to_owned(), string(rank));
    Some(key)
}
