//! What the calls do to the world once they are let in, and what the bank does to a virtual
//! account.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use crate::clock::later;
use crate::codes::{self, Code};
use crate::faults::Fault;
use crate::ledger::Kind;
use crate::record::{Account, Cancelled, Method, Record, State};
use crate::window;
use crate::world::World;

/// How long after the payment money can still be given back.
const REFUNDABLE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long a virtual account is open unless the shop says otherwise, in hours.
const VALID_HOURS: i64 = 168;

/// A payment as it is answered, or the error.
pub(crate) type Outcome = Result<Value, &'static Code>;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ConfirmBody {
    payment_key: String,
    order_id: String,
    amount: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CancelBody {
    cancel_reason: String,
    cancel_amount: Option<u64>,
    refund_receive_account: Option<RefundBody>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RefundBody {
    bank: Option<String>,
    account_number: Option<String>,
    holder_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AccountBody {
    amount: u64,
    order_id: String,
    order_name: String,
    customer_name: String,
    bank: String,
    valid_hours: Option<i64>,
}

/// The payment that the body of a confirm names.
pub(crate) fn payment_key_in(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<ConfirmBody>(body).ok().map(|body| body.payment_key)
}

impl World {
    /// `POST /v1/payments/confirm`
    pub(crate) fn confirm(&mut self, body: &[u8], webhook: Option<&Fault>) -> Outcome {
        let body: ConfirmBody =
            serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let mut record =
            self.payments.get(&body.payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?.clone();
        if record.order_id != body.order_id {
            return Err(&codes::NOT_FOUND_PAYMENT_SESSION);
        }
        match record.state {
            State::InProgress => {}
            State::Ready | State::Expired => return Err(&codes::NOT_FOUND_PAYMENT_SESSION),
            _ => return Err(&codes::ALREADY_PROCESSED_PAYMENT),
        }
        // Toss does not document its code for another amount; what is sure is that nothing is paid.
        if record.amount != body.amount {
            return Err(&codes::INVALID_REQUEST);
        }
        if record.method == Method::VirtualAccount {
            let hours = record.valid_hours.unwrap_or(VALID_HOURS);
            self.give_account(&mut record, "20", "연습 손님", hours);
        } else {
            record.state = State::Done;
            record.approved_at = Some(self.now());
            self.move_money(&mut record, Kind::Charge, body.amount);
        }
        self.announce(&record, false, webhook);
        Ok(self.save(&record))
    }

    fn give_account(&mut self, record: &mut Record, bank: &str, customer_name: &str, hours: i64) {
        record.state = State::WaitingForDeposit;
        record.account = Some(Account {
            // The accounts of Toss's test environment begin with an X.
            number: format!("X{:013}", self.draw() % 10_000_000_000_000),
            bank: bank.to_owned(),
            customer_name: customer_name.to_owned(),
            due: later(self.now(), SignedDuration::from_hours(hours)),
        });
        record.last_transaction_key = Some(self.transaction_key());
    }

    /// `POST /v1/virtual-accounts`
    pub(crate) fn virtual_account(&mut self, body: &[u8], webhook: Option<&Fault>) -> Outcome {
        let body: AccountBody =
            serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let hours = body.valid_hours.unwrap_or(VALID_HOURS);
        let named =
            (1..=100).contains(&body.customer_name.chars().count()) && !body.bank.is_empty();
        if !window::is_order_id(&body.order_id)
            || !window::is_order_name(&body.order_name)
            || !named
            || !(1..=720).contains(&hours)
        {
            return Err(&codes::INVALID_REQUEST);
        }
        if body.amount < Method::VirtualAccount.least() {
            return Err(&codes::BELOW_MINIMUM_AMOUNT);
        }
        if self.of_order(&body.order_id).is_some_and(|record| record.weight().0 >= 2) {
            return Err(&codes::DUPLICATED_ORDER_ID);
        }
        let asked = window::Asked {
            amount: body.amount,
            order_id: body.order_id,
            order_name: body.order_name,
            ..window::Asked::default()
        };
        let mut record = self.record(&asked, Method::VirtualAccount);
        self.give_account(&mut record, &body.bank, &body.customer_name, hours);
        self.announce(&record, false, webhook);
        Ok(self.save(&record))
    }

    /// `POST /v1/payments/{paymentKey}/cancel`
    pub(crate) fn cancel(
        &mut self,
        payment_key: &str,
        body: &[u8],
        webhook: Option<&Fault>,
    ) -> Outcome {
        let body: CancelBody = serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let mut record = self.payments.get(payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?.clone();
        if !(1..=200).contains(&body.cancel_reason.chars().count()) || body.cancel_amount == Some(0)
        {
            return Err(&codes::INVALID_REQUEST);
        }
        let balance = record.balance();
        let amount = body.cancel_amount.unwrap_or(balance);
        match record.state {
            State::Canceled => return Err(&codes::ALREADY_CANCELED_PAYMENT),
            State::WaitingForDeposit if amount != balance => {
                return Err(&codes::NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT);
            }
            State::Done | State::PartialCanceled | State::WaitingForDeposit => {}
            _ => return Err(&codes::NOT_CANCELABLE_PAYMENT),
        }
        if amount > balance {
            return Err(&codes::NOT_CANCELABLE_AMOUNT);
        }
        if record.approved_at.is_some_and(|at| self.now() > later(at, REFUNDABLE)) {
            return Err(&codes::EXCEED_MAX_REFUND_DUE);
        }
        let deposited = record.state != State::WaitingForDeposit;
        if record.method == Method::VirtualAccount && deposited {
            refund_account(body.refund_receive_account.as_ref())?;
        }
        let transaction_key = if deposited {
            self.move_money(&mut record, Kind::Refund, amount)
        } else {
            let key = self.transaction_key();
            record.last_transaction_key = Some(key.clone());
            key
        };
        let left = balance - amount;
        record.state = if left == 0 { State::Canceled } else { State::PartialCanceled };
        record.cancels.push(Cancelled {
            at: self.now(),
            amount,
            reason: body.cancel_reason,
            transaction_key,
            left,
        });
        self.announce(&record, record.method == Method::VirtualAccount, webhook);
        Ok(self.save(&record))
    }

    // ---- what the world outside does to a virtual account ----

    /// Somebody pays into the account of an order; false = there is no account that waits.
    pub(crate) fn deposit(
        &mut self,
        order_id: &str,
        wire: Option<&Fault>,
        webhook: Option<&Fault>,
    ) -> bool {
        self.tick();
        let now = self.now();
        let Some(mut record) = self.waiting(order_id) else { return false };
        if record.account.as_ref().is_none_or(|account| now >= account.due) {
            return false;
        }
        record.state = State::Done;
        record.approved_at = Some(now);
        let amount = record.amount;
        self.move_money(&mut record, Kind::Charge, amount);
        self.announce(&record, true, webhook);
        self.save(&record);
        if wire == Some(&Fault::DepositReversed) {
            self.take_back(record, webhook);
        }
        self.commit();
        true
    }

    fn waiting(&self, order_id: &str) -> Option<Record> {
        self.payments
            .values()
            .find(|record| record.order_id == order_id && record.state == State::WaitingForDeposit)
            .cloned()
    }

    /// The bank takes the deposit of an order back; false = there is none.
    pub(crate) fn reverse_transfer(&mut self, order_id: &str, webhook: Option<&Fault>) -> bool {
        self.tick();
        let deposited = |record: &&Record| {
            record.order_id == order_id
                && record.method == Method::VirtualAccount
                && record.state == State::Done
        };
        let Some(record) = self.payments.values().find(deposited).cloned() else { return false };
        self.take_back(record, webhook);
        self.commit();
        true
    }

    fn take_back(&mut self, mut record: Record, webhook: Option<&Fault>) {
        record.state = State::WaitingForDeposit;
        record.approved_at = None;
        let amount = record.amount;
        self.move_money(&mut record, Kind::Reversal, amount);
        self.announce(&record, true, webhook);
        self.save(&record);
    }
}

fn refund_account(account: Option<&RefundBody>) -> Result<(), &'static Code> {
    let Some(RefundBody {
        bank: Some(bank),
        account_number: Some(number),
        holder_name: Some(holder),
    }) = account
    else {
        return Err(&codes::INVALID_REFUND_ACCOUNT_INFO);
    };
    if bank.is_empty() || !(1..=60).contains(&holder.chars().count()) {
        return Err(&codes::INVALID_REFUND_ACCOUNT_INFO);
    }
    if !(1..=20).contains(&number.len()) || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(&codes::INVALID_REFUND_ACCOUNT_NUMBER);
    }
    Ok(())
}
