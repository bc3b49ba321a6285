//! Placing the books anew after the taste, or the day, has changed: page by page through the index,
//! as far as one call gets; the next goes on.
//!
//! The drawer does it itself rather than by a task of the outbox: a task belongs to an order, and
//! this work belongs to none.

use admin::{AdminError, AdminState};
use domain::base::{calendar, price::PriceRange};
use jiff::Timestamp;
use store::{Lost, Placing, Store, Versioned};
use tokio::task::JoinSet;

/// Books in a page.
const PAGE: i32 = 100;
/// Pages in a call.
const PAGES: usize = 60;
/// Writes under way at once.
const AT_ONCE: usize = 16;

/// Goes on with placing; gives how far it is afterwards.
///
/// A book that moves down is met again and has its place already; one that moves up was met. A
/// second call at the same time loses the race for the note of how far it is, and what it placed is
/// placed.
pub(crate) async fn go_on(desk: &AdminState, now: Timestamp) -> Result<Placing, AdminError> {
    let (taste, mut placing) = desk.store.taste().await?;
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
        let page = desk.store.shelf(range, at.after.as_deref(), PAGE).await?;
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
        place_all(&desk.store, moved).await?;
        at.after = page.next;
        if at.after.is_none() {
            at.range = PriceRange::ALL.into_iter().find(|other| *other > range);
        }
    }
    match desk.store.save_placing(&placing.with(at.clone())).await.map_err(Lost::from) {
        Ok(()) | Err(Lost::Race(_) | Lost::Conflict) => Ok(at),
        Err(lost) => Err(lost.into()),
    }
}

async fn place_all(
    store: &Store,
    books: Vec<Versioned<domain::catalog::selection::Book>>,
) -> Result<(), AdminError> {
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

fn joined(
    done: Option<Result<Result<(), store::StoreError>, tokio::task::JoinError>>,
) -> Result<(), AdminError> {
    match done {
        None => Ok(()),
        Some(Ok(done)) => Ok(done?),
        Some(Err(fell)) => Err(store::StoreError::Unavailable(fell.to_string()).into()),
    }
}
