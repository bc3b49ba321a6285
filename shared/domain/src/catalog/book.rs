//! An edition in the shop's stock and its copies.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{id::WorkId, money::Won},
    catalog::{isbn::Isbn, spot::Spot},
};

/// How much the owner loves a work: 0 to 5.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Love(u8);

/// The number is not between 0 and 5.
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

/// An edition in the shop's stock, with its copies.
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
    /// The list price (정가).
    pub list_price: Won,
    /// How much the owner loves it.
    pub love: Love,
    /// The owner's tags: subjects, moods, seasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// The owner's description. Compared with the reader's letter; never shown to readers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// Where its copies stand in the shop.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spot: Option<Spot>,
    /// When a copy was last chosen, and how often that month.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent: Option<Sent>,
    /// The owner's score when the book was last ranked, at most
    /// [`Score::OWNER`](crate::catalog::selection::Score::OWNER); orders the shelf's index. `None` if
    /// it was never ranked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<u16>,
    /// Copies ever added to the stock. Copies are numbered from 1.
    pub copies: u32,
    /// Copies taken for orders so far, not counting returned ones.
    pub taken: u32,
    /// Numbers of returned copies; they are sent before new ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub back: Vec<u32>,
}

/// When, and how often, copies of an edition were chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sent {
    /// The last day, in Korea.
    pub on: Date,
    /// How often in the month of that day.
    pub in_month: u16,
}

impl Book {
    /// How often a copy was chosen in the month of that day.
    pub fn sent_in_month_of(&self, day: Date) -> u16 {
        let this_month =
            self.sent.filter(|sent| (sent.on.year(), sent.on.month()) == (day.year(), day.month()));
        this_month.map_or(0, |sent| sent.in_month)
    }

    /// Days since a copy was last chosen; `None` if never.
    pub(super) fn rested(&self, day: Date) -> Option<u16> {
        let since = day.since(self.sent?.on).map_or(0, |since| since.get_days());
        Some(u16::try_from(since.max(0)).unwrap_or(u16::MAX))
    }

    /// The text that is compared with a reader's letter.
    pub(super) fn text(&self) -> String {
        let words = self.words.as_deref().unwrap_or_default();
        format!("{} {} {words}", self.title, self.tags.join(" "))
    }

    /// Sorts books as a walk along the shelves meets them; those without a spot come last.
    pub fn along_the_shelves(&self) -> (bool, Option<&Spot>) {
        (self.spot.is_none(), self.spot.as_ref())
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

    /// The book with so many free copies fewer, new copies before returned ones.
    #[must_use]
    pub fn withdrawn(mut self, copies: u32) -> Self {
        let pile = self.copies.saturating_sub(self.taken).min(copies);
        self.copies = self.copies.saturating_sub(pile);
        let left =
            self.back.len().saturating_sub(usize::try_from(copies - pile).unwrap_or(usize::MAX));
        self.back.truncate(left);
        self
    }

    /// The book with a copy returned that was taken for an order. Idempotent.
    #[must_use]
    pub fn with_copy_back(mut self, copy: u32) -> Self {
        if !self.back.contains(&copy) {
            self.back.push(copy);
        }
        self
    }
}
