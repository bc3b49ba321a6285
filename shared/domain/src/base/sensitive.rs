//! Personal data that can not slip into a log.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Wraps personal data so that `{:?}` shows nothing of it. Whoever needs the value says so with
/// [`Sensitive::reveal`].
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Sensitive<T>(T);

impl<T> Sensitive<T> {
    /// Hides `value`.
    pub const fn new(value: T) -> Self {
        Self(value)
    }

    /// The value itself, for the one place that needs it.
    pub const fn reveal(&self) -> &T {
        &self.0
    }
}

impl<T> fmt::Debug for Sensitive<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("‹personal›")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_does_not_show_in_a_debug_line() {
        let address = Sensitive::new("서울시 종로구 1".to_owned());
        assert_eq!(format!("{address:?}"), "‹personal›");
        assert_eq!(address.reveal(), "서울시 종로구 1");
    }
}
