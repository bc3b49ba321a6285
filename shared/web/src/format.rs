//! Amounts, dates and times in the language of a request.

use domain::{base::money::Won, order::letter};
use jiff::{Timestamp, civil::Date};

use crate::{Request, Words, say};

impl Request {
    /// An amount with its currency: `18,000원` or `₩18,000`.
    pub fn won(&self, amount: Won) -> Words {
        say!(self, "{amount}원", "₩{amount}")
    }

    /// A date without its year.
    pub fn date(&self, date: Date) -> String {
        letter::date(date, self.language)
    }

    /// An instant as date and time in Korea.
    pub fn clock(&self, at: Timestamp) -> String {
        letter::clock(at, self.language)
    }
}
