//! What the bank does to virtual accounts: issues them, takes deposits and reverses them.

use jiff::SignedDuration;

use super::Provider;
use crate::clock::saturating_add;
use crate::faults::Fault;
use crate::ledger::Kind;
use crate::payment::{Account, Payment, State};

impl Provider {
    /// Issues an account for a payment, open for `hours`.
    pub(super) fn issue_account(
        &mut self,
        payment: &mut Payment,
        bank: &str,
        customer_name: &str,
        hours: i64,
    ) {
        payment.state = State::WaitingForDeposit;
        payment.account = Some(Account {
            // As in Toss's test environment, account numbers begin with X.
            number: format!("X{:013}", self.next_random() % 10_000_000_000_000),
            bank: bank.to_owned(),
            customer_name: customer_name.to_owned(),
            due: saturating_add(self.now(), SignedDuration::from_hours(hours)),
        });
        payment.last_transaction_key = Some(self.transaction_key());
    }

    /// Deposits the amount into the account of an order. Returns `false` if no account waits.
    pub(crate) fn deposit(
        &mut self,
        order_id: &str,
        fault: Option<&Fault>,
        webhook: Option<&Fault>,
    ) -> bool {
        self.expire_payments();
        let now = self.now();
        let Some(mut payment) = self.waiting(order_id) else { return false };
        if payment.account.as_ref().is_none_or(|account| now >= account.due) {
            return false;
        }
        payment.state = State::Done;
        payment.approved_at = Some(now);
        let amount = payment.amount;
        self.move_money(&mut payment, Kind::Charge, amount);
        self.queue_webhooks(&payment, true, webhook);
        self.save(&payment);
        if fault == Some(&Fault::DepositReversed) {
            self.reverse(payment, webhook);
        }
        self.commit();
        true
    }

    fn waiting(&self, order_id: &str) -> Option<Payment> {
        self.payments
            .values()
            .find(|payment| {
                payment.order_id == order_id && payment.state == State::WaitingForDeposit
            })
            .cloned()
    }

    /// Reverses the deposit of an order. Returns `false` if there is none.
    pub(crate) fn reverse_transfer(&mut self, order_id: &str, webhook: Option<&Fault>) -> bool {
        self.expire_payments();
        let deposited =
            |payment: &&Payment| payment.order_id == order_id && payment.has_reversible_deposit();
        let Some(payment) = self.payments.values().find(deposited).cloned() else { return false };
        self.reverse(payment, webhook);
        self.commit();
        true
    }

    fn reverse(&mut self, mut payment: Payment, webhook: Option<&Fault>) {
        payment.state = State::WaitingForDeposit;
        payment.approved_at = None;
        let amount = payment.amount;
        self.move_money(&mut payment, Kind::Reversal, amount);
        self.queue_webhooks(&payment, true, webhook);
        self.save(&payment);
    }
}
