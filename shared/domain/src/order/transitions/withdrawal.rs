//! Withdrawal after receipt, and returned parcels.

use jiff::{Timestamp, civil::Date};

use crate::{
    base::{calendar, money::Won},
    order::{
        Order, Shipment, State, Step, TransitionError,
        refund::RefundReason,
        withdrawal::{NotBack, NotWithdrawn, ReturnReason, Withdrawal},
    },
};

impl Order {
    /// The reader withdraws after receiving the book. The period counts from the day of receipt that
    /// was noted before, or else from the day that the reader states. No refund is promised before
    /// the book is back.
    ///
    /// # Errors
    /// If the order is neither shipped nor delivered, its reader withdrew before, the day of receipt
    /// is missing or impossible, or the period for the reason is over.
    pub fn withdrawn(
        self,
        reason: ReturnReason,
        stated: impl Into<Option<Date>>,
        now: Timestamp,
    ) -> Result<Self, NotWithdrawn> {
        let (State::Shipped | State::Delivered, None) = (self.state, self.withdrawal()) else {
            return Err(self.no_return().into());
        };
        let received = self.arrived().or(stated.into()).filter(|day| self.may_be_on(*day, now));
        let received = received.ok_or(NotWithdrawn::Received)?;
        let until = reason.until(received);
        if calendar::today(now) > until {
            return Err(NotWithdrawn::TooLate(until));
        }
        let mut order = match self.state {
            State::Shipped => self.transition(State::Delivered, now)?.arrived_on(received),
            _ => self,
        };
        order.changed_at = now;
        if let Some(Shipment::Arrived { withdrawal, .. }) = &mut order.shipment {
            *withdrawal = Some(Withdrawal {
                reason,
                received,
                asked_at: now,
                postage: reason.postage(),
                came_back: None,
            });
        }
        Ok(order)
    }

    /// The book came back on that day, because its reader withdrew or because it could not be
    /// delivered: the money is refunded, less the postage stated at the withdrawal.
    ///
    /// # Errors
    /// If the order is not shipped, its book came back before, or the day lies before the payment or
    /// after today.
    pub fn came_back(self, day: Date, now: Timestamp) -> Result<Step, NotBack> {
        let withdrawn = self.state == State::Delivered && self.withdrawal().is_some();
        if !withdrawn && self.state != State::Shipped {
            return Err(self.no_return().into());
        }
        if !self.may_be_on(day, now) {
            return Err(NotBack::Day);
        }
        let mut order = self.transition(State::RefundDue, now)?;
        let mut keeps = Won::ZERO;
        if let Some(Shipment::Arrived { withdrawal: Some(withdrawal), .. }) = &mut order.shipment {
            withdrawal.came_back = Some(day);
            keeps = withdrawal.postage;
        }
        let mut step = order.refund_remaining(keeps, RefundReason::Withdrawn, now);
        let by = calendar::working_days_after(day, calendar::REFUNDED_WITHIN);
        if let Some(refund) =
            step.order.refunds.last_mut().filter(|refund| refund.why == RefundReason::Withdrawn)
        {
            refund.by = by;
        }
        Ok(step.refunded_if_nothing_is_open(now)?)
    }

    /// The refusal of a withdrawal or return that this order does not allow.
    const fn no_return(&self) -> TransitionError {
        TransitionError::NoSuchTransition { from: self.state, to: State::RefundDue }
    }

    /// Whether the parcel may have been received, or have come back, on that day: not before the
    /// payment and not after today.
    fn may_be_on(&self, day: Date, now: Timestamp) -> bool {
        self.paid_at().is_some_and(|paid| calendar::today(paid) <= day)
            && day <= calendar::today(now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::order::{
        message::Task,
        tests::{handed_over, noon, order, paid},
    };

    fn shipped() -> Order {
        let handed_over = handed_over(paid()).order.refund_done(6, noon()).order;
        handed_over.shipped(noon()).unwrap().order
    }

    fn later(days: i64) -> Timestamp {
        calendar::minutes_after(noon(), days * 24 * 60)
    }

    #[test]
    fn the_period_ends_on_the_seventh_day_or_the_next_working_day() {
        assert_eq!(ReturnReason::MindChanged.until(date(2026, 11, 23)), date(2026, 11, 30));
        assert_eq!(
            ReturnReason::MindChanged.until(date(2026, 11, 21)),
            date(2026, 11, 30),
            "the 28th is a Saturday"
        );
        assert_eq!(
            ReturnReason::MindChanged.until(date(2026, 12, 18)),
            date(2026, 12, 28),
            "Christmas and a weekend"
        );
        assert_eq!(ReturnReason::Damaged.until(date(2026, 11, 23)), date(2027, 2, 23));
    }

    #[test]
    fn the_return_postage_is_deducted_unless_the_book_is_damaged() {
        for (reason, back) in [(ReturnReason::MindChanged, 17_000), (ReturnReason::Damaged, 20_000)]
        {
            let withdrawn = shipped().withdrawn(reason, date(2026, 11, 25), later(3)).unwrap();
            assert_eq!(
                (withdrawn.state, withdrawn.back_for(reason)),
                (State::Delivered, Won(back))
            );
            assert_eq!(
                withdrawn.refundable(),
                Won(20_000),
                "nothing is promised before the book is back"
            );
            let step = withdrawn.came_back(date(2026, 11, 30), later(8)).unwrap();
            assert_eq!(step.order.state, State::RefundDue);
            let refund = step.order.refunds.last().unwrap().clone();
            assert_eq!(
                (refund.amount, refund.by),
                (Won(back), date(2026, 12, 3)),
                "three working days from the return"
            );
            assert!(step.messages.iter().any(|message| message.task == Task::Refund));
            let done = step.order.refund_done(refund.sequence, later(8)).order;
            assert_eq!((done.state, done.refundable()), (State::Refunded, reason.postage()));
            assert!(
                done.came_back(date(2026, 11, 30), later(8)).is_err(),
                "a second return is refused"
            );
        }
    }

    #[test]
    fn after_seven_days_only_a_damaged_book_may_be_returned() {
        let (received, now) = (date(2026, 11, 25), later(10));
        let late = shipped().withdrawn(ReturnReason::MindChanged, received, now);
        assert_eq!(late, Err(NotWithdrawn::TooLate(date(2026, 12, 2))));
        assert!(shipped().withdrawn(ReturnReason::Damaged, received, now).is_ok());
        assert!(
            shipped().withdrawn(ReturnReason::MindChanged, received, later(9)).is_ok(),
            "the last day counts"
        );
    }

    #[test]
    fn the_first_noted_day_of_receipt_counts() {
        assert!(order().arrives(noon()).is_err(), "the order is not shipped");
        let arrived = shipped().arrives(later(2)).unwrap();
        assert_eq!(
            (arrived.state, arrived.arrived()),
            (State::Delivered, Some(date(2026, 11, 25)))
        );
        assert_eq!(arrived.clone().arrives(later(5)).unwrap(), arrived, "the first day counts");
        assert_eq!(arrived.until(ReturnReason::MindChanged), Some(date(2026, 12, 2)));
        let stated_later =
            arrived.clone().withdrawn(ReturnReason::MindChanged, date(2026, 12, 1), later(10));
        assert_eq!(stated_later, Err(NotWithdrawn::TooLate(date(2026, 12, 2))));
        let withdrawn = arrived.withdrawn(ReturnReason::MindChanged, None, later(9)).unwrap();
        assert_eq!(withdrawn.withdrawal().unwrap().received, date(2026, 11, 25));
        assert_eq!(
            shipped().withdrawn(ReturnReason::MindChanged, None, later(2)),
            Err(NotWithdrawn::Received)
        );
    }

    #[test]
    fn a_day_before_the_payment_or_after_today_is_refused() {
        for received in [date(2026, 11, 22), date(2026, 11, 27)] {
            assert_eq!(
                shipped().withdrawn(ReturnReason::MindChanged, received, later(3)),
                Err(NotWithdrawn::Received)
            );
            assert_eq!(shipped().came_back(received, later(3)), Err(NotBack::Day));
        }
    }

    #[test]
    fn an_undeliverable_parcel_is_refunded_in_full() {
        let step = shipped().came_back(date(2026, 11, 26), later(3)).unwrap();
        assert_eq!(step.order.refunds.last().unwrap().amount, Won(20_000));
        assert!(order().came_back(date(2026, 11, 26), later(3)).is_err());
    }

    #[test]
    fn an_earlier_refund_is_not_repeated_on_return() {
        let order = shipped().given_back(Won(18_500), "젖은 책", noon()).unwrap().order;
        let order =
            order.withdrawn(ReturnReason::MindChanged, date(2026, 11, 25), later(3)).unwrap();
        let step = order.came_back(date(2026, 11, 26), later(3)).unwrap();
        assert_eq!(
            step.order
                .refunds
                .iter()
                .filter(|refund| refund.why == RefundReason::Withdrawn)
                .count(),
            0
        );
        assert_eq!(step.order.state, State::RefundDue, "the earlier refund is still open");
    }
}
