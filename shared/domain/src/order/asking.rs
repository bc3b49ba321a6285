//! When the payment provider may be asked to take the money for an order.
//!
//! The table decides it in one conditional write without reading the order before
//! (`store::Store::ask_payment`); its condition says the same as [`Order::may_be_asked`].

use jiff::Timestamp;

use crate::{
    base::{id::VisitorId, money::Won},
    order::{Order, Payment, PaymentStatus, State},
};

impl Order {
    /// Whether the provider may be asked to take `amount` under `payment_key`. The same key may be
    /// asked for again; another key only after the first was refused, and none while a bank
    /// transfer is awaited.
    pub fn may_be_asked(
        &self,
        visitor: VisitorId,
        payment_key: &str,
        amount: Won,
        now: Timestamp,
    ) -> bool {
        let attempt = match &self.payment {
            None => true,
            Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => false,
            Some(Payment { outcome: PaymentStatus::Refused { .. }, .. }) => true,
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
