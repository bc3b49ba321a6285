//! A model checker for the payment saga: it explores every reachable state. The steps of the order,
//! the refunds and the stock are the functions of `domain` that the shop calls. What [`saga`] models
//! is the code between two side effects: what is read, what the provider is asked, and under which
//! condition something is written.
//!
//! Two functions at a time work on one order: a confirmation from either of two tabs, a lookup (by a
//! reload or by `sweep`), a webhook that is repeated, a cancellation, a refund whose message is
//! delivered twice. Each may crash before and after every side effect, every answer of the provider may
//! be lost, the card may be refused, the reservation may expire, and another reader may order the last
//! copy.
//!
//! Invariants of every state: at most one charge, no refund twice or without a promise, copies and
//! places conserved. At rest: paid if and only if charged and not refunded. From every state the system
//! can reach rest without a reader and without a crash.
//!
//! The search is our own instead of `stateright` (0.31), because its "eventually" properties ignore
//! cycles, and this model has many (a crashed function starts again). On the finished graph the path to
//! rest can be checked. Its web server is also a dependency that cannot be disabled.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests"
)]

mod saga;
mod search;

use std::time::Instant;

use saga::{DUE, Guards, Saga, Scenario};
use search::{SearchResult, search};

/// Two tabs that pay by card, and another reader. The place is reserved, about to expire, expired; at
/// the last minute a renewed place and the provider's sessions have expired too.
const CARDS: Scenario = Scenario {
    minutes: &[0, 14, 15, 60],
    deposit: false,
    opened: false,
    moves: 0,
    refuses_account: false,
    second_tab: true,
    rival: true,
};
/// A bank transfer that arrives or not, and another reader. The place expires before there is an
/// account, and again when the account is due.
const PLACE: Scenario =
    Scenario { minutes: &[0, 15, DUE], deposit: true, moves: 1, second_tab: false, ..CARDS };
/// A transfer that arrives and is reversed by the bank.
const BANK: Scenario =
    Scenario { minutes: &[0, DUE], opened: true, moves: 2, rival: false, ..PLACE };
/// A transfer that is reversed and arrives again.
const AGAIN: Scenario = Scenario { moves: 3, ..BANK };
/// A transfer that is refunded, for which the reader is asked for another account.
const BACK: Scenario = Scenario { moves: 1, refuses_account: true, ..BANK };
/// A tab that pays by bank transfer, and one that pays by card, on that day or the next.
const BOTH: Scenario =
    Scenario { minutes: &[0, DUE, DUE + 60], second_tab: true, rival: false, ..PLACE };

fn holds(scenario: Scenario) {
    let began = Instant::now();
    match search(&mut Saga::new(scenario, Guards::ALL)) {
        SearchResult::Holds { states, steps, at_rest } => {
            println!(
                "{states} states, {steps} steps between them, {at_rest} at rest, in {:.1?}",
                began.elapsed()
            );
            // A model without actions would hold too.
            assert!(
                states > 10_000 && at_rest > 50,
                "only {states} states, {at_rest} of them at rest"
            );
        }
        SearchResult::Violated { what, path } => panic!("{what}:\n{}", path.join("\n")),
    }
}

#[test]
fn card_payments_hold_in_every_state() {
    holds(CARDS);
}

#[test]
fn a_transfer_and_its_place_hold_in_every_state() {
    holds(PLACE);
}

#[test]
fn a_reversed_transfer_holds_in_every_state() {
    holds(BANK);
}

#[test]
#[ignore = "twenty million states, two and a half minutes: cargo test -p domain --test model -- --ignored"]
fn a_restored_transfer_holds_in_every_state() {
    holds(AGAIN);
}

#[test]
fn a_refunded_transfer_holds_in_every_state() {
    holds(BACK);
}

#[test]
fn a_transfer_and_a_card_hold_in_every_state() {
    holds(BOTH);
}

/// Disables one guard: the search has to find a violation.
fn is_violated_without(disabled: &str, scenario: Scenario, guards: Guards, wanted: &str) {
    match search(&mut Saga::new(scenario, guards)) {
        SearchResult::Holds { states, .. } => {
            panic!("without {disabled} nothing is violated in {states} states")
        }
        SearchResult::Violated { what, path } => {
            println!("without {disabled}: {what}, after {} steps", path.len());
            assert!(
                what.contains(wanted),
                "without {disabled} expected `{wanted}`, found: {what}:\n{}",
                path.join("\n")
            );
        }
    }
}

#[test]
fn disabling_any_guard_violates_an_invariant() {
    let all = Guards::ALL;
    let alone = Scenario { rival: false, ..CARDS };
    for (disabled, scenario, guards, wanted) in [
        ("one payment at a time", CARDS, Guards { one_at_a_time: false, ..all }, "charged twice"),
        (
            "the order's version",
            CARDS,
            Guards { order_version: false, ..all },
            "charged for an unpaid order",
        ),
        (
            "the stock's version",
            CARDS,
            Guards { stock_version: false, ..all },
            "more places are reserved",
        ),
        (
            "the reserved place",
            CARDS,
            Guards { place_is_held: false, ..all },
            "more places are reserved",
        ),
        ("the refund's key", CARDS, Guards { refund_key: false, ..all }, "paid twice"),
        (
            "asking again about open payments",
            alone,
            Guards { asks_again: false, ..all },
            "no path to rest",
        ),
        (
            "the attempt's key",
            CARDS,
            Guards { attempts_key: false, ..all },
            "charged for an unpaid order",
        ),
    ] {
        is_violated_without(disabled, scenario, guards, wanted);
    }
}

#[test]
fn disabling_any_guard_of_transfers_violates_an_invariant() {
    let all = Guards::ALL;
    for (disabled, scenario, guards, wanted) in [
        ("one payment at a time", BOTH, Guards { one_at_a_time: false, ..all }, "charged twice"),
        ("closing the account first", BOTH, Guards { closes_first: false, ..all }, "not awaited"),
        (
            "the account's place",
            PLACE,
            Guards { account_has_place: false, ..all },
            "more places are reserved",
        ),
        ("a key for each closing", BANK, Guards { close_key: false, ..all }, "no path to rest"),
        (
            "acknowledging after the lookup",
            BANK,
            Guards { heard_after_lookup: false, ..all },
            "not awaited",
        ),
        ("recording a lookup", AGAIN, Guards { records_lookup: false, ..all }, "not awaited"),
        (
            "asking the provider again after a conflict",
            AGAIN,
            Guards { asks_provider_again: false, ..all },
            "not awaited",
        ),
        (
            "asking again about open payments",
            BANK,
            Guards { asks_again: false, ..all },
            "no path to rest",
        ),
    ] {
        is_violated_without(disabled, scenario, guards, wanted);
    }
}
