//! Bookmarks: which visit each opens. The words are not stored: a bookmark is found by its digest under the shop's secret.

use domain::{
    base::id::VisitorId,
    walk::{bookmark::BookmarkRecord, visit::Visit},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Store, StoreError, Versioned,
    item::{from_item, to_item},
    key,
    table::Write,
};

const KIND: &str = "bookmark";

/// Which visit a bookmark opens.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Leads {
    visitor: VisitorId,
    until: Timestamp,
    /// Seconds since 1970 after which the table deletes it.
    expires: i64,
}

/// A bookmark that was looked up, and the visit of the device that asks.
#[derive(Debug)]
pub struct Found {
    /// Whose visit the bookmark opens, if it exists and is still valid.
    pub visitor: Option<VisitorId>,
    /// The visit of the device, if it has one.
    pub own: Option<Versioned<Visit>>,
}

impl Store {
    /// Looks up a bookmark and the visit of the device. One read.
    pub async fn find_bookmark(
        &self,
        mark: &str,
        device: Option<VisitorId>,
        now: Timestamp,
    ) -> Result<Found, StoreError> {
        let (bookmark, own) = (key::bookmark(mark), device.map(key::visit));
        let mut items = self.read_many([bookmark.clone()].into_iter().chain(own.clone())).await?;
        let leads: Option<Versioned<Leads>> =
            items.remove(&bookmark.to_string()).map(from_item).transpose()?;
        let own = own.and_then(|key| items.remove(&key.to_string())).map(from_item).transpose()?;
        let visitor = leads.map(|leads| leads.value).filter(|leads| now < leads.until);
        Ok(Found { visitor: visitor.map(|leads| leads.visitor), own })
    }
}

/// Creates a bookmark, unless another visitor has it.
pub(crate) fn bookmark_put(visitor: VisitorId, kept: &BookmarkRecord) -> Result<Write, StoreError> {
    let until = kept.good_until();
    let leads = Leads { visitor, until, expires: until.as_second() };
    Ok(Write::put_new(to_item(&key::bookmark(&kept.mark), KIND, &Versioned::new(leads))?))
}
