//! A payment: its record in the stand-in, and its form in the API.

use jiff::{SignedDuration, Timestamp};
use serde::de::IntoDeserializer as _;
use serde::de::value::{self, StrDeserializer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::clock::{iso_korea, saturating_add};
use crate::codes;

/// How long the window can stay open before the payment expires.
const OPEN: SignedDuration = SignedDuration::from_mins(30);
/// How long an authenticated payment can be confirmed.
const AUTHENTICATED: SignedDuration = SignedDuration::from_mins(10);

/// How long the bank takes to carry out the refund of a deposit.
const BY_THE_BANK: SignedDuration = SignedDuration::from_hours(48);

/// The status of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum State {
    /// The window is open.
    Ready,
    /// Approved in the window, waiting for the shop's confirm.
    InProgress,
    /// An account was issued and nothing was deposited, or the deposit was reversed.
    WaitingForDeposit,
    /// Paid.
    Done,
    /// Cancelled in full, or the account was closed before a deposit.
    Canceled,
    /// Cancelled in part.
    PartialCanceled,
    /// Refused.
    Aborted,
    /// Not continued in time.
    Expired,
}

/// The payment method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Method {
    /// 카드
    Card,
    /// 계좌이체
    Transfer,
    /// 가상계좌
    VirtualAccount,
    /// 휴대폰
    MobilePhone,
    /// 문화상품권
    CultureGiftCertificate,
    /// 해외간편결제
    ForeignEasyPay,
}

impl Method {
    /// Reads the name that the browser's side uses. Without a name, the method is a card.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        if name.is_empty() {
            return Some(Self::Card);
        }
        let name: StrDeserializer<'_, value::Error> = name.into_deserializer();
        Self::deserialize(name).ok()
    }

    /// The method's name in a payment.
    pub(crate) fn korean(self) -> &'static str {
        match self {
            Self::Card => "카드",
            Self::Transfer => "계좌이체",
            Self::VirtualAccount => "가상계좌",
            Self::MobilePhone => "휴대폰",
            Self::CultureGiftCertificate => "문화상품권",
            Self::ForeignEasyPay => "해외간편결제",
        }
    }

    /// The minimum amount, in won.
    pub(crate) fn minimum(self) -> u64 {
        if matches!(self, Self::Transfer | Self::VirtualAccount) { 200 } else { 100 }
    }
}

/// One cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cancelled {
    pub(crate) at: Timestamp,
    pub(crate) amount: u64,
    /// The part without VAT.
    #[serde(default)]
    pub(crate) tax_free: u64,
    pub(crate) reason: String,
    pub(crate) transaction_key: String,
    /// Whether the bank will not carry it out.
    #[serde(default)]
    pub(crate) fails: bool,
    /// The balance after it.
    pub(crate) left: u64,
}

/// The account of a virtual-account payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Account {
    pub(crate) number: String,
    pub(crate) bank: String,
    pub(crate) customer_name: String,
    pub(crate) due: Timestamp,
}

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[expect(clippy::struct_field_names, reason = "`paymentKey` is Toss's name, and the stored one")]
pub(crate) struct Payment {
    /// The number of the payment, in the order of their creation.
    pub(crate) seq: u64,
    pub(crate) payment_key: String,
    pub(crate) order_id: String,
    pub(crate) order_name: String,
    pub(crate) amount: u64,
    /// The part without VAT, as requested from the window.
    #[serde(default)]
    pub(crate) tax_free: u64,
    pub(crate) method: Method,
    pub(crate) state: State,
    pub(crate) success_url: String,
    pub(crate) fail_url: String,
    pub(crate) requested_at: Timestamp,
    pub(crate) authenticated_at: Option<Timestamp>,
    pub(crate) approved_at: Option<Timestamp>,
    pub(crate) last_transaction_key: Option<String>,
    pub(crate) secret: String,
    pub(crate) account: Option<Account>,
    /// How long its account will be open, in hours, as requested from the window.
    #[serde(default)]
    pub(crate) valid_hours: Option<i64>,
    pub(crate) cancels: Vec<Cancelled>,
    /// Whether the bank could not carry out the last refund of a deposit.
    #[serde(default)]
    pub(crate) refund_failed: bool,
    /// The error code, if the payment was refused.
    pub(crate) failure: Option<String>,
}

impl Payment {
    /// The amount minus the cancels.
    pub(crate) fn balance(&self) -> u64 {
        if self.state == State::Canceled {
            return 0;
        }
        self.amount.saturating_sub(self.cancels.iter().map(|cancel| cancel.amount).sum())
    }

    /// The part of the balance without VAT.
    pub(crate) fn tax_free_balance(&self) -> u64 {
        if self.state == State::Canceled {
            return 0;
        }
        self.tax_free.saturating_sub(self.cancels.iter().map(|cancel| cancel.tax_free).sum())
    }

    /// How far the bank is with the refunds of a deposit: it takes two days for each.
    fn refund_status(&self, now: Timestamp) -> &'static str {
        match self.cancels.last().filter(|_| self.approved_at.is_some()) {
            _ if self.refund_failed => "FAILED",
            None => "NONE",
            Some(last) if now < saturating_add(last.at, BY_THE_BANK) => "PENDING",
            Some(_) => "COMPLETED",
        }
    }

    /// When the bank gives up the last refund, if it does.
    pub(crate) fn refund_fails_at(&self) -> Option<Timestamp> {
        let last = self.cancels.last().filter(|cancel| cancel.fails)?;
        Some(saturating_add(last.at, BY_THE_BANK))
    }

    /// Whether the payment is a deposit that the bank can reverse.
    pub(crate) fn has_reversible_deposit(&self) -> bool {
        self.method == Method::VirtualAccount && self.state == State::Done
    }

    /// When the payment expires if it is not continued.
    pub(crate) fn expires(&self) -> Option<Timestamp> {
        match self.state {
            State::Ready => Some(saturating_add(self.requested_at, OPEN)),
            State::InProgress => self.authenticated_at.map(|at| saturating_add(at, AUTHENTICATED)),
            _ => None,
        }
    }

    /// The rank of this payment among those of its order: a query by order id answers the highest.
    /// The first number is 3 or more if money was taken.
    pub(crate) fn rank(&self) -> (u8, u64) {
        let rank = match self.state {
            State::Done | State::PartialCanceled => 4,
            State::Canceled => 3,
            State::WaitingForDeposit => 2,
            State::InProgress => 1,
            State::Ready | State::Aborted | State::Expired => 0,
        };
        (rank, self.seq)
    }

    /// The payment in the form of the API.
    pub(crate) fn to_wire(&self, now: Timestamp, base: &str) -> Value {
        let begun = !matches!(self.state, State::Ready | State::InProgress);
        let confirmed = begun && !matches!(self.state, State::Aborted | State::Expired);
        let taxable = self.balance().saturating_sub(self.tax_free_balance());
        let supplied = taxable * 10 / 11;
        let receipt = format!("{base}/receipt/{}", self.payment_key);
        json!({
            "mId": "standin",
            "version": "2022-11-16",
            "paymentKey": self.payment_key,
            "lastTransactionKey": self.last_transaction_key,
            "orderId": self.order_id,
            "orderName": self.order_name,
            "taxExemptionAmount": 0,
            "status": self.state,
            "requestedAt": iso_korea(self.requested_at),
            "approvedAt": self.approved_at.map(iso_korea),
            "useEscrow": false,
            "cultureExpense": false,
            "card": (self.method == Method::Card && confirmed).then(|| json!({
                "issuerCode": "61",
                "acquirerCode": "31",
                "number": "12345678****789*",
                "installmentPlanMonths": 0,
                "isInterestFree": false,
                "interestPayer": null,
                "approveNo": "00000000",
                "useCardPoint": false,
                "cardType": "신용",
                "ownerType": "개인",
                "acquireStatus": "READY",
                "amount": self.amount,
            })),
            "virtualAccount": self.account.as_ref().map(|account| json!({
                "accountType": "일반",
                "accountNumber": account.number,
                "bankCode": account.bank,
                "customerName": account.customer_name,
                "dueDate": iso_korea(account.due),
                "expired": self.state == State::WaitingForDeposit && now >= account.due,
                "settlementStatus": "INCOMPLETED",
                "refundStatus": self.refund_status(now),
                "refundReceiveAccount": null,
            })),
            "transfer": (self.method == Method::Transfer && confirmed)
                .then(|| json!({"bankCode": "92", "settlementStatus": "INCOMPLETED"})),
            "mobilePhone": null,
            "giftCertificate": null,
            "cashReceipt": null,
            "cashReceipts": null,
            "discount": null,
            "cancels": (!self.cancels.is_empty()).then(|| self.cancels.iter().map(|cancel| json!({
                "transactionKey": cancel.transaction_key,
                "cancelReason": cancel.reason,
                "taxExemptionAmount": 0,
                "canceledAt": iso_korea(cancel.at),
                "cardDiscountAmount": 0,
                "transferDiscountAmount": 0,
                "easyPayDiscountAmount": 0,
                "receiptKey": null,
                "cancelAmount": cancel.amount,
                "taxFreeAmount": cancel.tax_free,
                "refundableAmount": cancel.left,
                "cancelStatus": "DONE",
                "cancelRequestId": null,
            })).collect::<Vec<_>>()),
            "secret": self.secret,
            "type": "NORMAL",
            "easyPay": null,
            "country": "KR",
            "failure": self.failure.as_deref().map(|code| json!({
                "code": code,
                "message": codes::find(code).map_or("", |code| code.korean),
            })),
            "isPartialCancelable": true,
            "receipt": confirmed.then(|| json!({"url": receipt})),
            "checkout": {"url": receipt},
            "currency": "KRW",
            "totalAmount": self.amount,
            "balanceAmount": self.balance(),
            "suppliedAmount": supplied,
            "vat": taxable - supplied,
            "taxFreeAmount": self.tax_free_balance(),
            "metadata": null,
            "method": self.method.korean(),
        })
    }
}
