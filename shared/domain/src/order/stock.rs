//! How many places a price range has: the copies that are free, less the places held.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, id::OrderId},
    order::Order,
};

/// A place held for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hold {
    /// Until this instant; expiry is judged when read.
    Until(Timestamp),
    /// The order is paid: until a copy is taken for it.
    Paid,
}

/// The places of one price range.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stock {
    /// Copies not yet taken.
    pub free: u32,
    /// Places held.
    #[serde(default)]
    pub holds: BTreeMap<OrderId, Hold>,
}

/// Every place of the range is held or gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no place is left in this price range")]
pub struct Full;

/// A place that an order can take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Until when it is held.
    pub until: Timestamp,
    /// Where the record of the range has it.
    pub room: Room,
}

/// Where the record of a range has a place for an order. It is to be had only while the record
/// still shows this.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// The order's own hold is listed, whether it lives or has run out.
    Own,
    /// Fewer holds are listed than copies are free.
    Free,
    /// Holds that have run out are removed for it.
    Expired {
        /// The holds to be removed, as they were read.
        holds: Vec<(OrderId, Hold)>,
        /// Holds listed when it was read; more must not be.
        listed: u32,
        /// Copies free when it was read; fewer must not be.
        free: u32,
    },
}

impl Stock {
    /// Places that a new order could hold now.
    pub fn places(&self, now: Timestamp) -> u32 {
        let held = self.holds.values().filter(|hold| hold.lives(now)).count();
        self.free.saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    }

    /// Finds a place for `order` for 15 minutes from now. A hold that the order already has is
    /// extended.
    pub fn take(&self, order: OrderId, now: Timestamp) -> Result<Taken, Full> {
        let own = self.holds.get(&order);
        if self.places(now) == 0 && !own.is_some_and(|hold| hold.lives(now)) {
            return Err(Full);
        }
        let listed = u32::try_from(self.holds.len()).unwrap_or(u32::MAX);
        let room = if own.is_some() {
            Room::Own
        } else if listed < self.free {
            Room::Free
        } else {
            let mut expired: Vec<_> =
                self.holds.iter().filter(|(_, hold)| !hold.lives(now)).collect();
            // Orders placed at the same time replace different holds if they can.
            let many = u128::try_from(expired.len()).unwrap_or_default();
            let first = order.random().checked_rem(many).unwrap_or_default();
            expired.rotate_left(usize::try_from(first).unwrap_or_default());
            let needed = usize::try_from(listed.saturating_sub(self.free)).unwrap_or_default() + 1;
            let holds = expired.into_iter().take(needed).map(|(id, hold)| (*id, *hold)).collect();
            Room::Expired { holds, listed, free: self.free }
        };
        Ok(Taken { until: calendar::minutes_after(now, Order::HELD_MINUTES), room })
    }
}

impl Hold {
    fn lives(&self, now: Timestamp) -> bool {
        match self {
            Self::Until(until) => now < *until,
            Self::Paid => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_that_ran_out_frees_its_place() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let (first, second, third) = (OrderId::new(0, 1), OrderId::new(0, 2), OrderId::new(0, 3));
        let mut stock = Stock { free: 2, holds: BTreeMap::new() };
        let taken = stock.take(first, now).unwrap();
        stock.holds.insert(first, Hold::Until(taken.until));
        stock.holds.insert(second, Hold::Paid);
        assert_eq!(stock.take(third, now), Err(Full));
        let another = Stock { free: 3, ..stock.clone() };
        assert_eq!(another.take(third, now).unwrap().room, Room::Free);
        assert_eq!(stock.take(first, now).unwrap().room, Room::Own);
        let later = calendar::minutes_after(now, 15);
        let holds = vec![(first, Hold::Until(taken.until))];
        let room = Room::Expired { holds, listed: 2, free: 2 };
        assert_eq!(stock.take(third, later).unwrap().room, room);
        assert_eq!(stock.take(first, later).unwrap().room, Room::Own);
    }
}
