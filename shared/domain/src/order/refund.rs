//! Money that goes back to a reader: what was promised, why, by which day, and how far it has come.
//! The order keeps the list; each refund is carried out by one message, whose number names it here,
//! at the payment provider and in the log.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        calendar,
        id::{MessageId, OrderId},
        money::Won,
    },
    order::{
        Order, PaymentStatus, Refused, State, Step,
        message::{Message, Notice, Task},
    },
};

/// Why money goes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The book sent costs less than what was paid for it.
    Difference,
    /// The reader cancelled.
    Cancelled,
    /// The money arrived after the reader had cancelled.
    PaidTooLate,
    /// The money arrived after the place had run out, and the last one was gone.
    NoPlace,
    /// The reader withdrew, and the book came back.
    Withdrawn,
    /// The owner gives it back, for the reason noted.
    Owner,
}

impl RefundReason {
    /// What stands at the payment provider, which shows it to the reader; in Korean.
    const fn words(self) -> &'static str {
        match self {
            Self::Difference => "책값의 차액",
            Self::Cancelled => "주문 취소",
            Self::PaidTooLate => "취소한 주문의 결제",
            Self::NoPlace => "자리가 나간 주문의 결제",
            Self::Withdrawn => "돌려보낸 책의 값",
            Self::Owner => "환불",
        }
    }
}

/// How far a refund has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    /// Promised, and the reader has not said yet to which account: what was paid by a deposit goes
    /// back no other way.
    #[serde(rename = "no_account")]
    AwaitingBankDetails,
    /// Promised; the provider was not asked yet.
    Due,
    /// The provider is being asked; no answer is recorded. The money may or may not have gone back.
    Asked,
    /// It went back.
    Done {
        /// When the shop learned of it.
        done_at: Timestamp,
    },
    /// The provider will not do it. The owner has to.
    #[serde(rename = "parked")]
    NeedsOwner {
        /// The provider's code.
        code: String,
    },
    /// The provider would not do it, and the owner gave it back by another way.
    ByHand {
        /// The day on which the owner did.
        day: Date,
        /// By which way, in the owner's words; the reader is told.
        way: String,
    },
    /// A later refund covers it.
    #[serde(rename = "replaced")]
    Superseded,
}

impl Progress {
    /// Whether it is promised and not done.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::AwaitingBankDetails | Self::Due | Self::Asked)
    }

    /// Whether the reader has the money again, whoever sent it.
    pub const fn is_back(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::ByHand { .. })
    }
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The number of the message that carries it out: its name within the order.
    pub sequence: u32,
    /// How much.
    pub amount: Won,
    /// Why.
    pub why: RefundReason,
    /// The owner's reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The number under which the provider was asked already, if this is promised anew because the
    /// bank took the deposit back in between: asked under the same, it gives once whatever became
    /// of the first asking.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<u32>,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// The day by which it is done.
    pub by: Date,
    /// The number of the message that told the reader that it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<u32>,
    /// How far it has come.
    #[serde(flatten)]
    pub progress: Progress,
}

impl Refund {
    /// Longest reason of the owner, in characters; the provider takes 200 in all.
    pub const LONGEST_NOTE: usize = 150;

    /// Its number at the provider.
    pub fn number(&self) -> u32 {
        self.asked_as.unwrap_or(self.sequence)
    }

    /// What stands at the provider: why, and the refund's number, by which an answer that was lost
    /// is found again.
    pub fn at_the_provider(&self) -> String {
        match &self.note {
            Some(note) => format!("{}: {note} ({:06})", self.why.words(), self.number()),
            None => format!("{} ({:06})", self.why.words(), self.number()),
        }
    }

    /// The message that carries it out.
    pub(crate) const fn message(&self, order: OrderId, now: Timestamp) -> Message {
        Message { id: MessageId { order, sequence: self.sequence }, task: Task::Refund, at: now }
    }
}

/// A refund that the order does not allow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotRefundable {
    /// Nothing was paid, or everything is promised back already.
    #[error("the shop holds no money for this order")]
    NothingHeld,
    /// More than the shop holds.
    #[error("the shop holds {held} won for this order")]
    TooMuch {
        /// What it holds and has not promised back.
        held: Won,
    },
}

/// A refund that the owner can not have given by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotByHand {
    /// No refund of that amount has stopped.
    #[error("no refund of that amount has stopped")]
    NothingParked,
    /// Before it was promised, or after today.
    #[error("the money was not given back on that day")]
    Day,
}

impl Order {
    /// What the shop holds of the reader's money and has not promised back. A refund that the
    /// provider would not do is held still.
    pub fn refundable(&self) -> Won {
        if self.paid_at.is_none() || self.transfer_is_reversed() {
            return Won::ZERO;
        }
        let promised = self
            .refunds
            .iter()
            .filter(|refund| refund.progress.is_open() || refund.progress.is_back());
        self.total.saturating_sub(promised.map(|refund| refund.amount).sum())
    }

    /// The refund that a message carries out.
    pub fn refund(&self, sequence: u32) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.sequence == sequence)
    }

    /// The earliest day by which a refund has to be done that is not done yet.
    pub fn refund_by(&self) -> Option<Date> {
        self.refunds.iter().filter(|refund| refund.progress.is_open()).map(|refund| refund.by).min()
    }

    /// Whether a refund waits for the owner, because the provider will not do it.
    pub fn has_parked_refund(&self) -> bool {
        self.refunds.iter().any(|refund| matches!(refund.progress, Progress::NeedsOwner { .. }))
    }

    /// The reader cancels. Before the payment nothing else is to be done; after it everything that
    /// is held goes back. Not once it is packed.
    pub fn cancelled(self, now: Timestamp) -> Result<Step, Refused> {
        if matches!(self.state, State::Draft | State::Priced) {
            let order = self.become_state(State::Cancelled, now)?;
            return Ok(Step { order, messages: Vec::new() });
        }
        // That a cancelled order may become due for a refund is for money that arrives late, not
        // for a second click.
        if self.state == State::Cancelled {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Cancelled });
        }
        let order = self.become_state(State::RefundDue, now)?;
        let mut step = order.refund_remaining(Won::ZERO, RefundReason::Cancelled, now);
        // The owner may have given everything back before.
        if step.order.refund_by().is_none() {
            step.order.state = State::Refunded;
        }
        Ok(step)
    }

    /// The money arrived after the order was cancelled: all of it goes back.
    pub fn paid_too_late(self, receipt: Option<String>, now: Timestamp) -> Result<Step, Refused> {
        if self.state != State::Cancelled {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::RefundDue });
        }
        let order = self.become_state(State::RefundDue, now)?;
        Ok(order.with_money(receipt, now).refund_remaining(
            Won::ZERO,
            RefundReason::PaidTooLate,
            now,
        ))
    }

    /// The money arrived after the place had run out and the last one was gone: all of it goes
    /// back.
    pub fn paid_without_place(
        self,
        receipt: Option<String>,
        now: Timestamp,
    ) -> Result<Step, Refused> {
        let order = self.become_state(State::Paid, now)?.become_state(State::RefundDue, now)?;
        Ok(order.with_money(receipt, now).refund_remaining(Won::ZERO, RefundReason::NoPlace, now))
    }

    /// The owner gives money back. A refund of the same amount that the provider would not do is
    /// replaced by this one.
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
        Ok(Step { order: self, messages: Vec::new() }.promising(
            amount,
            RefundReason::Owner,
            Some(note),
            now,
        ))
    }

    /// The provider is about to be asked for a refund.
    #[must_use]
    pub fn refund_asked(self, sequence: u32, now: Timestamp) -> Self {
        self.with_refund(sequence, Progress::Asked, now)
    }

    /// The provider will not do it.
    #[must_use]
    pub fn refund_parked(self, sequence: u32, code: String, now: Timestamp) -> Self {
        self.with_refund(sequence, Progress::NeedsOwner { code }, now)
    }

    /// The owner gave back by another way what the provider would not: the oldest refund of that
    /// amount that has stopped. The reader is told.
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
        Ok(self.back(sequence, Progress::ByHand { day, way: way.to_owned() }, now))
    }

    /// The money went back: the reader is told. With the last refund of a cancelled order the order
    /// is refunded.
    pub fn refund_done(self, sequence: u32, now: Timestamp) -> Step {
        self.back(sequence, Progress::Done { done_at: now }, now)
    }

    fn back(self, sequence: u32, progress: Progress, now: Timestamp) -> Step {
        let mut order = self.with_refund(sequence, progress, now);
        let settled = order
            .refunds
            .iter()
            .all(|refund| refund.progress.is_back() || refund.progress == Progress::Superseded);
        if settled {
            order.refund_to = None;
        }
        if settled && order.refundable() <= order.kept() && order.state.may_become(State::Refunded)
        {
            order.state = State::Refunded;
        }
        let mut step = order.asking(&[Task::Notify { notice: Notice::Refunded }], now);
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

    /// The money arrived.
    pub(crate) fn with_money(mut self, receipt: Option<String>, now: Timestamp) -> Self {
        self.paid_at = Some(now);
        if let Some(payment) = &mut self.payment {
            let deposit = matches!(payment.outcome, PaymentStatus::Waits { .. });
            payment.outcome = PaymentStatus::Done { receipt, deposit };
        }
        self
    }

    /// Everything that is held goes back but `keeps`; what the provider would not do before is part
    /// of it. The reader is told.
    pub(crate) fn refund_remaining(
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
        self.asking(&[Task::Notify { notice: Notice::Cancelled }], now)
            .promising(amount, why, None, now)
    }
}

impl Step {
    /// The step with a promise to give `amount` back, and the message that carries it out. Nothing
    /// is promised twice: more than is held can not go back.
    pub(crate) fn promising(
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
            why,
            note: note.map(ToOwned::to_owned),
            asked_as: None,
            promised_at: now,
            by: calendar::refunded_by(now),
            told: None,
            progress: if no_account { Progress::AwaitingBankDetails } else { Progress::Due },
        };
        if no_account {
            // Its message follows when the reader has named an account.
            order.refunds.push(refund);
            let Self { order, messages: told } =
                order.asking(&[Task::Notify { notice: Notice::BankDetails }], now);
            messages.extend(told);
            return Self { order, messages };
        }
        messages.push(refund.message(order.id, now));
        order.refunds.push(refund);
        Self { order, messages }
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::*;
    use crate::order::tests::{choice, noon, order};

    fn asked(step: &Step) -> Vec<u32> {
        let refunds = step.messages.iter().filter(|message| message.task == Task::Refund);
        refunds.map(|message| message.id.sequence).collect()
    }

    fn chosen() -> Step {
        let paid = order().paid(None, noon()).unwrap().order;
        paid.choosing(None, noon()).unwrap().chosen(choice(), noon()).unwrap()
    }

    #[test]
    fn a_cheaper_book_sends_the_difference_back_by_the_third_working_day() {
        let step = chosen();
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        let refund = step.order.refund(sequence).unwrap();
        assert_eq!((refund.amount, refund.why), (Won(2_000), RefundReason::Difference));
        assert_eq!(refund.by, "2026-11-26".parse().unwrap());
        assert_eq!(step.order.refundable(), Won(20_000));
        assert_eq!(refund.at_the_provider(), "책값의 차액 (000005)");
        let done = step.order.refund_asked(sequence, noon()).refund_done(sequence, noon());
        assert_eq!((done.order.state, done.order.refundable()), (State::Chosen, Won(20_000)));
        assert_eq!(done.order.refund(sequence).unwrap().told, Some(6));
    }

    #[test]
    fn cancelling_before_the_payment_moves_no_money() {
        let step = order().cancelled(noon()).unwrap();
        assert_eq!((step.order.state, step.messages.len()), (State::Cancelled, 0));
        assert!(step.order.cancelled(noon()).is_err(), "once");
    }

    #[test]
    fn cancelling_before_packing_sends_everything_back_that_was_not_sent_back_before() {
        let step = chosen().order.cancelled(noon()).unwrap();
        assert_eq!(step.order.state, State::RefundDue);
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(20_000));
        let one = step.order.refund_done(sequence, noon()).order;
        assert_eq!(one.state, State::RefundDue, "the difference is still on its way");
        assert_eq!(one.refund_done(5, noon()).order.state, State::Refunded);
    }

    #[test]
    fn cancelling_takes_over_what_the_provider_would_not_do() {
        let parked = chosen().order.refund_parked(5, "NOT_CANCELABLE_AMOUNT".into(), noon());
        assert!(parked.has_parked_refund());
        let step = parked.cancelled(noon()).unwrap();
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(22_000));
        assert_eq!(step.order.refund_done(sequence, noon()).order.state, State::Refunded);
    }

    #[test]
    fn what_the_owner_gave_back_by_hand_is_given_once_and_settles_the_order() {
        let parked = order().paid(None, noon()).unwrap().order.cancelled(noon()).unwrap();
        let [sequence] = asked(&parked)[..] else { panic!("{parked:?}") };
        let (amount, today) = (Won(22_000), calendar::today(noon()));
        let hand = |order: &Order, amount, day| {
            order.clone().given_by_hand(amount, "계좌 이체", day, noon())
        };
        assert_eq!(
            hand(&parked.order, amount, today),
            Err(NotByHand::NothingParked),
            "it is on its way"
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
        assert_eq!(hand(&step.order, amount, today), Err(NotByHand::NothingParked), "once");
    }

    #[test]
    fn a_packed_order_is_not_cancelled() {
        let packed = chosen().order.packed(noon()).unwrap().order;
        assert!(packed.clone().cancelled(noon()).is_err());
        let back = packed.given_back(Won(3_000), "젖은 책", noon()).unwrap();
        assert_eq!((back.order.state, back.order.refundable()), (State::Packed, Won(17_000)));
    }

    #[test]
    fn money_whose_place_is_gone_goes_back() {
        let step = order().paid_without_place(None, noon()).unwrap();
        assert_eq!((step.order.state, step.messages.len()), (State::RefundDue, 2));
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(22_000));
        assert_eq!(step.order.refund_done(sequence, noon()).order.state, State::Refunded);
    }

    #[test]
    fn money_for_a_cancelled_order_goes_back() {
        let cancelled = order().cancelled(noon()).unwrap().order;
        let step = cancelled.paid_too_late(None, noon()).unwrap();
        let [sequence] = asked(&step)[..] else { panic!("{step:?}") };
        assert_eq!(step.order.refund(sequence).unwrap().amount, Won(22_000));
        assert_eq!(step.order.refund_done(sequence, noon()).order.state, State::Refunded);
        assert!(order().paid_too_late(None, noon()).is_err());
    }

    proptest! {
        #[test]
        fn never_more_goes_back_than_was_paid(amounts in vec((1u64..30_000, 0u8..3), 0..12)) {
            let mut order = chosen().order;
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
