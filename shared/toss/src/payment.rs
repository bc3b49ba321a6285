//! A payment of Toss's API: the fields that the shop uses. Others are ignored, because Toss adds
//! fields without a new version.

use std::collections::BTreeMap;

use domain::base::sensitive::Sensitive;
use domain::order::PaymentKey;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Deserializer};

use crate::Status;

/// A payment. Amounts are won.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Toss's id of the payment.
    pub payment_key: PaymentKey,
    /// Our order id.
    pub order_id: String,
    /// The shop's id at Toss. With live keys, compare it with ours.
    #[serde(default)]
    pub m_id: String,
    /// `KRW`.
    pub currency: String,
    /// The payment method, in Korean: 카드, 가상계좌, 간편결제, …
    #[serde(default)]
    pub method: Option<String>,
    /// The requested amount.
    pub total_amount: u64,
    /// The amount minus the cancels.
    pub balance_amount: u64,
    /// The part without VAT. With [`Payment::supplied_amount`] and [`Payment::vat`] it makes the
    /// balance.
    #[serde(default)]
    pub tax_free_amount: Option<u64>,
    /// The taxable part without its VAT.
    #[serde(default)]
    pub supplied_amount: Option<u64>,
    /// The VAT.
    #[serde(default)]
    pub vat: Option<u64>,
    /// The status.
    pub status: Status,
    /// When the payment was requested.
    #[serde(default, deserialize_with = "lenient_time")]
    pub requested_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default, deserialize_with = "lenient_time")]
    pub approved_at: Option<Timestamp>,
    /// The key of the last movement of money.
    #[serde(default)]
    pub last_transaction_key: Option<String>,
    /// All cancels.
    #[serde(default, deserialize_with = "or_default")]
    pub cancels: Vec<Cancelled>,
    /// Whether it can be cancelled in part.
    #[serde(default)]
    pub is_partial_cancelable: bool,
    /// The card, if paid by card.
    #[serde(default)]
    pub card: Option<Card>,
    /// The virtual account, if paid by one.
    #[serde(default)]
    pub virtual_account: Option<VirtualAccount>,
    /// The secret that a `DEPOSIT_CALLBACK` webhook must carry; compare with
    /// [`Sensitive::matches`].
    #[serde(default)]
    pub secret: Option<Sensitive<String>>,
    /// Toss's receipt.
    #[serde(default)]
    pub receipt: Option<Receipt>,
    /// The reason for a refusal.
    #[serde(default)]
    pub failure: Option<Reason>,
    /// Whether it is deductible as a cultural expense (문화비 소득공제).
    #[serde(default)]
    pub culture_expense: bool,
    /// Our metadata, at most five entries.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, Sensitive<String>>,
    /// `X-TossPayments-Trace-Id` of the answer, for the log.
    #[serde(skip)]
    pub trace: Option<String>,
}

/// A movement of money in a day's record. Toss does not document the sign of a cancel's amount, so
/// amounts are taken from the payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// The movement's own key, after which the next page starts.
    pub transaction_key: String,
    /// The payment.
    pub payment_key: PaymentKey,
    /// Our order id.
    pub order_id: String,
}

/// One cancel of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// The cancelled amount, in won.
    pub cancel_amount: u64,
    /// The reason given with the cancel.
    #[serde(default)]
    pub cancel_reason: Option<Sensitive<String>>,
    /// The time of the cancel.
    #[serde(default, deserialize_with = "lenient_time")]
    pub canceled_at: Option<Timestamp>,
    /// The key of the movement of money.
    #[serde(default)]
    pub transaction_key: Option<String>,
    /// The status of the cancel; `DONE` when complete.
    #[serde(default)]
    pub cancel_status: Option<String>,
    /// The part of the amount without VAT.
    #[serde(default)]
    pub tax_free_amount: Option<u64>,
    /// The balance after it, in won.
    #[serde(default)]
    pub refundable_amount: Option<u64>,
}

/// The card a payment was made with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The card number, partly masked.
    #[serde(default)]
    pub number: Option<Sensitive<String>>,
    /// The issuer's approval number.
    #[serde(default)]
    pub approve_no: Option<String>,
    /// The months of the instalment plan; 0 for a single payment.
    #[serde(default)]
    pub installment_plan_months: u16,
}

/// The account for one deposit.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualAccount {
    /// The account number.
    pub account_number: Sensitive<String>,
    /// The bank's two-digit code.
    #[serde(default)]
    pub bank_code: Option<String>,
    /// The name of the payer.
    #[serde(default)]
    pub customer_name: Option<Sensitive<String>>,
    /// The deadline for the deposit. Toss sends no webhook when it passes.
    #[serde(default, deserialize_with = "lenient_time")]
    pub due_date: Option<Timestamp>,
    /// `NONE`, `PENDING`, `FAILED`, `PARTIAL_FAILED` or `COMPLETED`.
    #[serde(default)]
    pub refund_status: Option<String>,
    /// Whether the deadline has passed.
    #[serde(default)]
    pub expired: bool,
}

/// Toss's receipt.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// The address of a page that anybody with the address can read.
    pub url: Sensitive<String>,
}

/// The reason for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reason {
    /// Toss's code.
    pub code: String,
    /// Toss's message.
    #[serde(default)]
    pub message: String,
}

/// Why a payment does not pay an order. All but [`NotPaid::Status`] raise an alarm: money was or
/// will be taken, but not as agreed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPaid {
    /// The payment is for another order.
    #[error("the payment is for another order")]
    Order,
    /// The currency is not won.
    #[error("the payment is in {0}, not in won")]
    Currency(String),
    /// The amount is not the stored one.
    #[error("the payment is {found} won, the order {wanted} won")]
    Amount {
        /// The amount of the order.
        wanted: u64,
        /// The amount of the payment.
        found: u64,
    },
    /// The payment fits the order but is not paid, or no longer.
    #[error("the status of the payment is {0}")]
    Status(Status),
}

impl Payment {
    /// Whether the parts by tax make the balance. `None` if the answer has none.
    pub fn taxes_add_up(&self) -> Option<bool> {
        let (free, supplied, vat) = (self.tax_free_amount?, self.supplied_amount?, self.vat?);
        Some(free.saturating_add(supplied).saturating_add(vat) == self.balance_amount)
    }

    /// Checks that this payment pays the order: same order id, in won, exactly the stored amount,
    /// and done.
    ///
    /// With live keys, compare [`Payment::m_id`] too.
    pub fn is_paid(&self, order_id: &str, amount: u64) -> Result<(), NotPaid> {
        if self.order_id != order_id {
            return Err(NotPaid::Order);
        }
        if self.currency != "KRW" {
            return Err(NotPaid::Currency(self.currency.clone()));
        }
        if self.total_amount != amount {
            return Err(NotPaid::Amount { wanted: amount, found: self.total_amount });
        }
        match &self.status {
            Status::Done => Ok(()),
            status => Err(NotPaid::Status(status.clone())),
        }
    }
}

/// Reads `null` as the default value.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// Reads a time with an offset, or without one as Korean time. An unreadable time is `None`,
/// because it must not hide that money has moved.
fn lenient_time<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.and_then(|text| {
        text.parse::<Timestamp>().ok().or_else(|| {
            let korean: DateTime = text.parse().ok()?;
            Offset::constant(9).to_timestamp(korean).ok()
        })
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAID: &str = r#"{
        "mId": "standin", "version": "2022-11-16", "paymentKey": "tgen_1", "orderId": "01KB2V8W9QXG5N0000000000AA",
        "currency": "KRW", "method": "카드", "totalAmount": 21000, "balanceAmount": 21000, "status": "DONE",
        "requestedAt": "2026-11-22T19:00:00+09:00", "approvedAt": "2026-11-22T19:01:00+09:00",
        "lastTransactionKey": "T1", "cancels": null, "isPartialCancelable": true,
        "card": {"number": "12345678****789*", "approveNo": "00000000", "installmentPlanMonths": 0, "amount": 21000},
        "virtualAccount": null, "secret": "ps_canary", "receipt": {"url": "https://receipt.example/canary"},
        "failure": null, "cultureExpense": false, "metadata": {"note": "canary"}, "fieldOfTomorrow": {"a": []}
    }"#;

    fn paid() -> Payment {
        serde_json::from_str(PAID).unwrap()
    }

    #[test]
    fn unknown_fields_of_a_payment_are_ignored() {
        let payment = paid();
        assert_eq!(payment.status, Status::Done);
        assert_eq!(payment.total_amount, 21_000);
        assert_eq!(payment.approved_at, Some("2026-11-22T10:01:00Z".parse().unwrap()));
        assert_eq!(payment.cancels, []);
    }

    #[test]
    fn a_payment_pays_only_its_order_with_the_stored_amount_in_won() {
        let order = "01KB2V8W9QXG5N0000000000AA";
        assert_eq!(paid().is_paid(order, 21_000), Ok(()));
        assert_eq!(paid().is_paid("01KB2V8W9QXG5N0000000000AB", 21_000), Err(NotPaid::Order));
        assert_eq!(
            paid().is_paid(order, 21_001),
            Err(NotPaid::Amount { wanted: 21_001, found: 21_000 })
        );
        let dollars = Payment { currency: "USD".to_owned(), ..paid() };
        assert_eq!(dollars.is_paid(order, 21_000), Err(NotPaid::Currency("USD".to_owned())));
        for status in [
            "READY",
            "IN_PROGRESS",
            "WAITING_FOR_DEPOSIT",
            "CANCELED",
            "PARTIAL_CANCELED",
            "ABORTED",
            "EXPIRED",
            "NEW",
        ] {
            let status = Status::from(status.to_owned());
            let payment = Payment { status: status.clone(), ..paid() };
            assert_eq!(payment.is_paid(order, 21_000), Err(NotPaid::Status(status)));
        }
    }

    #[test]
    fn a_time_without_an_offset_is_korean_and_an_unreadable_one_is_none() {
        let account = |due: &str| -> VirtualAccount {
            serde_json::from_str(&format!(r#"{{"accountNumber":"X1","dueDate":{due}}}"#)).unwrap()
        };
        let noon = Some("2026-11-29T03:00:00Z".parse().unwrap());
        assert_eq!(account(r#""2026-11-29T12:00:00""#).due_date, noon);
        assert_eq!(account(r#""2026-11-29T12:00:00+09:00""#).due_date, noon);
        assert_eq!(account(r#""soon""#).due_date, None);
        assert_eq!(account("null").due_date, None);
    }

    #[test]
    fn debug_shows_no_personal_data() {
        let mut payment = paid();
        payment.virtual_account =
            serde_json::from_str(r#"{"accountNumber":"X6505canary","customerName":"canary"}"#).ok();
        payment.cancels =
            serde_json::from_str(r#"[{"cancelAmount":1,"cancelReason":"canary"}]"#).unwrap();
        let debug = format!("{payment:?}");
        assert!(!debug.contains("canary"), "{debug}");
        assert!(!debug.contains("12345678"), "{debug}");
    }
}
