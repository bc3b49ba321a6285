//! The client and its calls.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::base::sensitive::Sensitive;
use domain::order::PaymentKey;
use http::{HeaderValue, Method, Uri};
use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::wire::{Answer, Call, Wire};
use crate::{CancelFailure, Doubt, Failure, IdempotencyKey, Payment, Transaction};

/// Characters that are not escaped in a path segment. A payment key comes from the reader's
/// browser, so a slash or a dot in it must not change the path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// The address of Toss's API and our credentials.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.tosspayments.com`, or a stand-in's address (plain http is allowed with a test key).
    pub api_url: String,
    /// The secret key: `test_sk_…`, `live_sk_…`, or the widget's `test_gsk_…`, `live_gsk_…`.
    pub secret_key: Sensitive<String>,
}

/// Why [`Settings`] cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is not an `http://` or `https://` address.
    #[error("the address of Toss's API is not an http(s) address")]
    ApiUrl,
    /// The key is empty or has a space, a byte order mark or another invalid character.
    #[error("Toss's secret key is empty or has invalid characters")]
    SecretKey,
    /// A live key must not be sent without TLS.
    #[error("a live secret key of Toss needs an https address")]
    LiveKeyInTheOpen,
}

/// The time limits. A call that exceeds its limit is [`Doubt::Late`], and its outcome is unknown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For connecting. A call that exceeds it was not sent.
    pub connect: Duration,
    /// For a call that moves money. Long, because giving up early leaves the outcome unknown, and
    /// below the 30 seconds of API Gateway.
    pub change: Duration,
    /// For a query.
    pub query: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            change: Duration::from_secs(20),
            query: Duration::from_secs(5),
        }
    }
}

/// A confirm. The amount is the **stored** one, not the one in the browser's query.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confirm<'a> {
    /// The payment key in the browser's query.
    pub payment_key: &'a PaymentKey,
    /// Our order id.
    pub order_id: &'a str,
    /// The amount of the order, in won.
    pub amount: u64,
}

/// A cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancel {
    /// The reason (at most 200 characters; the reader sees it in Toss's mail).
    #[serde(rename = "cancelReason")]
    pub reason: String,
    /// The amount in won; `None` cancels the whole balance.
    #[serde(rename = "cancelAmount", skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// The tax-free part of the amount, in won; without it all of it counts as taxable.
    #[serde(rename = "taxFreeAmount", skip_serializing_if = "Option::is_none")]
    pub tax_free: Option<u64>,
    /// The account to refund to: required after a deposit into a virtual account, and only then.
    #[serde(rename = "refundReceiveAccount", skip_serializing_if = "Option::is_none")]
    pub refund_to: Option<RefundAccount>,
}

/// The account that a deposit is refunded to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundAccount {
    /// The bank's code or Korean name, for example `20` or `우리`.
    pub bank: String,
    /// The account number, at most 20 digits.
    pub account_number: Sensitive<String>,
    /// The holder's name, at most 60 characters.
    pub holder_name: Sensitive<String>,
}

/// A request for a virtual account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualAccountOrder<'a> {
    /// The amount to deposit, in won.
    pub amount: u64,
    /// Our order id.
    pub order_id: &'a str,
    /// The name of the order for the reader (at most 100 characters).
    pub order_name: &'a str,
    /// The name of the payer.
    pub customer_name: Sensitive<String>,
    /// The bank's code or Korean name.
    pub bank: &'a str,
    /// How long the account is open, in hours, at most 720; `None` means 168.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub valid_hours: Option<u16>,
}

/// Toss Payments' server API. Cheap to make; connects at the first call.
pub struct Client {
    wire: Wire,
    timeouts: Timeouts,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

impl Client {
    /// A client with the default [`Timeouts`].
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Self::with_timeouts(settings, Timeouts::default())
    }

    /// A client with these time limits.
    pub fn with_timeouts(settings: &Settings, timeouts: Timeouts) -> Result<Self, SettingsError> {
        let base = settings.api_url.trim_end_matches('/').to_owned();
        let uri: Uri = base.parse().map_err(|_| SettingsError::ApiUrl)?;
        let plain = match uri.scheme_str() {
            Some("https") => false,
            Some("http") => true,
            _ => return Err(SettingsError::ApiUrl),
        };
        let key = settings.secret_key.reveal();
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(SettingsError::SecretKey);
        }
        if plain && key.starts_with("live_") {
            return Err(SettingsError::LiveKeyInTheOpen);
        }
        // The key is the user name and the password is empty; the colon is required.
        let authorization =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{key}:"))))
                .map_err(|_| SettingsError::SecretKey)?;
        Ok(Self { wire: Wire::new(base, authorization, timeouts.connect), timeouts })
    }

    /// What the caller keeps of its time to record an answer.
    pub const MARGIN: Duration = Duration::from_secs(3);

    /// The client of a caller that is ended: no call lasts longer than `remaining` without
    /// [`Client::MARGIN`], whatever the [`Timeouts`] allow.
    #[must_use]
    pub fn bounded_by(mut self, remaining: fn() -> Option<Duration>) -> Self {
        self.wire.remaining = remaining;
        self
    }

    /// Takes the money of an authenticated payment. Repeat it only with the same key.
    ///
    /// `Ok` is a payment in any status; check it with [`Payment::is_paid`].
    pub async fn confirm(
        &self,
        confirm: Confirm<'_>,
        key: &IdempotencyKey,
    ) -> Result<Payment, Failure> {
        let answer = self
            .change("/v1/payments/confirm".to_owned(), &confirm, key)
            .await
            .map_err(Failure::Unknown)?;
        payment(&answer).unwrap_or_else(|| Err(Failure::from_answer(&answer)))
    }

    /// Opens a virtual account for one deposit. Repeat it only with the same key.
    pub async fn virtual_account(
        &self,
        order: &VirtualAccountOrder<'_>,
        key: &IdempotencyKey,
    ) -> Result<Payment, Failure> {
        let answer = self
            .change("/v1/virtual-accounts".to_owned(), order, key)
            .await
            .map_err(Failure::Unknown)?;
        payment(&answer).unwrap_or_else(|| Err(Failure::from_answer(&answer)))
    }

    /// Cancels a payment in full or in part. Repeat it only with the same key.
    pub async fn cancel(
        &self,
        payment_key: &PaymentKey,
        cancel: &Cancel,
        key: &IdempotencyKey,
    ) -> Result<Payment, CancelFailure> {
        let path =
            format!("/v1/payments/{}/cancel", utf8_percent_encode(payment_key.as_str(), SEGMENT));
        let answer = self.change(path, cancel, key).await.map_err(CancelFailure::Unknown)?;
        match payment(&answer) {
            Some(Ok(payment)) => Ok(payment),
            Some(Err(_)) => Err(CancelFailure::Unknown(unreadable(&answer))),
            None => Err(CancelFailure::from_answer(&answer)),
        }
    }

    /// The payment of an order. `None` if Toss knows none, which can be transient just after a
    /// confirm.
    pub async fn payment_of_order(&self, order_id: &str) -> Result<Option<Payment>, Failure> {
        self.query(format!("/v1/payments/orders/{}", utf8_percent_encode(order_id, SEGMENT))).await
    }

    /// The payment with this key. `None` if Toss knows none, which can be transient just after a
    /// confirm.
    pub async fn payment(&self, payment_key: &PaymentKey) -> Result<Option<Payment>, Failure> {
        self.query(format!("/v1/payments/{}", utf8_percent_encode(payment_key.as_str(), SEGMENT)))
            .await
    }

    /// The number of movements in a page of [`Client::transactions`].
    pub const PAGE: usize = 100;

    /// A page of the movements on a day in Korea, starting after the movement with the key `after`.
    pub async fn transactions(
        &self,
        day: Date,
        after: Option<&str>,
    ) -> Result<Vec<Transaction>, Failure> {
        let mut path = format!(
            "/v1/transactions?startDate={day}T00:00:00&endDate={day}T23:59:59&limit={}",
            Self::PAGE
        );
        if let Some(after) = after {
            path += &format!("&startingAfter={}", utf8_percent_encode(after, SEGMENT));
        }
        let call = Call {
            method: Method::GET,
            path,
            body: String::new(),
            key: None,
            limit: self.timeouts.query,
        };
        let answer = self.wire.send(call).await.map_err(Failure::Unknown)?;
        if !(200..300).contains(&answer.status) {
            return Err(Failure::from_answer(&answer));
        }
        serde_json::from_slice(&answer.body).map_err(|_| Failure::Unknown(unreadable(&answer)))
    }

    async fn query(&self, path: String) -> Result<Option<Payment>, Failure> {
        let call = Call {
            method: Method::GET,
            path,
            body: String::new(),
            key: None,
            limit: self.timeouts.query,
        };
        let answer = self.wire.send(call).await.map_err(Failure::Unknown)?;
        match payment(&answer) {
            Some(read) => read.map(Some),
            None => match Failure::from_answer(&answer) {
                Failure::SessionGone(..) => Ok(None),
                failure => Err(failure),
            },
        }
    }

    async fn change(
        &self,
        path: String,
        body: &impl Serialize,
        key: &IdempotencyKey,
    ) -> Result<Answer, Doubt> {
        // Our bodies are structs of text and numbers, which serialize without errors. If one ever
        // fails, nothing was sent.
        let body = serde_json::to_string(body).map_err(|_| Doubt::Unreachable)?;
        let call =
            Call { method: Method::POST, path, body, key: Some(key), limit: self.timeouts.change };
        self.wire.send(call).await
    }
}

/// The payment in a 2xx answer; `None` for any other answer.
fn payment(answer: &Answer) -> Option<Result<Payment, Failure>> {
    (200..300).contains(&answer.status).then(|| {
        let mut payment: Payment = serde_json::from_slice(&answer.body)
            .map_err(|_| Failure::Unknown(unreadable(answer)))?;
        payment.trace.clone_from(&answer.trace);
        Ok(payment)
    })
}

fn unreadable(answer: &Answer) -> Doubt {
    Doubt::Unreadable { status: answer.status, trace: answer.trace.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(api_url: &str, secret_key: &str) -> Settings {
        Settings { api_url: api_url.to_owned(), secret_key: secret_key.into() }
    }

    #[test]
    fn invalid_settings_are_refused() {
        assert!(Client::new(&settings("https://api.tosspayments.com/", "test_sk_a")).is_ok());
        assert!(Client::new(&settings("https://api.tosspayments.com", "live_sk_a")).is_ok());
        assert!(Client::new(&settings("http://127.0.0.1:9001", "test_sk_a")).is_ok());
        for (api_url, key, wanted) in [
            ("", "test_sk_a", SettingsError::ApiUrl),
            ("api.tosspayments.com", "test_sk_a", SettingsError::ApiUrl),
            ("ftp://api.tosspayments.com", "test_sk_a", SettingsError::ApiUrl),
            ("https://api.tosspayments.com", "", SettingsError::SecretKey),
            ("https://api.tosspayments.com", "\u{feff}test_sk_a", SettingsError::SecretKey),
            ("https://api.tosspayments.com", "test_sk_a\n", SettingsError::SecretKey),
            ("http://api.tosspayments.com", "live_sk_a", SettingsError::LiveKeyInTheOpen),
        ] {
            assert_eq!(
                Client::new(&settings(api_url, key)).err(),
                Some(wanted),
                "{api_url} {key:?}"
            );
        }
    }

    #[test]
    fn debug_does_not_show_the_secret_key() {
        let settings = settings("https://api.tosspayments.com", "test_sk_canary");
        assert!(!format!("{settings:?}").contains("canary"));
        assert!(!format!("{:?}", Client::new(&settings)).contains("canary"));
    }

    #[test]
    fn a_payment_key_is_escaped_to_one_path_segment() {
        assert_eq!(utf8_percent_encode("a/../b?c", SEGMENT).to_string(), "a%2F%2E%2E%2Fb%3Fc");
    }
}
