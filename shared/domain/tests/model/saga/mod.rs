//! The payment saga between its side effects. One step of a [`World`] is atomic: a read, a
//! conditional write, or a call to the payment provider whose answer may be lost.
//!
//! [`world`] has the state, [`actions`] what can happen next, [`functions`], [`refund`] and
//! [`bank_transfer`] what a running function does, [`transitions`] the order's own steps, and
//! [`invariants`] what must hold.

mod actions;
mod bank_transfer;
mod functions;
mod invariants;
mod lookup;
mod refund;
mod scenario;
mod transitions;
mod world;

use std::{
    collections::{BTreeMap, HashMap},
    rc::Rc,
};

use domain::{
    base::{
        calendar,
        id::{OrderId, VisitorId},
        price::PriceRange,
        sensitive::Sensitive,
        text::Language,
    },
    order::{
        Address, Order, Payment, PaymentKey, PaymentStatus,
        bank_transfer::{Bank, RefundTo, VirtualAccount},
        stock::{Reservation, Stock},
    },
};
use jiff::Timestamp;

pub(crate) use scenario::{Guards, Scenario};
use transitions::{Step, Transition};
pub(crate) use world::{Action, World};
use world::{Place, Process, ProviderPayment};

/// When a transfer is due whose account was asked for at noon, in minutes.
pub(crate) const DUE: i64 = VirtualAccount::HOURS * 60;

/// When the provider's payment sessions expire: those of the first minutes, and those begun after
/// [`DUE`].
const SESSIONS_OVER: [i64; 2] = [60, DUE + 60];

/// The tab that pays by bank transfer, in a scenario that has one.
const ACCOUNT: usize = 0;

/// A place that expires within this many minutes is read again:
/// `payments::PLACE_IN_DOUBT_MINUTES`.
const IN_DOUBT: i64 = 1;

/// Copies in the range: one, for two readers.
const COPIES: u8 = 1;

/// The model: scenario, guards, and the orders reached so far, by number.
pub(crate) struct Saga {
    scenario: Scenario,
    guards: Guards,
    orders: Vec<Rc<Order>>,
    numbers: HashMap<String, u16>,
    taken: HashMap<(u16, Step), Option<Transition>>,
}

fn noon() -> Timestamp {
    "2026-11-23T12:00:00+09:00".parse().unwrap()
}

fn minute(minute: i64) -> Timestamp {
    calendar::minutes_after(noon(), minute)
}

fn key(tab: usize) -> PaymentKey {
    format!("tab{tab}").parse().unwrap()
}

fn tab_of(order: &Order) -> Option<usize> {
    let payment = order.payment.as_ref()?;
    (0..2).find(|tab| payment.key == key(*tab))
}

/// Whether the payment has no final answer.
fn is_open(order: &Order) -> bool {
    matches!(
        &order.payment,
        Some(Payment { outcome: PaymentStatus::Asked | PaymentStatus::Waits { .. }, .. })
    )
}

fn with_key(mut order: Order, tab: usize, outcome: PaymentStatus) -> Order {
    order.payment = Some(Payment { outcome, ..Payment::asked(key(tab), noon()) });
    order
}

/// The virtual account.
fn account() -> VirtualAccount {
    VirtualAccount {
        bank: Bank::told("20"),
        number: Sensitive::default(),
        holder: Sensitive::default(),
        due: minute(DUE),
    }
}

/// The account for the refund of a transfer.
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
    /// The model of a scenario under these guards.
    pub(crate) fn new(scenario: Scenario, guards: Guards) -> Self {
        Self {
            scenario,
            guards,
            orders: Vec::new(),
            numbers: HashMap::new(),
            taken: HashMap::new(),
        }
    }

    /// The initial world: a new order with its place, and an open account if the scenario says so.
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
        let (order, mine, first) = if self.scenario.opened {
            let asked = with_key(order, ACCOUNT, PaymentStatus::Asked);
            let order = asked.account_opened(account(), noon()).unwrap().order;
            (order, Place::Until(DUE), ProviderPayment::Waiting)
        } else {
            (order, Place::Until(Order::HELD_MINUTES), ProviderPayment::None)
        };
        let order = self.number(order);
        World {
            now: 0,
            order,
            free: COPIES,
            mine,
            rival: Place::None,
            payments: [first, ProviderPayment::None],
            names: [0; 2],
            charges: 0,
            back: 0,
            refunded_twice: 0,
            refused: 0,
            account_refused: !self.scenario.refuses_account,
            moved: 0,
            heard: 0,
            not_closed: 0,
            choose: 0,
            pack: 0,
            refund: 0,
            processes: [Process::IDLE; 2],
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

    /// Whether the domain would reserve a place for the order, or for the other reader, at a time.
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
        stock
            .reserve(if rival { other } else { mine }, minute(self.scenario.minutes[moment]))
            .is_ok()
    }

    /// Whether this tab pays by bank transfer.
    const fn is_account(&self, tab: usize) -> bool {
        self.scenario.deposit && tab == ACCOUNT
    }

    /// The number of a refund at the provider.
    fn provider_number(&self, order: u16, refund: u8) -> u8 {
        let refund = self.order(order).refund(refund.into()).unwrap();
        u8::try_from(refund.number()).unwrap()
    }

    /// A world as text.
    pub(crate) fn describe(&self, world: &World) -> String {
        let order = self.order(world.order);
        format!("{world:?}\n{:?} {:?} {:?}", order.state, order.payment, order.refunds)
    }
}
