//! The book of money, by month. An entry is written in the commit of the change that makes it true
//! and carries nothing about a person, so it outlives the order.

use domain::{
    base::calendar,
    order::{
        Order,
        ledger::{self, Entry},
    },
};
use jiff::{ToSpan as _, civil::Date};

use crate::{
    Store, StoreError, Versioned,
    item::{number, string, to_item, values},
    key,
    table::{Write, erased},
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
        let (mut entries, mut from) = (Vec::new(), None);
        loop {
            let query = self
                .client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :month")
                .expression_attribute_values(":month", string(key::money_of(month)))
                .set_exclusive_start_key(from.take());
            let answer = erased(query.send()).await?;
            let read: Vec<Entry> = values(answer.items.into_iter().flatten())?;
            entries.extend(read);
            from = answer.last_evaluated_key;
            if from.is_none() {
                return Ok(entries);
            }
        }
    }
}

/// The entries of a change of an order.
pub(crate) fn writes(
    before: Option<&Order>,
    after: &Order,
) -> impl Iterator<Item = Result<Write, StoreError>> {
    ledger::entries(before, after)
        .into_iter()
        .enumerate()
        .map(|(number, entry)| put(&entry, number))
}

fn put(entry: &Entry, place: usize) -> Result<Write, StoreError> {
    let key = key::money(entry, place);
    let mut item = to_item(&key, "money", &Versioned::new(entry.clone()))?;
    let until = calendar::today(entry.at).saturating_add(KEPT_YEARS.years());
    item.insert("expires".to_owned(), number(calendar::end_of(until).as_second()));
    Ok(Write::put(item))
}
