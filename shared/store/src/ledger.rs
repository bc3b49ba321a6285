//! The book of money, by month. An entry is written in the commit of the change that makes it true
//! and carries nothing about a person, so it outlives the order.

use domain::{base::calendar, order::ledger::Entry};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    Store, StoreError, Versioned,
    item::{number, to_item, values},
    key,
    table::Write,
};

/// For how many years an entry is kept: the five of the law (전자상거래법 시행령 제6조) and the one in
/// which they end.
const KEPT_YEARS: i64 = 6;

impl Store {
    /// The entries of the month of a day, oldest first. One read for each megabyte.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn ledger(&self, month: Date) -> Result<Vec<Entry>, StoreError> {
        values(self.partition(key::money_of(month)).await?)
    }
}

/// The writes of a change's entries.
pub(crate) fn writes(entries: &[Entry]) -> impl Iterator<Item = Result<Write, StoreError>> {
    entries.iter().enumerate().map(|(place, entry)| put(entry, place))
}

fn put(entry: &Entry, place: usize) -> Result<Write, StoreError> {
    let key = key::money(entry, place);
    let mut item = to_item(&key, "money", &Versioned::new(entry.clone()))?;
    let until = calendar::today(entry.at).saturating_add(KEPT_YEARS.years());
    item.insert("expires".to_owned(), number(calendar::end_of(until).as_second()));
    Ok(Write::put(item))
}
