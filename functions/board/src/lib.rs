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

/// The path of the page.
const PAGE: &str = "/board";

/// Serves `/board`. The links of the page end when its own ticket does, and allow no more.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let Ok((ticket, until)) = app.ticket(&request, PAGE) else {
        return Ok(view::no_ticket().into());
    };
    let keys = app.keys();
    let today = calendar::today(request.now);
    let waiting = app.store.desk(MOST).await?;
    let first_day = today.checked_sub((DAYS - 1).days()).unwrap_or(today);
    let notes = app.store.notes(first_day, today).await?;
    let slip = |order: &Order| keys.page_with(ticket, &format!("/slip/{}", order.id), until);
    let orders = waiting.orders.iter().map(|order| &order.value).collect();
    let board = Board { orders, more: waiting.more, notes: &notes, today };
    Ok(board.page(&slip).into())
}
