//! The actions that are possible in a world: time, the readers, the bank, the messages, and the starts
//! of functions.

use domain::order::{Order, State, refund::Progress};

use super::{
    ACCOUNT, DUE, SESSIONS_OVER, Saga, bits, is_open,
    transitions::Step,
    world::{Action, Activity, Place, Process, ProviderPayment, World, change_version},
};

impl Saga {
    /// Every possible action, with the world after it.
    pub(crate) fn steps(&mut self, world: &World) -> Vec<(Action, World)> {
        let mut out = Vec::with_capacity(24);
        self.clock_and_readers(world, &mut out);
        self.messages(world, &mut out);
        self.owner(world, &mut out);
        if let Some(idle) = world.processes.iter().position(|process| process.at == Activity::Idle)
        {
            for (next, process) in self.starts(world) {
                let mut after = *world;
                after.processes[idle] = process;
                if process.at.is_one_write() {
                    let first = out.len();
                    self.proceed(&after, idle, &mut out);
                    for (begun, _) in &mut out[first..] {
                        *begun = next;
                    }
                } else {
                    out.push((next, after));
                }
            }
        }
        for which in 0..world.processes.len() {
            if world.processes[which].at != Activity::Idle {
                let mut dead = *world;
                dead.processes[which] = Process::IDLE;
                out.push((Action::Crashes, dead));
                self.proceed(world, which, &mut out);
            }
        }
        // Normalizes the world: the order of the two functions and values that are no longer read make
        // no difference.
        for (_, after) in &mut out {
            for process in &mut after.processes {
                if process.at.rereads() {
                    process.seen = 0;
                }
                if process.at.is_timeless() {
                    process.began = 0;
                }
            }
            after.processes.sort_unstable();
        }
        out
    }

    fn clock_and_readers(&mut self, world: &World, out: &mut Vec<(Action, World)>) {
        // A function that depends on the time ends before the clock has moved twice.
        let young = world
            .processes
            .iter()
            .all(|process| process.at.is_timeless() || usize::from(process.began) == world.now);
        if world.now + 1 < self.scenario.minutes.len() && young {
            let mut after = *world;
            after.now += 1;
            if matches!(after.rival, Place::Until(until) if until <= self.scenario.minutes[after.now])
            {
                after.rival = Place::None;
            }
            let (before, now) =
                (self.scenario.minutes[world.now], self.scenario.minutes[after.now]);
            if SESSIONS_OVER.iter().any(|over| (before + 1..=now).contains(over)) {
                for payment in &mut after.payments {
                    if *payment == ProviderPayment::InProgress {
                        *payment = ProviderPayment::Expired;
                    }
                }
            }
            out.push((Action::Time, after));
        }
        self.window(world, out);
        if self.scenario.deposit {
            self.bank(world, out);
        }
        let now = self.scenario.minutes[world.now];
        let mut rival = |change: &dyn Fn(&mut World)| {
            let mut after = *world;
            change(&mut after);
            out.push((Action::Rival, after));
        };
        match world.rival {
            Place::None | Place::Until(_)
                if self.scenario.rival && self.can_take(world, true, world.now) =>
            {
                rival(&|world| {
                    world.rival = Place::Until(now + Order::HELD_MINUTES);
                    // An expired place is removed from the stock.
                    if matches!(world.mine, Place::Until(until) if until <= now) {
                        world.mine = Place::None;
                    }
                    change_version(world);
                });
            }
            _ => {}
        }
        if matches!(world.rival, Place::Until(until) if now < until) {
            rival(&|world| world.rival = Place::Paid);
        }
    }

    /// The payment window does not open for an order that is paid, or whose account was closed under
    /// this name. The second tab pays after the first.
    fn window(&self, world: &World, out: &mut Vec<(Action, World)>) {
        let name = self.name(world.order);
        let used = |tab: usize| {
            world.names[tab] == name
                && matches!(world.payments[tab], ProviderPayment::Done | ProviderPayment::Closed)
        };
        // A session of the first minutes has expired before one of the next day begins.
        let now = self.scenario.minutes[world.now];
        let early = now < SESSIONS_OVER[0];
        let late = now >= DUE && self.scenario.minutes.iter().any(|minute| *minute > now);
        let tabs = if self.scenario.second_tab { 2 } else { 1 };
        let next =
            world.payments[..tabs].iter().position(|payment| *payment == ProviderPayment::None);
        if let (true, false, Some(tab)) = (early || late, used(0) || used(1), next) {
            let mut after = *world;
            after.payments[tab] = ProviderPayment::InProgress;
            after.names[tab] = name;
            out.push((Action::Authenticates, after));
        }
    }

    /// The transfer arrives, possibly too late, or is reversed unless a part of it is refunded. The bank
    /// may close an account that is due.
    fn bank(&self, world: &World, out: &mut Vec<(Action, World)>) {
        let mut moves = |to: ProviderPayment, charges: u8| {
            let mut after = *world;
            after.payments[ACCOUNT] = to;
            after.charges = charges;
            after.moved += 1;
            out.push((Action::Bank(to), after));
        };
        let account = world.payments[ACCOUNT];
        if matches!(account, ProviderPayment::Waiting | ProviderPayment::Reversed)
            && world.moved < self.scenario.moves
        {
            moves(ProviderPayment::Done, world.charges + 1);
        }
        if account == ProviderPayment::Done
            && world.back & self.refunds(world.order) == 0
            && world.moved < self.scenario.moves
        {
            moves(ProviderPayment::Reversed, world.charges - 1);
        }
        if account == ProviderPayment::Waiting && self.scenario.minutes[world.now] >= DUE {
            moves(ProviderPayment::Closed, world.charges);
        }
    }

    /// `choose` and `pack`: one transaction each, which also deletes the message.
    fn messages(&mut self, world: &World, out: &mut Vec<(Action, World)>) {
        for number in bits(world.choose) {
            let mut handled = *world;
            handled.choose &= !(1 << number);
            if !matches!(self.order(world.order).state, State::Paid | State::Choosing) {
                out.push((Action::Handles, handled));
            } else if let Some(transition) =
                self.take(world.order, Step::Chosen).filter(|_| world.free > 0)
            {
                let mut after = handled;
                Self::write(&mut after, transition);
                after.free -= 1;
                after.mine = Place::None;
                out.push((Action::Handles, after));
            }
        }
        // `pack` gives the order its short number and changes nothing that the model knows.
        for number in bits(world.pack) {
            let mut after = *world;
            after.pack &= !(1 << number);
            out.push((Action::Handles, after));
        }
        for number in bits(world.refund) {
            if !self
                .order(world.order)
                .refund(number.into())
                .is_some_and(|refund| refund.progress.is_open())
            {
                let mut after = *world;
                after.refund &= !(1 << number);
                out.push((Action::Handles, after));
            }
        }
    }

    /// The owner packs, hands over, or unpacks the parcel of a cancelled order.
    fn owner(&mut self, world: &World, out: &mut Vec<(Action, World)>) {
        for step in [Step::Packed, Step::HandedOver, Step::Unpacked] {
            if let Some(transition) = self.take(world.order, step) {
                let mut after = *world;
                Self::write(&mut after, transition);
                if step == Step::Unpacked {
                    after.free += 1;
                }
                out.push((Action::Owner, after));
            }
        }
    }

    /// The functions that can start.
    fn starts(&mut self, world: &World) -> Vec<(Action, Process)> {
        let order = self.order(world.order);
        let (seen, began) = (world.order, u8::try_from(world.now).unwrap());
        let (state, open) = (order.state, is_open(order));
        let unsettled = matches!(state, State::Priced | State::Cancelled);
        let process = |at| Process { at, seen, began, ..Process::IDLE };
        let mut out = Vec::new();
        for tab in 0..2 {
            if state == State::Priced && world.payments[tab] != ProviderPayment::None {
                out.push((Action::Reader(Activity::Asks(tab)), process(Activity::Asks(tab))));
            }
        }
        if unsettled && open && self.guards.asks_again {
            // `sweep` waits until the account is due, unless the order was cancelled; a reader can ask
            // at any time.
            let early = order.awaits_transfer().is_some_and(|account| {
                account.due > super::minute(self.scenario.minutes[world.now])
            });
            let begins =
                if early && state == State::Priced { Action::Reader } else { Action::Starts };
            out.push((begins(Activity::AsksAgain), process(Activity::AsksAgain)));
        }
        // At any time after a change, because webhooks may be late, repeated or forged. One about a card
        // may never arrive; one about a transfer is repeated until it is acknowledged.
        let changed = |payment: &ProviderPayment| {
            !matches!(payment, ProviderPayment::None | ProviderPayment::InProgress)
        };
        if unsettled && !self.scenario.deposit && world.payments.iter().any(changed) {
            out.push((Action::Reader(Activity::Looks), process(Activity::Looks)));
        }
        if world.heard < world.moved {
            out.push((
                Action::Starts(Activity::Looks),
                Process { reported: world.moved, ..process(Activity::Looks) },
            ));
        }
        for number in bits(world.refund) {
            let Some(refund) =
                order.refund(number.into()).filter(|refund| refund.progress.is_open())
            else {
                continue;
            };
            let at = Activity::Refunds(number, refund.progress == Progress::Asked);
            out.push((Action::Starts(at), process(at)));
        }
        if self.take(world.order, Step::AccountNamed).is_some() {
            out.push((Action::Reader(Activity::Names), process(Activity::Names)));
        }
        if self.take(world.order, Step::Cancelled).is_some() {
            out.push((Action::Reader(Activity::Cancels), process(Activity::Cancels)));
        }
        out
    }
}
