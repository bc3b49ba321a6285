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

/// A place taken: what to write into the record of the range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    /// Until when.
    pub until: Timestamp,
    /// Holds that have run out and can be swept from the record.
    pub expired: Vec<OrderId>,
}

impl Stock {
    /// Places that a new order could hold now.
    pub fn places(&self, now: Timestamp) -> u32 {
        let held = self.holds.values().filter(|hold| hold.lives(now)).count();
        self.free.saturating_sub(u32::try_from(held).unwrap_or(u32::MAX))
    }

    /// Takes a place for `order` for 15 minutes from now. A place the order already holds is held
    /// anew.
    pub fn take(&self, order: OrderId, now: Timestamp) -> Result<Taken, Full> {
        let has_one = self.holds.get(&order).is_some_and(|hold| hold.lives(now));
        if !has_one && self.places(now) == 0 {
            return Err(Full);
        }
        let expired = self
            .holds
            .iter()
            .filter(|(id, hold)| **id != order && !hold.lives(now))
            .map(|(id, _)| *id)
            .collect();
        Ok(Taken { until: calendar::minutes_after(now, Order::HELD_MINUTES), expired })
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
    fn a_hold_that_ran_out_gives_its_place_back() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let (first, second, third) = (OrderId::new(0, 1), OrderId::new(0, 2), OrderId::new(0, 3));
        let mut stock = Stock { free: 2, holds: BTreeMap::new() };
        let taken = stock.take(first, now).unwrap();
        stock.holds.insert(first, Hold::Until(taken.until));
        stock.holds.insert(second, Hold::Paid);
        assert_eq!(stock.take(third, now), Err(Full));
        assert!(stock.take(first, now).is_ok(), "a place already held is held anew");
        let later = calendar::minutes_after(now, 15);
        assert_eq!(stock.take(third, later).unwrap().expired, [first]);
        assert_eq!(stock.take(first, later).unwrap().expired, []);
    }
}
