//! Disabling any guard must fail a test. Two writers meet on one order or one price range: with the
//! guard the slower one reads again, and ledger and table agree. The same meeting with one condition
//! disabled (a switch of the local wire, which nothing that ships has) must make them differ.
//! The conditions are listed in `guards`.

use local::{Breakage, Fault as Wire, Service};
use toss_standin::{Fault, On, Rule};
use walk::Random;

use crate::{
    guards::{GUARDS, HOLDS, ROOM, TRANSFER_HOLDS, Trust},
    judge::judge,
    play::Play,
};

/// Plays a meeting in a shop, with or without the guard, and returns the judgement.
async fn judge_meeting(
    readers: usize,
    forgets: Option<(&str, &str, &str)>,
    meeting: impl AsyncFn(&mut Play),
) -> Result<(), String> {
    let mut play = Play::new(Random(1), readers).await;
    if let Some((function, item, condition)) = forgets {
        play.shop.system().wire().forget_condition(function, item, condition);
    }
    meeting(&mut play).await;
    let items = play.settle_everything().await;
    let judged = judge(&items, &play.shop.standin().ledger(), play.copies);
    let met = play.shop.system().wire().conditions_forgotten();
    assert!(forgets.is_none() || met > 0, "the condition stands in no call: {forgets:?}");
    judged
}

/// With the guard the judge finds nothing; without it, a disagreement that contains `wanted`.
async fn is_needed(
    function: &str,
    item: &str,
    condition: &str,
    readers: usize,
    wanted: &str,
    meeting: impl AsyncFn(&mut Play),
) {
    let known = GUARDS.iter().any(|(functions, of, guard, trust)| {
        functions.contains(&function)
            && (*of, *trust) == (item, Trust::Shown)
            && guard.contains(condition)
    });
    assert!(known, "{function} {item} {condition} is not among the guards");
    judge_meeting(readers, None, &meeting)
        .await
        .unwrap_or_else(|why| panic!("with every guard: {why}"));
    let found = judge_meeting(readers, Some((function, item, condition)), &meeting).await;
    let Err(why) = found else { panic!("a guard was disabled and nothing differs") };
    assert!(why.contains(wanted), "not `{wanted}`: {why}");
}

fn pause(play: &Play, function: &str) {
    let fault = Wire::on(Service::Dynamodb, "TransactWriteItems", Breakage::Pause).of(function);
    play.shop.system().wire().inject(fault);
}

#[tokio::test]
async fn no_second_payment_is_requested_while_the_first_may_have_been_taken() {
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
            play.confirms(0, one.as_ref()).await;
            play.confirms(0, two.as_ref()).await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_cancel_does_not_overwrite_a_faster_payment() {
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
                play.confirms(0, tab.as_ref()).await;
                wire.go_on();
            };
            tokio::join!(play.cancels(0), meanwhile);
        },
    )
    .await;
}

#[tokio::test]
async fn a_refund_does_not_overwrite_a_faster_cancel() {
    is_needed(
        "refund",
        "ORDER",
        "#version = :seen",
        1,
        "a refund is not done",
        async |play: &mut Play| {
            play.shelves(1, 3).await;
            play.order(0).await;
            play.shop.system().hold("refund");
            play.shop.system().hold("pack");
            play.pays_by_card(0).await;
            play.shop.settle().await;
            play.owner_refunds(0).await;
            play.shop.settle().await;
            let system = play.shop.system();
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
async fn no_copy_is_taken_from_a_book_that_has_changed() {
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
    is_needed("counter", "SHELF", ROOM, 2, "places are promised", async |play: &mut Play| {
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
        play.note_order(0, &one);
        play.note_order(1, &two);
        for which in 0..play.orders.len() {
            play.pays_by_card(which).await;
        }
    })
    .await;
}

/// The first reader's payment pauses before it is written. Meanwhile their place runs out, and the
/// second reader takes the place of the last copy.
async fn pays_too_slowly(play: &mut Play, payment: Option<String>) {
    pause(play, "pay");
    let wire = play.shop.system().wire().clone();
    let meanwhile = async {
        wire.paused().await;
        // The sweep does not find the order meanwhile: it would raise its version, which protects
        // the place as well.
        wire.inject(
            Wire::on(Service::Dynamodb, "Query", Breakage::Error500).of("sweep").times(100),
        );
        play.shop.jump(16).await;
        let to = play.at_the_counter(1).await;
        wire.go_on();
        to
    };
    let ((), to) = tokio::join!(play.confirms(0, payment.as_ref()), meanwhile);
    play.note_order(1, &to);
    play.pays_by_card(1).await;
}

#[tokio::test]
async fn an_account_does_not_hold_a_place_that_another_reader_took() {
    is_needed("pay", "SHELF", TRANSFER_HOLDS, 2, "places are promised", async |play: &mut Play| {
        play.shelves(1, 1).await;
        play.order(0).await;
        let account = play.new_account(0);
        pays_too_slowly(play, account).await;
        play.shop.standin().deposit(&play.name(0)).await;
    })
    .await;
}

#[tokio::test]
async fn a_card_does_not_pay_for_a_place_that_another_reader_took() {
    is_needed("pay", "SHELF", HOLDS, 2, "places are promised", async |play: &mut Play| {
        play.shelves(1, 1).await;
        play.order(0).await;
        let tab = play.new_tab(0);
        pays_too_slowly(play, tab).await;
    })
    .await;
}

#[tokio::test]
async fn a_place_that_ran_out_is_not_taken_again_from_another_reader() {
    is_needed(
        "pay",
        "SHELF",
        "holds.#gone0 = :gone0",
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
                play.confirms(1, other.as_ref()).await;
                wire.go_on();
            };
            tokio::join!(play.confirms(0, tab.as_ref()), meanwhile);
            // Refused, they try once more.
            play.confirms(0, tab.as_ref()).await;
        },
    )
    .await;
}

#[tokio::test]
async fn a_transfer_that_the_bank_has_taken_back_is_not_recorded_as_paid() {
    is_needed(
        "toss-webhook",
        "ORDER",
        "#version = :seen",
        1,
        "an account is open without an order that waits",
        async |play: &mut Play| {
            // At the upper end of the range no difference is refunded, which would query Toss again.
            play.shelves_the_dearest(3).await;
            play.order(0).await;
            let account = play.new_account(0);
            play.confirms(0, account.as_ref()).await;
            play.shop.standin().deposit(&play.name(0)).await;
            pause(play, "toss-webhook");
            let wire = play.shop.system().wire().clone();
            let meanwhile = async {
                wire.paused().await;
                play.shop.standin().reverse_transfer(&play.name(0)).await;
                // All but the first, which is being handled.
                play.deliver_transfer_webhooks().await;
                wire.go_on();
            };
            tokio::join!(play.deliver_transfer_webhooks(), meanwhile);
        },
    )
    .await;
}
