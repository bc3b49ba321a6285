//! 영수증: what was paid, what was refunded and what remains, on one page to print. Only the reader of
//! the order sees it, or who finds it by number and telephone. It does not name the book: the title stays secret until the parcel is opened.
//! Once a book is chosen its list price is shown, as the letter about the choice shows it.

mod view;

use std::sync::Arc;

use domain::{
    base::money::Won,
    order::{
        Order,
        refund::{Progress, Refund, RefundReason},
    },
};
use web::{AppState, Method, Refusal, Reply, Request, order_id, seen_order};

/// Serves `/receipt/{order}`.
pub async fn handle(app: Arc<AppState>, request: Request) -> Result<Reply, Refusal> {
    if request.method == Method::Post {
        return Err(Refusal::MethodNotAllowed);
    }
    let order = seen_order(&app, &request, order_id(&request)?).await?.0.value;
    if order.paid_at().is_none() || order.transfer_is_reversed() {
        return Err(Refusal::NotFound);
    }
    Ok(view::page(&request, &order, &app.shop).into())
}

/// The sums of a receipt.
struct Sums {
    /// The charge for the book: the upper end of the range, less the difference.
    book: Won,
    /// What the shop has kept.
    kept: Won,
    /// The part of it that is the price of a book (문화비).
    culture: Won,
}

impl Sums {
    fn of(order: &Order) -> Self {
        let refunded = |counts: fn(&Refund) -> bool| -> Won {
            let refunds = order.refunds.iter().filter(|refund| is_shown(refund) && counts(refund));
            refunds.map(|refund| refund.amount).sum()
        };
        let difference = refunded(|refund| refund.why == RefundReason::Difference);
        let kept = order.total.saturating_sub(refunded(|_| true));
        let book = order.price.book.saturating_sub(difference);
        // Other refunds are deducted from the book first, so that the part for the book never
        // exceeds what was kept.
        let other = refunded(|refund| refund.why != RefundReason::Difference);
        let culture = book.saturating_sub(other).min(kept);
        Self { book, kept, culture }
    }
}

/// Whether a refund was made or is promised. One that the provider refused is settled by the owner.
const fn is_shown(refund: &Refund) -> bool {
    !matches!(refund.progress, Progress::Superseded | Progress::NeedsOwner { .. })
}
