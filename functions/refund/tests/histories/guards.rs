//! Every condition under which money and books are written, with the reason why it may be trusted.
//! The random histories fail on a condition that is not listed.

/// Why a condition may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// A test here fails without it.
    Shown,
    /// The same code of `payments` as in another function, for which a test shows it.
    Shared,
    /// Another guard protects the same thing.
    Behind(&'static str),
}

use Trust::{Behind, Shared, Shown};

pub(crate) const VERSION: &str = "#version = :seen";
const NEW: &str = "attribute_not_exists(pk)";
const HANDLED: &str = "attribute_exists(pk) AND attribute_not_exists(handled_at)";
pub(crate) const ROOM: &str = "size(holds) < #free";
pub(crate) const RAN_OUT: &str =
    "size(holds) <= :listed AND #free >= :free AND holds.#gone0 = :gone0";

pub(crate) const HOLDS: &str = "attribute_exists(holds.#order)";
/// As long as a transfer is awaited, how many others are was counted on the places as they are.
pub(crate) const TRANSFER_HOLDS: &str = "attribute_exists(holds.#order) AND #version = :stock";
const TRANSFER_ROOM: &str = "size(holds) < #free AND #version = :stock";
const TRANSFER_RAN_OUT: &str =
    "size(holds) <= :listed AND #free >= :free AND #version = :stock AND holds.#gone0 = :gone0";
const ONLY_MORE: &str = "without it somebody holds more places unpaid, and nobody loses one";
const NUMBERS: &str =
    "two steps from one version have the same message numbers, and a number is used once";
const ONCE: &str = "a step from one version is taken once, and the order’s state shows it";
const FREE: &str = "a place is promised only while a copy is free";
const VERSIONS: &str = "the order’s version";
const OWN: &str = "attribute_not_exists(pk) OR #order = :order";
const NOBODYS: &str = "a work that this order gave was given by no other";
const THERE: &str = "no guard: a shelf without a record has nothing to give up";

const PAYMENTS: &[&str] = &["pay", "refund", "sweep", "toss-webhook"];
const ENDS: &[&str] =
    &["cancel", "owner-order", "owner-refund", "pay", "refund", "sweep", "toss-webhook"];

/// Every condition under which a function writes an order, a place or a book: functions, the first
/// word of the item's key, condition, trust.
pub(crate) const GUARDS: [(&[&str], &str, &str, Trust); 56] = [
    // The order.
    (&["cancel"], "ORDER", VERSION, Shown),
    (&["refund"], "ORDER", VERSION, Shown),
    (&["toss-webhook"], "ORDER", VERSION, Shown),
    (
        &["pay", "sweep"],
        "ORDER",
        VERSION,
        Behind("the place of an order that was cancelled is not held"),
    ),
    (
        &["choose"],
        "ORDER",
        VERSION,
        Behind("the place that a cancel gave up is not there to be taken"),
    ),
    (
        &["owner-order", "owner-pack", "owner-refund", "owner-ship", "pack", "ship"],
        "ORDER",
        VERSION,
        Behind(NUMBERS),
    ),
    (&["pay"], "ORDER", ASKED, Shown),
    (&["sweep"], "ORDER", ASKED, Shared),
    (PAYMENTS, "ORDER", NEW, Behind(VERSIONS)),
    (
        &[
            "cancel",
            "choose",
            "owner-order",
            "owner-pack",
            "owner-refund",
            "owner-ship",
            "pack",
            "ship",
        ],
        "ORDER",
        NEW,
        Behind(VERSIONS),
    ),
    (&["counter"], "ORDER", NEW, Behind("an order’s name is new")),
    (&["choose", "pack", "refund", "ship"], "ORDER", HANDLED, Behind(ONCE)),
    (
        &["choose", "refund", "sweep"],
        "ORDER",
        "attribute_exists(waiting)",
        Behind("whoever handles a message again finds its step taken"),
    ),
    // The places.
    (&["counter"], "SHELF", ROOM, Shown),
    (&["counter"], "SHELF", RAN_OUT, Shared),
    (&["pay"], "SHELF", ROOM, Shared),
    (&["pay"], "SHELF", RAN_OUT, Shown),
    (&["refund", "sweep", "toss-webhook"], "SHELF", ROOM, Shared),
    (&["refund", "sweep", "toss-webhook"], "SHELF", RAN_OUT, Shared),
    (&["pay"], "SHELF", HOLDS, Shown),
    (&["refund", "sweep", "toss-webhook"], "SHELF", HOLDS, Shared),
    (&["pay"], "SHELF", TRANSFER_HOLDS, Shown),
    (&["pay"], "SHELF", TRANSFER_ROOM, Shared),
    (&["pay"], "SHELF", TRANSFER_RAN_OUT, Shared),
    (&["refund", "sweep", "toss-webhook"], "SHELF", TRANSFER_HOLDS, Shared),
    (&["refund", "sweep", "toss-webhook"], "SHELF", TRANSFER_ROOM, Shared),
    (&["refund", "sweep", "toss-webhook"], "SHELF", TRANSFER_RAN_OUT, Shared),
    // Who holds a place without a payment.
    (&["counter", "pay"], "UNPAID", NEW, Behind(ONLY_MORE)),
    (&["counter", "pay"], "UNPAID", VERSION, Behind(ONLY_MORE)),
    (&["choose"], "SHELF", "#free >= :one", Behind(FREE)),
    (ENDS, "SHELF", "attribute_exists(pk)", Behind(THERE)),
    // The books, and who has had them.
    (&["choose"], "BOOK", VERSION, Shown),
    (ENDS, "BOOK", VERSION, Shared),
    (&["choose"], "ADDRESS", NEW, Behind("what the reader and the address had is read before")),
    (&["choose"], "VISITOR", NEW, Behind("what the reader and the address had is read before")),
    (ENDS, "ADDRESS", OWN, Behind(NOBODYS)),
    (ENDS, "VISITOR", OWN, Behind(NOBODYS)),
    // The copy of a parcel that was unpacked.
    (&["owner-pack"], "BOOK", VERSION, Shared),
    (&["owner-pack"], "SHELF", "attribute_exists(pk)", Behind(THERE)),
    // What a reader has besides.
    (&["counter"], "VISITOR", VERSION, Behind("no money and no book")),
    (
        &["choose"],
        "VISITOR",
        "attribute_exists(pk) AND attribute_not_exists(paid)",
        Behind("no money and no book"),
    ),
    (
        &["choose"],
        "VISITOR",
        "attribute_exists(pk) AND attribute_not_exists(read_at) \
         AND attribute_not_exists(answered_at) AND attribute_not_exists(waiting)",
        Behind("no money and no book"),
    ),
    (&["counter", "pay"], "VISITOR", NEW, Behind(ONLY_MORE)),
    (&["pay"], "VISITOR", VERSION, Behind(ONLY_MORE)),
    (&["cancel"], "VISITOR", VERSION, Behind("no money and no book")),
    (&["cancel"], "VISITOR", NEW, Behind("a letter: no money and no book")),
    (
        &["cancel"],
        "TRIES",
        "attribute_not_exists(tries) OR tries < :most",
        Behind("the digits are compared as well"),
    ),
    (&["pack"], "NUMBER", NEW, Behind("no money and no book")),
    (&["pack"], "LAST", NEW, Behind("no money and no book")),
    // What was done.
    (&["owner-refund", "owner-ship"], "DONE", NEW, Behind(VERSIONS)),
    (&["toss-webhook"], "DONE", NEW, Behind("heard twice, it is looked at twice")),
    (&["toss-webhook"], "ORDER", LOOKS, Behind("a call too many leaves a look to the sweep")),
    (
        &["sweep"],
        "ORDER",
        "due = :seen",
        Behind("whoever handles a message again finds its step taken"),
    ),
    (&["sweep"], "ORDER", "put_off = :seen", Behind("looked at twice, it is settled once")),
    (&["sweep"], "ORDER", "put_off = :until", Behind("looked at twice, it is settled once")),
    (&["sweep"], "HOUSE", NEW, Behind("no money and no book")),
];

/// The condition under which Toss is asked for a payment. A test here shows that a second payment
/// needs a refusal of the first; the payment flows test reader and amount.
pub(crate) const ASKED: &str = "visitor = :visitor AND #state = :priced AND #total = :amount AND held_ms > :now_ms AND (attribute_not_exists(payment) OR payment.#key = :key OR payment.outcome = :refused) AND (attribute_not_exists(payment) OR payment.outcome <> :deposit)";

/// How often webhooks make an order be looked at in a minute.
const LOOKS: &str = "attribute_not_exists(looks) OR looks < :most";

/// Whether a condition is this guard. A place's condition goes on with one part for each expired
/// hold that it removes.
fn is_guard(guard: &str, condition: &str) -> bool {
    condition == guard
        || condition
            .strip_prefix(guard)
            .and_then(|rest| rest.strip_prefix(" AND "))
            .is_some_and(|rest| rest.split(" AND ").all(|part| part.contains("holds.#gone")))
}

/// Panics on a condition that is not listed. Visits, letters and the owner's notes are not covered.
pub(crate) fn every_condition_is_listed(met: impl IntoIterator<Item = local::Condition>) {
    for (function, item, condition) in met {
        let writes_money = GUARDS.iter().any(|(functions, ..)| functions.contains(&&*function));
        let known = GUARDS.iter().any(|(functions, of, guard, _)| {
            functions.contains(&&*function) && *of == item.as_str() && is_guard(guard, &condition)
        });
        assert!(
            known || !writes_money,
            "is this condition needed? {function} writes {item} if {condition}"
        );
    }
}
