//! How many places may be held without a payment: one for a visitor, two for an address or a
//! telephone, and a share of a range for all orders that await a bank transfer. So nobody can keep
//! the shelf from others without paying.
//!
//! A record for each visitor, address and telephone lists the orders that may hold such a place.
//! Whether one does is judged by the order itself, so paying and cancelling need not touch the
//! record: the next order of the same holder drops what is settled.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::id::{OrderId, VisitorId},
    order::{Order, State},
};

/// Whose places without a payment are counted together. Addresses and telephones are digests under
/// the shop's secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// A visitor.
    Visitor(VisitorId),
    /// Where the parcels go.
    Address(String),
    /// A telephone.
    Telephone(String),
}

impl Holder {
    /// The most places that are held for it without a payment.
    pub const fn most(&self) -> usize {
        match self {
            Self::Visitor(_) => 1,
            // Two people of one household may order at the same time.
            Self::Address(_) | Self::Telephone(_) => 2,
        }
    }
}

/// The orders of a holder that may hold a place without a payment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct UnpaidOrders {
    orders: BTreeSet<OrderId>,
}

/// A holder has as many places without a payment as it may have.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("as many places are held without a payment as may be")]
pub struct TooManyUnpaid {
    /// The holder.
    pub holder: Holder,
    /// The order whose place is given up first if nobody pays.
    pub order: OrderId,
    /// When it is given up.
    pub until: Timestamp,
}

impl UnpaidOrders {
    /// For how long a record is kept: longer than any place is held without a payment.
    pub const KEPT_DAYS: i64 = 7;

    /// The orders that are listed.
    pub fn orders(&self) -> impl Iterator<Item = OrderId> {
        self.orders.iter().copied()
    }

    /// The list with `order`, and without the orders that hold no place any more. `held_until` says
    /// until when an order holds a place without a payment, if it does.
    ///
    /// # Errors
    /// [`TooManyUnpaid`] if the holder has its places already.
    ///
    /// ```
    /// use domain::{base::id::{OrderId, VisitorId}, order::unpaid::{Holder, UnpaidOrders}};
    ///
    /// let holder = Holder::Visitor(VisitorId::new(0, 1));
    /// let (first, second) = (OrderId::new(0, 1), OrderId::new(0, 2));
    /// let listed = UnpaidOrders::default().with(first, &holder, |_| None).unwrap();
    /// let until = "2026-11-23T12:15:00+09:00".parse().unwrap();
    /// assert!(listed.with(second, &holder, |_| Some(until)).is_err());
    /// assert!(listed.with(first, &holder, |_| Some(until)).is_ok());
    /// assert!(listed.with(second, &holder, |_| None).is_ok());
    /// ```
    pub fn with(
        &self,
        order: OrderId,
        holder: &Holder,
        held_until: impl Fn(OrderId) -> Option<Timestamp>,
    ) -> Result<Self, TooManyUnpaid> {
        let others: Vec<(Timestamp, OrderId)> = self
            .orders()
            .filter(|other| *other != order)
            .filter_map(|other| Some((held_until(other)?, other)))
            .collect();
        match others.iter().min() {
            Some((until, first)) if others.len() >= holder.most() => {
                Err(TooManyUnpaid { holder: holder.clone(), order: *first, until: *until })
            }
            _ => Ok(Self {
                orders: others.into_iter().map(|(_, other)| other).chain([order]).collect(),
            }),
        }
    }
}

impl Order {
    /// Until when the order holds a place without a payment, if it does.
    pub fn unpaid_until(&self, now: Timestamp) -> Option<Timestamp> {
        (self.state == State::Priced && now < self.held_until).then_some(self.held_until)
    }

    /// Whose places without a payment this order counts among.
    pub fn holders(&self) -> impl Iterator<Item = Holder> {
        [Holder::Visitor(self.visitor)].into_iter().chain(self.counted_for.iter().cloned())
    }
}

/// The share of a range's free copies that all orders awaiting a bank transfer may hold together,
/// in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransferShare(u32);

/// A share that is not between 1 and 100.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a share is a whole number of percent, 1 to 100")]
pub struct NotAShare;

impl TransferShare {
    /// How many of the free copies may be held. At least one, so that a small shelf can be paid for
    /// by bank transfer.
    ///
    /// ```
    /// use domain::order::unpaid::TransferShare;
    ///
    /// let third: TransferShare = "33".parse().unwrap();
    /// assert_eq!([0, 2, 6, 10].map(|free| third.of(free)), [1, 1, 1, 3]);
    /// assert!("0".parse::<TransferShare>().is_err());
    /// ```
    pub fn of(self, free: u32) -> u32 {
        (free.saturating_mul(self.0) / 100).max(1)
    }
}

impl std::str::FromStr for TransferShare {
    type Err = NotAShare;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let percent: u32 = text.parse().map_err(|_| NotAShare)?;
        if (1..=100).contains(&percent) { Ok(Self(percent)) } else { Err(NotAShare) }
    }
}
