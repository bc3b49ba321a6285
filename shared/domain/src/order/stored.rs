//! The stored form of an order: a flat record with optional attributes, as conditions and indexes
//! need it. [`Order`] groups what is only known together; reading a record that no order can have
//! fails with [`CorruptOrder`].

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        id::{OrderId, VisitorId},
        money::Won,
        price::Price,
        sensitive::Sensitive,
        text::Language,
    },
    catalog::selection::Choice,
    order::{
        Address, Anew, BlockedOn, LastCode, Order, OwnerNote, Payment, PaymentKey, PaymentStatus,
        RefusalCode, SentTo, Shipment, ShortNumber, State, Unpack,
        bank_transfer::{RefundTo, VirtualAccount},
        desk::DeskEntry,
        found_by::FoundBy,
        parcel::Parcel,
        refund::Refund,
        unpaid::Holder,
        withdrawal::Withdrawal,
    },
};

/// A stored record that no order can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CorruptOrder {
    /// `paid_at` without a payment that was taken.
    #[error("corrupt order: it has a time of payment and no payment that was taken")]
    PaidWithoutPayment,
    /// A payment that was taken, without `paid_at`.
    #[error("corrupt order: its payment was taken at an unknown time")]
    PaymentWithoutTime,
    /// `arrived` without `parcel`.
    #[error("corrupt order: it arrived without a parcel")]
    ArrivedWithoutParcel,
    /// `withdrawal` without `arrived`.
    #[error("corrupt order: its reader withdrew before it arrived")]
    WithdrawnWithoutArrival,
}

/// The attributes of an order in the table.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredOrder {
    id: OrderId,
    visitor: VisitorId,
    language: Language,
    state: State,
    price: Price,
    total: Won,
    #[serde(default, skip_serializing_if = "Won::is_zero")]
    tax_free: Won,
    address: Address,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sent_to: Option<SentTo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    readdressed_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    printed_at: Option<Timestamp>,
    promised: Date,
    at: Timestamp,
    held_until: Timestamp,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    counted_for: Vec<Holder>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    found_by: Vec<FoundBy>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    payment: Option<StoredPayment>,
    #[serde(default, skip_serializing_if = "is_zero")]
    accounts_closed: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refund_to: Option<RefundTo>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    paid_at: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    want: Option<BlockedOn>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    desk: Option<DeskEntry>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    choice: Option<Choice>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    number: Option<ShortNumber>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    last_code: Option<LastCode>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    unpack: Option<Unpack>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    anew: Option<Anew>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    called_off: Option<Sensitive<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parcel: Option<Parcel>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    arrived: Option<Date>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    refunds: Vec<Refund>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<OwnerNote>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    withdrawal: Option<Withdrawal>,
    changed_at: Timestamp,
    messages: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// The attribute `payment`.
#[derive(Serialize, Deserialize)]
pub(super) struct StoredPayment {
    key: PaymentKey,
    asked_at: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    again_at: Option<Timestamp>,
    #[serde(flatten)]
    outcome: StoredStatus,
}

/// [`PaymentStatus`] without the time of payment, which is the attribute `paid_at` of the order.
#[derive(Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
enum StoredStatus {
    Asked,
    Waits {
        account: VirtualAccount,
    },
    Done {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deposit: bool,
    },
    Reversed {
        at: Timestamp,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settled: Option<String>,
    },
    Refused {
        code: RefusalCode,
    },
}

impl From<Payment> for StoredPayment {
    fn from(payment: Payment) -> Self {
        let outcome = match payment.outcome {
            PaymentStatus::Asked => StoredStatus::Asked,
            PaymentStatus::Waits { account } => StoredStatus::Waits { account },
            PaymentStatus::Done { receipt, deposit, .. } => StoredStatus::Done { receipt, deposit },
            PaymentStatus::Reversed { at, settled, .. } => StoredStatus::Reversed { at, settled },
            PaymentStatus::Refused { code } => StoredStatus::Refused { code },
        };
        let Payment { key, asked_at, again_at, .. } = payment;
        Self { key, asked_at, again_at, outcome }
    }
}

impl StoredPayment {
    fn with_time(self, paid_at: Option<Timestamp>) -> Result<Payment, CorruptOrder> {
        let taken = paid_at.ok_or(CorruptOrder::PaymentWithoutTime);
        let outcome = match self.outcome {
            StoredStatus::Done { receipt, deposit } => {
                PaymentStatus::Done { paid_at: taken?, receipt, deposit }
            }
            StoredStatus::Reversed { at, settled } => {
                PaymentStatus::Reversed { paid_at: taken?, at, settled }
            }
            _ if paid_at.is_some() => return Err(CorruptOrder::PaidWithoutPayment),
            StoredStatus::Asked => PaymentStatus::Asked,
            StoredStatus::Waits { account } => PaymentStatus::Waits { account },
            StoredStatus::Refused { code } => PaymentStatus::Refused { code },
        };
        let Self { key, asked_at, again_at, .. } = self;
        Ok(Payment { key, asked_at, again_at, outcome })
    }
}

impl From<Order> for StoredOrder {
    fn from(order: Order) -> Self {
        let paid_at = order.paid_at();
        let (parcel, arrived, withdrawal) = match order.shipment {
            None => (None, None, None),
            Some(Shipment::Sent(parcel)) => (Some(parcel), None, None),
            Some(Shipment::Arrived { parcel, on, withdrawal }) => {
                (Some(parcel), Some(on), withdrawal)
            }
        };
        Self {
            id: order.id,
            visitor: order.visitor,
            language: order.language,
            state: order.state,
            price: order.price,
            total: order.total,
            tax_free: order.tax_free,
            address: order.address,
            sent_to: order.sent_to,
            readdressed_at: order.readdressed_at,
            printed_at: order.printed_at,
            promised: order.promised,
            at: order.at,
            held_until: order.held_until,
            counted_for: order.counted_for,
            found_by: order.found_by,
            payment: order.payment.map(Into::into),
            accounts_closed: order.accounts_closed,
            refund_to: order.refund_to,
            paid_at,
            want: order.blocked_on,
            desk: order.desk,
            choice: order.choice,
            number: order.number,
            last_code: order.last_code,
            unpack: order.unpack,
            anew: order.anew,
            called_off: order.called_off,
            parcel,
            arrived,
            refunds: order.refunds,
            notes: order.notes,
            withdrawal,
            changed_at: order.changed_at,
            messages: order.messages,
        }
    }
}

impl TryFrom<StoredOrder> for Order {
    type Error = CorruptOrder;

    fn try_from(stored: StoredOrder) -> Result<Self, CorruptOrder> {
        let payment = match (stored.payment, stored.paid_at) {
            (Some(payment), paid_at) => Some(payment.with_time(paid_at)?),
            (None, Some(_)) => return Err(CorruptOrder::PaidWithoutPayment),
            (None, None) => None,
        };
        let shipment = match (stored.parcel, stored.arrived, stored.withdrawal) {
            (_, None, Some(_)) => return Err(CorruptOrder::WithdrawnWithoutArrival),
            (None, Some(_), _) => return Err(CorruptOrder::ArrivedWithoutParcel),
            (Some(parcel), Some(on), withdrawal) => {
                Some(Shipment::Arrived { parcel, on, withdrawal })
            }
            (Some(parcel), None, None) => Some(Shipment::Sent(parcel)),
            (None, None, None) => None,
        };
        Ok(Self {
            id: stored.id,
            visitor: stored.visitor,
            language: stored.language,
            state: stored.state,
            price: stored.price,
            total: stored.total,
            tax_free: stored.tax_free,
            address: stored.address,
            sent_to: stored.sent_to,
            readdressed_at: stored.readdressed_at,
            printed_at: stored.printed_at,
            promised: stored.promised,
            at: stored.at,
            held_until: stored.held_until,
            counted_for: stored.counted_for,
            found_by: stored.found_by,
            payment,
            accounts_closed: stored.accounts_closed,
            refund_to: stored.refund_to,
            blocked_on: stored.want,
            desk: stored.desk,
            choice: stored.choice,
            number: stored.number,
            last_code: stored.last_code,
            unpack: stored.unpack,
            anew: stored.anew,
            called_off: stored.called_off,
            shipment,
            refunds: stored.refunds,
            notes: stored.notes,
            changed_at: stored.changed_at,
            messages: stored.messages,
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json, to_value};

    use super::*;
    use crate::order::tests::{order, paid};

    #[test]
    fn a_record_that_no_order_can_have_is_reported_as_corrupt() {
        let read = |change: &dyn Fn(&mut Value), order: Order| {
            let mut value = to_value(order).unwrap();
            change(&mut value);
            serde_json::from_value::<Order>(value).map_err(|error| error.to_string())
        };
        for (change, order, problem) in [
            (
                (&|v: &mut Value| v["paid_at"] = json!("2026-11-23T03:00:00Z"))
                    as &dyn Fn(&mut Value),
                order(),
                CorruptOrder::PaidWithoutPayment,
            ),
            (
                &|v: &mut Value| drop(v.as_object_mut().unwrap().remove("paid_at")),
                paid(),
                CorruptOrder::PaymentWithoutTime,
            ),
            (
                &|v: &mut Value| v["arrived"] = json!("2026-11-25"),
                paid(),
                CorruptOrder::ArrivedWithoutParcel,
            ),
            (
                &|v: &mut Value| {
                    v["withdrawal"] = json!({
                        "reason": "damaged", "received": "2026-11-25",
                        "asked_at": "2026-11-25T03:00:00Z", "postage": 0,
                    });
                },
                paid(),
                CorruptOrder::WithdrawnWithoutArrival,
            ),
        ] {
            assert_eq!(read(change, order), Err(problem.to_string()));
        }
    }
}
