//! What a function does about a deposit: the account that is opened and closed, the money that
//! comes, comes late or is taken back.

use std::rc::Rc;

use domain::order::{Order, PaymentStatus, State};

use super::{
    ACCOUNT, At, Close, DUE, Found, IN_DOUBT, Next, Place, Saga, Step, There, Told, World, anew,
    another_version, minute, tab_of, to,
};

impl Saga {
    /// Under which of its names the payment service knows the order: how many accounts were closed
    /// before.
    pub(super) fn name(&self, order: u16) -> u8 {
        u8::try_from(self.order(order).accounts_closed).unwrap()
    }

    /// The refunds of an order, a bit each.
    pub(super) fn refunds(&self, order: u16) -> u32 {
        self.order(order).refunds.iter().map(|refund| 1 << refund.sequence).sum()
    }

    /// A refund that looks at its payment and sees that the bank took the deposit back.
    pub(super) fn met_reversed(&self, world: &World) -> Option<At> {
        let gone = matches!(world.payments[ACCOUNT], There::TakenBack | There::Closed);
        (self.order(world.order).by_bank_transfer() && gone).then_some(At::ReadsAnew)
    }

    /// A look at an order whose deposit was recorded before.
    pub(super) fn looks_at_transfer(seen: &Order, world: &World, told: Told) -> At {
        let moved = world.moved;
        match (told, seen.clone().transfer_reversed(super::noon())) {
            (Told::Done | Told::PartlyBack | Told::Over, _) if seen.transfer_is_reversed() => {
                At::ComesAgain
            }
            (Told::Waiting, Ok(step)) if !step.order.transfer_is_reversed() => {
                At::Closes { moved, why: Close::Reversed }
            }
            (Told::Waiting | Told::Closed, Ok(_)) => At::WritesReversed,
            _ => At::Idle,
        }
    }

    /// What is to be done about the payment into an account, as it is found: by the reader's or
    /// `sweep`'s asking while it is awaited, or by whoever was overtaken.
    pub(super) fn asks_for_transfer(
        &mut self,
        world: &World,
        which: usize,
        out: &mut Vec<(Next, World)>,
    ) {
        let hand = world.hands[which];
        let seen = Rc::clone(&self.orders[usize::from(hand.seen)]);
        let due = DUE <= self.cast.minutes[usize::from(hand.began)];
        let closes = At::Closes { moved: world.moved, why: Close::NotAwaited };
        let told = match world.payments[ACCOUNT] {
            There::Waiting | There::TakenBack => Told::Waiting,
            There::Done if world.back == 0 => Told::Done,
            There::Closed => Told::Closed,
            _ => Told::PartlyBack,
        };
        let next = match (seen.state, told) {
            _ if tab_of(&seen) != Some(ACCOUNT) => At::Idle,
            (State::Priced | State::Cancelled, Told::Done) => {
                At::Paid { tab: ACCOUNT, swept: false }
            }
            (State::Priced | State::Cancelled, Told::Closed) => At::WritesClosed,
            (State::Cancelled, Told::Waiting) => closes,
            (State::Priced, Told::Waiting) if due => closes,
            (State::Priced, Told::Waiting) => At::Waits { moved: world.moved, swept: false },
            (_, told) => Self::looks_at_transfer(&seen, world, told),
        };
        out.push((Next::NoAnswer(hand.at), to(world, which, At::Idle, 0)));
        out.push((Next::Goes(hand.at), to(world, which, next, hand.seen)));
    }

    /// One thing that a hand does about a deposit.
    #[allow(clippy::too_many_lines, reason = "one arm a step")]
    pub(super) fn does_with_transfer(
        &mut self,
        world: &World,
        which: usize,
        out: &mut Vec<(Next, World)>,
    ) {
        let hand = world.hands[which];
        let at = hand.at;
        let seen = Rc::clone(&self.orders[usize::from(hand.seen)]);
        let as_read = (hand.seen == world.order && !hand.noted) || !self.guards.order_version;
        let now = self.cast.minutes[usize::from(hand.began)];
        let goes = |next: At, out: &mut Vec<(Next, World)>| {
            out.push((Next::Goes(at), to(world, which, next, hand.seen)));
        };
        match at {
            At::Names => match self.take(hand.seen, Step::AccountNamed) {
                Some(became) if as_read => {
                    let mut after = to(world, which, At::Idle, 0);
                    Self::write(&mut after, became);
                    out.push((Next::Goes(at), after));
                }
                Some(_) => out.push((Next::Goes(at), anew(world, which, at))),
                None => goes(At::Idle, out),
            },
            At::WritesAccountRefused(number) => {
                let mut after = to(world, which, At::Idle, 0);
                if self
                    .order(world.order)
                    .refund(number.into())
                    .is_some_and(|r| r.progress.is_open())
                    && let Some(became) = self.take(world.order, Step::AccountRefused(number))
                {
                    Self::write(&mut after, became);
                }
                after.refund &= !(1 << number);
                out.push((Next::Goes(at), after));
            }
            At::Waits { moved, swept } => {
                let known = tab_of(&seen).filter(|tab| *tab == ACCOUNT).and(seen.payment.as_ref());
                let closes = At::Closes { moved, why: Close::NotAwaited };
                match (seen.state, known.map(|payment| &payment.outcome)) {
                    (State::Priced, Some(PaymentStatus::Asked)) if now < DUE => {
                        let in_doubt = swept || seen.held_until <= minute(now + IN_DOUBT);
                        let next = if !in_doubt {
                            At::Opens { moved, place: Found::Held }
                        } else if self.can_take(world, false, hand.began.into()) {
                            At::Opens { moved, place: Found::Again(true) }
                        } else {
                            closes
                        };
                        goes(next, out);
                    }
                    (State::Priced | State::Cancelled, Some(PaymentStatus::Asked)) => {
                        goes(closes, out);
                    }
                    _ => goes(At::Idle, out),
                }
            }
            At::Opens { moved, place } => {
                let Some(became) = self.take(hand.seen, Step::AccountOpened) else {
                    return goes(At::Idle, out);
                };
                let places_fit = match place {
                    Found::Again(fresh) => fresh || !self.guards.stock_version,
                    _ => world.mine != Place::None || !self.guards.account_has_place,
                };
                if !as_read || !places_fit {
                    let next = if as_read || !self.guards.finds_anew {
                        At::Waits { moved, swept: !places_fit }
                    } else {
                        At::ReadsAnew
                    };
                    return out.push((Next::Goes(at), anew(world, which, next)));
                }
                let mut after = to(world, which, At::Idle, 0);
                Self::write(&mut after, became);
                after.mine = Place::Until(DUE);
                if let Found::Again(_) = place {
                    if matches!(after.rival, Place::Until(until) if until <= now) {
                        after.rival = Place::None;
                    }
                    another_version(&mut after);
                }
                out.push((Next::Goes(at), after));
            }
            At::Closes { moved, why } => self.closes(world, which, (moved, why), out),
            At::FindsClosed(why) => {
                out.push((Next::NoAnswer(at), to(world, which, At::Idle, 0)));
                match (world.payments[ACCOUNT], why) {
                    (There::Closed, why) => goes(closed(why), out),
                    // The deposit was faster, or has come again.
                    (There::Done, Close::NotAwaited) if world.back == 0 => {
                        goes(At::Paid { tab: ACCOUNT, swept: false }, out);
                    }
                    // It has come again; or it is open still, and nobody knows why: then whoever
                    // was told is told again.
                    _ => goes(At::Idle, out),
                }
            }
            At::WritesReversed | At::ComesAgain => {
                let step = if at == At::ComesAgain { Step::Again } else { Step::Reversed };
                match self.take(hand.seen, step) {
                    None => goes(At::Idle, out),
                    Some(_) if !as_read && self.guards.finds_anew => {
                        out.push((Next::Goes(at), anew(world, which, At::ReadsAnew)));
                    }
                    Some(_) if !as_read => out.push((Next::Goes(at), anew(world, which, at))),
                    Some(became) => {
                        let mut after = to(world, which, At::Idle, 0);
                        Self::write(&mut after, became);
                        if self.order(became.order).state == State::Cancelled {
                            if seen.choice.is_some() {
                                after.free += 1;
                            } else {
                                after.mine = Place::None;
                            }
                        }
                        out.push((Next::Goes(at), after));
                    }
                }
            }
            At::Notes if as_read => {
                let mut after = to(world, which, At::Idle, 0);
                for hand in after.hands.iter_mut().filter(|hand| hand.at != At::Idle) {
                    hand.noted = true;
                }
                out.push((Next::Goes(at), after));
            }
            At::Notes => goes(At::ReadsAnew, out),
            At::ReadsAnew => out.push((Next::Goes(at), anew(world, which, At::FindsDeposit))),
            At::FindsDeposit => self.asks_for_transfer(world, which, out),
            _ => {}
        }
    }

    /// Asks the payment service to close the account. It says no when there is money in it, or when
    /// it is closed.
    fn closes(
        &self,
        world: &World,
        which: usize,
        (moved, why): (u8, Close),
        out: &mut Vec<(Next, World)>,
    ) {
        let hand = world.hands[which];
        if !self.guards.closes_first {
            return out.push((Next::Goes(hand.at), to(world, which, closed(why), hand.seen)));
        }
        let finds = At::FindsClosed(why);
        out.push((Next::NoAnswer(hand.at), to(world, which, finds, hand.seen)));
        let key = 1 << if self.guards.close_key { moved } else { 0 };
        let open = matches!(world.payments[ACCOUNT], There::Waiting | There::TakenBack);
        if open && world.not_closed & key == 0 {
            for (answer, next) in
                [(Next::Goes(hand.at), closed(why)), (Next::NoAnswer(hand.at), finds)]
            {
                let mut after = to(world, which, next, hand.seen);
                after.payments[ACCOUNT] = There::Closed;
                out.push((answer, after));
            }
        } else {
            let mut after = to(world, which, finds, hand.seen);
            after.not_closed |= key;
            out.push((Next::Goes(hand.at), after));
        }
    }
}

/// The account is closed: what is written down.
fn closed(why: Close) -> At {
    match why {
        Close::NotAwaited => At::WritesClosed,
        Close::Reversed => At::WritesReversed,
    }
}
