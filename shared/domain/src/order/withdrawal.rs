//! Withdrawal after receipt (전자상거래법 제17조). A reader may send the book back within seven days of
//! receiving it without a reason, or within three months if it is damaged or not as agreed. The
//! reason decides who pays the return postage (제18조 제9항, 제10항). The refund is due within three
//! working days of the book's return (제18조 제2항).

use jiff::{Timestamp, ToSpan as _, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, money::Won, price::Price},
    order::{Order, TransitionError},
};

/// Why a reader sends a book back. Parses from its [`ReturnReason::name`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum ReturnReason {
    /// No reason given; none is needed.
    MindChanged,
    /// The book is damaged, or not what was agreed.
    Damaged,
}

impl ReturnReason {
    /// Both reasons, in the order of the form.
    pub const ALL: [Self; 2] = [Self::MindChanged, Self::Damaged];

    /// The stored name, which forms use too: `mind_changed`.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// The return postage that the reader pays: it is deducted from the refund.
    pub const fn postage(self) -> Won {
        match self {
            Self::MindChanged => Price::RETURN_POSTAGE,
            Self::Damaged => Won::ZERO,
        }
    }

    /// The last day for a withdrawal from a book received on that day. The day of receipt does not
    /// count, and a last day that is not a working day moves to the next one (민법 제157조, 제161조).
    ///
    /// ```
    /// use domain::order::withdrawal::ReturnReason;
    /// use jiff::civil::date;
    ///
    /// // The 28th is a Saturday.
    /// let last = ReturnReason::MindChanged.until(date(2026, 11, 21));
    /// assert_eq!(last, date(2026, 11, 30));
    /// ```
    pub fn until(self, received: Date) -> Date {
        let span = match self {
            Self::MindChanged => 7.days(),
            Self::Damaged => 3.months(),
        };
        let last = received.checked_add(span).unwrap_or(Date::MAX);
        if calendar::is_working_day(last) { last } else { calendar::working_days_after(last, 1) }
    }
}

/// A withdrawal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// The reason.
    pub reason: ReturnReason,
    /// The day of receipt: as noted before, or else as the reader stated.
    pub received: Date,
    /// When the reader withdrew.
    pub asked_at: Timestamp,
    /// The postage deducted from the refund, as stated to the reader.
    pub postage: Won,
    /// The day on which the book came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_back: Option<Date>,
}

/// Why a withdrawal is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotWithdrawn {
    /// The order is not shipped, or its reader withdrew before.
    #[error(transparent)]
    Refused(#[from] TransitionError),
    /// No day of receipt is known, or it lies before the payment or after today.
    #[error("the book was not received on that day")]
    Received,
    /// The period for this reason is over; contains its last day.
    #[error("the last day was {0}")]
    TooLate(Date),
}

/// Why a return is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotBack {
    /// The order is not shipped, or its book came back before.
    #[error(transparent)]
    Refused(#[from] TransitionError),
    /// The day lies before the payment or after today.
    #[error("the book did not come back on that day")]
    Day,
}

impl Order {
    /// What is refunded if the book comes back for this reason.
    pub fn back_for(&self, reason: ReturnReason) -> Won {
        self.refundable().saturating_sub(reason.postage())
    }

    /// The return postage that the shop keeps once the book is back.
    pub fn kept(&self) -> Won {
        let back = self.withdrawal().filter(|withdrawal| withdrawal.came_back.is_some());
        back.map_or(Won::ZERO, |withdrawal| withdrawal.postage)
    }

    /// The last day for a withdrawal for this reason; `None` until the day of receipt is noted.
    pub fn until(&self, reason: ReturnReason) -> Option<Date> {
        self.arrived().map(|arrived| reason.until(arrived))
    }
}
