//! What the shop notes about itself every hour, so that the desk can be seen over time and the
//! owner is told in the morning what was promised.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    base::calendar,
    order::{Order, desk::OwnerTask},
};

/// One look at the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Copies on the shelf, in every range.
    pub free: u32,
    /// Orders that wait for the owner; more than a hundred count as a hundred.
    pub waiting: u32,
}

/// The notes of one day in Korea, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Notes {
    /// The notes.
    pub notes: Vec<Note>,
    /// Whether the owner was told on this day what was promised.
    #[serde(default)]
    pub told: bool,
}

impl Notes {
    /// Seconds between two notes.
    const APART: i64 = 60 * 60;

    /// Whether it is time for the next note.
    pub fn is_due(&self, now: Timestamp) -> bool {
        self.notes
            .last()
            .is_none_or(|last| now.as_second() / Self::APART > last.at.as_second() / Self::APART)
    }
}

/// Orders that are promised and not posted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Promises {
    /// Orders whose promised day has passed.
    pub broken: usize,
    /// Orders whose promised day is today or tomorrow.
    pub near: usize,
}

impl Promises {
    /// Counts the orders on the owner's desk that are to be posted.
    pub fn of<'a>(orders: impl IntoIterator<Item = &'a Order>, now: Timestamp) -> Self {
        let today = calendar::today(now);
        let tomorrow = today.tomorrow().unwrap_or(today);
        let mut promises = Self::default();
        for order in orders.into_iter().filter(|order| {
            !matches!(order.owner_task(today), OwnerTask::Refund | OwnerTask::Deposit)
        }) {
            promises.broken += usize::from(order.promised < today);
            promises.near += usize::from((today..=tomorrow).contains(&order.promised));
        }
        promises
    }

    /// The text of the morning message; `None` if there are no such orders. Contains no personal data.
    pub fn told(self) -> Option<String> {
        let mut parts = Vec::new();
        if self.broken > 0 {
            parts.push(format!("약속한 날이 지난 주문이 {}건", self.broken));
        }
        if self.near > 0 {
            parts.push(format!("내일까지 부치기로 한 주문이 {}건", self.near));
        }
        (!parts.is_empty())
            .then(|| format!("{} 있습니다. owner-desk를 열어 주세요.", parts.join(", ")))
    }
}

#[cfg(test)]
mod tests {
    use jiff::ToSpan as _;

    use super::*;
    use crate::order::tests::{choice, noon, paid};

    #[test]
    fn one_note_an_hour() {
        let at = |time: &str| format!("2026-11-23T{time}+09:00").parse::<Timestamp>().unwrap();
        let first = Note { at: at("09:03:00"), free: 3, waiting: 1 };
        assert!(Notes::default().is_due(first.at));
        let notes = Notes { notes: vec![first], told: false };
        assert_eq!(
            ["09:04:00", "09:59:59", "10:00:00"].map(|time| notes.is_due(at(time))),
            [false, false, true]
        );
    }

    #[test]
    fn the_owner_hears_of_the_day_before_and_of_the_day_after() {
        let choosing = paid().choosing(None, noon()).unwrap();
        let packed = choosing.chosen(choice(), noon()).unwrap().order.packed(noon()).unwrap().order;
        let told = |days: i64| {
            let day = packed.promised.checked_add(days.days()).unwrap();
            let morning = calendar::end_of(day);
            Promises::of(
                [&packed],
                morning.checked_sub(jiff::SignedDuration::from_hours(15)).unwrap(),
            )
            .told()
        };
        assert_eq!(told(-2), None);
        for days in [-1, 0] {
            assert_eq!(
                told(days).unwrap(),
                "내일까지 부치기로 한 주문이 1건 있습니다. owner-desk를 열어 주세요."
            );
        }
        assert_eq!(
            told(1).unwrap(),
            "약속한 날이 지난 주문이 1건 있습니다. owner-desk를 열어 주세요."
        );
    }
}
