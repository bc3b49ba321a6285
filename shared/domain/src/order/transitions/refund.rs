//! Refunds: promising, carrying out and finishing them, and the reader's cancellation.

use jiff::{Timestamp, civil::Date};

use crate::{
    base::{calendar, money::Won},
    order::{
        Order, State, Step, TransitionError, Unpack,
        message::{Notice, Task},
        refund::{NotByHand, NotRefundable, Progress, Refund, RefundReason},
    },
};

impl Order {
    /// The reader cancels. A paid order is refunded in full; before payment nothing else follows. A
    /// parcel that is packed is to be unpacked by the owner.
    ///
    /// # Errors
    /// Unless [`Order::may_be_cancelled`].
    pub fn cancelled(self, now: Timestamp) -> Result<Step, TransitionError> {
        if !self.may_be_cancelled() {
            return Err(TransitionError::NoSuchTransition {
                from: self.state,
                to: State::Cancelled,
            });
        }
        if self.state == State::Priced {
            let mut order = self.transition(State::Cancelled, now)?;
            // A virtual account is closed now, whenever it was to be looked at.
            if let Some(payment) = &mut order.payment {
                payment.again_at = None;
            }
            return Ok(Step::quiet(order));
        }
        self.over(now)
    }

    /// A paid order ends before it is posted.
    pub(super) fn over(self, now: Timestamp) -> Result<Step, TransitionError> {
        let was_packed = self.state == State::Packed;
        let mut order = self.transition(State::RefundDue, now)?;
        order.unpack = was_packed.then_some(Unpack::Wanted);
        let step = order.refund_remaining(Won::ZERO, RefundReason::Cancelled, now);
        // The owner may have refunded everything before.
        step.refunded_if_nothing_is_open(now)
    }

    /// The part of the price difference that is neither refunded nor promised.
    pub fn difference_owed(&self) -> Won {
        let promised = self.refunds.iter().filter(|refund| {
            refund.why == RefundReason::Difference && refund.progress != Progress::Superseded
        });
        let promised = promised.map(|refund| refund.amount).sum();
        self.price_difference().unwrap_or_default().saturating_sub(promised)
    }

    /// The owner refunds an amount. A refund of the same amount that the provider refused is
    /// superseded.
    ///
    /// # Errors
    /// If more than [`Order::refundable`], or nothing, is to be refunded.
    pub fn given_back(
        mut self,
        amount: Won,
        note: &str,
        now: Timestamp,
    ) -> Result<Step, NotRefundable> {
        match self.refundable() {
            Won::ZERO => return Err(NotRefundable::NothingHeld),
            held if amount > held || amount == Won::ZERO => {
                return Err(NotRefundable::TooMuch { held });
            }
            _ => {}
        }
        let parked = self.refunds.iter_mut().find(|refund| {
            refund.amount == amount && matches!(refund.progress, Progress::NeedsOwner { .. })
        });
        if let Some(parked) = parked {
            parked.progress = Progress::Superseded;
        }
        self.changed_at = now;
        Ok(Step::quiet(self).promising(amount, RefundReason::Owner, Some(note), now))
    }

    /// The provider is about to be asked for a refund.
    #[must_use]
    pub fn refund_asked(self, sequence: u32, now: Timestamp) -> Self {
        self.with_refund(sequence, Progress::Asked, now)
    }

    /// The provider accepted the refund of a bank transfer. It is done once the bank has carried it
    /// out; until then the account is kept.
    #[must_use]
    pub fn refund_requested(self, sequence: u32, now: Timestamp) -> Self {
        self.with_refund(sequence, Progress::Requested { requested_at: now }, now)
    }

    /// The provider refused a refund: it waits for the owner.
    #[must_use]
    pub fn refund_parked(self, sequence: u32, code: String, now: Timestamp) -> Self {
        self.with_refund(sequence, Progress::NeedsOwner { code }, now)
    }

    /// The owner paid back by other means the oldest refund of that amount that the provider
    /// refused, and the reader is notified.
    ///
    /// # Errors
    /// If no such refund exists, or the day lies before its promise or after today.
    pub fn given_by_hand(
        self,
        amount: Won,
        way: &str,
        day: Date,
        now: Timestamp,
    ) -> Result<Step, NotByHand> {
        let parked = self
            .refunds
            .iter()
            .find(|refund| {
                refund.amount == amount && matches!(refund.progress, Progress::NeedsOwner { .. })
            })
            .ok_or(NotByHand::NothingParked)?;
        let today = calendar::today(now);
        if day > today || day < calendar::today(parked.promised_at) {
            return Err(NotByHand::Day);
        }
        let sequence = parked.sequence;
        Ok(self.finish_refund(sequence, Progress::ByHand { day, way: way.to_owned() }, now))
    }

    /// The money of a refund went back, and the reader is notified. The last refund of an order
    /// that is over makes it [`State::Refunded`].
    pub fn refund_done(self, sequence: u32, now: Timestamp) -> Step {
        self.finish_refund(sequence, Progress::Done { done_at: now }, now)
    }

    /// Records that the money of a refund is back with the reader, and notifies the reader.
    fn finish_refund(self, sequence: u32, progress: Progress, now: Timestamp) -> Step {
        let mut order = self.with_refund(sequence, progress, now);
        let settled = order
            .refunds
            .iter()
            .all(|refund| refund.progress.is_back() || refund.progress == Progress::Superseded);
        if settled {
            order.refund_to = None;
            if order.refundable() <= order.kept() {
                // An order that goes on, with its price difference back, has no such transition.
                order = order.clone().transition(State::Refunded, now).unwrap_or(order);
            }
        }
        let mut step = order.with_tasks(&[Task::Notify { notice: Notice::Refunded }], now);
        let told = step.messages.last().map(|message| message.id.sequence);
        if let Some(refund) =
            step.order.refunds.iter_mut().find(|refund| refund.sequence == sequence)
        {
            refund.told = told;
        }
        step
    }

    fn with_refund(mut self, sequence: u32, progress: Progress, now: Timestamp) -> Self {
        if let Some(refund) = self.refunds.iter_mut().find(|refund| refund.sequence == sequence) {
            refund.progress = progress;
            self.changed_at = now;
        }
        self
    }

    /// Refunds the remaining balance minus `keeps`, including refunds that the provider refused, and
    /// notifies the reader.
    pub(super) fn refund_remaining(
        mut self,
        keeps: Won,
        why: RefundReason,
        now: Timestamp,
    ) -> Step {
        for refund in &mut self.refunds {
            if matches!(refund.progress, Progress::NeedsOwner { .. }) {
                refund.progress = Progress::Superseded;
            }
        }
        let amount = self.refundable().saturating_sub(keeps);
        self.with_tasks(&[Task::Notify { notice: Notice::Cancelled }], now)
            .promising(amount, why, None, now)
    }
}

impl Step {
    /// Promises the price difference back, as far as it is not promised yet.
    pub(super) fn promising_difference(self, now: Timestamp) -> Self {
        let owed = self.order.difference_owed();
        // A reversal of the transfer superseded the earlier refund, which may have been carried out
        // before. Asked for again under its number, it is found instead of being paid twice.
        let before = self.order.refunds.iter().rev().find(|refund| {
            (refund.why, refund.amount, &refund.progress)
                == (RefundReason::Difference, owed, &Progress::Superseded)
        });
        let asked_as = before.map(Refund::number);
        let promised = self.order.refunds.len();
        let mut step = self.promising(owed, RefundReason::Difference, None, now);
        if let Some(refund) = step.order.refunds.get_mut(promised) {
            refund.asked_as = asked_as;
        }
        step
    }

    /// Promises a refund, at most of what is refundable, with the message that carries it out.
    pub(super) fn promising(
        self,
        amount: Won,
        why: RefundReason,
        note: Option<&str>,
        now: Timestamp,
    ) -> Self {
        let Self { order, mut messages } = self;
        let amount = amount.min(order.refundable());
        if amount == Won::ZERO {
            return Self { order, messages };
        }
        let mut order = order;
        order.messages += 1;
        let no_account = order.by_bank_transfer() && order.refund_to.is_none();
        let refund = Refund {
            sequence: order.messages,
            amount,
            tax_free: order.tax_free_part(amount, why),
            why,
            note: note.map(ToOwned::to_owned),
            asked_as: None,
            answered: None,
            promised_at: now,
            by: calendar::refunded_by(now),
            told: None,
            progress: if no_account { Progress::AwaitingBankDetails } else { Progress::Due },
        };
        if no_account {
            // `refunds_go_to` sends its message once the reader has named an account.
            order.refunds.push(refund);
            let Self { order, messages: told } =
                order.with_tasks(&[Task::Notify { notice: Notice::BankDetails }], now);
            messages.extend(told);
            return Self { order, messages };
        }
        messages.push(refund.message(order.id, now));
        order.refunds.push(refund);
        Self { order, messages }
    }

    /// Ends an order in [`State::RefundDue`] of which no refund is open.
    pub(super) fn refunded_if_nothing_is_open(
        self,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        if self.order.refund_by().is_some() {
            return Ok(self);
        }
        Ok(Self { order: self.order.transition(State::Refunded, now)?, messages: self.messages })
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::order::{
        CopyCondition, Waiting,
        tests::{chosen, handed_over, noon, order, paid},
    };

    fn asked(step: &Step) -> Vec<u32> {
        let refunds = step.messages.iter().filter(|message| message.task == Task::Refund);
        refunds.map(|message| message.id.sequence).collect()
    }

    #[test]
    fn the_price_difference_is_refunded_within_three_working_days() {
        let chosen = chosen(paid());
        assert_eq!(
            (chosen.refunds.len(), chosen.price_difference()),
            (0, Some(Won(2_000))),
            "nothing moves before the parcel does"
        );
        let step = handed_over(paid());
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        let refund = step.order.refund(sequence).unwrap();
        assert_eq!((refund.amount, refund.why), (Won(2_000), RefundReason::Difference));
        assert_eq!(refund.by, "2026-11-26".parse().unwrap());
        assert_eq!(step.order.refundable(), Won(20_000));
        assert_eq!(refund.at_the_provider(), "책값의 차액 (000006)");
        let done = step.order.refund_asked(sequence, noon()).refund_done(sequence, noon());
        assert_eq!((done.order.state, done.order.refundable()), (State::Packed, Won(20_000)));
        assert_eq!(done.order.refund(sequence).unwrap().told, Some(7));
    }

    #[test]
    fn cancelling_before_payment_refunds_nothing() {
        let step = order().cancelled(noon()).unwrap();
        assert_eq!((step.order.state, step.messages.len()), (State::Cancelled, 0));
        assert!(step.order.cancelled(noon()).is_err(), "idempotent");
    }

    #[test]
    fn cancelling_before_packing_refunds_the_rest() {
        let step = chosen(paid()).given_back(Won(2_000), "까닭", noon()).unwrap();
        let [first] = asked(&step)[..] else { panic!("{step:?}") };
        let step = step.order.cancelled(noon()).unwrap();
        assert_eq!((step.order.state, step.order.unpack), (State::RefundDue, None));
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(20_000));
        let one = step.order.refund_done(sequence, noon()).order;
        assert_eq!(one.state, State::RefundDue, "the owner's refund is still open");
        assert_eq!(one.refund_done(first, noon()).order.state, State::Refunded);
    }

    #[test]
    fn cancelling_includes_refunds_that_the_provider_refused() {
        let given = chosen(paid()).given_back(Won(2_000), "까닭", noon()).unwrap().order;
        let parked = given.refund_parked(5, "NOT_CANCELABLE_AMOUNT".into(), noon());
        assert!(parked.has_parked_refund());
        let step = parked.cancelled(noon()).unwrap();
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(22_000));
        assert_eq!(step.order.refund_done(sequence, noon()).order.state, State::Refunded);
    }

    #[test]
    fn a_refund_by_other_means_counts_once_and_settles_the_order() {
        let parked = paid().cancelled(noon()).unwrap();
        let [sequence] = asked(&parked)[..] else { panic!("{parked:?}") };
        let (amount, today) = (Won(22_000), calendar::today(noon()));
        let hand = |order: &Order, amount, day| {
            order.clone().given_by_hand(amount, "계좌 이체", day, noon())
        };
        assert_eq!(
            hand(&parked.order, amount, today),
            Err(NotByHand::NothingParked),
            "it is still open"
        );
        let parked = parked.order.refund_parked(sequence, "EXCEED_MAX_REFUND_DUE".into(), noon());
        assert_eq!(hand(&parked, Won(21_000), today), Err(NotByHand::NothingParked));
        for day in [today.tomorrow().unwrap(), today.yesterday().unwrap()] {
            assert_eq!(hand(&parked, amount, day), Err(NotByHand::Day), "{day}");
        }
        let step = hand(&parked, amount, today).unwrap();
        assert_eq!((step.order.state, step.order.refundable()), (State::Refunded, Won::ZERO));
        assert_eq!(step.messages[0].task, Task::Notify { notice: Notice::Refunded });
        assert!(!step.order.has_parked_refund());
        assert_eq!(hand(&step.order, amount, today), Err(NotByHand::NothingParked), "idempotent");
    }

    #[test]
    fn a_packed_order_is_cancelled_until_it_is_handed_over_and_then_unpacked() {
        let packed = chosen(paid()).packed(noon()).unwrap().order;
        let back = packed.clone().given_back(Won(3_000), "젖은 책", noon()).unwrap();
        assert_eq!((back.order.state, back.order.refundable()), (State::Packed, Won(19_000)));
        assert!(handed_over(paid()).order.cancelled(noon()).is_err(), "the carrier has it");
        let cancelled = packed.cancelled(noon()).unwrap().order;
        let refunded = cancelled.refund_done(7, noon()).order;
        assert_eq!(refunded.state, State::Refunded);
        assert_eq!(refunded.waiting(), Some(Waiting::Owner(refunded.promised)), "it lies there");
        let unpacked = refunded.clone().unpacked(CopyCondition::Good, noon()).unwrap();
        assert_eq!((unpacked.state, unpacked.waiting()), (State::Refunded, None));
        let again = unpacked.clone().unpacked(CopyCondition::Lost, noon()).unwrap();
        assert_eq!(again.unpack, unpacked.unpack, "idempotent");
        assert!(paid().unpacked(CopyCondition::Good, noon()).is_err());
    }

    proptest! {
        #[test]
        fn refunds_never_exceed_the_payment(amounts in vec((1u64..30_000, 0u8..3), 0..12)) {
            let mut order = chosen(paid());
            for (amount, then) in amounts {
                let held = order.refundable();
                match order.clone().given_back(Won(amount), "까닭", noon()) {
                    Ok(step) => {
                        prop_assert!(Won(amount) <= held);
                        let sequence = step.messages.last().unwrap().id.sequence;
                        order = match then {
                            0 => step.order,
                            1 => step.order.refund_done(sequence, noon()).order,
                            _ => step.order.refund_parked(sequence, "NO".into(), noon()),
                        };
                    }
                    Err(_) => prop_assert!(Won(amount) > held),
                }
            }
            let back: Won = order.refunds.iter()
                .filter(|refund| !matches!(refund.progress, Progress::NeedsOwner { .. } | Progress::Superseded))
                .map(|refund| refund.amount).sum();
            prop_assert_eq!(back + order.refundable(), order.total);
        }
    }
}
