//! The guestbook's entry of a visit.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::{free_text, sensitive::Sensitive};

/// What a visitor entered in the guestbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// The pen name.
    pub pen_name: Sensitive<String>,
    /// When they agreed to the terms and to the storage of the data that an order needs.
    pub agreed_at: Timestamp,
    /// Whether they also agreed to news that is not about an order.
    pub wants_news: bool,
}

/// Why a pen name is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotAPenName {
    /// It is blank.
    #[error("the pen name is empty")]
    Empty,
    /// Longer than [`Reader::LONGEST_NAME`] characters.
    #[error("the pen name is too long")]
    TooLong,
}

impl Reader {
    /// Longest pen name, in characters.
    pub const LONGEST_NAME: usize = 30;

    /// Reads a pen name as typed.
    pub fn sign(pen_name: &str, wants_news: bool, now: Timestamp) -> Result<Self, NotAPenName> {
        let pen_name = free_text::line(pen_name);
        match free_text::length(&pen_name) {
            0 => Err(NotAPenName::Empty),
            length if length > Self::LONGEST_NAME => Err(NotAPenName::TooLong),
            _ => Ok(Self { pen_name: Sensitive::new(pen_name), agreed_at: now, wants_news }),
        }
    }
}
