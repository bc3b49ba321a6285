//! Recording what the provider answered: paid, or refused.

use domain::{
    base::{calendar, money::Won},
    order::{
        Order, Payment, PaymentStatus, RefusalCode, State,
        stock::{Reservation, Slot, Stock},
        unpaid::TooManyUnpaid,
    },
};
use jiff::Timestamp;
use store::{Commit, Condition, Decision, Updated, Versioned};

use crate::{
    ConfirmOutcome, PaymentError, Payments,
    bank_transfer::{self, TransferOutcome},
    standing,
};

/// How long before a place runs out it is looked at anew, in minutes. Longer than one call of a
/// function, so that nobody takes the place between the look and the write.
const PLACE_IN_DOUBT_MINUTES: i64 = 1;

/// Whether an order has a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// It holds one.
    Held,
    /// It ran out, and every other is taken.
    Gone,
    /// It ran out, and the reader holds others without a payment.
    TooMany(TooManyUnpaid),
}

/// What one look at a payment found, and what is logged once it is written.
#[derive(Debug)]
pub(crate) struct Settled {
    pub(crate) outcome: TransferOutcome,
    pub(crate) event: Option<Event>,
}

/// A change worth a line in the log.
#[derive(Debug)]
pub(crate) enum Event {
    Paid { order: Box<Order> },
    AccountOpened { order: Box<Order>, due: Timestamp },
    AccountClosed { order: Box<Order>, code: RefusalCode },
    Reversed { order: Box<Order>, from: State },
}

impl Settled {
    pub(crate) fn known(outcome: ConfirmOutcome) -> Self {
        Self { outcome: TransferOutcome::Known(outcome), event: None }
    }

    pub(crate) fn unknown(outcome: ConfirmOutcome) -> Self {
        Self { outcome: TransferOutcome::Unknown(outcome), event: None }
    }

    pub(crate) fn logged_as(self, event: Event) -> Self {
        Self { event: Some(event), ..self }
    }

    /// Logs what was written.
    pub(crate) fn log(self) -> TransferOutcome {
        match &self.event {
            None => {}
            Some(Event::Paid { order }) => {
                tracing::info!(order = %order.id, amount_won = order.total.0, state = order.state.name(), "order paid");
            }
            Some(Event::AccountOpened { order, due }) => {
                tracing::info!(order = %order.id, %due, "bank transfer awaited");
            }
            Some(Event::AccountClosed { order, code }) => {
                tracing::info!(order = %order.id, %code, "virtual account closed without a transfer");
            }
            Some(Event::Reversed { order, from }) => {
                tracing::warn!(order = %order.id, from = from.name(), to = order.state.name(), "bank reversed a transfer");
            }
        }
        self.outcome
    }
}

impl Payments {
    /// Records that an order is paid. Two tabs, the reader and `sweep`, or a payment and a cancel
    /// may meet: one of them writes, and each answers what is true.
    pub(crate) async fn paid(
        &self,
        order: Versioned<Order>,
        payment: &toss::Payment,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let (id, first) = (order.value.id, &order);
        let updated = self
            .store
            .transact(|attempt| async move {
                let order = match attempt.number {
                    0 => first.clone(),
                    _ => match self.store.order(id).await? {
                        Some(order) => order,
                        None => {
                            return Ok(Decision::Keep(Settled::known(ConfirmOutcome::NoSuchOrder)));
                        }
                    },
                };
                let place_lost = attempt.has_lost(Condition::Stock);
                self.record_paid(&order, payment, place_lost, now).await
            })
            .await?;
        match updated {
            Updated::Done(settled) => Ok(settled.log().into_outcome()),
            Updated::NotFound => Ok(ConfirmOutcome::NoSuchOrder),
            Updated::DoneBefore | Updated::GaveUp => Err(PaymentError::Busy),
        }
    }

    /// Decides how a payment is recorded on the order as it was read. `place_lost`: an earlier
    /// attempt found that the order's place is not among those held.
    pub(crate) async fn record_paid(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        place_lost: bool,
        now: Timestamp,
    ) -> Result<Decision<Settled>, PaymentError> {
        let receipt = payment.receipt.as_ref().map(|receipt| receipt.url.reveal().to_owned());
        let mut paid = order.value.clone();
        if let Some(tax_free) = payment.tax_free_amount.filter(|_| payment.cancels.is_empty()) {
            // What the window was opened with stands, because refunds are split by it.
            if Won(tax_free) != paid.tax_free || payment.taxes_add_up() == Some(false) {
                tracing::warn!(order = %paid.id, asked_won = paid.tax_free.0, told_won = tax_free, "tax-free part of the payment is another");
            }
            paid.tax_free = Won(tax_free);
        }
        let asked_at = paid.payment.as_ref().map_or(now, |payment| payment.asked_at);
        let outcome = match bank_transfer::account_of(payment, asked_at) {
            Some(account) => PaymentStatus::Waits { account },
            None => PaymentStatus::Asked,
        };
        let key = payment.payment_key.clone();
        paid.payment = Some(Payment { key, asked_at, again_at: None, outcome });
        let room = match paid.state {
            State::Priced => self.room_for(&paid, place_lost, now).await?,
            _ => None,
        };
        let step = match (paid.state, &room) {
            (State::Priced, Some(_)) => paid.paid(receipt, now),
            (State::Priced, None) => paid.paid_without_place(receipt, now),
            (State::Cancelled, _) => paid.paid_too_late(receipt, now),
            _ => return Ok(Decision::Keep(Settled::known(standing(order.value.clone())))),
        };
        let Ok(step) = step else {
            return Ok(Decision::Keep(Settled::known(standing(order.value.clone()))));
        };
        let mut commit = Commit::of(order, &step).paid();
        if let Some(room) = &room {
            commit = commit.holding(&Reservation::Paid, room);
        }
        let event = Event::Paid { order: Box::new(step.order.clone()) };
        Ok(Decision::write(commit, Settled::known(standing(step.order)).logged_as(event)))
    }

    /// Records that a payment was refused, unless another request settled it meanwhile.
    pub(crate) async fn refuse(
        &self,
        order: Versioned<Order>,
        code: RefusalCode,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let asked = order.value.payment.as_ref().map(|payment| payment.key.clone());
        let (asked, code) = (&asked, &code);
        let updated = self
            .store
            .update_order_from(order, |order| async move {
                let still = matches!(
                    &order.value.payment,
                    Some(Payment {
                        key,
                        outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. },
                        ..
                    }) if Some(key) == asked.as_ref()
                );
                let refused = |order| ConfirmOutcome::Refused(Box::new(order), code.clone());
                match order.value.state {
                    State::Priced | State::Cancelled if still => {}
                    State::Priced => return Ok(Decision::Keep(refused(order.value))),
                    _ => return Ok(Decision::Keep(standing(order.value))),
                }
                let after = order.value.clone().payment_refused(code.clone(), now);
                let outcome = match after.state {
                    State::Cancelled => ConfirmOutcome::Cancelled(Box::new(after.clone())),
                    _ => refused(after.clone()),
                };
                Ok::<_, PaymentError>(Decision::write(Commit::order(&order, after), outcome))
            })
            .await?;
        match updated {
            Updated::Done(outcome) => Ok(outcome),
            Updated::NotFound => Ok(ConfirmOutcome::NoSuchOrder),
            Updated::DoneBefore | Updated::GaveUp => Err(PaymentError::Busy),
        }
    }

    /// Holds a place anew for an order whose own ran out before it was paid.
    pub(crate) async fn hold_again(
        &self,
        order: Versioned<Order>,
        amount: Won,
        now: Timestamp,
    ) -> Result<Place, PaymentError> {
        let updated = self
            .store
            .update_order_from(order, |order| async move {
                let Order { id, visitor, .. } = order.value;
                if !order.value.only_the_place_ran_out(visitor, amount, now) {
                    // Settled or held by another tab: the next request for the money answers.
                    return Ok(Decision::Keep(Place::Held));
                }
                let stock = self.store.stock(order.value.price.range).await?;
                let Ok(taken) = stock.value.reserve(id, now) else {
                    return Ok(Decision::Keep(Place::Gone));
                };
                let admitted = match self.store.unpaid(&order.value).await?.admit(id, now) {
                    Ok(admitted) => admitted,
                    Err(too_many) => return Ok(Decision::Keep(Place::TooMany(too_many))),
                };
                let held = Order { held_until: taken.until, ..order.value.clone() };
                let commit = Commit::order(&order, held)
                    .holding(&Reservation::Until(taken.until), &taken.slot)
                    .counted(admitted);
                Ok::<_, PaymentError>(Decision::write(commit, Place::Held))
            })
            .await?;
        match updated {
            Updated::Done(place) => Ok(place),
            Updated::NotFound | Updated::DoneBefore | Updated::GaveUp => Err(PaymentError::Busy),
        }
    }

    /// Where the range has a place for an order that is being settled: its own, or another if its
    /// own ran out, is about to, or is lost. `None`: every place is taken.
    pub(crate) async fn room_for(
        &self,
        order: &Order,
        place_lost: bool,
        now: Timestamp,
    ) -> Result<Option<Slot>, PaymentError> {
        if !place_lost && !is_in_doubt(order, now) {
            return Ok(Some(Slot::Own));
        }
        let stock = self.store.stock(order.price.range).await?;
        Ok(room_in(&stock.value, order, place_lost, now))
    }
}

/// Whether the order's own place may run out while it is being settled.
fn is_in_doubt(order: &Order, now: Timestamp) -> bool {
    order.held_until <= calendar::minutes_after(now, PLACE_IN_DOUBT_MINUTES)
}

/// As [`Payments::room_for`], in a range that was read.
pub(crate) fn room_in(
    stock: &Stock,
    order: &Order,
    place_lost: bool,
    now: Timestamp,
) -> Option<Slot> {
    if !place_lost && !is_in_doubt(order, now) {
        return Some(Slot::Own);
    }
    stock.reserve(order.id, now).ok().map(|taken| taken.slot)
}
