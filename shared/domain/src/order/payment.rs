//! The latest attempt to pay an order, and why an attempt failed.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::calendar,
    order::{Order, PaymentKey, bank_transfer::VirtualAccount, stored::StoredPayment},
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
    /// The status.
    pub outcome: PaymentStatus,
}

impl Payment {
    /// An attempt for which the provider is being asked to take the money.
    pub const fn asked(key: PaymentKey, now: Timestamp) -> Self {
        Self { key, asked_at: now, outcome: PaymentStatus::Asked }
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
    /// Minutes after which an attempt without a recorded answer is asked about again.
    pub const ASK_AGAIN_MINUTES: i64 = 2;

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

    /// When an attempt that was asked for at `asked_at` is asked about again, if no answer is
    /// recorded until then.
    pub fn ask_again_at(asked_at: Timestamp) -> Timestamp {
        calendar::minutes_after(asked_at, Self::ASK_AGAIN_MINUTES)
    }
}
