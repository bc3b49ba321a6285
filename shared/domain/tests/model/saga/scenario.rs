//! What a run of the model contains, and the guards that it can disable.

/// The participants, and the minutes at which something changes.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a participant")]
pub(crate) struct Scenario {
    /// The minutes after noon at which the clock stops.
    pub(crate) minutes: &'static [i64],
    /// Whether the first tab pays by bank transfer.
    pub(crate) deposit: bool,
    /// Whether a virtual account is open at the start.
    pub(crate) opened: bool,
    /// How often the transfer arrives or is reversed by the bank.
    pub(crate) moves: u8,
    /// Whether the provider may refuse the account for the refund of a transfer.
    pub(crate) refuses_account: bool,
    /// Whether there is a second tab; it pays by card.
    pub(crate) second_tab: bool,
    /// Whether another reader orders the last copy too.
    pub(crate) rival: bool,
}

/// The guards, each of which a test can disable.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is one condition")]
pub(crate) struct Guards {
    /// `ask_payment`: another payment key only after the first was refused.
    pub(crate) one_at_a_time: bool,
    /// An order is written on the version that was read.
    pub(crate) order_version: bool,
    /// A place is taken only if the stock has not changed since it was read.
    pub(crate) stock_version: bool,
    /// Recording a payment requires that the order's place is reserved.
    pub(crate) place_is_held: bool,
    /// Each refund has its own idempotency key.
    pub(crate) refund_key: bool,
    /// The provider is asked again about payments without an answer.
    pub(crate) asks_again: bool,
    /// An account is closed at the provider before it is recorded as not paid.
    pub(crate) closes_first: bool,
    /// Closing an account has a new idempotency key after each movement of the transfer.
    pub(crate) close_key: bool,
    /// Recording an account requires that the order's place is reserved.
    pub(crate) account_has_place: bool,
    /// A webhook about a transfer is acknowledged only after a successful lookup.
    pub(crate) heard_after_lookup: bool,
    /// A webhook that finds nothing to write raises the order's version.
    pub(crate) records_lookup: bool,
    /// After a version conflict, the provider is asked again.
    pub(crate) asks_provider_again: bool,
    /// The end of another window's payment does not end the attempt that was asked for.
    pub(crate) attempts_key: bool,
}

impl Guards {
    /// All guards, as in the shop.
    pub(crate) const ALL: Self = Self {
        one_at_a_time: true,
        order_version: true,
        stock_version: true,
        place_is_held: true,
        refund_key: true,
        asks_again: true,
        closes_first: true,
        close_key: true,
        account_has_place: true,
        heard_after_lookup: true,
        records_lookup: true,
        asks_provider_again: true,
        attempts_key: true,
    };
}
