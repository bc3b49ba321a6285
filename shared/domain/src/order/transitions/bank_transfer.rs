//! Bank transfers: opening and closing the virtual account, reversal and restoration by the bank,
//! and the reader's account for refunds.

use jiff::Timestamp;

use crate::{
    base::calendar,
    order::{
        Order, Payment, PaymentStatus, RefusalCode, State, Step, TransitionError,
        bank_transfer::{RefundTo, VirtualAccount},
        message::{Notice, Task},
        refund::Progress,
    },
};

impl Order {
    /// The owner notes how a reversal was settled; an earlier note stays. `None` if no transfer was
    /// reversed.
    pub fn reversal_settled(mut self, how: &str, now: Timestamp) -> Option<Self> {
        match &mut self.payment {
            Some(Payment { outcome: PaymentStatus::Reversed { settled, .. }, .. }) => {
                if settled.is_none() {
                    *settled = Some(how.to_owned());
                    self.refund_to = None;
                    self.changed_at = now;
                }
                Some(self)
            }
            _ => None,
        }
    }

    /// The provider opened a virtual account: the reservation is extended until the transfer is due,
    /// and the reader is notified.
    ///
    /// # Errors
    /// If the order is not [`State::Priced`], or no payment was asked for.
    pub fn account_opened(
        mut self,
        account: VirtualAccount,
        now: Timestamp,
    ) -> Result<Step, TransitionError> {
        let refused = TransitionError::NoSuchTransition { from: self.state, to: State::Priced };
        match &mut self.payment {
            Some(payment)
                if self.state == State::Priced && payment.outcome == PaymentStatus::Asked =>
            {
                self.held_until = account.due;
                payment.becomes(PaymentStatus::Waits { account });
            }
            _ => return Err(refused),
        }
        self.changed_at = now;
        Ok(self.with_tasks(&[Task::Notify { notice: Notice::BankTransfer }], now))
    }

    /// The virtual account was closed without a transfer. The reader may try again, under a new name
    /// at the provider.
    #[must_use]
    pub fn account_closed(self, code: impl Into<RefusalCode>, now: Timestamp) -> Self {
        let mut order = self.payment_refused(code, now);
        order.accounts_closed = order.accounts_closed.saturating_add(1);
        order
    }

    /// The bank reversed the transfer, and open refunds are no longer owed. An order that is not
    /// packed ends; one that is packed or shipped keeps its state and is listed on the owner's desk.
    /// The caller closes the virtual account at the provider first.
    ///
    /// # Errors
    /// If the money did not come by bank transfer, or was reversed before.
    pub fn transfer_reversed(self, now: Timestamp) -> Result<Step, TransitionError> {
        let refused = TransitionError::NoSuchTransition { from: self.state, to: State::Cancelled };
        if !self.by_bank_transfer() || self.transfer_is_reversed() {
            return Err(refused);
        }
        let mut order = match self.state {
            State::Paid | State::Choosing | State::Chosen => {
                self.transition(State::Cancelled, now)?.without_money()
            }
            State::RefundDue => self.transition(State::Refunded, now)?.without_money(),
            State::Packed | State::Shipped | State::Delivered => {
                let mut order = self;
                if let Some(payment) = &mut order.payment
                    && let Some(paid_at) = payment.paid_at()
                {
                    payment.becomes(PaymentStatus::Reversed { paid_at, at: now, settled: None });
                }
                order.changed_at = now;
                order
            }
            _ => return Err(refused),
        };
        for refund in &mut order.refunds {
            if refund.progress.is_open() || matches!(refund.progress, Progress::NeedsOwner { .. }) {
                refund.progress = Progress::Superseded;
            }
        }
        // The account stays with an order whose transfer may be restored: its refunds go on then.
        if !order.transfer_is_reversed() {
            order.refund_to = None;
        }
        Ok(order.with_tasks(&[Task::Notify { notice: Notice::Reversed }], now))
    }

    fn without_money(mut self) -> Self {
        self.blocked_on = None;
        self.desk = None;
        if let Some(payment) = &mut self.payment {
            payment.becomes(PaymentStatus::Refused { code: RefusalCode::TransferReversed });
        }
        self.accounts_closed = self.accounts_closed.saturating_add(1);
        self
    }

    /// A reversed transfer arrived again: refunds that were owed are owed again.
    ///
    /// # Errors
    /// If the transfer is not reversed.
    pub fn transfer_restored(mut self, now: Timestamp) -> Result<Step, TransitionError> {
        if !self.transfer_is_reversed() {
            return Err(TransitionError::NoSuchTransition { from: self.state, to: State::Paid });
        }
        if let Some(payment) = &mut self.payment
            && let Some(paid_at) = payment.paid_at()
        {
            payment.becomes(PaymentStatus::Done { paid_at, receipt: None, deposit: true });
        }
        self.changed_at = now;
        let handed_over = self.shipment.is_some();
        let step = Step::quiet(self);
        Ok(if handed_over { step.promising_difference(now) } else { step })
    }

    /// The reader names an account for refunds. Refunds that waited for it are due within three
    /// working days from today.
    #[must_use]
    pub fn refunds_go_to(mut self, account: RefundTo, now: Timestamp) -> Step {
        self.refund_to = Some(account);
        self.changed_at = now;
        let mut messages = Vec::new();
        for refund in &mut self.refunds {
            if refund.progress == Progress::AwaitingBankDetails {
                refund.progress = Progress::Due;
                refund.by = calendar::refunded_by(now);
                messages.push(refund.message(self.id, now));
            }
        }
        Step { order: self, messages }
    }

    /// The reader cancels, and names an account for the refund of a bank transfer.
    ///
    /// # Errors
    /// As [`Order::cancelled`].
    pub fn cancelled_to(
        self,
        account: Option<RefundTo>,
        now: Timestamp,
    ) -> Result<Step, TransitionError> {
        let Some(account) = account else { return self.cancelled(now) };
        let Step { order, mut messages } = self.refunds_go_to(account, now);
        let step = order.cancelled(now)?;
        messages.extend(step.messages);
        Ok(Step { order: step.order, messages })
    }

    /// The provider rejected the account of a refund: the reader is asked for another, unless they
    /// named one since. The refund gets a new number, because the provider replays its answer under
    /// the old one.
    #[must_use]
    pub fn account_refused(
        mut self,
        sequence: u32,
        tried: Option<&RefundTo>,
        now: Timestamp,
    ) -> Step {
        if self.refund_to.as_ref() == tried {
            self.refund_to = None;
        }
        self.changed_at = now;
        let Some(refund) = self.refunds.iter_mut().find(|refund| refund.sequence == sequence)
        else {
            return Step::quiet(self);
        };
        refund.progress = Progress::Superseded;
        let (amount, why, note) = (refund.amount, refund.why, refund.note.clone());
        Step::quiet(self).promising(amount, why, note.as_deref(), now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::{money::Won, sensitive::Sensitive},
        order::{
            Waiting,
            bank_transfer::Bank,
            tests::{self, asked, noon, order, paid},
        },
    };

    fn account() -> VirtualAccount {
        VirtualAccount {
            bank: Bank::told("20"),
            number: Sensitive::new("X6505636518308".into()),
            holder: Sensitive::new("윤동주".into()),
            due: VirtualAccount::due(noon()),
        }
    }

    fn to() -> RefundTo {
        RefundTo::typed("88", "110-123-456789", "윤동주").unwrap()
    }

    fn waiting() -> Order {
        asked().account_opened(account(), noon()).unwrap().order
    }

    fn paid_by_transfer() -> Order {
        waiting().paid(None, noon()).unwrap().order
    }

    fn chosen() -> Order {
        tests::chosen(paid_by_transfer())
    }

    fn handed_over() -> Step {
        tests::handed_over(paid_by_transfer())
    }

    fn notices(step: &Step) -> Vec<Notice> {
        let told = |task: &Task| match task {
            Task::Notify { notice } => Some(*notice),
            _ => None,
        };
        step.messages.iter().filter_map(|message| told(&message.task)).collect()
    }

    #[test]
    fn a_virtual_account_extends_the_reservation_until_the_transfer_is_due() {
        let step = asked().account_opened(account(), noon()).unwrap();
        assert_eq!((step.order.state, notices(&step)), (State::Priced, vec![Notice::BankTransfer]));
        let due: Timestamp = "2026-11-24T12:00:00+09:00".parse().unwrap();
        assert_eq!(step.order.held_until, due);
        assert_eq!(step.order.waiting(), Some(Waiting::Payment(due)));
        assert!(!step.order.by_bank_transfer(), "nothing is paid yet");
        assert!(step.order.account_opened(account(), noon()).is_err(), "a second time is refused");
        assert!(order().account_opened(account(), noon()).is_err(), "no payment was asked for");
        assert!(paid_by_transfer().by_bank_transfer());
    }

    #[test]
    fn a_cancelled_order_is_watched_until_its_virtual_account_is_closed() {
        let cancelled = waiting().cancelled(noon()).unwrap().order;
        assert_eq!(cancelled.waiting(), Some(Waiting::Payment(noon())));
        assert_eq!(cancelled.account_closed(RefusalCode::AccountClosed, noon()).waiting(), None);
    }

    #[test]
    fn a_refund_of_a_transfer_waits_for_an_account() {
        let step = handed_over();
        assert_eq!(notices(&step), [Notice::BankDetails]);
        assert!(step.order.wants_account());
        let [refund] = &step.order.refunds[..] else { panic!("{step:?}") };
        assert!(
            !step.messages.iter().any(|message| message.task == Task::Refund),
            "no account is known"
        );
        assert_eq!(step.order.refundable(), Won(20_000), "promised nevertheless");
        let named = step.order.clone().refunds_go_to(to(), noon());
        let [message] = &named.messages[..] else { panic!("{named:?}") };
        assert_eq!((message.id.sequence, &message.task), (refund.sequence, &Task::Refund));
        let done = named.order.refund_done(refund.sequence, noon()).order;
        assert_eq!(done.refund_to, None, "erased once the money is back");
        assert!(done.refunds_go_to(to(), noon()).messages.is_empty());
        // A cancellation that names the account needs no second step.
        let cancelled = chosen().refunds_go_to(to(), noon()).order.cancelled(noon()).unwrap();
        assert!(!cancelled.order.wants_account());
        assert_eq!(
            cancelled.messages.iter().filter(|message| message.task == Task::Refund).count(),
            1
        );
    }

    #[test]
    fn the_reader_is_asked_again_for_an_account_that_the_provider_rejects() {
        let named = handed_over().order.refunds_go_to(to(), noon()).order;
        let sequence = named.refunds[0].sequence;
        let again = named.clone().account_refused(sequence, Some(&to()), noon());
        assert_eq!(
            (notices(&again), again.order.wants_account()),
            (vec![Notice::BankDetails], true)
        );
        assert_eq!((again.order.refund_to.clone(), again.order.refundable()), (None, Won(20_000)));
        assert_ne!(again.order.refunds[1].sequence, sequence);
        // An account that was named while the first was tried is used at once.
        let other = RefundTo::typed("90", "3333012345678", "윤동주").unwrap();
        let meanwhile =
            named.refunds_go_to(other, noon()).order.account_refused(sequence, Some(&to()), noon());
        assert!(!meanwhile.order.wants_account());
        assert_eq!(meanwhile.messages.last().unwrap().task, Task::Refund);
    }

    #[test]
    fn a_reversal_ends_an_order_that_is_not_packed() {
        for before in [paid_by_transfer(), chosen()] {
            let step = before.transfer_reversed(noon()).unwrap();
            assert_eq!(
                (step.order.state, notices(&step)),
                (State::Cancelled, vec![Notice::Reversed])
            );
            assert_eq!((step.order.refundable(), step.order.waiting()), (Won::ZERO, None));
            assert!(
                step.order.refunds.iter().all(|refund| refund.progress == Progress::Superseded)
            );
            assert!(step.order.transfer_reversed(noon()).is_err(), "a second time is refused");
        }
        let cancelled = chosen().refunds_go_to(to(), noon()).order.cancelled(noon()).unwrap().order;
        let step = cancelled.transfer_reversed(noon()).unwrap();
        assert_eq!((step.order.state, step.order.refund_to), (State::Refunded, None));
        assert!(paid().transfer_reversed(noon()).is_err(), "a card payment cannot be reversed");
    }

    #[test]
    fn a_reversal_of_a_packed_order_waits_for_the_owner_until_it_is_restored() {
        let packed = chosen().packed(noon()).unwrap().order;
        for (before, refundable, wants_account) in
            [(packed, Won(22_000), false), (handed_over().order, Won(20_000), true)]
        {
            let step = before.transfer_reversed(noon()).unwrap();
            assert_eq!((step.order.state, step.order.refundable()), (State::Packed, Won::ZERO));
            assert_eq!(step.order.waiting(), Some(Waiting::Owner(step.order.promised)));
            assert!(step.order.clone().cancelled(noon()).is_err(), "the owner settles it");
            let again = step.order.transfer_restored(noon()).unwrap();
            assert_eq!(
                (again.order.refundable(), again.order.wants_account()),
                (refundable, wants_account)
            );
            assert!(again.order.transfer_restored(noon()).is_err(), "a second time is refused");
        }
    }
}
