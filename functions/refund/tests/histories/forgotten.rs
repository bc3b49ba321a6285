//! That the guards are needed, and that the judge sees it. Two hands meet on one order or one
//! shelf; with its guard the slower one looks again, and ledger and table agree. Then the very same
//! with one condition forgotten (a switch of the local wire, which nothing that ships has): they
//! must not.
//!
//! `GUARDS` names every condition under which money and books are written, and why it may be
//! trusted; the random histories fall over one that is not in it.

use local::{Breakage, Fault as Wire, Service};
use toss_standin::{Fault, On, Rule};

use crate::{dice::Dice, judge::judge, play::Play};

/// Why a condition may be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Forgotten, it is missed: a test in here shows it.
    Shown,
    /// The same code of the till as in another function, for which it is shown.
    Shared,
    /// Another guard holds what it holds.
    Behind(&'static str),
}

use Trust::{Behind, Shared, Shown};

const VERSION: &str = "#version = :seen";
const NEW: &str = "attribute_not_exists(pk)";
const HANDLED: &str = "attribute_exists(pk) AND attribute_not_exists(handled_at)";
const HOLDS: &str = "attribute_exists(holds.#order)";
const NUMBERS: &str =
    "two steps from one version have the same message numbers, and a number is given once";
const ONCE: &str =
    "a step from one version is taken once, and the order's state says that it was taken";
const FREE: &str = "a place is promised only while a copy is free";
const VERSIONS: &str = "the order's version";
const OWN: &str = "attribute_not_exists(pk) OR #order = :order";
const NOBODYS: &str = "a work that this order gave was given by no other";
const THERE: &str = "no guard: a shelf without a record has nothing to give up";

const TILL: &[&str] = &["pay", "refund", "sweep", "toss-webhook"];
const ENDS: &[&str] = &["cancel", "owner-refund", "pay", "refund", "sweep", "toss-webhook"];

/// Every condition under which a function writes an order, a place or a book: functions, first word
/// of the item's key, condition.
const GUARDS: [(&[&str], &str, &str, Trust); 30] = [
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
    (&["owner-refund", "owner-ship", "pack", "ship"], "ORDER", VERSION, Behind(NUMBERS)),
    (&["pay"], "ORDER", ASKED, Shown),
    (TILL, "ORDER", NEW, Behind(VERSIONS)),
    (
        &["cancel", "choose", "owner-refund", "owner-ship", "pack", "ship"],
        "ORDER",
        NEW,
        Behind(VERSIONS),
    ),
    (&["counter"], "ORDER", NEW, Behind("an order's name is new")),
    (&["choose", "pack", "refund", "ship"], "ORDER", HANDLED, Behind(ONCE)),
    (
        &["choose", "sweep"],
        "ORDER",
        "attribute_exists(waiting)",
        Behind("whoever handles a message again finds its step taken"),
    ),
    // The places.
    (&["counter"], "SHELF", VERSION, Shown),
    (&["pay"], "SHELF", VERSION, Shown),
    (&["refund", "sweep", "toss-webhook"], "SHELF", VERSION, Shared),
    (&["pay"], "SHELF", HOLDS, Shown),
    (&["refund", "sweep", "toss-webhook"], "SHELF", HOLDS, Shared),
    (&["choose"], "SHELF", "#free >= :one", Behind(FREE)),
    (ENDS, "SHELF", "attribute_exists(pk)", Behind(THERE)),
    // The books, and who has had them.
    (&["choose"], "BOOK", VERSION, Shown),
    (ENDS, "BOOK", VERSION, Shared),
    (&["choose"], "ADDRESS", NEW, Behind("what the reader and the address had is read before")),
    (&["choose"], "VISITOR", NEW, Behind("what the reader and the address had is read before")),
    (ENDS, "ADDRESS", OWN, Behind(NOBODYS)),
    (ENDS, "VISITOR", OWN, Behind(NOBODYS)),
    // What a reader has besides.
    (&["counter"], "VISITOR", VERSION, Behind("no money and no book")),
    (&["cancel"], "VISITOR", VERSION, Behind("no money and no book")),
    // What was done.
    (&["owner-refund", "owner-ship"], "DONE", NEW, Behind(VERSIONS)),
    (&["toss-webhook"], "DONE", NEW, Behind("heard twice, it is looked at twice")),
    (&["sweep"], "HOUSE", NEW, Behind("no money and no book")),
];

/// Under which a payment is asked for. That another one may be asked for only after a refusal is
/// shown here; reader and amount are tried in the flows of payment.
const ASKED: &str = "visitor = :visitor AND #state = :priced AND #total = :amount AND held_ms > :now_ms AND (attribute_not_exists(payment) OR payment.#key = :key OR payment.outcome = :refused) AND (attribute_not_exists(payment) OR payment.outcome <> :deposit)";

/// Falls over a condition that nobody has thought about. Visits, letters and what an owner notes
/// are no part of it.
pub(crate) fn all_are_known(met: impl IntoIterator<Item = local::Condition>) {
    for (function, item, condition) in met {
        let is_hand = GUARDS.iter().any(|(hands, ..)| hands.contains(&&*function));
        let known = GUARDS.iter().any(|(hands, of, guard, _)| {
            hands.contains(&&*function) && (*of, *guard) == (item.as_str(), condition.as_str())
        });
        assert!(
            known || !is_hand,
            "is this condition needed? {function} writes {item} if {condition}"
        );
    }
}

/// Plays a meeting in a shop, with or without the guard, and asks the judge.
async fn meets(
    readers: usize,
    forgets: Option<(&str, &str, &str)>,
    meeting: impl AsyncFn(&mut Play),
) -> Result<(), String> {
    let mut play = Play::new(Dice(1), readers).await;
    if let Some((function, item, condition)) = forgets {
        play.shop.system().wire().forget_condition(function, item, condition);
    }
    meeting(&mut play).await;
    let items = play.becomes_whole().await;
    let judged = judge(&items, &play.shop.standin().ledger(), play.copies);
    let met = play.shop.system().wire().conditions_forgotten();
    assert!(forgets.is_none() || met > 0, "the condition stands in no call: {forgets:?}");
    judged
}

/// With the guard all is well; without it the judge says what `wanted` says.
async fn is_needed(
    function: &str,
    item: &str,
    condition: &str,
    readers: usize,
    wanted: &str,
    meeting: impl AsyncFn(&mut Play),
) {
    let known = GUARDS.iter().any(|(hands, of, guard, trust)| {
        hands.contains(&function) && (*of, *trust) == (item, Shown) && guard.contains(condition)
    });
    assert!(known, "{function} {item} {condition} is not among the guards");
    meets(readers, None, &meeting).await.unwrap_or_else(|why| panic!("with every guard: {why}"));
    let found = meets(readers, Some((function, item, condition)), &meeting).await;
    let Err(why) = found else { panic!("a guard was forgotten and nobody noticed") };
    assert!(why.contains(wanted), "`{wanted}` was to be found, and not: {why}");
}

fn pause(play: &Play, function: &str) {
    let fault = Wire::on(Service::Dynamodb, "TransactWriteItems", Breakage::Pause).of(function);
    play.shop.system().wire().inject(fault);
}

#[tokio::test]
async fn a_second_payment_is_not_asked_for_while_the_first_may_have_been_taken() {
    is_needed(
        "pay",
        "ORDER",
        "payment.outcome = :refused",
        1,
        "charged twice",
        async |play: &mut Play| {
            play.shelves(1, 3).await;
            play.order(0).await;
            let (one, two) = (play.new_tab(0), play.new_tab(0));
            play.shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
            play.shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
            play.takes(0, one.as_ref()).await;
            play.takes(0, two.as_ref()).await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_cancel_does_not_write_over_a_payment_that_was_faster() {
    is_needed(
        "cancel",
        "ORDER",
        "#version = :seen",
        1,
        "not paid, and charged",
        async |play: &mut Play| {
            play.shelves(1, 3).await;
            play.order(0).await;
            let tab = play.new_tab(0);
            pause(play, "cancel");
            let wire = play.shop.system().wire().clone();
            let meanwhile = async {
                wire.paused().await;
                play.takes(0, tab.as_ref()).await;
                wire.go_on();
            };
            tokio::join!(play.cancels(0), meanwhile);
        },
    )
    .await;
}

#[tokio::test]
async fn a_refund_does_not_write_over_a_cancel_that_was_faster() {
    is_needed(
        "refund",
        "ORDER",
        "#version = :seen",
        1,
        "a refund is not done",
        async |play: &mut Play| {
            play.shelves(1, 3).await;
            play.order(0).await;
            let system = play.shop.system();
            system.hold("refund");
            system.hold("pack");
            play.pays_by_card(0).await;
            play.shop.settle().await;
            system.release("refund");
            pause(play, "refund");
            let meanwhile = async {
                system.wire().paused().await;
                play.cancels(0).await;
                system.wire().go_on();
            };
            tokio::join!(play.shop.settle(), meanwhile);
        },
    )
    .await;
}

#[tokio::test]
async fn a_copy_is_not_taken_from_a_book_that_has_changed() {
    is_needed("choose", "BOOK", "#version = :seen", 2, "the books say", async |play: &mut Play| {
        play.shelves(1, 3).await;
        play.order(0).await;
        play.order(1).await;
        let system = play.shop.system();
        system.hold("pack");
        play.pays_by_card(0).await;
        play.shop.settle().await;
        play.pays_by_card(1).await;
        pause(play, "choose");
        let meanwhile = async {
            system.wire().paused().await;
            play.cancels(0).await;
            system.wire().go_on();
        };
        tokio::join!(play.shop.settle(), meanwhile);
    })
    .await;
}

#[tokio::test]
async fn two_readers_do_not_take_the_last_place() {
    is_needed(
        "counter",
        "SHELF",
        "#version = :seen",
        2,
        "places are promised",
        async |play: &mut Play| {
            play.shelves(1, 1).await;
            pause(play, "counter");
            let wire = play.shop.system().wire().clone();
            let meanwhile = async {
                wire.paused().await;
                let to = play.at_the_counter(1).await;
                wire.go_on();
                to
            };
            let (one, two) = tokio::join!(play.at_the_counter(0), meanwhile);
            play.placed(0, &one);
            play.placed(1, &two);
            for which in 0..play.orders.len() {
                play.pays_by_card(which).await;
            }
        },
    )
    .await;
}

/// The first reader's payment stands before the table, and meanwhile their place runs out and the
/// second reader takes the last copy's.
async fn pays_too_slowly(play: &mut Play, payment: Option<String>) {
    pause(play, "pay");
    let wire = play.shop.system().wire().clone();
    let meanwhile = async {
        wire.paused().await;
        // Nobody else finds the payment meanwhile.
        play.shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
        play.shop.jump(16).await;
        let to = play.at_the_counter(1).await;
        wire.go_on();
        to
    };
    let ((), to) = tokio::join!(play.takes(0, payment.as_ref()), meanwhile);
    play.placed(1, &to);
    play.pays_by_card(1).await;
}

#[tokio::test]
async fn an_account_holds_no_place_that_somebody_else_has_taken_meanwhile() {
    is_needed("pay", "SHELF", HOLDS, 2, "places are promised", async |play: &mut Play| {
        play.shelves(1, 1).await;
        play.order(0).await;
        let account = play.new_account(0);
        pays_too_slowly(play, account).await;
        play.shop.standin().deposit(&play.name(0)).await;
    })
    .await;
}

#[tokio::test]
async fn a_card_pays_for_no_place_that_somebody_else_has_taken_meanwhile() {
    is_needed("pay", "SHELF", HOLDS, 2, "places are promised", async |play: &mut Play| {
        play.shelves(1, 1).await;
        play.order(0).await;
        let tab = play.new_tab(0);
        pays_too_slowly(play, tab).await;
    })
    .await;
}

#[tokio::test]
async fn a_place_is_not_taken_again_that_somebody_else_has_taken_meanwhile() {
    is_needed(
        "pay",
        "SHELF",
        "#version = :seen",
        2,
        "places are promised",
        async |play: &mut Play| {
            play.shelves(1, 1).await;
            play.order(0).await;
            play.shop.jump(16).await;
            play.order(1).await;
            play.shop.jump(16).await;
            let tab = play.new_tab(0);
            pause(play, "pay");
            let wire = play.shop.system().wire().clone();
            let other = play.new_tab(1);
            let meanwhile = async {
                wire.paused().await;
                play.takes(1, other.as_ref()).await;
                wire.go_on();
            };
            tokio::join!(play.takes(0, tab.as_ref()), meanwhile);
            // Turned away, they try once more.
            play.takes(0, tab.as_ref()).await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_deposit_is_not_written_down_that_the_bank_has_taken_back_meanwhile() {
    is_needed(
        "toss-webhook",
        "ORDER",
        "#version = :seen",
        1,
        "nobody awaits money",
        async |play: &mut Play| {
            // Of a dearer one nothing goes back, and nobody would look again.
            play.shelves_the_dearest(3).await;
            play.order(0).await;
            let account = play.new_account(0);
            play.takes(0, account.as_ref()).await;
            play.shop.standin().deposit(&play.name(0)).await;
            pause(play, "toss-webhook");
            let wire = play.shop.system().wire().clone();
            let meanwhile = async {
                wire.paused().await;
                play.shop.standin().reverse_transfer(&play.name(0)).await;
                // All but the first, which is being heard.
                play.hears_of_deposits_now().await;
                wire.go_on();
            };
            tokio::join!(play.hears_of_deposits_now(), meanwhile);
        },
    )
    .await;
}
