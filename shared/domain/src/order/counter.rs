//! Whether the counter takes new orders. The owner closes it for a day, for a while, or until it is
//! opened again; what is paid goes on.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::catalog::taste::During;

/// The owner's settings of the counter.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counter {
    /// When it is closed, with a message to visitors, which may be empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closed: Option<During<String>>,
}

impl Counter {
    /// Longest message, in characters.
    pub const LONGEST: usize = 100;

    /// Whether it is closed on that day, and what the owner says about it.
    pub fn closed_on(&self, day: Date) -> Option<&During<String>> {
        self.closed.as_ref().filter(|closed| closed.holds(day))
    }

    /// The day on which it opens again by itself, if there is one.
    pub fn opens(&self) -> Option<Date> {
        self.closed.as_ref()?.until?.tomorrow().ok()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_closed_counter_opens_by_itself_after_its_last_day() {
        let closed = During {
            from: date(2026, 11, 24),
            until: Some(date(2026, 11, 25)),
            what: String::new(),
        };
        let counter = Counter { closed: Some(closed) };
        let is_closed =
            [23, 24, 25, 26].map(|day| counter.closed_on(date(2026, 11, day)).is_some());
        assert_eq!(is_closed, [false, true, true, false]);
        assert_eq!(counter.opens(), Some(date(2026, 11, 26)));
        assert_eq!(Counter::default().closed_on(date(2026, 11, 24)), None);
    }
}
