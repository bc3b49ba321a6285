//! What must hold in every state, and in every state at rest.

use domain::{
    base::money::Won,
    order::{Order, State, Unpack, refund::Progress},
};

use super::{
    ACCOUNT, COPIES, Saga, bits, is_open,
    world::{Place, Process, ProviderPayment, World},
};

impl Saga {
    /// Whether nothing is left to do: no function runs, no message waits, every payment has an answer,
    /// and every webhook is acknowledged. An order that waits for the reader to name an account, or for
    /// the owner, is at rest.
    pub(crate) fn at_rest(&self, world: &World) -> bool {
        let order = self.order(world.order);
        let unanswered = is_open(order) && matches!(order.state, State::Priced | State::Cancelled);
        world.processes == [Process::IDLE; 2]
            && world.choose | world.pack | world.refund == 0
            && !unanswered
            && world.heard == world.moved
    }

    /// The invariant that a world violates.
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
                    .then(|| format!("a transfer into a closed account is awaited ({account:?})"))
            });
        if wrong.is_some() || !self.at_rest(world) {
            return wrong;
        }
        self.wrong_at_rest(world, order)
    }

    fn wrong_places(&self, world: &World, order: &Order) -> Option<String> {
        let said = |what: &str| Some(what.to_owned());
        // A packed order keeps its copy even if its transfer is reversed, and if it is cancelled until
        // the owner has unpacked it.
        let has_copy = matches!(order.state, State::Chosen | State::Packed)
            || order.unpack == Some(Unpack::Wanted);
        if world.free + u8::from(has_copy) != COPIES {
            return said("the number of copies changed");
        }
        if [world.mine, world.rival].iter().filter(|place| **place == Place::Paid).count()
            > usize::from(world.free)
        {
            return said("more places are reserved than there are copies");
        }
        let lives = match world.mine {
            Place::None => false,
            Place::Until(until) => self.scenario.minutes[world.now] < until,
            Place::Paid => true,
        };
        match order.state {
            State::Priced if world.mine == Place::Paid => {
                said("a place is reserved as paid for an unpaid order")
            }
            State::Paid | State::Choosing if world.mine != Place::Paid => {
                said("a paid order has no place")
            }
            State::Priced | State::Paid | State::Choosing => None,
            _ if lives => said("a place is reserved for an order that needs none"),
            _ => None,
        }
    }

    fn wrong_refunds(world: &World, order: &Order) -> Option<String> {
        if world.refunded_twice != 0 {
            return Some("a refund was paid twice".to_owned());
        }
        // A refund may be paid while the shop records that the transfer was reversed. At rest the sums
        // have to agree.
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
            .then(|| "a refund was paid that the order does not record".to_owned())
    }

    fn wrong_at_rest(&self, world: &World, order: &Order) -> Option<String> {
        let said = |what: &str| Some(what.to_owned());
        let charged = if world.charges == 0 { Won::ZERO } else { order.total };
        let held = charged.saturating_sub(self.refunded_sum(world));
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
            return said("at rest with a refund that is not done");
        }
        let done =
            order.refunds.iter().filter(|refund| matches!(refund.progress, Progress::Done { .. }));
        if done.map(|refund| refund.amount).sum::<Won>() != self.refunded_sum(world) {
            return said("the refunded sum differs from the order's");
        }
        let gone = order.transfer_is_reversed();
        let difference = match order.shipment {
            Some(_) => order.price_difference().unwrap_or_default(),
            None => Won::ZERO,
        };
        if matches!(world.payments[ACCOUNT], ProviderPayment::Waiting | ProviderPayment::Reversed)
            && !gone
        {
            return said("at rest with an open account that is not awaited");
        }
        match order.state {
            State::Priced | State::Cancelled if charged > Won::ZERO => {
                said("charged for an unpaid order")
            }
            State::Chosen | State::Packed if gone && charged > Won::ZERO => {
                said("a restored transfer is not recorded")
            }
            State::Chosen | State::Packed if !gone && charged == Won::ZERO => {
                said("a paid order is not charged")
            }
            // The difference is promised when the parcel is handed over, and not before.
            State::Chosen | State::Packed
                if !gone
                    && (held != order.refundable() + owed
                        || order.refundable() + difference != order.total) =>
            {
                said("the held sum differs from the order's")
            }
            State::RefundDue if owed == Won::ZERO => {
                said("at rest with a refund due but no refund")
            }
            State::RefundDue if held != owed => said("the sum due differs from the held sum"),
            State::Refunded if held != Won::ZERO => said("a refunded order is not fully refunded"),
            State::Refunded if charged == Won::ZERO && !self.scenario.deposit => {
                said("refunded without a charge")
            }
            State::Priced
            | State::Cancelled
            | State::Chosen
            | State::Packed
            | State::Refunded
            | State::RefundDue => None,
            other => Some(format!("at rest in the state {}", other.name())),
        }
    }

    pub(super) fn refunded_sum(&self, world: &World) -> Won {
        let order = self.order(world.order);
        bits(world.back)
            .filter_map(|number| order.refund(number.into()))
            .map(|refund| refund.amount)
            .sum()
    }
}
