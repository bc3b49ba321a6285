//! Builds every DynamoDB key.

use std::{collections::HashMap, fmt};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    base::{
        calendar,
        id::{MessageId, OrderId, VisitorId, WorkId},
        price::PriceRange,
    },
    catalog::isbn::Isbn,
    order::{LastCode, Order, ShortNumber, ledger::Entry, unpaid::Holder},
    walk::{device::DeviceId, draft::DraftForm},
};
use jiff::{Timestamp, civil::Date};

use crate::LetterId;

/// Partition key and sort key of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) pk: String,
    pub(crate) sk: String,
}

impl Key {
    fn new(pk: impl Into<String>, sk: impl Into<String>) -> Self {
        Self { pk: pk.into(), sk: sk.into() }
    }

    /// The SDK's form.
    pub(crate) fn attributes(&self) -> HashMap<String, AttributeValue> {
        HashMap::from([
            ("pk".to_owned(), AttributeValue::S(self.pk.clone())),
            ("sk".to_owned(), AttributeValue::S(self.sk.clone())),
        ])
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.pk, self.sk)
    }
}

/// The key of an item.
pub(crate) fn of(item: &HashMap<String, AttributeValue>) -> Option<Key> {
    let text = |name: &str| item.get(name)?.as_s().ok().cloned();
    Some(Key { pk: text("pk")?, sk: text("sk")? })
}

/// Prefix of a visitor's partition.
pub(crate) const VISITOR: &str = "VISITOR#";

/// The partition of one visitor.
pub(crate) fn visitor(id: VisitorId) -> String {
    format!("{VISITOR}{id}")
}

/// The visitor in whose partition an item lies.
pub(crate) fn visitor_of(item: &HashMap<String, AttributeValue>) -> Option<VisitorId> {
    item.get("pk")?.as_s().ok()?.strip_prefix(VISITOR)?.parse().ok()
}

/// A visit.
pub(crate) fn visit(id: VisitorId) -> Key {
    Key::new(visitor(id), "VISIT")
}

/// What a visitor has typed into a form and not sent.
pub(crate) fn draft(id: VisitorId, form: DraftForm) -> Key {
    Key::new(visitor(id), format!("DRAFT#{}", form.key()))
}

/// Where a visitor's latest order went.
pub(crate) fn last_address(id: VisitorId) -> Key {
    Key::new(visitor(id), "RECIPIENT")
}

/// The bookmark with this mark.
pub(crate) fn bookmark(mark: &str) -> Key {
    Key::new(format!("BOOKMARK#{mark}"), "BOOKMARK")
}

/// The tries at bookmarks in one period: of a device, or at those that begin alike.
pub(crate) fn tries(of: &str, period: i64) -> Key {
    Key::new(format!("TRIES#{of}"), period.to_string())
}

/// Prefix of a letter's sort key. The instant follows, so that letters sort by time.
pub(crate) const LETTER: &str = "LETTER#";

/// A letter; `name` keeps two letters of one instant apart and makes the same letter the same item.
pub(crate) fn letter(reader: VisitorId, at: Timestamp, name: &str) -> Key {
    Key::new(visitor(reader), format!("{LETTER}{}#{name}", instant(at)))
}

/// That the owner wrote to a reader on a day without being asked.
pub(crate) fn wrote(reader: VisitorId, day: Date) -> Key {
    Key { pk: visitor(reader), sk: format!("WROTE#{day}") }
}

/// Prefix of the sort key of a work that was sent.
pub(crate) const SENT: &str = "SENT#";

/// The partition in which the works sent to the address of an order are kept. An order without a
/// keyed digest is as old as the partition with the plain one, in which its works were noted.
pub(crate) fn address(order: &Order) -> String {
    if let Some(digest) = &order.sent_to {
        return format!("ADDRESS#{}", digest.as_str());
    }
    let place = order.address.place();
    let digest = ring::digest::digest(&ring::digest::SHA256, place.reveal().as_bytes());
    format!("ADDRESS#{}", domain::base::hex::of(digest.as_ref(), 16))
}

/// Which orders of a visitor, an address or a telephone may hold a place without a payment.
pub(crate) fn unpaid(holder: &Holder) -> Key {
    let partition = match holder {
        Holder::Visitor(id) => visitor(*id),
        Holder::Address(digest) | Holder::Telephone(digest) => format!("UNPAID#{digest}"),
    };
    Key::new(partition, "UNPAID")
}

/// The note that a reader or an address has had a work.
pub(crate) fn sent(partition: impl Into<String>, work: &WorkId) -> Key {
    Key::new(partition, format!("{SENT}{work}"))
}

/// A letter by its place in the mailbox: the instant and the name.
pub(crate) fn letter_at(reader: VisitorId, place: &str) -> Key {
    Key::new(visitor(reader), format!("{LETTER}{place}"))
}

/// Prefix of a device's sort key. It sorts behind the letters, so that one read finds the newest
/// letters and all devices.
pub(crate) const DEVICE: &str = "PUSH#";

/// A device registered for pushes.
pub(crate) fn device(visitor_id: VisitorId, device: &DeviceId) -> Key {
    Key::new(visitor(visitor_id), format!("{DEVICE}{device}"))
}

/// The epoch of a visitor's sessions. It sorts behind the devices and does not begin as they do.
pub(crate) fn epoch(id: VisitorId) -> Key {
    Key::new(visitor(id), "PUSH$EPOCH")
}

/// The code under which the pushes of a message are recorded.
pub(crate) fn rung_code(message: MessageId) -> String {
    format!("PUSH#{message}")
}

/// The partition of the devices that got the push of a message.
pub(crate) fn rung(message: MessageId) -> String {
    format!("DONE#{}", rung_code(message))
}

/// The last sort key of the letters that were written until an instant.
pub(crate) fn letters_until(at: Timestamp) -> String {
    format!("{LETTER}{}~", instant(at))
}

/// The owner's taste.
pub(crate) fn taste() -> Key {
    Key::new("HOUSE", "TASTE")
}

/// The head of the content versions: which is current, and which answers were accepted later.
pub(crate) fn head() -> Key {
    Key::new("HOUSE", "HEAD")
}

/// The files of one content version.
pub(crate) fn rooms(version: &str) -> Key {
    Key::new("HOUSE", format!("ROOMS#{version}"))
}

/// The record of a complaint, in the table of records.
pub(crate) fn complaint(id: &LetterId) -> Key {
    Key::new(format!("COMPLAINT#{}", id.reader), format!("{LETTER}{}", id.place()))
}

/// Whether the counter takes orders.
pub(crate) fn counter() -> Key {
    Key::new("HOUSE", "COUNTER")
}

/// The shop's hourly notes of one day, in Korea.
pub(crate) fn notes(day: Date) -> Key {
    Key::new("HOUSE", format!("NOTES#{day}"))
}

/// How far the books are placed by the taste.
pub(crate) fn placing() -> Key {
    Key::new("HOUSE", "PLACING")
}

/// The orders paid on one day, in Korea.
pub(crate) fn paid_on(day: Date) -> String {
    format!("PAID#{day}")
}

/// The note that an order was paid on a day.
pub(crate) fn paid(day: Date, order: OrderId) -> Key {
    Key::new(paid_on(day), order.to_string())
}

/// The partition of the short numbers given on one day, in Korea.
pub(crate) fn numbered_on(day: Date) -> String {
    format!("NUMBER#{day}")
}

/// A short number. The count has a fixed width, so that numbers sort.
pub(crate) fn number(number: ShortNumber) -> Key {
    Key::new(numbered_on(number.day), format!("{:06}", number.count))
}

/// The partition of the daily reconciliations.
pub(crate) const ACCOUNTS: &str = "ACCOUNTS";

/// The reconciliation of one day.
pub(crate) fn accounts(day: Date) -> Key {
    Key::new(ACCOUNTS, format!("DAY#{day}"))
}

/// What was considered for an order.
pub(crate) fn considered(id: OrderId) -> Key {
    Key::new(format!("ORDER#{id}"), "CONSIDERED")
}

/// An order.
pub(crate) fn order(id: OrderId) -> Key {
    Key::new(format!("ORDER#{id}"), "ORDER")
}

/// The note that an order's payment is to be looked at.
pub(crate) fn look(id: OrderId) -> Key {
    Key::new(format!("ORDER#{id}"), "LOOK")
}

/// How often an order's payment was looked at in one minute.
pub(crate) fn looks(id: OrderId, minute: i64) -> Key {
    Key::new(format!("ORDER#{id}"), format!("LOOKS#{minute}"))
}

/// The partition of the money of the month of a day.
pub(crate) fn money_of(month: Date) -> String {
    format!("MONEY#{:04}-{:02}", month.year(), month.month())
}

/// An entry of the book of money; `place` among those of the same change.
pub(crate) fn money(entry: &Entry, place: usize) -> Key {
    let month = money_of(calendar::today(entry.at));
    Key::new(month, format!("{}#{}#{place}", instant(entry.at), entry.order))
}

/// The partition of the orders that are found by a digest.
pub(crate) fn found_partition(digest: &str) -> String {
    format!("FOUND#{digest}")
}

/// That an order is found by a digest.
pub(crate) fn found(digest: &str, id: OrderId) -> Key {
    Key::new(found_partition(digest), format!("ORDER#{id}"))
}

/// A message of the outbox.
pub(crate) fn message(id: MessageId) -> Key {
    Key::new(format!("ORDER#{}", id.order), format!("MESSAGE#{:06}", id.sequence))
}

/// A book.
pub(crate) fn book(isbn: &Isbn) -> Key {
    Key::new(format!("BOOK#{isbn}"), "BOOK")
}

/// What the owner wrote for the last room of an edition.
pub(crate) fn last_room(isbn: &Isbn) -> Key {
    Key::new(format!("BOOK#{isbn}"), "LAST")
}

/// The parcel to which a code of a last room belongs.
pub(crate) fn behind(code: &LastCode) -> Key {
    Key::new(format!("LAST#{code}"), "LAST")
}

/// The partition of a work, in which its editions are named.
pub(crate) fn work(id: &WorkId) -> String {
    format!("WORK#{id}")
}

/// Prefix of an edition's sort key.
pub(crate) const EDITION: &str = "EDITION#";

/// The note that a work has an edition.
pub(crate) fn edition(work_id: &WorkId, isbn: &Isbn) -> Key {
    Key::new(work(work_id), format!("{EDITION}{isbn}"))
}

/// The places of one price range.
pub(crate) fn stock(range: PriceRange) -> Key {
    Key::new(format!("SHELF#{}", range.name()), "STOCK")
}

/// Hash key of a book in the index `shelf`.
pub(crate) fn shelf(range: PriceRange) -> String {
    format!("SHELF#{}", range.name())
}

/// Hash key in the index `shelf` of a book without a free copy.
pub(crate) fn gone(range: PriceRange) -> String {
    format!("GONE#{}", range.name())
}

/// The proof that one row of an owner's call was done.
pub(crate) fn done(code: &str, row: &str) -> Key {
    Key::new(format!("DONE#{code}"), row)
}

/// The partition of a room's figures.
pub(crate) fn room(room: &str) -> String {
    format!("ROOM#{room}")
}

/// A room's figures of one day.
pub(crate) fn figures(of: &str, day: Date) -> Key {
    Key::new(room(of), format!("DAY#{day}"))
}

/// A room's wrong answers of one day; they sort behind its figures.
pub(crate) fn said(of: &str, day: Date) -> Key {
    Key::new(room(of), format!("DAY#{day}#SAID"))
}

/// Hash keys of the index `due`.
pub(crate) mod waiting {
    /// A message that is not handled.
    pub(crate) const MESSAGE: &str = "message";
    /// A message that is not sent again any more.
    pub(crate) const GIVEN_UP: &str = "given_up";
    /// An order that waits for the owner.
    pub(crate) const OWNER: &str = "owner";
    /// A reader's letter that the owner has not read.
    pub(crate) const LETTER: &str = "letter";
    /// An order whose payment was asked for and not answered.
    pub(crate) const PAYMENT: &str = "payment";
    /// An order whose payment is to be looked at, because a webhook said so.
    pub(crate) const LOOK: &str = "look";
    /// An order with an open refund.
    pub(crate) const REFUND: &str = "refund";
    /// An order whose book is being returned.
    pub(crate) const RETURN: &str = "return";
    /// A visitor with a wrong answer to this riddle and no open door.
    pub(crate) fn missed(room: &str, riddle: &str) -> String {
        format!("missed#{room}#{riddle}")
    }
}

/// An instant of fixed width, so that texts sort like the instants.
pub(crate) fn instant(at: Timestamp) -> String {
    format!("{at:.3}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_sort_as_texts() {
        let early: Timestamp = "2026-11-22T03:00:00Z".parse().unwrap();
        let late: Timestamp = "2026-11-22T03:00:00.5Z".parse().unwrap();
        assert!(instant(early) < instant(late));
    }
}
