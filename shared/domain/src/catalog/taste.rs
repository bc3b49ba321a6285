//! The owner's taste beyond single books: who chooses, the mood of the day and the season, what is
//! not sent. Each with the days on which it holds.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{base::id::WorkId, catalog::book::Book};

/// Something that holds from one day to another, both included. Without a last day it holds until
/// it is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct During<T> {
    /// The first day, in Korea.
    pub from: Date,
    /// The last day, in Korea.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// What holds.
    pub what: T,
}

impl<T> During<T> {
    /// Whether it holds on that day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && !self.is_over(day)
    }

    /// Whether its last day is before that day.
    pub fn is_over(&self, day: Date) -> bool {
        self.until.is_some_and(|until| until < day)
    }
}

/// Who chooses the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choosing {
    /// The best of the three proposals is taken.
    #[default]
    Auto,
    /// The owner picks one of the three.
    Owner,
}

/// Books that are not sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(tag = "kind", content = "name", rename_all = "lowercase")]
pub enum Veto {
    /// Every edition of a work.
    Work(WorkId),
    /// Everything by an author.
    Author(String),
    /// Everything from a publisher.
    Publisher(String),
    /// Everything a translator translated.
    Translator(String),
    /// Everything with a tag.
    Tag(String),
}

impl Veto {
    /// Whether it keeps this book on the shelf.
    pub fn forbids(&self, book: &Book) -> bool {
        match self {
            Self::Work(work) => book.work == *work,
            Self::Author(name) => book.author == *name,
            Self::Publisher(name) => book.publisher == *name,
            Self::Translator(name) => book.translator.as_ref() == Some(name),
            Self::Tag(name) => book.tags.contains(name),
        }
    }
}

/// Tags that a mood is made of.
pub type Tags = BTreeSet<String>;

/// The owner's taste. The newest entry that holds on a day is the one that counts, except for
/// vetoes, which all count.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Taste {
    /// Who chooses the book; [`Choosing::Auto`] if no entry holds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choosing: Vec<During<Choosing>>,
    /// The mood of the day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub today: Vec<During<Tags>>,
    /// The mood of the season.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub season: Vec<During<Tags>>,
    /// What is not sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vetoes: Vec<During<Veto>>,
}

/// The taste of one day.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mood {
    /// The day's tags.
    pub today: Tags,
    /// The season's tags.
    pub season: Tags,
    /// What is not sent.
    pub vetoes: Vec<Veto>,
}

impl Taste {
    /// The most entries of each kind.
    pub const LONGEST: usize = 50;

    /// Who chooses the book on that day.
    pub fn choosing(&self, day: Date) -> Choosing {
        newest(&self.choosing, day).copied().unwrap_or_default()
    }

    /// Mood and vetoes of that day.
    pub fn mood(&self, day: Date) -> Mood {
        Mood {
            today: newest(&self.today, day).cloned().unwrap_or_default(),
            season: newest(&self.season, day).cloned().unwrap_or_default(),
            vetoes: self
                .vetoes
                .iter()
                .filter(|veto| veto.holds(day))
                .map(|veto| veto.what.clone())
                .collect(),
        }
    }

    /// The taste without what is over on that day.
    #[must_use]
    pub fn tidied(mut self, day: Date) -> Self {
        self.choosing.retain(|entry| !entry.is_over(day));
        self.today.retain(|entry| !entry.is_over(day));
        self.season.retain(|entry| !entry.is_over(day));
        self.vetoes.retain(|entry| !entry.is_over(day));
        self
    }
}

fn newest<T>(entries: &[During<T>], day: Date) -> Option<&T> {
    entries.iter().rev().find(|entry| entry.holds(day)).map(|entry| &entry.what)
}

impl Mood {
    /// How many of a book's tags are today's, and how many the season's.
    pub fn meets(&self, book: &Book) -> (u8, u8) {
        let count = |mood: &Tags| {
            let met: BTreeSet<&String> =
                book.tags.iter().filter(|tag| mood.contains(*tag)).collect();
            u8::try_from(met.len()).unwrap_or(u8::MAX)
        };
        (count(&self.today), count(&self.season))
    }

    /// Whether the owner will not have this book sent.
    pub fn forbids(&self, book: &Book) -> bool {
        self.vetoes.iter().any(|veto| veto.forbids(book))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn tags(tags: &[&str]) -> Tags {
        tags.iter().map(|tag| (*tag).to_owned()).collect()
    }

    #[test]
    fn a_taste_holds_on_its_days_and_the_newest_counts() {
        let taste = Taste {
            choosing: vec![During {
                from: date(2026, 11, 24),
                until: Some(date(2026, 11, 25)),
                what: Choosing::Owner,
            }],
            season: vec![
                During { from: date(2026, 9, 1), until: None, what: tags(&["가을"]) },
                During { from: date(2026, 11, 25), until: None, what: tags(&["겨울"]) },
            ],
            ..Taste::default()
        };
        let choosing = [23, 24, 25, 26].map(|day| taste.choosing(date(2026, 11, day)));
        assert_eq!(choosing, [Choosing::Auto, Choosing::Owner, Choosing::Owner, Choosing::Auto]);
        assert_eq!(taste.mood(date(2026, 11, 24)).season, tags(&["가을"]));
        assert_eq!(taste.mood(date(2026, 11, 25)).season, tags(&["겨울"]));
        assert_eq!(taste.mood(date(2026, 8, 31)), Mood::default());
        assert!(taste.tidied(date(2026, 11, 26)).choosing.is_empty());
    }

    #[test]
    fn a_taste_is_kept_as_it_is_said() {
        let veto =
            During {
                from: date(2026, 11, 24), until: None, what: Veto::Author("아무개".into())
            };
        let json = serde_json::to_string(&Taste { vetoes: vec![veto.clone()], ..Taste::default() })
            .unwrap();
        assert_eq!(
            json,
            r#"{"vetoes":[{"from":"2026-11-24","what":{"kind":"author","name":"아무개"}}]}"#
        );
        assert_eq!(serde_json::from_str::<Taste>(&json).unwrap().vetoes, [veto]);
    }
}
