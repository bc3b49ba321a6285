//! What choosing a book reads and writes. The number of calls does not depend on the size of the
//! shelf: the order with the taste, what reader and address have had, the letter, one page of the
//! index (more only for a reader who has had a whole page), and the editions of the best work.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId, WorkId},
    },
    catalog::{
        isbn::Isbn,
        naming::Named,
        selection::{
            Book, Considered, Exclusion, ExclusionReason, Makers, ReaderHistory, SelectionRequest,
            consider, named, reason_for,
        },
        taste::{Mood, Taste},
    },
    order::{Order, letter::Letter},
};
use futures_util::future::try_join_all;
use jiff::{Timestamp, civil::Date};

use crate::{
    Store, StoreError, Versioned,
    item::{Item, from_item, string, to_item},
    key,
    letters::{self, LetterId, Written},
    table::{Write, erased},
    visits,
};

/// Books in one read: those with a free copy and the best scores of the range.
const LOOKED_AT: i32 = 40;

/// Pages read at most, for a reader who has had every book of the first.
const PAGES: usize = 5;

/// Letters read to find the one of the order: between it and the order there are at most notices of
/// other orders.
const LETTERS: i32 = 10;

/// What was considered, and the books that can be taken.
#[derive(Debug)]
pub struct Selection {
    /// The proposals, and what was seen of each book.
    pub considered: Considered,
    /// The books looked at, as they were read.
    books: Vec<Versioned<Book>>,
    /// The mood it was considered in.
    mood: Mood,
    day: Date,
}

impl Selection {
    /// A book that was read.
    pub fn book(&self, isbn: &Isbn) -> Option<&Book> {
        self.books.iter().find(|book| book.value.isbn == *isbn).map(|book| &book.value)
    }

    /// The copy of a book that was read, ready for
    /// [`OrderCommit::taking`](crate::OrderCommit::taking).
    pub fn copy(&self, isbn: &Isbn) -> Option<Versioned<Book>> {
        let book = self.books.iter().find(|book| book.value.isbn == *isbn)?;
        Some(book.with(book.value.clone().chosen_on(self.day, &self.mood)))
    }
}

/// What is known of an order's reader: what reader and address have had, and the letter.
#[derive(Debug, Clone, Default)]
pub struct ReaderContext {
    had: ReaderHistory,
    letter: String,
    /// Where the letter lies.
    letter_id: Option<LetterId>,
}

/// The letter that came with an order.
struct OrdersLetter {
    id: LetterId,
    text: String,
}

/// One book that the owner wants to send, and whether it can be.
#[derive(Debug)]
pub struct OneBook {
    /// The book as it was read.
    pub book: Book,
    /// The same, ready to be taken.
    pub copy: Versioned<Book>,
    /// The reason for the slip, or why it cannot be sent.
    pub reason: Result<String, Exclusion>,
    /// What the reader's letter names of it.
    pub named: Option<Named>,
}

impl Store {
    /// An order and the taste it is chosen by. One read.
    pub async fn order_and_taste(
        &self,
        id: OrderId,
    ) -> Result<(Option<Versioned<Order>>, Taste), StoreError> {
        let mut items = self.read_many([key::order(id), key::taste()]).await?;
        let order = items.remove(&key::order(id).to_string()).map(from_item).transpose()?;
        let taste: Option<Versioned<Taste>> =
            items.remove(&key::taste().to_string()).map(from_item).transpose()?;
        Ok((order, taste.map(|taste| taste.value).unwrap_or_default()))
    }

    /// What is known of an order's reader. Three reads.
    pub async fn known(&self, order: &Order) -> Result<ReaderContext, StoreError> {
        let had = self.had(order).await?;
        let letter = self.orders_letter(order).await?;
        let (letter_id, letter) = letter.map(|letter| (letter.id, letter.text)).unzip();
        Ok(ReaderContext { had, letter: letter.unwrap_or_default(), letter_id })
    }

    /// Notes that the order was paid for: its letter waits for the owner, unless it was read before,
    /// and letter and visit are kept. Until then both end by themselves. Idempotent. Two writes.
    pub async fn paid_for(&self, order: &Order, known: &ReaderContext) -> Result<(), StoreError> {
        if let Some(id) = &known.letter_id {
            self.write(letters::on_the_desk(id)).await?;
        }
        self.write(visits::keep(order.visitor)).await.map(drop)
    }

    /// Considers the books of the order's range. Two reads: a page of the index and the editions of
    /// the best work. One more for each page that the reader has had entirely, and for editions that
    /// are not on the page.
    pub async fn select(
        &self,
        order: &Order,
        known: &ReaderContext,
        taste: &Taste,
        now: Timestamp,
    ) -> Result<Selection, StoreError> {
        let day = calendar::today(now);
        let mood = taste.mood(day);
        let request = asked(order, day, &mood, known, &[]);
        let mut after = None;
        let mut seen = Vec::new();
        let mut pages = 0;
        loop {
            let page = self.shelf(order.price.range, after.as_deref(), LOOKED_AT).await?;
            let mut considered = self.consider_page(&page.books, &request).await?;
            pages += 1;
            match page.next {
                Some(next) if considered.best.is_empty() && pages < PAGES => {
                    seen.append(&mut considered.seen);
                    after = Some(next);
                }
                _ => {
                    // The books of earlier pages only serve the explanation.
                    seen.truncate(LOOKED_AT.unsigned_abs().try_into().unwrap_or(usize::MAX));
                    considered.seen.append(&mut seen);
                    return Ok(Selection { considered, books: page.books, mood, day });
                }
            }
        }
    }

    /// Considers the books of a page. The letter may call the best book by the title of an edition
    /// that is not on the page, because it is sold out or in another range; so the editions of the
    /// best work are read until the best is one whose editions are known.
    async fn consider_page(
        &self,
        page: &[Versioned<Book>],
        request: &SelectionRequest<'_>,
    ) -> Result<Considered, StoreError> {
        let mut editions: Vec<Book> = Vec::new();
        let mut looked_at: BTreeSet<WorkId> = BTreeSet::new();
        loop {
            let request = SelectionRequest { editions: &editions, ..request.clone() };
            let considered = consider(page.iter().map(|book| &book.value), &request);
            let best = considered.best.first().map(|best| &best.isbn);
            let work = page.iter().map(|book| &book.value).find(|book| Some(&book.isbn) == best);
            let Some(work) = work.map(|book| book.work.clone()) else { return Ok(considered) };
            if !looked_at.insert(work.clone()) {
                return Ok(considered);
            }
            let others = self.editions_besides(&work, page).await?;
            if others.is_empty() {
                return Ok(considered);
            }
            editions.extend(others);
        }
    }

    /// The editions of a work that are not among these books. One read, two if there are any.
    async fn editions_besides(
        &self,
        work: &WorkId,
        books: &[Versioned<Book>],
    ) -> Result<Vec<Book>, StoreError> {
        let mut isbns = self.editions(work).await?;
        isbns.retain(|isbn| !books.iter().any(|book| book.value.isbn == *isbn));
        Ok(self.books(&isbns).await?.into_values().map(|book| book.value).collect())
    }

    /// One book that the owner wants to send. Five reads, six if its work has other editions.
    pub async fn ponder_one(
        &self,
        order: &Order,
        taste: &Taste,
        isbn: &Isbn,
        now: Timestamp,
    ) -> Result<Option<OneBook>, StoreError> {
        let Some(read) = self.books(std::slice::from_ref(isbn)).await?.remove(isbn) else {
            return Ok(None);
        };
        let known = self.known(order).await?;
        let mood = taste.mood(calendar::today(now));
        let copy = read.with(read.value.clone().chosen_on(calendar::today(now), &mood));
        Ok(Some(self.ponder(order, &mood, &known, (read, copy), now).await?))
    }

    /// Each of these books as [`Store::ponder_one`] sees it, in their order. Four reads, and one or
    /// two for each book.
    pub async fn ponder_each(
        &self,
        order: &Order,
        taste: &Taste,
        isbns: &[Isbn],
        now: Timestamp,
    ) -> Result<Vec<OneBook>, StoreError> {
        let mut books = self.books(isbns).await?;
        let known = self.known(order).await?;
        let mood = taste.mood(calendar::today(now));
        let read = isbns.iter().filter_map(|isbn| books.remove(isbn)).map(|read| {
            let copy = read.with(read.value.clone().chosen_on(calendar::today(now), &mood));
            self.ponder(order, &mood, &known, (read, copy), now)
        });
        try_join_all(read).await
    }

    /// A book that was read, with its copy that can be taken.
    async fn ponder(
        &self,
        order: &Order,
        mood: &Mood,
        known: &ReaderContext,
        (read, copy): (Versioned<Book>, Versioned<Book>),
        now: Timestamp,
    ) -> Result<OneBook, StoreError> {
        let editions = self.editions_besides(&read.value.work, std::slice::from_ref(&read)).await?;
        let request = asked(order, calendar::today(now), mood, known, &editions);
        let reason = reason_for(&read.value, &request);
        let named = named(&read.value, &request);
        Ok(OneBook { book: read.value, copy, reason, named })
    }

    /// What was considered for an order. One read.
    pub async fn considered(&self, order: OrderId) -> Result<Option<Considered>, StoreError> {
        Ok(self.read(&key::considered(order)).await?.map(|considered| considered.value))
    }

    /// Notes that a reader has a work from elsewhere, under the key that guards works sent.
    /// Idempotent, and without effect on a work that was sent.
    pub async fn owns(
        &self,
        reader: VisitorId,
        work: &WorkId,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let item: Item = [
            ("kind".to_owned(), string(ExclusionReason::Owned.name())),
            ("sent_at".to_owned(), string(key::instant(now))),
        ]
        .into_iter()
        .chain(key::sent(key::visitor(reader), work).attributes())
        .collect();
        self.write(Write::put_new(item)).await.map(drop)
    }

    /// What the reader and the address of an order have had. Two reads.
    async fn had(&self, order: &Order) -> Result<ReaderHistory, StoreError> {
        let mut had = ReaderHistory::default();
        let mut sent: Vec<(String, Makers)> = Vec::new();
        let reader = key::visitor(order.visitor);
        for partition in [&reader, &key::address(order)] {
            let mut from = None;
            loop {
                let answer = erased(
                    self.client
                        .query()
                        .table_name(&self.table)
                        .key_condition_expression("pk = :partition AND begins_with(sk, :sent)")
                        .expression_attribute_values(":partition", string(partition))
                        .expression_attribute_values(":sent", string(key::SENT))
                        .consistent_read(true)
                        .set_exclusive_start_key(from.take())
                        .send(),
                )
                .await?;
                for item in answer.items.unwrap_or_default() {
                    let Some((work, has, at, makers)) = read_sent(&item) else { continue };
                    // An address may have been sent what the reader says they own: sent wins.
                    let known = had.works.entry(work).or_insert(has);
                    *known = (*known).min(has);
                    if has == ExclusionReason::Sent && *partition == reader {
                        sent.push((at, makers));
                    }
                }
                from = answer.last_evaluated_key;
                if from.is_none() {
                    break;
                }
            }
        }
        sent.sort_by(|(one, _), (other, _)| other.cmp(one));
        had.last_two = sent.into_iter().take(2).map(|(_, makers)| makers).collect();
        Ok(had)
    }

    /// The letter that the reader wrote before they placed the order. One read.
    pub async fn letter_of(&self, order: &Order) -> Result<Option<String>, StoreError> {
        Ok(self.orders_letter(order).await?.map(|letter| letter.text))
    }

    async fn orders_letter(&self, order: &Order) -> Result<Option<OrdersLetter>, StoreError> {
        for item in self.letters(order.visitor, Written::Until(order.at, LETTERS)).await? {
            let id = LetterId::of(&item);
            let letter: Versioned<Letter> = from_item(item)?;
            if letter.value.is_for_an_order()
                && let Some(id) = id
            {
                return Ok(Some(OrdersLetter { id, text: letter.value.text.reveal().clone() }));
            }
        }
        Ok(None)
    }
}

/// Keeps what was considered. Unconditional: the order beside it has a condition, and newer
/// proposals replace older ones.
pub(crate) fn considered_put(order: OrderId, considered: &Considered) -> Result<Write, StoreError> {
    let item = to_item(&key::considered(order), "considered", &Versioned::new(considered.clone()))?;
    Ok(Write::put(item))
}

/// The item that notes that a partition has had a work.
pub(crate) fn sent_item(partition: &str, book: &Book, order: OrderId, now: Timestamp) -> Item {
    let mut item = key::sent(partition, &book.work).attributes();
    item.insert("kind".to_owned(), string(ExclusionReason::Sent.name()));
    item.insert("order".to_owned(), string(order.to_string()));
    item.insert("sent_at".to_owned(), string(key::instant(now)));
    // So that the next book can be by another author, publisher and translator.
    item.insert("author".to_owned(), string(&book.author));
    item.insert("publisher".to_owned(), string(&book.publisher));
    if let Some(translator) = &book.translator {
        item.insert("translator".to_owned(), string(translator));
    }
    item
}

fn read_sent(item: &Item) -> Option<(WorkId, ExclusionReason, String, Makers)> {
    let text =
        |name: &str| item.get(name).and_then(|value: &AttributeValue| value.as_s().ok()).cloned();
    let work = WorkId::try_from(text("sk")?.strip_prefix(key::SENT)?.to_owned()).ok()?;
    let has = if text("kind").as_deref() == Some(ExclusionReason::Owned.name()) {
        ExclusionReason::Owned
    } else {
        ExclusionReason::Sent
    };
    let makers = Makers {
        author: text("author").unwrap_or_default(),
        publisher: text("publisher").unwrap_or_default(),
        translator: text("translator"),
    };
    Some((work, has, text("sent_at").unwrap_or_default(), makers))
}

fn asked<'a>(
    order: &Order,
    day: Date,
    mood: &'a Mood,
    known: &'a ReaderContext,
    editions: &'a [Book],
) -> SelectionRequest<'a> {
    SelectionRequest {
        order: order.id,
        range: order.price.range,
        day,
        mood,
        letter: &known.letter,
        had: &known.had,
        editions,
    }
}
