//! Confirms a payment at the provider, and looks up payments without an answer.

use domain::{
    base::{
        id::{OrderId, VisitorId},
        money::Won,
    },
    order::{Order, Payment, PaymentKey, PaymentStatus, RefusalCode, State},
};
use jiff::Timestamp;
use platform::metrics::{self, Metric};
use store::{AskRefused, Versioned};
use toss::{Confirm, Failure, Gone, IdempotencyKey, Status};

use crate::{
    ConfirmOutcome, LookupOutcome, PaymentError, Payments, Told,
    bank_transfer::{self, TransferOutcome},
    record::Place,
    standing,
};

impl Payments {
    /// The reader came back from the payment page with a payment key: asks the provider to take the
    /// money.
    pub async fn confirm(
        &self,
        id: OrderId,
        visitor: VisitorId,
        payment_key: &PaymentKey,
        amount: Won,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let mut asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await;
        if let Err(AskRefused::Otherwise(Some(order))) = &asked
            && order.value.only_the_place_ran_out(visitor, amount, now)
        {
            match self.hold_again((**order).clone(), amount, now).await? {
                Place::Held => {
                    asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await;
                }
                Place::Gone => return Ok(ConfirmOutcome::NoPlace(Box::new(order.value.clone()))),
                Place::TooMany(too_many) => {
                    return Ok(ConfirmOutcome::TooManyUnpaid(
                        Box::new(order.value.clone()),
                        Box::new(too_many),
                    ));
                }
            }
        }
        let order = match asked {
            Ok(order) => order,
            Err(AskRefused::Store(error)) => return Err(error.into()),
            Err(AskRefused::Otherwise(order)) => return Ok(not_asked(order, visitor, amount)),
        };
        let answer = self.ask(&order.value, payment_key).await?;
        self.settle(order, answer, now).await
    }

    /// Looks up a payment that was asked for and never answered.
    pub async fn ask_again(
        &self,
        order: Versioned<Order>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let (key, asked_at) = match &order.value.payment {
            Some(Payment { key, asked_at, outcome: PaymentStatus::Asked, .. }) => {
                (key.clone(), *asked_at)
            }
            Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => {
                return Box::pin(self.transfer_due(order, now)).await;
            }
            _ => return Ok(standing(order.value)),
        };
        // Stored before keys were parsed. The provider cannot know it, so no money can come.
        if !key.is_sound() {
            return self.refuse(order, RefusalCode::InvalidRequest, now).await;
        }
        match self.toss.payment(&key).await {
            // The confirm never arrived. The same key asks for the same thing once. An order that
            // is not wanted any more is not asked for.
            Ok(Some(payment))
                if payment.status == Status::InProgress && order.value.state == State::Priced =>
            {
                Box::pin(self.ask_for_the_same(order, &key, now)).await
            }
            Ok(Some(payment)) => self.settle(order, Ok(payment), now).await,
            Ok(None)
                if now.duration_since(asked_at).as_mins() >= Order::NEVER_PAID_AFTER_MINUTES =>
            {
                self.refuse(order, RefusalCode::SessionExpired, now).await
            }
            Ok(None) => Ok(ConfirmOutcome::Unknown(Box::new(order.value))),
            Err(failure) => {
                tracing::warn!(order = %order.value.id, error.message = %failure, "payment is still unknown");
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
        }
    }

    /// Asks the provider once more to take the money, under the same condition as the reader's own
    /// request: the order may have been read from an index, or have changed since.
    async fn ask_for_the_same(
        &self,
        read: Versioned<Order>,
        key: &PaymentKey,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let Order { id, visitor, total, .. } = read.value;
        match self.store.ask_payment(id, visitor, key, total, now).await {
            Ok(order) => {
                let answer = self.ask(&order.value, key).await?;
                self.settle(order, answer, now).await
            }
            Err(AskRefused::Store(error)) => Err(error.into()),
            // Settled meanwhile, or its place ran out. The provider's session ends within minutes.
            Err(AskRefused::Otherwise(Some(order))) => Ok(bank_transfer::unknown(order.value)),
            Err(AskRefused::Otherwise(None)) => Ok(ConfirmOutcome::NoSuchOrder),
        }
    }

    /// The provider says that a payment has changed: looks, and settles an order that is open.
    /// Takes no money, so a forged call cannot do more than the truth.
    pub async fn look(
        &self,
        id: OrderId,
        told: Told<'_>,
        now: Timestamp,
    ) -> Result<LookupOutcome, PaymentError> {
        let Some(order) = self.store.order(id).await? else {
            return Ok(LookupOutcome::NoSuchOrder);
        };
        let open = matches!(order.value.state, State::Priced | State::Cancelled);
        // Under a name that was given up nothing can happen any more.
        if (!open && !order.value.by_bank_transfer()) || told.name != order.value.at_the_provider()
        {
            return Ok(LookupOutcome::Settled(standing(order.value)));
        }
        if !told.later && !self.store.may_look(id, told.name, now).await? {
            return Ok(LookupOutcome::Later);
        }
        let payment = match self.told_payment(&order.value, told).await {
            Ok(Some(payment)) => payment,
            Ok(None) => {
                return Ok(LookupOutcome::Settled(ConfirmOutcome::Unknown(Box::new(order.value))));
            }
            Err(failure) => {
                tracing::warn!(order = %id, error.message = %failure, "payment cannot be looked up");
                return Ok(LookupOutcome::NoAnswer);
            }
        };
        if let Some(told) = told.secret
            && !payment.secret.as_ref().is_some_and(|secret| secret.matches(told))
        {
            return Ok(LookupOutcome::WrongSecret);
        }
        // Another window of this order: only money that came concerns the order, and only while it
        // is not paid.
        let attempt = order.value.payment.as_ref();
        let is_the_attempt = attempt.is_none_or(|known| known.key == payment.payment_key);
        let came = payment.status.money_is_there();
        if !(is_the_attempt || open && came) {
            return Ok(LookupOutcome::Settled(bank_transfer::unknown(order.value)));
        }
        let asked = attempt.is_some_and(|known| known.outcome == PaymentStatus::Asked);
        if bank_transfer::is_bank_transfer(&payment) {
            let told = told.later || told.secret.is_some();
            return Ok(match Box::pin(self.settle_transfer(order, payment, told, now)).await? {
                TransferOutcome::Known(outcome) => LookupOutcome::Settled(outcome),
                TransferOutcome::Unknown(_) => LookupOutcome::NoAnswer,
            });
        }
        if asked || came {
            return self.settle(order, Ok(payment), now).await.map(LookupOutcome::Settled);
        }
        Ok(LookupOutcome::Settled(ConfirmOutcome::Unknown(Box::new(order.value))))
    }

    /// The payment that a call is about: under its own key, or else under the key of the order's
    /// latest attempt. The look-up by name is the last resort, because it does not say which of
    /// several payments it answers.
    async fn told_payment(
        &self,
        order: &Order,
        told: Told<'_>,
    ) -> Result<Option<toss::Payment>, Failure> {
        let of_this_order = |payment: &toss::Payment| payment.order_id == told.name;
        if let Some(key) = told.key {
            return Ok(self.toss.payment(key).await?.filter(of_this_order));
        }
        if let Some(Payment { key, .. }) = &order.payment
            && let Some(payment) = self.toss.payment(key).await?.filter(of_this_order)
        {
            return Ok(Some(payment));
        }
        self.toss.payment_of_order(told.name).await
    }

    /// Asks the provider to take the money. If its answer is lost or says that the session is gone,
    /// the payment is looked up under its key.
    async fn ask(
        &self,
        order: &Order,
        payment_key: &PaymentKey,
    ) -> Result<Result<toss::Payment, Failure>, PaymentError> {
        let id = order.at_the_provider();
        let key = idempotency_key(&id, payment_key)?;
        // The stored amount, never the one that came with the redirect.
        let answer = self
            .toss
            .confirm(Confirm { payment_key, order_id: &id, amount: order.total.0 }, &key)
            .await;
        Ok(match answer {
            Err(Failure::Unknown(doubt)) => {
                tracing::warn!(order = %id, error.message = %doubt, "payment is unknown; asking");
                match self.toss.payment(payment_key).await {
                    Ok(Some(payment)) => Ok(payment),
                    _ => Err(Failure::Unknown(doubt)),
                }
            }
            Err(Failure::SessionGone(rejection, gone)) => {
                match self.toss.payment(payment_key).await {
                    Ok(Some(payment)) if payment.status.money_is_there() => Ok(payment),
                    _ => Err(Failure::SessionGone(rejection, gone)),
                }
            }
            other => other,
        })
    }

    /// Records what the provider answered.
    pub(crate) async fn settle(
        &self,
        order: Versioned<Order>,
        answer: Result<toss::Payment, Failure>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match answer {
            // A key of another payment, typed into the form. No money can come for this order
            // under it.
            Ok(payment) if payment.order_id != order.value.at_the_provider() => {
                tracing::warn!(order = %order.value.id, "payment key names a payment of another order");
                Box::pin(self.refuse(order, RefusalCode::InvalidRequest, now)).await
            }
            // Boxed, as the refusals below: each payment would carry the futures of all.
            Ok(payment) if bank_transfer::is_bank_transfer(&payment) => {
                let settled = Box::pin(self.settle_transfer(order, payment, false, now)).await?;
                Ok(settled.into_outcome())
            }
            Ok(payment) => {
                match payment.is_paid(&order.value.at_the_provider(), order.value.total.0) {
                    Ok(()) => Box::pin(self.paid(order, &payment, now)).await,
                    Err(not_paid) => Box::pin(self.not_paid(order, &payment, &not_paid, now)).await,
                }
            }
            Err(Failure::Refused(rejection)) => {
                tracing::info!(
                    order = %order.value.id,
                    toss.code = %rejection.code,
                    toss.trace = ?rejection.trace,
                    "payment refused"
                );
                Box::pin(self.refuse(order, rejection.code.into(), now)).await
            }
            Err(Failure::SessionGone(_, Gone::Expired)) => {
                Box::pin(self.refuse(order, RefusalCode::SessionExpired, now)).await
            }
            Err(Failure::SessionGone(_, Gone::NotFound) | Failure::Unknown(_)) => {
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
            Err(Failure::OurFault(rejection)) => {
                metrics::count(Metric::RefusedByOurFault, 1);
                tracing::error!(
                    order = %order.value.id,
                    toss.code = %rejection.code,
                    toss.trace = ?rejection.trace,
                    "payment request is wrong"
                );
                Box::pin(self.refuse(order, RefusalCode::InvalidRequest, now)).await
            }
        }
    }

    async fn not_paid(
        &self,
        order: Versioned<Order>,
        payment: &toss::Payment,
        why: &toss::NotPaid,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match (why, &payment.status) {
            // It was paid, and a part went back since: the order was read before that, or somebody
            // refunded it at the provider by hand. Who has read it anew decides which.
            (toss::NotPaid::Status(_), Status::PartialCanceled) => {
                self.paid(order, payment, now).await
            }
            (
                toss::NotPaid::Status(_),
                status @ (Status::Aborted | Status::Expired | Status::Canceled),
            ) => self.refuse(order, status.as_str().into(), now).await,
            (toss::NotPaid::Status(_), Status::Ready | Status::InProgress) => {
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
            _ => {
                tracing::error!(order = %order.value.id, error.message = %why, "payment does not fit the order");
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
        }
    }
}

/// The outcome for an order that the provider was not asked about.
fn not_asked(
    order: Option<Box<Versioned<Order>>>,
    visitor: VisitorId,
    amount: Won,
) -> ConfirmOutcome {
    let Some(order) = order.map(|order| order.value).filter(|order| order.visitor == visitor)
    else {
        return ConfirmOutcome::NoSuchOrder;
    };
    match order.state {
        State::Priced if order.total != amount => ConfirmOutcome::Tampered(Box::new(order)),
        State::Priced if order.awaits_transfer().is_some() => {
            ConfirmOutcome::AwaitsTransfer(Box::new(order))
        }
        State::Priced => ConfirmOutcome::Underway(Box::new(order)),
        _ => standing(order),
    }
}

/// The key under which the provider takes this order's money once. It contains the order's name
/// because the provider's own scope leaves the body out: a key used for another order, or under a
/// name that was given up since, would replay that answer.
fn idempotency_key(name: &str, payment_key: &PaymentKey) -> Result<IdempotencyKey, PaymentError> {
    IdempotencyKey::new(format!("confirm:{name}:{payment_key}")).map_err(|_| PaymentError::Key)
}
