//! The steps of a running function for a bank transfer: opening and closing the account, and recording
//! the transfer, its reversal and its return.

use std::rc::Rc;

use domain::order::{Order, PaymentStatus, State};

use super::{
    ACCOUNT, DUE, IN_DOUBT, Saga, minute, tab_of,
    transitions::Step,
    world::{
        Action, Activity, Close, LookupResult, Place, PlaceFound, ProviderPayment, World,
        change_version, reread, to,
    },
};

impl Saga {
    /// The order's name at the provider: the number of accounts closed before.
    pub(super) fn name(&self, order: u16) -> u8 {
        u8::try_from(self.order(order).accounts_closed).unwrap()
    }

    /// The refunds of an order, a bit each.
    pub(super) fn refunds(&self, order: u16) -> u32 {
        self.order(order).refunds.iter().map(|refund| 1 << refund.sequence).sum()
    }

    /// The next step of a refund whose transfer turns out to be reversed.
    pub(super) fn found_reversed(&self, world: &World) -> Option<Activity> {
        let gone =
            matches!(world.payments[ACCOUNT], ProviderPayment::Reversed | ProviderPayment::Closed);
        (self.order(world.order).by_bank_transfer() && gone).then_some(Activity::Rereads)
    }

    /// The next step after looking up an order whose transfer was recorded before.
    pub(super) fn looks_at_transfer(seen: &Order, world: &World, lookup: LookupResult) -> Activity {
        let moved = world.moved;
        match (lookup, seen.clone().transfer_reversed(super::noon())) {
            (LookupResult::Done | LookupResult::PartlyBack | LookupResult::Over, _)
                if seen.transfer_is_reversed() =>
            {
                Activity::WritesRestored
            }
            (LookupResult::Waiting, Ok(step)) if !step.order.transfer_is_reversed() => {
                Activity::Closes { moved, why: Close::Reversed }
            }
            (LookupResult::Waiting | LookupResult::Closed, Ok(_)) => Activity::WritesReversed,
            _ => Activity::Idle,
        }
    }

    /// Looks up an awaited transfer, for the reader, for `sweep`, or after a version conflict.
    pub(super) fn asks_for_transfer(
        &mut self,
        world: &World,
        which: usize,
        out: &mut Vec<(Action, World)>,
    ) {
        let process = world.processes[which];
        let seen = Rc::clone(&self.orders[usize::from(process.seen)]);
        let due = DUE <= self.scenario.minutes[usize::from(process.began)];
        let closes = Activity::Closes { moved: world.moved, why: Close::NotAwaited };
        let lookup = match world.payments[ACCOUNT] {
            ProviderPayment::Waiting | ProviderPayment::Reversed => LookupResult::Waiting,
            ProviderPayment::Done => self.lookup(world, process.seen, ACCOUNT),
            ProviderPayment::Closed => LookupResult::Closed,
            _ => LookupResult::Over,
        };
        let next = match (seen.state, lookup) {
            _ if tab_of(&seen) != Some(ACCOUNT) => Activity::Idle,
            (State::Priced | State::Cancelled, LookupResult::Done | LookupResult::PartlyBack) => {
                Activity::Paid { tab: ACCOUNT, swept: false }
            }
            (State::Priced | State::Cancelled, LookupResult::Closed | LookupResult::Over) => {
                Activity::WritesClosed
            }
            (State::Cancelled, LookupResult::Waiting) => closes,
            (State::Priced, LookupResult::Waiting) if due => closes,
            (State::Priced, LookupResult::Waiting) => {
                Activity::Waits { moved: world.moved, swept: false }
            }
            (_, lookup) => Self::looks_at_transfer(&seen, world, lookup),
        };
        out.push((Action::AnswerLost(process.at), to(world, which, Activity::Idle, 0)));
        out.push((Action::Proceeds(process.at), to(world, which, next, process.seen)));
    }

    /// The next step of a function for a bank transfer.
    #[allow(clippy::too_many_lines, reason = "one arm a step")]
    pub(super) fn perform_transfer(
        &mut self,
        world: &World,
        which: usize,
        out: &mut Vec<(Action, World)>,
    ) {
        let process = world.processes[which];
        let at = process.at;
        let seen = Rc::clone(&self.orders[usize::from(process.seen)]);
        let is_current =
            (process.seen == world.order && !process.lookup_recorded) || !self.guards.order_version;
        let now = self.scenario.minutes[usize::from(process.began)];
        let proceeds = |next: Activity, out: &mut Vec<(Action, World)>| {
            out.push((Action::Proceeds(at), to(world, which, next, process.seen)));
        };
        match at {
            Activity::Names => match self.take(process.seen, Step::AccountNamed) {
                Some(transition) if is_current => {
                    let mut after = to(world, which, Activity::Idle, 0);
                    Self::write(&mut after, transition);
                    out.push((Action::Proceeds(at), after));
                }
                Some(_) => out.push((Action::Proceeds(at), reread(world, which, at))),
                None => proceeds(Activity::Idle, out),
            },
            Activity::WritesAccountRefused(number) => {
                let mut after = to(world, which, Activity::Idle, 0);
                if self
                    .order(world.order)
                    .refund(number.into())
                    .is_some_and(|r| r.progress.is_open())
                    && let Some(transition) = self.take(world.order, Step::AccountRefused(number))
                {
                    Self::write(&mut after, transition);
                }
                after.refund &= !(1 << number);
                out.push((Action::Proceeds(at), after));
            }
            Activity::Waits { moved, swept } => {
                let known = tab_of(&seen).filter(|tab| *tab == ACCOUNT).and(seen.payment.as_ref());
                let closes = Activity::Closes { moved, why: Close::NotAwaited };
                match (seen.state, known.map(|payment| &payment.outcome)) {
                    (State::Priced, Some(PaymentStatus::Asked)) if now < DUE => {
                        let in_doubt = swept || seen.held_until <= minute(now + IN_DOUBT);
                        let next = if !in_doubt {
                            Activity::Opens { moved, place: PlaceFound::Held }
                        } else if self.can_take(world, false, process.began.into()) {
                            Activity::Opens { moved, place: PlaceFound::Again(true) }
                        } else {
                            closes
                        };
                        proceeds(next, out);
                    }
                    (State::Priced | State::Cancelled, Some(PaymentStatus::Asked)) => {
                        proceeds(closes, out);
                    }
                    _ => proceeds(Activity::Idle, out),
                }
            }
            Activity::Opens { moved, place } => {
                let Some(transition) = self.take(process.seen, Step::AccountOpened) else {
                    return proceeds(Activity::Idle, out);
                };
                let places_fit = match place {
                    PlaceFound::Again(fresh) => fresh || !self.guards.stock_version,
                    _ => world.mine != Place::None || !self.guards.account_has_place,
                };
                if !is_current || !places_fit {
                    let next = if is_current || !self.guards.asks_provider_again {
                        Activity::Waits { moved, swept: !places_fit }
                    } else {
                        Activity::Rereads
                    };
                    return out.push((Action::Proceeds(at), reread(world, which, next)));
                }
                let mut after = to(world, which, Activity::Idle, 0);
                Self::write(&mut after, transition);
                after.mine = Place::Until(DUE);
                if let PlaceFound::Again(_) = place {
                    if matches!(after.rival, Place::Until(until) if until <= now) {
                        after.rival = Place::None;
                    }
                    change_version(&mut after);
                }
                out.push((Action::Proceeds(at), after));
            }
            Activity::Closes { moved, why } => self.closes(world, which, (moved, why), out),
            Activity::FindsClosed(why) => {
                out.push((Action::AnswerLost(at), to(world, which, Activity::Idle, 0)));
                match (world.payments[ACCOUNT], why) {
                    (ProviderPayment::Closed, why) => proceeds(closed(why), out),
                    // The transfer arrived first, or again.
                    (ProviderPayment::Done, Close::NotAwaited) if world.back == 0 => {
                        proceeds(Activity::Paid { tab: ACCOUNT, swept: false }, out);
                    }
                    // It arrived again; or the account is still open, and the webhook is repeated.
                    _ => proceeds(Activity::Idle, out),
                }
            }
            Activity::WritesReversed | Activity::WritesRestored => {
                let step =
                    if at == Activity::WritesRestored { Step::Again } else { Step::Reversed };
                match self.take(process.seen, step) {
                    None => proceeds(Activity::Idle, out),
                    Some(_) if !is_current && self.guards.asks_provider_again => {
                        out.push((Action::Proceeds(at), reread(world, which, Activity::Rereads)));
                    }
                    Some(_) if !is_current => {
                        out.push((Action::Proceeds(at), reread(world, which, at)));
                    }
                    Some(transition) => {
                        let mut after = to(world, which, Activity::Idle, 0);
                        Self::write(&mut after, transition);
                        if self.order(transition.order).state == State::Cancelled {
                            if seen.choice.is_some() {
                                after.free += 1;
                            } else {
                                after.mine = Place::None;
                            }
                        }
                        out.push((Action::Proceeds(at), after));
                    }
                }
            }
            Activity::RecordsLookup if is_current => {
                let mut after = to(world, which, Activity::Idle, 0);
                for process in
                    after.processes.iter_mut().filter(|process| process.at != Activity::Idle)
                {
                    process.lookup_recorded = true;
                }
                out.push((Action::Proceeds(at), after));
            }
            Activity::RecordsLookup => proceeds(Activity::Rereads, out),
            Activity::Rereads => {
                out.push((Action::Proceeds(at), reread(world, which, Activity::FindsDeposit)));
            }
            Activity::FindsDeposit => self.asks_for_transfer(world, which, out),
            _ => {}
        }
    }

    /// Asks the provider to close the account. It refuses if there is money in it, or if it is closed.
    fn closes(
        &self,
        world: &World,
        which: usize,
        (moved, why): (u8, Close),
        out: &mut Vec<(Action, World)>,
    ) {
        let process = world.processes[which];
        if !self.guards.closes_first {
            return out
                .push((Action::Proceeds(process.at), to(world, which, closed(why), process.seen)));
        }
        let finds = Activity::FindsClosed(why);
        out.push((Action::AnswerLost(process.at), to(world, which, finds, process.seen)));
        let key = 1 << if self.guards.close_key { moved } else { 0 };
        let open =
            matches!(world.payments[ACCOUNT], ProviderPayment::Waiting | ProviderPayment::Reversed);
        if open && world.not_closed & key == 0 {
            for (answer, next) in [
                (Action::Proceeds(process.at), closed(why)),
                (Action::AnswerLost(process.at), finds),
            ] {
                let mut after = to(world, which, next, process.seen);
                after.payments[ACCOUNT] = ProviderPayment::Closed;
                out.push((answer, after));
            }
        } else {
            let mut after = to(world, which, finds, process.seen);
            after.not_closed |= key;
            out.push((Action::Proceeds(process.at), after));
        }
    }
}

/// The next step after the account was closed.
fn closed(why: Close) -> Activity {
    match why {
        Close::NotAwaited => Activity::WritesClosed,
        Close::Reversed => Activity::WritesReversed,
    }
}
