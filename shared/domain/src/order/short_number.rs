//! The short number of an order, under which the owner finds it on paper: `목-07`, the seventh order
//! prepared on a Thursday.

use std::{fmt, str::FromStr};

use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::{digits, format::weekday};

/// The day on which an order was prepared for packing, and its number on that day. Stored and written
/// in files as `20261126-07`.
///
/// ```
/// use domain::order::ShortNumber;
///
/// let number: ShortNumber = "20261126-07".parse().unwrap();
/// assert_eq!((number.to_string(), number.short()), ("20261126-07".into(), "목-07".into()));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShortNumber {
    /// The day in Korea.
    pub day: Date,
    /// Counts from 1 each day.
    pub count: u32,
}

/// A text that is no short number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a short number")]
pub struct NotAShortNumber;

impl ShortNumber {
    /// The number after `last` on that day.
    pub fn after(last: Option<Self>, day: Date) -> Self {
        let count = last.filter(|last| last.day == day).map_or(0, |last| last.count);
        Self { day, count: count.saturating_add(1) }
    }

    /// As people say it: `목-07`. It names one order of the last seven days.
    pub fn short(self) -> String {
        format!("{}-{:02}", weekday(self.day), self.count)
    }

    /// Reads a number as the owner writes it: `20261126-07`, or `목-07` for the latest such weekday
    /// up to today.
    ///
    /// # Errors
    /// If it is neither.
    ///
    /// ```
    /// use domain::order::ShortNumber;
    /// use jiff::civil::date;
    ///
    /// let today = date(2026, 11, 27);
    /// let number = ShortNumber::typed(" 목 - 7", today).unwrap();
    /// assert_eq!(number.to_string(), "20261126-07");
    /// ```
    pub fn typed(text: &str, today: Date) -> Result<Self, NotAShortNumber> {
        Self::candidates(text, today, 1)?.into_iter().next().ok_or(NotAShortNumber)
    }

    /// Reads a number as a reader writes it, who may look for an older order: `목-07` is the seventh
    /// order of any Thursday in the last `weeks` weeks, the latest first.
    ///
    /// # Errors
    /// If it is no short number.
    pub fn candidates(text: &str, today: Date, weeks: u8) -> Result<Vec<Self>, NotAShortNumber> {
        let text = digits::compact(text);
        let start = text.find(|c: char| c.is_ascii_digit()).ok_or(NotAShortNumber)?;
        let (name, number) = text.split_at(start);
        if name.is_empty() {
            let (day, count) = number.split_at_checked(8).ok_or(NotAShortNumber)?;
            return Ok(vec![format!("{day}-{count}").parse()?]);
        }
        let count = counted(number)?;
        let name = name.strip_suffix("요일").unwrap_or(name);
        let days = (0..7 * i64::from(weeks)).filter_map(|days| today.checked_sub(days.days()).ok());
        let numbers: Vec<Self> =
            days.filter(|day| weekday(*day) == name).map(|day| Self { day, count }).collect();
        if numbers.is_empty() { Err(NotAShortNumber) } else { Ok(numbers) }
    }
}

fn counted(digits: &str) -> Result<u32, NotAShortNumber> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotAShortNumber);
    }
    digits.parse().ok().filter(|count| *count > 0).ok_or(NotAShortNumber)
}

impl fmt::Display for ShortNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, count } = self;
        write!(f, "{:04}{:02}{:02}-{count:02}", day.year(), day.month(), day.day())
    }
}

impl FromStr for ShortNumber {
    type Err = NotAShortNumber;

    fn from_str(text: &str) -> Result<Self, NotAShortNumber> {
        let (day, count) = text.split_once('-').ok_or(NotAShortNumber)?;
        if day.len() != 8 {
            return Err(NotAShortNumber);
        }
        let day = Date::strptime("%Y%m%d", day).map_err(|_| NotAShortNumber)?;
        Ok(Self { day, count: counted(count)? })
    }
}

impl TryFrom<String> for ShortNumber {
    type Error = NotAShortNumber;

    fn try_from(text: String) -> Result<Self, NotAShortNumber> {
        text.parse()
    }
}

impl From<ShortNumber> for String {
    fn from(number: ShortNumber) -> Self {
        number.to_string()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_count_each_day_and_go_past_ninety_nine() {
        let today = date(2026, 11, 26);
        let first = ShortNumber::after(None, today);
        assert_eq!((first.count, ShortNumber::after(Some(first), today).count), (1, 2));
        let yesterday = ShortNumber { day: date(2026, 11, 25), count: 40 };
        assert_eq!(ShortNumber::after(Some(yesterday), today), first);
        let hundredth = ShortNumber { day: today, count: 100 };
        assert_eq!(
            (hundredth.short(), hundredth.to_string()),
            ("목-100".into(), "20261126-100".into())
        );
    }

    #[test]
    fn what_the_owner_writes_is_read() {
        let today = date(2026, 11, 26);
        for (text, day) in [
            ("목-07", date(2026, 11, 26)),
            ("목–7", date(2026, 11, 26)),
            ("수-07", date(2026, 11, 25)),
            ("금요일 - 007", date(2026, 11, 20)),
            ("목07", date(2026, 11, 26)),
            ("20261120 7", date(2026, 11, 20)),
            ("20261120-07", date(2026, 11, 20)),
        ] {
            assert_eq!(
                ShortNumber::typed(text, today),
                Ok(ShortNumber { day, count: 7 }),
                "{text}"
            );
        }
        for text in ["", "-", "목-", "목-0", "욕-07", "20261399-01", "20261126-+1", "2026", "목7번"]
        {
            assert_eq!(ShortNumber::typed(text, today), Err(NotAShortNumber), "{text}");
        }
        let older = ShortNumber::candidates("목-07", today, 3).unwrap();
        let days: Vec<Date> = older.iter().map(|number| number.day).collect();
        assert_eq!(days, [date(2026, 11, 26), date(2026, 11, 19), date(2026, 11, 12)]);
    }

    proptest! {
        #[test]
        fn a_written_number_is_read_as_the_same(days in 0i32..20_000, count in 1u32..2_000) {
            let day = date(2000, 1, 1).checked_add(days.days()).unwrap();
            let number = ShortNumber { day, count };
            prop_assert_eq!(number.to_string().parse(), Ok(number));
            prop_assert_eq!(ShortNumber::typed(&number.short(), day), Ok(number));
        }
    }
}
