//! An order, from the agreed price to the posted parcel. One function, [`State::may_become`], says
//! which transitions exist; every step of an order goes through it and names the messages that
//! follow.

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
        bank_transfer::{RefundTo, VirtualAccount},
        desk::Desk,
        message::{Message, Notice, Task},
        parcel::Parcel,
        refund::{Refund, RefundReason},
        withdrawal::Withdrawal,
    },
};

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Begun and not yet priced.
    Draft,
    /// Address, range and date are agreed; a place on the shelf is held.
    Priced,
    /// The money arrived.
    Paid,
    /// On the owner's desk.
    Choosing,
    /// A copy is taken.
    Chosen,
    /// Slip and letter are ready; waits to be handed over.
    Packed,
    /// Handed to the carrier.
    Shipped,
    /// Arrived.
    Delivered,
    /// Given up before payment, or by a deposit that was taken back.
    Cancelled,
    /// The money is to go back.
    RefundDue,
    /// The money went back.
    Refunded,
    /// The book came back.
    Returned,
}

impl State {
    /// Every state.
    pub const ALL: [Self; 12] = [
        Self::Draft,
        Self::Priced,
        Self::Paid,
        Self::Choosing,
        Self::Chosen,
        Self::Packed,
        Self::Shipped,
        Self::Delivered,
        Self::Cancelled,
        Self::RefundDue,
        Self::Refunded,
        Self::Returned,
    ];

    /// Which transitions exist.
    pub const fn may_become(self, next: Self) -> bool {
        use State::{
            Cancelled, Choosing, Chosen, Delivered, Draft, Packed, Paid, Priced, RefundDue,
            Refunded, Returned, Shipped,
        };
        matches!(
            (self, next),
            (Draft, Priced | Cancelled)
                // The bank may take a deposit back: what was paid is given up then.
                | (Priced, Paid | Cancelled)
                | (Paid, Choosing | RefundDue | Cancelled)
                | (Choosing, Chosen | RefundDue | Cancelled)
                | (Chosen, Packed | RefundDue | Cancelled)
                | (Packed, Shipped)
                | (Shipped, Delivered | Returned)
                | (Delivered, Returned)
                // Money for a cancelled order may arrive after all, and goes back.
                | (Returned | Cancelled, RefundDue)
                | (RefundDue, Refunded)
        )
    }

    /// The name in marks, keys and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Priced => "priced",
            Self::Paid => "paid",
            Self::Choosing => "choosing",
            Self::Chosen => "chosen",
            Self::Packed => "packed",
            Self::Shipped => "shipped",
            Self::Delivered => "delivered",
            Self::Cancelled => "cancelled",
            Self::RefundDue => "refund_due",
            Self::Refunded => "refunded",
            Self::Returned => "returned",
        }
    }
}

/// Where the parcel goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who receives it.
    pub recipient: Sensitive<String>,
    /// A telephone number for the carrier: 9 to 11 digits.
    pub phone: Sensitive<String>,
    /// The five-digit 우편번호.
    pub postcode: Sensitive<String>,
    /// Street and number.
    pub street: Sensitive<String>,
    /// Floor, flat and the like; may be empty.
    #[serde(default)]
    pub detail: Sensitive<String>,
}

/// What became of asking the payment provider to take the money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum PaymentStatus {
    /// Asked; no answer is recorded. The money may or may not have been taken: this is found out by
    /// asking again.
    Asked,
    /// An account was opened, and the money is to be paid into it. Nothing is paid.
    Waits {
        /// The account.
        account: VirtualAccount,
    },
    /// Taken.
    Done {
        /// The provider's receipt page.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        receipt: Option<String>,
        /// Whether it was paid into an account.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        deposit: bool,
    },
    /// It was paid into an account, and the bank took it back after the order was packed.
    Reversed {
        /// When the shop learned of it.
        at: Timestamp,
        /// How the owner and the reader settled it, in the owner's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        settled: Option<String>,
    },
    /// Not taken.
    Refused {
        /// The provider's code.
        code: String,
    },
}

/// One attempt to take the money. The provider's payment key names the attempt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Payment {
    /// The provider's key of the payment.
    pub key: String,
    /// When the shop asked for it.
    pub asked_at: Timestamp,
    /// What came of it.
    #[serde(flatten)]
    pub outcome: PaymentStatus,
}

/// Why an order in [`State::Choosing`] has no book yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Want {
    /// No book in the range is left that this reader has not had.
    Book,
    /// The owner is to pick from the proposals.
    Pick,
}

/// An order. The record is what the table holds; every change makes a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// Its name.
    pub id: OrderId,
    /// Whose it is.
    pub visitor: VisitorId,
    /// The reader's language when they ordered; the house writes in it.
    pub language: Language,
    /// Where it stands.
    pub state: State,
    /// What was agreed.
    pub price: Price,
    /// [`Price::total`], written out so that a condition on the record can name it.
    pub total: Won,
    /// Where the parcel goes.
    pub address: Address,
    /// The day by which it is posted, agreed before payment.
    pub promised: Date,
    /// When it was priced.
    pub at: Timestamp,
    /// Until when a place on the shelf is held for it, while it is [`State::Priced`].
    pub held_until: Timestamp,
    /// The latest attempt to pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment: Option<Payment>,
    /// How many accounts were opened for it and closed without a deposit.
    #[serde(default, skip_serializing_if = "is_none_closed")]
    pub accounts_closed: u32,
    /// Where a deposit goes back to, until it is back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refund_to: Option<RefundTo>,
    /// When the money arrived.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paid_at: Option<Timestamp>,
    /// What it waits for, while choosing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want: Option<Want>,
    /// What lies on the owner's desk with it, while the owner is to pick.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<Desk>,
    /// The book that was chosen and why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// The parcel, once handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parcel: Option<Parcel>,
    /// The day on which the book came, as the owner or the reader noted it: the days of a
    /// withdrawal count from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arrived: Option<Date>,
    /// Money that goes back, or went back, in the order it was promised.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refunds: Vec<Refund>,
    /// That the reader withdrew after the book had come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub withdrawal: Option<Withdrawal>,
    /// When the state was last changed.
    pub changed_at: Timestamp,
    /// How many messages it has sent.
    pub messages: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_none_closed(closed: &u32) -> bool {
    *closed == 0
}

/// A step that an order can not take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Refused {
    /// There is no way from the one state to the other.
    #[error("an order that is {} can not become {}", from.name(), to.name())]
    NoSuchTransition {
        /// Where the order stands.
        from: State,
        /// Where it was to go.
        to: State,
    },
    /// The order was already handed over, with another parcel.
    #[error("the order already has another parcel")]
    OtherParcel,
}

/// A step taken: the order as it is afterwards, and what it asks of the next steps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The order after the step.
    pub order: Order,
    /// The messages that follow, to be committed with it.
    pub messages: Vec<Message>,
}

/// What an order waits for somebody to do or to notice.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// The provider was asked to take the money and no answer is recorded, or a deposit is due:
    /// `sweep` asks again from this instant.
    Payment(Timestamp),
    /// Somebody has to act, by this day: the order lies on the owner's desk.
    Owner(Date),
    /// Money is on its way back, and has to be there by this day.
    Refund(Date),
    /// The book is on its way back: its reader withdrew at this instant.
    Return(Timestamp),
}

impl Order {
    /// For how long a place on the shelf is held, in minutes.
    pub const HELD_MINUTES: i64 = 15;
    /// After how many minutes an unanswered payment is asked about.
    pub const ASK_AGAIN_MINUTES: i64 = 2;

    /// A new order, priced, with a place held from now on.
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
            address,
            promised,
            at: now,
            held_until: calendar::minutes_after(now, Self::HELD_MINUTES),
            payment: None,
            accounts_closed: 0,
            refund_to: None,
            paid_at: None,
            want: None,
            desk: None,
            choice: None,
            parcel: None,
            arrived: None,
            refunds: Vec::new(),
            withdrawal: None,
            changed_at: now,
            messages: 0,
        }
    }

    /// The money arrived: the reader is told, and a book is to be chosen.
    pub fn paid(self, receipt: Option<String>, now: Timestamp) -> Result<Step, Refused> {
        let order = self.become_state(State::Paid, now)?.with_money(receipt, now);
        Ok(order.asking(&[Task::Choose, Task::Notify { notice: Notice::Paid }], now))
    }

    /// The provider did not take the money; another attempt may follow.
    #[must_use]
    pub fn payment_refused(mut self, code: String, now: Timestamp) -> Self {
        if let Some(payment) = &mut self.payment {
            payment.outcome = PaymentStatus::Refused { code };
            self.changed_at = now;
        }
        self
    }

    /// The order comes to the owner's desk; `want` says what is missing, if anything.
    pub fn choosing(self, want: Option<Want>, now: Timestamp) -> Result<Self, Refused> {
        let mut order = if self.state == State::Choosing {
            self
        } else {
            self.become_state(State::Choosing, now)?
        };
        order.want = want;
        Ok(order)
    }

    /// A copy was taken for it: the reader is told, it is to be packed, and what was paid above its
    /// 정가 goes back.
    pub fn chosen(self, choice: Choice, now: Timestamp) -> Result<Step, Refused> {
        let mut order = self.become_state(State::Chosen, now)?;
        order.want = None;
        order.choice = Some(choice);
        let difference = order.price_difference().unwrap_or_default();
        let step = order.asking(&[Task::Pack, Task::Notify { notice: Notice::Chosen }], now);
        Ok(step.promising(difference, RefundReason::Difference, None, now))
    }

    /// Slip and letter are ready.
    pub fn packed(self, now: Timestamp) -> Result<Step, Refused> {
        let order = self.become_state(State::Packed, now)?;
        Ok(order.asking(&[Task::Notify { notice: Notice::Packed }], now))
    }

    /// The owner handed the parcel over. The state changes when `ship` takes the message; the same
    /// parcel said twice is said once.
    pub fn handed_over(mut self, parcel: Parcel, now: Timestamp) -> Result<Step, Refused> {
        match &self.parcel {
            Some(known) if *known == parcel => {
                return Ok(Step { order: self, messages: Vec::new() });
            }
            Some(_) => return Err(Refused::OtherParcel),
            None => {}
        }
        if self.state != State::Packed {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Shipped });
        }
        self.parcel = Some(parcel);
        Ok(self.asking(&[Task::Ship], now))
    }

    /// The number that was written down was another parcel's: this one takes its place, and the
    /// reader is told. Said twice, it is done once.
    pub fn renumbered(mut self, parcel: Parcel, now: Timestamp) -> Result<Step, Refused> {
        if self.parcel.as_ref() == Some(&parcel) {
            return Ok(Step { order: self, messages: Vec::new() });
        }
        if self.state != State::Shipped {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Shipped });
        }
        self.parcel = Some(parcel);
        Ok(self.asking(&[Task::Notify { notice: Notice::Renumbered }], now))
    }

    /// The parcel is on its way: the reader is told.
    pub fn shipped(self, now: Timestamp) -> Result<Step, Refused> {
        let order = self.become_state(State::Shipped, now)?;
        Ok(order.asking(&[Task::Notify { notice: Notice::Shipped }], now))
    }

    /// The book has come to its reader today. An arrival that is noted already stays as it is: the
    /// days are counted from the first word.
    pub fn arrives(self, now: Timestamp) -> Result<Self, Refused> {
        if self.arrived.is_some() {
            return Ok(self);
        }
        let mut order = self.become_state(State::Delivered, now)?;
        order.arrived = Some(calendar::today(now));
        Ok(order)
    }

    /// What the order waits for, if it waits for somebody.
    pub fn waiting(&self) -> Option<Waiting> {
        match self.state {
            // A cancelled order too: money that was asked for may still arrive, and then goes back.
            State::Priced | State::Cancelled => match &self.payment {
                Some(Payment { outcome: PaymentStatus::Asked, asked_at, .. }) => Some(
                    Waiting::Payment(calendar::minutes_after(*asked_at, Self::ASK_AGAIN_MINUTES)),
                ),
                Some(Payment { outcome: PaymentStatus::Waits { account }, .. }) => {
                    // The account of an order that was cancelled is closed as soon as may be.
                    let cancelled = self.state == State::Cancelled;
                    Some(Waiting::Payment(if cancelled { self.changed_at } else { account.due }))
                }
                _ => None,
            },
            _ if self.reversal_is_open() => Some(Waiting::Owner(self.promised)),
            _ if self.has_parked_refund() => Some(Waiting::Owner(
                self.refunds.iter().map(|refund| refund.by).min().unwrap_or(self.promised),
            )),
            State::Choosing if self.want.is_some() => Some(Waiting::Owner(self.promised)),
            State::Packed if self.parcel.is_none() => Some(Waiting::Owner(self.promised)),
            State::Delivered if self.withdrawal.is_some() => {
                self.withdrawal.as_ref().map(|withdrawal| Waiting::Return(withdrawal.asked_at))
            }
            _ => self.refund_by().map(Waiting::Refund),
        }
    }

    /// What goes back to the reader because the book sent costs less than the range's upper end.
    pub fn price_difference(&self) -> Option<Won> {
        let list_price = self.choice.as_ref()?.list_price;
        Some(self.price.price_difference(list_price)).filter(|amount| *amount > Won::ZERO)
    }

    pub(crate) fn become_state(mut self, next: State, now: Timestamp) -> Result<Self, Refused> {
        if !self.state.may_become(next) {
            return Err(Refused::NoSuchTransition { from: self.state, to: next });
        }
        self.state = next;
        self.changed_at = now;
        Ok(self)
    }

    pub(crate) fn asking(mut self, tasks: &[Task], now: Timestamp) -> Step {
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

#[cfg(test)]
pub(crate) mod tests {
    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;
    use crate::{catalog::isbn::Isbn, order::parcel::Carrier};

    pub(crate) fn noon() -> Timestamp {
        "2026-11-23T12:00:00+09:00".parse().unwrap()
    }

    pub(crate) fn order() -> Order {
        let address = Address {
            recipient: Sensitive::new("윤동주".into()),
            phone: Sensitive::new("0212345678".into()),
            postcode: Sensitive::new("03134".into()),
            street: Sensitive::new("서울시 종로구 창의문로 119".into()),
            detail: Sensitive::default(),
        };
        let (id, visitor) = (OrderId::new(1, 1), VisitorId::new(1, 1));
        let promised = calendar::promised_date(noon());
        Order::new(id, visitor, Language::Ko, PriceRange::Middle, address, promised, noon())
    }

    pub(crate) fn choice() -> Choice {
        let isbn: Isbn = "9788937460005".parse().unwrap();
        Choice {
            work: isbn.as_str().to_owned().try_into().unwrap(),
            isbn,
            copy: 1,
            list_price: Won(15_000),
            reason: "주인장이 가장 아끼는 책입니다.".into(),
            proposals: Vec::new(),
            because: None,
        }
    }

    #[test]
    fn an_order_goes_from_the_money_to_the_parcel() {
        let paid = order().paid(None, noon()).unwrap();
        assert_eq!(paid.messages.iter().map(|m| m.id.sequence).collect::<Vec<_>>(), [1, 2]);
        let choosing = paid.order.choosing(None, noon()).unwrap();
        let chosen = choosing.chosen(choice(), noon()).unwrap();
        assert_eq!(chosen.order.price_difference(), Some(Won(2_000)));
        let packed = chosen.order.packed(noon()).unwrap();
        assert_eq!(packed.order.waiting(), Some(Waiting::Owner(packed.order.promised)));
        let parcel = Parcel::new(Carrier::Cj, "1234567890", None).unwrap();
        let handed_over = packed.order.handed_over(parcel.clone(), noon()).unwrap();
        let again = handed_over.order.clone().handed_over(parcel, noon()).unwrap();
        assert!(again.messages.is_empty(), "said twice, done once");
        let other = Parcel::new(Carrier::Cj, "0987654321", None).unwrap();
        assert_eq!(
            again.order.clone().handed_over(other.clone(), noon()),
            Err(Refused::OtherParcel)
        );
        assert!(
            again.order.renumbered(other.clone(), noon()).is_err(),
            "nobody was told a number yet"
        );
        let shipped = handed_over.order.shipped(noon()).unwrap();
        assert_eq!((shipped.order.state, shipped.order.messages), (State::Shipped, 8));
        let renumbered = shipped.order.renumbered(other.clone(), noon()).unwrap();
        assert_eq!(
            (renumbered.messages.len(), renumbered.order.parcel.as_ref()),
            (1, Some(&other))
        );
        assert!(
            renumbered.order.renumbered(other, noon()).unwrap().messages.is_empty(),
            "said twice, done once"
        );
    }

    #[test]
    fn an_order_is_paid_once() {
        let paid = order().paid(None, noon()).unwrap().order;
        assert_eq!(
            paid.paid(None, noon()),
            Err(Refused::NoSuchTransition { from: State::Paid, to: State::Paid })
        );
    }

    #[test]
    fn debug_output_of_an_order_names_nobody() {
        let debug = format!("{:?}", order());
        for personal in ["윤동주", "0212345678", "창의문로", "03134"] {
            assert!(!debug.contains(personal), "{personal} in {debug}");
        }
    }

    proptest! {
        #[test]
        fn an_order_that_was_packed_is_never_cancelled_and_a_refund_ends_it(
            steps in vec(select(State::ALL.to_vec()), 0..40),
        ) {
            let mut state = State::Draft;
            let mut been = vec![state];
            for next in steps {
                if state.may_become(next) {
                    state = next;
                    been.push(state);
                }
            }
            if been.contains(&State::Packed) {
                prop_assert!(!been.contains(&State::Cancelled));
            }
            if been.contains(&State::Refunded) {
                prop_assert_eq!(state, State::Refunded);
            }
            // Nothing is done twice: the graph has no way back.
            let mut seen = been.clone();
            seen.sort_by_key(|s| *s as u8);
            seen.dedup();
            prop_assert_eq!(seen.len(), been.len());
        }
    }
}
