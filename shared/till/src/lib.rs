//! The payment saga, for every function that touches money: `pay` when the reader comes back, `sweep` when nobody did.
//!
//! 1. That the provider is being asked, for how much and under which key, is committed before it is asked.
//! 2. The provider is asked to take the stored amount, with an idempotency key made of the order and the payment key.
//! 3. What it answers is checked against the order and committed: paid, or refused.
//! 4. An answer that never came is *unknown*, not failed: it is found out by asking for the order, now, by the reader's reload, and by `sweep`.
//!
//! Errors: [`Outcome`] is what the reader is told; [`TillError`] is ours.

use std::sync::Arc;

use cloud::{CannotOpen, Cloud, Open};
use house::{
    id::{OrderId, VisitorId},
    money::Won,
    order::{Order, Outcome as Asked, Payment, State},
    stock::Full,
};
use jiff::Timestamp;
use store::{AskRefused, Change, Guard, Lost, Store, StoreError, Versioned};
use thiserror::Error;
use toss::{Confirm, Failure, Gone, IdempotencyKey, Status};

/// After how long an order the provider does not know counts as never paid, in minutes: its sessions live for thirty
/// (payments reference §3), and a 404 just after a confirm may pass.
const NEVER_PAID_AFTER_MINUTES: i64 = 31;

/// The till.
#[derive(Debug, Clone)]
pub struct Till {
    store: Store,
    toss: Arc<toss::Client>,
}

/// What became of a payment.
#[derive(Debug)]
pub enum Outcome {
    /// The money is here. Said again for an order that was paid before.
    Paid(Box<Order>),
    /// The provider did not take it. Another attempt may follow.
    Refused(Box<Order>, Why),
    /// Nobody knows yet. It is asked again.
    Unknown(Box<Order>),
    /// Another payment for this order is still under way.
    Underway(Box<Order>),
    /// The place ran out and the last one is gone; the provider was not asked.
    NoPlace(Box<Order>),
    /// The amount or the order in the request is not the stored one; the provider was not asked.
    Tampered(Box<Order>),
    /// There is no such order for this visitor.
    NoSuchOrder,
}

/// Why a payment was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// The card or account company said no; its code.
    Provider(String),
    /// The reader took longer than the provider waits.
    TooLate,
    /// Our request was wrong. The reader's card is not to blame.
    Ours,
}

/// The till's own trouble.
#[derive(Debug, Error)]
pub enum TillError {
    /// The table's fault.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A change was lost to a faster one more often than can be chance.
    #[error("the order is being changed by others")]
    Busy,
    /// The payment key makes no idempotency key.
    #[error("the payment key is too long")]
    Key,
}

impl From<Lost> for TillError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Store(error) => Self::Store(error),
            Lost::Race(_) | Lost::Conflict => Self::Busy,
        }
    }
}

impl Open for Till {
    async fn open(cloud: &Cloud) -> Result<Self, CannotOpen> {
        let store = Store::open(cloud)?;
        let api_url = cloud.environment.required("TOSS_API_URL")?.to_owned();
        let secret = cloud.secret("TOSS_SECRET_NAME").await?;
        let settings = toss::Settings { api_url, secret_key: secret.reveal().to_owned().into() };
        let toss = toss::Client::new(&settings).map_err(|why| CannotOpen::Other(why.to_string()))?;
        Ok(Self { store, toss: Arc::new(toss) })
    }
}

impl Till {
    /// The reader came back from the payment page with a payment key: asks the provider to take the money.
    pub async fn confirm(
        &self,
        id: OrderId,
        visitor: VisitorId,
        payment_key: &str,
        amount: Won,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        let key = idempotency_key(id, payment_key)?;
        let mut asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await;
        if let Err(AskRefused::Otherwise(Some(order))) = &asked
            && only_the_place_ran_out(&order.value, visitor, amount, now)
        {
            match self.hold_again(order, now).await {
                Ok(()) => asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await,
                Err(HoldError::Full) => return Ok(Outcome::NoPlace(Box::new(order.value.clone()))),
                Err(HoldError::Till(error)) => return Err(error),
            }
        }
        let order = match asked {
            Ok(order) => order,
            Err(AskRefused::Store(error)) => return Err(error.into()),
            Err(AskRefused::Otherwise(order)) => return Ok(otherwise(order, visitor, amount)),
        };
        let answer = self.ask(&order.value, payment_key, &key).await;
        self.settle(order, answer, now).await
    }

    /// Finds out what became of a payment that was asked for and never answered.
    pub async fn ask_again(&self, order: Versioned<Order>, now: Timestamp) -> Result<Outcome, TillError> {
        let Some(Payment { key, asked_at, outcome: Asked::Asked }) = order.value.payment.clone() else {
            return Ok(match order.value.state {
                State::Draft | State::Priced => {
                    Outcome::Refused(Box::new(order.value), Why::Provider("NOT_ASKED".into()))
                }
                _ => Outcome::Paid(Box::new(order.value)),
            });
        };
        match self.toss.payment_of_order(&order.value.id.to_string()).await {
            Ok(Some(payment)) => match payment.status {
                // The confirm never arrived: the same key asks for the same thing, once.
                Status::InProgress => {
                    let idempotency = idempotency_key(order.value.id, &key)?;
                    let answer = self.ask(&order.value, &key, &idempotency).await;
                    self.settle(order, answer, now).await
                }
                _ => self.settle(order, Ok(payment), now).await,
            },
            Ok(None) if now.duration_since(asked_at).as_mins() >= NEVER_PAID_AFTER_MINUTES => {
                self.refuse(order, Why::TooLate, now).await
            }
            Ok(None) => Ok(Outcome::Unknown(Box::new(order.value))),
            Err(failure) => {
                tracing::warn!(order = %order.value.id, error.message = %failure, "payment is still unknown");
                Ok(Outcome::Unknown(Box::new(order.value)))
            }
        }
    }

    async fn ask(
        &self,
        order: &Order,
        payment_key: &str,
        key: &IdempotencyKey,
    ) -> Result<toss::Payment, Failure> {
        let id = order.id.to_string();
        // The stored amount, never the one that came with the redirect.
        let answer =
            self.toss.confirm(Confirm { payment_key, order_id: &id, amount: order.total.0 }, key).await;
        match answer {
            // An answer that got lost, or a session that is over: the order's record at the provider is the truth.
            Err(Failure::Unknown(doubt)) => {
                tracing::warn!(order = %id, error.message = %doubt, "payment is unknown; asking");
                match self.toss.payment_of_order(&id).await {
                    Ok(Some(payment)) => Ok(payment),
                    _ => Err(Failure::Unknown(doubt)),
                }
            }
            Err(Failure::SessionGone(rejection, gone)) => match self.toss.payment_of_order(&id).await {
                Ok(Some(payment)) if payment.status == Status::Done => Ok(payment),
                _ => Err(Failure::SessionGone(rejection, gone)),
            },
            other => other,
        }
    }

    async fn settle(
        &self,
        order: Versioned<Order>,
        answer: Result<toss::Payment, Failure>,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        match answer {
            Ok(payment) => match payment.is_paid(&order.value.id.to_string(), order.value.total.0) {
                Ok(()) => {
                    self.paid(order, payment.receipt.map(|receipt| receipt.url.reveal().to_owned()), now)
                        .await
                }
                Err(not_paid) => {
                    let over = matches!(payment.status, Status::Aborted | Status::Expired | Status::Canceled);
                    tracing::error!(order = %order.value.id, error.message = %not_paid, "payment does not fit the order");
                    if over {
                        self.refuse(order, Why::Provider(payment.status.as_str().to_owned()), now).await
                    } else {
                        Ok(Outcome::Unknown(Box::new(order.value)))
                    }
                }
            },
            Err(Failure::Refused(rejection)) => {
                tracing::info!(order = %order.value.id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "payment refused");
                self.refuse(order, Why::Provider(rejection.code), now).await
            }
            Err(Failure::SessionGone(_, Gone::Expired)) => self.refuse(order, Why::TooLate, now).await,
            Err(Failure::SessionGone(_, Gone::NotFound) | Failure::Unknown(_)) => {
                Ok(Outcome::Unknown(Box::new(order.value)))
            }
            Err(Failure::OurFault(rejection)) => {
                tracing::error!(order = %order.value.id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "payment request is wrong");
                self.refuse(order, Why::Ours, now).await
            }
        }
    }

    async fn paid(
        &self,
        order: Versioned<Order>,
        receipt: Option<String>,
        now: Timestamp,
    ) -> Result<Outcome, TillError> {
        let id = order.value.id;
        // Two tabs, or the reader and `sweep`, may settle at once: one of them wins, and all of them say "paid".
        let mut order = order;
        for _ in 0..3 {
            let Ok(step) = order.value.clone().paid(receipt.clone(), now) else {
                return Ok(Outcome::Paid(Box::new(order.value)));
            };
            let change = Change { seen: order.version, step: &step, handled: None, copy: None, paid: true };
            match self.store.commit(change).await {
                Ok(()) => {
                    tracing::info!(order = %id, amount_won = step.order.total.0, "order paid");
                    return Ok(Outcome::Paid(Box::new(step.order)));
                }
                Err(Lost::Race(Guard::Order) | Lost::Conflict) => match self.store.order(id).await? {
                    Some(current) => order = current,
                    None => return Ok(Outcome::NoSuchOrder),
                },
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(TillError::Busy)
    }

    async fn refuse(&self, order: Versioned<Order>, why: Why, now: Timestamp) -> Result<Outcome, TillError> {
        let code = match &why {
            Why::Provider(code) => code.clone(),
            Why::TooLate => "EXPIRED".to_owned(),
            Why::Ours => "OURS".to_owned(),
        };
        let refused = order.with(order.value.clone().payment_refused(code, now));
        match self.store.save_order(&refused, None).await {
            Ok(()) => Ok(Outcome::Refused(Box::new(refused.value), why)),
            // Somebody settled it meanwhile; what they found out counts.
            Err(Lost::Race(_) | Lost::Conflict) => Ok(match self.store.order(order.value.id).await? {
                Some(current) if current.value.state != State::Priced => {
                    Outcome::Paid(Box::new(current.value))
                }
                Some(current) => Outcome::Refused(Box::new(current.value), why),
                None => Outcome::NoSuchOrder,
            }),
            Err(lost) => Err(lost.into()),
        }
    }

    async fn hold_again(&self, order: &Versioned<Order>, now: Timestamp) -> Result<(), HoldError> {
        let stock = self.store.stock(order.value.price.range).await.map_err(TillError::from)?;
        let place = stock.value.take(order.value.id, now).map_err(|Full| HoldError::Full)?;
        let held = Order { held_until: place.until, ..order.value.clone() };
        match self.store.hold_again(&order.with(held), stock.version, &place).await {
            Ok(()) => Ok(()),
            Err(lost) => Err(HoldError::Till(lost.into())),
        }
    }
}

enum HoldError {
    Full,
    Till(TillError),
}

impl From<TillError> for HoldError {
    fn from(error: TillError) -> Self {
        Self::Till(error)
    }
}

/// Whether the order could be paid if only its place were held still.
fn only_the_place_ran_out(order: &Order, visitor: VisitorId, amount: Won, now: Timestamp) -> bool {
    order.visitor == visitor
        && order.state == State::Priced
        && order.total == amount
        && order.held_until <= now
        && !matches!(&order.payment, Some(Payment { outcome: Asked::Asked, .. }))
}

/// What to say of an order that does not stand as a confirm supposes.
fn otherwise(order: Option<Box<Versioned<Order>>>, visitor: VisitorId, amount: Won) -> Outcome {
    let Some(order) = order.map(|order| order.value).filter(|order| order.visitor == visitor) else {
        return Outcome::NoSuchOrder;
    };
    match order.state {
        State::Draft | State::Priced if order.total != amount => Outcome::Tampered(Box::new(order)),
        State::Draft | State::Priced => Outcome::Underway(Box::new(order)),
        State::Cancelled => Outcome::NoSuchOrder,
        _ => Outcome::Paid(Box::new(order)),
    }
}

/// The key under which the provider takes this order's money once. The order is in it, because the provider's own scope leaves the
/// body out: a key used for another order would replay that order's answer.
fn idempotency_key(id: OrderId, payment_key: &str) -> Result<IdempotencyKey, TillError> {
    IdempotencyKey::new(format!("confirm:{id}:{payment_key}")).map_err(|_| TillError::Key)
}
