//! What a choice saw of one book, small enough to be kept with the order: one line of text a book.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::Love;
use crate::catalog::{echo, isbn::Isbn};

/// Why a book was not proposed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Removed {
    /// No copy is free.
    NoCopy,
    /// This reader, or this address, has had the work before.
    SentBefore,
    /// The reader has it already.
    Owned,
    /// The owner does not want it sent now.
    Veto,
    /// Its 정가 lies outside the agreed range.
    OutOfRange,
    /// A better edition of the same work stands beside it.
    OtherEdition,
}

impl Removed {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::NoCopy,
        Self::SentBefore,
        Self::Owned,
        Self::Veto,
        Self::OutOfRange,
        Self::OtherEdition,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::NoCopy => "no_copy",
            Self::SentBefore => "sent_before",
            Self::Owned => "owned",
            Self::Veto => "veto",
            Self::OutOfRange => "out_of_range",
            Self::OtherEdition => "other_edition",
        }
    }
}

/// What a book shares with the last two books sent to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Same {
    /// The author.
    pub author: bool,
    /// The publisher.
    pub publisher: bool,
    /// The translator.
    pub translator: bool,
}

/// What a book's score is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Weighed {
    /// The owner's love.
    pub love: Love,
    /// How many of its tags are in today's mood.
    pub today: u8,
    /// How many of its tags are in the season's mood.
    pub season: u8,
    /// Days since a copy was last sent; none if that never happened.
    pub rested: Option<u16>,
    /// The echo of the letter, from 0 to [`echo::FULL`].
    pub echo: u16,
    /// What it shares with the last two.
    pub same: Same,
    /// How many copies of the work went out this month.
    pub in_month: u16,
}

impl Weighed {
    /// Most that the owner's score gives, of 1,000: three quarters.
    pub const OWNER: u16 = 750;
    /// Most that the echo gives, of 1,000: a quarter. It tilts, it never decides: two and a half
    /// steps of love outweigh it.
    pub const ECHO: u16 = 250;
    /// After how many days a book has rested fully.
    pub const RESTED: u16 = 180;
    /// So many readers a month may get one title before it costs.
    const MANY: u16 = 2;

    /// The owner's part: love up to 500, today's mood up to 100, the season's up to 50, the rest
    /// since it was last sent up to 100.
    pub fn owner(&self) -> u16 {
        let rested = self.rested.unwrap_or(Self::RESTED).min(Self::RESTED);
        u16::from(u8::from(self.love)) * 100
            + u16::from(self.today.min(2)) * 50
            + u16::from(self.season.min(2)) * 25
            + rested * 100 / Self::RESTED
    }

    /// The letter's part.
    pub fn letter(&self) -> u16 {
        self.echo.min(echo::FULL) / (echo::FULL / Self::ECHO)
    }

    /// What is taken off for sameness.
    pub fn penalty(&self) -> u16 {
        let off = |same: bool, points: u16| if same { points } else { 0 };
        let many = self.in_month.saturating_sub(Self::MANY).min(6) * 25;
        off(self.same.author, 150)
            + off(self.same.translator, 75)
            + off(self.same.publisher, 50)
            + many
    }

    /// Everything together, from 0 to 1,000.
    pub fn total(&self) -> u16 {
        (self.owner() + self.letter()).saturating_sub(self.penalty())
    }
}

/// What became of a book that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A filter removed it.
    Removed(Removed),
    /// It was weighed.
    Weighed(Weighed),
}

/// What a choice saw of one book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Facts {
    /// The edition.
    pub isbn: Isbn,
    /// What became of it.
    pub fate: Fate,
}

/// A line that tells no facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the facts of a book")]
pub struct NotFacts;

/// `9788936434120 veto`, or `9788936434120 5 1 0 200 431 ap 2`: love, today, season, days rested
/// (`-` for never sent), echo, what is the same (author, publisher, translator; `-` for nothing),
/// copies this month.
impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { isbn, fate } = self;
        match fate {
            Fate::Removed(why) => write!(f, "{isbn} {}", why.name()),
            Fate::Weighed(Weighed { love, today, season, rested, echo, same, in_month }) => {
                let rested = rested.map_or_else(|| "-".to_owned(), |days| days.to_string());
                let mut shared = String::new();
                for (is, letter) in
                    [(same.author, 'a'), (same.publisher, 'p'), (same.translator, 't')]
                {
                    shared.extend(is.then_some(letter));
                }
                let shared = if shared.is_empty() { "-" } else { &shared };
                write!(
                    f,
                    "{isbn} {} {today} {season} {rested} {echo} {shared} {in_month}",
                    u8::from(*love)
                )
            }
        }
    }
}

impl FromStr for Facts {
    type Err = NotFacts;

    fn from_str(line: &str) -> Result<Self, NotFacts> {
        let words: Vec<&str> = line.split(' ').collect();
        let (isbn, fate) = match words.as_slice() {
            [isbn, why] => {
                let why =
                    Removed::ALL.into_iter().find(|known| known.name() == *why).ok_or(NotFacts)?;
                (isbn, Fate::Removed(why))
            }
            [isbn, love, today, season, rested, echo, same, in_month] => {
                let weighed = Weighed {
                    love: number::<u8>(love)?.try_into().map_err(|_| NotFacts)?,
                    today: number(today)?,
                    season: number(season)?,
                    rested: if *rested == "-" { None } else { Some(number(rested)?) },
                    echo: number(echo)?,
                    same: Same {
                        author: same.contains('a'),
                        publisher: same.contains('p'),
                        translator: same.contains('t'),
                    },
                    in_month: number(in_month)?,
                };
                (isbn, Fate::Weighed(weighed))
            }
            _ => return Err(NotFacts),
        };
        Ok(Self { isbn: number(isbn)?, fate })
    }
}

fn number<T: FromStr>(word: &str) -> Result<T, NotFacts> {
    word.parse().map_err(|_| NotFacts)
}

impl TryFrom<String> for Facts {
    type Error = NotFacts;

    fn try_from(line: String) -> Result<Self, NotFacts> {
        line.parse()
    }
}

impl From<Facts> for String {
    fn from(facts: Facts) -> Self {
        facts.to_string()
    }
}
