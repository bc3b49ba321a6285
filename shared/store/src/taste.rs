//! The owner's taste, and placing the books anew after it changed: in pages, resumable, while
//! orders go on. A choice scores what it sees by the taste of its day; the place of a book in the
//! index only decides who is seen first.

use aws_sdk_dynamodb::types::Put;
use domain::{
    base::price::PriceRange,
    catalog::{selection::Book, taste::Taste},
    order::counter::Counter,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    Guard, Lost, Store, StoreError, Versioned, books, held,
    item::{from_item, number, string},
    key,
    transaction::Transaction,
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

    /// Saves a taste over the version read.
    pub async fn save_taste(&self, taste: &Versioned<Taste>) -> Result<(), Lost> {
        self.save_one(Guard::Taste, self.versioned_put(&key::taste(), "taste", taste)?).await
    }

    /// Saves how far the books are placed, over the version read.
    pub async fn save_placing(&self, placing: &Versioned<Placing>) -> Result<(), Lost> {
        self.save_one(Guard::Taste, self.versioned_put(&key::placing(), "placing", placing)?).await
    }

    /// Whether the counter takes orders. One read.
    pub async fn counter(&self) -> Result<Versioned<Counter>, StoreError> {
        Ok(self.read(&key::counter()).await?.unwrap_or_else(|| Versioned::new(Counter::default())))
    }

    /// Opens or closes the counter, over the version read.
    pub async fn save_counter(&self, counter: &Versioned<Counter>) -> Result<(), Lost> {
        self.save_one(Guard::Taste, self.versioned_put(&key::counter(), "counter", counter)?).await
    }

    /// Saves a book over the version read: other facts, the same copies.
    pub async fn save_book(&self, book: &Versioned<Book>) -> Result<(), Lost> {
        self.save_one(Guard::Book, self.book_put(book)?).await
    }

    /// Gives a book its new place among the others. It is no change of the book: its version stays,
    /// so that no order loses a race to it. A book that was changed or sold out meanwhile is left
    /// alone.
    pub async fn place(&self, book: &Versioned<Book>) -> Result<(), StoreError> {
        let sent = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key::book(&book.value.isbn).attributes()))
            .update_expression("SET #rank = :rank, standing = :standing")
            .condition_expression("#version = :seen AND attribute_exists(shelf)")
            .expression_attribute_names("#rank", "rank")
            .expression_attribute_names("#version", "version")
            .expression_attribute_values(":rank", string(books::rank(&book.value)))
            .expression_attribute_values(":standing", number(book.value.stands()))
            .expression_attribute_values(":seen", number(book.version))
            .send()
            .await;
        held(sent).map(drop)
    }

    async fn save_one(&self, guard: Guard, put: Put) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(guard, put);
        transaction.commit(self).await
    }
}
