//! The latest attempt to pay an order, and why an attempt failed.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::calendar,
    order::{Order, PaymentKey, State, bank_transfer::VirtualAccount, stored::StoredPayment},
};

/// The status of an attempt to pay.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The provider was asked to take the money and no answer is recorded. Unknown is not failed:
    /// the status is found out by asking again.
    Asked,
    /// The provider opened a virtual account and waits for a bank transfer. Nothing is paid.
    Waits {
        /// The account to pay into.
        account: VirtualAccount,
    },
    /// The money was taken.
    Done {
        /// When the shop recorded the payment.
        paid_at: Timestamp,
        /// The address of the provider's receipt.
        receipt: Option<String>,
        /// Whether the money came by bank transfer into a virtual account.
        deposit: bool,
    },
    /// The bank reversed the transfer after the order was packed.
    Reversed {
        /// When the shop had recorded the payment.
        paid_at: Timestamp,
        /// When the shop recorded the reversal.
        at: Timestamp,
        /// How owner and reader settled it, in the owner's words; `None` while it is open.
        settled: Option<String>,
    },
    /// The money was not taken.
    Refused {
        /// Why.
        code: RefusalCode,
    },
}

/// One attempt to pay. Serializes in its stored form, in which the time of payment is an attribute
/// of the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "StoredPayment")]
pub struct Payment {
    /// The provider's payment key, which names the attempt.
    pub key: PaymentKey,
    /// When the shop asked the provider.
    pub asked_at: Timestamp,
    /// When the provider is asked next, if it was asked about an open attempt and did not say.
    pub again_at: Option<Timestamp>,
    /// The status.
    pub outcome: PaymentStatus,
}

impl Payment {
    /// An attempt for which the provider is being asked to take the money.
    pub const fn asked(key: PaymentKey, now: Timestamp) -> Self {
        Self { key, asked_at: now, again_at: None, outcome: PaymentStatus::Asked }
    }

    /// Changes the status. When the provider was to be asked next is void by that.
    pub(super) fn becomes(&mut self, outcome: PaymentStatus) {
        self.again_at = None;
        self.outcome = outcome;
    }

    /// When the money arrived; `None` unless it did.
    pub const fn paid_at(&self) -> Option<Timestamp> {
        match self.outcome {
            PaymentStatus::Done { paid_at, .. } | PaymentStatus::Reversed { paid_at, .. } => {
                Some(paid_at)
            }
            _ => None,
        }
    }
}

/// Why a payment was not taken: the shop's own reasons, or the provider's error code. Stored as one
/// string ([`RefusalCode::as_str`]).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum RefusalCode {
    /// `OURS`: the provider rejected the shop's request. The reader's card is not to blame.
    InvalidRequest,
    /// `NOT_ASKED`: no attempt is recorded.
    NotAsked,
    /// `EXPIRED`: the reader took longer than the provider keeps a payment session open.
    SessionExpired,
    /// `DEPOSIT_EXPIRED`: no transfer came in time, so the virtual account was closed.
    TransferExpired,
    /// `DEPOSIT_REVERSED`: the bank reversed the transfer.
    TransferReversed,
    /// `DEPOSIT_NO_PLACE`: the virtual account was closed at once, because no copy was left.
    NoCopyLeft,
    /// `DEPOSIT_TOO_MANY`: the virtual account was closed at once, because as many orders of the
    /// range await their transfers as may.
    TooManyTransfers,
    /// `DEPOSIT_CLOSED`: the virtual account was closed because the order was cancelled, or by the
    /// provider.
    AccountClosed,
    /// The provider's error code, e.g. `REJECT_CARD_COMPANY`.
    Provider(String),
}

impl RefusalCode {
    /// The stored string.
    ///
    /// ```
    /// use domain::order::RefusalCode;
    ///
    /// assert_eq!(RefusalCode::InvalidRequest.as_str(), "OURS");
    /// let code = RefusalCode::from("REJECT_CARD_COMPANY");
    /// assert_eq!(code, RefusalCode::Provider("REJECT_CARD_COMPANY".to_owned()));
    /// ```
    pub fn as_str(&self) -> &str {
        match self {
            Self::InvalidRequest => "OURS",
            Self::NotAsked => "NOT_ASKED",
            Self::SessionExpired => "EXPIRED",
            Self::TransferExpired => "DEPOSIT_EXPIRED",
            Self::TransferReversed => "DEPOSIT_REVERSED",
            Self::NoCopyLeft => "DEPOSIT_NO_PLACE",
            Self::TooManyTransfers => "DEPOSIT_TOO_MANY",
            Self::AccountClosed => "DEPOSIT_CLOSED",
            Self::Provider(code) => code,
        }
    }
}

impl From<String> for RefusalCode {
    fn from(code: String) -> Self {
        match code.as_str() {
            "OURS" => Self::InvalidRequest,
            "NOT_ASKED" => Self::NotAsked,
            "EXPIRED" => Self::SessionExpired,
            "DEPOSIT_EXPIRED" => Self::TransferExpired,
            "DEPOSIT_REVERSED" => Self::TransferReversed,
            "DEPOSIT_NO_PLACE" => Self::NoCopyLeft,
            "DEPOSIT_TOO_MANY" => Self::TooManyTransfers,
            "DEPOSIT_CLOSED" => Self::AccountClosed,
            _ => Self::Provider(code),
        }
    }
}

impl From<&str> for RefusalCode {
    fn from(code: &str) -> Self {
        code.to_owned().into()
    }
}

impl From<RefusalCode> for String {
    fn from(code: RefusalCode) -> Self {
        match code {
            RefusalCode::Provider(code) => code,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Order {
    /// Minutes after which an attempt without a recorded answer is asked about again. Each pause
    /// after that is as long as all before it together.
    pub const ASK_AGAIN_MINUTES: i64 = 2;

    /// The longest pause between two questions about one attempt, in minutes.
    pub const LONGEST_PAUSE_MINUTES: i64 = 30;

    /// After how long an attempt that the provider does not know counts as never paid, in minutes.
    /// The provider's sessions live for thirty (payments reference §3), and just after a confirm it
    /// may not know the payment yet.
    pub const NEVER_PAID_AFTER_MINUTES: i64 = 31;

    /// When the money arrived; `None` unless it did, or if a reversal ended the order.
    pub fn paid_at(&self) -> Option<Timestamp> {
        self.payment.as_ref()?.paid_at()
    }

    /// The code of the latest attempt, if it was refused.
    pub fn refusal(&self) -> Option<&RefusalCode> {
        match &self.payment {
            Some(Payment { outcome: PaymentStatus::Refused { code }, .. }) => Some(code),
            _ => None,
        }
    }

    /// From when the provider is asked what became of the latest attempt: later each time that it
    /// did not say. `None` if nothing is to be found out.
    pub fn question_due(&self) -> Option<Timestamp> {
        let first = self.first_question()?;
        let again = self.payment.as_ref()?.again_at;
        Some(again.map_or(first, |again| first.max(again)))
    }

    /// When the provider is asked next, if it does not say now what became of the latest attempt.
    /// The pauses double, so that attempts of which it never says anything take no time from
    /// others; the moment at which an unknown attempt is given up is not put off.
    pub fn next_question(&self, now: Timestamp) -> Timestamp {
        let Some(payment) = &self.payment else { return now };
        let asked = payment.outcome == PaymentStatus::Asked;
        let since = if asked { None } else { self.first_question() }.unwrap_or(payment.asked_at);
        let pause = now
            .duration_since(since)
            .as_mins()
            .clamp(Self::ASK_AGAIN_MINUTES, Self::LONGEST_PAUSE_MINUTES);
        let next = calendar::minutes_after(now, pause);
        let given_up = calendar::minutes_after(payment.asked_at, Self::NEVER_PAID_AFTER_MINUTES);
        if asked && given_up > now { next.min(given_up) } else { next }
    }

    fn first_question(&self) -> Option<Timestamp> {
        // Of cancelled orders too: a payment that was started may still arrive and is refunded.
        if !matches!(self.state, State::Priced | State::Cancelled) {
            return None;
        }
        let payment = self.payment.as_ref()?;
        match &payment.outcome {
            PaymentStatus::Asked => {
                Some(calendar::minutes_after(payment.asked_at, Self::ASK_AGAIN_MINUTES))
            }
            // The virtual account of a cancelled order is closed as soon as possible.
            PaymentStatus::Waits { .. } if self.state == State::Cancelled => Some(self.changed_at),
            PaymentStatus::Waits { account } => Some(account.due),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::order::{
        Waiting,
        tests::{asked, noon, paid},
    };

    fn minute(minute: i64) -> Timestamp {
        calendar::minutes_after(noon(), minute)
    }

    /// The minutes at which the provider is asked about an attempt of which it says nothing.
    fn questions(mut order: Order, until: i64) -> Vec<i64> {
        let mut asked = Vec::new();
        while let Some(Waiting::Payment(due)) = order.waiting() {
            let at = due.duration_since(noon()).as_mins();
            if at > until {
                break;
            }
            asked.push(at);
            let next = order.next_question(due);
            order.payment.as_mut().unwrap().again_at = Some(next);
        }
        asked
    }

    #[test]
    fn the_pauses_between_questions_double_up_to_half_an_hour() {
        assert_eq!(questions(asked(), 140), [2, 4, 8, 16, 31, 61, 91, 121]);
    }

    #[test]
    fn an_order_that_is_settled_or_cancelled_forgets_when_it_was_to_be_asked_about() {
        let mut order = asked();
        order.payment.as_mut().unwrap().again_at = Some(minute(30));
        assert_eq!(order.waiting(), Some(Waiting::Payment(minute(30))));
        let cancelled = order.clone().cancelled(noon()).unwrap().order;
        assert_eq!(cancelled.waiting(), Some(Waiting::Payment(minute(2))));
        let refused = order.clone().payment_refused("NO", noon());
        assert_eq!((refused.waiting(), refused.payment.unwrap().again_at), (None, None));
        assert_eq!(order.paid(None, noon()).unwrap().order, paid());
    }

    proptest! {
        /// Every question is later than the last, no pause is longer than the ceiling, and the
        /// moment at which the attempt is given up is one of them.
        #[test]
        fn an_attempt_is_always_asked_about_again_and_never_at_once(late in 0_i64..600) {
            let order = asked();
            let now = minute(Order::ASK_AGAIN_MINUTES + late);
            let next = order.next_question(now);
            prop_assert!(next > now);
            prop_assert!(next <= calendar::minutes_after(now, Order::LONGEST_PAUSE_MINUTES));
            let given_up = minute(Order::NEVER_PAID_AFTER_MINUTES);
            prop_assert!(now >= given_up || next <= given_up);
        }
    }
}
