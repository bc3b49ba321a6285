//! The evaluation of one book for one order, stored as one line of text.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::catalog::{book::Love, echo, isbn::Isbn};

/// Why a filter excluded a book.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    strum::Display,
    strum::EnumString,
    strum::VariantArray,
)]
#[strum(serialize_all = "snake_case")]
pub enum Exclusion {
    /// No copy is free.
    NoCopy,
    /// The work was sent to this reader or this address before.
    SentBefore,
    /// The reader owns the work.
    Owned,
    /// A veto of the owner holds.
    Veto,
    /// The list price (정가) lies outside the agreed range.
    OutOfRange,
    /// Another edition of the same work scores better.
    OtherEdition,
}

impl Exclusion {
    /// Every reason.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;
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

/// The components of a book's score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// The owner's love.
    pub love: Love,
    /// How many of its tags are in the mood of the day.
    pub today: u8,
    /// How many of its tags are in the mood of the season.
    pub season: u8,
    /// Days since a copy was last sent; `None` if never.
    pub rested: Option<u16>,
    /// The similarity to the letter, 0 to [`echo::FULL`].
    pub echo: u16,
    /// What it shares with the last two books sent to the reader.
    pub same: Same,
    /// Copies of the work chosen this month.
    pub in_month: u16,
}

impl Score {
    /// Maximum of the owner's score, of 1,000.
    pub const OWNER: u16 = 750;
    /// Maximum of the letter's score, of 1,000. Two and a half steps of the owner's love outweigh it.
    pub const ECHO: u16 = 250;
    /// Days after which the time since the last copy was sent counts fully.
    pub const RESTED: u16 = 180;
    /// Copies of one work a month without a penalty.
    const MANY: u16 = 2;

    /// The owner's score: love up to 500, mood of the day up to 100, mood of the season up to 50, days
    /// since it was last sent up to 100.
    pub fn owner(&self) -> u16 {
        let rested = self.rested.unwrap_or(Self::RESTED).min(Self::RESTED);
        u16::from(u8::from(self.love)) * 100
            + u16::from(self.today.min(2)) * 50
            + u16::from(self.season.min(2)) * 25
            + rested * 100 / Self::RESTED
    }

    /// The letter's score.
    pub fn letter(&self) -> u16 {
        self.echo.min(echo::FULL) / (echo::FULL / Self::ECHO)
    }

    /// The penalty for sameness.
    pub fn penalty(&self) -> u16 {
        let off = |same: bool, points: u16| if same { points } else { 0 };
        let many = self.in_month.saturating_sub(Self::MANY).min(6) * 25;
        off(self.same.author, 150)
            + off(self.same.translator, 75)
            + off(self.same.publisher, 50)
            + many
    }

    /// The total, 0 to 1,000.
    pub fn total(&self) -> u16 {
        (self.owner() + self.letter()).saturating_sub(self.penalty())
    }
}

/// The result for one book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Assessment {
    /// A filter excluded it.
    Excluded(Exclusion),
    /// It was scored.
    Scored(Score),
}

/// The evaluation of one book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Evaluation {
    /// The edition.
    pub isbn: Isbn,
    /// The result.
    pub assessment: Assessment,
}

/// The line is not an evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not the evaluation of a book")]
pub struct NotAnEvaluation;

/// `9788936434120 veto`, or `9788936434120 5 1 0 200 431 ap 2`: love, today, season, days rested
/// (`-` for never sent), echo, what is the same (author, publisher, translator; `-` for nothing),
/// copies this month.
impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { isbn, assessment } = self;
        match assessment {
            Assessment::Excluded(why) => write!(f, "{isbn} {why}"),
            Assessment::Scored(Score { love, today, season, rested, echo, same, in_month }) => {
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

impl FromStr for Evaluation {
    type Err = NotAnEvaluation;

    fn from_str(line: &str) -> Result<Self, NotAnEvaluation> {
        let words: Vec<&str> = line.split(' ').collect();
        let (isbn, assessment) = match words.as_slice() {
            [isbn, why] => (isbn, Assessment::Excluded(field(why)?)),
            [isbn, love, today, season, rested, echo, same, in_month] => {
                let weighed = Score {
                    love: field::<u8>(love)?.try_into().map_err(|_| NotAnEvaluation)?,
                    today: field(today)?,
                    season: field(season)?,
                    rested: if *rested == "-" { None } else { Some(field(rested)?) },
                    echo: field(echo)?,
                    same: Same {
                        author: same.contains('a'),
                        publisher: same.contains('p'),
                        translator: same.contains('t'),
                    },
                    in_month: field(in_month)?,
                };
                (isbn, Assessment::Scored(weighed))
            }
            _ => return Err(NotAnEvaluation),
        };
        Ok(Self { isbn: field(isbn)?, assessment })
    }
}

fn field<T: FromStr>(word: &str) -> Result<T, NotAnEvaluation> {
    word.parse().map_err(|_| NotAnEvaluation)
}

impl TryFrom<String> for Evaluation {
    type Error = NotAnEvaluation;

    fn try_from(line: String) -> Result<Self, NotAnEvaluation> {
        line.parse()
    }
}

impl From<Evaluation> for String {
    fn from(facts: Evaluation) -> Self {
        facts.to_string()
    }
}
