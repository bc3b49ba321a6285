//! Visits.

use domain::{base::id::VisitorId, walk::visit::Visit};

use crate::{
    Store, StoreError, Versioned, houses,
    item::{string, to_item},
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
    Ok(Write::put_over(item, visit.version))
}
