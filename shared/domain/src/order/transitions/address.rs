//! Correcting the address.

use jiff::Timestamp;

use crate::order::{Address, AddressIsFixed, FoundBy, Order, SentTo, State};

impl Order {
    /// Whether the address may still be corrected: until the parcel is handed over, unless nothing
    /// is posted any more.
    pub const fn may_be_readdressed(&self) -> bool {
        matches!(
            self.state,
            State::Priced | State::Paid | State::Choosing | State::Chosen | State::Packed
        ) && self.shipment.is_none()
    }

    /// Corrects the address. Once the order is prepared for packing, the time is noted for the
    /// owner, because a slip or label may be printed. `sent_to` is the digest of the address,
    /// `found_by` those of its telephone and its recipient. With the same address again nothing
    /// changes.
    ///
    /// # Errors
    /// If the order is not [`Order::may_be_readdressed`].
    pub fn readdressed(
        mut self,
        address: Address,
        sent_to: SentTo,
        found_by: Vec<FoundBy>,
        now: Timestamp,
    ) -> Result<Self, AddressIsFixed> {
        if !self.may_be_readdressed() {
            return Err(AddressIsFixed);
        }
        if self.address != address {
            self.address = address;
            self.sent_to = Some(sent_to);
            self.found_by.retain(|by| !by.is_of_the_address());
            self.found_by.extend(found_by);
            self.readdressed_at = self.number.map(|_| now).or(self.readdressed_at);
            self.changed_at = now;
        }
        Ok(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        base::calendar,
        order::{
            LastCode, ShortNumber,
            tests::{choice, noon, order, paid, parcel},
        },
    };

    fn sent_to() -> SentTo {
        SentTo::new("0a1b".into())
    }

    fn corrected(order: &Order) -> Address {
        Address { detail: "302호".into(), ..order.address.clone() }
    }

    #[test]
    fn the_address_can_be_corrected_until_the_parcel_is_handed_over() {
        let number = ShortNumber::after(None, calendar::today(noon()));
        let choosing = paid().choosing(None, noon()).unwrap();
        let chosen = choosing.clone().chosen(choice(), noon()).unwrap().order;
        for before in [order(), paid(), choosing, chosen.clone()] {
            let address = corrected(&before);
            let after = before.readdressed(address.clone(), sent_to(), Vec::new(), noon()).unwrap();
            assert_eq!((&after.address, after.readdressed_at), (&address, None));
        }
        let prepared = chosen.prepared(number, LastCode::new(1), noon()).unwrap().order;
        let packed = prepared.clone().packed(noon()).unwrap().order;
        for printed in [prepared, packed.clone()] {
            let address = corrected(&printed);
            let same = printed.address.clone();
            let unchanged =
                printed.clone().readdressed(same, sent_to(), Vec::new(), noon()).unwrap();
            assert_eq!(unchanged, printed);
            let after = printed.readdressed(address, sent_to(), Vec::new(), noon()).unwrap();
            assert_eq!(after.readdressed_at, Some(noon()));
        }
        let gone = packed.handed_over(parcel(), noon()).unwrap().order;
        let address = corrected(&gone);
        assert_eq!(
            gone.readdressed(address.clone(), sent_to(), Vec::new(), noon()),
            Err(AddressIsFixed)
        );
        let cancelled = order().cancelled(noon()).unwrap().order;
        assert_eq!(
            cancelled.readdressed(address, sent_to(), Vec::new(), noon()),
            Err(AddressIsFixed)
        );
    }
}
