//! The way back: each refund once.
//!
//! The step that owes the money commits the refund with its number. Then: (a) that the provider is
//! being asked is recorded; (b) it is asked under the key `cancel:{order}:{number}`; (c) its answer
//! is checked (our order, our cancel by reason and amount, the remaining balance) and recorded in
//! one transaction with the letter to the reader and the message marked handled
//! ([`crate::refund_record`]).
//!
//! After a crash or a lost answer the message is unhandled and the refund `asked`: the next
//! delivery looks at the payment first, and asks again under the same key only if the cancel is not
//! among the payment's cancels.

use domain::{
    base::{id::MessageId, money::Won},
    order::{
        Order, Payment, PaymentKey, Taxed,
        refund::{Progress, Refund},
    },
};
use jiff::Timestamp;
use platform::metrics::{self, Metric};
use toss::{Cancel, CancelFailure, Doubt, IdempotencyKey, RefundAccount, Status};

use crate::{PaymentError, Payments, refund_record::Asking};

/// The provider refuses to refund a part of a transfer that has not come, or was reversed.
const NOTHING_THERE: &str = "NOT_ALLOWED_PARTIAL_REFUND_WAITING_DEPOSIT";

/// The code under which a refund is parked whose cancel is never answered.
const NO_ANSWER: &str = "NO_ANSWER";

/// How often a refund is replaced before a refusal counts as one of now.
const REPLACED_MOST: usize = 4;

/// How a refund ended, or why it did not.
#[derive(Debug, Clone)]
pub enum RefundOutcome {
    /// The money went back.
    Done,
    /// The bank carries it out; it is looked at again later.
    Requested,
    /// It was settled before: a duplicate or a late message.
    DoneBefore,
    /// The provider refuses it. It lies on the owner's desk with the reason.
    NeedsOwner,
    /// It is replaced by one with a new number: the provider does not take the reader's account,
    /// which is asked for again, or repeats a refusal from before.
    Anew,
    /// Not known yet: to be tried again later. Why, for the log.
    Unknown(String),
    /// There is no such order or refund.
    NoSuchRefund,
}

/// How the provider settled a refund.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The money went back.
    Done,
    /// Refused, with the provider's code.
    Refused(String),
}

/// What asking came to.
enum Found {
    Ended(Ended),
    /// The provider does not take the reader's account, or none is named.
    AccountRefused,
    /// The provider repeats a refusal from when the bank had reversed the transfer.
    OldRefusal,
    /// The bank reversed the transfer: there is nothing to refund.
    Reversed,
    /// The bank is carrying it out.
    Requested,
    Unknown(String),
    /// An answer that settles nothing, with its code. The payment does not show the refund.
    Answered(String),
}

/// What a payment shows of a refund.
enum There {
    /// It is done.
    Done,
    /// The provider accepted it, and the bank has not carried it out.
    Requested,
    /// The bank could not carry it out: the account takes no money.
    Failed,
    /// It is not among the payment's cancels. What is left of the payment there, by its taxes.
    Absent(Option<Taxed>),
    /// There is no money, because the bank reversed the transfer.
    Reversed,
}

impl Payments {
    /// Carries out the refund that a message asks for. Idempotent: the money goes back once.
    pub async fn refund(
        &self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let (order, asked_before) = match self.ask_for_refund(id, now).await? {
            Asking::Order(order, asked_before) => (order, asked_before),
            Asking::Over(refunding) => return Ok(refunding),
        };
        let Some(refund) = order.refund(id.sequence) else {
            return Ok(RefundOutcome::NoSuchRefund);
        };
        let Some(Payment { key, .. }) = &order.payment else {
            return self.record_refund(id, &Ended::Refused("NO_PAYMENT".to_owned()), now).await;
        };
        let found = if asked_before {
            match self.look_for(key, &order, refund).await {
                Some(There::Done) => Found::Ended(Ended::Done),
                Some(There::Requested) => Found::Requested,
                Some(There::Failed) => Found::AccountRefused,
                Some(There::Reversed) => Found::Reversed,
                // What was accepted and is gone was not carried out.
                Some(There::Absent(_)) if matches!(refund.progress, Progress::Requested { .. }) => {
                    Found::AccountRefused
                }
                Some(There::Absent(left)) => {
                    self.cancel(key, &order, &fitted(refund, left)).await?
                }
                None => Found::Unknown("the payment cannot be looked up".to_owned()),
            }
        } else {
            self.cancel(key, &order, refund).await?
        };
        match found {
            Found::Ended(ended) => self.record_refund(id, &ended, now).await,
            Found::Requested => self.record_request(id, now).await,
            Found::AccountRefused => {
                Box::pin(self.replace_refund(id, order.refund_to.clone(), now)).await
            }
            Found::OldRefusal => Box::pin(self.replace_refund(id, None, now)).await,
            Found::Reversed => {
                Box::pin(self.transfer_anew(id.order, now)).await?;
                // The refund is superseded by that, unless the transfer has come again or the
                // provider does not say.
                match self.ask_for_refund(id, now).await? {
                    Asking::Over(refunding) => Ok(refunding),
                    Asking::Order(..) => {
                        Ok(RefundOutcome::Unknown("the bank is reversing the transfer".to_owned()))
                    }
                }
            }
            Found::Unknown(why) => Ok(RefundOutcome::Unknown(why)),
            Found::Answered(code) => self.record_answer(id, &code, now).await,
        }
    }

    async fn cancel(
        &self,
        payment_key: &PaymentKey,
        order: &Order,
        refund: &Refund,
    ) -> Result<Found, PaymentError> {
        let id = order.id;
        let key = IdempotencyKey::new(format!("cancel:{id}:{}", refund.key()))
            .map_err(|_| PaymentError::Key)?;
        let refund_to = order.refund_to.as_ref().map(|to| RefundAccount {
            bank: to.bank.code().to_owned(),
            account_number: to.number.clone(),
            holder_name: to.holder.clone(),
        });
        if order.by_bank_transfer() && refund_to.is_none() {
            return Ok(Found::AccountRefused);
        }
        // The sum is always named: without it the provider would refund what is left, also if
        // somebody refunded a part by hand before, and the cancel would not be known as ours.
        let cancel = Cancel {
            reason: refund.at_the_provider(),
            amount: Some(refund.amount.0),
            tax_free: Some(refund.tax_free.0),
            refund_to,
        };
        let answer = self.toss.cancel(payment_key, &cancel, &key).await;
        let failure = match answer
            .map(|payment| (payment.trace.clone(), shows(&payment, order, refund)))
        {
            Ok((_, There::Done)) => return Ok(Found::Ended(Ended::Done)),
            Ok((_, There::Requested)) => return Ok(Found::Requested),
            Ok((_, There::Failed)) => return Ok(Found::AccountRefused),
            Ok((_, There::Reversed)) => return Ok(Found::Reversed),
            Ok((trace, There::Absent(_))) => {
                tracing::error!(order = %id, refund = refund.sequence, toss.trace = ?trace, "the answer to a refund does not show it");
                return Ok(Found::Unknown("the answer does not show the refund".to_owned()));
            }
            Err(failure) => failure,
        };
        tracing::warn!(order = %id, refund = refund.sequence, error.message = %failure, "refund failed; asking");
        let why = failure.to_string();
        // Whatever was answered, a refund among the payment's cancels is done.
        let there = self.look_for(payment_key, order, refund).await;
        Ok(match (failure, there) {
            (_, Some(There::Done)) => Found::Ended(Ended::Done),
            (_, Some(There::Requested)) => Found::Requested,
            (_, Some(There::Failed)) => Found::AccountRefused,
            (_, Some(There::Reversed)) => Found::Reversed,
            (CancelFailure::AlreadyDone(_), Some(There::Absent(_)))
                if self.agrees(payment_key, order, refund).await =>
            {
                Found::Ended(Ended::Done)
            }
            // Only a transfer has an account that can be asked for again.
            (CancelFailure::Refused(rejection), Some(There::Absent(_)))
                if order.by_bank_transfer() && rejection.is_about_the_account() =>
            {
                Found::AccountRefused
            }
            (CancelFailure::Refused(rejection), Some(There::Absent(_)))
                if order.by_bank_transfer()
                    && rejection.code == NOTHING_THERE
                    && !is_replaced_too_often(order, refund) =>
            {
                Found::OldRefusal
            }
            (
                CancelFailure::AlreadyDone(rejection) | CancelFailure::Refused(rejection),
                Some(There::Absent(_)),
            ) => Found::Ended(Ended::Refused(rejection.code)),
            (CancelFailure::OurFault(rejection), there) => {
                metrics::count(Metric::RefusedByOurFault, 1);
                tracing::error!(order = %id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "refund request is wrong");
                match there {
                    Some(There::Absent(_)) => Found::Answered(rejection.code),
                    _ => Found::Unknown(why),
                }
            }
            (CancelFailure::Unknown(doubt), Some(There::Absent(_))) => match doubt {
                Doubt::Answered(rejection) if !rejection.is_in_flight() => {
                    Found::Answered(rejection.code)
                }
                Doubt::Answered(_) | Doubt::NoTime => Found::Unknown(why),
                // The provider answers questions, and this never: it counts like an answer.
                _ => Found::Answered(NO_ANSWER.to_owned()),
            },
            _ => Found::Unknown(why),
        })
    }

    /// What the payment shows of the refund. `None`: the provider does not say.
    async fn look_for(
        &self,
        payment_key: &PaymentKey,
        order: &Order,
        refund: &Refund,
    ) -> Option<There> {
        match self.toss.payment(payment_key).await {
            Ok(Some(payment)) => Some(shows(&payment, order, refund)),
            Ok(None) => None,
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "payment cannot be looked up");
                None
            }
        }
    }

    /// Whether the provider holds no more than it would after this refund, because somebody
    /// refunded it there by hand.
    async fn agrees(&self, payment_key: &PaymentKey, order: &Order, refund: &Refund) -> bool {
        let done =
            order.refunds.iter().filter(|refund| matches!(refund.progress, Progress::Done { .. }));
        let after = order
            .total
            .saturating_sub(done.map(|refund| refund.amount).sum())
            .saturating_sub(refund.amount);
        let payment = self.toss.payment(payment_key).await;
        matches!(payment, Ok(Some(payment)) if payment.balance_amount <= after.0
            && (!order.by_bank_transfer() || matches!(by_the_bank(&payment), There::Done)))
    }
}

/// What a payment shows of this refund. A transfer that was never approved, or was reversed, has no
/// money to refund; a cancel of it closes an account and stands among its cancels all the same.
fn shows(payment: &toss::Payment, order: &Order, refund: &Refund) -> There {
    let gone = payment.status == Status::WaitingForDeposit || payment.approved_at.is_none();
    if order.by_bank_transfer() && gone {
        There::Reversed
    } else if !is_among(payment, order, refund) {
        There::Absent(left(payment))
    } else if order.by_bank_transfer() {
        by_the_bank(payment)
    } else {
        There::Done
    }
}

/// What is left of a payment, by its taxes, if the provider tells them.
fn left(payment: &toss::Payment) -> Option<Taxed> {
    let tax_free = payment.tax_free_amount?;
    let taxable = payment.balance_amount.checked_sub(tax_free)?;
    Some(Taxed { tax_free: Won(tax_free), taxable: Won(taxable) })
}

/// The refund with a tax-free part that fits what is left there: a part that somebody refunded by
/// hand was split otherwise than the shop's own.
fn fitted(refund: &Refund, left: Option<Taxed>) -> Refund {
    let mut fitted = refund.clone();
    if let Some(left) = left.filter(|left| refund.amount <= left.total()) {
        let least = refund.amount.saturating_sub(left.taxable);
        let most = refund.amount.min(left.tax_free);
        fitted.tax_free = refund.tax_free.max(least).min(most);
    }
    fitted
}

/// How far the bank is with the refunds of a transfer. A cancel is `DONE` as soon as the provider has
/// accepted it; the account says when the money is there.
fn by_the_bank(payment: &toss::Payment) -> There {
    let account = payment.virtual_account.as_ref();
    match account.and_then(|account| account.refund_status.as_deref()) {
        Some("COMPLETED") => There::Done,
        Some("FAILED" | "PARTIAL_FAILED") => There::Failed,
        _ => There::Requested,
    }
}

/// Whether the same sum was replaced so often that a refusal cannot be an old one.
fn is_replaced_too_often(order: &Order, refund: &Refund) -> bool {
    let same = |before: &&Refund| {
        before.progress == Progress::Superseded && before.amount == refund.amount
    };
    order.refunds.iter().filter(same).count() > REPLACED_MOST
}

/// Whether a payment shows this refund, and its sums add up: cancelled and remaining amounts make
/// the amount paid.
fn is_among(payment: &toss::Payment, order: &Order, refund: &Refund) -> bool {
    let ours = payment.order_id == order.at_the_provider() && payment.total_amount == order.total.0;
    let cancelled: u64 = payment.cancels.iter().map(|cancelled| cancelled.cancel_amount).sum();
    let sound = payment.balance_amount.saturating_add(cancelled) == payment.total_amount;
    let reason = refund.at_the_provider();
    ours && sound
        && payment.cancels.iter().any(|cancelled| {
            cancelled.cancel_amount == refund.amount.0
                && cancelled.cancel_reason.as_ref().is_some_and(|said| *said.reveal() == reason)
        })
}
