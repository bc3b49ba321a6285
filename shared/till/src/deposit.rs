//! Paying by a deposit.
//!
//! The confirm of such a payment opens an account and takes nothing. That a deposit is awaited, the place held as long, and the letter that says where to pay
//! are one transaction. From then on the order waits: the deposit is told of by the provider's call (`look`), or found by the reader's or `sweep`'s asking.
//!
//! Nobody is asked for another payment, and no order is left alone, while money may still come: an account whose time is over, whose order was cancelled or
//! whose place is gone is **closed at the provider first**, and only what the provider calls closed is recorded as not paid. A deposit that was faster
//! is a payment like any other. The same holds when the bank takes a deposit back.

use house::{
    deposit::{self, Account, Bank},
    id::OrderId,
    order::{Order, Outcome as Asked, Payment, State, Step},
    personal::Personal,
};
use jiff::Timestamp;
use store::{Change, Guard, Lost, Versioned};
use toss::{Cancel, IdempotencyKey, Status};

use crate::{Look, Outcome, Place, ROUNDS, Till, TillError, Why, in_doubt, said};

/// Why an account is closed, as the provider keeps it.
const CLOSED: &str = "입금을 더 기다리지 않음";

/// What became of closing an account.
enum Closing {
    /// No money came into it, and none can come.
    Closed,
    /// The deposit was faster.
    Paid(Box<toss::Payment>),
    /// Nobody knows, or not yet.
    Unknown,
}

/// What became of a deposit that the bank took back.
pub(crate) enum Reversal {
    /// It is recorded, or was before, or the money has come again.
    Recorded(Box<Order>),
    /// The provider does not say.
    Unknown,
}

/// The account of a payment, awaited until our own time is over; none = it is not paid by a deposit.
pub(crate) fn account_of(payment: &toss::Payment, asked_at: Timestamp) -> Option<Account> {
    let there = payment.virtual_account.as_ref()?;
    let due = Account::due(asked_at);
    let text = |text: &toss::Hidden| Personal::new(text.reveal().to_owned());
    Some(Account {
        bank: Bank::told(there.bank_code.as_deref().unwrap_or_default()),
        number: text(&there.account_number),
        holder: there.customer_name.as_ref().map(text).unwrap_or_default(),
        // Nobody is told a time at which the bank would not take the money any more.
        due: there.due_date.map_or(due, |theirs| due.min(theirs)),
    })
}

impl Till {
    /// An order waits for a deposit, or the provider says that it does and nobody has written it down.
    pub(crate) async fn waits(
        &self,
        order: Versioned<Order>,
        payment: toss::Payment,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        let Some(asked_at) = order.value.payment.as_ref().map(|payment| payment.asked_at) else {
            return Ok(said(order.value));
        };
        let Some(account) = account_of(&payment, asked_at) else {
            tracing::error!(order = %order.value.id, "a deposit is awaited in no account");
            return Ok(Outcome::Unknown(Box::new(order.value)));
        };
        let (mut order, mut swept) = (order, false);
        for _ in 0..ROUNDS {
            let outcome = order.value.payment.as_ref().filter(|known| known.key == payment.payment_key);
            match (order.value.state, outcome.map(|known| &known.outcome)) {
                (State::Priced, Some(Asked::Waits { .. })) => {
                    return Ok(Outcome::WaitsForDeposit(Box::new(order.value)));
                }
                (State::Priced, Some(Asked::Asked)) if account.due > now => {}
                (State::Priced, Some(Asked::Asked)) => {
                    return self.close(order, payment, deposit::EXPIRED, now).await;
                }
                (State::Cancelled, Some(Asked::Asked)) => {
                    return self.close(order, payment, deposit::CLOSED, now).await;
                }
                _ => return Ok(said(order.value)),
            }
            let place = if swept || in_doubt(&order.value, now) {
                self.place_again(&order.value, now).await?
            } else {
                Place::Held
            };
            let stock = match place {
                Place::Held => None,
                Place::Again(version) => Some(version),
                Place::Gone => return self.close(order, payment, deposit::NO_PLACE, now).await,
            };
            let Ok(step) = order.value.clone().account_opened(account.clone(), now) else {
                return Ok(said(order.value));
            };
            let change = Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
            match self.store.commit_account(change, stock).await {
                Ok(()) => {
                    tracing::info!(order = %order.value.id, due = %account.due, "a deposit is awaited");
                    return Ok(Outcome::WaitsForDeposit(Box::new(step.order)));
                }
                Err(lost @ (Lost::Race(Guard::Order | Guard::Stock) | Lost::Conflict)) => {
                    swept |= matches!(lost, Lost::Race(Guard::Stock));
                    match self.store.order(order.value.id).await? {
                        Some(current) => order = current,
                        None => return Ok(Outcome::NoSuchOrder),
                    }
                }
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(TillError::Busy)
    }

    /// Looks for a deposit that is awaited; if its time is over, or the order was cancelled, its account is closed.
    pub(crate) async fn deposit_due(
        &self,
        order: Versioned<Order>,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        let (Some(Payment { key, .. }), Some(account)) = (&order.value.payment, order.value.awaits_deposit())
        else {
            return Ok(said(order.value));
        };
        let (key, due) = (key.clone(), account.due);
        let payment = match self.toss.payment(&key).await {
            Ok(Some(payment)) => payment,
            Ok(None) => return Ok(Outcome::WaitsForDeposit(Box::new(order.value))),
            Err(failure) => {
                tracing::warn!(order = %order.value.id, error.message = %failure, "a deposit cannot be looked for");
                return Ok(Outcome::WaitsForDeposit(Box::new(order.value)));
            }
        };
        match payment.status {
            Status::WaitingForDeposit if order.value.state == State::Cancelled => {
                self.close(order, payment, deposit::CLOSED, now).await
            }
            Status::WaitingForDeposit if due <= now => {
                self.close(order, payment, deposit::EXPIRED, now).await
            }
            _ => self.settle(order, Ok(payment), now).await,
        }
    }

    /// Closes the account of an order and writes down that it was not paid; if the deposit was faster, that it was.
    async fn close(
        &self,
        order: Versioned<Order>,
        payment: toss::Payment,
        code: &'static str,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        match self.close_account(&order.value, &payment).await? {
            Closing::Closed => {
                tracing::info!(order = %order.value.id, code, "an account was closed without a deposit");
                self.refuse(order, Why::Closed(code), now).await
            }
            Closing::Paid(payment)
                if payment.is_paid(&order.value.at_the_provider(), order.value.total.0).is_ok() =>
            {
                self.paid(order, *payment, now).await
            }
            Closing::Paid(_) | Closing::Unknown if order.value.awaits_deposit().is_some() => {
                Ok(said(order.value))
            }
            Closing::Paid(_) | Closing::Unknown => Ok(Outcome::Unknown(Box::new(order.value))),
        }
    }

    async fn close_account(&self, order: &Order, payment: &toss::Payment) -> Result<Closing, TillError> {
        let name = order.at_the_provider();
        // An answer is kept under its key. What moved last is in it, so that an account that was paid into and emptied again can be closed.
        let moved = payment.last_transaction_key.as_deref().unwrap_or_default();
        let key = IdempotencyKey::new(format!("close:{name}:{moved}")).map_err(|_| TillError::Key)?;
        let cancel = Cancel { reason: CLOSED.to_owned(), amount: None, refund_to: None };
        let there = match self.toss.cancel(&payment.payment_key, &cancel, &key).await {
            Ok(payment) => Some(payment),
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "an account is not closed; asking");
                self.toss.payment(&payment.payment_key).await.ok().flatten()
            }
        };
        Ok(match there {
            Some(payment) if payment.status == Status::Done => Closing::Paid(Box::new(payment)),
            Some(payment) if matches!(payment.status, Status::Canceled | Status::Expired) => Closing::Closed,
            Some(payment)
                if payment.status == Status::WaitingForDeposit
                    && payment.virtual_account.as_ref().is_some_and(|account| account.expired) =>
            {
                Closing::Closed
            }
            _ => Closing::Unknown,
        })
    }

    /// A deposit that was recorded as paid may have been taken back, or come again.
    pub(crate) async fn look_at_deposit(
        &self,
        order: Versioned<Order>,
        payment: toss::Payment,
        now: Timestamp,
    ) -> Result<Look, TillError> {
        match payment.status {
            Status::WaitingForDeposit | Status::Canceled
                if payment.status == Status::WaitingForDeposit || payment.approved_at.is_none() =>
            {
                match self.reversed(order.value.id, &payment, now).await? {
                    Reversal::Recorded(order) => Ok(Look::Settled(said(*order))),
                    Reversal::Unknown => Ok(Look::NoAnswer),
                }
            }
            Status::Done if order.value.deposit_is_gone() => self.came_again(order, now).await,
            _ => Ok(Look::Settled(said(order.value))),
        }
    }

    /// The bank took a deposit back. The account of an order that ends by it is closed first, so that nothing comes into it any more.
    pub(crate) async fn reversed(
        &self,
        id: OrderId,
        payment: &toss::Payment,
        now: Timestamp,
    ) -> Result<Reversal, TillError> {
        let mut closed = payment.status != Status::WaitingForDeposit;
        for _ in 0..ROUNDS {
            let Some(order) = self.store.order(id).await? else { return Ok(Reversal::Unknown) };
            let Ok(step) = order.value.clone().deposit_reversed(now) else {
                return Ok(Reversal::Recorded(Box::new(order.value)));
            };
            let ends = !step.order.deposit_is_gone();
            if ends && !closed {
                match self.close_account(&order.value, payment).await? {
                    Closing::Closed => closed = true,
                    Closing::Paid(_) => return Ok(Reversal::Recorded(Box::new(order.value))),
                    Closing::Unknown => return Ok(Reversal::Unknown),
                }
            }
            match self.record_reversal(&order, &step).await {
                Ok(()) => {
                    tracing::warn!(order = %id, from = order.value.state.name(), to = step.order.state.name(), "the bank took a deposit back");
                    return Ok(Reversal::Recorded(Box::new(step.order)));
                }
                Err(Lost::Race(_) | Lost::Conflict) => {}
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(TillError::Busy)
    }

    async fn record_reversal(&self, order: &Versioned<Order>, step: &Step) -> Result<(), Lost> {
        if step.order.state != State::Cancelled {
            let change = Change { seen: order.version, step, handled: None, copy: None, paid: false };
            return self.store.commit(change).await;
        }
        let copy = match &order.value.choice {
            Some(choice) => self.store.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn),
            None => None,
        };
        self.store.give_up(order.version, step, copy.as_ref()).await
    }

    /// A deposit that was taken back from a packed order is there again.
    async fn came_again(&self, order: Versioned<Order>, now: Timestamp) -> Result<Look, TillError> {
        let mut order = order;
        for _ in 0..ROUNDS {
            let Ok(step) = order.value.clone().deposit_again(now) else {
                return Ok(Look::Settled(said(order.value)));
            };
            let change = Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
            match self.store.commit(change).await {
                Ok(()) => return Ok(Look::Settled(said(step.order))),
                Err(Lost::Race(_) | Lost::Conflict) => match self.store.order(order.value.id).await? {
                    Some(current) => order = current,
                    None => return Ok(Look::NoSuchOrder),
                },
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(TillError::Busy)
    }
}
