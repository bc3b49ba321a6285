//! The shop's book of money: an entry for each won that came or went, on the day on which it did. A
//! refund counts in its own month, not in that of its payment.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

use crate::{
    base::{calendar, id::OrderId, money::Won},
    order::{Order, PaymentStatus, Taxed, refund::Progress},
};

/// Why money moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// A card or a wallet paid.
    Card,
    /// A bank transfer arrived.
    BankTransfer,
    /// The bank took a transfer back.
    Reversed,
    /// The provider gave money back.
    Refund,
    /// The owner gave money back without the provider.
    ByHand,
}

impl Movement {
    /// Whether the money came in.
    pub const fn is_income(self) -> bool {
        matches!(self, Self::Card | Self::BankTransfer)
    }

    /// What the owner calls it.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Card => "카드와 간편결제",
            Self::BankTransfer => "무통장입금",
            Self::Reversed => "은행이 되돌린 입금",
            Self::Refund => "환불",
            Self::ByHand => "손으로 돌려준 돈",
        }
    }
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When the shop recorded it.
    pub at: Timestamp,
    /// The order.
    pub order: OrderId,
    /// Why.
    pub movement: Movement,
    /// How much.
    pub amount: Won,
    /// The part of it that is free of VAT.
    pub tax_free: Won,
}

impl Entry {
    /// The amount by its taxes.
    pub fn taxed(&self) -> Taxed {
        let tax_free = self.tax_free.min(self.amount);
        Taxed { tax_free, taxable: self.amount.saturating_sub(tax_free) }
    }
}

/// The entries that a change of an order makes, in a fixed order.
pub fn entries(before: Option<&Order>, after: &Order) -> Vec<Entry> {
    let entry = |movement, sum: Taxed| Entry {
        at: after.changed_at,
        order: after.id,
        movement,
        amount: sum.total(),
        tax_free: sum.tax_free,
    };
    let status = |order: &Order| match order.payment.as_ref().map(|payment| &payment.outcome) {
        Some(PaymentStatus::Done { deposit: true, .. }) => Some(Movement::BankTransfer),
        Some(PaymentStatus::Done { deposit: false, .. }) => Some(Movement::Card),
        Some(PaymentStatus::Reversed { .. }) => Some(Movement::Reversed),
        _ => None,
    };
    let mut entries = Vec::new();
    let (was, is) = (before.and_then(status), status(after));
    if is != was {
        // A transfer that the bank takes back before the parcel is packed leaves no payment.
        let taken_back = was.filter(|was| was.is_income()).map(|_| Movement::Reversed);
        entries.extend(is.or(taken_back).map(|movement| entry(movement, after.taxed())));
    }
    for refund in after.refunds.iter().filter(|refund| refund.progress.is_back()) {
        let was_back = before
            .and_then(|before| before.refund(refund.sequence))
            .is_some_and(|refund| refund.progress.is_back());
        if !was_back {
            let by_hand = matches!(refund.progress, Progress::ByHand { .. });
            let movement = if by_hand { Movement::ByHand } else { Movement::Refund };
            entries.push(entry(movement, refund.taxed()));
        }
    }
    entries
}

/// Sums of money by their taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sums {
    /// How many entries.
    pub entries: u64,
    /// The part free of VAT.
    pub tax_free: Won,
    /// The rest without its VAT (공급가액).
    pub supplied: Won,
    /// The VAT.
    pub vat: Won,
}

impl Sums {
    /// Everything together.
    pub fn total(self) -> Won {
        self.tax_free + self.supplied + self.vat
    }

    fn add(&mut self, sum: Taxed) {
        let vat = vat(sum.taxable);
        self.entries += 1;
        self.tax_free = self.tax_free + sum.tax_free;
        self.supplied = self.supplied + sum.taxable.saturating_sub(vat);
        self.vat = self.vat + vat;
    }
}

/// The VAT in a taxable sum: an eleventh, to the nearest won, once for each payment. So Toss
/// computes it: of 9,026 won 821, of 30,000 won 2,727 (answers shown in its developers' forum). An
/// eleventh never lies in the middle.
///
/// ```
/// use domain::{base::money::Won, order::ledger::vat};
///
/// assert_eq!((vat(Won(9_026)), vat(Won(30_000))), (Won(821), Won(2_727)));
/// ```
pub fn vat(taxable: Won) -> Won {
    Won(taxable.0.saturating_add(5) / 11)
}

/// A month of the book.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Month {
    /// What came in.
    pub income: Sums,
    /// What went back.
    pub back: Sums,
    /// Entries and their sum by why money moved.
    pub by_movement: BTreeMap<Movement, (u64, Won)>,
    /// Income and what went back, by the day in Korea.
    pub days: BTreeMap<Date, (Sums, Sums)>,
}

impl Month {
    /// Adds the entries up.
    pub fn of<'e>(entries: impl IntoIterator<Item = &'e Entry>) -> Self {
        let mut month = Self::default();
        for entry in entries {
            let day = month.days.entry(calendar::today(entry.at)).or_default();
            let (of_month, of_day) = if entry.movement.is_income() {
                (&mut month.income, &mut day.0)
            } else {
                (&mut month.back, &mut day.1)
            };
            of_month.add(entry.taxed());
            of_day.add(entry.taxed());
            let by = month.by_movement.entry(entry.movement).or_default();
            *by = (by.0 + 1, by.1 + entry.amount);
        }
        month
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::order::tests::{noon, order, paid};

    #[test]
    fn money_is_entered_once_when_it_moves() {
        let (before, after) = (order(), paid());
        let entered = entries(Some(&before), &after);
        assert_eq!(entered.len(), 1);
        assert_eq!((entered[0].movement, entered[0].amount), (Movement::Card, after.total));
        assert_eq!(entries(Some(&after), &after), []);
        assert_eq!(entries(None, &before), []);
        // The bank takes it back, before or after packing, and it comes again.
        let gone = Order { payment: before.payment.clone(), ..after.clone() };
        let back = entries(Some(&after), &gone);
        assert_eq!(
            (back.len(), back[0].movement, back[0].amount),
            (1, Movement::Reversed, after.total)
        );
        assert_eq!(entries(Some(&gone), &after).len(), 1);
    }

    proptest! {
        /// Nothing is lost or made by adding up, whatever the sums are.
        #[test]
        fn a_month_adds_up(
            moved in prop::collection::vec((0..5_usize, 0..90_000_u64, 0..90_000_u64), 0..40),
        ) {
            use Movement::{BankTransfer, ByHand, Card, Refund, Reversed};
            let entries: Vec<Entry> = moved
                .iter()
                .map(|(movement, amount, tax_free)| Entry {
                    at: noon(),
                    order: order().id,
                    movement: [Card, BankTransfer, Reversed, Refund, ByHand][*movement],
                    amount: Won(*amount),
                    tax_free: Won(*tax_free),
                })
                .collect();
            let month = Month::of(&entries);
            let sum = |income: bool| -> Won {
                let of = entries.iter().filter(|entry| entry.movement.is_income() == income);
                of.map(|entry| entry.amount).sum()
            };
            prop_assert_eq!(month.income.total(), sum(true));
            prop_assert_eq!(month.back.total(), sum(false));
            let by_day: Won = month.days.values().map(|(income, _)| income.total()).sum();
            prop_assert_eq!(by_day, sum(true));
            let by_movement: u64 = month.by_movement.values().map(|(count, _)| *count).sum();
            prop_assert_eq!(by_movement, month.income.entries + month.back.entries);
        }
    }
}
