//! That the guards are needed, and that the judge sees it. Two hands meet on one order or one shelf; with its guard the slower one looks again, and ledger
//! and table agree. Then the very same with one condition forgotten (a switch of the local wire, which nothing that ships has): they must not.

use jiff::SignedDuration;
use local::{Breakage, Fault as Wire, Service};
use toss_standin::{Fault, On, Rule};

use crate::{dice::Dice, judge::judge, play::Play};

/// Plays a meeting in a shop, with or without the guard, and asks the judge.
async fn meets(
    readers: usize,
    forgets: Option<(&str, &str)>,
    meeting: impl AsyncFn(&mut Play),
) -> Result<(), String> {
    let mut play = Play::new(Dice(1), readers).await;
    if let Some((function, condition)) = forgets {
        play.shop.system().wire().forget_condition(function, condition);
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
    condition: &str,
    readers: usize,
    wanted: &str,
    meeting: impl AsyncFn(&mut Play),
) {
    meets(readers, None, &meeting).await.unwrap_or_else(|why| panic!("with every guard: {why}"));
    let found = meets(readers, Some((function, condition)), &meeting).await;
    let Err(why) = found else { panic!("a guard was forgotten and nobody noticed") };
    assert!(why.contains(wanted), "`{wanted}` was to be found, and not: {why}");
}

fn pause(play: &Play, function: &str) {
    let fault = Wire::on(Service::Dynamodb, "TransactWriteItems", Breakage::Pause).of(function);
    play.shop.system().wire().inject(fault);
}

#[tokio::test]
async fn a_second_payment_is_not_asked_for_while_the_first_may_have_been_taken() {
    is_needed("pay", "payment.outcome = :refused", 1, "charged twice", async |play: &mut Play| {
        play.shelves(1, 3).await;
        play.order(0).await;
        let (one, two) = (play.new_tab(0), play.new_tab(0));
        play.shop.standin().fault(Rule::once(On::Confirm, Fault::ReplyLost));
        play.shop.standin().fault(Rule::once(On::Query, Fault::ErrorBefore));
        play.takes(0, one.as_ref()).await;
        play.takes(0, two.as_ref()).await;
    })
    .await;
}

#[tokio::test]
async fn a_cancel_does_not_write_over_a_payment_that_was_faster() {
    is_needed("cancel", "#version = :seen", 1, "not paid, and charged", async |play: &mut Play| {
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
    })
    .await;
}

#[tokio::test]
async fn a_refund_does_not_write_over_a_cancel_that_was_faster() {
    is_needed("refund", "#version = :seen", 1, "", async |play: &mut Play| {
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
    })
    .await;
}

#[tokio::test]
async fn a_copy_is_not_taken_from_a_book_that_has_changed() {
    is_needed("choose", "#version = :seen", 2, "the books say", async |play: &mut Play| {
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
    is_needed("counter", "#version = :seen", 2, "places are promised", async |play: &mut Play| {
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
    })
    .await;
}

#[tokio::test]
async fn an_account_holds_no_place_that_somebody_else_has_taken_meanwhile() {
    is_needed("pay", "attribute_exists(holds.#order)", 2, "places are promised", async |play: &mut Play| {
        play.shelves(1, 1).await;
        play.order(0).await;
        let account = play.new_account(0);
        pause(play, "pay");
        let wire = play.shop.system().wire().clone();
        let meanwhile = async {
            wire.paused().await;
            // Nobody else finds the account meanwhile.
            play.shop.standin().fault(Rule { times: 100, ..Rule::once(On::Query, Fault::ErrorBefore) });
            play.shop.system().leap(SignedDuration::from_mins(16)).await.unwrap();
            let to = play.at_the_counter(1).await;
            wire.go_on();
            to
        };
        let ((), to) = tokio::join!(play.takes(0, account.as_ref()), meanwhile);
        play.placed(1, &to);
        play.pays_by_card(1).await;
        play.shop.standin().deposit(&play.name(0)).await;
    })
    .await;
}
