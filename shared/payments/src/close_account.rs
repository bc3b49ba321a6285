//! Closing a virtual account at the provider before the order is recorded as not paid.

use domain::order::{Order, RefusalCode};
use jiff::Timestamp;
use store::{Decision, Versioned};
use toss::{Cancel, IdempotencyKey, Status};

use crate::{
    PaymentError, Payments,
    bank_transfer::{keep_unknown, record_closed},
    record::Settled,
};

/// The reason that the provider keeps for closing an account.
const REASON: &str = "입금을 더 기다리지 않음";

/// What closing an account came to.
pub(crate) enum Closing {
    /// No money came into it, and none can come.
    Closed,
    /// The transfer was faster.
    Paid(Box<toss::Payment>),
    /// Not known, or not closed yet.
    Unknown,
}

impl Payments {
    /// Closes the account of an order and records that it was not paid; if the transfer was faster,
    /// that it was.
    pub(crate) async fn close(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        code: RefusalCode,
        now: Timestamp,
    ) -> Result<Decision<Settled>, PaymentError> {
        match self.close_account(&order.value, payment).await? {
            Closing::Closed => Ok(record_closed(order, code, now)),
            Closing::Paid(payment)
                if payment.is_paid(&order.value.at_the_provider(), order.value.total.0).is_ok() =>
            {
                self.record_paid(order, &payment, false, now).await
            }
            Closing::Paid(_) | Closing::Unknown => keep_unknown(order),
        }
    }

    /// Asks the provider to close the account, and looks at the payment if it does not answer.
    pub(crate) async fn close_account(
        &self,
        order: &Order,
        payment: &toss::Payment,
    ) -> Result<Closing, PaymentError> {
        let name = order.at_the_provider();
        // The provider replays the answer kept under a key. The last transaction is part of it, so
        // that an account that was paid into and emptied again can be closed.
        let moved = payment.last_transaction_key.as_deref().unwrap_or_default();
        let key =
            IdempotencyKey::new(format!("close:{name}:{moved}")).map_err(|_| PaymentError::Key)?;
        let cancel =
            Cancel { reason: REASON.to_owned(), amount: None, tax_free: None, refund_to: None };
        let there = match self.toss.cancel(&payment.payment_key, &cancel, &key).await {
            Ok(payment) => Some(payment),
            Err(failure) => {
                tracing::warn!(order = %order.id, error.message = %failure, "virtual account is not closed; asking");
                self.toss.payment(&payment.payment_key).await.ok().flatten()
            }
        };
        Ok(match there {
            Some(payment) if payment.status == Status::Done => Closing::Paid(Box::new(payment)),
            Some(payment) if matches!(payment.status, Status::Canceled | Status::Expired) => {
                Closing::Closed
            }
            Some(payment)
                if payment.status == Status::WaitingForDeposit
                    && payment.virtual_account.as_ref().is_some_and(|account| account.expired) =>
            {
                Closing::Closed
            }
            _ => Closing::Unknown,
        })
    }
}
