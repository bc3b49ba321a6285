//! What a function does to carry out a refund.

use domain::{base::money::Won, order::refund::Progress};

use super::{
    ACCOUNT, Saga, tab_of,
    transitions::Step,
    world::{self, Action, Activity, ProviderPayment, World},
};

impl Saga {
    /// One refund: recorded as asked, then asked for under its own key.
    pub(super) fn asks_for_refund(
        &mut self,
        world: &World,
        which: usize,
        (number, asked_before): (u8, bool),
        out: &mut Vec<(Action, World)>,
    ) {
        let process = world.processes[which];
        let at = process.at;
        let to = |world: &World, next: Activity| world::to(world, which, next, process.seen);
        let order = self.order(world.order);
        let Some(refund) = order.refund(number.into()).cloned() else { return };
        match refund.progress {
            // Recorded before it is asked for; a function that finds it recorded looks it up first.
            Progress::Due => {
                if let Some(transition) = self.take(world.order, Step::RefundAsked(number)) {
                    let mut after = to(world, at);
                    Self::write(&mut after, transition);
                    after.processes[which].seen = transition.order;
                    out.push((Action::Proceeds(at), after));
                }
                return;
            }
            Progress::Asked => {}
            Progress::AwaitingBankDetails
            | Progress::Requested { .. }
            | Progress::Done { .. }
            | Progress::ByHand { .. }
            | Progress::NeedsOwner { .. }
            | Progress::Superseded => {
                out.push((Action::Proceeds(at), to(world, Activity::Idle)));
                return;
            }
        }
        let bit = 1 << self.provider_number(world.order, number);
        let before = world.back & bit != 0;
        let reversed = self.found_reversed(world);
        if asked_before {
            out.push((Action::AnswerLost(at), to(world, Activity::Idle)));
            let next = if before {
                Activity::WritesRefunded(number)
            } else {
                Activity::Refunds(number, false)
            };
            out.push((Action::Proceeds(at), to(world, reversed.unwrap_or(next))));
            return;
        }
        out.push((Action::AnswerLost(at), to(world, Activity::FindsRefund(number))));
        let mut answers = |next: Activity, then: &dyn Fn(&mut World)| {
            for (answer, next) in [
                (Action::Proceeds(at), next),
                (Action::AnswerLost(at), Activity::FindsRefund(number)),
            ] {
                let mut after = to(world, next);
                then(&mut after);
                out.push((answer, after));
            }
        };
        let replayed = before && self.guards.refund_key;
        if replayed {
            return answers(Activity::WritesRefunded(number), &|_| {});
        }
        let by_account = order.by_bank_transfer();
        let tab = tab_of(order);
        let at_provider = tab.map_or(ProviderPayment::None, |tab| world.payments[tab]);
        if by_account
            && at_provider == ProviderPayment::Reversed
            && refund.amount == order.total
            && world.refused & bit == 0
        {
            // The provider closes the account instead of refunding nothing.
            return answers(Activity::Rereads, &|after| {
                after.payments[ACCOUNT] = ProviderPayment::Closed;
            });
        }
        if by_account
            && at_provider == ProviderPayment::Done
            && !world.account_refused
            && world.refused & bit == 0
        {
            answers(Activity::WritesAccountRefused(number), &|after| {
                after.account_refused = true;
                after.refused |= bit;
            });
        }
        let balance = if at_provider == ProviderPayment::Done {
            order.total.saturating_sub(self.refunded_sum(world))
        } else {
            Won::ZERO
        };
        if balance >= refund.amount && world.refused & bit == 0 {
            return answers(Activity::WritesRefunded(number), &|after| {
                after.refunded_twice |= after.back & bit;
                after.back |= bit;
            });
        }
        let payable =
            by_account && at_provider == ProviderPayment::Done && balance >= refund.amount;
        self.refuses_refund(world, which, (number, payable), out);
    }

    /// The provider refuses a refund. If the refund is payable, the refusal is the repeated answer
    /// from the time when the transfer was reversed, and the refund is asked for under another number.
    fn refuses_refund(
        &mut self,
        world: &World,
        which: usize,
        (number, payable): (u8, bool),
        out: &mut Vec<(Action, World)>,
    ) {
        let process = world.processes[which];
        let at = process.at;
        let bit = 1 << self.provider_number(world.order, number);
        let to = |next: Activity| {
            let mut after = world::to(world, which, next, process.seen);
            after.refused |= bit;
            after
        };
        out.push((Action::AnswerLost(at), to(Activity::FindsRefund(number))));
        if let Some(next) = self.found_reversed(world) {
            out.push((Action::Proceeds(at), to(next)));
        } else if payable {
            out.push((Action::Proceeds(at), to(Activity::WritesAccountRefused(number))));
        } else if let Some(transition) = self.take(world.order, Step::RefundParked(number)) {
            let mut after = to(Activity::Idle);
            Self::write(&mut after, transition);
            after.refund &= !(1 << number);
            out.push((Action::Proceeds(at), after));
        }
    }
}
