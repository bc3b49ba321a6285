//! The state of the model, and the actions that change it.

/// The state of a payment at the provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum ProviderPayment {
    None,
    Aborted,
    Expired,
    InProgress,
    /// An account is open, and no money has arrived.
    Waiting,
    /// An account is open, and the bank has reversed the transfer.
    Reversed,
    /// The account was closed without money.
    Closed,
    Done,
}

/// The reservation of a copy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Place {
    None,
    /// Until this minute.
    Until(i64),
    Paid,
}

/// What a running function does next.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Activity {
    /// Not running.
    Idle,
    /// Confirms: records that this tab's payment is asked for.
    Asks(usize),
    /// The place has expired: reads whether another one is free.
    LooksForPlace(usize),
    /// Reserves the free place; whether the stock is unchanged since it was read.
    HoldsAgain(usize, bool),
    /// Asks the provider to take the money.
    Confirms(usize),
    /// Looks the order up after a lost answer.
    LooksUp,
    /// Looks the order up once after an expired session.
    LooksUpExpired,
    /// Looks the order up once after an unknown session.
    LooksUpNoSession,
    /// Looks the order up for `sweep` or a reload.
    AsksAgain,
    /// Looks the order up for a webhook.
    Looks,
    /// The provider has the money: reads the order's place.
    Paid { tab: usize, swept: bool },
    /// Records the payment.
    WritesPaid { tab: usize, place: PlaceFound },
    /// Records that this tab's payment was refused.
    WritesRefused(usize),
    /// Cancels the order.
    Cancels,
    /// Asks for this refund; whether it is looked up first.
    Refunds(u8, bool),
    /// Looks the refund up after a lost answer.
    FindsRefund(u8),
    /// Records that the refund is done.
    WritesRefunded(u8),
    /// Records that the provider refused the account for this refund.
    WritesAccountRefused(u8),
    /// Records the account that the reader named.
    Names,
    /// The provider awaits a transfer, after this many movements: reads the order's place.
    Waits { moved: u8, swept: bool },
    /// Records that an account is open.
    Opens { moved: u8, place: PlaceFound },
    /// Closes the account at the provider.
    Closes { moved: u8, why: Close },
    /// Looks up whether the account is closed.
    FindsClosed(Close),
    /// Records that the account was closed without money.
    WritesClosed,
    /// Records that the bank reversed the transfer.
    WritesReversed,
    /// Records that the transfer of a packed order arrived again.
    WritesRestored,
    /// Raises the order's version, which invalidates earlier lookups.
    RecordsLookup,
    /// Reads the order again after a version conflict.
    Rereads,
    /// Looks up the payment of the order that was read again.
    FindsDeposit,
}

/// Why an account is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Close {
    /// The transfer is no longer awaited.
    NotAwaited,
    /// The bank reversed the transfer, which ends the order.
    Reversed,
}

impl Activity {
    /// Whether the next step reads the order.
    pub(super) const fn rereads(self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Asks(_)
                | Self::Refunds(..)
                | Self::FindsRefund(_)
                | Self::WritesRefunded(_)
                | Self::WritesAccountRefused(_)
                | Self::Rereads
        )
    }

    /// Whether the next step does not depend on the time.
    pub(super) const fn is_timeless(self) -> bool {
        matches!(
            self,
            Self::Idle
                | Self::Cancels
                | Self::WritesRefused(_)
                | Self::Refunds(..)
                | Self::FindsRefund(_)
                | Self::WritesRefunded(_)
                | Self::WritesAccountRefused(_)
                | Self::Names
        )
    }

    /// Whether the next step is a conditional write without a read before it.
    pub(super) const fn is_one_write(self) -> bool {
        matches!(self, Self::Asks(_) | Self::Refunds(_, false))
    }
}

/// The place of an order, as it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum PlaceFound {
    Held,
    /// Expired, but one is free; whether the stock is unchanged since it was read.
    Again(bool),
    Gone,
}

/// A running function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Process {
    pub(super) at: Activity,
    /// The number of the order as it was read.
    pub(super) seen: u16,
    /// Whether another function has raised the version since.
    pub(super) lookup_recorded: bool,
    /// The time of its request: an index into the scenario's minutes.
    pub(super) began: u8,
    /// The movement of the transfer that a webhook reported to it; 0 without a webhook.
    pub(super) reported: u8,
}

impl Process {
    pub(super) const IDLE: Self =
        Self { at: Activity::Idle, seen: 0, lookup_recorded: false, began: 0, reported: 0 };
}

/// The state of the model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct World {
    pub(super) now: usize,
    pub(super) order: u16,
    pub(super) free: u8,
    pub(super) mine: Place,
    pub(super) rival: Place,
    pub(super) payments: [ProviderPayment; 2],
    /// The order's name at the provider when each payment began: the number of accounts closed before.
    pub(super) names: [u8; 2],
    pub(super) charges: u8,
    /// Refunds that the provider has paid, a bit each.
    pub(super) back: u32,
    /// Refunds that the provider has paid twice.
    pub(super) refunded_twice: u32,
    /// Refunds that the provider has refused; it repeats the answer to the same key.
    pub(super) refused: u32,
    /// Whether it has refused an account for a refund.
    pub(super) account_refused: bool,
    /// How often the transfer arrived or was reversed.
    pub(super) moved: u8,
    /// The last of these movements whose webhook was acknowledged; the provider repeats it until then.
    pub(super) heard: u8,
    /// The keys, a bit each, under which it has refused to close the account; it repeats the answer.
    pub(super) not_closed: u8,
    /// Messages that are not handled, a bit each.
    pub(super) choose: u32,
    pub(super) pack: u32,
    pub(super) refund: u32,
    pub(super) processes: [Process; 2],
}

/// What happens between two states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Action {
    Start,
    Time,
    /// The reader returns from the payment window with a payment.
    Authenticates,
    /// The reader starts a function.
    Reader(Activity),
    /// The other reader acts.
    Rival,
    /// The owner packs, posts or unpacks.
    Owner,
    /// The transfer arrives or is reversed, or the bank closes the account.
    Bank(ProviderPayment),
    /// A function crashes.
    Crashes,
    /// The system starts a function.
    Starts(Activity),
    /// A function takes its next step.
    Proceeds(Activity),
    /// A function takes its next step, and the provider's answer is lost.
    AnswerLost(Activity),
    /// A message is handled.
    Handles,
}

impl Action {
    /// Whether it happens without a reader and without a fault.
    pub(crate) const fn is_automatic(self) -> bool {
        matches!(self, Self::Time | Self::Starts(_) | Self::Proceeds(_) | Self::Handles)
    }
}

/// The provider's answer to a lookup of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LookupResult {
    /// The provider does not know the order under this name.
    Nothing,
    /// The money has arrived.
    Done,
    PartlyBack,
    InProgress,
    /// An account is open.
    Waiting,
    /// An account was closed without money.
    Closed,
    /// Aborted, expired, or fully refunded.
    Over,
}

/// Marks what other functions have read of the stock as outdated.
pub(super) fn change_version(world: &mut World) {
    for process in &mut world.processes {
        match &mut process.at {
            Activity::HoldsAgain(_, fresh)
            | Activity::WritesPaid { place: PlaceFound::Again(fresh), .. }
            | Activity::Opens { place: PlaceFound::Again(fresh), .. } => *fresh = false,
            _ => {}
        }
    }
}

/// The world in which a function continues with `next`.
pub(super) fn to(world: &World, which: usize, next: Activity, seen: u16) -> World {
    let mut after = *world;
    let process = world.processes[which];
    after.processes[which] =
        if next == Activity::Idle { Process::IDLE } else { Process { at: next, seen, ..process } };
    after
}

/// The world in which a function has read the order and continues with `next`.
pub(super) fn reread(world: &World, which: usize, next: Activity) -> World {
    let mut after = to(world, which, next, world.order);
    after.processes[which].lookup_recorded = false;
    after
}
