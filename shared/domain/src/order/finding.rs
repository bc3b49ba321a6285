//! Finding an order without its session: by its number and the recipient's telephone.
//!
//! A short number is easy to guess and a telephone is no secret from everybody, so tries are
//! counted per device, per number and per telephone; and what is found opens one order alone.

use std::fmt;

use jiff::{SignedDuration, civil::Date};

use super::{Order, ShortNumber};
use crate::base::{digits, id::OrderId};

/// Tries at one number in a [`PERIOD`](crate::walk::bookmark::PERIOD), of all devices together.
pub const TRIES_OF_A_NUMBER: u32 = 20;

/// Tries with one telephone in a [`PERIOD`](crate::walk::bookmark::PERIOD), of all devices together.
pub const TRIES_OF_A_TELEPHONE: u32 = 10;

/// For how many weeks back a weekday and a count find an order. An older one has its date or its
/// long number.
pub const WEEKS: u8 = 8;

/// How long a found order stays open on the device.
pub const OPEN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// What a reader calls their order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrderName {
    /// The long number.
    Id(OrderId),
    /// A short number: every order that it may mean, the latest first.
    Short(Vec<ShortNumber>),
}

impl OrderName {
    /// Reads a number as a reader writes it: the long one, `목-07`, or `20261126-07`. `None` if it
    /// is neither.
    ///
    /// ```
    /// use domain::order::finding::OrderName;
    /// use jiff::civil::date;
    ///
    /// let today = date(2026, 11, 26);
    /// let long = OrderName::read(" 01jd9g5t3m8q2w6x4z7n1c0v5k ", today).unwrap();
    /// assert_eq!(long.to_string(), "01JD9G5T3M8Q2W6X4Z7N1C0V5K");
    /// assert_eq!(OrderName::read("목요일 7", today).unwrap().to_string(), "목-07");
    /// assert_eq!(OrderName::read("주문", today), None);
    /// ```
    pub fn read(typed: &str, today: Date) -> Option<Self> {
        if let Ok(id) = digits::compact(typed).to_uppercase().parse() {
            return Some(Self::Id(id));
        }
        ShortNumber::candidates(typed, today, WEEKS).ok().map(Self::Short)
    }
}

/// The name under which tries are counted, the same for every spelling.
impl fmt::Display for OrderName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Short(numbers) => match numbers.as_slice() {
                [only] => only.fmt(f),
                numbers => {
                    f.write_str(&numbers.first().map(|number| number.short()).unwrap_or_default())
                }
            },
        }
    }
}

/// The order that a telephone opens, among those that a number may mean: the latest. `telephone`
/// are digits.
pub fn opened_by<'a>(
    orders: impl IntoIterator<Item = &'a Order>,
    telephone: &str,
) -> Option<&'a Order> {
    let mut own: Vec<&Order> =
        orders.into_iter().filter(|order| order.address.phone.reveal() == telephone).collect();
    own.sort_by_key(|order| order.at);
    own.pop()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::order::tests::{order, paid};

    #[test]
    fn only_the_recipients_telephone_opens_an_order() {
        let (order, paid) = (order(), paid());
        let telephone = order.address.phone.reveal().clone();
        assert_eq!(opened_by([&order], &telephone), Some(&order));
        assert_eq!(opened_by([&order], "01000000000"), None);
        let mut later = paid;
        later.at = order.at + SignedDuration::from_hours(1);
        assert_eq!(opened_by([&later, &order], &telephone), Some(&later), "the latest");
    }

    #[test]
    fn every_spelling_of_a_number_is_counted_as_one() {
        let today = date(2026, 11, 26);
        let named = |typed: &str| OrderName::read(typed, today).map(|name| name.to_string());
        assert_eq!(named("목–7"), named("목요일 07"));
        assert_eq!(named("20261126-7"), Some("20261126-07".to_owned()));
        let Some(OrderName::Short(numbers)) = OrderName::read("목-07", today) else { panic!() };
        assert_eq!(numbers.len(), usize::from(WEEKS));
    }
}
