//! A payment as Toss tells it: the fields we use; every other one is ignored, because Toss adds
//! fields without a new version.

use std::collections::BTreeMap;
use std::fmt;

use domain::base::sensitive::Sensitive;
use jiff::civil::DateTime;
use jiff::{Timestamp, tz::Offset};
use serde::{Deserialize, Deserializer};

/// Where a payment stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Status {
    /// The window was opened, nobody has authenticated. Expires after 30 minutes.
    Ready,
    /// The reader has authenticated; waiting for our confirm. Expires after 10 minutes.
    InProgress,
    /// A virtual account was given; nobody has paid into it, or the deposit was taken back.
    WaitingForDeposit,
    /// Paid.
    Done,
    /// Cancelled in full.
    Canceled,
    /// Paid, and a part was given back.
    PartialCanceled,
    /// The confirm was refused.
    Aborted,
    /// Nobody came in time.
    Expired,
    /// A status that Toss added after this was written.
    Other(String),
}

impl Status {
    /// The status as Toss writes it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Ready => "READY",
            Self::InProgress => "IN_PROGRESS",
            Self::WaitingForDeposit => "WAITING_FOR_DEPOSIT",
            Self::Done => "DONE",
            Self::Canceled => "CANCELED",
            Self::PartialCanceled => "PARTIAL_CANCELED",
            Self::Aborted => "ABORTED",
            Self::Expired => "EXPIRED",
            Self::Other(other) => other,
        }
    }
}

impl Status {
    /// Whether money arrived by a payment that stands so, whatever went back since; a deposit that
    /// the bank took back did not.
    pub fn holds_or_held_money(&self) -> bool {
        matches!(self, Self::Done | Self::Canceled | Self::PartialCanceled)
    }
}

impl From<String> for Status {
    fn from(text: String) -> Self {
        match text.as_str() {
            "READY" => Self::Ready,
            "IN_PROGRESS" => Self::InProgress,
            "WAITING_FOR_DEPOSIT" => Self::WaitingForDeposit,
            "DONE" => Self::Done,
            "CANCELED" => Self::Canceled,
            "PARTIAL_CANCELED" => Self::PartialCanceled,
            "ABORTED" => Self::Aborted,
            "EXPIRED" => Self::Expired,
            _ => Self::Other(text),
        }
    }
}

impl<'de> Deserialize<'de> for Status {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::from)
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A payment. Amounts are won.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Payment {
    /// Toss's name for this payment (at most 200 characters).
    pub payment_key: String,
    /// The order it is for: our id.
    pub order_id: String,
    /// The shop's number at Toss. Live keys: compare it with ours.
    #[serde(default)]
    pub m_id: String,
    /// `KRW`.
    pub currency: String,
    /// How it was paid, in Korean words: 카드, 가상계좌, 간편결제, …
    #[serde(default)]
    pub method: Option<String>,
    /// What was asked for.
    pub total_amount: u64,
    /// What is left of it after cancels.
    pub balance_amount: u64,
    /// Where it stands.
    pub status: Status,
    /// When the payment was begun.
    #[serde(default, deserialize_with = "moment")]
    pub requested_at: Option<Timestamp>,
    /// When it was paid.
    #[serde(default, deserialize_with = "moment")]
    pub approved_at: Option<Timestamp>,
    /// The last movement of money.
    #[serde(default)]
    pub last_transaction_key: Option<String>,
    /// Every cancel so far.
    #[serde(default, deserialize_with = "or_default")]
    pub cancels: Vec<Cancelled>,
    /// Whether a part of it can be given back.
    #[serde(default)]
    pub is_partial_cancelable: bool,
    /// The card, if it was one.
    #[serde(default)]
    pub card: Option<Card>,
    /// The virtual account, if it is one.
    #[serde(default)]
    pub virtual_account: Option<VirtualAccount>,
    /// What a `DEPOSIT_CALLBACK` webhook has to know: compare with [`Sensitive::matches`].
    #[serde(default)]
    pub secret: Option<Sensitive<String>>,
    /// The receipt on Toss's side.
    #[serde(default)]
    pub receipt: Option<Receipt>,
    /// Why it was refused.
    #[serde(default)]
    pub failure: Option<Reason>,
    /// Whether it counts as a cultural expense (문화비 소득공제).
    #[serde(default)]
    pub culture_expense: bool,
    /// Our own notes on it, at most five.
    #[serde(default, deserialize_with = "or_default")]
    pub metadata: BTreeMap<String, Sensitive<String>>,
    /// `X-TossPayments-Trace-Id` of the answer it came in, for the log.
    #[serde(skip)]
    pub trace: Option<String>,
}

/// A movement of money in a day's record. Which sign a cancel's amount has is not documented, so
/// amounts are taken from the payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// Its own name; a page of the record begins after one.
    pub transaction_key: String,
    /// The payment.
    pub payment_key: String,
    /// The order, as the shop named it.
    pub order_id: String,
}

/// One cancel of a payment.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancelled {
    /// What was given back, in won.
    pub cancel_amount: u64,
    /// Why, in the words of the cancel.
    #[serde(default)]
    pub cancel_reason: Option<Sensitive<String>>,
    /// When.
    #[serde(default, deserialize_with = "moment")]
    pub canceled_at: Option<Timestamp>,
    /// The movement of money.
    #[serde(default)]
    pub transaction_key: Option<String>,
    /// `DONE`, or where the cancel stands.
    #[serde(default)]
    pub cancel_status: Option<String>,
    /// What could still be given back after it, in won.
    #[serde(default)]
    pub refundable_amount: Option<u64>,
}

/// The card a payment was made with.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Card {
    /// The number with its middle masked.
    #[serde(default)]
    pub number: Option<Sensitive<String>>,
    /// The issuer's approval number.
    #[serde(default)]
    pub approve_no: Option<String>,
    /// Months of instalment, 0 = at once.
    #[serde(default)]
    pub installment_plan_months: u16,
}

/// The account that one deposit is expected in.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualAccount {
    /// Its number.
    pub account_number: Sensitive<String>,
    /// The bank, two digits.
    #[serde(default)]
    pub bank_code: Option<String>,
    /// Who it was opened for.
    #[serde(default)]
    pub customer_name: Option<Sensitive<String>>,
    /// Until when the deposit is taken. Passing it sends no webhook: keep your own clock.
    #[serde(default, deserialize_with = "moment")]
    pub due_date: Option<Timestamp>,
    /// `NONE`, `PENDING`, `FAILED`, `PARTIAL_FAILED` or `COMPLETED`.
    #[serde(default)]
    pub refund_status: Option<String>,
    /// Whether the time is over.
    #[serde(default)]
    pub expired: bool,
}

/// The receipt on Toss's side.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Receipt {
    /// A page that whoever has the address can read.
    pub url: Sensitive<String>,
}

/// Why a payment was refused.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Reason {
    /// Toss's code.
    pub code: String,
    /// Toss's sentence.
    #[serde(default)]
    pub message: String,
}

/// Why a payment does not pay an order. All but [`NotPaid::Status`] are alarms: the money is there
/// or will be, and it is not what was agreed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotPaid {
    /// The payment is for another order.
    #[error("the payment is for another order")]
    Order,
    /// Not won.
    #[error("the payment is in {0}, not in won")]
    Currency(String),
    /// Another sum than the stored one.
    #[error("the payment is over {found} won, the order over {wanted}")]
    Amount {
        /// What the order costs.
        wanted: u64,
        /// What the payment says.
        found: u64,
    },
    /// Ours, and not paid (yet, or any more).
    #[error("the payment is {0}")]
    Status(Status),
}

impl Payment {
    /// Whether this payment pays the order: it is ours, in won, over exactly the stored amount, and
    /// done.
    ///
    /// With live keys compare [`Payment::m_id`] too.
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

/// `null` as the empty value.
fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(
    deserializer: D,
) -> Result<T, D::Error> {
    Option::<T>::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// A moment with a zone, or without one: then it is Korea's. What cannot be read is none, because a
/// date must not keep us from learning that money has moved.
fn moment<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Timestamp>, D::Error> {
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
    fn a_payment_is_read_and_what_toss_adds_is_ignored() {
        let payment = paid();
        assert_eq!(payment.status, Status::Done);
        assert_eq!(payment.total_amount, 21_000);
        assert_eq!(payment.approved_at, Some("2026-11-22T10:01:00Z".parse().unwrap()));
        assert_eq!(payment.cancels, []);
    }

    #[test]
    fn only_a_finished_payment_over_the_stored_won_of_our_order_pays_it() {
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
    fn every_status_is_written_as_toss_writes_it() {
        for text in [
            "READY",
            "IN_PROGRESS",
            "WAITING_FOR_DEPOSIT",
            "DONE",
            "CANCELED",
            "PARTIAL_CANCELED",
            "ABORTED",
            "EXPIRED",
        ] {
            let status = Status::from(text.to_owned());
            assert!(!matches!(status, Status::Other(_)), "{text}");
            assert_eq!(status.as_str(), text);
        }
        assert_eq!(Status::from("NEW".to_owned()), Status::Other("NEW".to_owned()));
    }

    #[test]
    fn a_moment_without_a_zone_is_koreas_and_nonsense_is_none() {
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
    fn nothing_personal_is_in_the_debug_form() {
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
