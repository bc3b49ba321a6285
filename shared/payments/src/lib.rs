//! The payment saga, for every function that touches money: `pay` when the reader comes back,
//! `sweep` when nobody did.
//!
//! 1. That the provider is being asked, for how much and under which key, is committed before it is
//!    asked.
//! 2. The provider is asked to take the stored amount, with an idempotency key made of the order
//!    and the payment key.
//! 3. What it answers is checked against the order and committed: paid, or refused.
//! 4. An answer that never came is *unknown*, not failed: it is found out by asking for the order,
//!    now, by the reader's reload, and by `sweep`.
//! 5. Money that arrives for an order that was cancelled meanwhile, or whose place ran out and is
//!    taken, goes back: that it was paid and the refund are one transaction. A place that ran out
//!    and is free still is held again in the transaction that records the payment.
//! 6. Who pays by a deposit is given an account first ([`deposit`]): that it is awaited, and until
//!    when, is recorded like an answer of its own.
//!
//! The way back is [`Payments::refund`]: asked under a key stored before, checked, recorded, told.
//!
//! Errors: [`ConfirmOutcome`] is what the reader is told; [`PaymentError`] is ours.

mod accounts;
mod bank_transfer;
mod refund;

use std::{future::Future, pin::Pin, sync::Arc};

use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId},
        money::Won,
    },
    order::{Order, Payment, PaymentStatus, State, stock::Full},
};
use jiff::Timestamp;
use platform::{Init, InitError, Platform};
use store::{AskRefused, Change, Guard, Lost, Store, StoreError, Versioned};
use thiserror::Error;

use bank_transfer::TransferOutcome;

pub use accounts::NotCompared;
pub use refund::RefundOutcome;
use toss::{Confirm, Failure, Gone, IdempotencyKey, Status};

/// After how long an order the provider does not know counts as never paid, in minutes: its
/// sessions live for thirty (payments reference §3), and a 404 just after a confirm may pass.
const NEVER_PAID_AFTER_MINUTES: i64 = 31;

/// So long before a place runs out its being free is looked at anew, in minutes: longer than one
/// call of a function, so that nobody takes a place between the look and the write.
const PLACE_IN_DOUBT_MINUTES: i64 = 1;

/// How often a change that was lost to a faster one is made again.
const ROUNDS: usize = 4;

/// The till.
#[derive(Debug, Clone)]
pub struct Payments {
    store: Store,
    toss: Arc<toss::Client>,
}

/// What became of a payment.
#[derive(Debug)]
pub enum ConfirmOutcome {
    /// The money is here. Said again for an order that was paid before.
    Paid(Box<Order>),
    /// The provider did not take it. Another attempt may follow.
    Refused(Box<Order>, DeclineReason),
    /// Nobody knows yet. It is asked again.
    Unknown(Box<Order>),
    /// Another payment for this order is still under way.
    Underway(Box<Order>),
    /// An account is open, and a deposit is awaited. Nothing is paid.
    AwaitsTransfer(Box<Order>),
    /// The order was cancelled. If money arrived for it, all of it goes back.
    Cancelled(Box<Order>),
    /// The place ran out and the last one is gone; the provider was not asked.
    NoPlace(Box<Order>),
    /// The amount or the order in the request is not the stored one; the provider was not asked.
    Tampered(Box<Order>),
    /// There is no such order for this visitor.
    NoSuchOrder,
}

/// What a look at a payment found.
#[derive(Debug)]
pub enum LookupOutcome {
    /// How the order stands now.
    Settled(ConfirmOutcome),
    /// The provider did not answer.
    NoAnswer,
    /// The one who says so does not know what the provider would know.
    WrongSecret,
    /// There is no such order.
    NoSuchOrder,
}

/// Why a payment was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DeclineReason {
    /// The card or account company said no; its code.
    Provider(String),
    /// The account for a deposit is closed, and no money came into it; the code
    /// ([`domain::order::bank_transfer`]).
    Closed(&'static str),
    /// The reader took longer than the provider waits.
    TooLate,
    /// Our request was wrong. The reader's card is not to blame.
    Ours,
}

/// The till's own trouble.
#[derive(Debug, Error)]
pub enum PaymentError {
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

impl From<store::WriteError> for PaymentError {
    fn from(error: store::WriteError) -> Self {
        Self::from(Lost::from(error))
    }
}

impl From<Lost> for PaymentError {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Store(error) => Self::Store(error),
            Lost::Race(_) | Lost::Conflict => Self::Busy,
        }
    }
}

impl Init for Payments {
    async fn init(platform: &Platform) -> Result<Self, InitError> {
        let store = Store::open(platform)?;
        let api_url = platform.environment.required("TOSS_API_URL")?.to_owned();
        // Boxed, because the types of what is awaited here nest deeper than the compiler likes.
        let secret: Pin<Box<dyn Future<Output = _> + Send>> =
            Box::pin(platform.secret("TOSS_SECRET_NAME"));
        let secret = secret.await?;
        let settings = toss::Settings { api_url, secret_key: secret.reveal().to_owned().into() };
        let toss = toss::Client::new(&settings).map_err(|why| InitError::Other(why.to_string()))?;
        Ok(Self { store, toss: Arc::new(toss) })
    }
}

impl Payments {
    /// The reader came back from the payment page with a payment key: asks the provider to take the
    /// money.
    pub async fn confirm(
        &self,
        id: OrderId,
        visitor: VisitorId,
        payment_key: &str,
        amount: Won,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let mut asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await;
        if let Err(AskRefused::Otherwise(Some(order))) = &asked
            && only_the_place_ran_out(&order.value, visitor, amount, now)
        {
            match self.hold_again(order, now).await {
                Ok(()) => {
                    asked = self.store.ask_payment(id, visitor, payment_key, amount, now).await;
                }
                Err(HoldError::Full) => {
                    return Ok(ConfirmOutcome::NoPlace(Box::new(order.value.clone())));
                }
                Err(HoldError::Payments(error)) => return Err(error),
            }
        }
        let order = match asked {
            Ok(order) => order,
            Err(AskRefused::Store(error)) => return Err(error.into()),
            Err(AskRefused::Otherwise(order)) => return Ok(otherwise(order, visitor, amount)),
        };
        let answer = self.ask(&order.value, payment_key).await?;
        self.settle(order, answer, now).await
    }

    /// Finds out what became of a payment that was asked for and never answered.
    pub async fn ask_again(
        &self,
        order: Versioned<Order>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let (key, asked_at) = match &order.value.payment {
            Some(Payment { key, asked_at, outcome: PaymentStatus::Asked }) => {
                (key.clone(), *asked_at)
            }
            Some(Payment { outcome: PaymentStatus::Waits { .. }, .. }) => {
                return Box::pin(self.transfer_due(order, now)).await;
            }
            _ => return Ok(said(order.value)),
        };
        match self.toss.payment_of_order(&order.value.at_the_provider()).await {
            // The confirm never arrived: the same key asks for the same thing, once. Not for an
            // order that is not wanted any more.
            Ok(Some(payment))
                if payment.status == Status::InProgress && order.value.state == State::Priced =>
            {
                let answer = self.ask(&order.value, &key).await?;
                self.settle(order, answer, now).await
            }
            Ok(Some(payment)) => self.settle(order, Ok(payment), now).await,
            Ok(None) if now.duration_since(asked_at).as_mins() >= NEVER_PAID_AFTER_MINUTES => {
                self.refuse(order, DeclineReason::TooLate, now).await
            }
            Ok(None) => Ok(ConfirmOutcome::Unknown(Box::new(order.value))),
            Err(failure) => {
                tracing::warn!(order = %order.value.id, error.message = %failure, "payment is still unknown");
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
        }
    }

    /// Somebody says that a payment has changed: looks, and settles an order that is not settled.
    /// Takes no money, so that a hint from anybody can do no more than the truth. `name` is the
    /// order's name at the provider; `deposit_secret` is what a deposit's call has to know.
    pub async fn look(
        &self,
        id: OrderId,
        name: &str,
        deposit_secret: Option<&str>,
        now: Timestamp,
    ) -> Result<LookupOutcome, PaymentError> {
        let Some(order) = self.store.order(id).await? else {
            return Ok(LookupOutcome::NoSuchOrder);
        };
        let open = matches!(order.value.state, State::Priced | State::Cancelled);
        // Under a name that was given up nothing can happen any more.
        if (!open && !order.value.by_bank_transfer()) || name != order.value.at_the_provider() {
            return Ok(LookupOutcome::Settled(said(order.value)));
        }
        let payment = match self.toss.payment_of_order(name).await {
            Ok(Some(payment)) => payment,
            Ok(None) => {
                return Ok(LookupOutcome::Settled(ConfirmOutcome::Unknown(Box::new(order.value))));
            }
            Err(failure) => {
                tracing::warn!(order = %id, error.message = %failure, "payment can not be looked at");
                return Ok(LookupOutcome::NoAnswer);
            }
        };
        if let Some(said) = deposit_secret
            && !payment.secret.as_ref().is_some_and(|secret| secret.is(said))
        {
            return Ok(LookupOutcome::WrongSecret);
        }
        if bank_transfer::is_bank_transfer(&payment) {
            let told = deposit_secret.is_some();
            return Ok(match Box::pin(self.settle_transfer(order, payment, told, now)).await? {
                TransferOutcome::Known(outcome) => LookupOutcome::Settled(outcome),
                TransferOutcome::Unknown(_) => LookupOutcome::NoAnswer,
            });
        }
        let asked =
            matches!(&order.value.payment, Some(Payment { outcome: PaymentStatus::Asked, .. }));
        if asked || payment.status == Status::Done {
            return self.settle(order, Ok(payment), now).await.map(LookupOutcome::Settled);
        }
        Ok(LookupOutcome::Settled(ConfirmOutcome::Unknown(Box::new(order.value))))
    }

    async fn ask(
        &self,
        order: &Order,
        payment_key: &str,
    ) -> Result<Result<toss::Payment, Failure>, PaymentError> {
        let id = order.at_the_provider();
        let key = idempotency_key(&id, payment_key)?;
        // The stored amount, never the one that came with the redirect.
        let answer = self
            .toss
            .confirm(Confirm { payment_key, order_id: &id, amount: order.total.0 }, &key)
            .await;
        Ok(match answer {
            // An answer that got lost, or a session that is over: the order's record at the
            // provider is the truth.
            Err(Failure::Unknown(doubt)) => {
                tracing::warn!(order = %id, error.message = %doubt, "payment is unknown; asking");
                match self.toss.payment_of_order(&id).await {
                    Ok(Some(payment)) => Ok(payment),
                    _ => Err(Failure::Unknown(doubt)),
                }
            }
            Err(Failure::SessionGone(rejection, gone)) => {
                match self.toss.payment_of_order(&id).await {
                    Ok(Some(payment)) if payment.status == Status::Done => Ok(payment),
                    _ => Err(Failure::SessionGone(rejection, gone)),
                }
            }
            other => other,
        })
    }

    async fn settle(
        &self,
        order: Versioned<Order>,
        answer: Result<toss::Payment, Failure>,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match answer {
            // Boxed, because most payments are by card, and every one would carry the room for the
            // rest.
            Ok(payment) if bank_transfer::is_bank_transfer(&payment) => {
                match Box::pin(self.settle_transfer(order, payment, false, now)).await? {
                    TransferOutcome::Known(outcome) | TransferOutcome::Unknown(outcome) => {
                        Ok(outcome)
                    }
                }
            }
            Ok(payment) => {
                match payment.is_paid(&order.value.at_the_provider(), order.value.total.0) {
                    Ok(()) => self.paid(order, &payment, now).await,
                    Err(not_paid) => self.not_paid(order, &payment, &not_paid, now).await,
                }
            }
            Err(Failure::Refused(rejection)) => {
                tracing::info!(order = %order.value.id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "payment refused");
                self.refuse(order, DeclineReason::Provider(rejection.code), now).await
            }
            Err(Failure::SessionGone(_, Gone::Expired)) => {
                self.refuse(order, DeclineReason::TooLate, now).await
            }
            Err(Failure::SessionGone(_, Gone::NotFound) | Failure::Unknown(_)) => {
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
            Err(Failure::OurFault(rejection)) => {
                tracing::error!(order = %order.value.id, toss.code = %rejection.code, toss.trace = ?rejection.trace, "payment request is wrong");
                self.refuse(order, DeclineReason::Ours, now).await
            }
        }
    }

    async fn not_paid(
        &self,
        order: Versioned<Order>,
        payment: &toss::Payment,
        why: &toss::NotPaid,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        match (why, &payment.status) {
            (
                toss::NotPaid::Status(_),
                status @ (Status::Aborted | Status::Expired | Status::Canceled),
            ) => self.refuse(order, DeclineReason::Provider(status.as_str().to_owned()), now).await,
            (toss::NotPaid::Status(_), Status::Ready | Status::InProgress) => {
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
            _ => {
                tracing::error!(order = %order.value.id, error.message = %why, "payment does not fit the order");
                Ok(ConfirmOutcome::Unknown(Box::new(order.value)))
            }
        }
    }

    async fn paid(
        &self,
        order: Versioned<Order>,
        payment: &toss::Payment,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        // Two tabs, the reader and `sweep`, or a payment and a cancel may meet: one of them wins,
        // and all of them say what is true.
        let (id, mut order, mut swept) = (order.value.id, order, false);
        for _ in 0..ROUNDS {
            match self.record_paid(&order, payment, swept, now).await? {
                Recorded::Written(outcome)
                | Recorded::Nothing(outcome)
                | Recorded::Unknown(outcome) => {
                    return Ok(outcome);
                }
                Recorded::Overtaken { by_places } => {
                    swept |= by_places;
                    match self.store.order(id).await? {
                        Some(current) => order = current,
                        None => return Ok(ConfirmOutcome::NoSuchOrder),
                    }
                }
            }
        }
        Err(PaymentError::Busy)
    }

    /// Writes down that the money is there, on the order as it was read. `swept` = its place is not
    /// among those held, or others took places meanwhile: it is looked for.
    async fn record_paid(
        &self,
        order: &Versioned<Order>,
        payment: &toss::Payment,
        swept: bool,
        now: Timestamp,
    ) -> Result<Recorded, PaymentError> {
        let receipt = payment.receipt.as_ref().map(|receipt| receipt.url.reveal().to_owned());
        let mut paid = order.value.clone();
        let asked_at = paid.payment.as_ref().map_or(now, |payment| payment.asked_at);
        let outcome = match bank_transfer::account_of(payment, asked_at) {
            Some(account) => PaymentStatus::Waits { account },
            None => PaymentStatus::Asked,
        };
        paid.payment = Some(Payment { key: payment.payment_key.clone(), asked_at, outcome });
        let place = match paid.state {
            State::Priced if swept || in_doubt(&paid, now) => self.place_again(&paid, now).await?,
            _ => Place::Held,
        };
        let step = match (paid.state, &place) {
            (State::Priced, Place::Gone) => paid.paid_without_place(receipt, now),
            (State::Priced, _) => paid.paid(receipt, now),
            (State::Cancelled, _) => paid.paid_too_late(receipt, now),
            _ => return Ok(Recorded::Nothing(said(order.value.clone()))),
        };
        let Ok(step) = step else { return Ok(Recorded::Nothing(said(order.value.clone()))) };
        let change =
            Change { seen: order.version, step: &step, handled: None, copy: None, paid: true };
        let committed = match place {
            Place::Again(room) => self.store.commit_with_a_place(change, &room).await,
            Place::Held | Place::Gone => self.store.commit(change).await.map_err(Lost::from),
        };
        if committed.is_ok() {
            let state = step.order.state.name();
            tracing::info!(order = %step.order.id, amount_won = step.order.total.0, state, "order paid");
        }
        recorded(committed, || said(step.order))
    }

    async fn refuse(
        &self,
        order: Versioned<Order>,
        why: DeclineReason,
        now: Timestamp,
    ) -> Result<ConfirmOutcome, PaymentError> {
        let code = match &why {
            DeclineReason::Provider(code) => code.clone(),
            DeclineReason::Closed(code) => (*code).to_owned(),
            DeclineReason::TooLate => "EXPIRED".to_owned(),
            DeclineReason::Ours => "OURS".to_owned(),
        };
        let asked = order.value.payment.as_ref().map(|payment| payment.key.clone());
        let mut order = order;
        for _ in 0..ROUNDS {
            // Somebody may have settled it meanwhile; what they found out counts.
            let still = matches!(
                &order.value.payment,
                Some(Payment { key, outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. }) if Some(key) == asked.as_ref()
            );
            match order.value.state {
                State::Priced | State::Cancelled if still => {}
                State::Priced => return Ok(ConfirmOutcome::Refused(Box::new(order.value), why)),
                _ => return Ok(said(order.value)),
            }
            let refused = order.with(order.value.clone().payment_refused(code.clone(), now));
            match self.store.save_order(&refused, None).await {
                Ok(()) if refused.value.state == State::Cancelled => {
                    return Ok(ConfirmOutcome::Cancelled(Box::new(refused.value)));
                }
                Ok(()) => return Ok(ConfirmOutcome::Refused(Box::new(refused.value), why)),
                Err(Lost::Race(_) | Lost::Conflict) => {
                    match self.store.order(order.value.id).await? {
                        Some(current) => order = current,
                        None => return Ok(ConfirmOutcome::NoSuchOrder),
                    }
                }
                Err(lost) => return Err(lost.into()),
            }
        }
        Err(PaymentError::Busy)
    }

    /// Whether a place can be had for an order whose own ran out, or is about to.
    async fn place_again(&self, order: &Order, now: Timestamp) -> Result<Place, PaymentError> {
        let stock = self.store.stock(order.price.range).await?;
        Ok(match stock.value.take(order.id, now) {
            Ok(taken) => Place::Again(taken.room),
            Err(Full) => Place::Gone,
        })
    }

    async fn hold_again(&self, order: &Versioned<Order>, now: Timestamp) -> Result<(), HoldError> {
        let stock = self.store.stock(order.value.price.range).await.map_err(PaymentError::from)?;
        let place = stock.value.take(order.value.id, now).map_err(|Full| HoldError::Full)?;
        let held = Order { held_until: place.until, ..order.value.clone() };
        match self.store.hold_again(&order.with(held), &place).await {
            Ok(()) => Ok(()),
            Err(lost) => Err(HoldError::Payments(lost.into())),
        }
    }
}

/// What became of writing something down on an order as it was read.
enum Recorded {
    /// It is written.
    Written(ConfirmOutcome),
    /// There was nothing to write.
    Nothing(ConfirmOutcome),
    /// The provider does not say, or an account is not closed that should be.
    Unknown(ConfirmOutcome),
    /// Somebody else was faster: with the order, or (`by_places`) with the places.
    Overtaken { by_places: bool },
}

/// What became of a write that holds only on what was read.
fn recorded(
    committed: Result<(), Lost>,
    written: impl FnOnce() -> ConfirmOutcome,
) -> Result<Recorded, PaymentError> {
    match committed {
        Ok(()) => Ok(Recorded::Written(written())),
        Err(Lost::Race(Guard::Stock)) => Ok(Recorded::Overtaken { by_places: true }),
        Err(Lost::Race(_) | Lost::Conflict) => Ok(Recorded::Overtaken { by_places: false }),
        Err(lost @ Lost::Store(_)) => Err(lost.into()),
    }
}

/// Where the place stands of an order whose money has arrived.
enum Place {
    /// It is held still.
    Held,
    /// It ran out, and one was free when the places had this version.
    Again(domain::order::stock::Room),
    /// It ran out, and others have taken all there are.
    Gone,
}

/// Whether the place of an order may have run out before what is found out now is written.
fn in_doubt(order: &Order, now: Timestamp) -> bool {
    order.held_until <= calendar::minutes_after(now, PLACE_IN_DOUBT_MINUTES)
}

enum HoldError {
    Full,
    Payments(PaymentError),
}

impl From<PaymentError> for HoldError {
    fn from(error: PaymentError) -> Self {
        Self::Payments(error)
    }
}

/// Whether the order could be paid if only its place were held still.
fn only_the_place_ran_out(order: &Order, visitor: VisitorId, amount: Won, now: Timestamp) -> bool {
    order.visitor == visitor
        && order.state == State::Priced
        && order.total == amount
        && order.held_until <= now
        && !matches!(
            &order.payment,
            Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
        )
}

/// What to say of an order that does not stand as a confirm supposes.
fn otherwise(
    order: Option<Box<Versioned<Order>>>,
    visitor: VisitorId,
    amount: Won,
) -> ConfirmOutcome {
    let Some(order) = order.map(|order| order.value).filter(|order| order.visitor == visitor)
    else {
        return ConfirmOutcome::NoSuchOrder;
    };
    match order.state {
        State::Draft | State::Priced if order.total != amount => {
            ConfirmOutcome::Tampered(Box::new(order))
        }
        State::Draft | State::Priced if order.awaits_transfer().is_some() => {
            ConfirmOutcome::AwaitsTransfer(Box::new(order))
        }
        State::Draft | State::Priced => ConfirmOutcome::Underway(Box::new(order)),
        _ => said(order),
    }
}

/// What there is to say of an order that nobody is asking the provider about.
fn said(order: Order) -> ConfirmOutcome {
    let order = Box::new(order);
    match order.state {
        State::Priced if order.awaits_transfer().is_some() => ConfirmOutcome::AwaitsTransfer(order),
        State::Draft | State::Priced => {
            ConfirmOutcome::Refused(order, DeclineReason::Provider("NOT_ASKED".into()))
        }
        State::Cancelled | State::RefundDue | State::Refunded => ConfirmOutcome::Cancelled(order),
        _ => ConfirmOutcome::Paid(order),
    }
}

/// The key under which the provider takes this order's money once. The order's name is in it,
/// because the provider's own scope leaves the body out: a key used for another order, or under a
/// name that was given up since, would replay that answer.
fn idempotency_key(name: &str, payment_key: &str) -> Result<IdempotencyKey, PaymentError> {
    IdempotencyKey::new(format!("confirm:{name}:{payment_key}")).map_err(|_| PaymentError::Key)
}
