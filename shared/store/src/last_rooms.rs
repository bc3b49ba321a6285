//! The last rooms: what the owner wrote for an edition, and the item by which the code of a slip leads
//! to its order.

use std::collections::HashMap;

use domain::{
    base::id::OrderId,
    catalog::{isbn::Isbn, selection::Book},
    order::{LastCode, Order},
    riddle::last_room::LastRoom,
};

use crate::{
    Commit, Condition, Store, StoreError, Versioned,
    item::{Item, from_item, string, to_item},
    key::{self, Key},
    table::Write,
};

/// What the code of a slip leads to.
#[derive(Debug)]
pub struct BehindTheCode {
    /// The order.
    pub order: Order,
    /// The title of its book.
    pub title: String,
    /// What the owner wrote for the edition.
    pub room: LastRoom,
}

impl Store {
    /// A book and what the owner wrote for its last room. One read.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn last_room(
        &self,
        isbn: &Isbn,
    ) -> Result<(Option<Book>, Versioned<LastRoom>), StoreError> {
        let (book, room) = (key::book(isbn), key::last_room(isbn));
        let mut items = self.read_many([book.clone(), room.clone()]).await?;
        let book = items.remove(&book.to_string()).map(from_item::<Book>).transpose()?;
        let room = items.remove(&room.to_string()).map(from_item).transpose()?;
        let room = room.unwrap_or_else(|| Versioned::new(LastRoom::default()));
        Ok((book.map(|book| book.value), room))
    }

    /// What a code leads to; `None` if no slip has it. Three reads: which book it is stands in the
    /// order, because another one may be chosen after the slip was printed.
    ///
    /// # Errors
    /// If the table does not answer.
    pub async fn behind_the_code(
        &self,
        code: &LastCode,
    ) -> Result<Option<BehindTheCode>, StoreError> {
        let item = self.item(&key::behind(code), None).await?;
        let Some(id) = item.as_ref().and_then(order_of) else { return Ok(None) };
        let Some(order) = self.order(id).await? else { return Ok(None) };
        let Some(choice) = &order.value.choice else { return Ok(None) };
        let (book, room) = self.last_room(&choice.isbn).await?;
        let title = book.map(|book| book.title).unwrap_or_default();
        Ok(Some(BehindTheCode { order: order.value, title, room: room.value }))
    }
}

impl Commit {
    /// What the owner wrote for the last room of an edition.
    pub fn last_room(isbn: &Isbn, read: &Versioned<LastRoom>, changed: LastRoom) -> Self {
        let after = read.with(changed);
        let write = to_item(&key::last_room(isbn), "last_room", &after);
        Self::one(Condition::Taste, write.map(|item| Write::put_over(item, after.version)))
    }
}

/// The write of the item, in the commit that gives the order its code.
pub(crate) fn write(before: Option<&Order>, after: &Order) -> Option<Write> {
    let code = after.last_code.as_ref()?;
    if before.is_some_and(|before| before.last_code.as_ref() == Some(code)) {
        return None;
    }
    let mut item = key::behind(code).attributes();
    item.extend(HashMap::from([
        ("kind".to_owned(), string("last_code")),
        ("order".to_owned(), string(after.id.to_string())),
    ]));
    // A code that is taken fails the commit, and another one is drawn.
    Some(Write::put_new(item))
}

/// The key of an order's item.
pub(crate) fn key_of(order: &Order) -> Option<Key> {
    order.last_code.as_ref().map(key::behind)
}

fn order_of(item: &Item) -> Option<OrderId> {
    item.get("order")?.as_s().ok()?.parse().ok()
}
