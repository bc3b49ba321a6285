//! Every way a payment can go, looked at one by one. The order, its refunds and the places are the
//! shop's own (`house`): each step of an order in here is the pure function that the functions
//! call. What is described anew, in [`saga`], is what lies between two side effects: who reads
//! what, who asks whom, and under which condition something is written.
//!
//! Two hands at a time work on one order, at whatever they like: confirming from either of two
//! tabs, asking again (the page's reload, `sweep`), hearing a webhook as often as it comes,
//! cancelling, carrying a refund out from a message that is delivered twice. Each may die before
//! and after every side effect, every answer of the payment service may be lost, the card may say
//! no, the hold may run out, and another reader may want the last copy.
//!
//! Held in every state there is: charged at most once, nothing goes back twice or unpromised,
//! copies and places conserved. Held wherever everything is at rest: paid if and only if charged
//! and not refunded. And from every state there is a way to rest that the system goes by itself,
//! with no reader and no crash in it.
//!
//! An own search and no `stateright` (0.31): its "eventually" stops at circles, and this model is
//! full of them (whoever dies begins again), while the way to rest can be asked of a finished
//! graph; and its web server can not be left out of the tree.

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

use saga::{Cast, DUE, Guards, Saga};
use search::{Found, search};

/// Two tabs that pay by card, and another reader: the place is held, is in doubt, has run out; a
/// place held anew then has run out too, and so have the payment service's sessions.
const CARDS: Cast = Cast {
    minutes: &[0, 14, 15, 60],
    deposit: false,
    opened: false,
    moves: 0,
    refuses_account: false,
    second_tab: true,
    rival: true,
};
/// A deposit that comes or not, and another reader: the place runs out before there is an account,
/// and again with the account's day.
const PLACE: Cast =
    Cast { minutes: &[0, 15, DUE], deposit: true, moves: 1, second_tab: false, ..CARDS };
/// A deposit that comes and is taken back by the bank.
const BANK: Cast = Cast { minutes: &[0, DUE], opened: true, moves: 2, rival: false, ..PLACE };
/// A deposit that comes again.
const AGAIN: Cast = Cast { moves: 3, ..BANK };
/// A deposit that goes back to the reader, who is asked for another account.
const BACK: Cast = Cast { moves: 1, refuses_account: true, ..BANK };
/// A tab that pays by a deposit, and one that pays by card, that day or the next.
const BOTH: Cast = Cast { minutes: &[0, DUE, DUE + 60], second_tab: true, rival: false, ..PLACE };

fn is_right(cast: Cast) {
    let began = Instant::now();
    match search(&mut Saga::new(cast, Guards::ALL)) {
        Found::Whole { states, steps, at_rest } => {
            println!(
                "{states} states, {steps} steps between them, {at_rest} at rest, in {:.1?}",
                began.elapsed()
            );
            // A model that lost its ways would find nothing wrong either.
            assert!(
                states > 10_000 && at_rest > 50,
                "only {states} states, {at_rest} of them at rest"
            );
        }
        Found::Wrong { what, way } => panic!("{what}:\n{}", way.join("\n")),
    }
}

#[test]
fn cards_and_books_are_right_in_every_state() {
    is_right(CARDS);
}

#[test]
fn a_deposit_and_places_are_right_in_every_state() {
    is_right(PLACE);
}

#[test]
fn a_deposit_that_is_taken_back_is_right_in_every_state() {
    is_right(BANK);
}

#[test]
#[ignore = "twenty million states, two and a half minutes: cargo test -p domain --test model -- --ignored"]
fn a_deposit_that_comes_again_is_right_in_every_state() {
    is_right(AGAIN);
}

#[test]
fn a_deposit_that_goes_back_is_right_in_every_state() {
    is_right(BACK);
}

#[test]
fn a_deposit_and_a_card_are_right_in_every_state() {
    is_right(BOTH);
}

/// Forgets one guard; the search has to find what it guards against.
fn is_needed(forgotten: &str, cast: Cast, guards: Guards, wanted: &str) {
    match search(&mut Saga::new(cast, guards)) {
        Found::Whole { states, .. } => {
            panic!("without {forgotten} nothing is wrong in {states} states")
        }
        Found::Wrong { what, way } => {
            println!("without {forgotten}: {what}, after {} steps", way.len());
            assert!(
                what.contains(wanted),
                "without {forgotten} `{wanted}` was to be found, and not: {what}:\n{}",
                way.join("\n")
            );
        }
    }
}

#[test]
fn a_guard_that_is_forgotten_is_missed() {
    let all = Guards::ALL;
    let alone = Cast { rival: false, ..CARDS };
    for (forgotten, cast, guards, wanted) in [
        ("one payment at a time", CARDS, Guards { one_at_a_time: false, ..all }, "charged twice"),
        (
            "the order's version",
            CARDS,
            Guards { order_version: false, ..all },
            "not paid, and charged",
        ),
        (
            "the places' version",
            CARDS,
            Guards { stock_version: false, ..all },
            "more places are promised",
        ),
        (
            "the place that is held",
            CARDS,
            Guards { place_is_held: false, ..all },
            "more places are promised",
        ),
        ("the refund's key", CARDS, Guards { refund_key: false, ..all }, "went back twice"),
        ("asking again", alone, Guards { asks_again: false, ..all }, "no way to rest"),
    ] {
        is_needed(forgotten, cast, guards, wanted);
    }
}

#[test]
fn a_guard_of_deposits_that_is_forgotten_is_missed() {
    let all = Guards::ALL;
    for (forgotten, cast, guards, wanted) in [
        ("one payment at a time", BOTH, Guards { one_at_a_time: false, ..all }, "charged twice"),
        (
            "closing the account first",
            BOTH,
            Guards { closes_first: false, ..all },
            "nobody watches",
        ),
        (
            "the account's place",
            PLACE,
            Guards { account_has_place: false, ..all },
            "more places are promised",
        ),
        ("a key for each closing", BANK, Guards { close_key: false, ..all }, "no way to rest"),
        ("hearing last", BANK, Guards { heard_last: false, ..all }, "nobody watches"),
        ("noting that one looked", AGAIN, Guards { notes: false, ..all }, "nobody watches"),
        ("asking anew", AGAIN, Guards { finds_anew: false, ..all }, "nobody watches"),
        ("asking again", BANK, Guards { asks_again: false, ..all }, "no way to rest"),
    ] {
        is_needed(forgotten, cast, guards, wanted);
    }
}
