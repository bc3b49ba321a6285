//! The owner's ways out of an order: cancelling it, choosing anew, an accident in the post, a return
//! for a reader who called, and a day of receipt that was noted by mistake.

use jiff::{Timestamp, civil::Date};

use crate::{
    base::{calendar, money::Won, sensitive::Sensitive},
    order::{
        Anew, AnewReason, Order, Shipment, State, Step, TransitionError,
        message::{Notice, Task},
        refund::RefundReason,
        withdrawal::{NotWithdrawn, ReturnReason},
    },
};

impl Order {
    /// Longest reason of the owner for a cancellation, in characters.
    pub const LONGEST_REASON: usize = 150;

    /// Whether the owner may take the choice back: until the parcel is handed over. An order whose
    /// bank transfer was reversed has no money for another book.
    pub const fn may_be_chosen_anew(&self) -> bool {
        matches!(self.state, State::Chosen | State::Packed)
            && self.shipment.is_none()
            && !self.transfer_is_reversed()
    }

    /// Whether a parcel is on its way that can be lost, or come back.
    pub const fn may_have_an_accident(&self) -> bool {
        matches!(self.state, State::Shipped) && !self.transfer_is_reversed()
    }

    /// Whether a day of receipt is noted that can be taken back: nobody withdrew since.
    pub const fn may_take_arrival_back(&self) -> bool {
        matches!(self.state, State::Delivered) && self.withdrawal().is_none()
    }

    /// The owner cancels, for a reason that the reader is told. Otherwise as [`Order::cancelled`].
    ///
    /// # Errors
    /// Unless [`Order::may_be_cancelled`].
    pub fn called_off(mut self, reason: &str, now: Timestamp) -> Result<Step, TransitionError> {
        let before_payment = self.state == State::Priced;
        self.called_off = Some(Sensitive::new(reason.to_owned()));
        let Step { order, messages } = self.cancelled(now)?;
        if !before_payment {
            return Ok(Step { order, messages });
        }
        Ok(order.with_tasks(&[Task::Notify { notice: Notice::Cancelled }], now))
    }

    /// The owner takes the choice back: another book is chosen. The reader hears of the new choice
    /// alone.
    ///
    /// # Errors
    /// Unless [`Order::may_be_chosen_anew`].
    pub fn chosen_anew(self, now: Timestamp) -> Result<Step, TransitionError> {
        if !self.may_be_chosen_anew() {
            return Err(self.no_way_to(State::Choosing));
        }
        let order = self.begun_anew(AnewReason::ChoiceTakenBack, now)?;
        Ok(order.with_tasks(&[Task::Choose], now))
    }

    /// The parcel was lost in the post: all of the money goes back.
    ///
    /// # Errors
    /// Unless [`Order::may_have_an_accident`].
    pub fn lost_in_post(self, now: Timestamp) -> Result<Step, TransitionError> {
        if !self.may_have_an_accident() {
            return Err(self.no_way_to(State::RefundDue));
        }
        let order = self.transition(State::RefundDue, now)?;
        order
            .refund_remaining(Won::ZERO, RefundReason::LostInPost, now)
            .refunded_if_nothing_is_open(now)
    }

    /// The parcel was lost in the post, or came back undelivered: a book is chosen and sent again,
    /// by a new date, and the reader is told.
    ///
    /// # Errors
    /// Unless [`Order::may_have_an_accident`].
    pub fn sent_again(self, lost: bool, now: Timestamp) -> Result<Step, TransitionError> {
        if !self.may_have_an_accident() {
            return Err(self.no_way_to(State::Choosing));
        }
        let why = if lost { AnewReason::Lost } else { AnewReason::Undeliverable };
        let mut order = self.begun_anew(why, now)?;
        order.shipment = None;
        order.promised = calendar::promised_date(now);
        Ok(order.with_tasks(&[Task::Choose, Task::Notify { notice: Notice::Again }], now))
    }

    /// The owner notes a withdrawal for a reader who called or wrote; the reader is told. Otherwise
    /// as [`Order::withdrawn`].
    ///
    /// # Errors
    /// As [`Order::withdrawn`].
    pub fn return_noted(
        self,
        reason: ReturnReason,
        received: impl Into<Option<Date>>,
        now: Timestamp,
    ) -> Result<Step, NotWithdrawn> {
        let order = self.withdrawn(reason, received, now)?;
        Ok(order.with_tasks(&[Task::Notify { notice: Notice::Return }], now))
    }

    /// The day of receipt was noted by mistake: the parcel is on its way.
    ///
    /// # Errors
    /// Unless [`Order::may_take_arrival_back`].
    pub fn arrival_taken_back(self, now: Timestamp) -> Result<Self, TransitionError> {
        if !self.may_take_arrival_back() {
            return Err(self.no_way_to(State::Shipped));
        }
        let mut order = self.transition(State::Shipped, now)?;
        order.shipment = order.shipment.map(|shipment| match shipment {
            Shipment::Arrived { parcel, .. } | Shipment::Sent(parcel) => Shipment::Sent(parcel),
        });
        Ok(order)
    }

    /// Whether a message about a chosen, packed or posted book was made before the choice was made
    /// anew.
    pub fn is_of_an_earlier_attempt(&self, sequence: u32) -> bool {
        self.anew.is_some_and(|anew| sequence <= anew.after)
    }

    /// Back to the choice. The short number stays: it is the order's name on the desk.
    fn begun_anew(self, why: AnewReason, now: Timestamp) -> Result<Self, TransitionError> {
        let mut order = self.transition(State::Choosing, now)?;
        // A choice taken back on the way to a second parcel does not end that the first was lost.
        let why = match (order.anew, why) {
            (Some(before), AnewReason::ChoiceTakenBack) => before.why,
            _ => why,
        };
        let times = order.anew.map_or(0, |anew| anew.times).saturating_add(1);
        order.anew = Some(Anew { times, after: order.messages, why });
        order.choice = None;
        order.printed_at = None;
        order.blocked_on = None;
        order.desk = None;
        Ok(order)
    }

    const fn no_way_to(&self, to: State) -> TransitionError {
        TransitionError::NoSuchTransition { from: self.state, to }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::order::{
        Unpack, Waiting,
        tests::{asked, choice, chosen, handed_over, noon, order, paid, parcel},
    };

    fn later(days: i64) -> Timestamp {
        calendar::minutes_after(noon(), days * 24 * 60)
    }

    fn shipped() -> Order {
        let handed_over = handed_over(paid()).order.refund_done(6, noon()).order;
        handed_over.shipped(noon()).unwrap().order
    }

    fn notices(step: &Step) -> Vec<Notice> {
        let notice = |task: &Task| match task {
            Task::Notify { notice } => Some(*notice),
            _ => None,
        };
        step.messages.iter().filter_map(|message| notice(&message.task)).collect()
    }

    #[test]
    fn a_choice_is_taken_back_until_the_parcel_is_handed_over() {
        let packed = chosen(paid()).packed(noon()).unwrap().order;
        for before in [chosen(paid()), packed] {
            let told = before.messages;
            let step = before.chosen_anew(noon()).unwrap();
            assert_eq!((step.order.state, &step.order.choice), (State::Choosing, &None));
            assert_eq!(step.messages.iter().map(|m| &m.task).collect::<Vec<_>>(), [&Task::Choose]);
            assert!(step.order.is_of_an_earlier_attempt(told));
            assert!(step.order.clone().chosen_anew(noon()).is_err(), "once within an attempt");
            let again = step.order.chosen(choice(), noon()).unwrap();
            assert!(!again.order.is_of_an_earlier_attempt(again.order.messages));
            let third = again.order.chosen_anew(noon()).unwrap();
            assert_eq!(third.order.anew.unwrap().times, 2);
        }
        for refused in [order(), paid(), handed_over(paid()).order, shipped()] {
            assert!(refused.chosen_anew(noon()).is_err());
        }
    }

    #[test]
    fn the_difference_of_a_second_choice_counts_what_went_back_for_the_first() {
        let again = shipped().sent_again(true, noon()).unwrap().order;
        let cheaper = crate::catalog::selection::Choice { list_price: Won(14_000), ..choice() };
        let chosen = again.picked(cheaper, noon()).unwrap().order;
        assert_eq!(chosen.difference_owed(), Won(1_000), "2,000 went back before");
        let step = chosen.handed_over(parcel(), noon()).unwrap();
        assert_eq!(step.order.refunds.last().unwrap().amount, Won(1_000));
    }

    #[test]
    fn the_owner_cancels_with_a_reason_and_all_of_the_money_goes_back() {
        let packed = chosen(paid()).packed(noon()).unwrap().order;
        let step = packed.called_off("품절된 책입니다", noon()).unwrap();
        assert_eq!(step.order.state, State::RefundDue);
        assert_eq!(step.order.unpack, Some(Unpack::Wanted));
        assert_eq!(step.order.refundable(), Won::ZERO);
        assert_eq!(notices(&step), [Notice::Cancelled]);
        let unpaid = asked().called_off("닫습니다", noon()).unwrap();
        assert_eq!(
            (unpaid.order.state, notices(&unpaid)),
            (State::Cancelled, vec![Notice::Cancelled])
        );
        assert!(shipped().called_off("늦음", noon()).is_err());
    }

    #[test]
    fn a_lost_parcel_is_refunded_or_sent_again_by_a_new_date() {
        let lost = shipped().lost_in_post(later(3)).unwrap();
        assert_eq!((lost.order.state, notices(&lost)), (State::RefundDue, vec![Notice::Cancelled]));
        assert_eq!(lost.order.refunds.last().unwrap().amount, Won(20_000));
        assert!(lost.order.lost_in_post(later(3)).is_err(), "once");
        let again = shipped().sent_again(true, later(3)).unwrap();
        assert_eq!((again.order.state, notices(&again)), (State::Choosing, vec![Notice::Again]));
        assert_eq!(again.order.promised, calendar::promised_date(later(3)));
        assert!(again.order.parcel().is_none());
        assert!(again.order.clone().shipped(later(3)).is_err(), "a late message ships nothing");
        let second = again.order.picked(choice(), later(3)).unwrap().order;
        assert_eq!(second.refundable(), Won(20_000));
        let back = shipped().sent_again(false, later(3)).unwrap().order;
        assert_eq!(back.anew.unwrap().why, AnewReason::Undeliverable);
    }

    #[test]
    fn a_day_of_receipt_is_taken_back_until_the_reader_withdraws() {
        let arrived = shipped().arrives(later(2)).unwrap();
        let back = arrived.clone().arrival_taken_back(later(3)).unwrap();
        assert_eq!((back.state, back.arrived(), back.waiting()), (State::Shipped, None, None));
        assert!(back.clone().arrival_taken_back(later(3)).is_err());
        let again = back.arrives(later(4)).unwrap();
        assert_eq!(again.arrived(), Some(date(2026, 11, 27)), "the second day counts");
        let reason = ReturnReason::MindChanged;
        let noted = arrived.return_noted(reason, None, later(3)).unwrap();
        assert_eq!(notices(&noted), [Notice::Return]);
        assert!(matches!(noted.order.waiting(), Some(Waiting::Return(_))));
        assert!(noted.order.arrival_taken_back(later(3)).is_err());
    }

    #[test]
    fn the_fields_of_the_ways_out_are_stored_and_older_orders_have_none() {
        let order = chosen(paid()).chosen_anew(noon()).unwrap().order;
        let order = order.called_off("품절", noon()).unwrap().order;
        let stored = serde_json::to_value(&order).unwrap();
        assert_eq!(stored["anew"]["why"], "choice_taken_back");
        assert_eq!(stored["called_off"], "품절");
        assert_eq!(serde_json::from_value::<Order>(stored).unwrap(), order);
        assert!(serde_json::to_value(paid()).unwrap().get("anew").is_none());
    }
}
