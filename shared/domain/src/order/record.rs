//! The order: the agreed price, the payment, the chosen book and the parcel in one record. Each
//! change makes a new [`Order`] and, as a [`Step`], the messages that have to be committed with it.
//!
//! The transitions are in `transitions`; each of them that changes the state goes through
//! [`State::may_become`]. The stored form is in `stored`.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{
        calendar,
        id::{MessageId, OrderId, VisitorId},
        money::Won,
        price::{Price, PriceRange},
        sensitive::Sensitive,
        text::Language,
    },
    catalog::selection::Choice,
    order::{
        Address, Anew, LastCode, OwnerNote, Payment, PaymentStatus, SentTo, Shipment, ShortNumber,
        State,
        bank_transfer::RefundTo,
        desk::DeskEntry,
        found_by::FoundBy,
        message::{Message, Task},
        parcel::Parcel,
        refund::Refund,
        stored::StoredOrder,
        unpaid::Holder,
        withdrawal::Withdrawal,
    },
};

/// What an order in [`State::Choosing`] needs before a book can be chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BlockedOn {
    /// The stock has no book of the range that this reader has not had.
    #[serde(rename = "book")]
    Stock,
    /// The owner has to pick one of the proposals.
    #[serde(rename = "pick")]
    OwnerPick,
}

/// What the owner has to do with the parcel of an order that was cancelled after it was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unpack {
    /// The parcel is still packed.
    Wanted,
    /// The owner unpacked it.
    Done {
        /// When.
        at: Timestamp,
        /// What became of the copy.
        copy: CopyCondition,
    },
}

/// The condition of a copy that comes back to the shop: `good`, `damaged` or `lost`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, strum::EnumString)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum CopyCondition {
    /// As new: it goes back to the shelf.
    Good,
    /// It cannot be sold.
    Damaged,
    /// It is not there.
    Lost,
}

/// The order was not cancelled after it was packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is nothing to unpack")]
pub struct NothingToUnpack;

/// An order, as the table holds it.
///
/// ```
/// use domain::{
///     base::{calendar, id::{OrderId, VisitorId}, money::Won, price::PriceRange, text::Language},
///     order::{Address, Order, Payment, State},
/// };
///
/// let now = "2026-11-23T12:00:00+09:00".parse().unwrap();
/// let address: Address = serde_json::from_str(
///     r#"{"recipient":"윤동주","phone":"0212345678","postcode":"03134","street":"창의문로 119"}"#,
/// )
/// .unwrap();
/// let mut order = Order::new(
///     OrderId::new(1, 1),
///     VisitorId::new(1, 1),
///     Language::Ko,
///     PriceRange::Middle,
///     address,
///     calendar::promised_date(now),
///     now,
/// );
/// assert_eq!((order.state, order.total), (State::Priced, Won(22_000)));
///
/// order.payment = Some(Payment::asked("tviva2026".parse().unwrap(), now));
/// let step = order.paid(None, now).unwrap();
/// assert_eq!((step.order.state, step.order.paid_at()), (State::Paid, Some(now)));
/// assert_eq!(step.messages.len(), 2); // choose a book, notify the reader
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "StoredOrder", into = "StoredOrder")]
pub struct Order {
    /// The order's id.
    pub id: OrderId,
    /// The reader who ordered.
    pub visitor: VisitorId,
    /// The reader's language when they ordered; letters and notices are written in it.
    pub language: Language,
    /// The state.
    pub state: State,
    /// The agreed price.
    pub price: Price,
    /// [`Price::total`], stored so that a condition on the record can name it.
    pub total: Won,
    /// What of it is free of VAT, as the provider knows it ([`Order::taxed`]).
    pub tax_free: Won,
    /// The address of the parcel.
    pub address: Address,
    /// The digest of the address, under which the works sent there are noted. Orders that were
    /// placed before there was one have none.
    pub sent_to: Option<SentTo>,
    /// When the reader corrected the address after the order was prepared for packing: what was
    /// printed before shows the old one.
    pub readdressed_at: Option<Timestamp>,
    /// When slip and label were last printed; `None` once the book is chosen anew.
    pub printed_at: Option<Timestamp>,
    /// The day by which the parcel is posted, agreed before payment.
    pub promised: Date,
    /// When the order was placed.
    pub at: Timestamp,
    /// Until when a copy is reserved, while the order is [`State::Priced`].
    pub held_until: Timestamp,
    /// The address and the telephone for which its place counts while it is not paid, as digests.
    pub counted_for: Vec<Holder>,
    /// By what the owner finds it, as digests.
    pub found_by: Vec<FoundBy>,
    /// The latest attempt to pay.
    pub payment: Option<Payment>,
    /// How many virtual accounts were closed without a transfer; see [`Order::at_the_provider`].
    pub accounts_closed: u32,
    /// The reader's account for refunds of a bank transfer; erased when nothing is left to refund.
    pub refund_to: Option<RefundTo>,
    /// What the choice of a book waits for; stored as `want`.
    pub blocked_on: Option<BlockedOn>,
    /// The order's entry on the owner's desk, while the owner is to pick.
    pub desk: Option<DeskEntry>,
    /// The book that was chosen.
    pub choice: Option<Choice>,
    /// The short number, once the order is prepared for packing.
    pub number: Option<ShortNumber>,
    /// The code of the last room, printed on the slip; since the order was prepared for packing.
    pub last_code: Option<LastCode>,
    /// What is to be done with the parcel, if the order was cancelled after it was packed.
    pub unpack: Option<Unpack>,
    /// The attempt, if the choice was made anew.
    pub anew: Option<Anew>,
    /// The reason for which the owner cancelled the order; its reader reads it.
    pub called_off: Option<Sensitive<String>>,
    /// The parcel, once handed over.
    pub shipment: Option<Shipment>,
    /// Refunds, in the order in which they were promised.
    pub refunds: Vec<Refund>,
    /// What the owner wrote down for themselves, oldest first.
    pub notes: Vec<OwnerNote>,
    /// When the order was last changed.
    pub changed_at: Timestamp,
    /// The sequence number of the latest message; counts from 1.
    pub messages: u32,
}

/// Why a transition is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum TransitionError {
    /// The state has no such transition, or the order lacks what it needs: a payment that was asked
    /// for, a parcel.
    #[error("an order that is {} cannot become {}", from.name(), to.name())]
    NoSuchTransition {
        /// The order's state.
        from: State,
        /// The state it was to go to.
        to: State,
    },
    /// The order was already handed over, with another parcel.
    #[error("the order already has another parcel")]
    OtherParcel,
}

/// A change of an order: the order after it, and the messages that follow from it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The order after the change.
    pub order: Order,
    /// The messages to commit in the same write.
    pub messages: Vec<Message>,
}

/// Who or what an order waits for. Decides whether and where it is listed in the index `due`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The payment provider's answer or a bank transfer; `sweep` asks again from this instant.
    Payment(Timestamp),
    /// The owner, by this day: the order is listed on the owner's desk.
    Owner(Date),
    /// A refund, which has to be done by this day.
    Refund(Date),
    /// A book that its reader, who withdrew at this instant, sends back.
    Return(Timestamp),
}

impl Order {
    /// Minutes for which a copy is reserved until payment.
    pub const HELD_MINUTES: i64 = 15;

    /// A new order in [`State::Priced`], with a copy reserved for [`Order::HELD_MINUTES`].
    pub fn new(
        id: OrderId,
        visitor: VisitorId,
        language: Language,
        range: PriceRange,
        address: Address,
        promised: Date,
        now: Timestamp,
    ) -> Self {
        let price = Price::within(range);
        Self {
            id,
            visitor,
            language,
            state: State::Priced,
            price,
            total: price.total(),
            tax_free: price.book,
            address,
            sent_to: None,
            found_by: Vec::new(),
            readdressed_at: None,
            printed_at: None,
            promised,
            at: now,
            held_until: calendar::minutes_after(now, Self::HELD_MINUTES),
            counted_for: Vec::new(),
            payment: None,
            accounts_closed: 0,
            refund_to: None,
            blocked_on: None,
            desk: None,
            choice: None,
            number: None,
            last_code: None,
            unpack: None,
            anew: None,
            called_off: None,
            shipment: None,
            refunds: Vec::new(),
            notes: Vec::new(),
            changed_at: now,
            messages: 0,
        }
    }

    /// The parcel, once handed over.
    pub fn parcel(&self) -> Option<&Parcel> {
        self.shipment.as_ref().map(Shipment::parcel)
    }

    /// The day of receipt in Korea, once it is noted.
    pub const fn arrived(&self) -> Option<Date> {
        match &self.shipment {
            Some(Shipment::Arrived { on, .. }) => Some(*on),
            _ => None,
        }
    }

    /// The withdrawal, if the reader withdrew after receiving the book.
    pub const fn withdrawal(&self) -> Option<&Withdrawal> {
        match &self.shipment {
            Some(Shipment::Arrived { withdrawal, .. }) => withdrawal.as_ref(),
            _ => None,
        }
    }

    /// Who or what the order waits for; `None` if nobody has to act.
    pub fn waiting(&self) -> Option<Waiting> {
        match self.state {
            State::Priced | State::Cancelled => self.question_due().map(Waiting::Payment),
            _ if self.reversal_is_open() => Some(Waiting::Owner(self.promised)),
            _ if self.unpack == Some(Unpack::Wanted) => Some(Waiting::Owner(self.promised)),
            _ if self.has_parked_refund() => Some(Waiting::Owner(
                self.refunds.iter().map(|refund| refund.by).min().unwrap_or(self.promised),
            )),
            State::Choosing if self.blocked_on.is_some() => Some(Waiting::Owner(self.promised)),
            State::Chosen if self.number.is_some() => Some(Waiting::Owner(self.promised)),
            State::Packed if self.shipment.is_none() => Some(Waiting::Owner(self.promised)),
            State::Delivered if self.withdrawal().is_some() => {
                self.withdrawal().map(|withdrawal| Waiting::Return(withdrawal.asked_at))
            }
            _ => self.refund_by().map(Waiting::Refund),
        }
    }

    /// Whether the reader may cancel: until the parcel is handed over. A packed order whose bank
    /// transfer was reversed is for the owner to settle.
    pub const fn may_be_cancelled(&self) -> bool {
        self.state.may_be_cancelled() && self.shipment.is_none() && !self.transfer_is_reversed()
    }

    /// How far the list price of the chosen book lies below the upper end of the range; `None` if it
    /// does not. [`Order::difference_owed`] is promised when the parcel is handed over, because
    /// until then the choice can change.
    pub fn price_difference(&self) -> Option<Won> {
        let list_price = self.choice.as_ref()?.list_price;
        Some(self.price.price_difference(list_price)).filter(|amount| *amount > Won::ZERO)
    }

    /// Checks that the state may become `next`.
    pub(super) const fn check(&self, next: State) -> Result<(), TransitionError> {
        if self.state.may_become(next) {
            Ok(())
        } else {
            Err(TransitionError::NoSuchTransition { from: self.state, to: next })
        }
    }

    /// Changes the state. No other function does.
    pub(super) fn transition(
        mut self,
        next: State,
        now: Timestamp,
    ) -> Result<Self, TransitionError> {
        self.check(next)?;
        self.state = next;
        self.changed_at = now;
        Ok(self)
    }

    /// Whether no money ever came for the order and none is on its way. It ends by itself then.
    pub fn led_to_nothing(&self) -> bool {
        let open = matches!(
            &self.payment,
            Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
        );
        let state = matches!(self.state, State::Priced | State::Cancelled);
        state && !open && self.paid_at().is_none() && self.refunds.is_empty()
    }

    /// Numbers one message for each task.
    pub(super) fn with_tasks(mut self, tasks: &[Task], now: Timestamp) -> Step {
        let messages = tasks
            .iter()
            .map(|task| {
                self.messages += 1;
                Message {
                    id: MessageId { order: self.id, sequence: self.messages },
                    task: task.clone(),
                    at: now,
                }
            })
            .collect();
        Step { order: self, messages }
    }
}

impl Step {
    /// The order without messages.
    pub(super) const fn quiet(order: Order) -> Self {
        Self { order, messages: Vec::new() }
    }
}

#[cfg(test)]
pub(crate) mod tests;
