//! Amounts, dates and times in the language of a request.

use domain::base::{calendar, format, money::Won};
use jiff::{Timestamp, civil::Date};

use crate::{Request, Words};

impl Request {
    /// An amount with its currency: `18,000원` or `₩18,000`.
    pub fn won(&self, amount: Won) -> Words {
        Words::Owned(format::won(amount, self.language))
    }

    /// A date, with its year if that is not this one.
    pub fn date(&self, date: Date) -> String {
        format::date_seen(date, calendar::today(self.now), self.language)
    }

    /// An instant as date and time in Korea, with its year if that is not this one.
    pub fn clock(&self, at: Timestamp) -> String {
        format::date_time_seen(at, self.now, self.language)
    }
}
