//! Whether a reader's letter names a book: its title, another edition of its work, or its author.
//!
//! A letter that names a book may say "please not this one" or "I own it". No rule here reads which:
//! a named book earns no echo, and if it is the best, the owner reads the letter and picks. The
//! rules therefore prefer a name too many to a name too few. What a name too many costs is a tap of
//! the owner; what a name too few costs is a book that the reader asked us not to send.
//!
//! Case, spaces, punctuation, accents, full width and decomposed Hangul never matter. The longer a
//! name, the less has to surround it ([`letter`](self) has the table of lengths); a letter that
//! speaks of owning or declining is read more loosely still.

mod letter;
mod names;
mod words;

use serde::{Deserialize, Serialize};

pub use letter::{Reading, folded};
pub use names::Names;

/// What of a book a letter names. Stored with a proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Named {
    /// Its title.
    Title,
    /// The title of another edition of the same work.
    Edition,
    /// Its author.
    Author,
}

impl Named {
    /// What the owner reads beside the book.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Title => "편지에 이 책이 나옵니다",
            Self::Edition => "편지에 이 작품의 다른 판이 나옵니다",
            Self::Author => "편지에 이 책의 지은이가 나옵니다",
        }
    }
}
