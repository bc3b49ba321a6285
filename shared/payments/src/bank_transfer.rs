//! Paying by a deposit.
//!
//! The confirm of such a payment opens an account and takes nothing. That a deposit is awaited, the
//! place held as long, and the letter that says where to pay are one transaction. From then on the
//! order waits: the deposit is told of by the provider's call (`look`), or found by the reader's or
//! `sweep`'s asking.
//!
//! Nobody is asked for another payment, and no order is left alone, while money may still come: an
//! account whose time is over, whose order was cancelled or whose place is gone is **closed at the
//! provider first**, and only what the provider calls closed is recorded as not paid. A deposit
//! that was faster is a payment like any other. The same holds when the bank takes a deposit back.
//!
//! A card's payment only ever goes forward; a deposit goes back and comes again. So that nobody
//! writes down what was true before: **the order is read, then the provider is asked, and what it
//! says is written only on the order as it was read**. Whoever is overtaken reads and asks anew,
//! and whoever was told of a deposit and has nothing to write notes that they looked, which
//! overtakes everybody who looked before. The model in `house` goes through every way in which
//! these can meet.

use domain::{
    base::{id::OrderId, sensitive::Sensitive},
    order::{
        Order, Payment, PaymentStatus, State, Step,
        bank_transfer::{self, Bank, VirtualAccount},
    },
};
use jiff::Timestamp;
use store::{Change, Lost, Versioned};
use toss::{Cancel, IdempotencyKey, Status};

use crate::{
    ConfirmOutcome, DeclineReason, PaymentError, Payments, Place, ROUNDS, Recorded, in_doubt,
    recorded, said,
};

/// Why an account is closed, as the provider keeps it.
const CLOSED: &str = "입금을 더 기다리지 않음";

/// What became of a deposit.
pub(crate) enum TransferOutcome {
    /// It stands as the order says.
    Known(ConfirmOutcome),
    /// The provider does not say, or an account is not closed that should be.
    Unknown(ConfirmOutcome),
}

/// What became of closing an account.
enum Closing {
    /// No money came into it, and none can come.
    Closed,
    /// The deposit was faster.
    Paid(Box<toss::Payment>),
    /// Nobody knows, or not yet.
    Unknown,
}

/// Whether a payment is made into an account.
pub(crate) fn is_bank_transfer(payment: &toss::Payment) -> bool {
    payment.virtual_account.is_some() || payment.status == Status::WaitingForDeposit
}

/// The account of a payment, awaited until our own time is over; none = it is not paid by a
/// deposit.
pub(crate) fn account_of(payment: &toss::Payment, asked_at: Timestamp) -> Option<VirtualAccount> {
    let there = payment.virtual_account.as_ref()?;
    let due = VirtualAccount::due(asked_at);
    let text = |text: &toss::Hidden| Sensitive::new(text.reveal().to_owned());
    Some(VirtualAccount {
        bank: Bank::told(there.bank_code.as_deref().unwrap_or_default()),
        number: text(&there.account_number),
        holder: there.customer_name.as_ref().map(text).unwrap_or_default(),
        // Nobody is told a time at which the bank would not take the money any more.
        due: there.due_date.map_or(due, |theirs| due.min(theirs)),
    })
}

impl Payments {
    /// Looks for a deposit that is awaited; if its time is over, or the order was cancelled, its
    /// account is closed.
    pub(crate) async fn transfer_due(
        &self,
        order: Versioned<Order>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match self.payment_of(&order.value).await {
            Some(payment) => self.settle(order, Ok(payment), now).await,
            None => Ok(said(order.value)),
        }
    }

    /// Reads an order, looks at the deposit it was paid by, and settles what is found.
    pub(crate) async fn transfer_anew(
        &self,
        id: OrderId,
        now: Timestamp,
    ) -> Result<(), PaymentError> {
        let Some(order) = self.store.order(id).await? else { return Ok(()) };
        if let Some(payment) = self.payment_of(&order.value).await {
            self.settle_transfer(order, payment, false, now).await?;
        }
        Ok(())
    }

    /// Settles a payment into an account, by what the provider said after the order was read.
    /// `told` = a call of the provider said that it has moved: what is known then has been written
    /// by somebody who asked after that call.
    pub(crate) async fn settle_transfer(
        &self,
        order: Versioned<Order>,
        payment: toss::Payment,
        told: bool,
        now: Timestamp,
    ) -> Result<TransferOutcome, PaymentError> {
        let (mut order, mut payment, mut swept) = (order, payment, false);
        for _ in 0..ROUNDS {
            let found = match self.look_once(&order, &payment, swept, now).await? {
                Recorded::Nothing(outcome) if told => {
                    recorded(self.store.save_order(&order, None).await, || outcome)?
                }
                found => found,
            };
            match found {
                Recorded::Written(outcome) | Recorded::Nothing(outcome) => {
                    return Ok(TransferOutcome::Known(outcome));
                }
                Recorded::Unknown(outcome) => return Ok(TransferOutcome::Unknown(outcome)),
                Recorded::Overtaken { by_places } => swept |= by_places,
            }
            order = match self.store.order(order.value.id).await? {
                Some(current) => current,
                None => return Ok(TransferOutcome::Known(ConfirmOutcome::NoSuchOrder)),
            };
            payment = match self.payment_of(&order.value).await {
                Some(payment)
                    if is_bank_transfer(&payment)
                        && payment.order_id == order.value.at_the_provider() =>
                {
                    payment
                }
                // It is paid for by another payment by now, or the account was closed and its name
                // given up.
                Some(_) => return Ok(TransferOutcome::Known(said(order.value))),
                None => return Ok(TransferOutcome::Unknown(unknown(order.value))),
            };
        }
        Err(PaymentError::Busy)
    }

    /// The payment that the order asked for last, as the provider tells it; none if it does not.
    async fn payment_of(&self, order: &Order) -> Option<toss::Payment> {
        let Payment { key, .. } = order.payment.as_ref()?;
        match self.toss.payment(key).await {
            Ok(payment) => payment,
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "a deposit cannot be looked for");
                None
            }
        }
    }

    async fn look_once(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        swept: bool,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let Order { id, state, total, .. } = &order.value;
        match payment.is_paid(&order.value.at_the_provider(), total.0) {
            Ok(()) | Err(toss::NotPaid::Status(_)) => {}
            Err(why) => {
                tracing::error!(order = %id, error.message = %why, "payment does not fit the order");
                return Ok(Recorded::Unknown(unknown(order.value.clone())));
            }
        }
        let open = matches!(state, State::Priced | State::Cancelled);
        let came = payment.approved_at.is_some();
        match payment.status {
            Status::Done if open => self.record_paid(order, payment, swept, now).await,
            Status::WaitingForDeposit if open => self.waits(order, payment, swept, now).await,
            Status::Canceled | Status::Expired if open => {
                self.record_closed(order, bank_transfer::CLOSED, now).await
            }
            Status::WaitingForDeposit => self.reversed(order, payment, now).await,
            Status::Canceled if !came => self.reversed(order, payment, now).await,
            Status::Done | Status::PartialCanceled | Status::Canceled
                if order.value.transfer_is_reversed() =>
            {
                self.came_again(order, now).await
            }
            Status::Ready | Status::InProgress => {
                Ok(Recorded::Unknown(unknown(order.value.clone())))
            }
            _ => Ok(Recorded::Nothing(said(order.value.clone()))),
        }
    }

    /// An account is open: it is written down that the order waits for its deposit, or nobody waits
    /// for it any more and it is closed.
    async fn waits(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        swept: bool,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let nothing = || Ok(Recorded::Nothing(said(order.value.clone())));
        let Some(known) =
            order.value.payment.as_ref().filter(|known| known.key == payment.payment_key)
        else {
            return nothing();
        };
        let Some(account) = account_of(payment, known.asked_at) else {
            tracing::error!(order = %order.value.id, "a deposit is awaited in no account");
            return Ok(Recorded::Unknown(unknown(order.value.clone())));
        };
        let (known_before, due) = match &known.outcome {
            PaymentStatus::Waits { account } => (true, account.due),
            PaymentStatus::Asked => (false, account.due),
            _ => return nothing(),
        };
        if order.value.state == State::Cancelled {
            return self.close(order, payment, bank_transfer::CLOSED, now).await;
        }
        if due <= now {
            return self.close(order, payment, bank_transfer::EXPIRED, now).await;
        }
        if known_before {
            return nothing();
        }
        let place = if swept || in_doubt(&order.value, now) {
            self.place_again(&order.value, now).await?
        } else {
            Place::Held
        };
        let stock = match place {
            Place::Held => None,
            Place::Again(room) => Some(room),
            Place::Gone => return self.close(order, payment, bank_transfer::NO_PLACE, now).await,
        };
        let Ok(step) = order.value.clone().account_opened(account, now) else { return nothing() };
        let change =
            Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
        let committed = self.store.commit_account(change, stock.as_ref()).await;
        if committed.is_ok() {
            tracing::info!(order = %order.value.id, %due, "a deposit is awaited");
        }
        recorded(committed, || ConfirmOutcome::AwaitsTransfer(Box::new(step.order)))
    }

    /// Closes the account of an order and writes down that it was not paid; if the deposit was
    /// faster, that it was.
    async fn close(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        code: &'static str,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        match self.close_account(&order.value, payment).await? {
            Closing::Closed => self.record_closed(order, code, now).await,
            Closing::Paid(payment)
                if payment.is_paid(&order.value.at_the_provider(), order.value.total.0).is_ok() =>
            {
                self.record_paid(order, &payment, false, now).await
            }
            Closing::Paid(_) | Closing::Unknown => {
                Ok(Recorded::Unknown(unknown(order.value.clone())))
            }
        }
    }

    /// Writes down that an account was closed into which no money came.
    async fn record_closed(
        &self,
        order: &Versioned<Order>,
        code: &'static str,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let asked = matches!(
            &order.value.payment,
            Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
        );
        if !asked {
            return Ok(Recorded::Nothing(said(order.value.clone())));
        }
        let closed = order.with(order.value.clone().account_closed(code, now));
        let committed = self.store.save_order(&closed, None).await;
        if committed.is_ok() {
            tracing::info!(order = %order.value.id, code, "an account was closed without a deposit");
        }
        recorded(committed, || match closed.value.state {
            State::Cancelled => ConfirmOutcome::Cancelled(Box::new(closed.value)),
            _ => ConfirmOutcome::Refused(Box::new(closed.value), DeclineReason::Closed(code)),
        })
    }

    async fn close_account(
        &self,
        order: &Order,
        payment: &toss::Payment,
    ) -> Result<Closing, PaymentError> {
        let name = order.at_the_provider();
        // An answer is kept under its key. What moved last is in it, so that an account that was
        // paid into and emptied again can be closed.
        let moved = payment.last_transaction_key.as_deref().unwrap_or_default();
        let key =
            IdempotencyKey::new(format!("close:{name}:{moved}")).map_err(|_| PaymentError::Key)?;
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
            Some(payment) if matches!(payment.status, Status::Canceled | Status::Expired) => {
                Closing::Closed
            }
            Some(payment)
                if payment.status == Status::WaitingForDeposit
                    && payment.virtual_account.as_ref().is_some_and(|account| account.expired) =>
            {
                Closing::Closed
            }
            _ => Closing::Unknown,
        })
    }

    /// The bank took the deposit back. The account of an order that ends by it is closed first, so
    /// that nothing comes into it any more.
    async fn reversed(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let nothing = || Ok(Recorded::Nothing(said(order.value.clone())));
        let Ok(step) = order.value.clone().transfer_reversed(now) else { return nothing() };
        if payment.status == Status::WaitingForDeposit && !step.order.transfer_is_reversed() {
            match self.close_account(&order.value, payment).await? {
                Closing::Closed => {}
                // It has come again.
                Closing::Paid(_) => return nothing(),
                Closing::Unknown => return Ok(Recorded::Unknown(unknown(order.value.clone()))),
            }
        }
        let committed = self.record_reversal(order, &step).await;
        if committed.is_ok() {
            let (from, to) = (order.value.state.name(), step.order.state.name());
            tracing::warn!(order = %order.value.id, from, to, "the bank took a deposit back");
        }
        recorded(committed, || said(step.order))
    }

    async fn record_reversal(&self, order: &Versioned<Order>, step: &Step) -> Result<(), Lost> {
        if step.order.state != State::Cancelled {
            let change =
                Change { seen: order.version, step, handled: None, copy: None, paid: false };
            return Ok(self.store.commit(change).await?);
        }
        let copy = match &order.value.choice {
            Some(choice) => {
                self.store.books(std::slice::from_ref(&choice.isbn)).await?.remove(&choice.isbn)
            }
            None => None,
        };
        self.store.give_up(order.version, step, copy.as_ref()).await
    }

    /// A deposit that was taken back from a packed order is there again.
    async fn came_again(
        &self,
        order: &Versioned<Order>,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let Ok(step) = order.value.clone().transfer_restored(now) else {
            return Ok(Recorded::Nothing(said(order.value.clone())));
        };
        let change =
            Change { seen: order.version, step: &step, handled: None, copy: None, paid: false };
        recorded(self.store.commit(change).await.map_err(Lost::from), || said(step.order))
    }
}

/// What there is to say of an order whose payment nobody knows about just now.
fn unknown(order: Order) -> ConfirmOutcome {
    if order.awaits_transfer().is_some() || !matches!(order.state, State::Priced | State::Cancelled)
    {
        return said(order);
    }
    ConfirmOutcome::Unknown(Box::new(order))
}
