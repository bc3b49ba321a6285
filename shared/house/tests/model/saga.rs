//! The saga between its side effects. One step of a [`World`] is one thing that can not be divided: a read, a conditional write, a call that the payment
//! service has carried out with an answer that came or did not.

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use house::{
    calendar,
    choose::Choice,
    id::{OrderId, VisitorId},
    money::Won,
    order::{Address, Order, Outcome, Payment, State, Step as Taken},
    personal::Personal,
    price::PriceRange,
    refund::Progress,
    stock::{Hold, Stock},
    task::Task,
    text::Language,
};
use jiff::Timestamp;

/// The minutes at which something is different: the place is held, is in doubt, has run out; a place held anew then has run out too, and so have the
/// payment service's sessions.
const CLOCK: [i64; 4] = [0, 14, 15, 60];

/// When sessions at the payment service are over.
const SESSIONS_OVER: usize = 3;

/// A place that runs out less than so many minutes from now is in doubt: `till::PLACE_IN_DOUBT_MINUTES`.
const IN_DOUBT: i64 = 1;

/// Copies in the range. One, and two readers who want it.
const COPIES: u8 = 1;

/// The conditions that can be forgotten.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is one condition")]
pub(crate) struct Guards {
    /// `ask_payment`: another key only after the first was refused.
    pub(crate) one_at_a_time: bool,
    /// An order is written on the version it was read with.
    pub(crate) order_version: bool,
    /// A place is taken on the version of the places it was seen with.
    pub(crate) stock_version: bool,
    /// A paid order's place has to be among those held.
    pub(crate) place_is_held: bool,
    /// A refund is asked for under its own key.
    pub(crate) refund_key: bool,
    /// Somebody asks about payments that were never answered.
    pub(crate) asks_again: bool,
    /// Not a guard: whether another reader wants the last copy too.
    pub(crate) rival: bool,
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
        rival: true,
    };
}

/// A payment at the payment service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum There {
    None,
    Aborted,
    Expired,
    InProgress,
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
}

impl At {
    /// Whether the order is read at the next step, whatever was read before.
    const fn reads_anew(self) -> bool {
        matches!(
            self,
            Self::Idle | Self::Asks(_) | Self::Refunds(..) | Self::FindsRefund(_) | Self::WritesRefunded(_)
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
    /// Its request's moment, in [`CLOCK`].
    began: u8,
}

impl Hand {
    const IDLE: Self = Self { at: At::Idle, seen: 0, began: 0 };
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
    charges: u8,
    /// How often the refund with this number went back.
    back: [u8; NUMBERS],
    /// Messages that nobody has handled.
    choose: u16,
    pack: u16,
    refund: u16,
    hands: [Hand; 2],
}

/// Message numbers of one order, and some to spare.
const NUMBERS: usize = 12;

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
}

/// What a step of the order leads to: the order's number, and the messages by queue.
#[derive(Debug, Clone, Copy)]
struct Became {
    order: u16,
    choose: u16,
    pack: u16,
    refund: u16,
}

/// The saga: the rules, and every order there can be under its number.
pub(crate) struct Saga {
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

fn is_asked(order: &Order) -> bool {
    matches!(&order.payment, Some(Payment { outcome: Outcome::Asked, .. }))
}

fn with_key(mut order: Order, tab: usize) -> Order {
    order.payment = Some(Payment { key: key(tab), asked_at: noon(), outcome: Outcome::Asked });
    order
}

fn bits(mut numbers: u16) -> impl Iterator<Item = u8> {
    std::iter::from_fn(move || {
        let lowest = u8::try_from(numbers.trailing_zeros()).unwrap();
        (numbers != 0).then(|| {
            numbers &= numbers - 1;
            lowest
        })
    })
}

impl Saga {
    /// The saga under these guards.
    pub(crate) fn new(guards: Guards) -> Self {
        Self { guards, orders: Vec::new(), numbers: HashMap::new(), taken: HashMap::new() }
    }

    /// An order just placed, and its place.
    pub(crate) fn start(&mut self) -> World {
        let (id, visitor) = (OrderId::new(0, 1), VisitorId::new(0, 1));
        let address = Address {
            recipient: Personal::default(),
            phone: Personal::default(),
            postcode: Personal::default(),
            street: Personal::default(),
            detail: Personal::default(),
        };
        let promised = calendar::promised_date(noon());
        let order = Order::new(id, visitor, Language::Ko, PriceRange::Middle, address, promised, noon());
        let order = self.number(order);
        World {
            now: 0,
            order,
            free: COPIES,
            mine: Place::Until(Order::HELD_MINUTES),
            rival: Place::None,
            payments: [There::None; 2],
            charges: 0,
            back: [0; NUMBERS],
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

    /// The order after a step, by the shop's own functions. Their moment is always noon: what depends on the time is said by the step.
    fn take(&mut self, number: u16, step: Step) -> Option<Became> {
        if let Some(known) = self.taken.get(&(number, step)) {
            return *known;
        }
        let order = self.order(number).clone();
        let now = noon();
        let quiet = |order: Order| Some(Taken { order, messages: Vec::new() });
        let taken = match step {
            Step::Asked(tab) => quiet(with_key(order, tab)),
            Step::Refused => quiet(order.payment_refused("NO".to_owned(), now)),
            Step::HeldUntil(until) => quiet(Order { held_until: minute(until), ..order }),
            Step::Paid(tab) => with_key(order, tab).paid(None, now).ok(),
            Step::PaidWithoutPlace(tab) => with_key(order, tab).paid_without_place(None, now).ok(),
            Step::PaidTooLate(tab) => with_key(order, tab).paid_too_late(None, now).ok(),
            Step::Cancelled => order.cancelled(now).ok(),
            Step::Chosen => order.picked(choice(), now).ok(),
            Step::Packed => order.packed(now).ok(),
            Step::RefundAsked(number) => quiet(order.refund_asked(number.into(), now)),
            Step::RefundDone(number) => Some(order.refund_done(number.into(), now)),
            Step::RefundParked(number) => quiet(order.refund_parked(number.into(), "NO".to_owned(), now)),
        };
        let became = taken.map(|taken| {
            let of = |task: &Task| {
                let asked = taken.messages.iter().filter(|message| message.task == *task);
                asked.map(|message| 1 << message.id.sequence).sum()
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

    /// Whether a place could be taken for the order, or for the other reader, at a moment, by the shop's own function.
    fn can_take(&self, world: &World, rival: bool, moment: usize) -> bool {
        let mine = self.order(world.order).id;
        let other = OrderId::new(0, 2);
        let held = [(mine, world.mine), (other, world.rival)].into_iter().filter_map(|(id, place)| {
            let hold = match place {
                Place::None => return None,
                Place::Until(until) => Hold::Until(minute(until)),
                Place::Paid => Hold::Paid,
            };
            Some((id, hold))
        });
        let stock = Stock { free: world.free.into(), holds: held.collect::<BTreeMap<_, _>>() };
        stock.take(if rival { other } else { mine }, minute(CLOCK[moment])).is_ok()
    }

    /// Whether everybody is done: no function runs, no message waits, and nothing is to be found out about a payment.
    pub(crate) fn at_rest(&self, world: &World) -> bool {
        let order = self.order(world.order);
        let unanswered = is_asked(order) && matches!(order.state, State::Priced | State::Cancelled);
        world.hands == [Hand::IDLE; 2] && world.choose | world.pack | world.refund == 0 && !unanswered
    }

    /// What of a world must not be.
    pub(crate) fn wrong(&self, world: &World) -> Option<String> {
        let order = self.order(world.order);
        let said = |what: &str| Some(what.to_owned());
        let has_copy = matches!(order.state, State::Chosen | State::Packed);
        if world.charges > 1 {
            return said("charged twice");
        }
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
            Place::Until(until) => CLOCK[world.now] < until,
            Place::Paid => true,
        };
        match order.state {
            State::Priced if world.mine == Place::Paid => {
                return said("a place is held for good, and not paid");
            }
            State::Paid | State::Choosing if world.mine != Place::Paid => {
                return said("paid, and no place is held");
            }
            State::Priced | State::Paid | State::Choosing => {}
            _ if lives => return said("a place is held that nobody needs"),
            _ => {}
        }
        for (number, times) in world.back.iter().enumerate().filter(|(_, times)| **times > 0) {
            let refund = u32::try_from(number).ok().and_then(|number| order.refund(number));
            match refund.map(|refund| &refund.progress) {
                _ if *times > 1 => return said("a refund went back twice"),
                None
                | Some(
                    Progress::NoAccount
                    | Progress::Due
                    | Progress::ByHand { .. }
                    | Progress::Parked { .. }
                    | Progress::Replaced,
                ) => {
                    return said("money went back that the order does not know of");
                }
                Some(Progress::Asked | Progress::Done { .. }) => {}
            }
        }
        if !self.at_rest(world) {
            return None;
        }
        let charged = if world.charges == 0 { Won::ZERO } else { order.total };
        let back = self.gone_back(world);
        let held = charged.saturating_sub(back);
        if order.refunds.iter().any(|refund| !matches!(refund.progress, Progress::Done { .. })) {
            return said("at rest, and a refund is not done");
        }
        match order.state {
            State::Priced | State::Cancelled if charged > Won::ZERO => said("not paid, and charged"),
            State::Packed if charged == Won::ZERO => said("paid, and not charged"),
            State::Packed
                if held != order.held() || held + order.goes_back().unwrap_or_default() != order.total =>
            {
                said("the shop holds another sum than the order says")
            }
            State::Refunded if charged == Won::ZERO || held != Won::ZERO => {
                said("refunded, and not all went back")
            }
            State::Priced | State::Cancelled | State::Packed | State::Refunded => None,
            other => Some(format!("at rest, and {}", other.name())),
        }
    }

    fn gone_back(&self, world: &World) -> Won {
        let order = self.order(world.order);
        let back = order.refunds.iter().map(|refund| {
            let times = usize::try_from(refund.sequence).ok().and_then(|number| world.back.get(number));
            Won(refund.amount.0 * u64::from(times.copied().unwrap_or_default()))
        });
        back.sum()
    }

    /// A world in words.
    pub(crate) fn told(&self, world: &World) -> String {
        let order = self.order(world.order);
        format!("{world:?}\n{:?} {:?} {:?}", order.state, order.payment, order.refunds)
    }

    /// Everything that can happen next.
    pub(crate) fn steps(&mut self, world: &World) -> Vec<(Next, World)> {
        let mut out = Vec::with_capacity(24);
        self.clock_and_readers(world, &mut out);
        self.messages(world, &mut out);
        if let Some(idle) = world.hands.iter().position(|hand| hand.at == At::Idle) {
            for (next, hand) in self.beginnings(world) {
                let mut after = *world;
                after.hands[idle] = hand;
                if hand.at.is_one_write() {
                    let first = out.len();
                    self.goes_on(&after, idle, &mut out);
                    for (begun, _) in &mut out[first..] {
                        *begun = next;
                    }
                } else {
                    out.push((next, after));
                }
            }
        }
        for which in 0..world.hands.len() {
            if world.hands[which].at != At::Idle {
                let mut dead = *world;
                dead.hands[which] = Hand::IDLE;
                out.push((Next::Dies, dead));
                self.goes_on(world, which, &mut out);
            }
        }
        // Which of two hands is which makes no difference, nor what a hand does not look at any more.
        for (_, after) in &mut out {
            for hand in &mut after.hands {
                if hand.at.reads_anew() {
                    hand.seen = 0;
                }
                if hand.at.is_timeless() {
                    hand.began = 0;
                }
            }
            after.hands.sort_unstable();
        }
        out
    }

    fn clock_and_readers(&mut self, world: &World, out: &mut Vec<(Next, World)>) {
        // No function runs for longer than it takes from one of these minutes to the one after the next.
        let young =
            world.hands.iter().all(|hand| hand.at.is_timeless() || usize::from(hand.began) == world.now);
        if world.now + 1 < CLOCK.len() && young {
            let mut after = *world;
            after.now += 1;
            if matches!(after.rival, Place::Until(until) if until <= CLOCK[after.now]) {
                after.rival = Place::None;
            }
            if after.now >= SESSIONS_OVER {
                for payment in &mut after.payments {
                    if *payment == There::InProgress {
                        *payment = There::Expired;
                    }
                }
            }
            out.push((Next::Time, after));
        }
        // The payment window opens for no order that is paid. The second tab comes after the first.
        let open = world.now < SESSIONS_OVER && !world.payments.contains(&There::Done);
        if let (true, Some(tab)) = (open, world.payments.iter().position(|payment| *payment == There::None)) {
            let mut after = *world;
            after.payments[tab] = There::InProgress;
            out.push((Next::Authenticates, after));
        }
        let mut rival = |change: &dyn Fn(&mut World)| {
            let mut after = *world;
            change(&mut after);
            out.push((Next::Rival, after));
        };
        match world.rival {
            Place::None | Place::Until(_) if self.guards.rival && self.can_take(world, true, world.now) => {
                rival(&|world| {
                    world.rival = Place::Until(CLOCK[world.now] + Order::HELD_MINUTES);
                    // What has run out is swept from the record.
                    if matches!(world.mine, Place::Until(until) if until <= CLOCK[world.now]) {
                        world.mine = Place::None;
                    }
                    another_version(world);
                });
            }
            _ => {}
        }
        if matches!(world.rival, Place::Until(until) if CLOCK[world.now] < until) {
            rival(&|world| world.rival = Place::Paid);
        }
    }

    /// `choose` and `pack`: one transaction each, with the message.
    fn messages(&mut self, world: &World, out: &mut Vec<(Next, World)>) {
        for number in bits(world.choose) {
            let mut handled = *world;
            handled.choose &= !(1 << number);
            if !matches!(self.order(world.order).state, State::Paid | State::Choosing) {
                out.push((Next::Handles, handled));
            } else if let Some(became) = self.take(world.order, Step::Chosen).filter(|_| world.free > 0) {
                let mut after = handled;
                Self::write(&mut after, became);
                after.free -= 1;
                after.mine = Place::None;
                out.push((Next::Handles, after));
            }
        }
        for number in bits(world.pack) {
            let mut after = *world;
            after.pack &= !(1 << number);
            if let Some(became) = self.take(world.order, Step::Packed) {
                Self::write(&mut after, became);
            }
            out.push((Next::Handles, after));
        }
        for number in bits(world.refund) {
            if !self.order(world.order).refund(number.into()).is_some_and(|refund| refund.progress.is_open())
            {
                let mut after = *world;
                after.refund &= !(1 << number);
                out.push((Next::Handles, after));
            }
        }
    }

    /// What an idle hand can begin.
    fn beginnings(&mut self, world: &World) -> Vec<(Next, Hand)> {
        let order = self.order(world.order);
        let (seen, began) = (world.order, u8::try_from(world.now).unwrap());
        let (state, asked) = (order.state, is_asked(order));
        let unsettled = matches!(state, State::Priced | State::Cancelled);
        let hand = |at| Hand { at, seen, began };
        let mut out = Vec::new();
        for tab in 0..2 {
            if state == State::Priced && world.payments[tab] != There::None {
                out.push((Next::Reader(At::Asks(tab)), hand(At::Asks(tab))));
            }
        }
        if unsettled && asked && self.guards.asks_again {
            out.push((Next::Starts(At::AsksAgain), hand(At::AsksAgain)));
        }
        // Whenever a payment has changed, because webhooks come late, twice and from anybody. Nobody is sure to send one.
        let changed = |payment: &There| !matches!(payment, There::None | There::InProgress);
        if unsettled && world.payments.iter().any(changed) {
            out.push((Next::Reader(At::Looks), hand(At::Looks)));
        }
        for number in bits(world.refund) {
            if order.refund(number.into()).is_some_and(|refund| refund.progress.is_open()) {
                let asked_before = order.refund(number.into()).is_some_and(|r| r.progress == Progress::Asked);
                let at = At::Refunds(number, asked_before);
                out.push((Next::Starts(at), hand(at)));
            }
        }
        if self.take(world.order, Step::Cancelled).is_some() {
            out.push((Next::Reader(At::Cancels), hand(At::Cancels)));
        }
        out
    }

    /// One thing that a hand does.
    #[allow(clippy::too_many_lines, reason = "one arm a step")]
    fn goes_on(&mut self, world: &World, which: usize, out: &mut Vec<(Next, World)>) {
        let hand = world.hands[which];
        let at = hand.at;
        let seen = Rc::clone(&self.orders[usize::from(hand.seen)]);
        let as_read = hand.seen == world.order || !self.guards.order_version;
        let moment = usize::from(hand.began);
        let now = CLOCK[moment];
        // The hand goes on to something, having changed the world or not.
        let to = |world: &World, next: At, seen: u16| {
            let mut after = *world;
            after.hands[which] =
                if next == At::Idle { Hand::IDLE } else { Hand { at: next, seen, began: hand.began } };
            after
        };
        let mut goes = |next: At| out.push((Next::Goes(at), to(world, next, hand.seen)));
        match at {
            At::Idle => {}
            At::Asks(tab) => {
                let order = self.order(world.order);
                let free = match &order.payment {
                    None => true,
                    Some(payment) => {
                        payment.key == key(tab)
                            || matches!(payment.outcome, Outcome::Refused { .. })
                            || !self.guards.one_at_a_time
                    }
                };
                let priced = order.state == State::Priced;
                let held = order.held_until > minute(now);
                let asked = is_asked(order);
                if priced && held && free {
                    if let Some(became) = self.take(world.order, Step::Asked(tab)) {
                        let mut after = to(world, At::Confirms(tab), became.order);
                        Self::write(&mut after, became);
                        out.push((Next::Goes(at), after));
                    }
                } else if priced && !held && !asked {
                    out.push((Next::Goes(at), to(world, At::LooksForPlace(tab), world.order)));
                } else {
                    goes(At::Idle);
                }
            }
            At::LooksForPlace(tab) => {
                let can = self.can_take(world, false, moment);
                goes(if can { At::HoldsAgain(tab, true) } else { At::Idle });
            }
            At::HoldsAgain(tab, fresh) => {
                if as_read && (fresh || !self.guards.stock_version) {
                    let until = now + Order::HELD_MINUTES;
                    if let Some(became) = self.take(hand.seen, Step::HeldUntil(until)) {
                        let mut after = to(world, At::Asks(tab), became.order);
                        Self::write(&mut after, became);
                        after.mine = Place::Until(until);
                        if matches!(after.rival, Place::Until(until) if until <= now) {
                            after.rival = Place::None;
                        }
                        another_version(&mut after);
                        out.push((Next::Goes(at), after));
                    }
                } else {
                    goes(At::Idle);
                }
            }
            At::Confirms(tab) => {
                // Not arrived, or answered by nobody: the same to whoever asked.
                out.push((Next::NoAnswer(at), to(world, At::FindsOut, hand.seen)));
                let mut answers = |payment: There, charges: u8, next: At| {
                    for (answer, then) in [(Next::Goes(at), next), (Next::NoAnswer(at), At::FindsOut)] {
                        let mut after = to(world, then, hand.seen);
                        after.payments[tab] = payment;
                        after.charges += charges;
                        out.push((answer, after));
                    }
                };
                match world.payments[tab] {
                    There::None => {}
                    There::InProgress => {
                        answers(There::Done, 1, At::Paid { tab, swept: false });
                        answers(There::Aborted, 0, At::WritesRefused(tab));
                    }
                    // The same key has the same answer.
                    There::Done => answers(There::Done, 0, At::Paid { tab, swept: false }),
                    There::Aborted => answers(There::Aborted, 0, At::WritesRefused(tab)),
                    There::Expired => answers(There::Expired, 0, At::FindsOutTheEnd),
                }
            }
            At::FindsOut | At::FindsOutTheEnd | At::AsksAgain | At::Looks => {
                out.push((
                    Next::NoAnswer(at),
                    to(world, if at == At::FindsOutTheEnd { refused(&seen) } else { At::Idle }, hand.seen),
                ));
                let (tab, there) = self.most_telling(world);
                let next = match (at, there) {
                    (At::Looks, there) if there != Told::Done && !is_asked(&seen) => At::Idle,
                    (At::FindsOutTheEnd, there) if there != Told::Done => refused(&seen),
                    (At::AsksAgain, Told::InProgress) if seen.state == State::Priced => {
                        tab_of(&seen).map_or(At::Idle, At::Confirms)
                    }
                    (_, Told::Done) => At::Paid { tab, swept: false },
                    (_, Told::Over) => refused(&seen),
                    (_, Told::InProgress | Told::PartlyBack) => At::Idle,
                };
                out.push((Next::Goes(at), to(world, next, hand.seen)));
            }
            At::Paid { tab, swept } => {
                let in_doubt = swept || seen.held_until <= minute(now + IN_DOUBT);
                let place = match seen.state {
                    State::Priced if in_doubt && self.can_take(world, false, moment) => Found::Again(true),
                    State::Priced if in_doubt => Found::Gone,
                    _ => Found::Held,
                };
                let open = matches!(seen.state, State::Priced | State::Cancelled);
                goes(if open { At::WritesPaid { tab, place } } else { At::Idle });
            }
            At::WritesPaid { tab, place } => {
                let step = match (seen.state, place) {
                    (State::Priced, Found::Gone) => Step::PaidWithoutPlace(tab),
                    (State::Priced, _) => Step::Paid(tab),
                    _ => Step::PaidTooLate(tab),
                };
                let Some(became) = self.take(hand.seen, step) else { return goes(At::Idle) };
                let places_fit = match place {
                    Found::Held => {
                        step != Step::Paid(tab) || world.mine != Place::None || !self.guards.place_is_held
                    }
                    Found::Again(fresh) => fresh || !self.guards.stock_version,
                    Found::Gone => true,
                };
                if as_read && places_fit {
                    let mut after = to(world, At::Idle, 0);
                    Self::write(&mut after, became);
                    if step == Step::Paid(tab) {
                        after.mine = Place::Paid;
                    }
                    if matches!(place, Found::Again(_)) {
                        another_version(&mut after);
                    }
                    out.push((Next::Goes(at), after));
                } else {
                    let swept = !places_fit;
                    out.push((Next::Goes(at), to(world, At::Paid { tab, swept }, world.order)));
                }
            }
            At::WritesRefused(tab) => {
                let still = is_asked(&seen) && tab_of(&seen) == Some(tab);
                if !still || !matches!(seen.state, State::Priced | State::Cancelled) {
                    goes(At::Idle);
                } else if as_read {
                    if let Some(became) = self.take(hand.seen, Step::Refused) {
                        let mut after = to(world, At::Idle, 0);
                        Self::write(&mut after, became);
                        out.push((Next::Goes(at), after));
                    }
                } else {
                    out.push((Next::Goes(at), to(world, at, world.order)));
                }
            }
            At::Cancels => match self.take(hand.seen, Step::Cancelled) {
                None => goes(At::Idle),
                Some(became) if as_read => {
                    let mut after = to(world, At::Idle, 0);
                    Self::write(&mut after, became);
                    if seen.choice.is_some() {
                        after.free += 1;
                    } else {
                        after.mine = Place::None;
                    }
                    out.push((Next::Goes(at), after));
                }
                Some(_) => out.push((Next::Goes(at), to(world, at, world.order))),
            },
            At::Refunds(number, asked_before) => {
                self.asks_for_refund(world, which, (number, asked_before), out);
            }
            At::FindsRefund(number) => {
                let there = world.back[usize::from(number)] > 0;
                goes(if there { At::WritesRefunded(number) } else { At::Idle });
                out.push((Next::NoAnswer(at), to(world, At::Idle, 0)));
            }
            At::WritesRefunded(number) => {
                let mut after = to(world, At::Idle, 0);
                if self.order(world.order).refund(number.into()).is_some_and(|r| r.progress.is_open())
                    && let Some(became) = self.take(world.order, Step::RefundDone(number))
                {
                    Self::write(&mut after, became);
                }
                after.refund &= !(1 << number);
                out.push((Next::Goes(at), after));
            }
        }
    }

    /// One refund: written down as asked, then asked for under its own key.
    fn asks_for_refund(
        &mut self,
        world: &World,
        which: usize,
        (number, asked_before): (u8, bool),
        out: &mut Vec<(Next, World)>,
    ) {
        let hand = world.hands[which];
        let at = hand.at;
        let to = |world: &World, next: At| {
            let mut after = *world;
            after.hands[which] = if next == At::Idle { Hand::IDLE } else { Hand { at: next, ..hand } };
            after
        };
        let order = self.order(world.order);
        let Some(refund) = order.refund(number.into()).cloned() else { return };
        match refund.progress {
            // Written first; who meets it written already looks before asking.
            Progress::Due => {
                if let Some(became) = self.take(world.order, Step::RefundAsked(number)) {
                    let mut after = to(world, at);
                    Self::write(&mut after, became);
                    after.hands[which].seen = became.order;
                    out.push((Next::Goes(at), after));
                }
                return;
            }
            Progress::Asked => {}
            Progress::NoAccount
            | Progress::Done { .. }
            | Progress::ByHand { .. }
            | Progress::Parked { .. }
            | Progress::Replaced => {
                out.push((Next::Goes(at), to(world, At::Idle)));
                return;
            }
        }
        let before = world.back[usize::from(number)];
        if asked_before {
            out.push((Next::NoAnswer(at), to(world, At::Idle)));
            let next = if before > 0 { At::WritesRefunded(number) } else { At::Refunds(number, false) };
            out.push((Next::Goes(at), to(world, next)));
            return;
        }
        out.push((Next::NoAnswer(at), to(world, At::FindsRefund(number))));
        let is_paid = tab_of(order).is_some_and(|tab| world.payments[tab] == There::Done);
        let balance = if is_paid { order.total.saturating_sub(self.gone_back(world)) } else { Won::ZERO };
        let replayed = before > 0 && self.guards.refund_key;
        if replayed || balance >= refund.amount {
            for (answer, next) in
                [(Next::Goes(at), At::WritesRefunded(number)), (Next::NoAnswer(at), At::FindsRefund(number))]
            {
                let mut after = to(world, next);
                after.back[usize::from(number)] += u8::from(!replayed);
                out.push((answer, after));
            }
        } else if let Some(became) = self.take(world.order, Step::RefundParked(number)) {
            let mut after = to(world, At::Idle);
            Self::write(&mut after, became);
            after.refund &= !(1 << number);
            out.push((Next::Goes(at), after));
        }
    }

    /// The payment that says most about the order, as the payment service tells it.
    fn most_telling(&self, world: &World) -> (usize, Told) {
        let order = self.order(world.order);
        let tab = usize::from(world.payments[1] > world.payments[0]);
        let told = match world.payments[tab] {
            There::Done => match self.gone_back(world) {
                Won::ZERO => Told::Done,
                back if back < order.total => Told::PartlyBack,
                _ => Told::Over,
            },
            There::InProgress => Told::InProgress,
            There::None | There::Aborted | There::Expired => Told::Over,
        };
        (tab, told)
    }
}

/// How the payment service tells of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Done,
    PartlyBack,
    InProgress,
    /// Aborted, expired, or all of it went back.
    Over,
}

/// Where a hand goes that learned that the payment asked for will not come.
fn refused(seen: &Order) -> At {
    tab_of(seen).map_or(At::Idle, At::WritesRefused)
}

/// The places have changed: what was seen of them before is old.
fn another_version(world: &mut World) {
    for hand in &mut world.hands {
        match &mut hand.at {
            At::HoldsAgain(_, fresh) | At::WritesPaid { place: Found::Again(fresh), .. } => *fresh = false,
            _ => {}
        }
    }
}
