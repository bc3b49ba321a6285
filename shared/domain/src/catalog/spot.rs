//! Where a book stands in the shop.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::base::free_text;

/// Where a book stands in the shop (자리), in the owner's words: `가-3`. Spots order as a walk along
/// the shelves does: digits count as numbers.
///
/// ```
/// use domain::catalog::spot::Spot;
///
/// let spot = |text: &str| Spot::try_from(text.to_owned()).unwrap();
/// assert!(spot("가-3") < spot("가-12") && spot("가-12") < spot("나-1"));
/// assert!(Spot::try_from(" ".to_owned()).is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Spot(String);

/// Not a spot: empty, or longer than [`Spot::LONGEST`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("a spot has 1 to {} characters", Spot::LONGEST)]
pub struct NotASpot;

impl Spot {
    /// Most characters of a spot.
    pub const LONGEST: usize = 20;

    /// The spot as the owner wrote it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Spot {
    type Error = NotASpot;

    fn try_from(text: String) -> Result<Self, NotASpot> {
        let text = free_text::line(&text);
        let fits = (1..=Self::LONGEST).contains(&text.chars().count());
        if fits { Ok(Self(text)) } else { Err(NotASpot) }
    }
}

impl From<Spot> for String {
    fn from(spot: Spot) -> Self {
        spot.0
    }
}

impl Ord for Spot {
    fn cmp(&self, other: &Self) -> Ordering {
        parts(&self.0).cmp(parts(&other.0)).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for Spot {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// A run of digits by its number, or a run of other characters.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Part<'t> {
    /// A number of at most [`Spot::LONGEST`] digits.
    Number(u128),
    /// Anything else.
    Text(&'t str),
}

/// The runs of a spot, in order.
fn parts(text: &str) -> impl Iterator<Item = Part<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let is_digit = rest.chars().next()?.is_ascii_digit();
        let end = rest.find(|c: char| c.is_ascii_digit() != is_digit).unwrap_or(rest.len());
        let (run, after) = rest.split_at(end);
        rest = after;
        Some(run.parse().map_or(Part::Text(run), Part::Number))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn spot(text: &str) -> Spot {
        Spot::try_from(text.to_owned()).unwrap()
    }

    #[test]
    fn spots_order_as_a_walk_along_the_shelves_does() {
        let walk = ["1층 2", "1층 10", "가", "가-3", "가-12", "나-1", "창가"];
        for pair in walk.windows(2) {
            assert!(spot(pair[0]) < spot(pair[1]), "{pair:?}");
        }
    }

    #[test]
    fn a_spot_is_kept_as_it_was_written_but_for_its_blanks() {
        assert_eq!(spot(" 가 - 3 ").as_str(), "가 - 3");
        assert_eq!(Spot::try_from("가".repeat(21)), Err(NotASpot));
    }

    proptest! {
        #[test]
        fn the_order_of_spots_is_total(
            a in "[가나0-9 -]{1,8}", b in "[가나0-9 -]{1,8}", c in "[가나0-9 -]{1,8}",
        ) {
            let read = [a, b, c].map(Spot::try_from);
            if let [Ok(a), Ok(b), Ok(c)] = read {
                prop_assert_eq!(a.cmp(&b), b.cmp(&a).reverse());
                prop_assert_eq!(a.cmp(&b) == Ordering::Equal, a == b);
                if a <= b && b <= c {
                    prop_assert!(a <= c);
                }
            }
        }
    }
}
