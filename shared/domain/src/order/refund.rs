//! Refunds: amount, reason, deadline and progress of each. A refund is carried out by one message
//! of the outbox, whose sequence number identifies it in the order, at the payment provider and in
//! the log.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        calendar,
        id::{MessageId, OrderId},
        money::Won,
    },
    order::{
        Order,
        message::{Message, Task},
    },
};

/// The reason of a refund.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefundReason {
    /// The chosen book costs less than the upper end of the price range.
    Difference,
    /// The reader cancelled.
    Cancelled,
    /// The money arrived after the cancellation.
    PaidTooLate,
    /// The money arrived after the reservation had expired and no copy was left.
    NoPlace,
    /// The book came back, because the reader withdrew or it could not be delivered.
    Withdrawn,
    /// The parcel was lost in the post.
    LostInPost,
    /// The owner refunds for the reason in [`Refund::note`].
    Owner,
}

impl RefundReason {
    /// The reason in Korean, as sent to the provider, which shows it to the reader.
    const fn words(self) -> &'static str {
        match self {
            Self::Difference => "책값의 차액",
            Self::Cancelled => "주문 취소",
            Self::PaidTooLate => "취소한 주문의 결제",
            Self::NoPlace => "자리가 나간 주문의 결제",
            Self::Withdrawn => "돌려보낸 책의 값",
            Self::LostInPost => "배송 중에 없어진 책의 값",
            Self::Owner => "환불",
        }
    }
}

/// The progress of a refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "progress", rename_all = "snake_case")]
pub enum Progress {
    /// Promised; the reader has to name an account first, because a bank transfer can only be
    /// refunded to an account.
    #[serde(rename = "no_account")]
    AwaitingBankDetails,
    /// Promised; the provider has not been asked.
    Due,
    /// The provider was asked and no answer is recorded. The money may or may not have gone back.
    Asked,
    /// The provider accepted the refund of a bank transfer and asks the bank to carry it out, which
    /// takes about two days. The reader has nothing yet.
    Requested {
        /// When the shop learned that it was accepted.
        requested_at: Timestamp,
    },
    /// The money went back.
    Done {
        /// When the shop learned of it.
        done_at: Timestamp,
    },
    /// The provider refused. The owner has to act.
    #[serde(rename = "parked")]
    NeedsOwner {
        /// The provider's error code.
        code: String,
    },
    /// The provider refused, and the owner paid the money back by other means.
    ByHand {
        /// The day of that payment.
        day: Date,
        /// The means, in the owner's words; the reader is told.
        way: String,
    },
    /// A later refund covers it, or it is no longer owed.
    #[serde(rename = "replaced")]
    Superseded,
}

impl Progress {
    /// Whether it is promised and neither done nor stopped.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::AwaitingBankDetails | Self::Due | Self::Asked | Self::Requested { .. })
    }

    /// Whether the money is back with the reader, whoever sent it.
    pub const fn is_back(&self) -> bool {
        matches!(self, Self::Done { .. } | Self::ByHand { .. })
    }
}

/// An answer of the provider that neither carries a refund out nor says that it cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The provider's code.
    pub code: String,
    /// How often it came, one after another. What comes within an hour counts once, so that a bad
    /// hour of the provider is one bad answer.
    pub times: u32,
    /// When it was counted last.
    pub at: Timestamp,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refund {
    /// The sequence number of the message that carries it out; identifies it within the order.
    pub sequence: u32,
    /// The amount.
    pub amount: Won,
    /// The part of it that is free of VAT.
    #[serde(default, skip_serializing_if = "Won::is_zero")]
    pub tax_free: Won,
    /// The reason.
    pub why: RefundReason,
    /// The owner's reason, at most [`Refund::LONGEST_NOTE`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The number of an earlier refund that this one repeats, if the bank reversed and restored the
    /// transfer in between. Asked again under the same number, the provider refunds once at most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_as: Option<u32>,
    /// The provider's latest answer that settled nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
    /// When it was promised.
    pub promised_at: Timestamp,
    /// The day by which it has to be done.
    pub by: Date,
    /// The sequence number of the message that notified the reader.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<u32>,
    /// The progress.
    #[serde(flatten)]
    pub progress: Progress,
}

impl Refund {
    /// Longest note of the owner, in characters; the provider accepts 200 in total.
    pub const LONGEST_NOTE: usize = 150;

    /// How often the provider may give the same answer before the owner has to look at it.
    pub const SAME_ANSWERS: u32 = 9;

    /// After how many same answers the refund is asked for under another idempotency key: it is not
    /// documented whether the provider replays an error under the old one.
    const SAME_ANSWERS_A_KEY: u32 = 3;

    /// Its number at the provider, which stands in the reason of the cancel.
    pub fn number(&self) -> u32 {
        self.asked_as.unwrap_or(self.sequence)
    }

    /// Its name in the idempotency key.
    pub fn key(&self) -> String {
        match self.answered.as_ref().map_or(0, |same| same.times / Self::SAME_ANSWERS_A_KEY) {
            0 => self.number().to_string(),
            round => format!("{}-{round}", self.number()),
        }
    }

    /// The reason sent to the provider. It ends in the refund's number, by which a cancel is found
    /// again after its answer was lost.
    pub fn at_the_provider(&self) -> String {
        match &self.note {
            Some(note) => format!("{}: {note} ({:06})", self.why.words(), self.number()),
            None => format!("{} ({:06})", self.why.words(), self.number()),
        }
    }

    /// The message that carries it out.
    pub(crate) const fn message(&self, order: OrderId, now: Timestamp) -> Message {
        Message { id: MessageId { order, sequence: self.sequence }, task: Task::Refund, at: now }
    }
}

/// Why the owner's refund is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotRefundable {
    /// Nothing was paid, or everything is refunded or promised already.
    #[error("the shop holds no money for this order")]
    NothingHeld,
    /// More than is refundable, or nothing.
    #[error("the shop holds {held} won for this order")]
    TooMuch {
        /// What is refundable.
        held: Won,
    },
}

/// Why a refund by other means is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotByHand {
    /// No refund of that amount waits for the owner.
    #[error("no refund of that amount waits for the owner")]
    NothingParked,
    /// The day lies before the promise or after today.
    #[error("the money was not given back on that day")]
    Day,
}

impl Order {
    /// What was paid and is neither refunded nor promised back. A refund that the provider refused
    /// is refundable again.
    pub fn refundable(&self) -> Won {
        if self.paid_at().is_none() || self.transfer_is_reversed() {
            return Won::ZERO;
        }
        let promised = self
            .refunds
            .iter()
            .filter(|refund| refund.progress.is_open() || refund.progress.is_back());
        self.total.saturating_sub(promised.map(|refund| refund.amount).sum())
    }

    /// The refund that the message with this sequence number carries out.
    pub fn refund(&self, sequence: u32) -> Option<&Refund> {
        self.refunds.iter().find(|refund| refund.sequence == sequence)
    }

    /// The provider gave an answer that settles nothing, and does not show the refund. After the same
    /// answer [`Refund::SAME_ANSWERS`] times, or once its day has passed, it waits for the owner.
    #[must_use]
    pub fn refund_answered(mut self, sequence: u32, code: &str, now: Timestamp) -> Self {
        let Some(refund) = self.refunds.iter_mut().find(|refund| refund.sequence == sequence)
        else {
            return self;
        };
        let late = refund.by < calendar::today(now);
        let before = refund.answered.as_ref().filter(|before| before.code == code);
        let counted = before.is_some_and(|before| now.duration_since(before.at).as_hours() < 1);
        if counted && !late {
            return self;
        }
        let times = before.map_or(0, |before| before.times).saturating_add(1);
        refund.answered = Some(Answered { code: code.to_owned(), times, at: now });
        if late || times >= Refund::SAME_ANSWERS {
            refund.progress = Progress::NeedsOwner { code: code.to_owned() };
        }
        self.changed_at = now;
        self
    }

    /// The earliest deadline among the open refunds.
    pub fn refund_by(&self) -> Option<Date> {
        self.refunds.iter().filter(|refund| refund.progress.is_open()).map(|refund| refund.by).min()
    }

    /// Whether a refund waits for the owner, because the provider refused it.
    pub fn has_parked_refund(&self) -> bool {
        self.refunds.iter().any(|refund| matches!(refund.progress, Progress::NeedsOwner { .. }))
    }

    /// Whether a refund waits for the reader to name an account.
    pub fn wants_account(&self) -> bool {
        self.refunds.iter().any(|refund| refund.progress == Progress::AwaitingBankDetails)
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::order::tests::{noon, paid};

    /// A cancelled order whose refund got this answer at each of these hours after noon.
    fn answered(code: &str, hours: &[f64]) -> Order {
        let order = paid().cancelled(noon()).unwrap().order;
        hours.iter().fold(order, |order, hours| {
            let sequence = order.refunds[0].sequence;
            let at = noon().saturating_add(SignedDuration::from_secs_f64(hours * 3_600.0)).unwrap();
            order.refund_answered(sequence, code, at)
        })
    }

    fn hourly(times: u32) -> Vec<f64> {
        (0..times).map(f64::from).collect()
    }

    #[test]
    fn the_idempotency_key_changes_after_three_and_six_same_answers() {
        let key = |times| answered("UNKNOWN", &hourly(times)).refunds[0].key();
        let number = answered("UNKNOWN", &[]).refunds[0].sequence;
        for times in 0..3 {
            assert_eq!(key(times), number.to_string(), "{times}");
        }
        for (times, round) in [(3, 1), (5, 1), (6, 2), (8, 2)] {
            assert_eq!(key(times), format!("{number}-{round}"), "{times}");
        }
        let mut replaced = answered("UNKNOWN", &[]).refunds[0].clone();
        replaced.asked_as = Some(number + 40);
        assert_eq!(replaced.key(), (number + 40).to_string(), "the number it was asked for under");
    }

    #[test]
    fn the_same_answer_nine_times_waits_for_the_owner() {
        let open = answered("UNKNOWN", &hourly(8));
        assert!(open.refunds[0].progress.is_open() && !open.has_parked_refund());
        let parked = answered("UNKNOWN", &hourly(9));
        let progress = Progress::NeedsOwner { code: "UNKNOWN".into() };
        assert_eq!(parked.refunds[0].progress, progress);
        // A bad hour is one bad answer, and another code begins anew.
        let bad_hour = answered("UNKNOWN", &[0.0, 0.25, 0.5, 0.99]);
        assert_eq!(bad_hour.refunds[0].answered.as_ref().unwrap().times, 1);
        let at = noon().saturating_add(SignedDuration::from_hours(9)).unwrap();
        let other = open.clone().refund_answered(open.refunds[0].sequence, "OTHER", at);
        assert_eq!(other.refunds[0].answered.as_ref().unwrap().times, 1);
        assert!(other.refunds[0].progress.is_open());
        let unknown = open.clone().refund_answered(99, "UNKNOWN", at);
        assert_eq!(unknown, open, "a refund that the order does not have");
    }

    #[test]
    fn an_answer_on_the_promised_day_is_not_late() {
        let promised = answered("UNKNOWN", &[]).refunds[0].by;
        let on_the_day = f64::from(calendar::today(noon()).until(promised).unwrap().get_days());
        let open = answered("UNKNOWN", &[24.0 * on_the_day]);
        assert!(!open.has_parked_refund(), "{:?}", open.refunds[0]);
        assert!(answered("UNKNOWN", &[24.0 * (on_the_day + 1.0)]).has_parked_refund());
    }

    #[test]
    fn an_answer_after_the_promised_day_waits_for_the_owner_at_once() {
        let late = answered("UNKNOWN", &[24.0 * 12.0]);
        assert!(late.has_parked_refund(), "{:?}", late.refunds[0]);
        let twice = answered("UNKNOWN", &[24.0 * 12.0, 24.0 * 12.0 + 0.1]);
        assert_eq!(twice.refunds[0].answered.as_ref().unwrap().times, 2);
    }
}
