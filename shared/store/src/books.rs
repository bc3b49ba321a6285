//! The shelf.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::{AttributeValue, Put, Update};
use house::{choose::Book, isbn::Isbn, price::PriceRange};
use jiff::Timestamp;

use crate::{
    Guard, Lost, Store, StoreError, Versioned,
    item::{Item, from_item, number, string, to_item},
    key,
    transaction::Transaction,
};

const KIND: &str = "book";

/// For how long the proof that a row of a drawer's call was done is kept, in seconds: ten days.
const DONE_KEPT_SECONDS: i64 = 10 * 24 * 60 * 60;

/// A page of the shelf.
#[derive(Debug)]
pub struct BookPage {
    /// The books, by the owner's score.
    pub books: Vec<Versioned<Book>>,
    /// Where the next page starts, if there is one.
    pub next: Option<String>,
}

/// What became of one row taken into stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shelved {
    /// It stands on the shelf.
    Done,
    /// It was done by an earlier call with the same code.
    DoneBefore,
}

impl Store {
    /// Books of one range with a free copy, those that stand first by the owner's score first. One read of at most `limit` books. `after` is what an earlier page
    /// gave as [`BookPage::next`].
    pub async fn shelf(
        &self,
        range: PriceRange,
        after: Option<&str>,
        limit: i32,
    ) -> Result<BookPage, StoreError> {
        let answer = self
            .client
            .query()
            .table_name(&self.table)
            .index_name(Self::SHELF)
            .key_condition_expression("shelf = :shelf")
            .expression_attribute_values(":shelf", string(key::shelf(range)))
            .scan_index_forward(false)
            .set_exclusive_start_key(after.and_then(|rank| start(range, rank)))
            .limit(limit)
            .send()
            .await?;
        let next = answer.last_evaluated_key.as_ref().and_then(|key| key.get("rank")?.as_s().ok().cloned());
        let books = answer.items.unwrap_or_default().into_iter().map(from_item).collect::<Result<_, _>>()?;
        Ok(BookPage { books, next })
    }

    /// Books by their ISBN. One read of at most 100.
    pub async fn books(&self, isbns: &[Isbn]) -> Result<HashMap<Isbn, Versioned<Book>>, StoreError> {
        if isbns.is_empty() {
            return Ok(HashMap::new());
        }
        let items = self.read_many(isbns.iter().map(key::book)).await?;
        items
            .into_values()
            .map(|item| from_item(item).map(|book: Versioned<Book>| (book.value.isbn.clone(), book)))
            .collect()
    }

    /// Takes copies into stock: the book as it is to stand, `more` places for its range, and the proof that this row of the call with
    /// this code was done.
    pub async fn shelve(
        &self,
        book: &Versioned<Book>,
        more: u32,
        code: &str,
        now: Timestamp,
    ) -> Result<Shelved, Lost> {
        let Some(range) = PriceRange::of(book.value.list_price) else {
            return Err(StoreError::Unavailable("a book without a price range".into()).into());
        };
        let mut transaction = Transaction::default();
        transaction.put(Guard::Done, self.done_put(code, book.value.isbn.as_str(), now)?);
        transaction.put(Guard::Book, self.book_put(book)?);
        transaction.update(Guard::Stock, self.more_places(range, more)?);
        match transaction.commit(self).await {
            Ok(()) => Ok(Shelved::Done),
            Err(Lost::Race(Guard::Done)) => Ok(Shelved::DoneBefore),
            Err(lost) => Err(lost),
        }
    }

    pub(crate) fn book_put(&self, book: &Versioned<Book>) -> Result<Put, StoreError> {
        let mut item = to_item(&key::book(&book.value.isbn), KIND, book)?;
        if book.value.free() > 0
            && let Some(range) = PriceRange::of(book.value.list_price)
        {
            item.insert("shelf".to_owned(), string(key::shelf(range)));
            item.insert("rank".to_owned(), string(rank(&book.value)));
        }
        self.item_put(item, book.version)
    }

    pub(crate) fn done_put(&self, code: &str, row: &str, now: Timestamp) -> Result<Put, StoreError> {
        let mut item: Item = key::done(code, row).attributes();
        item.insert("kind".to_owned(), string("done"));
        item.insert("expires".to_owned(), number(now.as_second().saturating_add(DONE_KEPT_SECONDS)));
        self.item_put(item, 0)
    }

    fn more_places(&self, range: PriceRange, more: u32) -> Result<Update, StoreError> {
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::stock(range).attributes()))
            .update_expression(
                "SET #free = if_not_exists(#free, :none) + :more, holds = if_not_exists(holds, :empty), \
                 #version = if_not_exists(#version, :one), kind = :kind",
            )
            .expression_attribute_names("#version", "version")
            .expression_attribute_names("#free", "free")
            .expression_attribute_values(":none", number(0))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":more", number(more))
            .expression_attribute_values(":empty", AttributeValue::M(HashMap::new()))
            .expression_attribute_values(":kind", string("stock"))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }
}

/// The place of a book in the index: where it stands by the owner's score, then its ISBN to tell equals apart.
pub(crate) fn rank(book: &Book) -> String {
    format!("{:03}#{}", book.stands(), book.isbn)
}

/// The full key of the index at which a page goes on; none for a text that is no rank.
fn start(range: PriceRange, rank: &str) -> Option<Item> {
    let isbn: Isbn = rank.split_once('#')?.1.parse().ok()?;
    let mut key = key::book(&isbn).attributes();
    key.insert("shelf".to_owned(), string(key::shelf(range)));
    key.insert("rank".to_owned(), string(rank));
    Some(key)
}
