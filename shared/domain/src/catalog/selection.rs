//! Selects a book for an order.
//!
//! Five steps: filters, each exclusion with its reason; the owner's score, three quarters of the
//! weight; the similarity to the reader's letter, one quarter; a penalty for sameness; ties broken
//! by a hash of the order's id. A book that the letter names is not similar to it: its name may be
//! there to decline it, which [`Considered::outcome`] leaves to the owner. The result of the first four steps is stored for each book as an
//! [`Evaluation`] in whole numbers. [`best`] needs nothing else, so that a stored selection can be
//! replayed after stock, taste and letter have changed.

pub mod daily;
mod evaluation;
mod heard;
mod ranking;
#[cfg(test)]
mod tests;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

pub use evaluation::{Assessment, Evaluation, Exclusion, Same, Score};
pub use words::{explain, why_not};

pub use crate::catalog::book::{Book, Love, NotLove, Sent};
use crate::{
    base::{
        id::{OrderId, WorkId},
        money::Won,
        price::PriceRange,
    },
    catalog::{
        echo,
        isbn::Isbn,
        naming::Named,
        taste::{Choosing, Mood},
    },
};
use heard::Heard;

/// How many books are proposed.
pub const PROPOSED: usize = 3;

/// How many excluded books are stored with their reason.
const EXCLUDED_STORED: usize = 40;

/// A book that was proposed for an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The edition.
    pub isbn: Isbn,
    /// The title; shown to the owner only.
    #[serde(default)]
    pub title: String,
    /// The score, 0 to 1,000.
    pub score: u16,
    /// The reason in Korean, printed on the slip. It does not contain the title.
    pub reason: String,
    /// What the reader's letter names of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub named: Option<Named>,
}

/// The book that was chosen, as stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredChoice")]
pub struct Choice {
    /// The edition.
    pub isbn: Isbn,
    /// The work; this reader is not sent it again.
    pub work: WorkId,
    /// The number of the copy.
    pub copy: u32,
    /// The list price (정가) at that time.
    pub list_price: Won,
    /// The reason, printed on the slip. It does not contain the title.
    pub reason: String,
    /// The title; shown to the owner, and to the reader once the book has arrived. What else was
    /// proposed is stored beside the order ([`Considered`]).
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// Why the owner took a book that was not proposed or that the letter names, in the owner's
    /// words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// Who chose.
    #[serde(default, skip_serializing_if = "Chooser::is_rules")]
    pub by: Chooser,
}

/// A choice as it may be stored: earlier ones have every proposal instead of a title.
#[derive(Deserialize)]
struct StoredChoice {
    isbn: Isbn,
    work: WorkId,
    copy: u32,
    list_price: Won,
    reason: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    proposals: Vec<Proposal>,
    #[serde(default)]
    because: Option<String>,
    #[serde(default)]
    by: Chooser,
}

impl From<StoredChoice> for Choice {
    fn from(stored: StoredChoice) -> Self {
        let StoredChoice { isbn, work, copy, list_price, reason, because, by, .. } = stored;
        let proposed = stored.proposals.into_iter().find(|proposal| proposal.isbn == isbn);
        let title = match proposed {
            Some(proposal) if stored.title.is_empty() => proposal.title,
            _ => stored.title,
        };
        Self { isbn, work, copy, list_price, reason, title, because, by }
    }
}

/// Who chose a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Chooser {
    /// The shop's rules, made from the owner's taste. Choices stored before this was recorded count
    /// as theirs.
    #[default]
    Rules,
    /// The owner.
    Owner,
}

impl Chooser {
    #[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    const fn is_rules(&self) -> bool {
        matches!(self, Self::Rules)
    }
}

impl Choice {
    /// The choice of the book's next copy.
    pub fn of(book: &Book, reason: String) -> Self {
        Self {
            isbn: book.isbn.clone(),
            work: book.work.clone(),
            copy: book.next_copy(),
            list_price: book.list_price,
            reason,
            title: book.title.clone(),
            because: None,
            by: Chooser::Rules,
        }
    }
}

/// Why a reader is not sent a work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr)]
#[strum(serialize_all = "lowercase")]
pub enum ExclusionReason {
    /// It was sent to this reader or this address.
    Sent,
    /// The reader said that they own it.
    Owned,
}

/// The makers of a book that a reader was sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Makers {
    /// The author.
    pub author: String,
    /// The publisher.
    pub publisher: String,
    /// The translator, if it is a translation.
    pub translator: Option<String>,
}

/// What a reader, or their address, was sent before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ReaderHistory {
    /// The works they are not sent again.
    pub works: BTreeMap<WorkId, ExclusionReason>,
    /// The makers of the last two books sent to the reader.
    pub last_two: Vec<Makers>,
}

/// What a selection is made for.
#[derive(Debug, Clone)]
pub struct SelectionRequest<'a> {
    /// The order; its id breaks ties.
    pub order: OrderId,
    /// The agreed price range.
    pub range: PriceRange,
    /// The day, in Korea.
    pub day: Date,
    /// The owner's mood of that day.
    pub mood: &'a Mood,
    /// The reader's letter.
    pub letter: &'a str,
    /// What the reader was sent before.
    pub had: &'a ReaderHistory,
    /// Editions that are no candidates, of works that are. The letter may name them.
    pub editions: &'a [Book],
}

/// The result of a selection, stored with the order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Considered {
    /// At most [`PROPOSED`], best first.
    pub best: Vec<Proposal>,
    /// The evaluation of each book.
    pub seen: Vec<Evaluation>,
}

/// What becomes of an order after its books were considered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome<'a> {
    /// The rules choose the best.
    Take(&'a Proposal),
    /// The proposals go to the owner's desk.
    Desk,
    /// No book can be sent yet.
    OutOfBooks,
}

impl Considered {
    /// What becomes of the order. If the letter names the best book, the owner picks, whoever
    /// chooses that day: the letter may decline it.
    pub fn outcome(&self, choosing: Choosing) -> Outcome<'_> {
        match (self.best.first(), choosing) {
            (None, _) => Outcome::OutOfBooks,
            (Some(best), Choosing::Auto) if best.named.is_none() => Outcome::Take(best),
            (Some(_), _) => Outcome::Desk,
        }
    }
}

/// Evaluates books for an order and proposes the best.
pub fn consider<'a>(
    books: impl IntoIterator<Item = &'a Book>,
    asked: &SelectionRequest<'_>,
) -> Considered {
    let books: Vec<&Book> = books.into_iter().collect();
    let heard = Heard::of(&books, asked);
    let seen = evaluate(&books, asked, &heard);
    let best = best(asked.order, &seen)
        .into_iter()
        .filter_map(|(isbn, weighed)| {
            let book = books.iter().find(|book| book.isbn == *isbn)?;
            Some(Proposal {
                isbn: isbn.clone(),
                title: book.title.clone(),
                score: weighed.total(),
                reason: words::reason(book, weighed, asked, heard.speaks_for(book, asked)),
                named: heard.named(book),
            })
        })
        .collect();
    let mut removed = 0;
    let seen = seen
        .into_iter()
        .filter(|facts| {
            removed += usize::from(matches!(facts.assessment, Assessment::Excluded(_)));
            removed <= EXCLUDED_STORED || matches!(facts.assessment, Assessment::Scored(_))
        })
        .collect();
    Considered { best, seen }
}

/// The reason for sending one book that the owner takes although it was not proposed. Vetoes do not
/// bind the owner.
///
/// # Errors
/// Why the book cannot be sent.
pub fn reason_for(book: &Book, asked: &SelectionRequest<'_>) -> Result<String, Exclusion> {
    let free = Mood { vetoes: Vec::new(), ..asked.mood.clone() };
    let asked = SelectionRequest { mood: &free, ..asked.clone() };
    let heard = Heard::of(&[book], &asked);
    match evaluate(&[book], &asked, &heard).first().map(|facts| &facts.assessment) {
        Some(Assessment::Scored(weighed)) => {
            Ok(words::reason(book, weighed, &asked, heard.speaks_for(book, &asked)))
        }
        Some(Assessment::Excluded(why)) => Err(*why),
        None => Err(Exclusion::NoCopy),
    }
}

/// What the letter names of a book.
pub fn named(book: &Book, asked: &SelectionRequest<'_>) -> Option<Named> {
    Heard::of(&[book], asked).named(book)
}

/// The best [`PROPOSED`] evaluations: by score, ties by a hash of order and edition.
pub fn best(order: OrderId, seen: &[Evaluation]) -> Vec<(&Isbn, &Score)> {
    let mut left = ranked(order, seen);
    left.truncate(PROPOSED);
    left
}

/// Every book that no filter excluded, best first.
fn ranked(order: OrderId, seen: &[Evaluation]) -> Vec<(&Isbn, &Score)> {
    let mut left: Vec<(&Isbn, &Score)> = seen
        .iter()
        .filter_map(|facts| match &facts.assessment {
            Assessment::Scored(weighed) => Some((&facts.isbn, weighed)),
            Assessment::Excluded(_) => None,
        })
        .collect();
    left.sort_by_key(|(isbn, weighed)| {
        (std::cmp::Reverse(weighed.total()), lot(order, isbn), *isbn)
    });
    left
}

/// Steps one to four for each book.
fn evaluate(books: &[&Book], asked: &SelectionRequest<'_>, heard: &Heard) -> Vec<Evaluation> {
    let texts: Vec<String> = books.iter().map(|book| book.text()).collect();
    let echoes = echo::echoes(heard.rest(asked), &texts);
    let mut in_month: BTreeMap<&WorkId, u16> = BTreeMap::new();
    for book in books {
        let count = in_month.entry(&book.work).or_default();
        *count = count.saturating_add(book.sent_in_month_of(asked.day));
    }
    let mut facts: Vec<Evaluation> = books
        .iter()
        .zip(echoes)
        .map(|(book, echo)| {
            let assessment = if let Some(why) = exclusion(book, asked) {
                Assessment::Excluded(why)
            } else {
                let echo = if heard.named(book).is_some() { 0 } else { echo };
                Assessment::Scored(score(book, echo, in_month.get(&book.work).copied(), asked))
            };
            Evaluation { isbn: book.isbn.clone(), assessment }
        })
        .collect();
    one_edition_a_work(books, &mut facts, asked.order);
    facts
}

/// The filters, in their order of precedence.
fn exclusion(book: &Book, asked: &SelectionRequest<'_>) -> Option<Exclusion> {
    if book.free() == 0 {
        return Some(Exclusion::NoCopy);
    }
    match asked.had.works.get(&book.work) {
        Some(ExclusionReason::Sent) => return Some(Exclusion::SentBefore),
        Some(ExclusionReason::Owned) => return Some(Exclusion::Owned),
        None => {}
    }
    if asked.mood.forbids(book) {
        return Some(Exclusion::Veto);
    }
    (PriceRange::of(book.list_price) != Some(asked.range)).then_some(Exclusion::OutOfRange)
}

fn score(book: &Book, echo: u16, in_month: Option<u16>, asked: &SelectionRequest<'_>) -> Score {
    let (today, season) = asked.mood.meets(book);
    let last = &asked.had.last_two;
    Score {
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

/// Excludes all but the best edition of each work.
fn one_edition_a_work(books: &[&Book], facts: &mut [Evaluation], order: OrderId) {
    let work_of: BTreeMap<&Isbn, &WorkId> =
        books.iter().map(|book| (&book.isbn, &book.work)).collect();
    let mut works = BTreeSet::new();
    let second: BTreeSet<Isbn> = ranked(order, facts)
        .into_iter()
        .filter(|(isbn, _)| work_of.get(isbn).is_some_and(|work| !works.insert(*work)))
        .map(|(isbn, _)| isbn.clone())
        .collect();
    for facts in facts.iter_mut().filter(|facts| second.contains(&facts.isbn)) {
        facts.assessment = Assessment::Excluded(Exclusion::OtherEdition);
    }
}

/// The tie breaker of an edition in an order: FNV-1a over both ids, so that a replay gets the same.
fn lot(order: OrderId, isbn: &Isbn) -> u64 {
    let names = order.to_string() + isbn.as_str();
    names.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}
