//! The owner's taste, and reindexing the books after it changed: in pages, resumable, while orders
//! are chosen. A choice scores the books it reads by the taste of its day; a book's rank in the
//! index only decides which books are read first.

use domain::{
    base::price::PriceRange,
    catalog::{selection::Book, taste::Taste},
    order::counter::Counter,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError, books,
    item::{from_item, number, string, to_item},
    key::{self, Key},
    table::Write,
};

/// How far the books are placed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Placing {
    /// By the taste of which day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub day: Option<Date>,
    /// By which version of the taste.
    pub taste: u64,
    /// The range under way; none when all are done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub range: Option<PriceRange>,
    /// Where the next page of the range starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Books looked at so far.
    pub seen: u64,
    /// Books that got another place so far.
    pub moved: u64,
}

impl Placing {
    /// The work from its start.
    pub fn anew(day: Date, taste: u64) -> Self {
        Self { day: Some(day), taste, range: PriceRange::ALL.first().copied(), ..Self::default() }
    }

    /// Whether nothing is left to do for that day and that version of the taste.
    pub fn is_done(&self, day: Date, taste: u64) -> bool {
        self.is_for(day, taste) && self.range.is_none()
    }

    /// Whether it is the work for that day and that version of the taste.
    pub fn is_for(&self, day: Date, taste: u64) -> bool {
        self.day == Some(day) && self.taste == taste
    }
}

impl Store {
    /// The taste, and how far the books are placed by it. One read.
    pub async fn taste(&self) -> Result<(Versioned<Taste>, Versioned<Placing>), StoreError> {
        let mut items = self.read_many([key::taste(), key::placing()]).await?;
        let taste = items.remove(&key::taste().to_string()).map(from_item).transpose()?;
        let placing = items.remove(&key::placing().to_string()).map(from_item).transpose()?;
        Ok((
            taste.unwrap_or_else(|| Versioned::new(Taste::default())),
            placing.unwrap_or_else(|| Versioned::new(Placing::default())),
        ))
    }

    /// Saves how far the books are placed, over the version read.
    pub async fn save_placing(&self, placing: &Versioned<Placing>) -> Result<(), WriteError> {
        let write = setting_put(&key::placing(), "placing", placing);
        self.commit(Commit::one(Condition::Taste, write)).await
    }

    /// Whether the counter takes orders. One read.
    pub async fn counter(&self) -> Result<Versioned<Counter>, StoreError> {
        self.read_or_default(&key::counter()).await
    }

    /// Gives a book its new rank. The version stays, so that an order that takes a copy does not
    /// conflict with it. A book that was changed or sold out meanwhile is left alone.
    pub async fn place(&self, book: &Versioned<Book>) -> Result<(), StoreError> {
        let write =
            Write::update(&key::book(&book.value.isbn), "SET #rank = :rank, standing = :standing")
                .only_if("#version = :seen AND attribute_exists(shelf)")
                .name("#rank", "rank")
                .name("#version", "version")
                .value(":rank", string(books::rank(&book.value)))
                .value(":standing", number(book.value.stands()))
                .value(":seen", number(book.version));
        self.write(write).await.map(drop)
    }
}

impl Commit {
    /// The taste.
    pub fn taste(read: &Versioned<Taste>, changed: Taste) -> Self {
        Self::one(Condition::Taste, setting_put(&key::taste(), "taste", &read.with(changed)))
    }

    /// Whether orders are taken.
    pub fn counter(read: &Versioned<Counter>, changed: Counter) -> Self {
        Self::one(Condition::Taste, setting_put(&key::counter(), "counter", &read.with(changed)))
    }
}

fn setting_put<T: Serialize>(
    key: &Key,
    kind: &str,
    record: &Versioned<T>,
) -> Result<Write, StoreError> {
    Ok(Write::put_over(to_item(key, kind, record)?, record.version))
}
