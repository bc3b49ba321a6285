//! Paying by bank transfer.
//!
//! The confirm of such a payment opens a virtual account and takes nothing. One transaction records
//! that a transfer is awaited, holds the place as long, and sends the letter with the account. The
//! transfer is then reported by the provider's webhook ([`Payments::look`]), or found when the
//! reader or `sweep` asks.
//!
//! No order is offered another payment, and none is left alone, while money may still come: the
//! account of an order whose time is over, that was cancelled or has no place is **closed at the
//! provider first**, and only an account that the provider calls closed is recorded as not paid. A
//! transfer that was faster is a payment like any other. The same holds when the bank reverses a
//! transfer.
//!
//! A card payment only goes forward; a transfer can be reversed and come again. So **the order is
//! read first, then the provider is asked, and the answer is written only on the version read**. On
//! a version conflict, the order is read and the provider asked anew. A webhook that finds nothing
//! to write raises the order's version, which invalidates every answer asked for before. The model
//! in `shared/domain/tests/model` explores the ways in which these can meet.

use domain::{
    base::id::OrderId,
    order::{
        Order, Payment, PaymentStatus, RefusalCode, State,
        bank_transfer::{Bank, VirtualAccount},
    },
};
use jiff::Timestamp;
use store::{Attempt, Commit, Condition, Decision, Updated, Versioned};
use toss::Status;

use crate::{
    ConfirmOutcome, PaymentError, Payments,
    close_account::Closing,
    record::{Event, Settled, room_in},
    standing,
};

/// How a bank transfer stands.
#[derive(Debug)]
pub(crate) enum TransferOutcome {
    /// As the order says.
    Known(ConfirmOutcome),
    /// The provider does not say, or an account that should be closed is not.
    Unknown(ConfirmOutcome),
}

impl TransferOutcome {
    pub(crate) fn into_outcome(self) -> ConfirmOutcome {
        match self {
            Self::Known(outcome) | Self::Unknown(outcome) => outcome,
        }
    }
}

/// Whether a payment is made into a virtual account.
pub(crate) fn is_bank_transfer(payment: &toss::Payment) -> bool {
    payment.virtual_account.is_some() || payment.status == Status::WaitingForDeposit
}

/// The virtual account of a payment, awaited until our own time is over. `None`: it is not a bank
/// transfer.
pub(crate) fn account_of(payment: &toss::Payment, asked_at: Timestamp) -> Option<VirtualAccount> {
    let there = payment.virtual_account.as_ref()?;
    let due = VirtualAccount::due(asked_at);
    Some(VirtualAccount {
        bank: Bank::told(there.bank_code.as_deref().unwrap_or_default()),
        number: there.account_number.clone(),
        holder: there.customer_name.clone().unwrap_or_default(),
        // The reader is not told a time at which the bank no longer takes the money.
        due: there.due_date.map_or(due, |theirs| due.min(theirs)),
    })
}

/// The outcome for an order whose payment is not known just now.
pub(crate) fn unknown(order: Order) -> ConfirmOutcome {
    if order.awaits_transfer().is_some() || !matches!(order.state, State::Priced | State::Cancelled)
    {
        return standing(order);
    }
    ConfirmOutcome::Unknown(Box::new(order))
}

#[expect(clippy::unnecessary_wraps, reason = "the type of a decision in the update loop")]
pub(crate) fn keep(settled: Settled) -> Result<Decision<Settled>, PaymentError> {
    Ok(Decision::Keep(settled))
}

pub(crate) fn keep_known(order: &Versioned<Order>) -> Result<Decision<Settled>, PaymentError> {
    keep(Settled::known(standing(order.value.clone())))
}

pub(crate) fn keep_unknown(order: &Versioned<Order>) -> Result<Decision<Settled>, PaymentError> {
    keep(Settled::unknown(unknown(order.value.clone())))
}

impl Payments {
    /// Looks for a transfer that is awaited. If its time is over, or the order was cancelled, its
    /// account is closed.
    pub(crate) async fn transfer_due(
        &self,
        order: Versioned<Order>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match self.payment_of(&order.value).await {
            Some(payment) => self.settle(order, Ok(payment), now).await,
            None => Ok(standing(order.value)),
        }
    }

    /// Reads an order, looks up its transfer, and settles what is found.
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

    /// Settles a bank transfer by what the provider answered after the order was read.
    ///
    /// `told`: the provider's webhook reported a change. What is known then has been written by
    /// somebody who asked after that call, so the order's version is raised even if there is
    /// nothing to write.
    pub(crate) async fn settle_transfer(
        &self,
        order: Versioned<Order>,
        payment: toss::Payment,
        told: bool,
        now: Timestamp,
    ) -> Result<TransferOutcome, PaymentError> {
        let (id, first) = (order.value.id, &(order, payment));
        let updated = self
            .store
            .transact(|attempt| async move {
                let (order, payment) = match attempt.number {
                    0 => first.clone(),
                    _ => match self.read_anew(id).await? {
                        Ok(read) => read,
                        Err(settled) => return keep(settled),
                    },
                };
                match self.look_once(&order, &payment, &attempt, now).await? {
                    Decision::Keep(
                        settled @ Settled { outcome: TransferOutcome::Known(_), .. },
                    ) if told => {
                        let same = Commit::order(&order, order.value.clone());
                        Ok(Decision::write(same, settled))
                    }
                    decision => Ok::<_, PaymentError>(decision),
                }
            })
            .await?;
        match updated {
            Updated::Done(settled) => Ok(settled.log()),
            Updated::NotFound => Ok(TransferOutcome::Known(ConfirmOutcome::NoSuchOrder)),
            Updated::DoneBefore | Updated::GaveUp => Err(PaymentError::Busy),
        }
    }

    /// The order, and then its payment at the provider; or the outcome if there is no transfer to
    /// settle any more.
    async fn read_anew(
        &self,
        id: OrderId,
    ) -> Result<Result<(Versioned<Order>, toss::Payment), Settled>, PaymentError> {
        let Some(order) = self.store.order(id).await? else {
            return Ok(Err(Settled::known(ConfirmOutcome::NoSuchOrder)));
        };
        Ok(match self.payment_of(&order.value).await {
            Some(payment)
                if is_bank_transfer(&payment)
                    && payment.order_id == order.value.at_the_provider() =>
            {
                Ok((order, payment))
            }
            // Another payment has been asked for by now, or the account was closed and its name
            // given up.
            Some(_) => Err(Settled::known(standing(order.value))),
            None => Err(Settled::unknown(unknown(order.value))),
        })
    }

    /// The payment that was asked for last, as the provider has it. `None`: no answer.
    async fn payment_of(&self, order: &Order) -> Option<toss::Payment> {
        let Payment { key, .. } = order.payment.as_ref()?;
        match self.toss.payment(key).await {
            Ok(payment) => payment,
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "bank transfer cannot be looked up");
                None
            }
        }
    }

    async fn look_once(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        attempt: &Attempt,
        now: Timestamp,
    ) -> Result<Decision<Settled>, PaymentError> {
        let Order { id, state, total, .. } = &order.value;
        match payment.is_paid(&order.value.at_the_provider(), total.0) {
            Ok(()) | Err(toss::NotPaid::Status(_)) => {}
            Err(why) => {
                tracing::error!(order = %id, error.message = %why, "payment does not fit the order");
                return keep_unknown(order);
            }
        }
        let place_lost = attempt.has_lost(Condition::Stock);
        let open = matches!(state, State::Priced | State::Cancelled);
        let came = payment.approved_at.is_some();
        match payment.status {
            Status::Done | Status::PartialCanceled if open => {
                self.record_paid(order, payment, place_lost, now).await
            }
            Status::WaitingForDeposit if open => {
                self.await_transfer(order, payment, place_lost, now).await
            }
            Status::Canceled | Status::Expired if open => {
                Ok(record_closed(order, RefusalCode::AccountClosed, now))
            }
            Status::WaitingForDeposit => self.reversed(order, payment, now).await,
            Status::Canceled if !came => self.reversed(order, payment, now).await,
            Status::Done | Status::PartialCanceled | Status::Canceled
                if order.value.transfer_is_reversed() =>
            {
                came_again(order, now)
            }
            Status::Ready | Status::InProgress => keep_unknown(order),
            _ => keep_known(order),
        }
    }

    /// The account is open: records that the order awaits its transfer, or closes the account if it
    /// is awaited no longer.
    async fn await_transfer(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        place_lost: bool,
        now: Timestamp,
    ) -> Result<Decision<Settled>, PaymentError> {
        let Some(known) =
            order.value.payment.as_ref().filter(|known| known.key == payment.payment_key)
        else {
            return keep_known(order);
        };
        let Some(account) = account_of(payment, known.asked_at) else {
            tracing::error!(order = %order.value.id, "payment awaits a transfer into no account");
            return keep_unknown(order);
        };
        let (known_before, due) = match &known.outcome {
            PaymentStatus::Waits { account } => (true, account.due),
            PaymentStatus::Asked => (false, account.due),
            _ => return keep_known(order),
        };
        if order.value.state == State::Cancelled {
            return self.close(order, payment, RefusalCode::AccountClosed, now).await;
        }
        if due <= now {
            return self.close(order, payment, RefusalCode::TransferExpired, now).await;
        }
        if known_before {
            return keep_known(order);
        }
        let stock = self.store.stock(order.value.price.range).await?;
        if !stock.value.admits_transfer(order.value.id, self.transfer_share, now) {
            return self.close(order, payment, RefusalCode::TooManyTransfers, now).await;
        }
        let Some(room) = room_in(&stock.value, &order.value, place_lost, now) else {
            return self.close(order, payment, RefusalCode::NoCopyLeft, now).await;
        };
        let Ok(step) = order.value.clone().account_opened(account, now) else {
            return keep_known(order);
        };
        let commit = Commit::of(order, &step).holding_for_transfer(&room, &stock);
        let order = Box::new(step.order);
        let event = Event::AccountOpened { order: order.clone(), due };
        let settled = Settled::known(ConfirmOutcome::AwaitsTransfer(order)).logged_as(event);
        Ok(Decision::write(commit, settled))
    }

    /// The bank reversed the transfer. The account of an order that ends by it is closed first, so
    /// that nothing comes into it any more.
    async fn reversed(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        now: Timestamp,
    ) -> Result<Decision<Settled>, PaymentError> {
        let Ok(step) = order.value.clone().transfer_reversed(now) else {
            return keep_known(order);
        };
        if payment.status == Status::WaitingForDeposit && !step.order.transfer_is_reversed() {
            match self.close_account(&order.value, payment).await? {
                Closing::Closed => {}
                // It has come again.
                Closing::Paid(_) => return keep_known(order),
                Closing::Unknown => return keep_unknown(order),
            }
        }
        let mut commit = Commit::of(order, &step);
        if step.order.state == State::Cancelled {
            let book = self.store.chosen_book(&order.value).await?;
            commit = commit.giving_up(book.as_ref());
        }
        let event =
            Event::Reversed { order: Box::new(step.order.clone()), from: order.value.state };
        Ok(Decision::write(commit, Settled::known(standing(step.order)).logged_as(event)))
    }
}

/// Records that an account was closed into which no money came.
pub(crate) fn record_closed(
    order: &Versioned<Order>,
    code: RefusalCode,
    now: Timestamp,
) -> Decision<Settled> {
    let asked = matches!(
        &order.value.payment,
        Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
    );
    if !asked {
        return Decision::Keep(Settled::known(standing(order.value.clone())));
    }
    let closed = order.value.clone().account_closed(code.clone(), now);
    let after = Box::new(closed.clone());
    let event = Event::AccountClosed { order: after.clone(), code: code.clone() };
    let outcome = match closed.state {
        State::Cancelled => ConfirmOutcome::Cancelled(after),
        _ => ConfirmOutcome::Refused(after, code),
    };
    Decision::write(Commit::order(order, closed), Settled::known(outcome).logged_as(event))
}

/// A transfer that was reversed after the order was packed has come again.
fn came_again(order: &Versioned<Order>, now: Timestamp) -> Result<Decision<Settled>, PaymentError> {
    let Ok(step) = order.value.clone().transfer_restored(now) else {
        return keep_known(order);
    };
    let commit = Commit::of(order, &step);
    Ok(Decision::write(commit, Settled::known(standing(step.order))))
}
