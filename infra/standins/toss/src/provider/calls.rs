//! The calls of the API that change something.

use jiff::SignedDuration;
use serde::Deserialize;
use serde_json::Value;

use super::{Answer, Provider};
use crate::clock::saturating_add;
use crate::codes::{self, Code};
use crate::faults::{Fault, On};
use crate::idempotency::{KeyState, Reply, StoredReply};
use crate::journal::Change;
use crate::ledger::Kind;
use crate::payment::{Cancelled, Method, State};
use crate::window::{self, WindowRequest};

/// How long after the approval a payment can be cancelled.
const REFUNDABLE: SignedDuration = SignedDuration::from_hours(365 * 24);
/// How long a virtual account is open by default, in hours.
const VALID_HOURS: i64 = 168;

/// A call with its body.
#[derive(Clone, Debug)]
pub(crate) enum Call {
    Confirm(Vec<u8>),
    /// The payment key and the body.
    Cancel(String, Vec<u8>),
    VirtualAccount(Vec<u8>),
}

impl Call {
    /// The rules that apply to this call.
    pub(crate) fn on(&self) -> On {
        match self {
            Self::Confirm(_) => On::Confirm,
            Self::Cancel(..) => On::Cancel,
            Self::VirtualAccount(_) => On::VirtualAccount,
        }
    }
}

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
    tax_free_amount: Option<u64>,
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

/// The payment key in the body of a confirm.
fn payment_key_in(body: &[u8]) -> Option<String> {
    serde_json::from_slice::<ConfirmBody>(body).ok().map(|body| body.payment_key)
}

impl Provider {
    /// Looks the idempotency key of a call up. A fresh key is in flight from now on.
    pub(crate) fn begin(&mut self, scope: Option<&str>) -> KeyState {
        self.expire_payments();
        let now = self.now();
        scope.map_or(KeyState::Fresh, |scope| self.keys.begin(scope, now))
    }

    /// The order that a call is for, as far as it is known before the call is performed.
    pub(crate) fn order_of(&self, call: &Call) -> Option<String> {
        match call {
            Call::Confirm(body) | Call::VirtualAccount(body) => {
                let body: Value = serde_json::from_slice(body).ok()?;
                Some(body.get("orderId")?.as_str()?.to_owned())
            }
            Call::Cancel(payment_key, _) => Some(self.payments.get(payment_key)?.order_id.clone()),
        }
    }

    /// Performs a call and stores the answer for its key.
    pub(crate) fn perform(
        &mut self,
        call: &Call,
        scope: Option<&str>,
        webhook: Option<&Fault>,
    ) -> Reply {
        self.expire_payments();
        let answer = match call {
            Call::Confirm(body) => self.confirm(body, webhook),
            Call::Cancel(payment_key, body) => self.cancel(payment_key, body, webhook),
            Call::VirtualAccount(body) => self.virtual_account(body, webhook),
        };
        self.reply(answer, scope)
    }

    /// Fails a call with a code. A refused confirm aborts the payment and the answer is stored for
    /// the key; any other error changes nothing.
    pub(crate) fn refuse(
        &mut self,
        call: &Call,
        scope: Option<&str>,
        code: &'static Code,
        webhook: Option<&Fault>,
    ) -> Reply {
        self.expire_payments();
        let payment_key = match call {
            Call::Confirm(body) if code.refuses() => payment_key_in(body),
            _ => None,
        };
        let payment = payment_key.and_then(|payment_key| self.payments.get(&payment_key).cloned());
        if let Some(mut payment) = payment.filter(|payment| payment.state == State::InProgress) {
            payment.state = State::Aborted;
            payment.failure = Some(code.code.to_owned());
            self.queue_webhooks(&payment, false, webhook);
            self.save(&payment);
            return self.reply(Err(code), scope);
        }
        if let Some(scope) = scope {
            self.keys.end(scope);
        }
        Reply::error(code)
    }

    /// Fails a call with a code that its key replays.
    pub(crate) fn keep_error(&mut self, scope: Option<&str>, code: &'static Code) -> Reply {
        self.reply(Err(code), scope)
    }

    fn reply(&mut self, answer: Answer, scope: Option<&str>) -> Reply {
        let reply = match answer {
            Ok(body) => Reply { status: 200, body },
            Err(code) => Reply::error(code),
        };
        if let Some(scope) = scope {
            self.keys.end(scope);
            let stored = StoredReply {
                scope: scope.to_owned(),
                first_used: self.now(),
                reply: reply.clone(),
            };
            self.apply(Change::Answer(stored));
        }
        self.commit();
        reply
    }

    /// `POST /v1/payments/confirm`
    fn confirm(&mut self, body: &[u8], webhook: Option<&Fault>) -> Answer {
        let body: ConfirmBody =
            serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let mut payment =
            self.payments.get(&body.payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?.clone();
        if payment.order_id != body.order_id {
            return Err(&codes::NOT_FOUND_PAYMENT_SESSION);
        }
        match payment.state {
            State::InProgress => {}
            State::Ready | State::Expired => return Err(&codes::NOT_FOUND_PAYMENT_SESSION),
            _ => return Err(&codes::ALREADY_PROCESSED_PAYMENT),
        }
        // Toss does not document the code for a wrong amount, only that nothing is paid.
        if payment.amount != body.amount {
            return Err(&codes::INVALID_REQUEST);
        }
        if payment.method == Method::VirtualAccount {
            let hours = payment.valid_hours.unwrap_or(VALID_HOURS);
            self.issue_account(&mut payment, "20", "연습 손님", hours);
        } else {
            payment.state = State::Done;
            payment.approved_at = Some(self.now());
            self.move_money(&mut payment, Kind::Charge, body.amount);
        }
        self.queue_webhooks(&payment, false, webhook);
        Ok(self.save(&payment))
    }

    /// `POST /v1/virtual-accounts`
    fn virtual_account(&mut self, body: &[u8], webhook: Option<&Fault>) -> Answer {
        let body: AccountBody =
            serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let hours = body.valid_hours.unwrap_or(VALID_HOURS);
        let valid_names =
            (1..=100).contains(&body.customer_name.chars().count()) && !body.bank.is_empty();
        if !window::is_order_id(&body.order_id)
            || !window::is_order_name(&body.order_name)
            || !valid_names
            || !(1..=720).contains(&hours)
        {
            return Err(&codes::INVALID_REQUEST);
        }
        if body.amount < Method::VirtualAccount.minimum() {
            return Err(&codes::BELOW_MINIMUM_AMOUNT);
        }
        if self.main_payment(&body.order_id).is_some_and(|payment| payment.rank().0 >= 2) {
            return Err(&codes::DUPLICATED_ORDER_ID);
        }
        let request = WindowRequest {
            amount: body.amount,
            order_id: body.order_id,
            order_name: body.order_name,
            ..WindowRequest::default()
        };
        let mut payment = self.new_payment(&request, Method::VirtualAccount);
        self.issue_account(&mut payment, &body.bank, &body.customer_name, hours);
        self.queue_webhooks(&payment, false, webhook);
        Ok(self.save(&payment))
    }

    /// `POST /v1/payments/{paymentKey}/cancel`
    fn cancel(&mut self, payment_key: &str, body: &[u8], webhook: Option<&Fault>) -> Answer {
        let body: CancelBody = serde_json::from_slice(body).map_err(|_| &codes::INVALID_REQUEST)?;
        let mut payment = self.payments.get(payment_key).ok_or(&codes::NOT_FOUND_PAYMENT)?.clone();
        if !(1..=200).contains(&body.cancel_reason.chars().count()) || body.cancel_amount == Some(0)
        {
            return Err(&codes::INVALID_REQUEST);
        }
        let balance = payment.balance();
        let amount = body.cancel_amount.unwrap_or(balance);
        match payment.state {
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
        // The code for parts that do not fit is not documented.
        let (free_left, taxable_left) =
            (payment.tax_free_balance(), balance - payment.tax_free_balance());
        // Without a sum everything is cancelled; with one, what is not named is taxable.
        let of_all = if body.cancel_amount.is_none() { free_left } else { 0 };
        let tax_free = body.tax_free_amount.unwrap_or(of_all);
        let fits = tax_free <= free_left
            && amount.checked_sub(tax_free).is_some_and(|taxable| taxable <= taxable_left);
        if payment.state != State::WaitingForDeposit && !fits {
            return Err(&codes::INVALID_REQUEST);
        }
        if payment.approved_at.is_some_and(|at| self.now() > saturating_add(at, REFUNDABLE)) {
            return Err(&codes::EXCEED_MAX_REFUND_DUE);
        }
        let deposited = payment.state != State::WaitingForDeposit;
        if payment.method == Method::VirtualAccount && deposited {
            check_refund_account(body.refund_receive_account.as_ref())?;
        }
        // A refund that the bank will not carry out moves no money.
        let fails = webhook == Some(&Fault::RefundFails);
        payment.refund_failed = false;
        let transaction_key = if deposited && !fails {
            self.move_money(&mut payment, Kind::Refund, amount)
        } else {
            let key = self.transaction_key();
            payment.last_transaction_key = Some(key.clone());
            key
        };
        let left = balance - amount;
        payment.state = if left == 0 { State::Canceled } else { State::PartialCanceled };
        payment.cancels.push(Cancelled {
            at: self.now(),
            amount,
            tax_free,
            fails,
            reason: body.cancel_reason,
            transaction_key,
            left,
        });
        self.queue_webhooks(&payment, payment.method == Method::VirtualAccount, webhook);
        Ok(self.save(&payment))
    }
}

/// Checks the account that a deposit is refunded to.
fn check_refund_account(account: Option<&RefundBody>) -> Result<(), &'static Code> {
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
