//! Reconciles a day's orders with the provider's record of the same day, from both sides: the
//! orders that were paid here that day, and those that the provider has transactions of. Changes
//! nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use domain::{
    base::{id::OrderId, money::Won},
    order::{
        Order, PaymentKey,
        bank_transfer::order_named,
        reconciliation::{Accounts, Difference, Mismatch, There, compare, given_by_hand},
    },
};
use jiff::{Timestamp, civil::Date};
use thiserror::Error;
use toss::Failure;

use crate::{PaymentError, Payments};

/// Orders read in one page.
const PAGE: i32 = 100;

/// Payments looked up in one run at most: some seconds at the provider, and less than its limit for
/// test keys (100 calls a minute). The others are listed as not looked at.
const MOST: usize = 90;

/// No order is looked at with less time left.
const LEAST_TIME: Duration = Duration::from_secs(9);

/// A day that could not be compared.
#[derive(Debug, Error)]
pub enum NotCompared {
    /// The server's own trouble.
    #[error(transparent)]
    Payments(#[from] PaymentError),
    /// The provider does not answer.
    #[error("the provider's record cannot be read: {0}")]
    Toss(#[from] Failure),
}

/// An order of the day: as it stands here, and the keys of its payments.
#[derive(Default)]
struct Seen {
    order: Option<Order>,
    payments: BTreeSet<PaymentKey>,
}

impl Payments {
    /// Compares the orders of a day with the provider's record of it, and keeps what differs. A run
    /// that has not looked at all of them is gone on with by the next one of the same day.
    pub async fn accounts(&self, day: Date, now: Timestamp) -> Result<Accounts, NotCompared> {
        let mut seen: BTreeMap<String, Seen> = BTreeMap::new();
        // They were compared in the night after they were paid, long before their readers could have
        // them forgotten.
        let mut forgotten: BTreeSet<String> = BTreeSet::new();
        let mut after = None;
        loop {
            let page = self.store.paid_on(day, after, PAGE).await.map_err(PaymentError::from)?;
            forgotten.extend(page.forgotten.iter().map(ToString::to_string));
            for order in page.orders {
                let payments = order.payment.iter().map(|payment| payment.key.clone()).collect();
                seen.insert(order.id.to_string(), Seen { order: Some(order), payments });
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let mut after = None;
        loop {
            let moved = self.toss.transactions(day, after.as_deref()).await?;
            after = moved
                .last()
                .map(|last| last.transaction_key.clone())
                .filter(|_| moved.len() == toss::Client::PAGE);
            for moved in moved {
                // An order may have had several names there.
                let order =
                    order_named(&moved.order_id).map_or(moved.order_id, |id| id.to_string());
                seen.entry(order).or_default().payments.insert(moved.payment_key);
            }
            if after.is_none() {
                break;
            }
        }
        let before = self.store.accounts_of(day).await.map_err(PaymentError::from)?;
        let mut accounts =
            before.map_or_else(|| Accounts::of(day, now), |before| before.value.going_on(now));
        seen.retain(|order, _| !forgotten.contains(order));
        accounts.orders = seen.len();
        let mut looked = 0;
        for (name, mut seen) in seen {
            if accounts.compared.contains(&name) {
                continue;
            }
            if looked >= MOST || !has_time() {
                accounts.differences.push(Difference { order: name, how: Mismatch::NotLookedAt });
                continue;
            }
            // Money that moved that day for an order that was paid on another day, or never.
            if let (None, Ok(id)) = (&seen.order, name.parse::<OrderId>()) {
                seen.order = self
                    .store
                    .order(id)
                    .await
                    .map_err(PaymentError::from)?
                    .map(|order| order.value);
                seen.payments.extend(
                    seen.order.iter().filter_map(|order| Some(order.payment.as_ref()?.key.clone())),
                );
            }
            let mut there = Vec::new();
            for key in &seen.payments {
                looked += 1;
                there.extend(self.toss.payment(key).await?.as_ref().map(as_told));
            }
            if let Some(order) = seen.order.as_ref().filter(|order| order.paid_at().is_some()) {
                accounts.paid = accounts.paid + order.total;
                accounts.by_hand = accounts.by_hand + given_by_hand(order);
            }
            let differs = compare(seen.order.as_ref(), &there);
            accounts.differences.extend(differs.map(|how| Difference { order: name.clone(), how }));
            accounts.compared.insert(name);
        }
        self.store.keep_accounts(&accounts).await.map_err(PaymentError::from)?;
        Ok(accounts)
    }
}

/// Whether there is time to look at another order and to keep what was found.
fn has_time() -> bool {
    platform::deadline::remaining().is_none_or(|left| left >= LEAST_TIME)
}

fn as_told(payment: &toss::Payment) -> There {
    There {
        // An account that was closed before money came into it was never approved.
        paid: payment.approved_at.is_some() && payment.status.holds_or_held_money(),
        total: Won(payment.total_amount),
        balance: Won(payment.balance_amount),
        status: payment.status.as_str().to_owned(),
        refund_failed: payment
            .virtual_account
            .as_ref()
            .and_then(|account| account.refund_status.as_deref())
            .is_some_and(|status| status.ends_with("FAILED")),
    }
}
