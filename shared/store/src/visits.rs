//! Visits.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{base::id::VisitorId, walk::visit::Visit};
use jiff::{SignedDuration, Timestamp};

use crate::{
    Store, StoreError, Versioned, houses,
    item::{number, string, to_item},
    key,
    table::Write,
};

const KIND: &str = "visit";

impl Store {
    /// A visit. One read.
    pub async fn visit(&self, id: VisitorId) -> Result<Option<Versioned<Visit>>, StoreError> {
        self.read(&key::visit(id)).await
    }
}

/// Writes a visit. With a wrong answer and no open door it is also in the index `due`, where an
/// erratum finds those it concerns.
pub(crate) fn visit_put(visit: &Versioned<Visit>) -> Result<Write, StoreError> {
    let mut item = to_item(&key::visit(visit.value.id), KIND, visit)?;
    if let Some((waiting, due)) = houses::waits(&visit.value) {
        item.insert("waiting".to_owned(), string(waiting));
        item.insert("due".to_owned(), string(due));
    }
    if !visit.value.paid {
        item.insert("expires".to_owned(), number(until(visit.value.went_on_at())));
    }
    Ok(Write::put_over(item, visit.version))
}

/// When what led to no paid order ends, in seconds since 1970.
pub(crate) fn until(since: Timestamp) -> i64 {
    let kept = SignedDuration::from_hours(24 * Visit::KEPT_DAYS);
    since.saturating_add(kept).unwrap_or(Timestamp::MAX).as_second()
}

/// Keeps a visit that led to a paid order.
pub(crate) fn keep(id: VisitorId) -> Write {
    Write::update(&key::visit(id), "SET paid = :yes ADD #version :one REMOVE expires")
        .only_if("attribute_exists(pk) AND attribute_not_exists(paid)")
        .name("#version", "version")
        .value(":yes", AttributeValue::Bool(true))
        .value(":one", number(1))
}
