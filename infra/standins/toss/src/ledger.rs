//! The ledger: what truly happened to money, whatever anybody was told.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::record::{Method, Record, State};

/// In which direction money moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// From the reader to the shop.
    Charge,
    /// Back to the reader, by a cancel.
    Refund,
    /// Back to the reader, because the bank took the deposit back.
    Reversal,
}

/// Money that moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// When, by the stand-in's clock.
    pub at: Timestamp,
    /// For which order.
    pub order_id: String,
    /// By which payment.
    pub payment_key: String,
    /// Its own name.
    pub transaction_key: String,
    /// In which direction.
    pub kind: Kind,
    /// How many won.
    pub amount: u64,
}

/// A payment in the [`Ledger`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentLine {
    /// Its key.
    pub payment_key: String,
    /// Where it stands.
    pub status: State,
    /// How it is made.
    pub method: Method,
    /// What was asked for, in won.
    pub total_amount: u64,
    /// What is left of it after cancels, in won.
    pub balance_amount: u64,
}

/// What truly happened to the money of one order, in won.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLedger {
    /// The sum of all charges.
    pub charged: u64,
    /// The sum of all refunds.
    pub refunded: u64,
    /// The sum of all deposits that the bank took back.
    pub reversed: u64,
    /// How many charges there were: more than one is a reader charged twice.
    pub charges: u32,
    /// Every payment, oldest first.
    pub payments: Vec<PaymentLine>,
    /// Every movement of money, oldest first.
    pub movements: Vec<Movement>,
}

impl OrderLedger {
    /// What the shop holds of the reader's money.
    pub fn held(&self) -> u64 {
        self.charged.saturating_sub(self.refunded).saturating_sub(self.reversed)
    }
}

/// What truly happened to money, whatever anybody was told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// By order id.
    pub orders: BTreeMap<String, OrderLedger>,
}

impl Ledger {
    /// The ledger of these payments and movements, both oldest first.
    pub(crate) fn of<'a>(
        payments: impl Iterator<Item = &'a Record>,
        movements: &[Movement],
    ) -> Self {
        let mut ledger = Self::default();
        for record in payments {
            ledger.orders.entry(record.order_id.clone()).or_default().payments.push(PaymentLine {
                payment_key: record.payment_key.clone(),
                status: record.state,
                method: record.method,
                total_amount: record.amount,
                balance_amount: record.balance(),
            });
        }
        for movement in movements {
            let order = ledger.orders.entry(movement.order_id.clone()).or_default();
            match movement.kind {
                Kind::Charge => {
                    order.charged += movement.amount;
                    order.charges += 1;
                }
                Kind::Refund => order.refunded += movement.amount,
                Kind::Reversal => order.reversed += movement.amount,
            }
            order.movements.push(movement.clone());
        }
        ledger
    }

    /// The lines of one order; empty if nothing was ever heard of it.
    pub fn order(&self, order_id: &str) -> OrderLedger {
        self.orders.get(order_id).cloned().unwrap_or_default()
    }
}
