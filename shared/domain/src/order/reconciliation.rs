//! Reconciliation: compares a day's orders with the payment provider's payments. Differences are
//! reported and never corrected automatically.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

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
    /// There were too many payments to compare all.
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
        There { paid: true, total: Won(total), balance: Won(balance), status: "DONE".into() }
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
