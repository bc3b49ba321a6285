//! When the payment provider may be asked to take the money for an order.
//!
//! The table decides it in one conditional write without reading the order before
//! (`store::Store::ask_payment`); its condition says the same as [`Order::may_be_asked`].

use jiff::Timestamp;

use crate::{
    base::{id::VisitorId, money::Won},
    order::{Order, Payment, PaymentKey, PaymentStatus, State},
};

impl Order {
    /// Whether the provider may be asked to take `amount` under `payment_key`. The same key may be
    /// asked for again; another key only after the first was refused, and none while a bank
    /// transfer is awaited.
    pub fn may_be_asked(
        &self,
        visitor: VisitorId,
        payment_key: &PaymentKey,
        amount: Won,
        now: Timestamp,
    ) -> bool {
        let attempt = match &self.payment {
            None | Some(Payment { outcome: PaymentStatus::Refused { .. }, .. }) => true,
            Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => false,
            Some(Payment { key, .. }) => key == payment_key,
        };
        self.is_payable_by(visitor, amount) && self.held_until > now && attempt
    }

    /// Whether the order could be paid if only its place were still held.
    pub fn only_the_place_ran_out(&self, visitor: VisitorId, amount: Won, now: Timestamp) -> bool {
        let open = matches!(
            &self.payment,
            Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
        );
        self.is_payable_by(visitor, amount) && self.held_until <= now && !open
    }

    fn is_payable_by(&self, visitor: VisitorId, amount: Won) -> bool {
        self.visitor == visitor && self.state == State::Priced && self.total == amount
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::order;

    #[test]
    fn only_the_buyers_unpaid_order_at_its_price_may_get_another_place() {
        let order = order();
        let (visitor, total, end) = (order.visitor, order.total, order.held_until);
        assert!(order.only_the_place_ran_out(visitor, total, end));
        let before = end - jiff::SignedDuration::from_nanos(1);
        assert!(!order.only_the_place_ran_out(visitor, total, before), "the place is still held");
        assert!(!order.only_the_place_ran_out(VisitorId::new(1, 2), total, end));
        assert!(!order.only_the_place_ran_out(visitor, Won(1), end));
        let payment = Payment::asked("k".parse().unwrap(), end);
        let asked = Order { payment: Some(payment), ..order.clone() };
        assert!(!asked.only_the_place_ran_out(visitor, total, end), "a payment is unanswered");
        let cancelled = Order { state: State::Cancelled, ..order };
        assert!(!cancelled.only_the_place_ran_out(visitor, total, end));
    }
}
