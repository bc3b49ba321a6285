//! The price of an order. A book costs its 정가 (list price), which is fixed by law (출판문화산업 진흥법
//! 제22조). The reader agrees to a range before a book is chosen, pays the upper end of the range, and
//! is refunded the difference to the list price of the book that is sent.

use serde::{Deserialize, Serialize};

use crate::base::money::Won;

/// A range of list prices that the reader agrees to. Parses from its [`PriceRange::name`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    PartialOrd,
    Ord,
    Serialize,
    Deserialize,
    strum::EnumString,
    strum::IntoStaticStr,
)]
#[serde(rename_all = "lowercase")]
#[strum(serialize_all = "lowercase")]
pub enum PriceRange {
    /// A thin book: up to 13,000 won.
    Light,
    /// A medium book: up to 17,000 won.
    Middle,
    /// A thick book: up to 22,000 won.
    Heavy,
}

impl PriceRange {
    /// All ranges, cheapest first.
    pub const ALL: [Self; 3] = [Self::Light, Self::Middle, Self::Heavy];

    /// The lowest list price of the range.
    pub const fn from(self) -> Won {
        match self {
            Self::Light => Won(1),
            Self::Middle => Won(13_001),
            Self::Heavy => Won(17_001),
        }
    }

    /// The highest list price of the range. The reader pays this for the book at first.
    pub const fn up_to(self) -> Won {
        match self {
            Self::Light => Won(13_000),
            Self::Middle => Won(17_000),
            Self::Heavy => Won(22_000),
        }
    }

    /// The range of a list price; `None` for 0 won and above the highest range.
    pub fn of(list_price: Won) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|range| range.from() <= list_price && list_price <= range.up_to())
    }

    /// The name used in keys and forms.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The price of an order, item by item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Price {
    /// The range that the reader agreed to.
    pub range: PriceRange,
    /// The book, at the upper end of the range.
    pub book: Won,
    /// The service: choosing, the letter and the wrapping.
    pub service: Won,
    /// Postage within Korea, including remote areas and islands.
    pub postage: Won,
}

impl Price {
    /// The price of the service.
    pub const SERVICE: Won = Won(2_000);
    /// The postage.
    pub const POSTAGE: Won = Won(3_000);
    /// The return postage that a reader pays who has changed their mind. The shop books the carrier.
    pub const RETURN_POSTAGE: Won = Won(3_000);

    /// The price of an order within `range`.
    pub const fn within(range: PriceRange) -> Self {
        Self { range, book: range.up_to(), service: Self::SERVICE, postage: Self::POSTAGE }
    }

    /// The sum of all items.
    pub fn total(&self) -> Won {
        self.book + self.service + self.postage
    }

    /// What is refunded if the book that is sent has this list price.
    pub fn price_difference(&self, list_price: Won) -> Won {
        self.book.saturating_sub(list_price)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_leave_no_gap_and_do_not_overlap() {
        for won in 1..=PriceRange::Heavy.up_to().0 {
            let holding =
                PriceRange::ALL.iter().filter(|r| r.from().0 <= won && won <= r.up_to().0).count();
            assert_eq!(holding, 1, "{won} won");
        }
        assert_eq!(PriceRange::of(Won(0)), None);
        assert_eq!(PriceRange::of(Won(22_001)), None);
    }

    #[test]
    fn a_reader_who_gets_a_cheaper_book_gets_the_difference() {
        let price = Price::within(PriceRange::Middle);
        assert_eq!(price.total(), Won(22_000));
        assert_eq!(price.price_difference(Won(15_000)), Won(2_000));
        assert_eq!(price.price_difference(Won(17_000)), Won::ZERO);
    }
}
