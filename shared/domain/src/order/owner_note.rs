//! What the owner writes down about an order for themselves.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{base::sensitive::Sensitive, order::Order};

/// What the owner wrote down about an order (적어 둔 말): a gift wish, a call. Its reader does not see
/// it beside the order, but has it shown with all that is kept of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnerNote {
    /// When it was written.
    pub at: Timestamp,
    /// From which of the owner's devices.
    pub by: String,
    /// What it says.
    pub text: Sensitive<String>,
}

impl OwnerNote {
    /// Most characters of a note.
    pub const LONGEST: usize = 500;

    /// Most notes of an order. They lie in the order's item, which DynamoDB bounds at 400 KB.
    pub const MOST: usize = 20;
}

impl Order {
    /// The order with another note. `None` if it has [`OwnerNote::MOST`] already.
    #[must_use]
    pub fn noted(mut self, note: OwnerNote) -> Option<Self> {
        if self.notes.len() >= OwnerNote::MOST {
            return None;
        }
        self.notes.push(note);
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::tests::{noon, paid};

    #[test]
    fn an_order_has_a_bounded_number_of_notes() {
        let note = |text: String| OwnerNote {
            at: noon(),
            by: "전화기".into(),
            text: Sensitive::new(text),
        };
        let mut order = paid();
        for number in 0..OwnerNote::MOST {
            order = order.noted(note(number.to_string())).unwrap();
        }
        assert_eq!(order.clone().noted(note("하나 더".into())), None);
        assert!(order.as_kept().notes.is_empty(), "the law asks for no notes");
    }
}
