//! What an owner who picks a book wants to know of its reader: the pen name, the books that were
//! sent before, the letters that went before.

use std::collections::{BTreeSet, HashMap};

use domain::{
    base::id::VisitorId,
    catalog::isbn::Isbn,
    order::{
        Order,
        letter::{Author, Letter},
        message::Notice,
    },
    walk::visit::Visit,
};
use jiff::Timestamp;

use crate::{
    Store, StoreError, Versioned,
    item::{from_item, string},
    key,
    letters::Written,
    table::{BATCH, erased},
};

/// Most items that are read back into the past.
const MOST: i32 = 20;

/// What went before an order of the same reader.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Earlier {
    /// The books that were sent, the latest first: a title (or the author's name, where the shop
    /// does not know the title any more) and the day.
    pub books: Vec<(String, String)>,
    /// The letters of reader and owner, the latest first, without that of the order.
    pub letters: Vec<Letter>,
}

impl Store {
    /// The pen names of these readers; readers who have none are left out. One read for each 100.
    pub async fn pen_names(
        &self,
        readers: impl IntoIterator<Item = VisitorId>,
    ) -> Result<HashMap<VisitorId, String>, StoreError> {
        let readers: BTreeSet<VisitorId> = readers.into_iter().collect();
        let readers: Vec<VisitorId> = readers.into_iter().collect();
        let mut names = HashMap::new();
        for part in readers.chunks(BATCH) {
            let items = self.read_many(part.iter().map(|reader| key::visit(*reader))).await?;
            for item in items.into_values() {
                let visit: Visit = from_item::<Visit>(item)?.value;
                if let Some(reader) = visit.reader {
                    names.insert(visit.id, reader.pen_name.reveal().clone());
                }
            }
        }
        Ok(names)
    }

    /// What went before an order of the same reader. Two reads, three if books were sent.
    pub async fn earlier(&self, order: &Order) -> Result<Earlier, StoreError> {
        Ok(Earlier {
            books: self.earlier_books(order.visitor).await?,
            letters: self.earlier_letters(order).await?,
        })
    }

    /// What the reader was told of an order, and when, oldest first. One read.
    pub async fn history(&self, order: &Order) -> Result<Vec<(Timestamp, Notice)>, StoreError> {
        let mut told = Vec::new();
        for item in self.letters(order.visitor, Written::After(order.at)).await? {
            let letter = from_item::<Letter>(item)?.value;
            if letter.order == Some(order.id) {
                told.extend(letter.notice.map(|notice| (letter.at, notice)));
            }
        }
        Ok(told)
    }

    async fn earlier_books(&self, reader: VisitorId) -> Result<Vec<(String, String)>, StoreError> {
        let answer = erased(
            self.client
                .query()
                .table_name(&self.table)
                .key_condition_expression("pk = :reader AND begins_with(sk, :sent)")
                .expression_attribute_values(":reader", string(key::visitor(reader)))
                .expression_attribute_values(":sent", string(key::SENT))
                .consistent_read(true)
                .send(),
        )
        .await?;
        let mut sent: Vec<(String, String, String)> = Vec::new();
        for item in answer.items.unwrap_or_default() {
            let text = |name: &str| item.get(name).and_then(|value| value.as_s().ok()).cloned();
            // What the reader owns has no order.
            let (Some(work), Some(at), Some(_)) = (text("sk"), text("sent_at"), text("order"))
            else {
                continue;
            };
            let work = work.strip_prefix(key::SENT).unwrap_or_default().to_owned();
            sent.push((at, work, text("author").unwrap_or_default()));
        }
        sent.sort_by(|one, other| other.cmp(one));
        sent.truncate(MOST.unsigned_abs() as usize);
        let isbn = |work: &str| work.parse::<Isbn>().ok();
        let isbns: Vec<Isbn> = sent.iter().filter_map(|(_, work, _)| isbn(work)).collect();
        let books = self.books(&isbns).await?;
        let title = |work: &str, author: String| {
            let book = isbn(work).and_then(|isbn| books.get(&isbn));
            book.map_or(author, |book| book.value.title.clone())
        };
        let day = |at: String| at.get(..10).unwrap_or_default().to_owned();
        Ok(sent.into_iter().map(|(at, work, author)| (title(&work, author), day(at))).collect())
    }

    async fn earlier_letters(&self, order: &Order) -> Result<Vec<Letter>, StoreError> {
        let mut letters = Vec::new();
        let mut own = None;
        for item in self.letters(order.visitor, Written::Until(order.at, MOST)).await? {
            let letter: Versioned<Letter> = from_item(item)?;
            match letter.value.author {
                // The latest letter of the reader that is no reply came with the order.
                Author::Reader if own.is_none() && letter.value.is_for_an_order() => {
                    own = Some(letter.value);
                }
                Author::Reader | Author::Owner => letters.push(letter.value),
                Author::House | Author::Doorkeeper => {}
            }
        }
        Ok(letters)
    }
}
