//! 책상 그림: the owner's desk as a page: the orders that wait, by what is to be done, and a chart of
//! stock and waiting orders over two weeks. The page needs a ticket, which `owner-desk` signs for a
//! few hours. It shows neither names nor addresses.

mod chart;
mod view;

use std::sync::Arc;

use domain::{base::calendar, order::Order};
use jiff::ToSpan;
use web::{AppState, Method, Refusal, Reply, Request};

use view::Board;

/// Most orders on the page.
const MOST: i32 = 100;

/// The days of the chart.
const DAYS: i64 = 14;

/// For how long the links of the page are valid, in minutes.
const LINKS_VALID_FOR: i64 = 6 * 60;

/// Serves `/board`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let ticket = request.query.get("ticket").unwrap_or_default();
    if app.signing_key.verify_ticket("/board", ticket, request.now).is_err() {
        return Ok(view::no_ticket().into());
    }
    let today = calendar::today(request.now);
    let waiting = app.store.desk(MOST).await?;
    let first_day = today.checked_sub((DAYS - 1).days()).unwrap_or(today);
    let notes = app.store.notes(first_day, today).await?;
    let slip = |order: &Order| {
        let page = format!("/slip/{}", order.id);
        let until = calendar::minutes_after(request.now, LINKS_VALID_FOR);
        format!("{page}?ticket={}", app.signing_key.ticket(&page, until))
    };
    let orders = waiting.orders.iter().map(|order| &order.value).collect();
    let board = Board { orders, more: waiting.more, notes: &notes, today };
    Ok(board.page(&slip).into())
}
