//! All that the table holds about a reader, and forgetting it.
//!
//! What the law has the shop keep of an order goes to a table of its own ([`Records`]), which no
//! page reads and whose items end by themselves. Forgetting can be broken off at any point and begun
//! again: the visit, which names the orders, goes last.

use std::collections::BTreeSet;

use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId},
    },
    order::{
        Order, State,
        forgetting::UnderWay,
        letter::{Letter, question},
    },
    walk::visit::Visit,
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, civil::Date};
use platform::{Misconfigured, Platform};
use serde_json::Value;

use crate::{
    LetterId, Store, StoreError, Versioned, found,
    item::{Item, from_item, number, string, to_item},
    key::{self, Key},
    last_rooms,
    table::Write,
};

/// Deletions that run side by side.
const AT_ONCE: usize = 16;

/// The table of what the law has the shop keep of forgotten orders.
#[derive(Debug, Clone)]
pub struct Records(Store);

/// What the table holds about a reader, or about one order.
#[derive(Debug)]
pub struct Personal {
    /// Whose it is.
    pub reader: VisitorId,
    visit: Option<Versioned<Visit>>,
    /// What is stored under the reader.
    own: Vec<Item>,
    /// Their orders, and what is stored under each.
    orders: Vec<OrderData>,
}

#[derive(Debug)]
struct OrderData {
    order: Versioned<Order>,
    items: Vec<Item>,
}

/// A work that a reader was sent or owns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HadWork {
    /// The work.
    pub id: String,
    /// The title of the book that was sent.
    pub title: Option<String>,
}

/// Why nothing was forgotten.
#[derive(Debug, thiserror::Error)]
pub enum NotForgotten {
    /// An order is under way.
    #[error("the order {0} is under way")]
    UnderWay(OrderId, UnderWay),
    /// Something changed meanwhile. Asking again goes on.
    #[error("something changed meanwhile")]
    Changed,
    /// The table did not answer. Asking again goes on.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What the law has the shop keep of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptRecord {
    /// The order.
    pub order: OrderId,
    /// The last day.
    pub until: Date,
}

impl Records {
    /// The table named in `RECORDS_TABLE_NAME`.
    ///
    /// # Errors
    /// If it is not set.
    pub fn open(platform: &Platform) -> Result<Self, Misconfigured> {
        let table = platform.environment.required("RECORDS_TABLE_NAME")?.to_owned();
        Ok(Self(Store { table, ..Store::open(platform)? }))
    }

    /// The record of a forgotten order. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn order(&self, id: OrderId) -> Result<Option<Order>, StoreError> {
        Ok(self.0.read(&key::order(id)).await?.map(|order| order.value))
    }

    /// Keeps a letter as the record of a complaint or dispute, with how it was handled. The same
    /// again changes nothing.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn keep_complaint(
        &self,
        id: &LetterId,
        letter: &Letter,
        handled: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let until = question::complaint_until(now);
        let letter = Versioned::new(letter.clone());
        let mut item = to_item(&key::complaint(id), "complaint", &letter)?;
        item.insert("handled".to_owned(), string(handled));
        item.insert("handled_at".to_owned(), string(key::instant(now)));
        item.insert("expires".to_owned(), number(calendar::end_of(until).as_second()));
        item.insert("legal_basis".to_owned(), string("전자상거래법 시행령 제6조"));
        self.0.write(Write::put(item)).await.map(drop)
    }

    /// Keeps what has to be kept of an order. The same again changes nothing.
    async fn keep(&self, order: &Order, until: Date) -> Result<(), StoreError> {
        let kept = Versioned::new(order.clone().as_kept());
        let mut item = to_item(&key::order(order.id), "record", &kept)?;
        item.insert("expires".to_owned(), number(calendar::end_of(until).as_second()));
        item.insert("legal_basis".to_owned(), string("전자상거래법 제6조"));
        self.0.write(Write::put(item)).await.map(drop)
    }
}

impl Personal {
    /// The orders, as they were read.
    pub fn orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.iter().map(|data| &data.order.value)
    }

    /// The visit.
    pub fn visit(&self) -> Option<&Visit> {
        self.visit.as_ref().map(|visit| &visit.value)
    }

    /// The reader's own records of a kind, as the table holds them.
    ///
    /// # Errors
    /// If one has not the shape that this version of the code writes.
    pub fn records<T: serde::de::DeserializeOwned>(
        &self,
        kind: &str,
    ) -> Result<Vec<T>, StoreError> {
        let of_kind = |item: &&Item| text(item, "kind") == Some(kind);
        crate::item::values(self.own.iter().filter(of_kind).cloned())
    }

    /// The works that the reader was sent or owns; not those that are still a secret.
    pub fn works(&self) -> Vec<HadWork> {
        let works = self.own.iter().filter(|item| !self.is_secret(item)).filter_map(|item| {
            let id = text(item, "sk")?.strip_prefix(key::SENT)?.to_owned();
            let order = text(item, "order");
            let chosen = self.orders().find(|chosen| Some(chosen.id.to_string().as_str()) == order);
            let choice = chosen.and_then(|order| order.choice.as_ref());
            let title = choice.map(|choice| choice.title.clone()).filter(|title| !title.is_empty());
            Some(HadWork { id, title })
        });
        works.collect()
    }

    /// Whether an item tells which book is in a parcel that its reader has not opened.
    fn is_secret(&self, item: &Item) -> bool {
        let order = text(item, "order").or_else(|| text(item, "pk")?.strip_prefix("ORDER#"));
        let under_way = |order: &&Order| !matches!(order.state, State::Delivered | State::Refunded);
        let of_it = order.and_then(|id| self.orders().find(|order| order.id.to_string() == id));
        matches!(text(item, "kind"), Some("considered" | "sent"))
            && of_it.as_ref().is_some_and(under_way)
    }

    /// The sort keys of what is stored under the reader and begins so.
    pub fn named(&self, prefix: &str) -> impl Iterator<Item = &str> {
        self.own.iter().filter_map(move |item| text(item, "sk")?.strip_prefix(prefix))
    }

    /// Everything, as the table holds it, for a file. Which book is in a parcel stays a secret until
    /// it has arrived.
    ///
    /// # Errors
    /// If an item cannot be written as JSON.
    pub fn file(&self) -> Result<Vec<Value>, StoreError> {
        let orders = self.orders.iter().flat_map(|data| &data.items);
        let told = self.own.iter().chain(orders).filter(|item| !self.is_secret(item));
        let json = |item: &Item| {
            let mut item = item.clone();
            if text(&item, "kind") == Some("order")
                && !matches!(text(&item, "state"), Some("delivered" | "refunded"))
            {
                item.remove("choice");
                item.remove("desk");
            }
            serde_dynamo::from_item(item).map_err(|why| StoreError::Request(why.to_string()))
        };
        told.map(json).collect()
    }

    /// Why it cannot be forgotten now: the first order that is under way.
    pub fn under_way(&self, now: Timestamp) -> Option<(&Order, UnderWay)> {
        self.orders.iter().find_map(|data| {
            let unhandled = data.items.iter().any(|item| {
                text(item, "kind") == Some("message") && !item.contains_key("handled_at")
            });
            let order = &data.order.value;
            let why = order.under_way(now).or_else(|| unhandled.then_some(UnderWay::Open));
            why.map(|why| (order, why))
        })
    }

    /// What stays of it, because the law says so.
    pub fn kept(&self) -> Vec<KeptRecord> {
        let record =
            |order: &Order| Some(KeptRecord { order: order.id, until: order.kept_until()? });
        self.orders().filter_map(record).collect()
    }
}

impl Store {
    /// All that is held about a reader. One read, one for each order.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn personal(&self, reader: VisitorId) -> Result<Personal, StoreError> {
        let own = self.partition(key::visitor(reader)).await?;
        let visit: Option<Versioned<Visit>> = own
            .iter()
            .find(|item| text(item, "kind") == Some("visit"))
            .map(|item| from_item(item.clone()))
            .transpose()?;
        let mut ids: BTreeSet<OrderId> =
            visit.iter().flat_map(|visit| visit.value.orders.iter().copied()).collect();
        // The visit names the latest orders only; letters and notes name the others.
        ids.extend(own.iter().filter_map(|item| text(item, "order")?.parse::<OrderId>().ok()));
        let mut orders = Vec::with_capacity(ids.len());
        for id in ids {
            orders.extend(self.order_data(id).await?);
        }
        Ok(Personal { reader, visit, own, orders })
    }

    /// What is held about one order: the order, and the letters about it. Two reads.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn personal_of_order(&self, id: OrderId) -> Result<Option<Personal>, StoreError> {
        let Some(data) = self.order_data(id).await? else { return Ok(None) };
        let reader = data.order.value.visitor;
        let own = self.partition(key::visitor(reader)).await?;
        let visit = own
            .iter()
            .find(|item| text(item, "kind") == Some("visit"))
            .map(|item| from_item(item.clone()))
            .transpose()?;
        let name = id.to_string();
        let own = own.into_iter().filter(|item| text(item, "order") == Some(&name)).collect();
        Ok(Some(Personal { reader, visit, own, orders: vec![data] }))
    }

    async fn order_data(&self, id: OrderId) -> Result<Option<OrderData>, StoreError> {
        let order = key::order(id);
        let items = self.partition(order.pk.clone()).await?;
        let record = items.iter().find(|item| text(item, "sk") == Some(&order.sk)).cloned();
        let order = record.map(from_item).transpose()?;
        Ok(order.map(|order| OrderData { order, items }))
    }

    /// Forgets a reader: every order, and whatever else is stored under them, but what `records`
    /// keeps. An address keeps the note that a work was sent to it, under its keyed digest.
    ///
    /// # Errors
    /// [`NotForgotten`]; what was forgotten until then stays forgotten.
    pub async fn forget(
        &self,
        records: &Records,
        personal: &Personal,
        now: Timestamp,
    ) -> Result<(), NotForgotten> {
        if let Some((order, why)) = personal.under_way(now) {
            return Err(NotForgotten::UnderWay(order.id, why));
        }
        for data in &personal.orders {
            self.forget_order(records, data).await?;
        }
        let visit = key::visit(personal.reader);
        let own = personal.own.iter().filter_map(key::of).filter(|key| *key != visit);
        let mark = personal.visit().and_then(|visit| visit.bookmark.as_ref());
        self.delete_all(own.chain(mark.map(|bookmark| key::bookmark(&bookmark.mark)))).await?;
        let Some(seen) = &personal.visit else { return Ok(()) };
        self.delete_as_read(&visit, seen.version).await
    }

    /// Forgets one order and what names it, but what `records` keeps. Its reader stays.
    ///
    /// # Errors
    /// [`NotForgotten`].
    pub async fn forget_one_order(
        &self,
        records: &Records,
        personal: &Personal,
        now: Timestamp,
    ) -> Result<(), NotForgotten> {
        if let Some((order, why)) = personal.under_way(now) {
            return Err(NotForgotten::UnderWay(order.id, why));
        }
        for data in &personal.orders {
            self.forget_order(records, data).await?;
            let address = key::last_address(personal.reader);
            let own = personal.own.iter().filter_map(key::of);
            self.delete_all(own.chain([address])).await?;
            if let Some(visit) = &personal.visit
                && visit.value.orders.contains(&data.order.value.id)
            {
                let mut without = visit.value.clone();
                without.orders.retain(|order| *order != data.order.value.id);
                let put = crate::visits::visit_put(&visit.with(without))?;
                if !self.write(put).await? {
                    return Err(NotForgotten::Changed);
                }
            }
        }
        Ok(())
    }

    async fn forget_order(&self, records: &Records, data: &OrderData) -> Result<(), NotForgotten> {
        let order = &data.order.value;
        if let Some(until) = order.kept_until() {
            records.keep(order, until).await?;
        }
        let plain = match (&order.sent_to, &order.choice) {
            // The digest without a key could be tried against addresses.
            (None, Some(choice)) => Some(key::sent(key::address(order), &choice.work)),
            _ => None,
        };
        let own = key::order(order.id);
        let others = data.items.iter().filter_map(key::of).filter(|key| *key != own);
        self.delete_all(
            others.chain(plain).chain(found::keys(order)).chain(last_rooms::key_of(order)),
        )
        .await?;
        // The order goes last, so that what is broken off is found again.
        self.delete_as_read(&own, data.order.version).await
    }

    /// Deletes a record, unless somebody changed it since it was read.
    async fn delete_as_read(&self, key: &Key, version: u64) -> Result<(), NotForgotten> {
        let delete = Write::delete(key)
            .only_if("attribute_not_exists(pk) OR #version = :seen")
            .name("#version", "version")
            .value(":seen", number(version));
        if self.write(delete).await? { Ok(()) } else { Err(NotForgotten::Changed) }
    }

    async fn delete_all(&self, keys: impl Iterator<Item = Key>) -> Result<(), StoreError> {
        let keys: Vec<Key> = keys.collect();
        for some in keys.chunks(AT_ONCE) {
            try_join_all(some.iter().map(|key| self.write(Write::delete(key)))).await?;
        }
        Ok(())
    }
}

fn text<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}
