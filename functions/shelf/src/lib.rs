//! 서가: every book that could be sent, by price range. Each is shown only when the reader opens it.

mod view;

use std::sync::Arc;

use domain::{
    base::{calendar, price::PriceRange},
    catalog::selection::{Book, daily},
};
use store::BookPage;
use web::{AppState, Method, Refusal, Reply, Request};

/// Books on a page.
const SHOWN: i32 = 48;

/// Serves `/shelf`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let range = match request.query.get("range") {
        None => PriceRange::Middle,
        Some(name) => name.parse().map_err(|_| Refusal::NotFound)?,
    };
    let BookPage { books, next } =
        app.store.shelf(range, request.query.get("after"), SHOWN).await?;
    let mut books: Vec<Book> = books.into_iter().map(|book| book.value).collect();
    // The pages divide the shelf by the index, and only what lies on one is drawn by the day: who
    // turns the page over midnight misses no book and meets none twice.
    daily::arrange(&mut books, calendar::today(request.now));
    Ok(view::page(&request, range, &books, next.as_deref()).into())
}
