//! Reconciliation: compares a day's orders with the payment provider's payments. Differences are
//! reported and never corrected automatically.

use std::collections::BTreeSet;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::money::Won,
    order::{Order, State, refund::Progress},
};

/// A payment at the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct There {
    /// Whether money ever arrived by it.
    pub paid: bool,
    /// The amount that was paid, or was to be paid.
    pub total: Won,
    /// The part that is not refunded.
    pub balance: Won,
    /// The provider's status.
    pub status: String,
    /// Whether the bank gave up the refund of a transfer.
    pub refund_failed: bool,
}

/// How an order's money differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Mismatch {
    /// Paid here; the provider has no payment.
    NotThere,
    /// Paid here; not there.
    NotPaidThere {
        /// The provider's status.
        status: String,
    },
    /// The reader was charged more than once.
    Twice {
        /// The number of payments.
        payments: usize,
    },
    /// The paid amounts differ.
    Amount {
        /// By the order.
        here: Won,
        /// By the provider.
        there: Won,
    },
    /// The refunded amounts differ.
    GoneBack {
        /// Refunded by the order, without open refunds.
        here: Won,
        /// The open refunds.
        under_way: Won,
        /// Refunded by the provider.
        there: Won,
    },
    /// The provider holds money for an order that is not paid here.
    OnlyThere {
        /// How much.
        held: Won,
        /// The state of the order; `None` if there is no such order.
        state: Option<State>,
    },
    /// Refunded here; the bank has given the refund up.
    RefundFailed,
    /// Not compared yet: there were too many payments for one run, and the next one goes on.
    NotLookedAt,
}

/// A difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The order, as the provider or the shop names it.
    pub order: String,
    /// How it differs.
    #[serde(flatten)]
    pub how: Mismatch,
}

/// The accounts of one day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Accounts {
    /// The day, in Korea.
    pub day: Date,
    /// When it was looked at last.
    pub looked_at: Timestamp,
    /// How many orders with money that moved that day were compared.
    pub orders: usize,
    /// What was paid by these orders, by the shop's own books.
    pub paid: Won,
    /// What the owner gave back of it by hand: the provider need not know of that.
    #[serde(default)]
    pub by_hand: Won,
    /// What differs.
    pub differences: Vec<Difference>,
    /// The orders that were compared, as the provider or the shop names them. The next run goes on
    /// with the others.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub compared: BTreeSet<String>,
    /// Differences that the owner has settled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settled: Vec<Settled>,
}

/// A difference that the owner has settled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The difference as it was. Another one of the same order is open again.
    #[serde(flatten)]
    pub difference: Difference,
    /// How, in the owner's words.
    pub note: String,
    /// When.
    pub at: Timestamp,
}

/// The owner settles a difference that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("no difference of this order is open on that day")]
pub struct NothingToSettle;

impl Accounts {
    /// The accounts of a day of which nothing was compared.
    pub fn of(day: Date, now: Timestamp) -> Self {
        Self {
            day,
            looked_at: now,
            orders: 0,
            paid: Won::ZERO,
            by_hand: Won::ZERO,
            differences: Vec::new(),
            compared: BTreeSet::new(),
            settled: Vec::new(),
        }
    }

    /// Where a run goes on: with what an unfinished one has compared, or from the start, with what
    /// the owner has settled.
    #[must_use]
    pub fn going_on(self, now: Timestamp) -> Self {
        if self.is_finished() {
            return Self { settled: self.settled, ..Self::of(self.day, now) };
        }
        let mut accounts = Self { looked_at: now, ..self };
        accounts.differences.retain(|difference| difference.how != Mismatch::NotLookedAt);
        accounts
    }

    /// Whether every order was compared.
    pub fn is_finished(&self) -> bool {
        self.differences.iter().all(|difference| difference.how != Mismatch::NotLookedAt)
    }

    /// The differences that somebody has to look at.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences
            .iter()
            .filter(|found| self.settled.iter().all(|settled| settled.difference != **found))
    }

    /// The owner has settled the difference of an order.
    ///
    /// # Errors
    /// If none is open.
    pub fn settle(
        mut self,
        order: &str,
        note: &str,
        now: Timestamp,
    ) -> Result<Self, NothingToSettle> {
        let open =
            self.open().find(|found| found.order == order && found.how != Mismatch::NotLookedAt);
        let difference = open.cloned().ok_or(NothingToSettle)?;
        self.settled.push(Settled { difference, note: note.to_owned(), at: now });
        Ok(self)
    }
}

/// What the owner gave back by another way than by the provider's cancel.
pub fn given_by_hand(order: &Order) -> Won {
    let by_hand =
        order.refunds.iter().filter(|refund| matches!(refund.progress, Progress::ByHand { .. }));
    by_hand.map(|refund| refund.amount).sum()
}

/// What differs between an order and its payments at the provider.
pub fn compare(order: Option<&Order>, there: &[There]) -> Option<Mismatch> {
    let paid: Vec<&There> = there.iter().filter(|payment| payment.paid).collect();
    let Some(order) = order.filter(|order| order.paid_at().is_some()) else {
        let held: Won = paid.iter().map(|payment| payment.balance).sum();
        return (held > Won::ZERO)
            .then(|| Mismatch::OnlyThere { held, state: order.map(|order| order.state) });
    };
    let payment = match paid.as_slice() {
        [] => {
            return Some(there.first().map_or(Mismatch::NotThere, |payment| {
                Mismatch::NotPaidThere { status: payment.status.clone() }
            }));
        }
        [payment] => payment,
        payments => return Some(Mismatch::Twice { payments: payments.len() }),
    };
    if payment.total != order.total {
        return Some(Mismatch::Amount { here: order.total, there: payment.total });
    }
    let sum = |counts: fn(&Progress) -> bool| -> Won {
        order
            .refunds
            .iter()
            .filter(|refund| counts(&refund.progress))
            .map(|refund| refund.amount)
            .sum()
    };
    let here = sum(|progress| matches!(progress, Progress::Done { .. }));
    let under_way = sum(Progress::is_open);
    // What the owner gave back by hand went past the provider, or by a cancel on its own pages.
    let by_hand = given_by_hand(order);
    let went = payment.total.saturating_sub(payment.balance);
    if payment.refund_failed && here > Won::ZERO && went < here {
        return Some(Mismatch::RefundFailed);
    }
    (went < here || went > here + under_way + by_hand).then_some(Mismatch::GoneBack {
        here,
        under_way,
        there: went,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::{handed_over, noon, order, paid};

    fn there(total: u64, balance: u64) -> There {
        There {
            paid: true,
            total: Won(total),
            balance: Won(balance),
            status: "DONE".into(),
            refund_failed: false,
        }
    }

    #[test]
    fn an_order_that_was_paid_once_agrees() {
        assert_eq!(compare(Some(&paid()), &[there(22_000, 22_000)]), None);
        // A try that was refused before is none of the order's money.
        let refused = There { paid: false, status: "ABORTED".into(), ..there(22_000, 22_000) };
        assert_eq!(compare(Some(&paid()), &[refused.clone(), there(22_000, 22_000)]), None);
        assert_eq!(compare(Some(&order()), &[refused]), None);
        assert_eq!(compare(None, &[]), None);
    }

    #[test]
    fn money_on_its_way_back_may_be_there_or_not_yet() {
        let posted = handed_over(paid()).order;
        assert_eq!(compare(Some(&posted), &[there(22_000, 22_000)]), None);
        assert_eq!(compare(Some(&posted), &[there(22_000, 20_000)]), None);
        let done = posted.refund_done(6, noon()).order;
        assert_eq!(compare(Some(&done), &[there(22_000, 20_000)]), None);
        let (here, under_way) = (Won(2_000), Won::ZERO);
        assert_eq!(
            compare(Some(&done), &[there(22_000, 22_000)]),
            Some(Mismatch::GoneBack { here, under_way, there: Won::ZERO })
        );
        assert_eq!(
            compare(Some(&done), &[there(22_000, 15_000)]),
            Some(Mismatch::GoneBack { here, under_way, there: Won(7_000) })
        );
    }

    #[test]
    fn what_was_given_back_by_hand_may_stand_at_the_provider_or_not() {
        let cancelled = paid().cancelled(noon()).unwrap().order;
        let sequence = cancelled.refunds[0].sequence;
        let parked = cancelled.refund_parked(sequence, "NO".into(), noon());
        let today = crate::base::calendar::today(noon());
        let by_hand = parked.given_by_hand(Won(22_000), "계좌 이체", today, noon()).unwrap().order;
        assert_eq!(given_by_hand(&by_hand), Won(22_000));
        assert_eq!(compare(Some(&by_hand), &[there(22_000, 22_000)]), None);
        assert_eq!(compare(Some(&by_hand), &[there(22_000, 0)]), None);
    }

    #[test]
    fn every_difference_has_its_name() {
        let waits =
            There { paid: false, status: "WAITING_FOR_DEPOSIT".into(), ..there(22_000, 22_000) };
        for (order, payments, how) in [
            (Some(paid()), vec![], Mismatch::NotThere),
            (
                Some(paid()),
                vec![waits],
                Mismatch::NotPaidThere { status: "WAITING_FOR_DEPOSIT".into() },
            ),
            (Some(paid()), vec![there(22_000, 22_000); 2], Mismatch::Twice { payments: 2 }),
            (
                Some(paid()),
                vec![there(21_000, 21_000)],
                Mismatch::Amount { here: Won(22_000), there: Won(21_000) },
            ),
            (
                Some(order()),
                vec![there(22_000, 22_000)],
                Mismatch::OnlyThere { held: Won(22_000), state: Some(State::Priced) },
            ),
            (
                None,
                vec![there(9_000, 9_000)],
                Mismatch::OnlyThere { held: Won(9_000), state: None },
            ),
        ] {
            assert_eq!(compare(order.as_ref(), &payments), Some(how));
        }
        assert_eq!(compare(None, &[there(9_000, 0)]), None, "all of it went back");
    }
}
