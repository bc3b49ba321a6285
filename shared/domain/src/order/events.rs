//! What happened to an order, as its owner and its reader read it.

use jiff::Timestamp;

use crate::order::{Order, message::Notice};

/// One thing that happened to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It was placed.
    Ordered,
    /// What its reader was told.
    Told(Notice),
    /// Its reader corrected the address after it was prepared for packing.
    Readdressed,
    /// Its reader asked to send the book back.
    ReturnAsked,
}

impl Order {
    /// What happened, oldest first: what the order itself records, and what its reader was told.
    pub fn events(&self, told: &[(Timestamp, Notice)]) -> Vec<(Timestamp, Event)> {
        let mut events = vec![(self.at, Event::Ordered)];
        // The payment has its own instant, which a late letter does not move.
        let paid = self.paid_at().map(|at| (at, Event::Told(Notice::Paid)));
        let is_kept = |notice: Notice| paid.is_none() || notice != Notice::Paid;
        let told = told.iter().filter(|(_, notice)| is_kept(*notice));
        // Before the others: the book may be chosen in the same instant.
        events.extend(paid);
        events.extend(told.map(|(at, notice)| (*at, Event::Told(*notice))));
        events.extend(self.readdressed_at.map(|at| (at, Event::Readdressed)));
        let withdrawal = self.withdrawal();
        events.extend(withdrawal.map(|withdrawal| (withdrawal.asked_at, Event::ReturnAsked)));
        events.sort_by_key(|(at, _)| *at);
        events
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::{noon, order, paid};

    #[test]
    fn an_order_was_paid_when_its_money_came_and_not_when_the_letter_did() {
        let later = crate::base::calendar::minutes_after(noon(), 20);
        let events = paid().events(&[(later, Notice::Paid)]);
        let payments: Vec<_> =
            events.iter().filter(|(_, event)| *event == Event::Told(Notice::Paid)).collect();
        assert_eq!(payments, [&(noon(), Event::Told(Notice::Paid))]);
    }

    #[test]
    fn events_are_in_the_order_in_which_they_happened() {
        let mut order = order();
        order.at = noon();
        let later = |minutes| crate::base::calendar::minutes_after(noon(), minutes);
        order.readdressed_at = Some(later(15));
        let told = [(later(20), Notice::Packed), (later(10), Notice::Chosen)];
        assert_eq!(
            order.events(&told),
            [
                (noon(), Event::Ordered),
                (later(10), Event::Told(Notice::Chosen)),
                (later(15), Event::Readdressed),
                (later(20), Event::Told(Notice::Packed)),
            ]
        );
    }
}
