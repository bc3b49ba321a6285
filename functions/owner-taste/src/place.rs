//! Placing the books on the shelf anew after the taste or the day has changed: page by page through
//! the index, as far as one call gets.
//!
//! The function does it itself rather than by a message of the outbox: messages belong to orders,
//! and this work belongs to none.

use admin::{AdminError, AdminState};
use domain::{
    base::{calendar, price::PriceRange},
    catalog::selection::Book,
};
use jiff::Timestamp;
use store::{Placing, Store, StoreError, Versioned, WriteError};
use tokio::task::JoinSet;

/// Books in a page of the index.
const PAGE: i32 = 100;
/// Most pages in a call.
const PAGES: usize = 60;
/// Concurrent writes.
const AT_ONCE: usize = 16;

/// Continues and returns the progress.
///
/// The index is read while books move in it. A book that moves down is read again, which changes
/// nothing; one that moves up was read before. Of two calls at the same time one fails to record
/// its progress; the books it placed are placed.
pub(crate) async fn go_on(state: &AdminState, now: Timestamp) -> Result<Placing, AdminError> {
    let (taste, mut placing) = state.store.taste().await?;
    let day = calendar::today(now);
    if !placing.value.is_for(day, taste.version) {
        placing = placing.with(Placing::anew(day, taste.version));
    } else if placing.value.range.is_none() {
        return Ok(placing.value);
    }
    let mood = taste.value.mood(day);
    let mut at = placing.value.clone();
    for _ in 0..PAGES {
        let Some(range) = at.range else { break };
        let page = state.store.shelf(range, at.after.as_deref(), PAGE).await?;
        at.seen = at.seen.saturating_add(page.books.len().try_into().unwrap_or(u64::MAX));
        let moved: Vec<_> = page
            .books
            .into_iter()
            .filter_map(|book| {
                let placed = book.value.clone().placed(day, &mood);
                (placed.stands() != book.value.stands()).then(|| book.with(placed))
            })
            .collect();
        at.moved = at.moved.saturating_add(moved.len().try_into().unwrap_or(u64::MAX));
        place_all(&state.store, moved).await?;
        at.after = page.next;
        if at.after.is_none() {
            at.range = PriceRange::ALL.into_iter().find(|other| *other > range);
        }
    }
    match state.store.save_placing(&placing.with(at.clone())).await {
        Ok(()) | Err(WriteError::ConditionFailed(_)) => Ok(at),
        Err(WriteError::Store(error)) => Err(error.into()),
    }
}

async fn place_all(store: &Store, books: Vec<Versioned<Book>>) -> Result<(), AdminError> {
    let mut under_way = JoinSet::new();
    for book in books {
        if under_way.len() >= AT_ONCE {
            joined(under_way.join_next().await)?;
        }
        let store = store.clone();
        under_way.spawn(async move { store.place(&book).await });
    }
    while !under_way.is_empty() {
        joined(under_way.join_next().await)?;
    }
    Ok(())
}

/// The result of a finished write.
fn joined(
    done: Option<Result<Result<(), StoreError>, tokio::task::JoinError>>,
) -> Result<(), AdminError> {
    match done {
        None => Ok(()),
        Some(Ok(done)) => Ok(done?),
        Some(Err(error)) => Err(AdminError::Internal(error.to_string())),
    }
}
