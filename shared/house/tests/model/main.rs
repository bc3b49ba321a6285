//! Every way a payment can go, looked at one by one. The order, its refunds and the places are the shop's own (`house`): each step of an order in here is
//! the pure function that the functions call. What is described anew, in [`saga`], is what lies between two side effects: who reads what, who asks
//! whom, and under which condition something is written.
//!
//! Two hands at a time work on one order, at whatever they like: confirming from either of two tabs, asking again (the page's reload, `sweep`), hearing a
//! webhook as often as it comes, cancelling, carrying a refund out from a message that is delivered twice. Each may die before and after every side
//! effect, every answer of the payment service may be lost, the card may say no, the hold may run out, and another reader may want the last copy.
//!
//! Held in every state there is: charged at most once, nothing goes back twice or unpromised, copies and places conserved. Held wherever everything is at
//! rest: paid if and only if charged and not refunded. And from every state there is a way to rest that the system goes by itself, with no
//! reader and no crash in it.
//!
//! An own search and no `stateright` (0.31): its "eventually" stops at circles, and this model is full of them (whoever dies begins again), while the way to
//! rest can be asked of a finished graph; and its web server can not be left out of the tree.

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

use saga::{Guards, Saga};
use search::{Found, search};

#[test]
fn money_and_books_are_right_in_every_state() {
    let began = Instant::now();
    let found = search(&mut Saga::new(Guards::ALL));
    match found {
        Found::Whole { states, steps, at_rest } => {
            println!(
                "{states} states, {steps} steps between them, {at_rest} at rest, in {:.1?}",
                began.elapsed()
            );
            // A model that lost its ways would find nothing wrong either.
            assert!(states > 10_000 && at_rest > 50, "only {states} states, {at_rest} of them at rest");
        }
        Found::Wrong { what, way } => panic!("{what}:\n{}", way.join("\n")),
    }
}

/// Forgets one guard; the search has to find what it guards against.
fn is_needed(forgotten: &str, guards: Guards, wanted: &str) {
    match search(&mut Saga::new(guards)) {
        Found::Whole { states, .. } => panic!("without {forgotten} nothing is wrong in {states} states"),
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
    is_needed(
        "asking for one payment at a time",
        Guards { one_at_a_time: false, ..Guards::ALL },
        "charged twice",
    );
    is_needed("the order's version", Guards { order_version: false, ..Guards::ALL }, "not paid, and charged");
    is_needed(
        "the places' version",
        Guards { stock_version: false, ..Guards::ALL },
        "more places are promised",
    );
    is_needed(
        "the place that has to be held",
        Guards { place_is_held: false, ..Guards::ALL },
        "more places are promised",
    );
    is_needed("the refund's key", Guards { refund_key: false, ..Guards::ALL }, "went back twice");
    is_needed("asking again", Guards { asks_again: false, rival: false, ..Guards::ALL }, "no way to rest");
}
