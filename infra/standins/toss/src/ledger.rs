//! The ledger: what happened to the money, independently of what the API answered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::payment::{Method, Payment, State};

/// The direction of a movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// From the reader to the shop.
    Charge,
    /// Back to the reader, by a cancel.
    Refund,
    /// Back to the reader, by the bank's reversal of a deposit.
    Reversal,
}

/// A movement of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Movement {
    /// The time, by the stand-in's clock.
    pub at: Timestamp,
    /// The order.
    pub order_id: String,
    /// The payment.
    pub payment_key: String,
    /// The movement's own id.
    pub transaction_key: String,
    /// The direction.
    pub kind: Kind,
    /// The amount, in won.
    pub amount: u64,
}

/// A payment in the [`Ledger`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PaymentLine {
    /// The payment's key.
    pub payment_key: String,
    /// The status.
    pub status: State,
    /// The method.
    pub method: Method,
    /// The requested amount, in won.
    pub total_amount: u64,
    /// The amount minus the cancels, in won.
    pub balance_amount: u64,
}

/// What happened to the money of one order, in won.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderLedger {
    /// The sum of all charges.
    pub charged: u64,
    /// The sum of all refunds.
    pub refunded: u64,
    /// The sum of all reversed deposits.
    pub reversed: u64,
    /// The number of charges; more than one means that the reader was charged twice.
    pub charges: u32,
    /// Every payment, oldest first.
    pub payments: Vec<PaymentLine>,
    /// Every movement of money, oldest first.
    pub movements: Vec<Movement>,
}

impl OrderLedger {
    /// The charges minus refunds and reversals.
    pub fn held(&self) -> u64 {
        self.charged.saturating_sub(self.refunded).saturating_sub(self.reversed)
    }
}

/// What happened to the money, independently of what the API answered.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ledger {
    /// The orders, by order id.
    pub orders: BTreeMap<String, OrderLedger>,
}

impl Ledger {
    /// Makes the ledger of these payments and movements, both oldest first.
    pub(crate) fn of<'a>(
        payments: impl Iterator<Item = &'a Payment>,
        movements: &[Movement],
    ) -> Self {
        let mut ledger = Self::default();
        for payment in payments {
            ledger.orders.entry(payment.order_id.clone()).or_default().payments.push(PaymentLine {
                payment_key: payment.payment_key.clone(),
                status: payment.state,
                method: payment.method,
                total_amount: payment.amount,
                balance_amount: payment.balance(),
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

    /// The lines of one order; empty for an unknown one.
    pub fn order(&self, order_id: &str) -> OrderLedger {
        self.orders.get(order_id).cloned().unwrap_or_default()
    }
}
