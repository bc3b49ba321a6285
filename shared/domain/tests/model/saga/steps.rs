//! What can happen next: time, the readers, the bank, the messages, and what an idle function can
//! begin.

use domain::order::{Order, State, refund::Progress};

use super::{
    ACCOUNT, At, DUE, Hand, Next, Place, SESSIONS_OVER, Saga, Step, There, World, another_version,
    bits, is_open,
};

impl Saga {
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
        // Which of two hands is which makes no difference, nor what a hand does not look at any
        // more.
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
        // No function runs for longer than it takes from one of these minutes to the one after the
        // next.
        let young = world
            .hands
            .iter()
            .all(|hand| hand.at.is_timeless() || usize::from(hand.began) == world.now);
        if world.now + 1 < self.cast.minutes.len() && young {
            let mut after = *world;
            after.now += 1;
            if matches!(after.rival, Place::Until(until) if until <= self.cast.minutes[after.now]) {
                after.rival = Place::None;
            }
            let (before, now) = (self.cast.minutes[world.now], self.cast.minutes[after.now]);
            if SESSIONS_OVER.iter().any(|over| (before + 1..=now).contains(over)) {
                for payment in &mut after.payments {
                    if *payment == There::InProgress {
                        *payment = There::Expired;
                    }
                }
            }
            out.push((Next::Time, after));
        }
        self.window(world, out);
        if self.cast.deposit {
            self.bank(world, out);
        }
        let now = self.cast.minutes[world.now];
        let mut rival = |change: &dyn Fn(&mut World)| {
            let mut after = *world;
            change(&mut after);
            out.push((Next::Rival, after));
        };
        match world.rival {
            Place::None | Place::Until(_)
                if self.cast.rival && self.can_take(world, true, world.now) =>
            {
                rival(&|world| {
                    world.rival = Place::Until(now + Order::HELD_MINUTES);
                    // What has run out is swept from the record.
                    if matches!(world.mine, Place::Until(until) if until <= now) {
                        world.mine = Place::None;
                    }
                    another_version(world);
                });
            }
            _ => {}
        }
        if matches!(world.rival, Place::Until(until) if now < until) {
            rival(&|world| world.rival = Place::Paid);
        }
    }

    /// The payment window opens for no order that is paid, or whose account was closed under this
    /// name. The second tab comes after the first.
    fn window(&self, world: &World, out: &mut Vec<(Next, World)>) {
        let name = self.name(world.order);
        let used = |tab: usize| {
            world.names[tab] == name && matches!(world.payments[tab], There::Done | There::Closed)
        };
        // A session of the first minutes is over before one of the next day begins.
        let now = self.cast.minutes[world.now];
        let early = now < SESSIONS_OVER[0];
        let late = now >= DUE && self.cast.minutes.iter().any(|minute| *minute > now);
        let tabs = if self.cast.second_tab { 2 } else { 1 };
        let next = world.payments[..tabs].iter().position(|payment| *payment == There::None);
        if let (true, false, Some(tab)) = (early || late, used(0) || used(1), next) {
            let mut after = *world;
            after.payments[tab] = There::InProgress;
            after.names[tab] = name;
            out.push((Next::Authenticates, after));
        }
    }

    /// The deposit comes, too late also, or is taken back as long as nothing of it went back; an
    /// account whose day is over may be closed there.
    fn bank(&self, world: &World, out: &mut Vec<(Next, World)>) {
        let mut moves = |to: There, charges: u8| {
            let mut after = *world;
            after.payments[ACCOUNT] = to;
            after.charges = charges;
            after.moved += 1;
            out.push((Next::Bank(to), after));
        };
        let account = world.payments[ACCOUNT];
        if matches!(account, There::Waiting | There::TakenBack) && world.moved < self.cast.moves {
            moves(There::Done, world.charges + 1);
        }
        if account == There::Done
            && world.back & self.refunds(world.order) == 0
            && world.moved < self.cast.moves
        {
            moves(There::TakenBack, world.charges - 1);
        }
        if account == There::Waiting && self.cast.minutes[world.now] >= DUE {
            moves(There::Closed, world.charges);
        }
    }

    /// `choose` and `pack`: one transaction each, with the message.
    fn messages(&mut self, world: &World, out: &mut Vec<(Next, World)>) {
        for number in bits(world.choose) {
            let mut handled = *world;
            handled.choose &= !(1 << number);
            if !matches!(self.order(world.order).state, State::Paid | State::Choosing) {
                out.push((Next::Handles, handled));
            } else if let Some(became) =
                self.take(world.order, Step::Chosen).filter(|_| world.free > 0)
            {
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
            if !self
                .order(world.order)
                .refund(number.into())
                .is_some_and(|refund| refund.progress.is_open())
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
        let (state, open) = (order.state, is_open(order));
        let unsettled = matches!(state, State::Priced | State::Cancelled);
        let hand = |at| Hand { at, seen, began, ..Hand::IDLE };
        let mut out = Vec::new();
        for tab in 0..2 {
            if state == State::Priced && world.payments[tab] != There::None {
                out.push((Next::Reader(At::Asks(tab)), hand(At::Asks(tab))));
            }
        }
        if unsettled && open && self.guards.asks_again {
            // `sweep` waits for the account's day, unless the order was cancelled; the reader asks
            // whenever they like.
            let early = order
                .awaits_transfer()
                .is_some_and(|account| account.due > super::minute(self.cast.minutes[world.now]));
            let begins = if early && state == State::Priced { Next::Reader } else { Next::Starts };
            out.push((begins(At::AsksAgain), hand(At::AsksAgain)));
        }
        // Whenever a payment has changed, because webhooks come late, twice and from anybody.
        // Nobody is sure to send one of a card; of a deposit it is said until it is heard.
        let changed = |payment: &There| !matches!(payment, There::None | There::InProgress);
        if unsettled && !self.cast.deposit && world.payments.iter().any(changed) {
            out.push((Next::Reader(At::Looks), hand(At::Looks)));
        }
        if world.heard < world.moved {
            out.push((Next::Starts(At::Looks), Hand { told_of: world.moved, ..hand(At::Looks) }));
        }
        for number in bits(world.refund) {
            let Some(refund) =
                order.refund(number.into()).filter(|refund| refund.progress.is_open())
            else {
                continue;
            };
            let at = At::Refunds(number, refund.progress == Progress::Asked);
            out.push((Next::Starts(at), hand(at)));
        }
        if self.take(world.order, Step::AccountNamed).is_some() {
            out.push((Next::Reader(At::Names), hand(At::Names)));
        }
        if self.take(world.order, Step::Cancelled).is_some() {
            out.push((Next::Reader(At::Cancels), hand(At::Cancels)));
        }
        out
    }
}
