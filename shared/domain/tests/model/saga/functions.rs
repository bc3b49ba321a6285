//! The steps of a running function: confirming and recording a payment, cancelling.

use std::rc::Rc;

use domain::order::{Order, PaymentStatus, State};

use super::{
    ACCOUNT, IN_DOUBT, Saga, is_open, key, minute, tab_of,
    transitions::Step,
    world::{
        self, Action, Activity, Place, PlaceFound, Process, ProviderPayment, World, change_version,
    },
};

impl Saga {
    /// The next step of a function. One that handles a webhook and ends acknowledges it; if it wrote
    /// nothing, it raises the order's version first. It does not acknowledge if the lookup failed.
    pub(super) fn proceed(&mut self, world: &World, which: usize, out: &mut Vec<(Action, World)>) {
        let (first, process) = (out.len(), world.processes[which]);
        self.perform(world, which, out);
        for (next, after) in out
            .iter_mut()
            .skip(first)
            .filter(|(_, after)| after.processes[which].at == Activity::Idle)
        {
            let wrote = process.at == Activity::RecordsLookup || after.order != world.order;
            let open = matches!(
                world.payments[ACCOUNT],
                ProviderPayment::Waiting | ProviderPayment::Reversed
            );
            let deaf = matches!(next, Action::AnswerLost(_))
                || (matches!(process.at, Activity::FindsClosed(_)) && open);
            if process.reported == 0 || (deaf && self.guards.heard_after_lookup) {
                continue;
            }
            if wrote || !self.guards.records_lookup {
                after.heard = after.heard.max(process.reported);
            } else {
                after.processes[which] = Process { at: Activity::RecordsLookup, ..process };
            }
        }
    }

    /// The next step of a function.
    #[allow(clippy::too_many_lines, reason = "one arm a step")]
    fn perform(&mut self, world: &World, which: usize, out: &mut Vec<(Action, World)>) {
        let process = world.processes[which];
        let at = process.at;
        let seen = Rc::clone(&self.orders[usize::from(process.seen)]);
        let is_current =
            (process.seen == world.order && !process.lookup_recorded) || !self.guards.order_version;
        let moment = usize::from(process.began);
        let now = self.scenario.minutes[moment];
        let to = |world: &World, next: Activity, seen: u16| world::to(world, which, next, seen);
        let mut proceeds =
            |next: Activity| out.push((Action::Proceeds(at), to(world, next, process.seen)));
        match at {
            Activity::Idle => {}
            Activity::Asks(tab) => {
                let order = self.order(world.order);
                let free = match &order.payment {
                    None => true,
                    Some(payment) => {
                        // While a transfer is awaited, the same key is refused too.
                        let waits = matches!(payment.outcome, PaymentStatus::Waits { .. });
                        let refused = matches!(payment.outcome, PaymentStatus::Refused { .. });
                        !waits && (payment.key == key(tab) || refused) || !self.guards.one_at_a_time
                    }
                };
                let priced = order.state == State::Priced;
                let held = order.held_until > minute(now);
                let open = is_open(order);
                if priced && held && free {
                    if let Some(transition) = self.take(world.order, Step::Asked(tab)) {
                        let mut after = to(world, Activity::Confirms(tab), transition.order);
                        Self::write(&mut after, transition);
                        out.push((Action::Proceeds(at), after));
                    }
                } else if priced && !held && !open {
                    out.push((
                        Action::Proceeds(at),
                        to(world, Activity::LooksForPlace(tab), world.order),
                    ));
                } else {
                    proceeds(Activity::Idle);
                }
            }
            Activity::LooksForPlace(tab) => {
                let can = self.can_take(world, false, moment);
                proceeds(if can { Activity::HoldsAgain(tab, true) } else { Activity::Idle });
            }
            Activity::HoldsAgain(tab, fresh) => {
                if is_current && (fresh || !self.guards.stock_version) {
                    let until = now + Order::HELD_MINUTES;
                    if let Some(transition) = self.take(process.seen, Step::HeldUntil(until)) {
                        let mut after = to(world, Activity::Asks(tab), transition.order);
                        Self::write(&mut after, transition);
                        after.mine = Place::Until(until);
                        if matches!(after.rival, Place::Until(until) if until <= now) {
                            after.rival = Place::None;
                        }
                        change_version(&mut after);
                        out.push((Action::Proceeds(at), after));
                    }
                } else {
                    proceeds(Activity::Idle);
                }
            }
            Activity::Confirms(tab) => {
                // The request or its answer is lost; the caller cannot tell which.
                out.push((Action::AnswerLost(at), to(world, Activity::LooksUp, process.seen)));
                let mut answers = |payment: ProviderPayment, charges: u8, next: Activity| {
                    for (answer, then) in
                        [(Action::Proceeds(at), next), (Action::AnswerLost(at), Activity::LooksUp)]
                    {
                        let mut after = to(world, then, process.seen);
                        after.payments[tab] = payment;
                        after.charges += charges;
                        out.push((answer, after));
                    }
                };
                let waits = Activity::Waits { moved: 0, swept: false };
                match world.payments[tab] {
                    ProviderPayment::None => {}
                    at_provider
                        if at_provider != ProviderPayment::Expired
                            && world.names[tab] != self.name(process.seen) =>
                    {
                        answers(at_provider, 0, Activity::LooksUpNoSession);
                    }
                    ProviderPayment::InProgress if self.is_account(tab) => {
                        answers(ProviderPayment::Waiting, 0, waits);
                    }
                    ProviderPayment::InProgress => {
                        answers(ProviderPayment::Done, 1, Activity::Paid { tab, swept: false });
                        answers(ProviderPayment::Aborted, 0, Activity::WritesRefused(tab));
                    }
                    // The same key has the same answer, even after a movement of the transfer.
                    at_provider
                        if self.is_account(tab) && at_provider != ProviderPayment::Expired =>
                    {
                        answers(at_provider, 0, waits);
                    }
                    ProviderPayment::Done => {
                        answers(ProviderPayment::Done, 0, Activity::Paid { tab, swept: false });
                    }
                    ProviderPayment::Aborted => {
                        answers(ProviderPayment::Aborted, 0, Activity::WritesRefused(tab));
                    }
                    _ => answers(ProviderPayment::Expired, 0, Activity::LooksUpExpired),
                }
            }
            Activity::AsksAgain if seen.awaits_transfer().is_some() => {
                self.asks_for_transfer(world, which, out);
            }
            Activity::LooksUp
            | Activity::LooksUpExpired
            | Activity::LooksUpNoSession
            | Activity::AsksAgain
            | Activity::Looks => {
                out.push((
                    Action::AnswerLost(at),
                    to(
                        world,
                        if at == Activity::LooksUpExpired {
                            refused(&seen)
                        } else {
                            Activity::Idle
                        },
                        process.seen,
                    ),
                ));
                for (tab, lookup) in self.lookups(world, process) {
                    let next = self.after_lookup(world, process, &seen, (tab, lookup));
                    out.push((Action::Proceeds(at), to(world, next, process.seen)));
                }
            }
            Activity::Paid { tab, swept } => {
                let in_doubt = swept || seen.held_until <= minute(now + IN_DOUBT);
                let place = match seen.state {
                    State::Priced if in_doubt && self.can_take(world, false, moment) => {
                        PlaceFound::Again(true)
                    }
                    State::Priced if in_doubt => PlaceFound::Gone,
                    _ => PlaceFound::Held,
                };
                let open = matches!(seen.state, State::Priced | State::Cancelled);
                proceeds(if open { Activity::WritesPaid { tab, place } } else { Activity::Idle });
            }
            Activity::WritesPaid { tab, place } => {
                let step = match (seen.state, place) {
                    (State::Priced, PlaceFound::Gone) => Step::PaidWithoutPlace(tab),
                    (State::Priced, _) => Step::Paid(tab),
                    _ => Step::PaidTooLate(tab),
                };
                let Some(transition) = self.take(process.seen, step) else {
                    return proceeds(Activity::Idle);
                };
                let places_fit = match place {
                    PlaceFound::Held => {
                        step != Step::Paid(tab)
                            || world.mine != Place::None
                            || !self.guards.place_is_held
                    }
                    PlaceFound::Again(fresh) => fresh || !self.guards.stock_version,
                    PlaceFound::Gone => true,
                };
                if is_current && places_fit {
                    let mut after = to(world, Activity::Idle, 0);
                    Self::write(&mut after, transition);
                    if step == Step::Paid(tab) {
                        after.mine = Place::Paid;
                    }
                    if matches!(place, PlaceFound::Again(_)) {
                        change_version(&mut after);
                    }
                    out.push((Action::Proceeds(at), after));
                } else {
                    let swept = !places_fit;
                    let next = match self.is_account(tab) && self.guards.asks_provider_again {
                        // Only the place was lost: the order needs no new lookup.
                        true if is_current => Activity::Paid { tab, swept },
                        true => Activity::Rereads,
                        false => Activity::Paid { tab, swept },
                    };
                    out.push((Action::Proceeds(at), world::reread(world, which, next)));
                }
            }
            Activity::WritesRefused(_) | Activity::WritesClosed => {
                let (tab, step) = match at {
                    Activity::WritesRefused(tab) => (tab, Step::Refused),
                    _ => (ACCOUNT, Step::AccountClosed),
                };
                let still = is_open(&seen) && tab_of(&seen) == Some(tab);
                if !still || !matches!(seen.state, State::Priced | State::Cancelled) {
                    proceeds(Activity::Idle);
                } else if is_current {
                    if let Some(transition) = self.take(process.seen, step) {
                        let mut after = to(world, Activity::Idle, 0);
                        Self::write(&mut after, transition);
                        out.push((Action::Proceeds(at), after));
                    }
                } else {
                    let next = if at == Activity::WritesClosed && self.guards.asks_provider_again {
                        Activity::Rereads
                    } else {
                        at
                    };
                    out.push((Action::Proceeds(at), world::reread(world, which, next)));
                }
            }
            Activity::Cancels => match self.take(process.seen, Step::Cancelled) {
                None => proceeds(Activity::Idle),
                Some(transition) if is_current => {
                    let mut after = to(world, Activity::Idle, 0);
                    Self::write(&mut after, transition);
                    if seen.state == State::Packed {
                        // The copy goes back once the owner has unpacked it.
                    } else if seen.choice.is_some() {
                        after.free += 1;
                    } else {
                        after.mine = Place::None;
                    }
                    out.push((Action::Proceeds(at), after));
                }
                Some(_) => out.push((Action::Proceeds(at), world::reread(world, which, at))),
            },
            Activity::Refunds(number, asked_before) => {
                self.asks_for_refund(world, which, (number, asked_before), out);
            }
            Activity::FindsRefund(number) => {
                let at_provider = world.back & 1 << self.provider_number(world.order, number) != 0;
                let next =
                    if at_provider { Activity::WritesRefunded(number) } else { Activity::Idle };
                proceeds(self.found_reversed(world).unwrap_or(next));
                out.push((Action::AnswerLost(at), to(world, Activity::Idle, 0)));
            }
            Activity::WritesRefunded(number) => {
                let mut after = to(world, Activity::Idle, 0);
                if self
                    .order(world.order)
                    .refund(number.into())
                    .is_some_and(|r| r.progress.is_open())
                    && let Some(transition) = self.take(world.order, Step::RefundDone(number))
                {
                    Self::write(&mut after, transition);
                }
                after.refund &= !(1 << number);
                out.push((Action::Proceeds(at), after));
            }
            Activity::WritesAccountRefused(_)
            | Activity::Names
            | Activity::Waits { .. }
            | Activity::Opens { .. }
            | Activity::Closes { .. }
            | Activity::FindsClosed(_)
            | Activity::WritesReversed
            | Activity::WritesRestored
            | Activity::RecordsLookup
            | Activity::Rereads
            | Activity::FindsDeposit => self.perform_transfer(world, which, out),
        }
    }
}

/// The next step after the provider's final answer that the payment was not made.
pub(super) fn refused(seen: &Order) -> Activity {
    tab_of(seen).map_or(Activity::Idle, Activity::WritesRefused)
}
