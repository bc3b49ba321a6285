//! The order that an address names.

use domain::{base::id::OrderId, order::Order};
use store::Versioned;

use crate::{AppState, Refusal, Request, admitted};

/// The id in a route's `{order}`.
///
/// # Errors
///
/// [`Refusal::NotFound`] if the route has none or it is malformed.
pub fn order_id(request: &Request) -> Result<OrderId, Refusal> {
    request.parameter("order").and_then(|id| id.parse().ok()).ok_or(Refusal::NotFound)
}

/// Who may see an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The visitor who ordered.
    Own,
    /// Somebody who named its number and telephone on this device (`find`). They see its state,
    /// its receipt, its cancelling and its address, and nothing else of the visitor.
    Found,
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
    let session = request.session()?;
    let (order, visit) = app.store.order_and_visit(id, session.visitor).await?;
    let order = order.filter(|order| order.value.visitor == session.visitor);
    let order = order.ok_or(Refusal::NotFound)?;
    admitted(visit, session)?;
    Ok(order)
}

/// The order, if it belongs to the visitor who asks or was found on this device.
///
/// # Errors
///
/// As [`own_order`].
pub async fn seen_order(
    app: &AppState,
    request: &Request,
    id: OrderId,
) -> Result<(Versioned<Order>, Access), Refusal> {
    if request.found() != Some(id) {
        return Ok((own_order(app, request, id).await?, Access::Own));
    }
    if request.known().is_some()
        && let Ok(order) = own_order(app, request, id).await
    {
        return Ok((order, Access::Own));
    }
    let order = app.store.order(id).await?.ok_or(Refusal::NotFound)?;
    Ok((order, Access::Found))
}
