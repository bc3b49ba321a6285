//! The saga between its side effects. One step of a [`World`] is one thing that can not be divided:
//! a read, a conditional write, a call that the payment service has carried out with an answer that
//! came or did not.
//!
//! Here is what there is and what of it must not be; [`steps`] says what can happen next, [`hands`]
//! what a function does that works on an order,
//! [`deposit`] what becomes of a deposit.

mod bank_transfer;
mod hands;
mod steps;

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId},
        money::Won,
        price::PriceRange,
        sensitive::Sensitive,
        text::Language,
    },
    catalog::selection::Choice,
    order::{
        Address, Order, Payment, PaymentStatus, State, Step as Taken,
        bank_transfer::{Bank, RefundTo, VirtualAccount},
        message::Task,
        refund::Progress,
        stock::{Reservation, Stock},
    },
};
use jiff::Timestamp;

/// When a deposit is due that was asked for at noon.
pub(crate) const DUE: i64 = VirtualAccount::HOURS * 60;

/// When sessions at the payment service are over: those of the first minutes, and those begun when
/// the account's day was over.
const SESSIONS_OVER: [i64; 2] = [60, DUE + 60];

/// The tab that pays by a deposit, in a saga that has one.
const ACCOUNT: usize = 0;

/// A place that runs out less than so many minutes from now is in doubt:
/// `payments::PLACE_IN_DOUBT_MINUTES`.
const IN_DOUBT: i64 = 1;

/// Copies in the range. One, and two readers who want it.
const COPIES: u8 = 1;

/// Who is in it, and when something is different.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is somebody")]
pub(crate) struct Cast {
    /// The minutes after noon to which the clock moves.
    pub(crate) minutes: &'static [i64],
    /// Whether the first tab pays by a deposit.
    pub(crate) deposit: bool,
    /// Whether an account is open from the beginning.
    pub(crate) opened: bool,
    /// How often the deposit comes or is taken back by the bank.
    pub(crate) moves: u8,
    /// Whether the payment service may refuse the account that a deposit is to go back to.
    pub(crate) refuses_account: bool,
    /// Whether there is a second tab; it pays by card.
    pub(crate) second_tab: bool,
    /// Whether another reader wants the last copy too.
    pub(crate) rival: bool,
}

/// The conditions that can be forgotten.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is one condition")]
pub(crate) struct Guards {
    /// `ask_payment`: another key only after the first was refused.
    pub(crate) one_at_a_time: bool,
    /// An order is written on the version it was read with.
    pub(crate) order_version: bool,
    /// A place is taken only while the record still has the room for it that was seen.
    pub(crate) stock_version: bool,
    /// A paid order's place has to be among those held.
    pub(crate) place_is_held: bool,
    /// A refund is asked for under its own key.
    pub(crate) refund_key: bool,
    /// Somebody asks about payments that were never answered.
    pub(crate) asks_again: bool,
    /// An account is closed at the payment service before it is written down as not paid.
    pub(crate) closes_first: bool,
    /// An account is closed under a key of its own after each movement.
    pub(crate) close_key: bool,
    /// The place that an account holds has to be among those held.
    pub(crate) account_has_place: bool,
    /// What a deposit's call says is answered as heard only when it was looked at.
    pub(crate) heard_last: bool,
    /// Who was told of a deposit and has nothing to write notes that it looked.
    pub(crate) notes: bool,
    /// Who is overtaken asks the payment service again, too.
    pub(crate) finds_anew: bool,
}

impl Guards {
    /// As it is.
    pub(crate) const ALL: Self = Self {
        one_at_a_time: true,
        order_version: true,
        stock_version: true,
        place_is_held: true,
        refund_key: true,
        asks_again: true,
        closes_first: true,
        close_key: true,
        account_has_place: true,
        heard_last: true,
        notes: true,
        finds_anew: true,
    };
}

/// A payment at the payment service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum There {
    None,
    Aborted,
    Expired,
    InProgress,
    /// An account is open, and no money came yet.
    Waiting,
    /// An account is open, and the bank took the money back that had come.
    TakenBack,
    /// The account was closed without money.
    Closed,
    Done,
}

/// A place in the record of the range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Place {
    None,
    /// Until this minute.
    Until(i64),
    Paid,
}

/// What a hand is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum At {
    /// Nothing.
    Idle,
    /// Confirming: writes down that this tab's payment is asked for.
    Asks(usize),
    /// The place ran out: looks whether there is another.
    LooksForPlace(usize),
    /// Holds the place found; whether the places are still as they were.
    HoldsAgain(usize, bool),
    /// Asks the payment service to take the money.
    Confirms(usize),
    /// The answer was lost: asks for the order.
    FindsOut,
    /// The session is over: asks for the order once.
    FindsOutTheEnd,
    /// There is no such session under this name: asks for the order once.
    FindsNoSession,
    /// `sweep` or a reload: asks for the order.
    AsksAgain,
    /// A webhook: asks for the order.
    Looks,
    /// The money is there: looks where the place stands.
    Paid { tab: usize, swept: bool },
    /// Writes that it is paid.
    WritesPaid { tab: usize, place: Found },
    /// Writes that this tab's payment was refused.
    WritesRefused(usize),
    /// Writes that the order is cancelled.
    Cancels,
    /// Asks for this refund; whether it is looked for first.
    Refunds(u8, bool),
    /// The answer was lost: looks for the refund.
    FindsRefund(u8),
    /// Writes that the refund is done.
    WritesRefunded(u8),
    /// Writes that the payment service does not take the account that this refund was to go to.
    WritesAccountRefused(u8),
    /// The reader names an account.
    Names,
    /// A deposit is awaited, says the payment service after so many movements: looks where the
    /// place stands.
    Waits { moved: u8, swept: bool },
    /// Writes that an account is open.
    Opens { moved: u8, place: Found },
    /// Closes the account at the payment service.
    Closes { moved: u8, why: Close },
    /// Asks for the payment: whether the account is closed.
    FindsClosed(Close),
    /// Writes that the account was closed without money.
    WritesClosed,
    /// Writes that the bank took the deposit back.
    WritesReversed,
    /// The deposit came again to an order that is packed: writes so.
    ComesAgain,
    /// Writes nothing but that it has looked: whoever looked before looks again.
    Notes,
    /// The order was changed by somebody else: reads it.
    ReadsAnew,
    /// Asks for the payment of the order as it is now.
    FindsDeposit,
}

/// Why an account is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Close {
    /// Nobody awaits the deposit any more.
    NotAwaited,
    /// The bank took the deposit back, and the order ends by it.
    Reversed,
}

impl At {
    /// Whether the order is read at the next step, whatever was read before.
    const fn reads_anew(self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Asks(_)
                | Self::Refunds(..)
                | Self::FindsRefund(_)
                | Self::WritesRefunded(_)
                | Self::WritesAccountRefused(_)
                | Self::ReadsAnew
        )
    }

    /// Whether it makes no difference how late it is.
    const fn is_timeless(self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Cancels
                | Self::WritesRefused(_)
                | Self::Refunds(..)
                | Self::FindsRefund(_)
                | Self::WritesRefunded(_)
                | Self::WritesAccountRefused(_)
                | Self::Names
        )
    }

    /// Whether it begins with a write that needs no reading.
    const fn is_one_write(self) -> bool {
        matches!(self, Self::Asks(_) | Self::Refunds(_, false))
    }
}

/// Where the place was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Found {
    Held,
    /// Free still; whether the places are as they were.
    Again(bool),
    Gone,
}

/// One running function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Hand {
    at: At,
    /// The order as it was read.
    seen: u16,
    /// Whether somebody has noted since that they looked.
    noted: bool,
    /// Its request's moment, in the saga's minutes.
    began: u8,
    /// The movement of the deposit that it was told of; 0 = of none.
    told_of: u8,
}

impl Hand {
    const IDLE: Self = Self { at: At::Idle, seen: 0, noted: false, began: 0, told_of: 0 };
}

/// Everything there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    now: usize,
    order: u16,
    free: u8,
    mine: Place,
    rival: Place,
    payments: [There; 2],
    /// How many accounts were closed before: the order's name at the payment service, under which
    /// each payment was begun.
    names: [u8; 2],
    charges: u8,
    /// Refunds that went back.
    back: u32,
    /// Refunds that went back twice.
    back_twice: u32,
    /// Refunds that the payment service answered with no; it says so again to the same key.
    refused: u32,
    /// Whether it has refused an account that a refund was to go to.
    account_refused: bool,
    /// How often the deposit came or was taken back.
    moved: u8,
    /// The last of these movements that the shop has heard of: the payment service says each until
    /// it is heard.
    heard: u8,
    /// After how many movements it was asked to close the account and said no; it says so again to
    /// the same key.
    not_closed: u8,
    /// Messages that nobody has handled.
    choose: u32,
    pack: u32,
    refund: u32,
    hands: [Hand; 2],
}

/// What happens next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Begins,
    Time,
    /// The reader is back from the payment window with this tab's payment.
    Authenticates,
    /// The reader starts something.
    Reader(At),
    /// The other reader does something.
    Rival,
    /// The deposit comes, is taken back, or the bank closes the account.
    Bank(There),
    /// A function dies.
    Dies,
    /// A function starts something by itself.
    Starts(At),
    /// A function goes on.
    Goes(At),
    /// It goes on, and the payment service's answer did not come.
    NoAnswer(At),
    /// A message is handled.
    Handles,
}

impl Next {
    /// Whether the system does it by itself, if nothing breaks.
    pub(crate) const fn is_the_systems_own(self) -> bool {
        matches!(self, Self::Time | Self::Starts(_) | Self::Goes(_) | Self::Handles)
    }
}

/// A step of the order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Step {
    Asked(usize),
    Refused,
    HeldUntil(i64),
    Paid(usize),
    PaidWithoutPlace(usize),
    PaidTooLate(usize),
    Cancelled,
    Chosen,
    Packed,
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

/// What a step of the order leads to: the order's number, and the messages by queue.
#[derive(Debug, Clone, Copy)]
struct Became {
    order: u16,
    choose: u32,
    pack: u32,
    refund: u32,
}

/// The saga: the rules, and every order there can be under its number.
pub(crate) struct Saga {
    cast: Cast,
    guards: Guards,
    orders: Vec<Rc<Order>>,
    numbers: HashMap<String, u16>,
    taken: HashMap<(u16, Step), Option<Became>>,
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00+09:00".parse().unwrap()
}

fn minute(minute: i64) -> Timestamp {
    calendar::minutes_after(noon(), minute)
}

/// A book cheaper than the range's upper end, so that a part of the money goes back.
fn choice() -> Choice {
    Choice {
        work: "9788937460005".to_owned().try_into().unwrap(),
        isbn: "9788937460005".parse().unwrap(),
        copy: 1,
        list_price: Won(15_000),
        reason: String::new(),
        proposals: Vec::new(),
        because: None,
    }
}

fn key(tab: usize) -> String {
    format!("tab{tab}")
}

fn tab_of(order: &Order) -> Option<usize> {
    let payment = order.payment.as_ref()?;
    (0..2).find(|tab| payment.key == key(*tab))
}

/// Whether it is to be found out what becomes of a payment.
fn is_open(order: &Order) -> bool {
    matches!(
        &order.payment,
        Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
    )
}

fn with_key(mut order: Order, tab: usize, outcome: PaymentStatus) -> Order {
    order.payment = Some(Payment { key: key(tab), asked_at: noon(), outcome });
    order
}

/// Where a deposit is awaited.
fn account() -> VirtualAccount {
    VirtualAccount {
        bank: Bank::told("20"),
        number: Sensitive::default(),
        holder: Sensitive::default(),
        due: minute(DUE),
    }
}

/// Where a deposit goes back to.
fn refund_to() -> RefundTo {
    RefundTo::typed("88", "110123456789", "Kim").unwrap()
}

fn bits(mut numbers: u32) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let lowest = u8::try_from(numbers.trailing_zeros()).unwrap();
        (numbers != 0).then(|| {
            numbers &= numbers - 1;
            lowest
        })
    })
}

impl Saga {
    /// The saga with this cast under these guards.
    pub(crate) fn new(cast: Cast, guards: Guards) -> Self {
        Self { cast, guards, orders: Vec::new(), numbers: HashMap::new(), taken: HashMap::new() }
    }

    /// An order just placed, and its place; if the cast says so, with the account open into which
    /// it is paid.
    pub(crate) fn start(&mut self) -> World {
        let (id, visitor) = (OrderId::new(0, 1), VisitorId::new(0, 1));
        let address = Address {
            recipient: Sensitive::default(),
            phone: Sensitive::default(),
            postcode: Sensitive::default(),
            street: Sensitive::default(),
            detail: Sensitive::default(),
        };
        let promised = calendar::promised_date(noon());
        let order =
            Order::new(id, visitor, Language::Ko, PriceRange::Middle, address, promised, noon());
        let (order, mine, first) = if self.cast.opened {
            let asked = with_key(order, ACCOUNT, PaymentStatus::Asked);
            let order = asked.account_opened(account(), noon()).unwrap().order;
            (order, Place::Until(DUE), There::Waiting)
        } else {
            (order, Place::Until(Order::HELD_MINUTES), There::None)
        };
        let order = self.number(order);
        World {
            now: 0,
            order,
            free: COPIES,
            mine,
            rival: Place::None,
            payments: [first, There::None],
            names: [0; 2],
            charges: 0,
            back: 0,
            back_twice: 0,
            refused: 0,
            account_refused: !self.cast.refuses_account,
            moved: 0,
            heard: 0,
            not_closed: 0,
            choose: 0,
            pack: 0,
            refund: 0,
            hands: [Hand::IDLE; 2],
        }
    }

    fn number(&mut self, order: Order) -> u16 {
        let text = format!("{order:?}");
        *self.numbers.entry(text).or_insert_with(|| {
            self.orders.push(Rc::new(order));
            u16::try_from(self.orders.len() - 1).unwrap()
        })
    }

    fn order(&self, number: u16) -> &Order {
        &self.orders[usize::from(number)]
    }

    /// The order after a step, by the shop's own functions. Their moment is always noon: what
    /// depends on the time is said by the step.
    fn take(&mut self, number: u16, step: Step) -> Option<Became> {
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
            Step::Packed => order.packed(now).ok(),
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
        let became = taken.map(|taken| {
            let of = |task: &Task| {
                let asked = taken.messages.iter().filter(|message| message.task == *task);
                asked.map(|message| 1_u32 << message.id.sequence).sum()
            };
            let (choose, pack, refund) = (of(&Task::Choose), of(&Task::Pack), of(&Task::Refund));
            Became { order: self.number(taken.order), choose, pack, refund }
        });
        self.taken.insert((number, step), became);
        became
    }

    fn write(world: &mut World, became: Became) {
        world.order = became.order;
        world.choose |= became.choose;
        world.pack |= became.pack;
        world.refund |= became.refund;
    }

    /// Whether a place could be taken for the order, or for the other reader, at a moment, by the
    /// shop's own function.
    fn can_take(&self, world: &World, rival: bool, moment: usize) -> bool {
        let mine = self.order(world.order).id;
        let other = OrderId::new(0, 2);
        let held =
            [(mine, world.mine), (other, world.rival)].into_iter().filter_map(|(id, place)| {
                let hold = match place {
                    Place::None => return None,
                    Place::Until(until) => Reservation::Until(minute(until)),
                    Place::Paid => Reservation::Paid,
                };
                Some((id, hold))
            });
        let stock =
            Stock { free: world.free.into(), reservations: held.collect::<BTreeMap<_, _>>() };
        stock.reserve(if rival { other } else { mine }, minute(self.cast.minutes[moment])).is_ok()
    }

    /// Whether this tab pays by a deposit.
    const fn is_account(&self, tab: usize) -> bool {
        self.cast.deposit && tab == ACCOUNT
    }

    /// Whether everybody is done: no function runs, no message waits, nothing is to be found out
    /// about a payment, and what the payment service has to say was heard. Who waits for a reader
    /// to name an account, or for the owner, is at rest.
    pub(crate) fn at_rest(&self, world: &World) -> bool {
        let order = self.order(world.order);
        let unanswered = is_open(order) && matches!(order.state, State::Priced | State::Cancelled);
        world.hands == [Hand::IDLE; 2]
            && world.choose | world.pack | world.refund == 0
            && !unanswered
            && world.heard == world.moved
    }

    /// What of a world must not be.
    pub(crate) fn wrong(&self, world: &World) -> Option<String> {
        let order = self.order(world.order);
        if world.charges > 1 {
            return Some("charged twice".to_owned());
        }
        let wrong = self
            .wrong_places(world, order)
            .or_else(|| Self::wrong_refunds(world, order))
            .or_else(|| {
                let account = world.payments[ACCOUNT];
                (order.awaits_transfer().is_some()
                    && u32::from(world.names[ACCOUNT]) != order.accounts_closed)
                    .then(|| {
                        format!(
                            "a deposit is awaited in an account that was given up ({account:?})"
                        )
                    })
            });
        if wrong.is_some() || !self.at_rest(world) {
            return wrong;
        }
        self.wrong_at_rest(world, order)
    }

    fn wrong_places(&self, world: &World, order: &Order) -> Option<String> {
        let said = |what: &str| Some(what.to_owned());
        // A packed order keeps its copy whatever becomes of its deposit.
        let has_copy = matches!(order.state, State::Chosen | State::Packed);
        if world.free + u8::from(has_copy) != COPIES {
            return said("copies were lost or made");
        }
        if [world.mine, world.rival].iter().filter(|place| **place == Place::Paid).count()
            > usize::from(world.free)
        {
            return said("more places are promised than copies are there");
        }
        let lives = match world.mine {
            Place::None => false,
            Place::Until(until) => self.cast.minutes[world.now] < until,
            Place::Paid => true,
        };
        match order.state {
            State::Priced if world.mine == Place::Paid => {
                said("a place is held for good, and not paid")
            }
            State::Paid | State::Choosing if world.mine != Place::Paid => {
                said("paid, and no place is held")
            }
            State::Priced | State::Paid | State::Choosing => None,
            _ if lives => said("a place is held that nobody needs"),
            _ => None,
        }
    }

    fn wrong_refunds(world: &World, order: &Order) -> Option<String> {
        if world.back_twice != 0 {
            return Some("a refund went back twice".to_owned());
        }
        // What was asked for may have gone back while the shop heard that the deposit had been
        // taken back: until it is at rest.
        let known = |number: u8| {
            let refunds =
                order.refunds.iter().filter(|refund| refund.number() == u32::from(number));
            let by_bank_transfer = order.by_bank_transfer();
            refunds.into_iter().any(|refund| match refund.progress {
                Progress::Asked | Progress::Done { .. } => true,
                Progress::Superseded => by_bank_transfer,
                _ => refund.asked_as.is_some(),
            })
        };
        (!bits(world.back).all(known))
            .then(|| "money went back that the order does not know of".to_owned())
    }

    fn wrong_at_rest(&self, world: &World, order: &Order) -> Option<String> {
        let said = |what: &str| Some(what.to_owned());
        let charged = if world.charges == 0 { Won::ZERO } else { order.total };
        let held = charged.saturating_sub(self.gone_back(world));
        let owed: Won = order
            .refunds
            .iter()
            .filter(|r| r.progress == Progress::AwaitingBankDetails)
            .map(|r| r.amount)
            .sum();
        let settled = |progress: &Progress| {
            matches!(
                progress,
                Progress::Done { .. } | Progress::AwaitingBankDetails | Progress::Superseded
            )
        };
        if order.refunds.iter().any(|refund| !settled(&refund.progress)) {
            return said("at rest, and a refund is not done");
        }
        let done =
            order.refunds.iter().filter(|refund| matches!(refund.progress, Progress::Done { .. }));
        if done.map(|refund| refund.amount).sum::<Won>() != self.gone_back(world) {
            return said("another sum went back than the order says");
        }
        let gone = order.transfer_is_reversed();
        if matches!(world.payments[ACCOUNT], There::Waiting | There::TakenBack) && !gone {
            return said("at rest, and an account is open that nobody watches");
        }
        match order.state {
            State::Priced | State::Cancelled if charged > Won::ZERO => {
                said("not paid, and charged")
            }
            State::Packed if gone && charged > Won::ZERO => {
                said("the deposit came again, and nobody knows")
            }
            State::Packed if !gone && charged == Won::ZERO => said("paid, and not charged"),
            State::Packed
                if !gone
                    && (held != order.refundable() + owed
                        || order.refundable() + order.price_difference().unwrap_or_default()
                            != order.total) =>
            {
                said("the shop holds another sum than the order says")
            }
            State::RefundDue if owed == Won::ZERO => {
                said("at rest, and money is owed that nobody gives back")
            }
            State::RefundDue if held != owed => said("another sum is owed than the shop holds"),
            State::Refunded if held != Won::ZERO => said("refunded, and not all went back"),
            State::Refunded if charged == Won::ZERO && !self.cast.deposit => {
                said("refunded, and never charged")
            }
            State::Priced
            | State::Cancelled
            | State::Packed
            | State::Refunded
            | State::RefundDue => None,
            other => Some(format!("at rest, and {}", other.name())),
        }
    }

    fn gone_back(&self, world: &World) -> Won {
        let order = self.order(world.order);
        bits(world.back)
            .filter_map(|number| order.refund(number.into()))
            .map(|refund| refund.amount)
            .sum()
    }

    /// The number of a refund at the payment service.
    fn number_there(&self, order: u16, refund: u8) -> u8 {
        let refund = self.order(order).refund(refund.into()).unwrap();
        u8::try_from(refund.number()).unwrap()
    }

    /// A world in words.
    pub(crate) fn told(&self, world: &World) -> String {
        let order = self.order(world.order);
        format!("{world:?}\n{:?} {:?} {:?}", order.state, order.payment, order.refunds)
    }
}

/// How the payment service tells of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    /// It does not know it under this name.
    Nothing,
    /// There is money.
    Done,
    PartlyBack,
    InProgress,
    /// An account is open.
    Waiting,
    /// An account was closed without money.
    Closed,
    /// Aborted, expired, or all of it went back.
    Over,
}

/// The places have changed: what was seen of them before is old.
fn another_version(world: &mut World) {
    for hand in &mut world.hands {
        match &mut hand.at {
            At::HoldsAgain(_, fresh)
            | At::WritesPaid { place: Found::Again(fresh), .. }
            | At::Opens { place: Found::Again(fresh), .. } => *fresh = false,
            _ => {}
        }
    }
}

/// The world with a hand that goes on to something.
fn to(world: &World, which: usize, next: At, seen: u16) -> World {
    let mut after = *world;
    let hand = world.hands[which];
    after.hands[which] =
        if next == At::Idle { Hand::IDLE } else { Hand { at: next, seen, ..hand } };
    after
}

/// The world with a hand that has read the order and goes on to something.
fn anew(world: &World, which: usize, next: At) -> World {
    let mut after = to(world, which, next, world.order);
    after.hands[which].noted = false;
    after
}
