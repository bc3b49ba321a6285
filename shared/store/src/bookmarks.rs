//! Bookmarks: where each leads, and how often they were tried. The words lie nowhere: a bookmark is
//! found by its digest under the shop's secret.

use aws_sdk_dynamodb::types::{Delete, Update};
use domain::{
    base::{hex, id::VisitorId},
    walk::{
        bookmark::{self, Bookmark},
        visit::Visit,
    },
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    Guard, Lost, Store, StoreError, Versioned,
    item::{from_item, number, to_item},
    key,
    transaction::Transaction,
};

const KIND: &str = "bookmark";

/// Where a bookmark leads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Leads {
    visitor: VisitorId,
    until: Timestamp,
    /// Seconds since 1970 after which the table lets go of it.
    expires: i64,
}

/// What lies under a mark, and on the device that asks.
#[derive(Debug)]
pub struct Found {
    /// Whose walk the bookmark leads to, if there is one and it is still good.
    pub visitor: Option<VisitorId>,
    /// The walk of the device, if it has one.
    pub own: Option<Versioned<Visit>>,
}

impl Store {
    /// Saves a walk with its new bookmark; the mark of the one before is taken away. One write.
    pub async fn save_visit_with_bookmark(
        &self,
        visit: &Versioned<Visit>,
        before: Option<&str>,
    ) -> Result<(), Lost> {
        let mut transaction = Transaction::default();
        transaction.put(Guard::Visit, self.visit_put(visit)?);
        if let Some(kept) = &visit.value.bookmark {
            let until = kept.good_until();
            let leads = Leads { visitor: visit.value.id, until, expires: until.as_second() };
            let item = to_item(&key::bookmark(&kept.mark), KIND, &Versioned::new(leads))?;
            transaction.put(Guard::Bookmark, self.item_put(item, 0)?);
        }
        if let Some(mark) = before {
            let delete = Delete::builder()
                .table_name(&self.table)
                .set_key(Some(key::bookmark(mark).attributes()))
                .build()
                .map_err(|why| StoreError::Unavailable(why.to_string()))?;
            transaction.delete(Guard::Bookmark, delete);
        }
        transaction.commit(self).await
    }

    /// Counts a try before anything is looked up, so that tries at the same time can not beat the
    /// count. One write; refused ([`Guard::Device`], [`Guard::Beginning`]) when the device or the
    /// beginning has had its tries in this period.
    pub async fn count_try(
        &self,
        device: VisitorId,
        tried: Bookmark,
        now: Timestamp,
    ) -> Result<(), Lost> {
        let beginning = hex::of(&tried.beginning(), 2);
        let mut transaction = Transaction::default();
        for (guard, of, most) in [
            (Guard::Device, format!("VISITOR#{device}"), bookmark::TRIES_OF_A_DEVICE),
            (Guard::Beginning, beginning, bookmark::TRIES_OF_A_BEGINNING),
        ] {
            transaction.update(guard, self.one_more_try(&of, most, now)?);
        }
        transaction.commit(self).await
    }

    fn one_more_try(&self, of: &str, most: u32, now: Timestamp) -> Result<Update, StoreError> {
        let (period, end) = bookmark::period(now);
        Update::builder()
            .table_name(&self.table)
            .set_key(Some(key::tries(of, period).attributes()))
            .update_expression("SET expires = :end ADD tries :one")
            .condition_expression("attribute_not_exists(tries) OR tries < :most")
            .expression_attribute_values(":end", number(end.as_second()))
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":most", number(most))
            .build()
            .map_err(|why| StoreError::Unavailable(why.to_string()))
    }

    /// Looks where a bookmark leads, and at the walk of the device itself. One read.
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
