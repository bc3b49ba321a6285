//! What is printed for a parcel: its slip and its label.

use jiff::Timestamp;

use crate::order::Order;

impl Order {
    /// Whether slip and label are printed for the parcel: from the short number until it is handed
    /// over.
    pub const fn may_be_printed(&self) -> bool {
        self.may_be_handed_over() && self.number.is_some()
    }

    /// Notes that slip and label were printed, or with `at` `None` that they were not. Answers
    /// `None` unless the order [`Order::may_be_printed`].
    #[must_use]
    pub fn printed(self, at: Option<Timestamp>) -> Option<Self> {
        self.may_be_printed().then_some(Self { printed_at: at, ..self })
    }

    /// When the address was corrected, if that was after slip and label were printed. What is not
    /// noted as printed counts as printed: the console prints without a note.
    pub fn outdated_print(&self) -> Option<Timestamp> {
        self.readdressed_at.filter(|at| self.printed_at.is_none_or(|printed| printed < *at))
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;
    use crate::{
        base::calendar,
        order::{
            Address, LastCode, SentTo, ShortNumber,
            tests::{chosen, noon, paid, parcel},
        },
    };

    fn prepared() -> Order {
        let number = ShortNumber::after(None, calendar::today(noon()));
        chosen(paid()).prepared(number, LastCode::new(1), noon()).unwrap().order
    }

    #[test]
    fn a_parcel_is_printed_for_from_its_number_until_it_is_handed_over() {
        let packed = prepared().packed(noon()).unwrap().order;
        for order in [prepared(), packed.clone()] {
            let printed = order.clone().printed(Some(noon())).unwrap();
            assert_eq!(printed.printed_at, Some(noon()));
            assert_eq!(printed.printed(None).unwrap(), order, "it can be taken back");
        }
        let gone = packed.handed_over(parcel(), noon()).unwrap().order;
        for order in [paid(), chosen(paid()), gone] {
            assert!(order.printed(Some(noon())).is_none());
        }
    }

    #[test]
    fn a_correction_after_the_print_asks_for_another() {
        let minutes = |minutes: i64| noon() + minutes.minutes();
        let corrected = |order: Order, now| {
            let address = Address { detail: "302호".into(), ..order.address.clone() };
            order.readdressed(address, SentTo::new("0a1b".into()), Vec::new(), now).unwrap()
        };
        assert_eq!(prepared().outdated_print(), None);
        let order = corrected(prepared().printed(Some(noon())).unwrap(), minutes(5));
        assert_eq!(order.outdated_print(), Some(minutes(5)));
        let again = order.printed(Some(minutes(9))).unwrap();
        assert_eq!(again.outdated_print(), None, "the new print has the new address");
        assert_eq!(corrected(prepared(), minutes(5)).outdated_print(), Some(minutes(5)));
    }

    #[test]
    fn another_book_needs_another_slip() {
        let printed = prepared().printed(Some(noon())).unwrap();
        assert_eq!(printed.chosen_anew(noon()).unwrap().order.printed_at, None);
    }
}
