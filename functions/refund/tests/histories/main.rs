//! Random histories of money. Readers order, pay in two tabs, click twice, cancel, wait and return
//! books; the owner ships and refunds. Meanwhile connections fail, functions crash or are overtaken
//! while paused, queues stop, clocks jump, holds run out, and webhooks come late, twice, in the
//! wrong order or never. Once everything is settled, the payment service's ledger and the table
//! must agree: see [`judge`].
//!
//! A history is the orders of one to three readers, from the counter until everything is settled. A
//! shop has [`IN_A_SHOP`] of them, one after the other. `MONEY_HISTORIES=n` plays that many,
//! `MONEY_SECONDS=n` plays for that time (default 20), `MONEY_FIRST=n` is the seed of the first
//! shop, `MONEY_THREADS=n` the number of shops at once (default 3). A failure prints its seed, and
//! `MONEY_SEED=n` replays that shop. Everything follows from the seed except which of two
//! simultaneous requests is faster.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod forgotten;
mod guards;
mod judge;
mod play;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use play::Play;

/// Histories per shop.
const IN_A_SHOP: u64 = 16;

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|number| number.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Plays at most `most` histories of one shop. Returns how many, and of how many orders.
fn shop(seed: u64, most: u64) -> Result<(u64, usize), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut play = Play::open(seed).await;
        play.shop.system().wire().note_conditions();
        for history in 1..=IN_A_SHOP.min(most) {
            let items = play.history().await;
            judge::judge(&items, &play.shop.standin().ledger(), play.copies)
                .map_err(|why| format!("MONEY_SEED={seed}, history {history}: {why}"))?;
        }
        guards::every_condition_is_listed(play.shop.system().wire().conditions());
        Ok((IN_A_SHOP.min(most), play.orders.len()))
    })
}

#[test]
fn after_any_history_ledger_and_table_agree() {
    if let Some(seed) = number("MONEY_SEED") {
        let (histories, orders) = shop(seed, u64::MAX).unwrap_or_else(|why| panic!("{why}"));
        println!("MONEY_SEED={seed}: {histories} histories of {orders} orders agree");
        return;
    }
    let begin = Instant::now();
    let first = number("MONEY_FIRST").unwrap_or_else(|| u64::from(std::process::id()) << 32);
    let wanted = number("MONEY_HISTORIES");
    let limit = Duration::from_secs(number("MONEY_SECONDS").unwrap_or(20));
    let (next, histories, orders) = (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0));
    let (stop, taken) = (AtomicBool::new(false), AtomicU64::new(0));
    println!("MONEY_FIRST={first}");
    let work = || {
        loop {
            let most = match wanted {
                Some(wanted) => wanted.saturating_sub(taken.fetch_add(IN_A_SHOP, Ordering::SeqCst)),
                None if begin.elapsed() < limit => IN_A_SHOP,
                None => 0,
            };
            if most == 0 || stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            let seed = next.fetch_add(1, Ordering::SeqCst);
            // On a busy machine the SDK's timeouts can fail a shop, so it is played once more.
            let once = || std::panic::catch_unwind(|| shop(seed, most));
            let played = once()
                .or_else(|_| once())
                .unwrap_or_else(|_| Err(format!("MONEY_SEED={seed} fell")));
            match played {
                Ok((count, with)) => {
                    let so_far = histories.fetch_add(count, Ordering::SeqCst) + count;
                    orders.fetch_add(with as u64, Ordering::SeqCst);
                    if wanted.is_some() {
                        println!("{so_far} histories in {:?}", begin.elapsed());
                    }
                }
                Err(why) => {
                    stop.store(true, Ordering::SeqCst);
                    return Err(why);
                }
            }
        }
    };
    let failed: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> =
            (0..number("MONEY_THREADS").unwrap_or(3)).map(|_| scope.spawn(work)).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap().err()).collect()
    });
    assert!(failed.is_empty(), "{failed:#?}");
    println!(
        "{} histories of {} orders in {:?}, from MONEY_FIRST={first}",
        histories.load(Ordering::SeqCst),
        orders.load(Ordering::SeqCst),
        begin.elapsed()
    );
}
