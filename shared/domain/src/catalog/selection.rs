//! Which book a reader gets: the owner's taste leads.
//!
//! Five steps, in this order: filters, each removal with its reason; the owner's score, three
//! quarters of the weight; the echo of the reader's letter, one quarter; what is taken off for
//! sameness; ties broken by a seed from the order's id. What the first four steps saw of each book
//! is kept as [`Facts`], in whole numbers: [`best`] needs nothing else, so that a replay of what
//! was kept chooses the same, whatever became of shelf, taste and letter since.

mod facts;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

pub use facts::{Facts, Fate, Removed, Same, Weighed};
pub use words::{explain, why_not};

use crate::{
    base::{
        id::{OrderId, WorkId},
        money::Won,
        price::PriceRange,
    },
    catalog::{echo, isbn::Isbn, taste::Mood},
};

/// How many books are proposed.
pub const PROPOSED: usize = 3;

/// Books left out by a filter whose reason is kept.
const REMOVED_KEPT: usize = 40;

/// How much the owner loves a work, 0 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Love(u8);

/// A love that is no number from 0 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("love is a number from 0 to 5")]
pub struct NotLove;

impl TryFrom<u8> for Love {
    type Error = NotLove;

    fn try_from(love: u8) -> Result<Self, NotLove> {
        if love <= 5 { Ok(Self(love)) } else { Err(NotLove) }
    }
}

impl From<Love> for u8 {
    fn from(love: Love) -> Self {
        love.0
    }
}

/// One edition on the shelf, with its copies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// The edition.
    pub isbn: Isbn,
    /// The work it is an edition of.
    pub work: WorkId,
    /// The title.
    pub title: String,
    /// The author.
    pub author: String,
    /// The translator, if it is a translation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub translator: Option<String>,
    /// The publisher.
    pub publisher: String,
    /// How many pages.
    pub pages: u32,
    /// The 정가.
    pub list_price: Won,
    /// How much the owner loves it.
    pub love: Love,
    /// What it is about, in the owner's words.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// What the owner says about it; a letter may echo it, no reader sees it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// When a copy was last chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// Where it stands among the books of its shelf, at most [`Weighed::OWNER`]: the owner's score
    /// when it was last placed. None for a book that was never placed; its love alone counts then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<u16>,
    /// Copies ever taken into stock.
    pub copies: u32,
    /// Copies taken from the pile for orders so far.
    pub taken: u32,
    /// Numbers of the copies that came back from cancelled orders and go before the pile.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<u32>,
}

/// When, and how often, copies of an edition were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The last time, in Korea.
    pub on: Date,
    /// How often in the month of that day.
    pub in_month: u16,
}

impl Book {
    /// The book after its next copy was chosen on that day, placed anew.
    #[must_use]
    pub fn chosen_on(mut self, day: Date, mood: &Mood) -> Self {
        self.sent = Some(Sent { on: day, in_month: self.sent_in_month_of(day).saturating_add(1) });
        self.placed(day, mood)
    }

    /// The book placed among the others by the owner's score of that day. How long since it was
    /// sent counts in steps, so that not every book moves every day.
    #[must_use]
    pub fn placed(mut self, day: Date, mood: &Mood) -> Self {
        let (today, season) = mood.meets(&self);
        let rested = self.rested(day).map(|days| days / 45 * 45);
        let weighed = Weighed { love: self.love, today, season, rested, ..Weighed::default() };
        self.standing = Some(if mood.forbids(&self) { 0 } else { weighed.owner() });
        self
    }

    /// Where it stands among the books of its shelf; more is better.
    pub fn stands(&self) -> u16 {
        self.standing.unwrap_or_else(|| Weighed { love: self.love, ..Weighed::default() }.owner())
    }

    /// How often a copy was chosen in the month of that day.
    pub fn sent_in_month_of(&self, day: Date) -> u16 {
        let this_month =
            self.sent.filter(|sent| (sent.on.year(), sent.on.month()) == (day.year(), day.month()));
        this_month.map_or(0, |sent| sent.in_month)
    }

    /// Days since a copy was last chosen; none if that never happened.
    fn rested(&self, day: Date) -> Option<u16> {
        let since = day.since(self.sent?.on).map_or(0, |since| since.get_days());
        Some(u16::try_from(since.max(0)).unwrap_or(u16::MAX))
    }

    /// What a letter may echo.
    fn text(&self) -> String {
        let words = self.words.as_deref().unwrap_or_default();
        format!("{} {} {words}", self.title, self.tags.join(" "))
    }

    /// Copies that can still be sent.
    pub fn free(&self) -> u32 {
        let back = u32::try_from(self.back.len()).unwrap_or(u32::MAX);
        self.copies.saturating_sub(self.taken).saturating_add(back)
    }

    /// The number of the copy that goes next.
    pub fn next_copy(&self) -> u32 {
        self.back.last().copied().unwrap_or_else(|| self.taken.saturating_add(1))
    }

    /// The book without its next copy.
    #[must_use]
    pub fn without_next_copy(mut self) -> Self {
        if self.back.pop().is_none() {
            self.taken = self.taken.saturating_add(1);
        }
        self
    }

    /// The book with so many free copies fewer, those of the pile first.
    #[must_use]
    pub fn withdrawn(mut self, copies: u32) -> Self {
        let pile = self.copies.saturating_sub(self.taken).min(copies);
        self.copies = self.copies.saturating_sub(pile);
        let left =
            self.back.len().saturating_sub(usize::try_from(copies - pile).unwrap_or(usize::MAX));
        self.back.truncate(left);
        self
    }

    /// The book with a copy back that was taken for an order. The same copy twice is the same copy.
    #[must_use]
    pub fn with_copy_back(mut self, copy: u32) -> Self {
        if !self.back.contains(&copy) {
            self.back.push(copy);
        }
        self
    }
}

/// A book that could be sent, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The edition.
    pub isbn: Isbn,
    /// Its title, for the owner's desk alone.
    #[serde(default)]
    pub title: String,
    /// Out of 1,000.
    pub score: u16,
    /// Why, in Korean: printed on the slip. Names no title.
    pub reason: String,
}

/// The book that was chosen, as the order remembers it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// The edition.
    pub isbn: Isbn,
    /// The work, which this reader does not get a second time.
    pub work: WorkId,
    /// Which of the edition's copies.
    pub copy: u32,
    /// The 정가 that was paid for.
    pub list_price: Won,
    /// Why: printed on the slip. The title is not on it.
    pub reason: String,
    /// What was proposed, best first.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
    /// Why the owner took a book that was not proposed, in the owner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

impl Choice {
    /// The book's next copy, for this reason.
    pub fn of(book: &Book, reason: String, proposals: Vec<Proposal>) -> Self {
        Self {
            isbn: book.isbn.clone(),
            work: book.work.clone(),
            copy: book.next_copy(),
            list_price: book.list_price,
            reason,
            proposals,
            because: None,
        }
    }
}

/// Why a reader does not get a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ExclusionReason {
    /// This reader, or this address, was sent it.
    Sent,
    /// The reader said so.
    Owned,
}

/// Who made a book that a reader was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Makers {
    /// The author.
    pub author: String,
    /// The publisher.
    pub publisher: String,
    /// The translator, if it is a translation.
    pub translator: Option<String>,
}

/// What a reader, or their address, has.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReaderHistory {
    /// The works.
    pub works: BTreeMap<WorkId, ExclusionReason>,
    /// Who made the last two books sent to the reader.
    pub last_two: Vec<Makers>,
}

/// What a choice is made for.
#[derive(Debug, Clone)]
pub struct SelectionRequest<'a> {
    /// The order, which breaks ties.
    pub order: OrderId,
    /// The range that was agreed.
    pub range: PriceRange,
    /// The day, in Korea.
    pub day: Date,
    /// The owner's mood of that day.
    pub mood: &'a Mood,
    /// The reader's letter.
    pub letter: &'a str,
    /// What the reader has.
    pub had: &'a ReaderHistory,
}

/// What was considered for an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Considered {
    /// At most [`PROPOSED`], best first.
    pub best: Vec<Proposal>,
    /// What was seen of each book looked at.
    pub seen: Vec<Facts>,
}

/// Looks at books for an order and proposes the best.
pub fn consider<'a>(
    books: impl IntoIterator<Item = &'a Book>,
    asked: &SelectionRequest<'_>,
) -> Considered {
    let books: Vec<&Book> = books.into_iter().collect();
    let seen = facts(&books, asked);
    let best = best(asked.order, &seen)
        .into_iter()
        .filter_map(|(isbn, weighed)| {
            let book = books.iter().find(|book| book.isbn == *isbn)?;
            Some(Proposal {
                isbn: isbn.clone(),
                title: book.title.clone(),
                score: weighed.total(),
                reason: words::reason(book, weighed, asked),
            })
        })
        .collect();
    let mut removed = 0;
    let seen = seen
        .into_iter()
        .filter(|facts| {
            removed += usize::from(matches!(facts.fate, Fate::Removed(_)));
            removed <= REMOVED_KEPT || matches!(facts.fate, Fate::Weighed(_))
        })
        .collect();
    Considered { best, seen }
}

/// The reason with which one book would be sent, for a book that the owner takes from elsewhere; or
/// why it can not be sent. A veto does not bind the owner.
pub fn reason_for(book: &Book, asked: &SelectionRequest<'_>) -> Result<String, Removed> {
    let free = Mood { vetoes: Vec::new(), ..asked.mood.clone() };
    let asked = SelectionRequest { mood: &free, ..asked.clone() };
    match facts(&[book], &asked).first().map(|facts| &facts.fate) {
        Some(Fate::Weighed(weighed)) => Ok(words::reason(book, weighed, &asked)),
        Some(Fate::Removed(why)) => Err(*why),
        None => Err(Removed::NoCopy),
    }
}

/// The best of what was seen: by score, ties by the order's own lot. At most [`PROPOSED`].
pub fn best(order: OrderId, seen: &[Facts]) -> Vec<(&Isbn, &Weighed)> {
    let mut left = ranked(order, seen);
    left.truncate(PROPOSED);
    left
}

/// Everything that no filter removed, best first.
fn ranked(order: OrderId, seen: &[Facts]) -> Vec<(&Isbn, &Weighed)> {
    let mut left: Vec<(&Isbn, &Weighed)> = seen
        .iter()
        .filter_map(|facts| match &facts.fate {
            Fate::Weighed(weighed) => Some((&facts.isbn, weighed)),
            Fate::Removed(_) => None,
        })
        .collect();
    left.sort_by_key(|(isbn, weighed)| {
        (std::cmp::Reverse(weighed.total()), lot(order, isbn), *isbn)
    });
    left
}

/// Steps one to four for each book.
fn facts(books: &[&Book], asked: &SelectionRequest<'_>) -> Vec<Facts> {
    let texts: Vec<String> = books.iter().map(|book| book.text()).collect();
    let echoes = echo::echoes(asked.letter, &texts);
    let mut in_month: BTreeMap<&WorkId, u16> = BTreeMap::new();
    for book in books {
        let count = in_month.entry(&book.work).or_default();
        *count = count.saturating_add(book.sent_in_month_of(asked.day));
    }
    let mut facts: Vec<Facts> = books
        .iter()
        .zip(echoes)
        .map(|(book, echo)| {
            let fate = match removed(book, asked) {
                Some(why) => Fate::Removed(why),
                None => Fate::Weighed(weigh(book, echo, in_month.get(&book.work).copied(), asked)),
            };
            Facts { isbn: book.isbn.clone(), fate }
        })
        .collect();
    one_edition_a_work(books, &mut facts, asked.order);
    facts
}

/// The filters, in the order of the product.
fn removed(book: &Book, asked: &SelectionRequest<'_>) -> Option<Removed> {
    if book.free() == 0 {
        return Some(Removed::NoCopy);
    }
    match asked.had.works.get(&book.work) {
        Some(ExclusionReason::Sent) => return Some(Removed::SentBefore),
        Some(ExclusionReason::Owned) => return Some(Removed::Owned),
        None => {}
    }
    if asked.mood.forbids(book) {
        return Some(Removed::Veto);
    }
    (PriceRange::of(book.list_price) != Some(asked.range)).then_some(Removed::OutOfRange)
}

fn weigh(book: &Book, echo: u16, in_month: Option<u16>, asked: &SelectionRequest<'_>) -> Weighed {
    let (today, season) = asked.mood.meets(book);
    let last = &asked.had.last_two;
    Weighed {
        love: book.love,
        today,
        season,
        rested: book.rested(asked.day),
        echo,
        same: Same {
            author: last.iter().any(|makers| makers.author == book.author),
            publisher: last.iter().any(|makers| makers.publisher == book.publisher),
            translator: book.translator.is_some()
                && last.iter().any(|makers| makers.translator == book.translator),
        },
        in_month: in_month.unwrap_or_default(),
    }
}

/// Of several editions of one work only the best is proposed.
fn one_edition_a_work(books: &[&Book], facts: &mut [Facts], order: OrderId) {
    let work_of: BTreeMap<&Isbn, &WorkId> =
        books.iter().map(|book| (&book.isbn, &book.work)).collect();
    let mut works = BTreeSet::new();
    let second: BTreeSet<Isbn> = ranked(order, facts)
        .into_iter()
        .filter(|(isbn, _)| work_of.get(isbn).is_some_and(|work| !works.insert(*work)))
        .map(|(isbn, _)| isbn.clone())
        .collect();
    for facts in facts.iter_mut().filter(|facts| second.contains(&facts.isbn)) {
        facts.fate = Fate::Removed(Removed::OtherEdition);
    }
}

/// A number drawn for one book in one order: FNV-1a over both names, which any later replay draws
/// again.
fn lot(order: OrderId, isbn: &Isbn) -> u64 {
    let names = order.to_string() + isbn.as_str();
    names.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
