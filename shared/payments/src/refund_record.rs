//! Recording how far a refund has come.

use domain::{
    base::{calendar, id::MessageId},
    order::{
        Order,
        bank_transfer::RefundTo,
        refund::{Progress, Refund},
    },
};
use jiff::Timestamp;
use store::{Commit, Decision, Updated};

use crate::{PaymentError, Payments, RefundOutcome, refund::Ended};

/// When a refund that the bank carries out is looked at again, in minutes. The bank takes about two
/// days.
const LOOK_AGAIN_MINUTES: i64 = 6 * 60;

/// Whether the provider is to be asked for a refund.
pub(crate) enum Asking {
    /// Yes. The order, and whether the provider was asked before.
    Order(Box<Order>, bool),
    /// No.
    Over(RefundOutcome),
}

impl Payments {
    /// Records that the provider is being asked, unless it was asked before.
    pub(crate) async fn ask_for_refund(
        &self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<Asking, PaymentError> {
        let updated = self
            .store
            .update_order(id.order, |order| async move {
                let keep = |asking| Ok::<_, PaymentError>(Decision::Keep(asking));
                match order.value.refund(id.sequence).map(|refund| &refund.progress) {
                    None => keep(Asking::Over(RefundOutcome::NoSuchRefund)),
                    Some(Progress::Asked | Progress::Requested { .. }) => {
                        keep(Asking::Order(Box::new(order.value), true))
                    }
                    Some(Progress::AwaitingBankDetails) => keep(Asking::Over(
                        RefundOutcome::Unknown("the reader has named no account".to_owned()),
                    )),
                    Some(Progress::Due) => {
                        let asked = order.value.clone().refund_asked(id.sequence, now);
                        let answer = Asking::Order(Box::new(asked.clone()), false);
                        Ok(Decision::write(Commit::order(&order, asked), answer))
                    }
                    Some(
                        Progress::Done { .. }
                        | Progress::ByHand { .. }
                        | Progress::NeedsOwner { .. }
                        | Progress::Superseded,
                    ) => {
                        self.store.handled(id, now).await?;
                        keep(Asking::Over(RefundOutcome::DoneBefore))
                    }
                }
            })
            .await?;
        match updated {
            Updated::Done(asking) => Ok(asking),
            Updated::NotFound => Ok(Asking::Over(RefundOutcome::NoSuchRefund)),
            Updated::DoneBefore => Ok(Asking::Over(RefundOutcome::DoneBefore)),
            Updated::GaveUp => Err(PaymentError::Busy),
        }
    }

    /// Replaces a refund by one with a new number, because the provider keeps its refusal under the
    /// old one. The account that was `tried` is asked for again.
    pub(crate) async fn replace_refund(
        &self,
        id: MessageId,
        tried: Option<RefundTo>,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let tried = &tried;
        let updated = self
            .store
            .update_order(id.order, |order| async move {
                if !is_open(&order.value, id) {
                    self.store.handled(id, now).await?;
                    return Ok(Decision::Keep(RefundOutcome::DoneBefore));
                }
                let step = order.value.clone().account_refused(id.sequence, tried.as_ref(), now);
                let commit = Commit::of(&order, &step).handled(id);
                Ok::<_, PaymentError>(Decision::write(commit, RefundOutcome::Anew))
            })
            .await?;
        recorded(updated, id)
    }

    /// Records that the bank carries the refund out, and looks again in some hours.
    pub(crate) async fn record_request(
        &self,
        id: MessageId,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let updated = self
            .store
            .update_order(id.order, |order| async move {
                match order.value.refund(id.sequence).map(|refund| &refund.progress) {
                    Some(Progress::Asked) => {
                        let requested = order.value.clone().refund_requested(id.sequence, now);
                        let commit = Commit::order(&order, requested);
                        Ok::<_, PaymentError>(Decision::write(commit, RefundOutcome::Requested))
                    }
                    Some(Progress::Requested { .. }) => {
                        Ok(Decision::Keep(RefundOutcome::Requested))
                    }
                    _ => {
                        self.store.handled(id, now).await?;
                        Ok(Decision::Keep(RefundOutcome::DoneBefore))
                    }
                }
            })
            .await?;
        if let Updated::Done(RefundOutcome::Requested) = &updated {
            self.store.put_off(id, calendar::minutes_after(now, LOOK_AGAIN_MINUTES)).await?;
        }
        recorded(updated, id)
    }

    /// Records an answer that settles nothing. The owner gets what was answered alike too often, or
    /// is not settled when its day has passed.
    pub(crate) async fn record_answer(
        &self,
        id: MessageId,
        code: &str,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let updated = self
            .store
            .update_order(id.order, |order| async move {
                if !is_open(&order.value, id) {
                    self.store.handled(id, now).await?;
                    return Ok(Decision::Keep(RefundOutcome::DoneBefore));
                }
                let answered = order.value.clone().refund_answered(id.sequence, code, now);
                let parked = !is_open(&answered, id);
                let unknown = RefundOutcome::Unknown(format!("the provider answers {code}"));
                if answered == order.value {
                    return Ok(Decision::Keep(unknown));
                }
                let commit = Commit::order(&order, answered);
                let (commit, outcome) = if parked {
                    (commit.handled(id), RefundOutcome::NeedsOwner)
                } else {
                    (commit, unknown)
                };
                Ok::<_, PaymentError>(Decision::write(commit, outcome))
            })
            .await?;
        if let Updated::Done(RefundOutcome::NeedsOwner) = &updated {
            tracing::error!(order = %id.order, refund = id.sequence, toss.code = code, "refund waits for the owner");
        }
        recorded(updated, id)
    }

    /// Records how the provider settled a refund, and that the message is handled.
    pub(crate) async fn record_refund(
        &self,
        id: MessageId,
        ended: &Ended,
        now: Timestamp,
    ) -> Result<RefundOutcome, PaymentError> {
        let updated = self
            .store
            .update_order(id.order, |order| async move {
                if !is_open(&order.value, id) {
                    self.store.handled(id, now).await?;
                    return Ok(Decision::Keep(RefundOutcome::DoneBefore));
                }
                let before = order.value.clone();
                let (commit, outcome) = match ended {
                    Ended::Refused(code) => {
                        let parked = before.refund_parked(id.sequence, code.clone(), now);
                        (Commit::order(&order, parked), RefundOutcome::NeedsOwner)
                    }
                    Ended::Done => {
                        let step = before.refund_done(id.sequence, now);
                        (Commit::of(&order, &step), RefundOutcome::Done)
                    }
                };
                Ok::<_, PaymentError>(Decision::write(commit.handled(id), outcome))
            })
            .await?;
        recorded(updated, id)
    }
}

fn is_open(order: &Order, id: MessageId) -> bool {
    order.refund(id.sequence).is_some_and(|refund: &Refund| refund.progress.is_open())
}

fn recorded(updated: Updated<RefundOutcome>, id: MessageId) -> Result<RefundOutcome, PaymentError> {
    match updated {
        Updated::Done(outcome) => {
            tracing::info!(order = %id.order, refund = id.sequence, ?outcome, "refund recorded");
            Ok(outcome)
        }
        Updated::NotFound => Ok(RefundOutcome::NoSuchRefund),
        Updated::DoneBefore => Ok(RefundOutcome::DoneBefore),
        Updated::GaveUp => Err(PaymentError::Busy),
    }
}
