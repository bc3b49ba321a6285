//! The calls.

use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use domain::base::sensitive::Sensitive;
use http::{HeaderValue, Method, Uri};
use jiff::civil::Date;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::wire::{Answer, Call, Wire};
use crate::{CancelFailure, Doubt, Failure, IdempotencyKey, Payment, Transaction};

/// What stays as it is in a path segment. A payment key comes back through the reader's browser, so
/// a slash or a dot in it must not become part of the address.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_');

/// Where Toss is and who we are there.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://api.tosspayments.com`, or the address of a stand-in (plain http is fine for a test
    /// key).
    pub api_url: String,
    /// The secret key: `test_sk_…`, `live_sk_…`, or the widget's `test_gsk_…`, `live_gsk_…`.
    pub secret_key: Sensitive<String>,
}

/// Why [`Settings`] cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not an `http://` or `https://` address.
    #[error("the address of Toss's API is not an http(s) address")]
    ApiUrl,
    /// Empty, or with a space, a byte order mark or another character that no key has.
    #[error("Toss's secret key is empty or has characters that no key has")]
    SecretKey,
    /// A live key may not travel in the open.
    #[error("a live secret key of Toss needs an https address")]
    LiveKeyInTheOpen,
}

/// How long to wait. A call that is given up is [`Doubt::Late`], which says nothing about the
/// money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// For a connection; a call given up here was not sent.
    pub connect: Duration,
    /// For the whole of a call that moves money. Long, because giving up early buys only doubt, and
    /// short of the 30 seconds after which API Gateway gives up on us.
    pub change: Duration,
    /// For the whole of a query.
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

/// What to confirm. The amount is the **stored** one, not the one that came back with the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Confirm<'a> {
    /// The payment key the browser brought.
    pub payment_key: &'a str,
    /// Our order.
    pub order_id: &'a str,
    /// What it costs, in won.
    pub amount: u64,
}

/// What to cancel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Cancel {
    /// Why (at most 200 characters; the reader sees it in Toss's mail).
    #[serde(rename = "cancelReason")]
    pub reason: String,
    /// How many won to give back; none = everything that is left.
    #[serde(rename = "cancelAmount", skip_serializing_if = "Option::is_none")]
    pub amount: Option<u64>,
    /// Where to: needed for a virtual account that was paid into, and only there.
    #[serde(rename = "refundReceiveAccount", skip_serializing_if = "Option::is_none")]
    pub refund_to: Option<RefundAccount>,
}

/// The account that a deposit goes back to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RefundAccount {
    /// The bank's code or Korean name, for example `20` or `우리`.
    pub bank: String,
    /// At most 20 digits.
    pub account_number: Sensitive<String>,
    /// At most 60 characters.
    pub holder_name: Sensitive<String>,
}

/// An account to be opened for one deposit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VirtualAccountOrder<'a> {
    /// What is to be paid in, in won.
    pub amount: u64,
    /// Our order.
    pub order_id: &'a str,
    /// What the reader sees (at most 100 characters).
    pub order_name: &'a str,
    /// The name on the account.
    pub customer_name: Sensitive<String>,
    /// The bank's code or Korean name.
    pub bank: &'a str,
    /// How long the account is open; none = 168, at most 720.
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

    /// A client that waits as long as it is told.
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
        // The key is the user name and the password is empty: the colon has to be there.
        let authorization =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(format!("{key}:"))))
                .map_err(|_| SettingsError::SecretKey)?;
        Ok(Self { wire: Wire::new(base, authorization, timeouts.connect), timeouts })
    }

    /// Takes the money of an authenticated payment. To be repeated only under the same key.
    ///
    /// An `Ok` is a payment, not yet a *paid* one: [`Payment::is_paid`] decides.
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

    /// Opens a virtual account for one deposit. To be repeated only under the same key.
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

    /// Gives money back. To be repeated only under the same key.
    pub async fn cancel(
        &self,
        payment_key: &str,
        cancel: &Cancel,
        key: &IdempotencyKey,
    ) -> Result<Payment, CancelFailure> {
        let path = format!("/v1/payments/{}/cancel", utf8_percent_encode(payment_key, SEGMENT));
        let answer = self.change(path, cancel, key).await.map_err(CancelFailure::Unknown)?;
        match payment(&answer) {
            Some(Ok(payment)) => Ok(payment),
            Some(Err(_)) => Err(CancelFailure::Unknown(unreadable(&answer))),
            None => Err(CancelFailure::from_answer(&answer)),
        }
    }

    /// The payment of an order; none = Toss does not know one (just after a confirm: not yet).
    pub async fn payment_of_order(&self, order_id: &str) -> Result<Option<Payment>, Failure> {
        self.query(format!("/v1/payments/orders/{}", utf8_percent_encode(order_id, SEGMENT))).await
    }

    /// The payment with this key; none = Toss does not know it (just after a confirm: not yet).
    pub async fn payment(&self, payment_key: &str) -> Result<Option<Payment>, Failure> {
        self.query(format!("/v1/payments/{}", utf8_percent_encode(payment_key, SEGMENT))).await
    }

    /// Movements in a page of a day's record.
    pub const PAGE: usize = 100;

    /// What moved on a day of Korea, at most [`Client::PAGE`] movements, those after the one with
    /// the key `after`.
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
        // Our own bodies are plain structs of text and numbers: writing them cannot fail. If it
        // ever does, nothing was sent.
        let body = serde_json::to_string(body).map_err(|_| Doubt::Unreachable)?;
        let call =
            Call { method: Method::POST, path, body, key: Some(key), limit: self.timeouts.change };
        self.wire.send(call).await
    }
}

/// The payment in a 2xx answer; none if it is another answer.
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
    fn settings_that_cannot_work_are_told_apart() {
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
    fn neither_settings_nor_client_show_the_secret_key() {
        let settings = settings("https://api.tosspayments.com", "test_sk_canary");
        assert!(!format!("{settings:?}").contains("canary"));
        assert!(!format!("{:?}", Client::new(&settings)).contains("canary"));
    }

    #[test]
    fn a_payment_key_from_the_browser_stays_one_segment_of_the_path() {
        assert_eq!(utf8_percent_encode("a/../b?c", SEGMENT).to_string(), "a%2F%2E%2E%2Fb%3Fc");
    }
}
