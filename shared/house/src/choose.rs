//! Which book a reader gets: the owner's taste leads.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    id::{OrderId, WorkId},
    isbn::Isbn,
    money::Won,
    price::PriceRange,
};

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

impl Love {
    /// The owner's score of a work out of 100.
    pub const fn score(self) -> u8 {
        self.0 * 20
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
    /// Copies ever taken into stock.
    pub copies: u32,
    /// Copies taken for orders so far. The next copy to go is number `taken + 1`.
    pub taken: u32,
}

impl Book {
    /// Copies that can still be sent.
    pub const fn free(&self) -> u32 {
        self.copies.saturating_sub(self.taken)
    }
}

/// Why a book was not proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Removed {
    /// No copy is free.
    NoCopy,
    /// Its 정가 lies outside the agreed range.
    OutOfRange,
    /// This reader, or this address, has had the work before.
    SentBefore,
}

/// A book that could be sent, with its reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The edition.
    pub isbn: Isbn,
    /// Out of 100.
    pub score: u8,
    /// Why, in Korean: printed on the slip.
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
    /// What else was proposed, best first.
    #[serde(default)]
    pub proposals: Vec<Proposal>,
}

/// The books proposed, best first, and those left out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Proposals<'a> {
    /// At most three.
    pub best: Vec<(&'a Book, Proposal)>,
    /// Everything that a filter removed.
    pub removed: Vec<(&'a Book, Removed)>,
}

/// Proposes at most three of `books` for an order: filters first, then the owner's score, ties broken by a seed from the
/// order's id, so that the same inputs propose the same books.
pub fn propose<'a>(
    books: impl IntoIterator<Item = &'a Book>,
    order: OrderId,
    range: PriceRange,
    sent_before: impl Fn(&WorkId) -> bool,
) -> Proposals<'a> {
    let mut left = Vec::new();
    let mut removed = Vec::new();
    for book in books {
        let why = if book.free() == 0 {
            Some(Removed::NoCopy)
        } else if PriceRange::of(book.list_price) != Some(range) {
            Some(Removed::OutOfRange)
        } else if sent_before(&book.work) {
            Some(Removed::SentBefore)
        } else {
            None
        };
        match why {
            Some(why) => removed.push((book, why)),
            None => left.push(book),
        }
    }
    left.sort_by_key(|book| (std::cmp::Reverse(book.love), lot(order, &book.isbn)));
    let best = left
        .into_iter()
        .take(3)
        .map(|book| {
            let proposal =
                Proposal { isbn: book.isbn.clone(), score: book.love.score(), reason: reason(book.love) };
            (book, proposal)
        })
        .collect();
    Proposals { best, removed }
}

fn reason(love: Love) -> String {
    match love.0 {
        5 => "주인장이 누구에게나 한 번은 건네고 싶어 하는 책입니다.",
        4 => "주인장이 오래 곁에 두고 읽는 책입니다.",
        3 => "주인장이 이 계절에 다시 펼친 책입니다.",
        2 => "주인장이 조용히 아끼는 책입니다.",
        _ => "주인장의 서가에서 당신을 기다리던 책입니다.",
    }
    .to_owned()
}

/// A number drawn for one book in one order: FNV-1a over both names, which any later replay draws again.
fn lot(order: OrderId, isbn: &Isbn) -> u64 {
    let names = order.to_string() + isbn.as_str();
    names
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;

    fn book(number: u32, love: u8, list_price: u64, free: u32) -> Book {
        let twelve = format!("97889{number:07}");
        let sum: u32 = twelve
            .bytes()
            .enumerate()
            .map(|(i, b)| u32::from(b - b'0') * if i % 2 == 0 { 1 } else { 3 })
            .sum();
        let isbn: Isbn = format!("{twelve}{}", (10 - sum % 10) % 10).parse().unwrap();
        Book {
            work: isbn.as_str().to_owned().try_into().unwrap(),
            isbn,
            title: format!("책 {number}"),
            author: "아무개".into(),
            translator: None,
            publisher: "아무데".into(),
            pages: 100,
            list_price: Won(list_price),
            love: love.try_into().unwrap(),
            tags: Vec::new(),
            copies: free + 1,
            taken: 1,
        }
    }

    fn books() -> impl Strategy<Value = Vec<Book>> {
        vec((0u8..=5, 9_000u64..22_000, 0u32..3), 0..30).prop_map(|seeds| {
            seeds
                .into_iter()
                .zip(0..)
                .map(|((love, price, free), number)| book(number, love, price, free))
                .collect()
        })
    }

    proptest! {
        #[test]
        fn a_filter_never_lets_one_through_and_the_most_loved_comes_first(
            books in books(), seed in any::<u64>(), had in 0u32..30,
        ) {
            let order = OrderId::new(seed & 0xffff_ffff, u128::from(seed));
            let had = book(had, 0, 9_000, 1).work;
            let proposals = propose(&books, order, PriceRange::Middle, |work| *work == had);
            for (book, _) in &proposals.best {
                prop_assert!(book.free() > 0);
                prop_assert!(book.work != had);
                prop_assert_eq!(PriceRange::of(book.list_price), Some(PriceRange::Middle));
            }
            let eligible = books.len() - proposals.removed.len();
            prop_assert_eq!(proposals.best.len(), eligible.min(3));
            prop_assert!(proposals.best.is_sorted_by_key(|(book, _)| std::cmp::Reverse(book.love)));
            // The shelf's own order does not matter: a replay proposes the same.
            let mut turned = books.clone();
            turned.reverse();
            let again = propose(&turned, order, PriceRange::Middle, |work| *work == had);
            prop_assert_eq!(
                again.best.iter().map(|(b, _)| &b.isbn).collect::<Vec<_>>(),
                proposals.best.iter().map(|(b, _)| &b.isbn).collect::<Vec<_>>()
            );
        }
    }
}
