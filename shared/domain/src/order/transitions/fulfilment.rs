//! From the chosen book to its arrival.

use jiff::Timestamp;

use crate::{
    base::calendar,
    catalog::selection::Choice,
    order::{
        BlockedOn, CopyCondition, LastCode, NothingToUnpack, Order, Shipment, ShortNumber, State,
        Step, TransitionError, Unpack,
        message::{Notice, Task},
        parcel::Parcel,
    },
};

impl Order {
    /// The choice of a book begins, or goes on with another obstacle.
    ///
    /// # Errors
    /// If the order is neither [`State::Paid`] nor [`State::Choosing`].
    pub fn choosing(
        self,
        blocked_on: Option<BlockedOn>,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        let mut order = if self.state == State::Choosing {
            self
        } else {
            self.transition(State::Choosing, now)?
        };
        order.blocked_on = blocked_on;
        Ok(order)
    }

    /// A copy was taken from the stock: notifies the reader and asks for the order to be prepared
    /// for packing.
    ///
    /// # Errors
    /// If the order is not [`State::Choosing`].
    pub fn chosen(self, choice: Choice, now: Timestamp) -> Result<Step, TransitionError> {
        let mut order = self.transition(State::Chosen, now)?;
        order.blocked_on = None;
        order.choice = Some(choice);
        Ok(order.with_tasks(&[Task::Pack, Task::Notify { notice: Notice::Chosen }], now))
    }

    /// Whether the order is chosen and has no short number yet.
    pub fn is_to_be_prepared(&self) -> bool {
        self.state == State::Chosen && self.number.is_none()
    }

    /// The order is prepared for packing: it has its short number and is listed for the owner. The
    /// state stays [`State::Chosen`], because nobody packed anything.
    ///
    /// # Errors
    /// If the order is not [`State::Chosen`], or was prepared before.
    pub fn prepared(
        mut self,
        number: ShortNumber,
        last_code: LastCode,
        now: Timestamp,
    ) -> Result<Step, TransitionError> {
        if !self.is_to_be_prepared() {
            return Err(TransitionError::NoSuchTransition { from: self.state, to: State::Packed });
        }
        self.number = Some(number);
        self.last_code = Some(last_code);
        self.changed_at = now;
        Ok(Step::quiet(self))
    }

    /// The owner packed the book: notifies the reader. Packed before, nothing happens.
    ///
    /// # Errors
    /// If the order is neither [`State::Chosen`] nor [`State::Packed`].
    pub fn packed(self, now: Timestamp) -> Result<Step, TransitionError> {
        if self.state == State::Packed && self.shipment.is_none() {
            return Ok(Step::quiet(self));
        }
        let order = self.transition(State::Packed, now)?;
        Ok(order.with_tasks(&[Task::Notify { notice: Notice::Packed }], now))
    }

    /// Whether the parcel can be handed over to a carrier or to the reader.
    pub const fn may_be_handed_over(&self) -> bool {
        matches!(self.state, State::Chosen | State::Packed) && self.shipment.is_none()
    }

    /// The owner handed the parcel over: promises the price difference back. An order that was not
    /// noted as packed is packed by the same step, without a notice of its own. The state becomes
    /// [`State::Shipped`] when `ship` handles the message. With the same parcel again nothing
    /// happens.
    ///
    /// # Errors
    /// If the order is neither [`State::Chosen`] nor [`State::Packed`], or has another parcel
    /// already.
    pub fn handed_over(self, parcel: Parcel, now: Timestamp) -> Result<Step, TransitionError> {
        match self.parcel() {
            Some(known) if *known == parcel => return Ok(Step::quiet(self)),
            Some(_) => return Err(TransitionError::OtherParcel),
            None => {}
        }
        let mut order = match self.state {
            State::Chosen => self.transition(State::Packed, now)?,
            _ => self,
        };
        order.check(State::Shipped)?;
        order.shipment = Some(Shipment::Sent(parcel));
        order.changed_at = now;
        Ok(order.with_tasks(&[Task::Ship], now).promising_difference(now))
    }

    /// The owner unpacked the parcel of a cancelled order. Unpacked before, nothing changes.
    ///
    /// # Errors
    /// If there is nothing to unpack.
    pub fn unpacked(
        mut self,
        copy: CopyCondition,
        now: Timestamp,
    ) -> Result<Self, NothingToUnpack> {
        match self.unpack {
            None => Err(NothingToUnpack),
            Some(Unpack::Done { .. }) => Ok(self),
            Some(Unpack::Wanted) => {
                self.unpack = Some(Unpack::Done { at: now, copy });
                self.changed_at = now;
                Ok(self)
            }
        }
    }

    /// Corrects the parcel of an order that is on its way, and notifies the reader. With the same
    /// parcel again nothing happens.
    ///
    /// # Errors
    /// If the order is not [`State::Shipped`].
    pub fn renumbered(mut self, parcel: Parcel, now: Timestamp) -> Result<Step, TransitionError> {
        if self.parcel() == Some(&parcel) {
            return Ok(Step::quiet(self));
        }
        if self.state != State::Shipped {
            return Err(TransitionError::NoSuchTransition { from: self.state, to: State::Shipped });
        }
        self.shipment = Some(Shipment::Sent(parcel));
        Ok(self.with_tasks(&[Task::Notify { notice: Notice::Renumbered }], now))
    }

    /// The parcel is on its way: notifies the reader.
    ///
    /// # Errors
    /// If the order is not [`State::Packed`], or was not handed over.
    pub fn shipped(self, now: Timestamp) -> Result<Step, TransitionError> {
        if self.shipment.is_none() {
            return Err(TransitionError::NoSuchTransition { from: self.state, to: State::Shipped });
        }
        let order = self.transition(State::Shipped, now)?;
        Ok(order.with_tasks(&[Task::Notify { notice: Notice::Shipped }], now))
    }

    /// The reader received the book today. A day that is noted already stays, because the
    /// withdrawal period counts from the first.
    ///
    /// # Errors
    /// If the order is not [`State::Shipped`].
    pub fn arrives(self, now: Timestamp) -> Result<Self, TransitionError> {
        if self.arrived().is_some() {
            return Ok(self);
        }
        let order = self.transition(State::Delivered, now)?;
        Ok(order.arrived_on(calendar::today(now)))
    }

    /// Notes the day of receipt, without a withdrawal.
    pub(super) fn arrived_on(mut self, on: jiff::civil::Date) -> Self {
        self.shipment = self.shipment.map(|shipment| match shipment {
            Shipment::Sent(parcel) => Shipment::Arrived { parcel, on, withdrawal: None },
            arrived @ Shipment::Arrived { .. } => arrived,
        });
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::money::Won,
        order::{
            Waiting,
            parcel::Carrier,
            tests::{asked, choice, noon, parcel},
        },
    };

    #[test]
    fn an_order_goes_from_the_payment_to_the_parcel() {
        let paid = asked().paid(None, noon()).unwrap();
        assert_eq!(paid.messages.iter().map(|m| m.id.sequence).collect::<Vec<_>>(), [1, 2]);
        let choosing = paid.order.choosing(None, noon()).unwrap();
        let chosen = choosing.chosen(choice(), noon()).unwrap();
        assert_eq!(chosen.order.price_difference(), Some(Won(2_000)));
        assert_eq!(chosen.order.waiting(), None, "not prepared yet");
        let number = ShortNumber::after(None, calendar::today(noon()));
        let prepared = chosen.order.prepared(number, LastCode::new(1), noon()).unwrap();
        assert_eq!((prepared.order.state, prepared.messages.len()), (State::Chosen, 0));
        assert_eq!(prepared.order.waiting(), Some(Waiting::Owner(prepared.order.promised)));
        assert!(
            prepared.order.clone().prepared(number, LastCode::new(1), noon()).is_err(),
            "numbered once"
        );
        let packed = prepared.order.clone().packed(noon()).unwrap();
        assert_eq!(packed.order.waiting(), Some(Waiting::Owner(packed.order.promised)));
        assert!(packed.order.clone().packed(noon()).unwrap().messages.is_empty(), "idempotent");
        let parcel = parcel();
        let at_once = prepared.order.handed_over(parcel.clone(), noon()).unwrap();
        assert_eq!((at_once.order.state, at_once.messages.len()), (State::Packed, 2));
        let handed_over = packed.order.handed_over(parcel.clone(), noon()).unwrap();
        let again = handed_over.order.clone().handed_over(parcel, noon()).unwrap();
        assert!(again.messages.is_empty(), "idempotent");
        let other = Parcel::new(Carrier::Cj, "0987654321", None).unwrap();
        assert_eq!(
            again.order.clone().handed_over(other.clone(), noon()),
            Err(TransitionError::OtherParcel)
        );
        assert!(
            again.order.renumbered(other.clone(), noon()).is_err(),
            "the reader has no number to correct yet"
        );
        let shipped = handed_over.order.shipped(noon()).unwrap();
        assert_eq!((shipped.order.state, shipped.order.messages), (State::Shipped, 8));
        let renumbered = shipped.order.renumbered(other.clone(), noon()).unwrap();
        assert_eq!((renumbered.messages.len(), renumbered.order.parcel()), (1, Some(&other)));
        assert!(
            renumbered.order.renumbered(other, noon()).unwrap().messages.is_empty(),
            "idempotent"
        );
    }
}
