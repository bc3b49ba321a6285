//! Tracking numbers that were scanned or typed, and not yet posted: one item of the owner's table, an attribute
//! for each order, so that two devices at once lose nothing of each other.

use std::collections::BTreeMap;

use domain::base::id::OrderId;
use jiff::{SignedDuration, Timestamp};

use crate::{
    OfficeTable, StoreError,
    item::{number, string},
    key::Key,
    office::OFFICE,
    table::Write,
};

const KIND: &str = "office-draft";

/// For how long scanned numbers are kept after the last one: 30 days.
const KEPT: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Most orders of one update: more names do not fit into its expression.
const AT_ONCE: usize = 100;

fn drafts() -> Key {
    Key { pk: OFFICE.into(), sk: "DRAFT#ship".into() }
}

impl OfficeTable {
    /// The numbers that were scanned, by order. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn parcel_drafts(&self) -> Result<BTreeMap<OrderId, String>, StoreError> {
        let item = self.0.item(&drafts(), None).await?.unwrap_or_default();
        let draft = |(name, value): (String, aws_sdk_dynamodb::types::AttributeValue)| {
            Some((name.parse().ok()?, value.as_s().ok()?.clone()))
        };
        Ok(item.into_iter().filter_map(draft).collect())
    }

    /// Keeps the numbers that were scanned or typed for these orders, and forgets those of an order
    /// without one. The last one stands. One write.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn keep_parcel_drafts(
        &self,
        numbers: &BTreeMap<OrderId, Option<String>>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let end = now.saturating_add(KEPT).unwrap_or(Timestamp::MAX);
        let numbers: Vec<_> = numbers.iter().collect();
        for numbers in numbers.chunks(AT_ONCE) {
            let (mut set, mut gone) = (vec!["expires = :end, kind = :kind".to_owned()], Vec::new());
            let mut names = Vec::new();
            let mut values =
                vec![(":end".to_owned(), number(end.as_second())), (":kind".into(), string(KIND))];
            for (at, (order, kept)) in numbers.iter().enumerate() {
                names.push((format!("#o{at}"), order.to_string()));
                match kept {
                    Some(kept) => {
                        set.push(format!("#o{at} = :v{at}"));
                        values.push((format!(":v{at}"), string(kept)));
                    }
                    None => gone.push(format!("#o{at}")),
                }
            }
            let mut expression = format!("SET {}", set.join(", "));
            if !gone.is_empty() {
                expression = format!("{expression} REMOVE {}", gone.join(", "));
            }
            let write = Write::update(&drafts(), expression);
            let write = names.into_iter().fold(write, |write, (at, name)| write.name(at, name));
            let write = values.into_iter().fold(write, |write, (at, value)| write.value(at, value));
            self.0.write(write).await?;
        }
        Ok(())
    }
}
