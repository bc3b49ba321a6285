//! The states of an order and the transitions between them. [`State::may_become`] is the only
//! statement of which transitions exist.

use serde::{Deserialize, Serialize};

/// The state of an order. It is stored as its [`State::name`].
///
/// A book that came back has no state of its own: the write that records the return also makes the
/// order [`State::RefundDue`] or [`State::Refunded`].
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    strum::IntoStaticStr,
    strum::VariantArray,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Address, price range and date are agreed; a copy is reserved until `held_until`.
    Priced,
    /// The money arrived.
    Paid,
    /// The shop, or the owner, selects a book.
    Choosing,
    /// A book is selected and its copy taken from the stock.
    Chosen,
    /// The owner packed the book; the parcel waits to be handed over.
    Packed,
    /// Handed to the carrier.
    Shipped,
    /// Received, as the reader or the owner noted.
    Delivered,
    /// Cancelled before payment, or ended by a bank transfer that the bank reversed.
    Cancelled,
    /// The order is over and its money has to go back.
    RefundDue,
    /// The money went back.
    Refunded,
}

impl State {
    /// Every state.
    pub const ALL: &'static [Self] = <Self as strum::VariantArray>::VARIANTS;

    /// Whether an order in this state may go to `next`.
    ///
    /// ```
    /// use domain::order::State;
    ///
    /// assert!(State::Priced.may_become(State::Paid));
    /// assert!(!State::Shipped.may_become(State::Cancelled));
    /// ```
    pub const fn may_become(self, next: Self) -> bool {
        use State::{
            Cancelled, Choosing, Chosen, Delivered, Packed, Paid, Priced, RefundDue, Refunded,
            Shipped,
        };
        matches!(
            (self, next),
            (Priced, Paid | Cancelled)
                // `Cancelled` after payment: the bank reversed the transfer.
                | (Paid, Choosing | RefundDue | Cancelled)
                | (Choosing, Chosen | RefundDue | Cancelled)
                | (Chosen, Packed | RefundDue | Cancelled)
                | (Packed, Shipped | RefundDue)
                | (Shipped, Delivered)
                // The ways back, by the owner alone: `State::begins_anew`.
                | (Chosen | Packed | Shipped, Choosing)
                | (Delivered, Shipped)
                // `Shipped` and `Delivered` if the book comes back; `Cancelled` if a payment that
                // was started before arrives after all.
                | (Shipped | Delivered | Cancelled, RefundDue)
                | (RefundDue, Refunded)
        )
    }

    /// Whether the step to `next` goes back: the choice is made anew, or a day of receipt that was
    /// noted by mistake is taken back. Between two such steps no state is entered twice.
    pub const fn begins_anew(self, next: Self) -> bool {
        use State::{Choosing, Chosen, Delivered, Packed, Shipped};
        matches!((self, next), (Chosen | Packed | Shipped, Choosing) | (Delivered, Shipped))
    }

    /// Whether the reader may cancel in this state. An order whose parcel was handed over may not,
    /// although it stays [`State::Packed`] until `ship` has handled that:
    /// [`Order::may_be_cancelled`](super::Order::may_be_cancelled).
    pub(super) const fn may_be_cancelled(self) -> bool {
        matches!(self, Self::Priced | Self::Paid | Self::Choosing | Self::Chosen | Self::Packed)
    }

    /// What the owner reads.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Priced => "결제 전",
            Self::Paid => "결제됨",
            Self::Choosing => "고르는 중",
            Self::Chosen => "포장 전",
            Self::Packed => "포장됨",
            Self::Shipped => "부침",
            Self::Delivered => "도착",
            Self::Cancelled => "취소됨",
            Self::RefundDue => "환불 예정",
            Self::Refunded => "환불됨",
        }
    }

    /// The stored name, which marks, keys and logs use too: `refund_due`.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::State;

    #[test]
    fn a_state_is_stored_under_its_name() {
        for state in State::ALL {
            assert_eq!(serde_json::to_value(state).unwrap(), state.name());
        }
    }

    #[test]
    fn every_cancellable_state_leads_to_cancelled_or_refund_due() {
        for state in State::ALL.iter().filter(|state| state.may_be_cancelled()) {
            let next = if *state == State::Priced { State::Cancelled } else { State::RefundDue };
            assert!(state.may_become(next), "{state:?}");
        }
    }

    proptest! {
        #[test]
        fn no_step_is_taken_twice_within_one_attempt(
            steps in vec(select(State::ALL), 0..80),
        ) {
            let mut state = State::Priced;
            let mut been = vec![state];
            for next in steps {
                if !state.may_become(next) {
                    continue;
                }
                if state.begins_anew(next) {
                    been.clear();
                }
                prop_assert!(!been.contains(&next), "{next:?} after {been:?}");
                prop_assert!(!(next == State::Cancelled && been.contains(&State::Shipped)));
                prop_assert!(!matches!(state, State::Refunded));
                state = next;
                been.push(state);
            }
        }

        #[test]
        fn an_order_that_is_over_never_begins_anew(steps in vec(select(State::ALL), 0..80)) {
            let mut state = State::Priced;
            let mut over = false;
            for next in steps {
                if state.may_become(next) {
                    prop_assert!(!(over && state.begins_anew(next)));
                    state = next;
                }
                over |= matches!(state, State::Cancelled | State::RefundDue | State::Refunded);
            }
        }
    }
}
