//! Amounts, dates and times in the language of a request.

use domain::base::{format, money::Won};
use jiff::{Timestamp, civil::Date};

use crate::{Request, Words};

impl Request {
    /// An amount with its currency: `18,000원` or `₩18,000`.
    pub fn won(&self, amount: Won) -> Words {
        Words::Owned(format::won(amount, self.language))
    }

    /// A date without its year.
    pub fn date(&self, date: Date) -> String {
        format::date(date, self.language)
    }

    /// An instant as date and time in Korea.
    pub fn clock(&self, at: Timestamp) -> String {
        format::date_time(at, self.language)
    }
}
