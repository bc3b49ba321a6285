//! What a function does that works on an order: paying, cancelling, giving back.

use std::rc::Rc;

use domain::{
    base::money::Won,
    order::{Order, PaymentStatus, State, refund::Progress},
};

use super::{
    ACCOUNT, At, Found, Hand, IN_DOUBT, Next, Place, Saga, Step, There, Told, World,
    another_version, is_open, key, minute, tab_of,
};

impl Saga {
    /// One thing that a hand does. Who was told of a deposit and has done with it has heard it, and
    /// notes that it looked if there is nothing else to write; not who could not find out.
    pub(super) fn goes_on(&mut self, world: &World, which: usize, out: &mut Vec<(Next, World)>) {
        let (first, hand) = (out.len(), world.hands[which]);
        self.does(world, which, out);
        for (next, after) in
            out.iter_mut().skip(first).filter(|(_, after)| after.hands[which].at == At::Idle)
        {
            let wrote = hand.at == At::Notes || after.order != world.order;
            let open = matches!(world.payments[ACCOUNT], There::Waiting | There::TakenBack);
            let deaf = matches!(next, Next::NoAnswer(_))
                || (matches!(hand.at, At::FindsClosed(_)) && open);
            if hand.told_of == 0 || (deaf && self.guards.heard_last) {
                continue;
            }
            if wrote || !self.guards.notes {
                after.heard = after.heard.max(hand.told_of);
            } else {
                after.hands[which] = Hand { at: At::Notes, ..hand };
            }
        }
    }

    /// One thing that a hand does.
    #[allow(clippy::too_many_lines, reason = "one arm a step")]
    fn does(&mut self, world: &World, which: usize, out: &mut Vec<(Next, World)>) {
        let hand = world.hands[which];
        let at = hand.at;
        let seen = Rc::clone(&self.orders[usize::from(hand.seen)]);
        let as_read = (hand.seen == world.order && !hand.noted) || !self.guards.order_version;
        let moment = usize::from(hand.began);
        let now = self.cast.minutes[moment];
        // The hand goes on to something, having changed the world or not.
        let to = |world: &World, next: At, seen: u16| super::to(world, which, next, seen);
        let mut goes = |next: At| out.push((Next::Goes(at), to(world, next, hand.seen)));
        match at {
            At::Idle => {}
            At::Asks(tab) => {
                let order = self.order(world.order);
                let free = match &order.payment {
                    None => true,
                    Some(payment) => {
                        // Nor the same while a deposit is awaited: there is nothing to ask for.
                        let waits = matches!(payment.outcome, PaymentStatus::Waits { .. });
                        let refused = matches!(payment.outcome, PaymentStatus::Refused { .. });
                        !waits && (payment.key == key(tab) || refused) || !self.guards.one_at_a_time
                    }
                };
                let priced = order.state == State::Priced;
                let held = order.held_until > minute(now);
                let open = is_open(order);
                if priced && held && free {
                    if let Some(became) = self.take(world.order, Step::Asked(tab)) {
                        let mut after = to(world, At::Confirms(tab), became.order);
                        Self::write(&mut after, became);
                        out.push((Next::Goes(at), after));
                    }
                } else if priced && !held && !open {
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
                    for (answer, then) in
                        [(Next::Goes(at), next), (Next::NoAnswer(at), At::FindsOut)]
                    {
                        let mut after = to(world, then, hand.seen);
                        after.payments[tab] = payment;
                        after.charges += charges;
                        out.push((answer, after));
                    }
                };
                let waits = At::Waits { moved: 0, swept: false };
                match world.payments[tab] {
                    There::None => {}
                    there
                        if there != There::Expired && world.names[tab] != self.name(hand.seen) =>
                    {
                        answers(there, 0, At::FindsNoSession);
                    }
                    There::InProgress if self.is_account(tab) => answers(There::Waiting, 0, waits),
                    There::InProgress => {
                        answers(There::Done, 1, At::Paid { tab, swept: false });
                        answers(There::Aborted, 0, At::WritesRefused(tab));
                    }
                    // The same key has the same answer, whatever has come since.
                    there if self.is_account(tab) && there != There::Expired => {
                        answers(there, 0, waits);
                    }
                    There::Done => answers(There::Done, 0, At::Paid { tab, swept: false }),
                    There::Aborted => answers(There::Aborted, 0, At::WritesRefused(tab)),
                    _ => answers(There::Expired, 0, At::FindsOutTheEnd),
                }
            }
            At::AsksAgain if seen.awaits_transfer().is_some() => {
                self.asks_for_transfer(world, which, out);
            }
            At::FindsOut | At::FindsOutTheEnd | At::FindsNoSession | At::AsksAgain | At::Looks => {
                out.push((
                    Next::NoAnswer(at),
                    to(
                        world,
                        if at == At::FindsOutTheEnd { refused(&seen) } else { At::Idle },
                        hand.seen,
                    ),
                ));
                let (tab, told) = self.most_telling(world, hand.seen);
                let unsettled = matches!(seen.state, State::Priced | State::Cancelled);
                let next = match (at, told) {
                    (At::Looks, told) if !unsettled => Self::looks_at_transfer(&seen, world, told),
                    (At::Looks, told) if told != Told::Done && !is_open(&seen) => At::Idle,
                    (At::FindsNoSession, told) if told != Told::Done => At::Idle,
                    (At::FindsOutTheEnd, told) if told != Told::Done => refused(&seen),
                    (At::AsksAgain, Told::InProgress) if seen.state == State::Priced => {
                        tab_of(&seen).map_or(At::Idle, At::Confirms)
                    }
                    (At::AsksAgain, Told::Nothing) if now >= NEVER_PAID_AFTER => refused(&seen),
                    (_, Told::Done) => At::Paid { tab, swept: false },
                    (_, Told::Over) => refused(&seen),
                    (_, Told::Waiting) => At::Waits { moved: world.moved, swept: false },
                    (_, Told::Closed) => At::WritesClosed,
                    (_, Told::Nothing | Told::InProgress | Told::PartlyBack) => At::Idle,
                };
                out.push((Next::Goes(at), to(world, next, hand.seen)));
            }
            At::Paid { tab, swept } => {
                let in_doubt = swept || seen.held_until <= minute(now + IN_DOUBT);
                let place = match seen.state {
                    State::Priced if in_doubt && self.can_take(world, false, moment) => {
                        Found::Again(true)
                    }
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
                        step != Step::Paid(tab)
                            || world.mine != Place::None
                            || !self.guards.place_is_held
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
                    let next = match self.is_account(tab) && self.guards.finds_anew {
                        // A place that is not held any more is looked for; the order is as it was.
                        true if as_read => At::Paid { tab, swept },
                        true => At::ReadsAnew,
                        false => At::Paid { tab, swept },
                    };
                    out.push((Next::Goes(at), super::anew(world, which, next)));
                }
            }
            At::WritesRefused(_) | At::WritesClosed => {
                let (tab, step) = match at {
                    At::WritesRefused(tab) => (tab, Step::Refused),
                    _ => (ACCOUNT, Step::AccountClosed),
                };
                let still = is_open(&seen) && tab_of(&seen) == Some(tab);
                if !still || !matches!(seen.state, State::Priced | State::Cancelled) {
                    goes(At::Idle);
                } else if as_read {
                    if let Some(became) = self.take(hand.seen, step) {
                        let mut after = to(world, At::Idle, 0);
                        Self::write(&mut after, became);
                        out.push((Next::Goes(at), after));
                    }
                } else {
                    let next = if at == At::WritesClosed && self.guards.finds_anew {
                        At::ReadsAnew
                    } else {
                        at
                    };
                    out.push((Next::Goes(at), super::anew(world, which, next)));
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
                Some(_) => out.push((Next::Goes(at), super::anew(world, which, at))),
            },
            At::Refunds(number, asked_before) => {
                self.asks_for_refund(world, which, (number, asked_before), out);
            }
            At::FindsRefund(number) => {
                let there = world.back & 1 << self.number_there(world.order, number) != 0;
                let next = if there { At::WritesRefunded(number) } else { At::Idle };
                goes(self.met_reversed(world).unwrap_or(next));
                out.push((Next::NoAnswer(at), to(world, At::Idle, 0)));
            }
            At::WritesRefunded(number) => {
                let mut after = to(world, At::Idle, 0);
                if self
                    .order(world.order)
                    .refund(number.into())
                    .is_some_and(|r| r.progress.is_open())
                    && let Some(became) = self.take(world.order, Step::RefundDone(number))
                {
                    Self::write(&mut after, became);
                }
                after.refund &= !(1 << number);
                out.push((Next::Goes(at), after));
            }
            At::WritesAccountRefused(_)
            | At::Names
            | At::Waits { .. }
            | At::Opens { .. }
            | At::Closes { .. }
            | At::FindsClosed(_)
            | At::WritesReversed
            | At::ComesAgain
            | At::Notes
            | At::ReadsAnew
            | At::FindsDeposit => self.does_with_transfer(world, which, out),
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
        let to = |world: &World, next: At| super::to(world, which, next, hand.seen);
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
            Progress::AwaitingBankDetails
            | Progress::Done { .. }
            | Progress::ByHand { .. }
            | Progress::NeedsOwner { .. }
            | Progress::Superseded => {
                out.push((Next::Goes(at), to(world, At::Idle)));
                return;
            }
        }
        let (message, bit) = (1 << number, 1 << self.number_there(world.order, number));
        let before = world.back & bit != 0;
        let reversed = self.met_reversed(world);
        if asked_before {
            out.push((Next::NoAnswer(at), to(world, At::Idle)));
            let next = if before { At::WritesRefunded(number) } else { At::Refunds(number, false) };
            out.push((Next::Goes(at), to(world, reversed.unwrap_or(next))));
            return;
        }
        out.push((Next::NoAnswer(at), to(world, At::FindsRefund(number))));
        let mut answers = |next: At, then: &dyn Fn(&mut World)| {
            for (answer, next) in
                [(Next::Goes(at), next), (Next::NoAnswer(at), At::FindsRefund(number))]
            {
                let mut after = to(world, next);
                then(&mut after);
                out.push((answer, after));
            }
        };
        let replayed = before && self.guards.refund_key;
        if replayed {
            return answers(At::WritesRefunded(number), &|_| {});
        }
        let by_account = order.by_bank_transfer();
        let tab = tab_of(order);
        let there = tab.map_or(There::None, |tab| world.payments[tab]);
        if by_account
            && there == There::TakenBack
            && refund.amount == order.total
            && world.refused & bit == 0
        {
            // All of nothing: the account is closed by it.
            return answers(At::ReadsAnew, &|after| after.payments[ACCOUNT] = There::Closed);
        }
        if by_account && there == There::Done && !world.account_refused && world.refused & bit == 0
        {
            answers(At::WritesAccountRefused(number), &|after| {
                after.account_refused = true;
                after.refused |= bit;
            });
        }
        let balance = if there == There::Done {
            order.total.saturating_sub(self.gone_back(world))
        } else {
            Won::ZERO
        };
        if balance >= refund.amount && world.refused & bit == 0 {
            return answers(At::WritesRefunded(number), &|after| {
                after.back_twice |= after.back & bit;
                after.back |= bit;
            });
        }
        // It says no. Whatever it said: the payment is looked at.
        out.push((Next::NoAnswer(at), {
            let mut after = to(world, At::FindsRefund(number));
            after.refused |= bit;
            after
        }));
        if let Some(next) = reversed {
            let mut after = to(world, next);
            after.refused |= bit;
            out.push((Next::Goes(at), after));
        } else if by_account && there == There::Done && balance >= refund.amount {
            // The no is of before, when the deposit was taken back: under another number it is
            // asked anew.
            out.push((Next::Goes(at), to(world, At::WritesAccountRefused(number))));
        } else if let Some(became) = self.take(world.order, Step::RefundParked(number)) {
            let mut after = to(world, At::Idle);
            Self::write(&mut after, became);
            after.refused |= bit;
            after.refund &= !message;
            out.push((Next::Goes(at), after));
        }
    }

    /// The payment that says most about the order under the name it had as it was read, as the
    /// payment service tells it.
    fn most_telling(&self, world: &World, seen: u16) -> (usize, Told) {
        let (order, name) = (self.order(seen), self.name(seen));
        let weight = |there: There| match there {
            There::None => 0,
            There::Aborted | There::Expired => 1,
            There::InProgress => 2,
            There::Waiting | There::TakenBack => 3,
            There::Closed => 4,
            There::Done => 5,
        };
        let under_the_name =
            |tab: &usize| world.names[*tab] == name && world.payments[*tab] != There::None;
        let Some(tab) =
            (0..2).filter(under_the_name).max_by_key(|tab| (weight(world.payments[*tab]), *tab))
        else {
            return (0, Told::Nothing);
        };
        let told = match world.payments[tab] {
            There::Done => match self.gone_back(world) {
                Won::ZERO => Told::Done,
                back if back < order.total => Told::PartlyBack,
                _ => Told::Over,
            },
            There::InProgress => Told::InProgress,
            There::Waiting | There::TakenBack => Told::Waiting,
            There::Closed => Told::Closed,
            There::None | There::Aborted | There::Expired => Told::Over,
        };
        (tab, told)
    }
}

/// After how many minutes an order that the payment service does not know counts as never paid:
/// `payments::NEVER_PAID_AFTER_MINUTES`. All of them ask at noon.
const NEVER_PAID_AFTER: i64 = 31;

/// Where a hand goes that learned that the payment asked for will not come.
fn refused(seen: &Order) -> At {
    tab_of(seen).map_or(At::Idle, At::WritesRefused)
}
