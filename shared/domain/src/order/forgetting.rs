//! When an order may be forgotten, and what the law has the shop keep of it.
//!
//! Records of contracts and withdrawals, and of payments and supply, are kept for five years
//! (전자상거래법 제6조, 시행령 제6조 제1항 제2호·제3호), with the name and address of the buyer even if
//! they withdraw their consent (제6조 제2항). Nothing else of an order is kept.

use jiff::{Timestamp, ToSpan, civil::Date};

use crate::{
    base::calendar,
    order::{Order, Payment, PaymentStatus, State},
};

/// Why an order cannot be forgotten yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnderWay {
    /// A place is held for it until this instant, unless somebody pays.
    Held(Timestamp),
    /// Something has to be chosen, posted, paid back or sent back.
    Open,
    /// Its money moved so lately that the accounts of the day are not closed before this day.
    Accounts(Date),
}

impl Order {
    /// For how many years the law has records of contract, payment and supply kept.
    pub const KEPT_YEARS: i8 = 5;

    /// After how many days the accounts of a day are closed: `reconcile` goes on for two days with
    /// what it could not compare.
    const ACCOUNTS_DAYS: i64 = 3;

    /// Why the order cannot be forgotten yet; `None` if it can.
    pub fn under_way(&self, now: Timestamp) -> Option<UnderWay> {
        if let Some(until) = self.unpaid_until(now) {
            return Some(UnderWay::Held(until));
        }
        let settled = match self.state {
            State::Priced | State::Cancelled => !matches!(
                self.payment,
                Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
            ),
            State::Delivered | State::Refunded => true,
            State::Paid
            | State::Choosing
            | State::Chosen
            | State::Packed
            | State::Shipped
            | State::RefundDue => false,
        };
        let money_is_back = self.refunds.iter().all(|refund| !refund.progress.is_open());
        if !settled || !money_is_back || self.waiting().is_some() {
            return Some(UnderWay::Open);
        }
        if self.led_to_nothing() {
            return None;
        }
        let closed = calendar::today(self.changed_at).saturating_add(Self::ACCOUNTS_DAYS.days());
        (calendar::today(now) < closed).then_some(UnderWay::Accounts(closed))
    }

    /// The last day on which the law has the order's record kept; `None` if no money ever came.
    pub fn kept_until(&self) -> Option<Date> {
        let since = calendar::today(self.changed_at);
        (!self.led_to_nothing()).then(|| since.saturating_add(Self::KEPT_YEARS.years()))
    }

    /// What is kept of the order: contract, payment and supply, with buyer and address. What was
    /// considered, what the letter names and the owner's words go.
    #[must_use]
    pub fn as_kept(mut self) -> Self {
        self.sent_to = None;
        self.counted_for = Vec::new();
        self.found_by = Vec::new();
        self.refund_to = None;
        self.blocked_on = None;
        self.desk = None;
        self.called_off = None;
        self.notes = Vec::new();
        if let Some(choice) = &mut self.choice {
            choice.reason.clear();
            choice.because = None;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::sensitive::Sensitive,
        order::tests::{choice, noon, order, paid, parcel},
    };

    fn later(days: i64) -> Timestamp {
        noon().saturating_add(jiff::SignedDuration::from_hours(24 * days)).unwrap()
    }

    #[test]
    fn an_order_under_way_is_not_forgotten() {
        let held = order();
        assert_eq!(held.under_way(noon()), Some(UnderWay::Held(held.held_until)));
        assert_eq!(held.under_way(later(1)), None, "nobody paid, and its place is free again");
        assert_eq!(held.kept_until(), None);
        let choosing = paid().choosing(None, noon()).unwrap();
        let chosen = choosing.clone().chosen(choice(), noon()).unwrap().order;
        let packed = chosen.clone().packed(noon()).unwrap().order;
        let posted = packed.clone().handed_over(parcel(), noon()).unwrap().order;
        let shipped = posted.clone().shipped(noon()).unwrap().order;
        for under_way in [paid(), choosing, chosen, packed, posted, shipped.clone()] {
            assert_eq!(under_way.under_way(later(30)), Some(UnderWay::Open), "{under_way:?}");
        }
        let refund_due = paid().cancelled(noon()).unwrap().order;
        assert_eq!(refund_due.under_way(later(30)), Some(UnderWay::Open));
    }

    #[test]
    fn an_order_that_arrived_is_forgotten_once_its_accounts_are_closed() {
        let choosing = paid().choosing(None, noon()).unwrap();
        let chosen = choosing.chosen(choice(), noon()).unwrap().order;
        let packed = chosen.packed(noon()).unwrap().order;
        let shipped =
            packed.handed_over(parcel(), noon()).unwrap().order.shipped(noon()).unwrap().order;
        let mut arrived = shipped.arrives(noon()).unwrap();
        for refund in &mut arrived.refunds {
            refund.progress = crate::order::refund::Progress::Done { done_at: noon() };
        }
        let closed = calendar::today(later(3));
        assert_eq!(arrived.under_way(later(2)), Some(UnderWay::Accounts(closed)));
        assert_eq!(arrived.under_way(later(3)), None);
        assert_eq!(arrived.kept_until(), Some(calendar::today(noon()).saturating_add(5.years())));
    }

    #[test]
    fn what_is_kept_is_contract_payment_and_supply() {
        let mut chosen =
            paid().choosing(None, noon()).unwrap().chosen(choice(), noon()).unwrap().order;
        chosen.called_off = Some(Sensitive::new("까닭".into()));
        let kept = chosen.clone().as_kept();
        assert_eq!((&kept.address, kept.total), (&chosen.address, chosen.total));
        assert_eq!(kept.payment, chosen.payment);
        let (before, after) = (chosen.choice.unwrap(), kept.choice.unwrap());
        assert_eq!((before.isbn, before.list_price), (after.isbn, after.list_price));
        assert!(after.reason.is_empty() && after.because.is_none() && !after.title.is_empty());
        assert!(kept.called_off.is_none() && kept.desk.is_none() && kept.refund_to.is_none());
    }
}
