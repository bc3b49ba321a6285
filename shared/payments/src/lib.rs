//! The payment saga, for every function that moves money: `pay` when the reader comes back from the
//! payment page, `sweep` when nobody did, `toss-webhook` when the provider calls, `refund`.
//!
//! 1. The request is recorded before it is made: how much, under which payment key
//!    ([`store::Store::ask_payment`]).
//! 2. The provider is asked to take the stored amount, with an idempotency key made of the order's
//!    name and the payment key ([`confirm`]).
//! 3. The answer is checked against the order and recorded: paid, refused, or a virtual account
//!    that awaits a bank transfer ([`record`], [`bank_transfer`]).
//! 4. No answer means *unknown*, not failed. The order is looked up at the provider: at once, when
//!    the reader reloads, and by `sweep`.
//! 5. Money that arrives for an order that was cancelled, or whose place ran out and is taken, is
//!    refunded: the payment and the refund are recorded in one transaction. If a place is free, it
//!    is held again in the transaction that records the payment.
//!
//! The way back is [`Payments::refund`]: recorded, asked, checked, recorded.
//!
//! Errors: [`ConfirmOutcome`] is what the reader is told; [`PaymentError`] is the server's.

mod accounts;
mod bank_transfer;
mod close_account;
mod confirm;
mod record;
mod refund;
mod refund_record;

use std::{future::Future, pin::Pin, sync::Arc};

use domain::order::{
    Order, PaymentKey, RefusalCode, State,
    unpaid::{NotAShare, TooManyUnpaid, TransferShare},
};
use platform::{Init, InitError, Platform};
use store::{Store, StoreError};
use thiserror::Error;

pub use accounts::NotCompared;
pub use refund::RefundOutcome;

/// The payment saga.
#[derive(Debug, Clone)]
pub struct Payments {
    store: Store,
    toss: Arc<toss::Client>,
    transfer_share: TransferShare,
}

/// How a payment stands.
#[derive(Debug)]
pub enum ConfirmOutcome {
    /// Paid, now or before.
    Paid(Box<Order>),
    /// The provider did not take the money. Another attempt may follow.
    Refused(Box<Order>, RefusalCode),
    /// Not known yet. The provider is asked again.
    Unknown(Box<Order>),
    /// Another payment for this order is still in progress.
    Underway(Box<Order>),
    /// A virtual account is open and a bank transfer is awaited. Nothing is paid.
    AwaitsTransfer(Box<Order>),
    /// The order was cancelled. Money that arrived for it is refunded.
    Cancelled(Box<Order>),
    /// The place ran out and the last one is taken. The provider was not asked.
    NoPlace(Box<Order>),
    /// The place ran out, and other places are held without a payment for the reader, the address
    /// or the telephone. The provider was not asked.
    TooManyUnpaid(Box<Order>, Box<TooManyUnpaid>),
    /// The amount or the order in the request is not the stored one. The provider was not asked.
    Tampered(Box<Order>),
    /// This visitor has no such order.
    NoSuchOrder,
}

/// What a webhook says: a hint which payment to look up.
#[derive(Debug, Clone, Copy)]
pub struct Told<'a> {
    /// The order's name at the provider.
    pub name: &'a str,
    /// The payment's key, if the call carries one.
    pub key: Option<&'a PaymentKey>,
    /// The secret of a call about a bank transfer, which has to match the payment's.
    pub secret: Option<&'a str>,
    /// Whether this is the look that an earlier call left to `sweep`.
    pub later: bool,
}

/// What a look at a payment found.
#[derive(Debug)]
pub enum LookupOutcome {
    /// How the order stands now.
    Settled(ConfirmOutcome),
    /// The provider did not answer.
    NoAnswer,
    /// The order was looked at often enough in this minute. `sweep` looks once more.
    Later,
    /// The webhook's deposit secret does not match.
    WrongSecret,
    /// There is no such order.
    NoSuchOrder,
}

/// Errors of the shop itself.
#[derive(Debug, Error)]
pub enum PaymentError {
    /// The table's fault, or our request to it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Other writers were faster every time.
    #[error("other requests keep changing the order")]
    Busy,
    /// The payment key makes no idempotency key.
    #[error("the payment key is too long")]
    Key,
}

impl Init for Payments {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let store = Store::open(platform)?;
        let transfer_share = platform.environment.required("TRANSFER_SHARE")?.parse().map_err(
            |why: NotAShare| InitError::Other(format!("the variable TRANSFER_SHARE: {why}")),
        )?;
        let api_url = platform.environment.required("TOSS_API_URL")?.to_owned();
        // Boxed: avoids the type-depth limit.
        let secret: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(platform.secret("TOSS_SECRET_NAME"));
        let secret = secret.await?;
        let settings = toss::Settings { api_url, secret_key: secret };
        let toss = toss::Client::new(&settings).map_err(|why| InitError::Other(why.to_string()))?;
        let toss = Arc::new(toss.bounded_by(platform::deadline::remaining));
        Ok(Self { store, toss, transfer_share })
    }
}

/// How an order stands while the provider is asked nothing about it.
fn standing(order: Order) -> ConfirmOutcome {
    let order = Box::new(order);
    match order.state {
        State::Priced if order.awaits_transfer().is_some() => ConfirmOutcome::AwaitsTransfer(order),
        State::Priced => ConfirmOutcome::Refused(order, RefusalCode::NotAsked),
        State::Cancelled | State::RefundDue | State::Refunded => ConfirmOutcome::Cancelled(order),
        _ => ConfirmOutcome::Paid(order),
    }
}
