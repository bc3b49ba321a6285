//! Random histories of money: several readers order, pay in two tabs, click twice, cancel, wait and
//! send books back, the owner posts and gives back, while connections break, functions die in the
//! middle of their work, are overtaken while they stand still, queues stop, clocks jump, holds run
//! out, and the payment service says things late, twice, in the wrong order or never. When
//! everything is whole again the payment service's own ledger and a read of the table have to
//! agree: see [`judge`].
//!
//! A history is the orders of one to three readers from the counter until everything is settled; a
//! shop sees [`IN_A_SHOP`] of them, one after the other. `MONEY_HISTORIES=n` plays that many,
//! `MONEY_SECONDS=n` plays until that time is over (20 s unless said otherwise), `MONEY_FIRST=n`
//! begins at a shop of one's choice, `MONEY_THREADS=n` plays so many shops at once (3). What fails
//! names its seed, and `MONEY_SEED=n` plays that shop again. Whatever falls is thrown from the
//! seed; only which of two requests made at one instant is faster is the machine's to say.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "tests"
)]

mod dice;
mod forgotten;
mod judge;
mod play;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use play::Play;

/// Histories in the life of one shop.
const IN_A_SHOP: u64 = 16;

fn number(name: &str) -> Option<u64> {
    std::env::var(name)
        .ok()
        .map(|number| number.parse().unwrap_or_else(|_| panic!("{name} is a number")))
}

/// Plays the histories of one shop, at most `most`. Gives how many there were and how many orders.
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
        forgotten::all_are_known(play.shop.system().wire().conditions());
        Ok((IN_A_SHOP.min(most), play.orders.len()))
    })
}

#[test]
fn however_it_goes_ledger_and_table_agree_in_the_end() {
    if let Some(seed) = number("MONEY_SEED") {
        let (histories, orders) = shop(seed, u64::MAX).unwrap_or_else(|why| panic!("{why}"));
        println!("MONEY_SEED={seed}: {histories} histories of {orders} orders agree");
        return;
    }
    let begin = Instant::now();
    let first = number("MONEY_FIRST").unwrap_or_else(|| u64::from(std::process::id()) << 32);
    let wanted = number("MONEY_HISTORIES");
    let patience = Duration::from_secs(number("MONEY_SECONDS").unwrap_or(20));
    let (next, histories, orders) = (AtomicU64::new(first), AtomicU64::new(0), AtomicU64::new(0));
    let (stop, taken) = (AtomicBool::new(false), AtomicU64::new(0));
    println!("MONEY_FIRST={first}");
    let work = || {
        loop {
            let most = match wanted {
                Some(wanted) => wanted.saturating_sub(taken.fetch_add(IN_A_SHOP, Ordering::SeqCst)),
                None if begin.elapsed() < patience => IN_A_SHOP,
                None => 0,
            };
            if most == 0 || stop.load(Ordering::SeqCst) {
                return Ok(());
            }
            let seed = next.fetch_add(1, Ordering::SeqCst);
            // A machine that is too busy for the SDK's seconds fells a shop; it is played again.
            // What falls twice names its seed.
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
