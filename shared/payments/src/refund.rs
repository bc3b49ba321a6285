//! The way back: one refund, once.
//!
//! The promise, with its number, is committed before (the step that owes the money). Then: (a) that
//! the provider is being asked is written down; (b) it is asked under the key
//! `cancel:{order}:{number}`; (c) what it answers is checked (our order, our cancel by its reason
//! and amount, the balance that is left) and recorded in one transaction with the letter to the
//! reader and the message marked handled.
//!
//! A crash or a lost answer leaves the message unhandled and the refund `asked`: the next delivery
//! looks at the payment first, and only if the cancel is not among its cancels asks again, under
//! the same key.

use domain::{
    base::id::MessageId,
    order::{
        Order, Payment,
        bank_transfer::RefundTo,
        refund::{Progress, Refund},
    },
};
use jiff::Timestamp;
use store::{Change, Guard, Lost, Versioned};
use toss::{Cancel, CancelFailure, IdempotencyKey, RefundAccount, Status};

use crate::{PaymentError, Payments, ROUNDS};

/// The provider's no to giving back a part of a deposit that has not come, or was taken back.
const NOTHING_THERE: &str = "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT";

/// What became of a refund.
#[derive(Debug)]
pub enum RefundOutcome {
    /// The money went back.
    Done,
    /// It was done, parked or replaced before: a duplicate or a late message.
    DoneBefore,
    /// The provider will not do it; the owner sees it with the reason.
    NeedsOwner,
    /// The provider does not take the reader's account, who is asked for it again; or its no was of
    /// another time. It is promised under a new number.
    Anew,
    /// Nobody knows, or not yet: the same again, later. Why, for the log.
    Unknown(String),
    /// There is no such order or refund.
    NoSuchRefund,
}

/// How a refund ended.
enum Ended {
    /// The money went back.
    Done,
    /// The provider will not do it, with its code.
    Refused(String),
}

/// What came of asking.
enum Found {
    Ended(Ended),
    /// The provider does not take the reader's account, or nobody has named one.
    AccountRefused,
    /// The provider's no is of before, when the bank had taken the deposit back.
    OfBefore,
    /// The bank took the deposit back: there is nothing that could go back.
    Reversed,
    Unknown(String),
}

/// What a payment shows of a refund.
enum There {
    /// It is done.
    Done,
    /// It is not among the payment's cancels.
    Absent,
    /// There is no money, because the bank took the deposit back.
    Reversed,
}

impl Payments {
    /// Carries out the refund that a message asks for. However often it is called, money goes back
    /// once.
    pub async fn refund(
        &self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let (order, asked_before) = match self.asking(id, now).await? {
            Asking::Order(order, asked_before) => (order, asked_before),
            Asking::Over(refunding) => return Ok(refunding),
        };
        let Some(refund) = order.refund(id.sequence) else {
            return Ok(RefundOutcome::NoSuchRefund);
        };
        let Some(Payment { key, .. }) = &order.payment else {
            return self.record(id, &Ended::Refused("NO_PAYMENT".to_owned()), now).await;
        };
        let found = if asked_before {
            match self.look_for(key, &order, refund).await {
                Some(There::Done) => Found::Ended(Ended::Done),
                Some(There::Reversed) => Found::Reversed,
                Some(There::Absent) => self.cancel(key, &order, refund).await?,
                None => Found::Unknown("the payment cannot be looked at".to_owned()),
            }
        } else {
            self.cancel(key, &order, refund).await?
        };
        match found {
            Found::Ended(ended) => self.record(id, &ended, now).await,
            Found::AccountRefused => {
                Box::pin(self.promise_anew(id, order.refund_to.as_ref(), now)).await
            }
            Found::OfBefore => Box::pin(self.promise_anew(id, None, now)).await,
            Found::Reversed => {
                Box::pin(self.transfer_anew(id.order, now)).await?;
                // By that the refund is over; if not, the deposit has come again, or nobody knows.
                match self.asking(id, now).await? {
                    Asking::Over(refunding) => Ok(refunding),
                    Asking::Order(..) => {
                        Ok(RefundOutcome::Unknown("the deposit is being taken back".to_owned()))
                    }
                }
            }
            Found::Unknown(why) => Ok(RefundOutcome::Unknown(why)),
        }
    }

    /// Records that the refund is promised under a new number, because the provider keeps its no
    /// under the old one. The account that was `tried` is to be asked for again.
    async fn promise_anew(
        &self,
        id: MessageId,
        tried: Option<&RefundTo>,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        for _ in 0..ROUNDS {
            let Some(order) = self.store.order(id.order).await? else {
                return Ok(RefundOutcome::NoSuchRefund);
            };
            if !order.value.refund(id.sequence).is_some_and(|refund| refund.progress.is_open()) {
                self.store.handled(id, now).await?;
                return Ok(RefundOutcome::DoneBefore);
            }
            let step = order.value.clone().account_refused(id.sequence, tried, now);
            let change = Change {
                seen: order.version,
                step: &step,
                handled: Some(id),
                copy: None,
                paid: false,
            };
            match self.store.commit(change).await.map_err(Lost::from) {
                Ok(()) => {
                    tracing::info!(order = %id.order, refund = id.sequence, "a refund is promised anew");
                    return Ok(RefundOutcome::Anew);
                }
                Err(Lost::Race(Guard::Message)) => return Ok(RefundOutcome::DoneBefore),
                Err(Lost::Race(_) | Lost::Conflict) => {}
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(PaymentError::Busy)
    }

    /// Writes down that the provider is being asked, unless it was asked before.
    async fn asking(&self, id: MessageId, now: Timestamp) -> Result<Asking, PaymentError> {
        for _ in 0..ROUNDS {
            let Some(order) = self.store.order(id.order).await? else {
                return Ok(Asking::Over(RefundOutcome::NoSuchRefund));
            };
            match order.value.refund(id.sequence).map(|refund| &refund.progress) {
                None => return Ok(Asking::Over(RefundOutcome::NoSuchRefund)),
                Some(Progress::Asked) => return Ok(Asking::Order(Box::new(order.value), true)),
                Some(Progress::AwaitingBankDetails) => {
                    return Ok(Asking::Over(RefundOutcome::Unknown(
                        "nobody has named an account".to_owned(),
                    )));
                }
                Some(Progress::Due) => {}
                Some(
                    Progress::Done { .. }
                    | Progress::ByHand { .. }
                    | Progress::NeedsOwner { .. }
                    | Progress::Superseded,
                ) => {
                    self.store.handled(id, now).await?;
                    return Ok(Asking::Over(RefundOutcome::DoneBefore));
                }
            }
            let asked: Versioned<Order> =
                order.with(order.value.clone().refund_asked(id.sequence, now));
            match self.store.save_order(&asked, None).await {
                Ok(()) => return Ok(Asking::Order(Box::new(asked.value), false)),
                Err(Lost::Race(_) | Lost::Conflict) => {}
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(PaymentError::Busy)
    }

    async fn cancel(
        &self,
        payment_key: &str,
        order: &Order,
        refund: &Refund,
    ) -> Result<Found, PaymentError> {
        let id = order.id;
        let key = IdempotencyKey::new(format!("cancel:{id}:{}", refund.number()))
            .map_err(|_| PaymentError::Key)?;
        // Everything at once is also allowed where parts are not.
        let amount = (refund.amount != order.total).then_some(refund.amount.0);
        let refund_to = order.refund_to.as_ref().map(|to| RefundAccount {
            bank: to.bank.code().to_owned(),
            account_number: to.number.reveal().as_str().into(),
            holder_name: to.holder.reveal().as_str().into(),
        });
        if order.by_bank_transfer() && refund_to.is_none() {
            return Ok(Found::AccountRefused);
        }
        let cancel = Cancel { reason: refund.at_the_provider(), amount, refund_to };
        let answer = self.toss.cancel(payment_key, &cancel, &key).await;
        let failure = match answer
            .map(|payment| (payment.trace.clone(), shows(&payment, order, refund)))
        {
            Ok((_, There::Done)) => return Ok(Found::Ended(Ended::Done)),
            Ok((_, There::Reversed)) => return Ok(Found::Reversed),
            Ok((trace, There::Absent)) => {
                tracing::error!(order = %id, refund = refund.sequence, toss.trace = ?trace, "the answer to a refund does not show it");
                return Ok(Found::Unknown("the answer does not show the refund".to_owned()));
            }
            Err(failure) => failure,
        };
        tracing::warn!(order = %id, refund = refund.sequence, error.message = %failure, "refund is not answered with the money");
        let why = failure.to_string();
        // Whatever was answered: what stands among the payment's cancels is done.
        let there = self.look_for(payment_key, order, refund).await;
        Ok(match (failure, there) {
            (_, Some(There::Done)) => Found::Ended(Ended::Done),
            (_, Some(There::Reversed)) => Found::Reversed,
            (CancelFailure::AlreadyDone(_), Some(There::Absent))
                if self.agrees(payment_key, order, refund).await =>
            {
                Found::Ended(Ended::Done)
            }
            // A card has no account that could be asked for again.
            (CancelFailure::Refused(rejection), Some(There::Absent))
                if order.by_bank_transfer()
                    && rejection.code.starts_with("INVALID_REFUND_ACCOUNT_") =>
            {
                Found::AccountRefused
            }
            (CancelFailure::Refused(rejection), Some(There::Absent))
                if order.by_bank_transfer()
                    && rejection.code == NOTHING_THERE
                    && !is_again_and_again(order, refund) =>
            {
                Found::OfBefore
            }
            (
                CancelFailure::AlreadyDone(rejection) | CancelFailure::Refused(rejection),
                Some(There::Absent),
            ) => Found::Ended(Ended::Refused(rejection.code)),
            (CancelFailure::OurFault(rejection), _) => {
                tracing::error!(order = %id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "refund request is wrong");
                Found::Unknown(why)
            }
            _ => Found::Unknown(why),
        })
    }

    /// What the payment shows of the refund; none = the provider does not say.
    async fn look_for(&self, payment_key: &str, order: &Order, refund: &Refund) -> Option<There> {
        match self.toss.payment(payment_key).await {
            Ok(Some(payment)) => Some(shows(&payment, order, refund)),
            Ok(None) => None,
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "payment cannot be looked at");
                None
            }
        }
    }

    /// Whether the provider holds no more than it would after this refund: somebody gave the money
    /// back there by hand.
    async fn agrees(&self, payment_key: &str, order: &Order, refund: &Refund) -> bool {
        let done =
            order.refunds.iter().filter(|refund| matches!(refund.progress, Progress::Done { .. }));
        let after = order
            .total
            .saturating_sub(done.map(|refund| refund.amount).sum())
            .saturating_sub(refund.amount);
        let payment = self.toss.payment(payment_key).await;
        matches!(payment, Ok(Some(payment)) if payment.balance_amount <= after.0)
    }

    async fn record(
        &self,
        id: MessageId,
        ended: &Ended,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        for _ in 0..ROUNDS {
            let Some(order) = self.store.order(id.order).await? else {
                return Ok(RefundOutcome::NoSuchRefund);
            };
            if !order.value.refund(id.sequence).is_some_and(|refund| refund.progress.is_open()) {
                self.store.handled(id, now).await?;
                return Ok(RefundOutcome::DoneBefore);
            }
            let (saved, refunding) = match ended {
                Ended::Refused(code) => {
                    let parked = order.value.clone().refund_parked(id.sequence, code.clone(), now);
                    (
                        self.store.save_order(&order.with(parked), Some(id)).await,
                        RefundOutcome::NeedsOwner,
                    )
                }
                Ended::Done => {
                    let step = order.value.clone().refund_done(id.sequence, now);
                    let change = Change {
                        seen: order.version,
                        step: &step,
                        handled: Some(id),
                        copy: None,
                        paid: false,
                    };
                    (self.store.commit(change).await.map_err(Lost::from), RefundOutcome::Done)
                }
            };
            match saved {
                Ok(()) => {
                    tracing::info!(order = %id.order, refund = id.sequence, outcome = ?refunding, "refund recorded");
                    return Ok(refunding);
                }
                Err(Lost::Race(Guard::Message)) => return Ok(RefundOutcome::DoneBefore),
                Err(Lost::Race(_) | Lost::Conflict) => {}
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(PaymentError::Busy)
    }
}

enum Asking {
    /// The order with the refund asked for, and whether it was asked for before.
    Order(Box<Order>, bool),
    /// There is nothing to ask.
    Over(RefundOutcome),
}

/// What a payment shows of this refund. One that was never approved, or is not any more, has no
/// money that could go back: a cancel of it closes an account, and stands among its cancels all the
/// same.
fn shows(payment: &toss::Payment, order: &Order, refund: &Refund) -> There {
    let gone = payment.status == Status::WaitingForDeposit || payment.approved_at.is_none();
    if order.by_bank_transfer() && gone {
        There::Reversed
    } else if is_among(payment, order, refund) {
        There::Done
    } else {
        There::Absent
    }
}

/// Whether the same sum was promised anew so often that a no is no memory any more.
fn is_again_and_again(order: &Order, refund: &Refund) -> bool {
    let same = |before: &&Refund| {
        before.progress == Progress::Superseded && before.amount == refund.amount
    };
    order.refunds.iter().filter(same).count() > ROUNDS
}

/// Whether a payment shows this refund, and its sums are sound: what was cancelled and what is left
/// are what was paid.
fn is_among(payment: &toss::Payment, order: &Order, refund: &Refund) -> bool {
    let ours = payment.order_id == order.at_the_provider() && payment.total_amount == order.total.0;
    let cancelled: u64 = payment.cancels.iter().map(|cancelled| cancelled.cancel_amount).sum();
    let sound = payment.balance_amount.saturating_add(cancelled) == payment.total_amount;
    let reason = refund.at_the_provider();
    ours && sound
        && payment.cancels.iter().any(|cancelled| {
            cancelled.cancel_amount == refund.amount.0
                && cancelled.cancel_reason.as_ref().is_some_and(|said| said.reveal() == reason)
        })
}
