//! The tax-free and the taxable part of an order's money. Books are free of VAT (부가가치세법 제26조
//! 제1항 제8호); choosing and postage are not. The provider is told the tax-free part of the payment
//! and of every refund, and issues receipts by it.

use crate::{
    base::money::Won,
    order::{
        Order,
        refund::{Refund, RefundReason},
    },
};

/// A sum by its taxes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Taxed {
    /// The part without VAT.
    pub tax_free: Won,
    /// The part that contains VAT.
    pub taxable: Won,
}

impl Taxed {
    /// Both parts together.
    pub fn total(self) -> Won {
        self.tax_free + self.taxable
    }
}

impl Refund {
    /// The refund by its taxes.
    pub fn taxed(&self) -> Taxed {
        Taxed { tax_free: self.tax_free, taxable: self.amount.saturating_sub(self.tax_free) }
    }
}

impl Order {
    /// What was paid, by its taxes, as the provider knows it.
    pub fn taxed(&self) -> Taxed {
        let tax_free = self.tax_free.min(self.total);
        Taxed { tax_free, taxable: self.total.saturating_sub(tax_free) }
    }

    /// What is left of it after the refunds that are promised or done.
    pub fn taxed_left(&self) -> Taxed {
        let gone: Vec<Taxed> = self
            .refunds
            .iter()
            .filter(|refund| refund.progress.is_open() || refund.progress.is_back())
            .map(Refund::taxed)
            .collect();
        let paid = self.taxed();
        Taxed {
            tax_free: paid.tax_free.saturating_sub(gone.iter().map(|part| part.tax_free).sum()),
            taxable: paid.taxable.saturating_sub(gone.iter().map(|part| part.taxable).sum()),
        }
    }

    /// The tax-free part of a refund of `amount`, which is at most what is left. What the owner gives
    /// back for the service is taken from the taxable part first; everything else, such as the
    /// difference to the list price, from the book's.
    pub(super) fn tax_free_part(&self, amount: Won, why: RefundReason) -> Won {
        let left = self.taxed_left();
        let least = amount.saturating_sub(left.taxable);
        match why {
            RefundReason::Owner => least,
            _ => amount.min(left.tax_free).max(least),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::order::tests::{noon, paid};

    #[test]
    fn the_difference_is_the_books_and_an_owners_refund_the_services() {
        let order = paid();
        assert_eq!(order.taxed(), Taxed { tax_free: order.price.book, taxable: Won(5_000) });
        let step = order.given_back(Won(2_000), "늦었습니다", noon()).unwrap();
        assert_eq!(step.order.refunds[0].tax_free, Won::ZERO);
        let step = step.order.given_back(Won(4_000), "더", noon()).unwrap();
        assert_eq!(step.order.refunds[1].tax_free, Won(1_000), "the service is used up");
        let left = step.order.taxed_left();
        assert_eq!(
            (left.taxable, left.tax_free),
            (Won::ZERO, step.order.price.book.saturating_sub(Won(1_000)))
        );
        let all = step.order.cancelled(noon()).unwrap().order;
        assert_eq!(all.taxed_left(), Taxed::default());
    }

    /// Stored before the parts were told apart: the provider knows all of it as taxable.
    #[test]
    fn an_order_without_a_tax_free_part_refunds_none() {
        let order = Order { tax_free: Won::ZERO, ..paid() };
        let all = order.cancelled(noon()).unwrap().order;
        assert_eq!((all.refunds[0].tax_free, all.refunds[0].amount), (Won::ZERO, all.total));
    }

    proptest! {
        /// Through every sequence of refunds the parts make the whole, and neither goes below zero.
        #[test]
        fn the_parts_of_all_refunds_make_the_whole(
            amounts in prop::collection::vec(1_u64..9_000, 0..12),
        ) {
            let mut order = paid();
            for amount in amounts {
                if let Ok(step) = order.clone().given_back(Won(amount), "까닭", noon()) {
                    order = step.order;
                }
                prop_assert_eq!(order.taxed_left().total(), order.refundable());
            }
            let over = order.cancelled(noon()).unwrap().order;
            let parts = |part: fn(Taxed) -> Won| -> Won {
                over.refunds.iter().map(|refund| part(refund.taxed())).sum()
            };
            prop_assert_eq!(parts(|taxed| taxed.tax_free), over.taxed().tax_free);
            prop_assert_eq!(parts(|taxed| taxed.taxable), over.taxed().taxable);
        }
    }
}
