//! The owner's desk: orders that wait for the owner, and what the owner has to do with each.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::{
    catalog::{naming::Named, selection::Proposal},
    order::{BlockedOn, Order, State, Unpack},
};

/// The desk entry of an order for which the owner is to pick a book.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct DeskEntry {
    /// The proposals, best first.
    pub proposals: Vec<Proposal>,
    /// The day on which the order comes up again, after the owner put it off ("오늘은 없음").
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Date>,
    /// Whether the reader was notified of the delay; they are notified once.
    #[serde(default)]
    pub told: bool,
}

/// What the owner has to do with an order on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum OwnerTask {
    /// Pack the chosen book.
    Pack,
    /// Unpack the parcel of an order that was cancelled after it was packed.
    Unpack,
    /// Hand the parcel over.
    Post,
    /// Pick one of the proposals.
    Pick,
    /// Nothing today: the owner put it off until tomorrow.
    PickTomorrow,
    /// Add books to the stock.
    Stock,
    /// Pay back by other means what the provider refused to refund.
    Refund,
    /// Settle a bank transfer that was reversed after the order was packed.
    Deposit,
}

impl OwnerTask {
    /// Every task, in the order in which the desk lists them.
    pub const ALL: [Self; 8] = [
        Self::Deposit,
        Self::Unpack,
        Self::Post,
        Self::Pack,
        Self::Pick,
        Self::Stock,
        Self::Refund,
        Self::PickTomorrow,
    ];

    /// The heading on the desk, in Korean.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Pack => "포장",
            Self::Unpack => "풀어 주십시오",
            Self::Post => "부치기",
            Self::Pick => "고르기",
            Self::PickTomorrow => "내일 고르기",
            Self::Stock => "책이 모자람",
            Self::Refund => "환불이 멈춤",
            Self::Deposit => "되돌려진 입금",
        }
    }
}

impl Order {
    /// What the owner has to do on that day with an order that waits for the owner.
    pub fn owner_task(&self, day: Date) -> OwnerTask {
        match self.state {
            _ if self.reversal_is_open() => OwnerTask::Deposit,
            _ if self.unpack == Some(Unpack::Wanted) => OwnerTask::Unpack,
            State::Chosen if self.number.is_some() => OwnerTask::Pack,
            State::Packed if self.shipment.is_none() => OwnerTask::Post,
            State::Choosing if self.blocked_on == Some(BlockedOn::OwnerPick) && self.rests(day) => {
                OwnerTask::PickTomorrow
            }
            State::Choosing if self.blocked_on == Some(BlockedOn::OwnerPick) => OwnerTask::Pick,
            State::Choosing if self.blocked_on.is_some() => OwnerTask::Stock,
            _ => OwnerTask::Refund,
        }
    }

    /// What the letter names of the best proposal, for an order on the desk: the owner reads the
    /// letter before picking, because it may decline the book.
    pub fn named_on_desk(&self) -> Option<Named> {
        let waits = self.state == State::Choosing && self.blocked_on == Some(BlockedOn::OwnerPick);
        self.desk.as_ref().filter(|_| waits)?.proposals.first()?.named
    }

    /// Whether the owner has put the order off beyond that day.
    pub fn rests(&self, day: Date) -> bool {
        self.desk.as_ref().and_then(|desk| desk.rests_until).is_some_and(|until| day < until)
    }
}
