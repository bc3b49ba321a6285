//! What the provider answers to a lookup, and the next step after it.

use domain::{
    base::money::Won,
    order::{Order, State},
};

use super::{
    Saga,
    functions::refused,
    is_open, tab_of,
    world::{Activity, LookupResult, Process, ProviderPayment, World},
};

/// Minutes after which an order that the provider does not know counts as never paid. Every payment
/// is asked for at noon.
const NEVER_PAID_AFTER: i64 = Order::NEVER_PAID_AFTER_MINUTES;

impl Saga {
    /// The answers that a function can get which looks a payment up by its key: of the attempt that
    /// it read, or, if a webhook about a card reached it, of any window whose payment has changed.
    pub(super) fn lookups(&self, world: &World, process: Process) -> Vec<(usize, LookupResult)> {
        let (order, name) = (self.order(process.seen), self.name(process.seen));
        let known = |tab: usize| world.payments[tab] != ProviderPayment::None;
        let ours = |tab: usize| world.names[tab] == name;
        if process.at == Activity::Looks && !self.scenario.deposit {
            let changed = |tab: &usize| {
                known(*tab) && ours(*tab) && world.payments[*tab] != ProviderPayment::InProgress
            };
            return (0..2)
                .filter(changed)
                .map(|tab| (tab, self.lookup(world, process.seen, tab)))
                .collect();
        }
        let asked = tab_of(order).filter(|tab| known(*tab));
        match (asked, process.at) {
            (Some(tab), _) if ours(tab) => vec![(tab, self.lookup(world, process.seen, tab))],
            // A webhook about a transfer carries no key: the order is looked up by its name.
            (_, Activity::Looks) => vec![self.most_relevant(world, process.seen)],
            // The key names a payment of another order.
            (Some(tab), _) => vec![(tab, LookupResult::Over)],
            (None, _) => vec![(0, LookupResult::Nothing)],
        }
    }

    /// The next step of a function that looked the payment of a tab up.
    pub(super) fn after_lookup(
        &self,
        world: &World,
        process: Process,
        seen: &Order,
        (tab, lookup): (usize, LookupResult),
    ) -> Activity {
        let now = self.scenario.minutes[world.now];
        let unsettled = matches!(seen.state, State::Priced | State::Cancelled);
        let another = tab_of(seen).is_some_and(|attempt| attempt != tab);
        let another = another && self.guards.attempts_key;
        let arrived = matches!(lookup, LookupResult::Done | LookupResult::PartlyBack);
        match (process.at, lookup) {
            // Another window: only its money concerns the order.
            (Activity::Looks, _) if another && !(unsettled && arrived) => Activity::Idle,
            (Activity::Looks, lookup) if !unsettled => Self::looks_at_transfer(seen, world, lookup),
            (Activity::Looks, _) if !arrived && !is_open(seen) => Activity::Idle,
            (Activity::LooksUpNoSession, _) if !arrived => Activity::Idle,
            (Activity::LooksUpExpired, _) if !arrived => refused(seen),
            // By the same condition as the reader's own request.
            (Activity::AsksAgain, LookupResult::InProgress) if seen.state == State::Priced => {
                tab_of(seen).map_or(Activity::Idle, Activity::Asks)
            }
            (Activity::AsksAgain, LookupResult::Nothing) if now >= NEVER_PAID_AFTER => {
                refused(seen)
            }
            (_, LookupResult::Done | LookupResult::PartlyBack) => {
                Activity::Paid { tab, swept: false }
            }
            (_, LookupResult::Over) => refused(seen),
            (_, LookupResult::Waiting) => Activity::Waits { moved: world.moved, swept: false },
            (_, LookupResult::Closed) => Activity::WritesClosed,
            (_, LookupResult::Nothing | LookupResult::InProgress) => Activity::Idle,
        }
    }

    /// The answer to a lookup by name: the furthest payment under the name of the order as read.
    fn most_relevant(&self, world: &World, seen: u16) -> (usize, LookupResult) {
        let name = self.name(seen);
        let weight = |at_provider: ProviderPayment| match at_provider {
            ProviderPayment::None => 0,
            ProviderPayment::Aborted | ProviderPayment::Expired => 1,
            ProviderPayment::InProgress => 2,
            ProviderPayment::Waiting | ProviderPayment::Reversed => 3,
            ProviderPayment::Closed => 4,
            ProviderPayment::Done => 5,
        };
        let under_the_name = |tab: &usize| {
            world.names[*tab] == name && world.payments[*tab] != ProviderPayment::None
        };
        let furthest =
            (0..2).filter(under_the_name).max_by_key(|tab| (weight(world.payments[*tab]), *tab));
        furthest.map_or((0, LookupResult::Nothing), |tab| (tab, self.lookup(world, seen, tab)))
    }

    /// The provider's answer about one payment.
    pub(super) fn lookup(&self, world: &World, seen: u16, tab: usize) -> LookupResult {
        let order = self.order(seen);
        match world.payments[tab] {
            ProviderPayment::Done => match self.refunded_sum(world) {
                Won::ZERO => LookupResult::Done,
                back if back < order.total => LookupResult::PartlyBack,
                _ => LookupResult::Over,
            },
            ProviderPayment::InProgress => LookupResult::InProgress,
            ProviderPayment::Waiting | ProviderPayment::Reversed => LookupResult::Waiting,
            ProviderPayment::Closed => LookupResult::Closed,
            ProviderPayment::None => LookupResult::Nothing,
            ProviderPayment::Aborted | ProviderPayment::Expired => LookupResult::Over,
        }
    }
}
