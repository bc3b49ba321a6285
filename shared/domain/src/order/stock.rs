//! The stock of a price range: free copies and the reservations on them.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, id::OrderId},
    order::{Order, unpaid::TransferShare},
};

/// A copy reserved for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reservation {
    /// For an order that is not paid, until this instant. Expiry is judged when it is read.
    Until(Timestamp),
    /// For a paid order, until a copy is taken from the stock.
    Paid,
}

/// The stock of one price range.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stock {
    /// Copies not yet taken for an order.
    pub free: u32,
    /// The reservations; stored as `holds`.
    #[serde(default, rename = "holds")]
    pub reservations: BTreeMap<OrderId, Reservation>,
}

/// Every copy of the range is reserved or taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no copy is left in this price range")]
pub struct OutOfStock;

/// A reservation that an order can have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewReservation {
    /// Until when it is valid.
    pub until: Timestamp,
    /// What of the record makes it possible.
    pub slot: Slot,
}

/// What of a stock record makes a reservation possible. The write is conditional on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Slot {
    /// The order's own reservation is listed, valid or expired.
    Own,
    /// Fewer reservations are listed than copies are free.
    Free {
        /// Expired reservations that are removed by the way, as they were read. Without it the
        /// record would grow with every order that is never paid.
        expired: Vec<(OrderId, Reservation)>,
    },
    /// Expired reservations are removed for it.
    Expired {
        /// The reservations to remove, as they were read.
        reservations: Vec<(OrderId, Reservation)>,
        /// How many were listed when the record was read. The write requires no more.
        listed: u32,
        /// How many copies were free when the record was read. The write requires no fewer.
        free: u32,
    },
}

/// Expired reservations that an order removes although it does not need their copies. DynamoDB allows
/// 4 KB for an expression; two removals an order would suffice to keep the record short.
const REMOVED_AT_ONCE: usize = 20;

/// Expired reservations that one write can remove within DynamoDB's 4 KB for an expression.
const REMOVABLE: usize = 100;

impl Stock {
    /// Copies that a new order could reserve now.
    pub fn available(&self, now: Timestamp) -> u32 {
        let reserved =
            self.reservations.values().filter(|reservation| reservation.is_valid(now)).count();
        self.free.saturating_sub(u32::try_from(reserved).unwrap_or(u32::MAX))
    }

    /// Whether one more order of the range may await a bank transfer. Those that do hold their
    /// places for longer than the payment of a card takes, which tells them from the others; in
    /// their last minutes they are not counted, and give their places up soon.
    pub fn admits_transfer(&self, order: OrderId, share: TransferShare, now: Timestamp) -> bool {
        let by_card = calendar::minutes_after(now, Order::HELD_MINUTES);
        let awaited = self.reservations.iter().filter(|(id, reservation)| {
            **id != order && matches!(reservation, Reservation::Until(until) if *until > by_card)
        });
        let awaited = u32::try_from(awaited.count()).unwrap_or(u32::MAX);
        awaited < share.of(self.free)
    }

    /// Finds a reservation for `order`, valid for [`Order::HELD_MINUTES`]. One that the order already
    /// has is extended.
    ///
    /// # Errors
    /// [`OutOfStock`] if no copy is left, or if more than 100 expired reservations would have to go
    /// first. Only an owner who takes so many copies off the shelf at once can cause that.
    pub fn reserve(&self, order: OrderId, now: Timestamp) -> Result<NewReservation, OutOfStock> {
        let own = self.reservations.get(&order);
        if self.available(now) == 0 && !own.is_some_and(|reservation| reservation.is_valid(now)) {
            return Err(OutOfStock);
        }
        let listed = u32::try_from(self.reservations.len()).unwrap_or(u32::MAX);
        let slot = if own.is_some() {
            Slot::Own
        } else if listed < self.free {
            Slot::Free { expired: self.expired(order, now, REMOVED_AT_ONCE) }
        } else {
            let needed = usize::try_from(listed.saturating_sub(self.free)).unwrap_or_default() + 1;
            if needed > REMOVABLE {
                return Err(OutOfStock);
            }
            let reservations = self.expired(order, now, needed);
            Slot::Expired { reservations, listed, free: self.free }
        };
        Ok(NewReservation { until: calendar::minutes_after(now, Order::HELD_MINUTES), slot })
    }

    /// At most `limit` expired reservations. Orders placed at the same time get different ones if
    /// there are enough.
    fn expired(&self, order: OrderId, now: Timestamp, limit: usize) -> Vec<(OrderId, Reservation)> {
        let mut expired: Vec<_> = self
            .reservations
            .iter()
            .filter(|(_, reservation)| !reservation.is_valid(now))
            .map(|(id, reservation)| (*id, *reservation))
            .collect();
        let many = u128::try_from(expired.len()).unwrap_or_default();
        let first = order.random().checked_rem(many).unwrap_or_default();
        expired.rotate_left(usize::try_from(first).unwrap_or_default());
        expired.truncate(limit);
        expired
    }
}

impl Reservation {
    fn is_valid(&self, now: Timestamp) -> bool {
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
    fn a_share_of_the_range_may_await_transfers() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let third: TransferShare = "33".parse().unwrap();
        let (first, second) = (OrderId::new(0, 1), OrderId::new(0, 2));
        let mut stock = Stock { free: 4, reservations: BTreeMap::new() };
        let held = stock.reserve(first, now).unwrap();
        stock.reservations.insert(first, Reservation::Until(held.until));
        assert!(stock.admits_transfer(second, third, now), "a card's place is none of them");
        let due = calendar::minutes_after(now, 24 * 60);
        stock.reservations.insert(first, Reservation::Until(due));
        assert!(!stock.admits_transfer(second, third, now));
        assert!(stock.admits_transfer(first, third, now), "asked again about the same one");
        stock.free = 7;
        assert!(stock.admits_transfer(second, third, now));
        stock.free = 4;
        stock.reservations.insert(first, Reservation::Paid);
        assert!(stock.admits_transfer(second, third, now), "it is paid");
    }

    #[test]
    fn an_expired_reservation_frees_its_copy() {
        let now: Timestamp = "2026-11-23T12:00:00+09:00".parse().unwrap();
        let (first, second, third) = (OrderId::new(0, 1), OrderId::new(0, 2), OrderId::new(0, 3));
        let mut stock = Stock { free: 2, reservations: BTreeMap::new() };
        let reserved = stock.reserve(first, now).unwrap();
        stock.reservations.insert(first, Reservation::Until(reserved.until));
        stock.reservations.insert(second, Reservation::Paid);
        assert_eq!(stock.reserve(third, now), Err(OutOfStock));
        let another = Stock { free: 3, ..stock.clone() };
        assert_eq!(another.reserve(third, now).unwrap().slot, Slot::Free { expired: Vec::new() });
        assert_eq!(stock.reserve(first, now).unwrap().slot, Slot::Own);
        let later = calendar::minutes_after(now, 15);
        let reservations = vec![(first, Reservation::Until(reserved.until))];
        let slot = Slot::Expired { reservations, listed: 2, free: 2 };
        assert_eq!(stock.reserve(third, later).unwrap().slot, slot);
        let expired = vec![(first, Reservation::Until(reserved.until))];
        assert_eq!(another.reserve(third, later).unwrap().slot, Slot::Free { expired });
        assert_eq!(stock.reserve(first, later).unwrap().slot, Slot::Own);
    }
}
