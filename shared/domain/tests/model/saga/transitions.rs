//! The steps of the order, by the functions of the domain.

use domain::{
    base::money::Won,
    catalog::selection::{Choice, Chooser},
    order::{
        CopyCondition, Order, PaymentStatus, Step as Taken, Unpack,
        message::Task,
        parcel::{Carrier, Parcel},
    },
};

use super::{Saga, account, minute, noon, refund_to, with_key, world::World};

/// A step of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Step {
    Asked(usize),
    Refused,
    HeldUntil(i64),
    Paid(usize),
    PaidWithoutPlace(usize),
    PaidTooLate(usize),
    Cancelled,
    Chosen,
    Packed,
    HandedOver,
    Unpacked,
    RefundAsked(u8),
    RefundDone(u8),
    RefundParked(u8),
    AccountOpened,
    AccountClosed,
    Reversed,
    Again,
    AccountNamed,
    AccountRefused(u8),
}

/// The result of a step: the number of the order after it, and its messages by queue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Transition {
    pub(super) order: u16,
    pub(super) choose: u32,
    pub(super) pack: u32,
    pub(super) refund: u32,
}

/// A book below the upper end of the range, so that the difference is refunded.
fn choice() -> Choice {
    Choice {
        work: "9788937460005".to_owned().try_into().unwrap(),
        isbn: "9788937460005".parse().unwrap(),
        copy: 1,
        list_price: Won(15_000),
        reason: String::new(),
        title: "책".to_owned(),
        because: None,
        by: Chooser::Rules,
    }
}

impl Saga {
    /// The order after a step, by the functions of the domain. They are called with noon as the time;
    /// what depends on the time is part of the step.
    pub(super) fn take(&mut self, number: u16, step: Step) -> Option<Transition> {
        if let Some(known) = self.taken.get(&(number, step)) {
            return *known;
        }
        let order = self.order(number).clone();
        let now = noon();
        let quiet = |order: Order| Some(Taken { order, messages: Vec::new() });
        let by = |tab| {
            if self.is_account(tab) {
                PaymentStatus::Waits { account: account() }
            } else {
                PaymentStatus::Asked
            }
        };
        let taken = match step {
            Step::Asked(tab) => quiet(with_key(order, tab, PaymentStatus::Asked)),
            Step::Refused => quiet(order.payment_refused("NO".to_owned(), now)),
            Step::HeldUntil(until) => quiet(Order { held_until: minute(until), ..order }),
            Step::Paid(tab) => with_key(order, tab, by(tab)).paid(None, now).ok(),
            Step::PaidWithoutPlace(tab) => {
                with_key(order, tab, by(tab)).paid_without_place(None, now).ok()
            }
            Step::PaidTooLate(tab) => with_key(order, tab, by(tab)).paid_too_late(None, now).ok(),
            Step::Cancelled => {
                let to = order.by_bank_transfer().then(refund_to);
                order.cancelled_to(to, now).ok()
            }
            Step::Chosen => order.picked(choice(), now).ok(),
            Step::Packed => order.packed(now).ok().filter(|step| !step.messages.is_empty()),
            Step::HandedOver => {
                let parcel = Parcel::new(Carrier::Cj, "1234567890", None).unwrap();
                order.handed_over(parcel, now).ok().filter(|step| !step.messages.is_empty())
            }
            Step::Unpacked if order.unpack == Some(Unpack::Wanted) => {
                quiet(order.unpacked(CopyCondition::Good, now).unwrap())
            }
            Step::Unpacked => None,
            Step::RefundAsked(number) => quiet(order.refund_asked(number.into(), now)),
            Step::RefundDone(number) => Some(order.refund_done(number.into(), now)),
            Step::RefundParked(number) => {
                quiet(order.refund_parked(number.into(), "NO".to_owned(), now))
            }
            Step::AccountOpened => order.account_opened(account(), now).ok(),
            Step::AccountClosed => quiet(order.account_closed("NO", now)),
            Step::Reversed => order.transfer_reversed(now).ok(),
            Step::Again => order.transfer_restored(now).ok(),
            Step::AccountNamed => {
                order.wants_account().then(|| order.refunds_go_to(refund_to(), now))
            }
            Step::AccountRefused(number) => {
                Some(order.account_refused(number.into(), Some(&refund_to()), now))
            }
        };
        let transition = taken.map(|taken| {
            let of = |task: &Task| {
                let asked = taken.messages.iter().filter(|message| message.task == *task);
                asked.map(|message| 1_u32 << message.id.sequence).sum()
            };
            let (choose, pack, refund) = (of(&Task::Choose), of(&Task::Pack), of(&Task::Refund));
            Transition { order: self.number(taken.order), choose, pack, refund }
        });
        self.taken.insert((number, step), transition);
        transition
    }

    pub(super) fn write(world: &mut World, transition: Transition) {
        world.order = transition.order;
        world.choose |= transition.choose;
        world.pack |= transition.pack;
        world.refund |= transition.refund;
    }
}
