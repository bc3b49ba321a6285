//! The order that an address names.

use domain::{base::id::OrderId, order::Order};
use store::Versioned;

use crate::{AppState, Refusal, Request};

/// The id in a route's `{order}`.
///
/// # Errors
///
/// [`Refusal::NotFound`] if the route has none or it is malformed.
pub fn order_id(request: &Request) -> Result<OrderId, Refusal> {
    request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)
}

/// The order, if it belongs to the visitor who asks.
///
/// # Errors
///
/// [`Refusal::NotFound`] for a missing order and for another visitor's, so that the answer does not
/// tell which orders exist; without a session, that of [`Request::visitor`].
pub async fn own_order(
    app: &AppState,
    request: &Request,
    id: OrderId,
) -> Result<Versioned<Order>, Refusal> {
    let visitor = request.visitor()?;
    app.store
        .order(id)
        .await?
        .filter(|order| order.value.visitor == visitor)
        .ok_or(Refusal::NotFound)
}
