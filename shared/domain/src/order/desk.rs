//! An order on the owner's desk, waiting for the owner to pick.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::catalog::selection::{Choice, Proposal};
use crate::{
    base::calendar,
    order::{
        Order, Refused, State, Step, Want,
        message::{Notice, Task},
    },
};

/// What lies on the desk with an order.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Desk {
    /// The proposals, best first.
    pub proposals: Vec<Proposal>,
    /// The owner said "오늘은 없음": the order comes up again on this day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rests_until: Option<Date>,
    /// Whether the reader was told that the owner takes longer. Once is enough.
    #[serde(default)]
    pub told: bool,
}

/// What the owner is to do with an order on the desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Errand {
    /// Hand the parcel over.
    Post,
    /// Pick one of the three.
    Pick,
    /// Nothing today: it was put off to tomorrow.
    PickTomorrow,
    /// Bring books in.
    Stock,
    /// Find another way for money that the provider does not take back.
    Refund,
    /// Look into a deposit that the bank took back after the book was packed.
    Deposit,
}

impl Errand {
    /// Every errand, in the order of the desk.
    pub const ALL: [Self; 6] =
        [Self::Deposit, Self::Post, Self::Pick, Self::Stock, Self::Refund, Self::PickTomorrow];

    /// Its name in Korean.
    pub const fn title(self) -> &'static str {
        match self {
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
    /// What the owner is to do with an order that waits for the owner.
    pub fn errand(&self, day: Date) -> Errand {
        match self.state {
            _ if self.reversal_is_open() => Errand::Deposit,
            State::Packed if self.parcel.is_none() => Errand::Post,
            State::Choosing if self.want == Some(Want::Pick) && self.rests(day) => {
                Errand::PickTomorrow
            }
            State::Choosing if self.want == Some(Want::Pick) => Errand::Pick,
            State::Choosing if self.want.is_some() => Errand::Stock,
            _ => Errand::Refund,
        }
    }

    /// The proposals lie on the desk until the owner picks. New ones replace the old.
    pub fn proposed(self, proposals: Vec<Proposal>, now: Timestamp) -> Result<Self, Refused> {
        let mut order = self.choosing(Some(Want::Pick), now)?;
        order.changed_at = now;
        order.desk = Some(Desk { proposals, ..order.desk.unwrap_or_default() });
        Ok(order)
    }

    /// "오늘은 없음": the order rests until tomorrow, and the reader is told the first time. Said twice
    /// on one day, done once.
    pub fn none_today(mut self, now: Timestamp) -> Result<Step, Refused> {
        if self.state != State::Choosing || self.want != Some(Want::Pick) {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Choosing });
        }
        let today = calendar::today(now);
        let tomorrow = today.tomorrow().unwrap_or(today);
        let desk = self.desk.get_or_insert_default();
        if desk.rests_until == Some(tomorrow) {
            return Ok(Step { order: self, messages: Vec::new() });
        }
        desk.rests_until = Some(tomorrow);
        let tell = !std::mem::replace(&mut desk.told, true);
        self.changed_at = now;
        let tasks: &[Task] = if tell { &[Task::Notify { notice: Notice::Later }] } else { &[] };
        Ok(self.asking(tasks, now))
    }

    /// Nothing is left of what could be proposed: the house looks for a book again, now and
    /// whenever `sweep` asks.
    pub fn out_of_books(self, now: Timestamp) -> Result<Step, Refused> {
        let mut order = self.choosing(Some(Want::Book), now)?;
        order.changed_at = now;
        if let Some(desk) = &mut order.desk {
            desk.proposals.clear();
        }
        Ok(order.asking(&[Task::Choose], now))
    }

    /// Whether the owner has put the order off to a later day.
    pub fn rests(&self, day: Date) -> bool {
        self.desk.as_ref().and_then(|desk| desk.rests_until).is_some_and(|until| day < until)
    }

    /// A book was picked: the desk is cleared.
    pub fn picked(self, choice: Choice, now: Timestamp) -> Result<Step, Refused> {
        let mut order = self.choosing(None, now)?;
        order.desk = None;
        order.chosen(choice, now)
    }
}
