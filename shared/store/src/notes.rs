//! The shop's hourly notes: free copies and the desk.

use domain::{
    base::price::PriceRange,
    order::{
        shop_notes::{Note, Notes},
        stock::Stock,
    },
};
use jiff::{Timestamp, civil::Date};

use crate::{
    Commit, Condition, Store, StoreError, Versioned, WriteError,
    item::{from_item, number, string, to_item},
    key,
    table::{Write, erased},
};

/// For how long a day's notes are kept, in seconds.
const KEPT_SECONDS: i64 = 400 * 24 * 60 * 60;

impl Store {
    /// The notes of the days from one to another, oldest first. One read.
    pub async fn notes(&self, from: Date, to: Date) -> Result<Vec<Note>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :house AND sk BETWEEN :from AND :to")
                .expression_attribute_values(":house", string(key::notes(from).pk))
                .expression_attribute_values(":from", string(key::notes(from).sk))
                .expression_attribute_values(":to", string(key::notes(to).sk))
                .send(),
        )
        .await?;
        let mut notes = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let day: Versioned<Notes> = from_item(item)?;
            notes.extend(day.value.notes);
        }
        Ok(notes)
    }

    /// The notes of one day. One read.
    pub async fn notes_of(&self, day: Date) -> Result<Versioned<Notes>, StoreError> {
        self.read_or_default(&key::notes(day)).await
    }

    /// Free copies over all ranges. One read.
    pub async fn free_copies(&self) -> Result<u32, StoreError> {
        let mut free = 0_u32;
        for stock in self.read_many(PriceRange::ALL.map(key::stock)).await?.into_values() {
            let stock: Versioned<Stock> = from_item(stock)?;
            free = free.saturating_add(stock.value.free);
        }
        Ok(free)
    }

    /// Saves the notes of a day over the version read.
    pub async fn save_notes(
        &self,
        day: Date,
        notes: &Versioned<Notes>,
        now: Timestamp,
    ) -> Result<(), WriteError> {
        let mut item = to_item(&key::notes(day), "notes", notes)?;
        item.insert("expires".to_owned(), number(now.as_second().saturating_add(KEPT_SECONDS)));
        let write = Write::put_over(item, notes.version);
        self.commit(Commit::one(Condition::Taste, Ok(write))).await
    }
}
