//! Withdrawing after the book has come: 전자상거래법 제17조. Within seven days of receiving it a reader may
//! send it back without a reason, opened or not; a book that is damaged or not as agreed, within
//! three months. Who pays the way back depends on that alone (제18조 제9항, 제10항), and the money goes
//! back within three working days of the book's return (제18조 제2항).

use jiff::{Timestamp, ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{
    base::{calendar, money::Won, price::Price},
    order::{Order, Refused, State, Step, refund::RefundReason},
};

/// Why a reader sends a book back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReturnReason {
    /// No reason is needed.
    MindChanged,
    /// The book is damaged, or not what was agreed.
    Damaged,
}

impl ReturnReason {
    /// Both.
    pub const ALL: [Self; 2] = [Self::MindChanged, Self::Damaged];

    /// The name in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MindChanged => "mind_changed",
            Self::Damaged => "damaged",
        }
    }

    /// What the way back costs the reader: the shop sends the carrier and takes this off what goes
    /// back.
    pub const fn postage(self) -> Won {
        match self {
            Self::MindChanged => Price::RETURN_POSTAGE,
            Self::Damaged => Won::ZERO,
        }
    }

    /// The last day on which a book received on that day can be withdrawn from. The day of receipt
    /// does not count, and a last day that is no working day moves to the next one (민법 제157조,
    /// 제161조).
    pub fn until(self, received: Date) -> Date {
        let span = match self {
            Self::MindChanged => 7.days(),
            Self::Damaged => 3.months(),
        };
        let last = received.checked_add(span).unwrap_or(Date::MAX);
        if calendar::is_working_day(last) { last } else { calendar::working_days_after(last, 1) }
    }
}

/// A name that is no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("there is no such reason")]
pub struct NoSuchReason;

impl std::str::FromStr for ReturnReason {
    type Err = NoSuchReason;

    fn from_str(name: &str) -> Result<Self, NoSuchReason> {
        Self::ALL.into_iter().find(|reason| reason.name() == name).ok_or(NoSuchReason)
    }
}

/// A withdrawal, from the reader's word until the book is back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withdrawal {
    /// Why.
    pub reason: ReturnReason,
    /// When the reader received the book: the day that was noted before, or else their own word.
    pub received: Date,
    /// When the reader said so.
    pub asked_at: Timestamp,
    /// What the way back takes off what goes back, as it was stated then.
    pub postage: Won,
    /// When the book came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub came_back: Option<Date>,
}

/// A withdrawal that is not possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotWithdrawn {
    /// The order does not stand so: not posted, or withdrawn from before.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// No day of receipt is known, or it lies before the payment or after today.
    #[error("the book was not received on that day")]
    Received,
    /// The time for this reason is over.
    #[error("the last day was {0}")]
    TooLate(Date),
}

/// A book that did not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum NotBack {
    /// The order does not stand so: never posted, or it came back before.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The day lies before the payment or after today.
    #[error("the book did not come back on that day")]
    Day,
}

impl Order {
    /// What goes back if the book comes back for this reason.
    pub fn back_for(&self, reason: ReturnReason) -> Won {
        self.refundable().saturating_sub(reason.postage())
    }

    /// What the shop keeps of a returned order: the way back.
    pub fn kept(&self) -> Won {
        let back = self.withdrawal.as_ref().filter(|withdrawal| withdrawal.came_back.is_some());
        back.map_or(Won::ZERO, |withdrawal| withdrawal.postage)
    }

    /// The last day on which a book can be sent back for this reason, once it is noted that it
    /// came.
    pub fn until(&self, reason: ReturnReason) -> Option<Date> {
        self.arrived.map(|arrived| reason.until(arrived))
    }

    /// The reader has received the book and withdraws. The days are counted from the day that was
    /// noted when the book came; if nobody noted one, from the reader's own word, which is noted
    /// now. No money moves before the book is back.
    pub fn withdrawn(
        mut self,
        reason: ReturnReason,
        word: impl Into<Option<Date>>,
        now: Timestamp,
    ) -> Result<Self, NotWithdrawn> {
        let refused = Refused::NoSuchTransition { from: self.state, to: State::Returned };
        if !matches!(self.state, State::Shipped | State::Delivered) || self.withdrawal.is_some() {
            return Err(refused.into());
        }
        let received = self.arrived.or(word.into()).filter(|day| self.may_be_on(*day, now));
        let received = received.ok_or(NotWithdrawn::Received)?;
        let until = reason.until(received);
        if calendar::today(now) > until {
            return Err(NotWithdrawn::TooLate(until));
        }
        if self.state == State::Shipped {
            self = self.become_state(State::Delivered, now)?;
        }
        self.arrived = Some(received);
        self.changed_at = now;
        self.withdrawal = Some(Withdrawal {
            reason,
            received,
            asked_at: now,
            postage: reason.postage(),
            came_back: None,
        });
        Ok(self)
    }

    /// The book came back on that day, because its reader withdrew, or because it could not be
    /// delivered: the money goes back, less the postage that was stated. An order of which nothing
    /// is held any more is refunded at once.
    pub fn came_back(self, day: Date, now: Timestamp) -> Result<Step, NotBack> {
        let withdrawn = self.state == State::Delivered && self.withdrawal.is_some();
        if !withdrawn && self.state != State::Shipped {
            return Err(Refused::NoSuchTransition { from: self.state, to: State::Returned }.into());
        }
        if !self.may_be_on(day, now) {
            return Err(NotBack::Day);
        }
        let order = self.become_state(State::Returned, now)?;
        let mut order = order.become_state(State::RefundDue, now)?;
        let mut keeps = Won::ZERO;
        if let Some(withdrawal) = &mut order.withdrawal {
            withdrawal.came_back = Some(day);
            keeps = withdrawal.postage;
        }
        let mut step = order.refund_remaining(keeps, RefundReason::Withdrawn, now);
        let by = calendar::working_days_after(day, calendar::REFUNDED_WITHIN);
        if let Some(refund) =
            step.order.refunds.last_mut().filter(|refund| refund.why == RefundReason::Withdrawn)
        {
            refund.by = by;
        }
        step.order.state =
            if step.order.refund_by().is_none() { State::Refunded } else { State::RefundDue };
        Ok(step)
    }

    /// Whether something may have happened to the parcel on that day: after the payment, and not
    /// tomorrow.
    fn may_be_on(&self, day: Date, now: Timestamp) -> bool {
        self.paid_at.is_some_and(|paid| calendar::today(paid) <= day) && day <= calendar::today(now)
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::order::{
        message::Task,
        parcel::{Carrier, Parcel},
        tests::{choice, noon, order},
    };

    fn shipped() -> Order {
        let paid = order().paid(None, noon()).unwrap().order;
        let chosen = paid.choosing(None, noon()).unwrap().chosen(choice(), noon()).unwrap().order;
        let packed = chosen.refund_done(5, noon()).order.packed(noon()).unwrap().order;
        let parcel = Parcel::new(Carrier::Cj, "1234567890", None).unwrap();
        packed.handed_over(parcel, noon()).unwrap().order.shipped(noon()).unwrap().order
    }

    fn later(days: i64) -> Timestamp {
        calendar::minutes_after(noon(), days * 24 * 60)
    }

    #[test]
    fn the_last_day_is_the_seventh_after_the_receipt_or_the_next_working_day() {
        assert_eq!(ReturnReason::MindChanged.until(date(2026, 11, 23)), date(2026, 11, 30));
        assert_eq!(
            ReturnReason::MindChanged.until(date(2026, 11, 21)),
            date(2026, 11, 30),
            "the 28th is a Saturday"
        );
        assert_eq!(
            ReturnReason::MindChanged.until(date(2026, 12, 18)),
            date(2026, 12, 28),
            "Christmas and a weekend"
        );
        assert_eq!(ReturnReason::Damaged.until(date(2026, 11, 23)), date(2027, 2, 23));
    }

    #[test]
    fn a_change_of_mind_pays_the_way_back_and_a_damaged_book_does_not() {
        for (reason, back) in [(ReturnReason::MindChanged, 17_000), (ReturnReason::Damaged, 20_000)]
        {
            let withdrawn = shipped().withdrawn(reason, date(2026, 11, 25), later(3)).unwrap();
            assert_eq!(
                (withdrawn.state, withdrawn.back_for(reason)),
                (State::Delivered, Won(back))
            );
            assert_eq!(
                withdrawn.refundable(),
                Won(20_000),
                "no money moves before the book is back"
            );
            let step = withdrawn.came_back(date(2026, 11, 30), later(8)).unwrap();
            assert_eq!(step.order.state, State::RefundDue);
            let refund = step.order.refunds.last().unwrap().clone();
            assert_eq!(
                (refund.amount, refund.by),
                (Won(back), date(2026, 12, 3)),
                "three days from the return"
            );
            assert!(step.messages.iter().any(|message| message.task == Task::Refund));
            let done = step.order.refund_done(refund.sequence, later(8)).order;
            assert_eq!((done.state, done.refundable()), (State::Refunded, reason.postage()));
            assert!(done.came_back(date(2026, 11, 30), later(8)).is_err(), "once");
        }
    }

    #[test]
    fn after_the_last_day_only_a_damaged_book_goes_back() {
        let (received, now) = (date(2026, 11, 25), later(10));
        let late = shipped().withdrawn(ReturnReason::MindChanged, received, now);
        assert_eq!(late, Err(NotWithdrawn::TooLate(date(2026, 12, 2))));
        assert!(shipped().withdrawn(ReturnReason::Damaged, received, now).is_ok());
        assert!(
            shipped().withdrawn(ReturnReason::MindChanged, received, later(9)).is_ok(),
            "the last day counts"
        );
    }

    #[test]
    fn a_day_that_was_noted_counts_whatever_is_said_later() {
        assert!(order().arrives(noon()).is_err(), "nothing was posted");
        let arrived = shipped().arrives(later(2)).unwrap();
        assert_eq!((arrived.state, arrived.arrived), (State::Delivered, Some(date(2026, 11, 25))));
        assert_eq!(arrived.clone().arrives(later(5)).unwrap(), arrived, "the first word counts");
        assert_eq!(arrived.until(ReturnReason::MindChanged), Some(date(2026, 12, 2)));
        let said_later =
            arrived.clone().withdrawn(ReturnReason::MindChanged, date(2026, 12, 1), later(10));
        assert_eq!(said_later, Err(NotWithdrawn::TooLate(date(2026, 12, 2))));
        let withdrawn = arrived.withdrawn(ReturnReason::MindChanged, None, later(9)).unwrap();
        assert_eq!(withdrawn.withdrawal.unwrap().received, date(2026, 11, 25));
        assert_eq!(
            shipped().withdrawn(ReturnReason::MindChanged, None, later(2)),
            Err(NotWithdrawn::Received)
        );
    }

    #[test]
    fn nobody_received_a_book_before_it_was_paid_or_tomorrow() {
        for received in [date(2026, 11, 22), date(2026, 11, 27)] {
            assert_eq!(
                shipped().withdrawn(ReturnReason::MindChanged, received, later(3)),
                Err(NotWithdrawn::Received)
            );
            assert_eq!(shipped().came_back(received, later(3)), Err(NotBack::Day));
        }
    }

    #[test]
    fn a_parcel_that_could_not_be_delivered_costs_the_reader_nothing() {
        let step = shipped().came_back(date(2026, 11, 26), later(3)).unwrap();
        assert_eq!(step.order.refunds.last().unwrap().amount, Won(20_000));
        assert!(order().came_back(date(2026, 11, 26), later(3)).is_err());
    }

    #[test]
    fn what_was_given_back_before_is_not_given_back_again() {
        let order = shipped().given_back(Won(18_500), "젖은 책", noon()).unwrap().order;
        let order =
            order.withdrawn(ReturnReason::MindChanged, date(2026, 11, 25), later(3)).unwrap();
        let step = order.came_back(date(2026, 11, 26), later(3)).unwrap();
        assert_eq!(
            step.order
                .refunds
                .iter()
                .filter(|refund| refund.why == RefundReason::Withdrawn)
                .count(),
            0
        );
        assert_eq!(
            step.order.state,
            State::RefundDue,
            "what the owner promised is on its way still"
        );
    }
}
