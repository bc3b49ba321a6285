//! Amounts in won.

use std::{
    fmt,
    iter::Sum,
    ops::{Add, Mul},
};

use serde::{Deserialize, Serialize};

use crate::base::format;

/// An amount in Korean won. The won has no subunit, so it is an integer. Sums and products saturate.
///
/// ```
/// use domain::base::money::Won;
///
/// let total = Won(15_000) + Won(2_000) + Won(3_000);
/// assert_eq!(total.to_string(), "20,000");
/// assert_eq!(Won(3_000).saturating_sub(total), Won::ZERO);
/// ```
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct Won(pub u64);

impl Won {
    /// Nothing.
    pub const ZERO: Self = Self(0);

    /// Whether it is nothing.
    pub const fn is_zero(&self) -> bool {
        self.0 == 0
    }

    /// The difference, or [`Won::ZERO`] if `less` is greater.
    #[must_use]
    pub const fn saturating_sub(self, less: Self) -> Self {
        Self(self.0.saturating_sub(less.0))
    }
}

impl Add for Won {
    type Output = Self;

    fn add(self, more: Self) -> Self {
        Self(self.0.saturating_add(more.0))
    }
}

impl Mul<u64> for Won {
    type Output = Self;

    fn mul(self, times: u64) -> Self {
        Self(self.0.saturating_mul(times))
    }
}

impl Sum for Won {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// The figure with thousands separators and without the unit: `18,000`. For the unit, see
/// [`format::won`](crate::base::format::won).
impl fmt::Display for Won {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format::count(&self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_separated() {
        assert_eq!(Won(0).to_string(), "0");
        assert_eq!(Won(900).to_string(), "900");
        assert_eq!(Won(18_000).to_string(), "18,000");
        assert_eq!(Won(1_234_567).to_string(), "1,234,567");
    }

    #[test]
    fn sums_and_differences_saturate() {
        assert_eq!(Won(u64::MAX) + Won(1), Won(u64::MAX));
        assert_eq!(Won(3).saturating_sub(Won(5)), Won::ZERO);
    }
}
