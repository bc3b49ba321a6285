//! Card payments, and what every payment has in common.

use jiff::Timestamp;

use crate::{
    base::money::Won,
    order::{
        Order, PaymentStatus, RefusalCode, State, Step, TransitionError,
        message::{Notice, Task},
        refund::RefundReason,
    },
};

impl Order {
    /// The money arrived: notifies the reader and asks for a book to be chosen.
    ///
    /// # Errors
    /// If the order is not [`State::Priced`], or no payment was asked for.
    pub fn paid(self, receipt: Option<String>, now: Timestamp) -> Result<Step, TransitionError> {
        let order = self.with_money(State::Paid, receipt, now)?;
        Ok(order.with_tasks(&[Task::Choose, Task::Notify { notice: Notice::Paid }], now))
    }

    /// The money was not taken. The state stays, so that the reader may try again.
    #[must_use]
    pub fn payment_refused(mut self, code: impl Into<RefusalCode>, now: Timestamp) -> Self {
        if let Some(payment) = &mut self.payment {
            payment.becomes(PaymentStatus::Refused { code: code.into() });
            self.changed_at = now;
        }
        self
    }

    /// The money arrived after the order was cancelled: all of it is refunded.
    ///
    /// # Errors
    /// If the order is not [`State::Cancelled`], or no payment was asked for.
    pub fn paid_too_late(
        self,
        receipt: Option<String>,
        now: Timestamp,
    ) -> Result<Step, TransitionError> {
        if self.state != State::Cancelled {
            return Err(TransitionError::NoSuchTransition {
                from: self.state,
                to: State::RefundDue,
            });
        }
        let order = self.with_money(State::RefundDue, receipt, now)?;
        Ok(order.refund_remaining(Won::ZERO, RefundReason::PaidTooLate, now))
    }

    /// The money arrived after the reservation had expired and no copy was left: all of it is
    /// refunded.
    ///
    /// # Errors
    /// If the order is not [`State::Priced`], or no payment was asked for.
    pub fn paid_without_place(
        self,
        receipt: Option<String>,
        now: Timestamp,
    ) -> Result<Step, TransitionError> {
        let paid = self.with_money(State::Paid, receipt, now)?;
        let order = paid.transition(State::RefundDue, now)?;
        Ok(order.refund_remaining(Won::ZERO, RefundReason::NoPlace, now))
    }

    /// Makes the transition to `next` and records that the money was taken.
    fn with_money(
        self,
        next: State,
        receipt: Option<String>,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let refused = TransitionError::NoSuchTransition { from: self.state, to: next };
        let mut order = self.transition(next, now)?;
        let payment = order.payment.as_mut().ok_or(refused)?;
        let deposit = matches!(payment.outcome, PaymentStatus::Waits { .. });
        payment.becomes(PaymentStatus::Done { paid_at: now, receipt, deposit });
        // It holds no place without a payment any more.
        order.counted_for = Vec::new();
        Ok(order)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::{asked, noon, order, paid};

    #[test]
    fn an_order_is_paid_once_and_only_after_a_payment_was_asked_for() {
        assert_eq!(
            paid().paid(None, noon()),
            Err(TransitionError::NoSuchTransition { from: State::Paid, to: State::Paid })
        );
        assert!(order().paid(None, noon()).is_err());
    }

    #[test]
    fn a_payment_without_a_copy_left_is_refunded() {
        let step = asked().paid_without_place(None, noon()).unwrap();
        assert_eq!((step.order.state, step.messages.len()), (State::RefundDue, 2));
        let refund = step.order.refunds.last().unwrap().clone();
        assert_eq!(refund.amount, Won(22_000));
        let done = step.order.refund_done(refund.sequence, noon());
        assert_eq!(done.order.state, State::Refunded);
    }

    #[test]
    fn a_payment_for_a_cancelled_order_is_refunded() {
        let cancelled = asked().cancelled(noon()).unwrap().order;
        let step = cancelled.paid_too_late(None, noon()).unwrap();
        let refund = step.order.refunds.last().unwrap().clone();
        assert_eq!(refund.amount, Won(22_000));
        let done = step.order.refund_done(refund.sequence, noon());
        assert_eq!(done.order.state, State::Refunded);
        assert!(asked().paid_too_late(None, noon()).is_err());
    }
}
